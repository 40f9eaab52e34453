/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several nodes of a cluster in one process: streams that deliver after a step, and
 * disks that are done after one.
 */
#ifndef _CL_TEST_CLUSTERKIT_H
#define _CL_TEST_CLUSTERKIT_H

#include <stdlib.h>

#include "agent/core/cluster.h"
#include "agent/core/raft_codec.h"
#include "agent/daemon/stream.h"
#include "kmod/core/bytes.h"
#include "statekit.h"

static_assert(CL_CLUSTER_RAFT == CL_STREAM_USER, "streams leave them to users");

#define NODES 5
#define STEP_NS CL_NS_PER_MS
#define PENDING 99

struct frame {
	struct frame *next;
	u32 from;
	u32 to;
	u8 type;
	size_t len;
	u8 data[];
};

/**
 * struct node - a node
 * @c: its part in the cluster, NULL: it is down
 * @asked: writes begun
 * @saved: writes ended
 * @result: of the last request or act, PENDING: none yet
 * @why: in words
 * @leader: as it was told
 * @rosters: times that the members have changed
 * @news: entries that have changed the state
 * @lines: it has logged
 * @deaf: by type: loses frames that it is sent
 * @dropped: frames lost so, by type
 */
struct node {
	struct cl_cluster *c;
	u64 asked;
	u64 saved;
	int result;
	char why[CL_ENTRY_ERROR_SIZE];
	u32 leader;
	u32 rosters;
	u32 news;
	u32 lines;
	bool deaf[256];
	u32 dropped[256];
};

static struct node node[NODES + 1];
static struct frame *first;
static struct frame **end = &first;
static s64 now;

static inline u32 id_of(const struct node *n)
{
	return n - node;
}

static inline int op_send(void *ctx, u32 to, u8 type, const void *data,
			  size_t len)
{
	struct frame *f;

	assert_true(len <= 56 * 1024);
	assert_in_range(to, 1, NODES);
	if (!node[to].c)
		return -ENOTCONN;
	f = malloc(sizeof(*f) + len);
	*f = (struct frame){ NULL, id_of(ctx), to, type, len };
	memcpy(f->data, data, len);
	*end = f;
	end = &f->next;
	return 0;
}

static inline void op_save(void *ctx, const struct cl_raft_write *w)
{
	struct node *n = ctx;

	n->asked = w->number;
}

static inline u64 op_random(void *ctx)
{
	(void)ctx;
	return (u64)random() << 40 ^ (u64)random() << 20 ^ random();
}

static inline void op_log(void *ctx, enum cl_io_prio prio, const char *line)
{
	struct node *n = ctx;

	(void)prio;
	assert_true(strlen(line) > 10);
	n->lines++;
}

static inline void op_news(void *ctx, const struct cl_raft_entry *e,
			   const struct cl_raft_conf *conf)
{
	struct node *n = ctx;

	assert_true(e->len && conf->voters);
	n->news++;
}

static inline void op_roster(void *ctx)
{
	struct node *n = ctx;

	n->rosters++;
}

static inline void op_leader(void *ctx, u32 leader, u32 term)
{
	struct node *n = ctx;

	assert_true(!leader || term);
	n->leader = leader;
}

/* Who may lead is decided by clocks, of which there are none here. */
static inline int op_may_lead(void *ctx, u32 to, char *why)
{
	(void)ctx;
	(void)to;
	(void)why;
	return 0;
}

static inline void op_answered(void *ctx, u64 handle, int result,
			       const char *why)
{
	struct node *n = ctx;

	assert_int_equal(handle, id_of(n));
	assert_int_equal(n->result, PENDING);
	n->result = result;
	snprintf(n->why, sizeof(n->why), "%s", why);
}

static const struct cl_cluster_ops ops = {
	.send = op_send,
	.save = op_save,
	.random = op_random,
	.log = op_log,
	.news = op_news,
	.roster = op_roster,
	.leader = op_leader,
	.may_lead = op_may_lead,
	.answered = op_answered,
};

static inline void deliver(struct frame *f)
{
	struct node *n = &node[f->to];

	if (n->c && n->deaf[f->type])
		n->dropped[f->type]++;
	else if (n->c && node[f->from].c)
		cl_cluster_frame(n->c, now, f->from, f->type, f->data, f->len);
	free(f);
}

static inline void step(void)
{
	struct frame *f = first, *next;

	first = NULL;
	end = &first;
	now += STEP_NS;
	for (; f; f = next) {
		next = f->next;
		deliver(f);
	}
	for (struct node *n = node + 1; n <= node + NODES; n++) {
		while (n->c && n->saved < n->asked)
			cl_cluster_saved(n->c, now, ++n->saved, 0);
		if (n->c && cl_cluster_deadline(n->c) <= now)
			cl_cluster_run(n->c, now);
	}
}

static inline void run(s64 ns)
{
	for (s64 until = now + ns; now < until;)
		step();
}

static inline void make_node(u32 id)
{
	const struct cl_cluster_params p = {
		.raft = { .id = id,
			  .heartbeat_ns = 20 * CL_NS_PER_MS,
			  .election_ns = 200 * CL_NS_PER_MS,
			  .snapshot_entries = 16 },
		.cluster = CLUSTER,
	};

	memset(&node[id], 0, sizeof(node[id]));
	node[id].c = cl_cluster_new(&p, &ops, &node[id]);
	assert_non_null(node[id].c);
}

static inline void connect_node(u32 id)
{
	for (u32 k = 1; k <= NODES; k++) {
		if (k == id || !node[k].c)
			continue;
		cl_cluster_opened(node[id].c, now, k);
		cl_cluster_opened(node[k].c, now, id);
	}
}

static inline void start(u32 id)
{
	const struct cl_raft_stored nothing = { 0 };
	const char *why;

	make_node(id);
	assert_int_equal(cl_cluster_start(node[id].c, now, &nothing, &why), 0);
	connect_node(id);
}

static inline void die(u32 id)
{
	cl_cluster_free(node[id].c);
	node[id].c = NULL;
	for (u32 k = 1; k <= NODES; k++)
		if (node[k].c)
			cl_cluster_closed(node[k].c, now, id);
}

static inline const struct cl_state *state_of(u32 id)
{
	return cl_cluster_state(node[id].c);
}

/* What the last request of a node came to. */
static inline int outcome(u32 id)
{
	for (int i = 0; node[id].result == PENDING; i++) {
		assert_true(i < 60000);
		step();
	}
	return node[id].result;
}

static inline void request(u32 at, struct cl_entry e)
{
	node[at].result = PENDING;
	if (cl_cluster_request(node[at].c, now, &e, at, error))
		fail_msg("%s", error);
}

static inline int begin(u32 at, enum cl_cluster_act act, u32 id)
{
	node[at].result = PENDING;
	return cl_cluster_act(node[at].c, now, act, id, NOW, at, error);
}

static inline void act(u32 at, enum cl_cluster_act what, u32 id)
{
	if (begin(at, what, id))
		fail_msg("%s", error);
	if (outcome(at))
		fail_msg("node %u: %d, %s", at, node[at].result, node[at].why);
}

static inline void join(u32 at, u32 id)
{
	start(id);
	request(at, put_id(id, 0));
	assert_int_equal(outcome(at), 0);
}

static inline u32 leader(void)
{
	u32 term;

	for (int i = 0; i < 5000; i++) {
		for (u32 id = 1; id <= NODES; id++)
			if (node[id].c &&
			    cl_cluster_leader(node[id].c, &term) == id)
				return id;
		step();
	}
	fail_msg("nobody leads");
	return 0;
}

static inline void found_cluster(void)
{
	const struct cl_utc utc = { 0 };
	struct cl_member m = member(1);

	make_node(1);
	if (cl_cluster_found(node[1].c, now, 1, &m, &utc, error))
		fail_msg("%s", error);
	assert_int_equal(leader(), 1);
	run(100 * CL_NS_PER_MS);
}

/* Nodes 1 to @voters vote, the others up to @nodes do not. */
static inline void build(u32 voters, u32 nodes)
{
	found_cluster();
	for (u32 id = 2; id <= nodes; id++)
		join(1, id);
	for (u32 id = 2; id <= voters; id++)
		act(1, CL_CLUSTER_PROMOTE, id);
	run(CL_NS_PER_SEC);
}

static inline void agree_all(u32 nodes)
{
	u8 one[CL_STATE_DIGEST_LEN], other[CL_STATE_DIGEST_LEN];

	assert_int_equal(cl_state_digest(state_of(leader()), one), 0);
	for (u32 id = 1; id <= nodes; id++) {
		if (!node[id].c)
			continue;
		assert_int_equal(state_of(id)->epoch,
				 state_of(leader())->epoch);
		assert_int_equal(cl_state_digest(state_of(id), other), 0);
		assert_memory_equal(one, other, sizeof(one));
	}
}

static inline void hand(u32 from, u32 to, u8 type, const u8 *data, size_t len)
{
	cl_cluster_frame(node[to].c, now, from, type, data, len);
}

static inline int set_up(void **state)
{
	(void)state;
	srandom(1);
	now = CL_NS_PER_SEC;
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	for (u32 id = 1; id <= NODES; id++)
		cl_cluster_free(node[id].c);
	memset(node, 0, sizeof(node));
	for (struct frame *f = first, *next; f; f = next) {
		next = f->next;
		free(f);
	}
	first = NULL;
	end = &first;
	return 0;
}

static inline struct cl_entry probes(u64 n)
{
	struct cl_entry e = entry(CL_ENTRY_SETTINGS);

	e.change.have = 1 << CL_COMMON_PROBES;
	e.change.value[CL_COMMON_PROBES] = n;
	return e;
}

#endif /* _CL_TEST_CLUSTERKIT_H */
