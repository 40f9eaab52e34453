// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Agents with engines that only note what they are told: who leads the rounds, who is
 * obeyed, what becomes of testimony.
 */
#include <stdlib.h>

#include "agent/core/agent.h"
#include "agent/core/census.h"
#include "agent/core/judge.h"
#include "agent/core/raft_conf.h"
#include "agent/core/testimony.h"
#include "fakeio.h"
#include "statekit.h"
#include "unit.h"

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
 * @f: its world and engine
 * @a: its agent, NULL: it is down
 * @asked: writes begun
 * @saved: writes ended
 * @result: of the last request or act, PENDING: none yet
 * @steers: as seen before
 * @contacts: times that members have changed
 */
struct node {
	struct fakeio f;
	struct cl_agent *a;
	u64 asked;
	u64 saved;
	int result;
	int steers;
	int contacts;
};

static struct node node[NODES + 1];
static struct frame *first;
static struct frame **end = &first;
static s64 now;
/* Frames of this type are lost, to this node or, if it is 0, to all. */
static u8 lost;
static u32 lost_to;

static int op_send(void *ctx, u32 to, u8 type, const void *data, size_t len)
{
	struct frame *f;

	if (type == lost && (!lost_to || to == lost_to))
		return 0;
	f = malloc(sizeof(*f) + len);
	*f = (struct frame){ NULL, (struct node *)ctx - node, to, type, len };
	memcpy(f->data, data, len);
	*end = f;
	end = &f->next;
	return 0;
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	((struct node *)ctx)->asked = w->number;
}

static void op_contacts(void *ctx)
{
	((struct node *)ctx)->contacts++;
}

static void op_answered(void *ctx, u64 handle, int result, const char *why)
{
	struct node *n = ctx;

	assert_int_equal(handle, n - node);
	assert_non_null(why);
	snprintf(error, sizeof(error), "%s", why);
	n->result = result;
}

static const struct cl_agent_ops ops = {
	.send = op_send,
	.save = op_save,
	.contacts = op_contacts,
	.answered = op_answered,
};

static struct cl_cluster_params params(u32 id)
{
	return (struct cl_cluster_params){
		.raft = { .id = id,
			  .heartbeat_ns = 20 * CL_NS_PER_MS,
			  .election_ns = 200 * CL_NS_PER_MS,
			  .snapshot_entries = 1000 },
		.cluster = CLUSTER,
	};
}

/* Its engine has all others as peers, which have no time and are not measured. */
static void make_world(u32 id, u32 state)
{
	struct node *n = &node[id];

	memset(n, 0, sizeof(*n));
	fakeio_init(&n->f);
	n->f.rng = id;
	n->f.now = now;
	n->f.tick = 1;
	n->f.inst.node = id;
	n->f.inst.cluster = CLUSTER;
	n->f.inst.state = state;
	n->f.inst.managed = 1;
	n->f.clock.state = state;
	n->f.clock.time_ns = NOW;
	for (u32 i = 0, other = 1; i < NODES - 1; i++, other++) {
		const struct cl_member m = member(other += other == id);
		struct cl_nl_peer *p = &n->f.peer[i];

		*p = (struct cl_nl_peer){
			.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_ADDR4) |
				CL_NL_BIT(PEER_PORT),
			.node = other,
			.port = m.time.port,
		};
		memcpy(&p->addr4, m.time.addr, sizeof(p->addr4));
	}
	n->a = cl_agent_new(&n->f.io, &ops, n);
	assert_non_null(n->a);
	cl_agent_settings(n->a, &n->f.inst);
}

static void deliver(struct frame *f)
{
	struct node *n = &node[f->to];

	if (n->a && node[f->from].a)
		cl_agent_frame(n->a, f->from, f->type, f->data, f->len);
	free(f);
}

/* An engine that was steered has a time. */
static void obey(struct node *n)
{
	if (n->f.steers == n->steers)
		return;
	n->steers = n->f.steers;
	if (n->f.steer.hold || n->f.inst.state == CLOCKLINK_STATE_SYNCED)
		return;
	n->f.inst.state = CLOCKLINK_STATE_SYNCED;
	n->f.clock.state = CLOCKLINK_STATE_SYNCED;
	cl_agent_state(n->a, CLOCKLINK_STATE_SYNCED);
}

static void step(void)
{
	struct frame *f = first, *next;

	first = NULL;
	end = &first;
	now += STEP_NS;
	for (u32 i = 1; i <= NODES; i++)
		node[i].f.now = now;
	for (; f; f = next) {
		next = f->next;
		deliver(f);
	}
	for (struct node *n = node + 1; n <= node + NODES; n++) {
		while (n->a && n->saved < n->asked)
			cl_agent_saved(n->a, ++n->saved, 0);
		if (n->a && cl_agent_deadline(n->a) <= now)
			cl_agent_run(n->a);
		if (n->a)
			obey(n);
	}
}

static void run(s64 ns)
{
	for (s64 until = now + ns; now < until;)
		step();
}

static void connect_node(u32 id)
{
	for (u32 k = 1; k <= NODES; k++) {
		if (k == id || !node[k].a)
			continue;
		cl_agent_opened(node[id].a, k);
		cl_agent_opened(node[k].a, id);
	}
}

static void die(u32 id)
{
	cl_agent_free(node[id].a);
	node[id].a = NULL;
	for (u32 k = 1; k <= NODES; k++)
		if (node[k].a)
			cl_agent_closed(node[k].a, id);
}

static int outcome(u32 id)
{
	for (int i = 0; node[id].result == PENDING; i++) {
		assert_true(i < 60000);
		step();
	}
	return node[id].result;
}

static u32 leader_of(u32 id)
{
	u32 term;

	return cl_cluster_leader(cl_agent_cluster(node[id].a), &term);
}

static u32 term_of(u32 id)
{
	u32 term;

	cl_cluster_leader(cl_agent_cluster(node[id].a), &term);
	return term;
}

/* Node 1 founds a cluster; the others join, up to @voters of them vote. */
static void make_cluster(u32 voters)
{
	const struct cl_cluster_params p = params(1);
	const struct cl_raft_stored nothing = { 0 };
	const struct cl_utc utc = { SINCE, 37, CLOCKLINK_LEAP_NONE, 0 };
	const struct cl_member m = member(1);
	const char *why;
	int err;

	make_world(1, CLOCKLINK_STATE_UNSYNCED);
	assert_int_equal(cl_agent_found(node[1].a, &p, &m, &utc, error), 0);
	run(CL_NS_PER_SEC);
	for (u32 id = 2; id <= NODES; id++) {
		const struct cl_cluster_params other = params(id);
		struct cl_entry e =
			put_id(id, id <= voters ? CL_MEMBER_F_VOTER : 0);

		make_world(id, CLOCKLINK_STATE_SYNCED);
		err = cl_agent_start(node[id].a, &other, &nothing, &why);
		assert_int_equal(err, 0);
		connect_node(id);
		node[1].result = PENDING;
		assert_int_equal(cl_agent_request(node[1].a, &e, 1, error), 0);
		assert_int_equal(outcome(1), 0);
		run(CL_NS_PER_SEC);
	}
}

static void end_cluster(void)
{
	struct frame *next;

	for (u32 id = 1; id <= NODES; id++) {
		cl_agent_free(node[id].a);
		node[id].a = NULL;
	}
	for (struct frame *f = first; f; f = next) {
		next = f->next;
		free(f);
	}
	first = NULL;
	end = &first;
}

static void test_without_a_cluster_settings_count(void **state)
{
	(void)state;
	make_world(1, CLOCKLINK_STATE_UNSYNCED);
	assert_int_equal(cl_agent_deadline(node[1].a), CL_AGENT_NEVER);
	node[1].f.inst.leader = 1;
	cl_agent_settings(node[1].a, &node[1].f.inst);
	run(CL_NS_PER_SEC);
	assert_int_equal(node[1].f.steer.parent, 1);
	assert_in_range(node[1].f.asks, 9, 11);
	assert_null(cl_agent_cluster(node[1].a));
	end_cluster();
}

static void test_founder_begins_with_the_hosts_time(void **state)
{
	const struct cl_cluster_params p = params(1);
	const struct cl_utc utc = { SINCE, 37, CLOCKLINK_LEAP_NONE, 0 };
	const struct cl_member m = member(1);

	(void)state;
	make_world(1, CLOCKLINK_STATE_UNSYNCED);
	node[1].f.inst.term = 41;
	cl_agent_settings(node[1].a, &node[1].f.inst);
	assert_int_equal(cl_agent_found(node[1].a, &p, &m, &utc, error), 0);
	for (int i = 0; !node[1].steers; i++) {
		assert_true(i < 1000);
		step();
	}
	assert_int_equal(node[1].f.inst.leader, 1);
	assert_true(cl_nl_has(&node[1].f.set, INSTANCE_MANAGED));
	assert_true(node[1].f.steer.force);
	assert_int_equal(node[1].f.steer.term, term_of(1));
	assert_true(term_of(1) > 41);
	assert_true(node[1].contacts > 0);
	end_cluster();
}

static void test_all_obey_who_is_elected(void **state)
{
	u32 old, next, term;

	(void)state;
	make_cluster(NODES);
	old = leader_of(1);
	term = term_of(1);
	assert_int_not_equal(old, 0);
	for (u32 id = 1; id <= NODES; id++)
		assert_int_equal(node[id].f.inst.leader, old);
	die(old);
	run(CL_NS_PER_SEC);
	next = leader_of(old % NODES + 1);
	assert_int_not_equal(next, 0);
	assert_int_not_equal(next, old);
	for (u32 id = 1; id <= NODES; id++) {
		if (id == old)
			continue;
		assert_int_equal(node[id].f.inst.leader, next);
		assert_true(term_of(id) > term);
	}
	/* It goes on by its own line. */
	assert_int_equal(node[next].f.steer.parent, next);
	assert_false(node[next].f.steer.force);
	assert_false(cl_nl_has(&node[next].f.steer, STEER_TIME));
	end_cluster();
}

static void test_without_a_majority_nobody_leads(void **state)
{
	int asks;
	u32 left;

	(void)state;
	make_cluster(NODES);
	left = leader_of(1);
	for (u32 id = 1, dead = 0; id <= NODES && dead < 3; id++) {
		if (id == left)
			continue;
		die(id);
		dead++;
	}
	run(CL_NS_PER_SEC);
	asks = node[left].f.asks;
	assert_int_equal(node[left].f.inst.leader, 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(node[left].f.asks, asks);
	end_cluster();
}

static void test_leader_without_a_time_gives_it_away(void **state)
{
	u32 old;

	(void)state;
	make_cluster(3);
	old = leader_of(1);
	node[old].f.inst.state = CLOCKLINK_STATE_VOID;
	node[old].f.clock.state = CLOCKLINK_STATE_VOID;
	node[old].steers = node[old].f.steers;
	cl_agent_state(node[old].a, CLOCKLINK_STATE_VOID);
	run(CL_NS_PER_SEC);
	assert_int_not_equal(leader_of(old), 0);
	assert_int_not_equal(leader_of(old), old);
	/* It has begun no time of its own. */
	assert_int_equal(node[old].f.steers, node[old].steers);
	end_cluster();
}

/* Clocks of voters 1 to @voters are void now. */
static void lose_time(u32 voters)
{
	for (struct node *n = node + 1; n <= node + voters; n++) {
		n->f.inst.state = CLOCKLINK_STATE_VOID;
		n->f.clock.state = CLOCKLINK_STATE_VOID;
		n->f.steer.force = false;
		n->steers = n->f.steers;
		cl_agent_state(n->a, CLOCKLINK_STATE_VOID);
	}
}

static unsigned int begun(u32 voters)
{
	unsigned int n = 0;

	for (u32 id = 1; id <= voters; id++)
		n += node[id].f.steer.force;
	return n;
}

static void test_new_time_begins_when_most_have_none(void **state)
{
	(void)state;
	make_cluster(3);
	/* Nobody says what it has. */
	lost = CL_CENSUS_TELL;
	lose_time(3);
	run(10 * CL_NS_PER_SEC);
	assert_int_not_equal(leader_of(1), 0);
	assert_int_equal(begun(3), 0);
	lost = 0;
	run(CL_NS_PER_SEC);
	assert_int_equal(begun(3), 1);
	end_cluster();
}

/* The steered clock of who has begun a time, NULL: nobody has. */
static const struct cl_nl_steer *beginning(void)
{
	for (u32 id = 1; id <= 3; id++)
		if (node[id].f.steer.force)
			return &node[id].f.steer;
	return NULL;
}

/*
 * The leader's raw clock may have stood still, and its lease with it, and what voters
 * said may be of long ago: whoever begins is elected after that.
 */
static void test_who_was_asleep_begins_no_time(void **state)
{
	u32 id, term;

	(void)state;
	make_cluster(3);
	lost = CL_CENSUS_TELL;
	lose_time(3);
	run(10 * CL_NS_PER_SEC);
	id = leader_of(1);
	term = term_of(1);
	assert_int_not_equal(id, 0);
	assert_null(beginning());
	node[id].f.clock.disruptions++;
	lost = 0;
	run(5 * CL_NS_PER_SEC);
	assert_non_null(beginning());
	assert_true(beginning()->term > term);
	assert_int_equal(begun(3), 1);
	end_cluster();
}

/* Who leads with a time is not sure to lead either. */
static void test_leader_that_was_asleep_resigns(void **state)
{
	u32 id, term;

	(void)state;
	make_cluster(1);
	id = leader_of(1);
	term = term_of(1);
	node[id].f.clock.disruptions++;
	lose_time(1);
	run(CL_NS_PER_SEC);
	assert_true(term_of(1) > term);
	assert_int_equal(begun(1), 1);
	assert_true(beginning()->term > term);
	end_cluster();
}

static void refuse_new_time(u32 id, const char *why)
{
	node[id].result = PENDING;
	assert_int_equal(cl_agent_new_time(node[id].a, id, error), -EINVAL);
	assert_non_null(strstr(error, why));
	assert_int_equal(node[id].result, PENDING);
	assert_int_equal(begun(3), 0);
}

/* A majority that says to have no time is not to be had: an operator decides. */
static void test_new_time_by_an_operator(void **state)
{
	u32 id;

	(void)state;
	make_cluster(3);
	for (u32 i = 1; i <= 3; i++)
		node[i].f.steer.force = false;
	id = leader_of(1);
	refuse_new_time(id, "leads, its time goes on");
	lost = CL_CENSUS_TELL;
	lose_time(3);
	run(40 * CL_NS_PER_SEC);
	id = leader_of(1);
	assert_int_not_equal(id, 0);
	refuse_new_time(id % 3 + 1, "is elected, say it there");
	/* A clock that has come back is better than a new time. */
	node[id].f.clock.state = CLOCKLINK_STATE_HOLDOVER;
	refuse_new_time(id, "has the time");
	node[id].f.clock.state = CLOCKLINK_STATE_VOID;
	node[id].f.clock.disruptions++;
	refuse_new_time(id, "was disturbed");
	run(CL_NS_PER_SEC);
	id = leader_of(1);
	assert_int_not_equal(id, 0);
	node[id].result = PENDING;
	assert_int_equal(cl_agent_new_time(node[id].a, id, error), 0);
	assert_int_equal(node[id].result, 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(begun(3), 1);
	assert_int_equal(node[id].f.steer.parent, id);
	die(id % 3 + 1);
	die((id + 1) % 3 + 1);
	run(CL_NS_PER_SEC);
	node[id].result = PENDING;
	assert_int_equal(cl_agent_new_time(node[id].a, id, error), -EINVAL);
	assert_non_null(strstr(error, "nobody is elected"));
	lost = 0;
	end_cluster();
}

/* One voter that has a time is enough, whoever is elected. */
static void test_old_time_is_gone_on_with(void **state)
{
	(void)state;
	make_cluster(3);
	lose_time(2);
	die(leader_of(3) == 3 ? 1 : leader_of(3));
	run(10 * CL_NS_PER_SEC);
	assert_int_equal(begun(3), 0);
	assert_int_equal(leader_of(3), 3);
	assert_int_equal(node[3].f.steer.parent, 3);
	end_cluster();
}

/* Whoever is elected: each of both that are left once. */
static void test_who_knows_the_rate_leads(void **state)
{
	u32 old, good;

	(void)state;
	for (u32 i = 1; i <= 2; i++) {
		make_cluster(3);
		old = leader_of(1);
		good = (old - 1 + i) % 3 + 1;
		for (u32 id = 1; id <= 3; id++)
			node[id].f.clock.drift_ppt = id == good ? 2000000 :
								  50000000;
		die(old);
		run(3 * CL_NS_PER_SEC);
		assert_int_equal(leader_of(good), good);
		assert_int_equal(node[good].f.steer.parent, good);
		end_cluster();
	}
}

/* Who of the first three is elected next. */
static u32 next_elected(void)
{
	for (int i = 0; i < 3000; i++, step())
		for (u32 id = 1; id <= 3; id++)
			if (node[id].a && leader_of(id) == id)
				return id;
	return 0;
}

/* What counts is what a clock is worth when the lease begins, after the election. */
static void test_rate_is_looked_at_when_the_lease_begins(void **state)
{
	u32 old, id, other;

	(void)state;
	make_cluster(3);
	old = leader_of(1);
	for (u32 i = 1; i <= 3; i++)
		node[i].f.inst.term = term_of(1);
	die(old);
	id = next_elected();
	assert_int_not_equal(id, 0);
	other = 6 - old - id;
	node[other].f.clock.drift_ppt = CL_CENSUS_STEADY_PPT;
	node[id].f.clock.drift_ppt = CL_CENSUS_STEADY_PPT + 1;
	for (s64 until = now + 3 * CL_NS_PER_SEC; now < until; step())
		assert_int_not_equal(node[id].f.steer.parent, id);
	assert_int_equal(leader_of(other), other);
	assert_int_equal(node[other].f.steer.parent, other);
	end_cluster();
}

static int transfer(u32 from, u32 to)
{
	node[from].result = PENDING;
	assert_int_equal(cl_agent_act(node[from].a, CL_CLUSTER_LEAD, to, from,
				      error),
			 0);
	return outcome(from);
}

static void refuse_transfer(u32 from, u32 to, const char *why)
{
	u32 term = term_of(from);

	assert_int_equal(transfer(from, to), CL_ANSWER_CONFLICT);
	assert_non_null(strstr(error, why));
	run(CL_NS_PER_SEC);
	assert_int_equal(term_of(from), term);
	assert_int_equal(leader_of(from), from);
}

/* Who could not go on with the time as well is not given the lead. */
static void test_lead_is_given_to_good_clocks(void **state)
{
	u32 from, to;

	(void)state;
	make_cluster(3);
	from = leader_of(1);
	to = from % 3 + 1;
	node[to].f.clock.state = CLOCKLINK_STATE_VOID;
	refuse_transfer(from, to, "has no time");
	node[to].f.clock.state = CLOCKLINK_STATE_SYNCED;
	node[to].f.clock.drift_ppt = 50000000;
	refuse_transfer(from, to, "is new, its bound grows by 50.0 ppm");
	node[to].f.clock.drift_ppt = 2000000;
	node[from].f.inst.term = term_of(from);
	node[to].f.inst.term = term_of(from) - 1;
	refuse_transfer(from, to, "has not taken time of this term yet");
	node[to].f.inst.term = term_of(from);
	lost = CL_CENSUS_TELL;
	refuse_transfer(from, to, "does not answer");
	lost = 0;
	assert_int_equal(transfer(from, to), 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(leader_of(from), to);
	assert_int_equal(node[to].f.steer.parent, to);
	end_cluster();
}

static void say(u32 from, u32 to, const struct cl_testimony *t)
{
	u8 buf[CL_TESTIMONY_MAX];

	op_send(&node[from], to, t->type, buf, cl_testimony_encode(t, buf));
}

static void test_no_confidence_deposes(void **state)
{
	struct cl_testimony t = { .type = CL_TESTIMONY_NO_CONFIDENCE };
	u32 old, said = 0;

	(void)state;
	make_cluster(3);
	old = leader_of(1);
	t.term = term_of(1);
	/* Of five one may lie: it takes two, and one that says it often is one. */
	for (u32 from = 1; from <= NODES && said < 2; from++) {
		if (from == old)
			continue;
		for (int i = 0; i < 10; i++)
			for (u32 to = 1; to <= 3; to++)
				if (to != from)
					say(from, to, &t);
		run(300 * CL_NS_PER_MS);
		if (++said == 1)
			assert_int_equal(term_of(1), t.term);
	}
	run(CL_NS_PER_SEC);
	assert_true(term_of(1) > t.term);
	assert_int_not_equal(leader_of(1), 0);
	end_cluster();
}

static void test_accusations_isolate(void **state)
{
	struct cl_testimony t = {
		.type = CL_TESTIMONY_ACCUSE,
		.node = 5,
		.accusation = { .rule = CL_RULE_STRIKES,
				.offset_ns = 50000,
				.limit_ns = 1000,
				.round = 7 },
	};
	const struct cl_state *s;
	u32 leader, accusers = 0;

	(void)state;
	make_cluster(4);
	leader = leader_of(1);
	for (u32 from = 1; from <= 4 && accusers < 2; from++) {
		if (from == leader)
			continue;
		t.accusation.accuser = from;
		say(from, leader, &t);
		run(100 * CL_NS_PER_MS);
		s = cl_cluster_state(cl_agent_cluster(node[leader].a));
		assert_int_equal(cl_state_isolated(s, 5), ++accusers == 2);
	}
	run(CL_NS_PER_SEC);
	for (u32 id = 1; id <= 4; id++)
		assert_int_equal(node[id].f.events[CL_EVENT_NODE_ISOLATED], 1);
	end_cluster();
}

/* The judge of a node accuses another one from now on. */
static void accuse(u32 id, u32 other)
{
	struct cl_judge *j = (struct cl_judge *)cl_agent_judge(node[id].a);

	assert_true(j->judging);
	j->reputation.n = 1;
	j->reputation.node[0] = (struct cl_reputation_node){
		.node = other,
		.state = CL_REPUTATION_ACCUSED,
		.why = { .node = other,
			 .rule = CL_REPUTATION_STRIKES,
			 .offset_ns = 50000,
			 .limit_ns = 1000 },
	};
	cl_judge_repeat(j);
}

/* It need not hear of it, and the next one isolates it without being asked again. */
static void test_accusations_of_the_leader_depose(void **state)
{
	u32 leader, term, accusers = 0;

	(void)state;
	make_cluster(4);
	leader = leader_of(1);
	term = term_of(1);
	lost = CL_TESTIMONY_ACCUSE;
	lost_to = leader;
	for (u32 id = 1; id <= 4 && accusers < 2; id++) {
		if (id == leader)
			continue;
		assert_int_equal(term_of(id), term);
		accuse(id, leader);
		run(700 * CL_NS_PER_MS);
		accusers++;
	}
	for (u32 id = 1; id <= 4; id++) {
		assert_true(term_of(id) > term);
		assert_int_not_equal(leader_of(id), 0);
		assert_int_not_equal(leader_of(id), leader);
		assert_int_equal(node[id].f.events[CL_EVENT_NODE_ISOLATED], 1);
	}
	lost = 0;
	lost_to = 0;
	end_cluster();
}

/* Of the engine's peers. */
static int changes_of(u32 id)
{
	const struct fakeio *f = &node[id].f;

	return f->peers + f->peer_sets + f->peer_dels;
}

/* What is due is done: it is not due again at once. */
static void check_deadlines(u32 id)
{
	for (int i = 0; i < 3000; i++) {
		step();
		cl_agent_run(node[id].a);
		assert_true(cl_agent_deadline(node[id].a) > now);
	}
}

static void test_leader_asks_often_while_it_suspects(void **state)
{
	struct cl_reputation *r;
	int asks;
	u32 id;

	(void)state;
	make_cluster(3);
	id = leader_of(1);
	node[id].f.inst.interval_max_ns = 100 * CL_NS_PER_SEC;
	cl_agent_settings(node[id].a, &node[id].f.inst);
	run(100 * CL_NS_PER_SEC);
	asks = node[id].f.asks;
	run(10 * CL_NS_PER_SEC);
	assert_in_range(node[id].f.asks - asks, 8, 12);
	r = &((struct cl_judge *)cl_agent_judge(node[id].a))->reputation;
	r->n = 1;
	r->node[0] = (struct cl_reputation_node){
		.node = 4, .state = CL_REPUTATION_SUSPICIOUS
	};
	asks = node[id].f.asks;
	run(10 * CL_NS_PER_SEC);
	assert_in_range(node[id].f.asks - asks, 90, 102);
	end_cluster();
}

static void test_deadlines_go_on(void **state)
{
	const struct cl_raft_stored nothing = { 0 };
	const struct cl_cluster_params p = params(2);
	const char *why;

	(void)state;
	make_cluster(3);
	check_deadlines(1);
	check_deadlines(2);
	/* its peers have changed */
	cl_agent_settings(node[2].a, &node[2].f.inst);
	check_deadlines(2);
	/* it is no member of anything yet */
	die(2);
	make_world(2, CLOCKLINK_STATE_SYNCED);
	assert_int_equal(cl_agent_start(node[2].a, &p, &nothing, &why), 0);
	cl_agent_settings(node[2].a, &node[2].f.inst);
	check_deadlines(2);
	assert_int_equal(changes_of(2), 0);
	end_cluster();
}

/* The instance is deleted while exchanges wait to be judged. */
static void test_without_an_instance_nothing_is_due(void **state)
{
	const struct cl_nl_sample s = { .have = ~0ULL, .peer = 3 };
	int changes;

	(void)state;
	make_cluster(3);
	assert_true(cl_agent_judge(node[2].a)->judging);
	cl_agent_sample(node[2].a, &s);
	assert_true(cl_agent_judge(node[2].a)->waiting);
	changes = changes_of(2);
	cl_agent_settings(node[2].a, NULL);
	assert_false(cl_agent_judge(node[2].a)->judging);
	check_deadlines(2);
	assert_int_equal(changes_of(2), changes);
	end_cluster();
}

static void test_clock_state_is_no_news_of_members(void **state)
{
	int before;

	(void)state;
	make_cluster(3);
	before = node[1].contacts;
	cl_agent_state(node[1].a, CLOCKLINK_STATE_HOLDOVER);
	cl_agent_state(node[1].a, CLOCKLINK_STATE_SYNCED);
	assert_int_equal(node[1].contacts, before);
	end_cluster();
}

static void test_who_left_is_in_no_cluster(void **state)
{
	(void)state;
	make_cluster(3);
	cl_agent_leave(node[5].a);
	assert_null(cl_agent_cluster(node[5].a));
	assert_int_equal(node[5].f.inst.leader, 0);
	cl_agent_frame(node[5].a, 1, CL_CLUSTER_OFFER, NULL, 0);
	run(CL_NS_PER_SEC);
	assert_int_equal(node[5].f.inst.leader, 0);
	end_cluster();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_cluster_settings_count),
		cmocka_unit_test(test_founder_begins_with_the_hosts_time),
		cmocka_unit_test(test_all_obey_who_is_elected),
		cmocka_unit_test(test_without_a_majority_nobody_leads),
		cmocka_unit_test(test_leader_without_a_time_gives_it_away),
		cmocka_unit_test(test_new_time_begins_when_most_have_none),
		cmocka_unit_test(test_who_was_asleep_begins_no_time),
		cmocka_unit_test(test_leader_that_was_asleep_resigns),
		cmocka_unit_test(test_new_time_by_an_operator),
		cmocka_unit_test(test_old_time_is_gone_on_with),
		cmocka_unit_test(test_who_knows_the_rate_leads),
		cmocka_unit_test(test_rate_is_looked_at_when_the_lease_begins),
		cmocka_unit_test(test_lead_is_given_to_good_clocks),
		cmocka_unit_test(test_no_confidence_deposes),
		cmocka_unit_test(test_accusations_isolate),
		cmocka_unit_test(test_accusations_of_the_leader_depose),
		cmocka_unit_test(test_leader_asks_often_while_it_suspects),
		cmocka_unit_test(test_deadlines_go_on),
		cmocka_unit_test(test_without_an_instance_nothing_is_due),
		cmocka_unit_test(test_clock_state_is_no_news_of_members),
		cmocka_unit_test(test_who_left_is_in_no_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
