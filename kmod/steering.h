/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an instance follows and how well: orders, the worker that carries them
 * out, the state of the clock.
 */
#ifndef _CL_STEERING_H
#define _CL_STEERING_H

#include <linux/kthread.h>
#include <linux/mutex.h>

#include "core/bound.h"
#include "core/cltime.h"
#include "core/estimate.h"
#include "core/joint.h"
#include "core/thermal.h"
#include "output.h"

struct cl_instance;
struct netlink_ext_ack;

/**
 * struct cl_order - one STEER
 * @parent: node to follow; the own node id to lead
 * @term: term of the leader
 * @round: round that @map belongs to
 * @gen: raw generation of @map
 * @epoch: epoch of the replicated state
 * @map: parent's raw time to cluster time
 * @bound: the parent's bounds at the anchor of @map
 * @expiry_ns: how long the order is good
 * @interval_ns: time in which the clock is to reach the target
 * @until: @expiry_ns after the order came, own raw time
 * @tai_offset: TAI - UTC, s
 * @leap: enum clocklink_leap
 * @hops: distance of the parent from the leader
 * @keep: there is no @map: lead along the line that the clock is on
 * @force: step
 * @unverified: there are too few peers to check the parent
 * @hold: follow nobody; then only @term, @round, @bound.bound_ns and
 *	@bound.drift_ppt count, the latter two are what the bounds are to be widened
 *	by, and how fast that grows
 */
struct cl_order {
	u32 parent;
	u32 term;
	u32 round;
	u32 gen;
	u32 epoch;
	struct cl_map map;
	struct cl_bound bound;
	s64 expiry_ns;
	s64 interval_ns;
	struct cl_raw until;
	s32 tai_offset;
	u32 leap;
	u8 hops;
	bool keep;
	bool force;
	bool unverified;
	bool hold;
};

/**
 * struct cl_steering - steering of an instance
 * @lock: protects all fields below but @term and @round, which softirq reads;
 *	also serialises changes of the settings that the worker uses
 * @worker: thread of the instance
 * @work: carries out orders; comes again at least every CL_STEERING_TICK_NS
 * @order: newest order
 * @pending: @order waits to be carried out
 * @basis: order that @target comes from, valid if @locked
 * @locked: the clock has been set by an order since the last disruption
 * @used: and could be used since; until then each order sets it, as the first may know
 *	too little to be ever made good by a slew
 * @disrupted: the raw clock was disturbed and the clock not set since
 * @asleep: the machine is about to sleep or has not woken up: no order is
 *	carried out
 * @estimate: of the parent, from which @target was made, unless leading: the
 *	bound of what is published must not shrink by exchanges that came later
 * @asymmetry_ns: budget of the path to the parent, 0: that of the instance
 * @leader: line of the leader's edge, @target without the peers; of an own
 *	order @target
 * @gaps: of the peers, of the last order
 * @y_err_ppt: how uncertain the frequency has been lately
 * @held_at: raw time when that was found
 * @target: line that the clock follows
 * @reach: raw time at which the clock should have reached @target
 * @gen: own raw generation
 * @disruptions: times that the raw clock was disturbed
 * @state: state announced last, enum clocklink_state
 * @term: highest term obeyed; WRITE_ONCE() under @lock
 * @round: last round led or obeyed; as @term
 * @epoch: epoch of the last order
 * @steered: raw time of the last order carried out
 * @error_ns: target minus clock then
 * @steps: times the clock was stepped
 * @slews: times the clock was slewed
 * @limited: times the slew limit held it back
 * @edges: peers that @target was made of, besides the leader's edge
 * @edges_dropped: peers that disagreed with the majority
 * @beside_ns: how far they moved @target at its anchor
 * @thermal: temperature of the oscillator, and what it does
 * @hold: what of it is in @target
 * @widened_ns: largest bound of the orders to hold over since @basis, with its growth,
 *	at @widened_at
 * @widened_ppt: its growth from then on, by the last of these orders, 1e-12
 * @widened_at: raw time of that one
 */
struct cl_steering {
	struct mutex lock; /* the fields below */
	struct kthread_worker *worker;
	struct kthread_delayed_work work;
	struct cl_order order;
	bool pending;
	struct cl_order basis;
	bool locked;
	bool used;
	bool disrupted;
	bool asleep;
	struct cl_estimate estimate;
	u32 asymmetry_ns;
	struct cl_map leader;
	struct cl_joint_gap gaps[CL_JOINT_PEERS];
	u64 y_err_ppt;
	struct cl_raw held_at;
	struct cl_map target;
	struct cl_raw reach;
	u32 gen;
	u32 disruptions;
	u32 state;
	u32 term;
	u32 round;
	u32 epoch;
	struct cl_raw steered;
	s64 error_ns;
	u64 steps;
	u64 slews;
	u64 limited;
	u32 edges;
	u32 edges_dropped;
	s64 beside_ns;
	struct cl_thermal thermal;
	struct cl_thermal_hold hold;
	u64 widened_ns;
	u64 widened_ppt;
	struct cl_raw widened_at;
};

/**
 * struct cl_steering_info - the clock at one instant
 * @raw: CLOCK_MONOTONIC_RAW of the instant, ns
 * @at: raw time of the instance then
 * @time: cluster time
 * @slew_left_ns: what the slew has still to add
 * @published: the published set
 * @bound: bounds at the instant
 * @parent: node followed, 0: none
 * @steer_age_ns: raw time since the last order was carried out
 * @error_ns: target minus clock then
 * @steps: times the clock was stepped
 * @slews: times the clock was slewed
 * @limited: times the slew limit held it back
 * @edges: peers besides the parent by which it was steered last
 * @edges_dropped: peers that disagreed with the majority then
 * @beside_ns: how far those peers moved the target
 * @thermal: temperature of the oscillator, and what it does
 * @widened_ns: what orders to hold over have added to the bounds
 */
struct cl_steering_info {
	s64 raw;
	struct cl_raw at;
	struct cl_time time;
	s64 slew_left_ns;
	struct cl_published published;
	struct cl_bound bound;
	u32 parent;
	u64 steer_age_ns;
	s64 error_ns;
	u64 steps;
	u64 slews;
	u64 limited;
	u32 edges;
	u32 edges_dropped;
	s64 beside_ns;
	struct cl_thermal thermal;
	u64 widened_ns;
};

/* What may be done to a clock that nobody steers. */
enum cl_free {
	CL_FREE_SET, /* cluster time, ns */
	CL_FREE_ADD, /* ns */
	CL_FREE_RATE, /* rate against raw time, times 2^48 */
};

int cl_steering_open(struct cl_instance *inst);
void cl_steering_close(struct cl_instance *inst);
int cl_steering_order(struct cl_instance *inst, const struct cl_order *o,
		      struct netlink_ext_ack *extack);
int cl_steering_lead(struct cl_instance *inst, u32 term, u32 round,
		     struct netlink_ext_ack *extack);
int cl_steering_set_free(struct cl_instance *inst, enum cl_free what, s64 v);
void cl_steering_refresh(struct cl_instance *inst);
void cl_steering_disturb(struct cl_instance *inst);
void cl_steering_sleep(struct cl_instance *inst, bool asleep);
void cl_steering_restamp(struct cl_instance *inst);
void cl_steering_temperature(struct cl_instance *inst, s32 mk);
void cl_steering_peer_gone(struct cl_instance *inst, u32 node);
void cl_steering_get_info(struct cl_instance *inst,
			  struct cl_steering_info *ret);

#endif /* _CL_STEERING_H */
