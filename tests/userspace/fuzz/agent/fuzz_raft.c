// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raft under arbitrary sequences of events (libFuzzer).  The first byte chooses:
 *
 *	- a cluster whose messages are delivered, repeated, held back and lost in
 *	  any order, whose writes end at any time and whose nodes crash and start at
 *	  any time; raftnet looks after every event whether it is still safe
 *	- one node among liars: any message of any other in any role.  It cannot be
 *	  right then, but it must stay whole, and apply in order
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/core/raft_conf.h"
#include "tests/userspace/unit/raftnet.h"

#define MS CL_NS_PER_MS

/* A step of time: mostly short, now and then more than an election time. */
static s64 step_ns(uint8_t value)
{
	return value < 240 ? value % 16 * MS : 3 * RAFTNET_ELECTION;
}

/* Bytes that follow those of the input, by a generator that these have seeded. */
#define MORE 3000

/* What is left. */
struct input {
	const uint8_t *data;
	size_t size;
	size_t more;
	uint32_t rng;
};

static bool has_more(const struct input *in)
{
	return in->size || in->more;
}

static uint8_t next(struct input *in)
{
	if (in->size) {
		in->size--;
		in->rng = in->rng * 33 + *in->data;
		return *in->data++;
	}
	if (in->more)
		in->more--;
	in->rng = in->rng * 1664525 + 1013904223;
	return in->rng >> 24;
}

static void pass_time(struct raftnet *n, s64 ns)
{
	n->now += ns;
	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		struct cl_raft *r = raftnet_node(n, id)->r;

		if (r && cl_raft_deadline(r) <= n->now)
			raftnet_tick(n, id);
	}
}

static void node_event(struct raftnet *n, u32 id, uint8_t what)
{
	struct cl_raft *r = raftnet_node(n, id)->r;

	switch (what % 8) {
	case 0:
	case 1:
	case 2:
	case 3:
		while (r && raftnet_written(n, id) && what & 8)
			;
		break;
	case 4:
		if (r)
			raftnet_crash(n, id, what / 8 % 4);
		else
			raftnet_start(n, id);
		break;
	case 5:
		raftnet_change(n, id, what / 8 % 3);
		break;
	case 6:
		if (r)
			cl_raft_transfer(r, n->now, what / 8 % 8);
		raftnet_check(n);
		break;
	case 7:
		if (r)
			raftnet_tick(n, id);
		break;
	}
}

static void any_order(struct input *in)
{
	struct raftnet *n = raftnet_new(next(in));
	uint8_t op;

	n->snapshot_entries = 1 + next(in) % 16;
	n->state_bytes = next(in) % 4 * 10000;
	raftnet_cluster(n, 1 + next(in) % 4);
	while (has_more(in)) {
		op = next(in);
		if (op < 128 && n->messages)
			raftnet_deliver(n, next(in) % n->messages, !(op % 8));
		else if (op < 140 && n->messages)
			raftnet_lose(n, next(in) % n->messages);
		else if (op < 170)
			pass_time(n, step_ns(next(in)));
		else if (op < 180)
			raftnet_propose(n, "entry");
		else
			node_event(n, 1 + op % 5, next(in));
	}
	raftnet_free(n);
}

/* A node among liars. */

struct lone {
	struct cl_raft *r;
	u64 applied;
	u64 number;
	u32 state;
	struct input *in;
};

static void hear_nothing(void *ctx, const struct cl_raft_msg *m)
{
	struct lone *x = ctx;

	CHECK(m->from == 1 && m->to != 1 && m->to);
	CHECK(m->entries <= CL_RAFT_BATCH_MAX);
	(void)x;
}

static void save(void *ctx, const struct cl_raft_write *w)
{
	struct lone *x = ctx;

	CHECK(w->number == x->number + 1);
	x->number++;
	for (u32 i = 1; i < w->entries; i++)
		CHECK(w->entry[i].index == w->entry[i - 1].index + 1);
}

static u64 random_of(void *ctx)
{
	(void)ctx;
	return 12345;
}

static bool valid(void *ctx, const struct cl_raft_entry *e)
{
	(void)ctx;
	return !e->len || e->data[0] != RAFTNET_BAD;
}

static void apply(void *ctx, const struct cl_raft_entry *e)
{
	struct lone *x = ctx;

	CHECK(e && e->index == x->applied + 1);
	x->applied++;
}

static u8 *freeze(void *ctx, u32 *len)
{
	(void)ctx;
	*len = 100;
	return calloc(1, 100);
}

static int thaw(void *ctx, const struct cl_raft_snapshot *s)
{
	struct lone *x = ctx;

	CHECK(s->index && cl_raft_conf_good(&s->conf));
	x->applied = s->index;
	return 0;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void no_failure(void *ctx, int err)
{
	(void)ctx;
	CHECK(err < 0);
}

/* Values around those that mean something to the node. */
static struct cl_raft_msg a_lie(struct lone *x, struct cl_raft_entry *entry)
{
	static const u8 data[CL_RAFT_CHUNK_MAX] = { 1, 0, 0, 0, 0, 1 };
	struct input *in = x->in;
	struct cl_raft_msg m = {
		.type = next(in) % (CL_RAFT_TIMEOUT_NOW + 1),
		.from = 1 + next(in) % 5,
		.to = 1,
		.term = cl_raft_term(x->r) + next(in) % 4 - 1,
		.log_term = cl_raft_term(x->r) - next(in) % 4,
		.seq = next(in) * MS,
		.granted = next(in) % 2,
		.refused = !(next(in) % 4),
		.transfer = next(in) % 2,
		.entry = entry,
		.entries = next(in) % 8,
		.offset = next(in) * 100,
		.size = next(in) * 100,
	};

	m.index = (next(in) % 2 ? cl_raft_last(x->r) : cl_raft_commit(x->r)) +
		  next(in) % 8 - 4;
	m.commit = m.index + next(in) % 8 - 4;
	for (u32 i = 0; i < m.entries; i++)
		entry[i] = (struct cl_raft_entry){
			.index = m.index + 1 + i,
			.term = m.term - !(next(in) % 4),
			.kind = next(in) % 4 % 3,
			.data = data,
			.len = next(in) % 8,
		};
	m.snap = (struct cl_raft_snapshot){
		.index = m.index,
		.term = m.log_term,
		.conf = { .voter = { 1, 2, 3 }, .voters = 1 + next(in) % 4 },
		.data = data,
		.len = next(in) * 100,
	};
	return m;
}

static void among_liars(struct input *in)
{
	static const struct cl_raft_ops ops = {
		.send = hear_nothing,
		.save = save,
		.random = random_of,
		.valid = valid,
		.apply = apply,
		.freeze = freeze,
		.thaw = thaw,
		.changed = nothing,
		.failed = no_failure,
	};
	const struct cl_raft_params p = { 1, 20 * MS, 200 * MS,
					  1 + next(in) % 16 };
	struct cl_raft_entry entry[8];
	struct lone x = { .in = in };
	struct cl_raft_msg m;
	u64 done = 0, index;
	s64 now = 0;

	x.r = cl_raft_new(&p, &ops, &x);
	CHECK(x.r && !cl_raft_bootstrap(x.r, 0, 1, "x", 1));
	while (has_more(in)) {
		now += next(in) % 64 * MS;
		if (now >= cl_raft_deadline(x.r))
			cl_raft_run(x.r, now);
		if (done < x.number && next(in) % 2)
			cl_raft_saved(x.r, now, ++done, 0);
		if (!(next(in) % 4))
			cl_raft_propose(x.r, now, "data", 4, &index);
		if (!(next(in) % 16))
			cl_raft_distrust(x.r, now, cl_raft_term(x.r));
		m = a_lie(&x, entry);
		cl_raft_receive(x.r, now, &m);
		CHECK(cl_raft_commit(x.r) == x.applied);
		CHECK(cl_raft_last(x.r) >= x.applied);
		CHECK(cl_raft_conf_good(cl_raft_conf(x.r)));
		cl_raft_lease(x.r);
	}
	cl_raft_free(x.r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size, MORE, 1 };

	if (next(&in) % 2)
		any_order(&in);
	else
		among_liars(&in);
	return 0;
}
