/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that one node says of itself and its cluster at one instant, as those who look
 * see it.
 */
#ifndef _CL_WATCH_LOOK_H
#define _CL_WATCH_LOOK_H

#include "agent/nl/codec.h"

/**
 * struct cl_look - one look at a node
 * @utc_ns: host's clock at the look, ns since 1970 UTC
 * @mono_ns: CLOCK_MONOTONIC at the look
 * @has_instance: the module is loaded and the namespace has an instance; then
 *	@instance, @clock and @stats hold
 * @has_daemon: a clocklinkd answers
 * @has_cluster: and its node is a member of a cluster; then @status holds
 * @error: why one of them is missing, "" if none is
 * @instance: settings and state of the instance
 * @clock: its clock
 * @stats: its counters
 * @status: part in the cluster
 * @settings: what the cluster has agreed on for all instances
 * @scale: cluster time as this node makes it
 * @sysclock: what the daemon does with CLOCK_REALTIME
 * @phcclock: what it does with the clock of a device
 * @peers: peers, with what was measured
 * @n_peers: number of @peers
 * @devices: network devices that stamp packets
 * @n_devices: number of @devices
 * @members: members of the cluster
 * @n_members: number of @members
 * @reputations: what this node thinks of others
 * @n_reputations: number of @reputations
 * @accusations: why members are isolated
 * @n_accusations: number of @accusations
 * @voters: oscillators of the voters
 * @n_voters: number of @voters
 * @events: changes of mind that the daemon still remembers
 * @n_events: number of @events
 *
 * Structs whose have is 0 were not told. The arrays are owned by the look and sorted,
 * each key once: by node, devices by interface, accusations by node and accuser,
 * events by number.
 */
struct cl_look {
	s64 utc_ns;
	s64 mono_ns;
	bool has_instance;
	bool has_daemon;
	bool has_cluster;
	char error[CL_NL_TEXT_SIZE];
	struct cl_nl_instance instance;
	struct cl_nl_clock clock;
	struct cl_nl_stats stats;
	struct cl_ctl_status status;
	struct cl_nl_instance settings;
	struct cl_ctl_scale scale;
	struct cl_ctl_sysclock sysclock;
	struct cl_ctl_sysclock phcclock;
	struct cl_nl_peer *peers;
	size_t n_peers;
	struct cl_nl_device *devices;
	size_t n_devices;
	struct cl_ctl_member *members;
	size_t n_members;
	struct cl_ctl_reputation *reputations;
	size_t n_reputations;
	struct cl_ctl_accusation *accusations;
	size_t n_accusations;
	struct cl_ctl_voter *voters;
	size_t n_voters;
	struct cl_ctl_event *events;
	size_t n_events;
};

void cl_look_clear(struct cl_look *l);
int cl_look_put(struct cl_look *l, const struct cl_nl_msg *m);
int cl_look_each(const struct cl_look *l,
		 int (*each)(void *ctx, const struct cl_nl_msg *m), void *ctx);
void cl_look_finish(struct cl_look *l);
const struct cl_nl_peer *cl_look_peer(const struct cl_look *l, u32 node);
const struct cl_ctl_member *cl_look_member(const struct cl_look *l, u32 node);
const struct cl_ctl_reputation *cl_look_reputation(const struct cl_look *l,
						   u32 node);
const struct cl_ctl_voter *cl_look_voter(const struct cl_look *l, u32 node);

#endif /* _CL_WATCH_LOOK_H */
