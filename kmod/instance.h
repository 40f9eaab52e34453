/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One clock of one network namespace.
 */
#ifndef _CL_INSTANCE_H
#define _CL_INSTANCE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>

#include "events.h"
#include "group.h"
#include "hwmap.h"
#include "output.h"
#include "page.h"
#include "peers.h"
#include "phc.h"
#include "resend.h"
#include "samples.h"
#include "socket.h"
#include "stamp.h"
#include "stats.h"
#include "steering.h"
#include "testosc.h"
#include "txring.h"

struct netlink_ext_ack;

/**
 * struct cl_settings - settings of an instance
 * @node: own node id
 * @cluster: cluster id
 * @port: local UDP port
 * @leader: node id of the leader, 0: none; read in softirq
 * @interval_ns: time between two rounds
 * @interval_max_ns: to which the daemon may lengthen it, 0: it may not
 * @asymmetry_ns: asymmetry budget of a link, 0: default
 * @params: stamp noise and wander
 * @max_bound_ns: a clock with a larger bound is void
 * @phc: register a PTP clock
 * @probes: followers that the daemon is to probe
 * @probe_every: rounds per probe of each
 * @managed: leader and peers come from a cluster, by the daemon
 * @group: multicast group, an unspecified address: none
 * @group_hops: TTL or hop limit of packets to it
 */
struct cl_settings {
	u32 node;
	u32 cluster;
	u16 port;
	u32 leader;
	u64 interval_ns;
	u64 interval_max_ns;
	u32 asymmetry_ns;
	struct cl_estimator_params params;
	u64 max_bound_ns;
	bool phc;
	u32 probes;
	u32 probe_every;
	bool managed;
	struct cl_endpoint group;
	u8 group_hops;
};

/**
 * struct cl_instance - one clock
 * @net: its network namespace; no reference: the namespace's exit deletes the
 *	instance
 * @list: in the list of all instances
 * @settings: node, cluster, port and phc never change; the others are written
 *	with the namespace's lock and the steering's lock held, and may be read
 *	with either; leader and interval in softirq by READ_ONCE()
 * @events: receivers of events
 * @stats: counters
 * @osc: synthetic oscillator of a test build
 * @stamp: conversion of packets' time stamps
 * @hwmap: clocks of the network devices
 * @txring: messages whose transmit stamp has not come yet
 * @samples: exchanges for the peers' estimators
 * @resend: last update, for who has missed it
 * @peers: known nodes and peers
 * @group: by which a leader reaches them
 * @sock4: IPv4 socket
 * @sock6: IPv6 socket, closed if the kernel has no IPv6
 * @page: time page
 * @output: what is published
 * @steering: what is followed
 * @phc: PTP clock
 */
struct cl_instance {
	struct net *net;
	struct list_head list;
	struct cl_settings settings;
	const struct cl_events *events;
	struct cl_stats __percpu *stats;
	struct cl_testosc osc;
	struct cl_stamp stamp;
	struct cl_hwmap hwmap;
	struct cl_txring txring;
	struct cl_samples samples;
	struct cl_resend resend;
	struct cl_peers peers;
	struct cl_group group;
	struct cl_socket sock4;
	struct cl_socket sock6;
	struct cl_page *page;
	struct cl_output output;
	struct cl_steering steering;
	struct cl_phc phc;
};

/**
 * struct cl_net - the module's part of a network namespace
 * @lock: serialises the commands; protects all fields and what the fields'
 *	comments say; taken before the steering's lock, that before a peer's
 * @inst: the instance, NULL if there is none
 * @changes: counts changes of the instance and its peers, for dumps
 */
struct cl_net {
	struct mutex lock; /* commands */
	struct cl_instance *inst;
	u32 changes;
};

static inline bool cl_instance_leads(const struct cl_instance *inst)
{
	/* Pairs with cl_instance_set(). */
	return READ_ONCE(inst->settings.leader) == inst->settings.node;
}

struct cl_net *cl_net(struct net *net);
int cl_instance_create(struct cl_net *cn, struct net *net,
		       const struct cl_settings *settings,
		       const struct cl_events *events,
		       struct netlink_ext_ack *extack);
void cl_instance_destroy(struct cl_net *cn);
void cl_instance_set(struct cl_instance *inst,
		     const struct cl_settings *settings);
int cl_instance_add_peer(struct cl_net *cn, u32 node,
			 const struct cl_endpoint *endpoint,
			 struct cl_known **ret);
void cl_instance_del_peer(struct cl_net *cn, struct cl_known *k);
void cl_instance_sweep(struct cl_instance *inst);
int cl_instance_set_device(struct cl_instance *inst,
			   const struct cl_hwmap_change *c);
int cl_instance_set_bias(struct cl_instance *inst, u32 ifindex,
			 const struct cl_stamp_bias *bias);
int cl_instance_del_device(struct cl_instance *inst, u32 ifindex);

int cl_instance_init(void);
void cl_instance_exit(void);

#endif /* _CL_INSTANCE_H */
