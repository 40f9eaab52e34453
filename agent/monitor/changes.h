/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has happened between two looks, as events.
 */
#ifndef _CL_MONITOR_CHANGES_H
#define _CL_MONITOR_CHANGES_H

#include "agent/watch/look.h"
#include "eventlog.h"

/* Peers that come or go at once have an event each up to so many. */
#define CL_CHANGES_PEERS 16

/**
 * struct cl_changes - what the last look said
 * @begun: there was one
 * @has_instance: there was an instance
 * @has_daemon: there was a daemon
 * @state: enum clocklink_state of the own clock
 * @leader: who led, 0: nobody
 * @has_quorum: @quorum is known
 * @quorum: there was a quorum
 * @owner: what the daemon did with the system's clock
 * @device_owner: what it did with a device's clock
 * @judged: number of the daemon's last event
 * @peer: ids of the peers, sorted, allocated
 * @n_peers: their number
 * @isolated: ids of isolated members, sorted, allocated
 * @n_isolated: their number
 * @overruns: times that events of the module were lost
 */
struct cl_changes {
	bool begun;
	bool has_instance;
	bool has_daemon;
	u32 state;
	u32 leader;
	bool has_quorum;
	bool quorum;
	char owner[CL_CTL_WORD_SIZE];
	char device_owner[CL_CTL_WORD_SIZE];
	u64 judged;
	u32 *peer;
	size_t n_peers;
	u32 *isolated;
	size_t n_isolated;
	u64 overruns;
};

void cl_changes_state(struct cl_changes *c, struct cl_eventlog *log, u32 state,
		      u64 bound_ns);
int cl_changes_look(struct cl_changes *c, struct cl_eventlog *log,
		    const struct cl_look *look, u64 overruns);
void cl_changes_clear(struct cl_changes *c);

#endif /* _CL_MONITOR_CHANGES_H */
