/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens inside an instance, told to whoever created it.  So the engine
 * and the steering know nothing of netlink.
 */
#ifndef _CL_EVENTS_H
#define _CL_EVENTS_H

#include "core/wire.h"
#include "peer.h"

struct cl_instance;
struct cl_steering_info;

/**
 * struct cl_measured - a complete exchange, and what belongs to it
 * @node: the peer
 * @x: the exchange
 * @taken: the estimator has taken it
 * @excess_ns: its round trip beyond the smallest, if @taken
 * @asymmetry_ns: of the path, told or learnt: to be taken off the offset
 * @line: cluster time as the peer has told it last
 */
struct cl_measured {
	u32 node;
	const struct cl_exchange *x;
	bool taken;
	u64 excess_ns;
	s64 asymmetry_ns;
	struct cl_peer_line line;
};

/**
 * struct cl_events - receivers of events; none may sleep
 * @state: the state of the clock has changed; worker or netlink command, with
 *	the steering's lock held
 * @update: a valid Sync Update has come; softirq
 * @sample: an exchange is complete; softirq
 */
struct cl_events {
	void (*state)(struct cl_instance *inst,
		      const struct cl_steering_info *info);
	void (*update)(struct cl_instance *inst, const struct cl_wire_msg *m);
	void (*sample)(struct cl_instance *inst, const struct cl_measured *m);
};

#endif /* _CL_EVENTS_H */
