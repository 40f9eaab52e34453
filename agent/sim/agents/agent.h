/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node: a host with the module, the daemon's agent and its disk.
 */
#ifndef _CS_AGENT_H
#define _CS_AGENT_H

#include <stdio.h>

#include "../disk.h"
#include "../kernel/engine.h"
#include "agent/core/agent.h"
#include "liar.h"
#include "streams.h"

struct cs_agent;

#define CS_CLUSTER_ID 7

/**
 * struct cs_mail - an event of the module on its way to the daemon
 * @next: after it
 * @m: the event
 */
struct cs_mail {
	struct cs_mail *next;
	struct cl_nl_msg m;
};

/**
 * struct cs_realm - what all nodes share
 * @heap: time
 * @packets: network of time messages
 * @streams: between daemons
 * @law: of hosts
 * @seed: of all
 * @seconds: oscillators are known for so long
 * @wander_ppt: of oscillators
 * @raft: times, the id is set for each
 * @named: not 0: no cluster, nodes up to this one follow node 1 by their settings, and
 *	measure nobody else
 * @failed: the disk of a node has failed
 * @answered: what was begun with a handle has ended
 * @ctx: for these
 * @trace: gets what is logged, NULL: nothing
 * @warnings: lines of that priority or a higher one
 */
struct cs_realm {
	struct cs_heap heap;
	struct cs_net packets;
	struct cs_streams streams;
	struct cs_host_law law;
	u64 seed;
	s64 seconds;
	double wander_ppt;
	struct cl_raft_params raft;
	u32 named;
	void (*failed)(void *ctx, struct cs_agent *a);
	void (*answered)(void *ctx, struct cs_agent *a, u64 handle, int result,
			 const char *why);
	void *ctx;
	FILE *trace;
	u64 warnings;
};

/**
 * struct cs_agent - a node
 * @realm: where
 * @host: its machine
 * @engine: its module, while @core runs
 * @io: world of @core
 * @core: NULL: the daemon does not run
 * @timer: when @core wants to be called
 * @wake: events are due at the daemon
 * @resume: it wakes up
 * @mail: those
 * @mail_end: where the next goes
 * @disk: its disk
 * @rng: of its daemon
 * @utc_error_ns: of its host's clock
 * @founder: it founds the cluster, if there is nothing on its disk
 * @boots: times it was switched on
 * @liar: what it tells others wrong
 */
struct cs_agent {
	struct cs_realm *realm;
	struct cs_host host;
	struct cs_engine engine;
	struct cl_io io;
	struct cl_agent *core;
	struct cs_event timer;
	struct cs_event wake;
	struct cs_event resume;
	struct cs_mail *mail;
	struct cs_mail **mail_end;
	struct cs_disk disk;
	struct vt_rng rng;
	s64 utc_error_ns;
	bool founder;
	u32 boots;
	struct cs_liar liar;
};

struct cs_agent *cs_agent_new(struct cs_realm *r, u32 id);
void cs_agent_free(struct cs_agent *a);
void cs_agent_start(struct cs_agent *a);
void cs_agent_boot(struct cs_agent *a);
void cs_agent_kill(struct cs_agent *a);
void cs_agent_halt(struct cs_agent *a);
void cs_agent_pause(struct cs_agent *a, s64 until);
void cs_agent_suspend(struct cs_agent *a, s64 until);

void cs_agent_opened(struct cs_agent *a, u32 other);
void cs_agent_closed(struct cs_agent *a, u32 other);
void cs_agent_frame(struct cs_agent *a, u32 from, u8 type, const u8 *data,
		    size_t len);
void cs_agent_member(u32 id, bool voter, struct cl_member *ret);
int cs_agent_put(struct cs_agent *a, u32 id, bool voter, u64 handle);
int cs_agent_act(struct cs_agent *a, enum cl_cluster_act act, u32 node,
		 u64 handle);
const struct cl_state *cs_agent_state(const struct cs_agent *a);
bool cs_agent_elected(const struct cs_agent *a, u32 *term);

static inline u32 cs_agent_id(const struct cs_agent *a)
{
	return a->host.id;
}

/* Does it run? */
static inline bool cs_agent_awake(const struct cs_agent *a)
{
	return a->core && a->host.asleep_until <= a->realm->heap.now;
}

#endif /* _CS_AGENT_H */
