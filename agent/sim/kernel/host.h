/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine: its oscillator, its kernel with the module, and what both are waiting
 * for.
 */
#ifndef _CS_HOST_H
#define _CS_HOST_H

#include "../net.h"
#include "agent/nl/model.h"
#include "scripts/lab/vtime/osc.h"

struct cs_namespace;
struct cl_wire_msg;

/**
 * struct cs_host_law - what a host's stamps and its daemon suffer from
 * @noise_ns: rms of one time stamp, normal
 * @wakeup_ns: what an event takes to the daemon, ns
 */
struct cs_host_law {
	s64 noise_ns;
	s64 wakeup_ns;
};

/**
 * struct cs_host - a machine
 * @heap: time
 * @net: that carries its packets
 * @law: of its stamps
 * @id: node id, also its address
 * @osc: oscillator of its raw clock
 * @raw_ns: added to what @osc shows: a boot begins anew
 * @rng: for the kernel
 * @space: its network namespace, NULL: it is off
 * @asleep_until: it does nothing before, ns of true time
 * @event: the module tells the daemon something
 * @tamper: NULL, or: a message for another node is about to leave
 * @ctx: first argument of these two
 */
struct cs_host {
	struct cs_heap *heap;
	struct cs_net *net;
	const struct cs_host_law *law;
	u32 id;
	struct vt_osc osc;
	s64 raw_ns;
	struct vt_rng rng;
	struct cs_namespace *space;
	s64 asleep_until;
	void (*event)(void *ctx, const struct cl_nl_msg *m);
	void (*tamper)(void *ctx, struct cl_wire_msg *m);
	void *ctx;
};

/**
 * struct cs_reading - the published clock at an instant
 * @raw_ns: raw time
 * @time_ns: cluster time
 * @bound_ns: bound
 * @hard_ns: hard bound
 * @drift_ppt: growth of both, 1e-12
 * @rate_q48: rate against raw time without the slew, times 2^48
 * @slew_q48: what the slew adds to that
 * @usable: programs may use it
 * @state: enum clocklink_state
 * @gen: raw generation
 * @steps: times that it was stepped
 * @term: highest term obeyed
 * @parent: node followed, own id: leads, 0: none
 * @parent_gen: its raw generation
 */
struct cs_reading {
	s64 raw_ns;
	s64 time_ns;
	u64 bound_ns;
	u64 hard_ns;
	u64 drift_ppt;
	s64 rate_q48;
	s64 slew_q48;
	bool usable;
	u32 state;
	u32 gen;
	u64 steps;
	u32 term;
	u32 parent;
	u32 parent_gen;
};

s64 cs_host_raw_at(const struct cs_host *h, s64 at);
s64 cs_host_when(const struct cs_host *h, s64 raw);
void cs_host_boot(struct cs_host *h);
void cs_host_halt(struct cs_host *h);
void cs_host_suspend(struct cs_host *h, bool asleep);
void cs_host_arrive(struct cs_host *h, const struct cs_packet *p);
int cs_host_command(struct cs_host *h, const struct cl_nl_msg *m,
		    struct cl_nl_msg *ret, const char **why);
int cs_host_dump(struct cs_host *h, u8 cmd,
		 void (*each)(void *ctx, const struct cl_nl_msg *m), void *ctx,
		 const char **why);
void cs_host_nudge(struct cs_host *h, s64 ns);
bool cs_host_read(const struct cs_host *h, struct cs_reading *ret);

static inline s64 cs_host_raw(const struct cs_host *h)
{
	return cs_host_raw_at(h, h->heap->now);
}

#endif /* _CS_HOST_H */
