// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/monitor/changes.h"
#include "agent/monitor/rounds.h"
#include "watchkit.h"

/**
 * struct world - what is looked at, and what comes of it
 * @look: the look
 * @c: what was before
 * @log: the events
 * @seen: the last one that a test has seen
 * @at: second of the look
 */
struct world {
	struct cl_look look;
	struct cl_changes c;
	struct cl_eventlog log;
	u64 seen;
	unsigned int at;
};

static struct world *begin(const u32 *peer, unsigned int n)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	kit_look(&w->look, w->at++, peer, n);
	return w;
}

static void look(struct world *w)
{
	w->log.utc_ns = w->look.utc_ns;
	assert_int_equal(cl_changes_look(&w->c, &w->log, &w->look, 0), 0);
}

static void end(struct world *w)
{
	cl_look_clear(&w->look);
	cl_changes_clear(&w->c);
	free(w);
}

/* The next event is of this kind and says this. */
static void expect(struct world *w, enum cl_event_kind kind, u32 node,
		   const char *text)
{
	const struct cl_event *e = cl_eventlog_next(&w->log, w->seen);

	assert_non_null(e);
	if (!strstr(e->text, text))
		fail_msg("'%s', not '%s'", e->text, text);
	assert_int_equal(e->kind, kind);
	assert_int_equal(e->node, node);
	w->seen = e->number;
}

static void expect_nothing(struct world *w)
{
	assert_null(cl_eventlog_next(&w->log, w->seen));
}

static void test_states_are_told_once(void **state)
{
	struct world *w = begin(NULL, 0);

	(void)state;
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock synced; bound 1.000 us");
	look(w);
	expect_nothing(w);
	w->look.clock.state = CLOCKLINK_STATE_VOID;
	cl_changes_state(&w->c, &w->log, CLOCKLINK_STATE_VOID, U64_MAX);
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock void, was synced; bound unlimited");
	expect_nothing(w);
	cl_look_clear(&w->look);
	strcpy(w->look.error, "why not");
	look(w);
	expect(w, CL_EVENT_DAEMON, 0, "gone: why not");
	expect_nothing(w);
	end(w);
}

static void test_peers_come_and_go(void **state)
{
	static const u32 before[] = { 2, 3, 5 }, after[] = { 3, 4 };
	struct world *w = begin(before, 3);
	u32 many[100];

	(void)state;
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock");
	kit_look(&w->look, w->at++, after, 2);
	look(w);
	expect(w, CL_EVENT_PEER, 4, "peer 4 added");
	expect(w, CL_EVENT_PEER, 2, "peer 2 removed");
	expect(w, CL_EVENT_PEER, 5, "peer 5 removed");
	for (u32 i = 0; i < 100; i++)
		many[i] = 1000 + i;
	kit_look(&w->look, w->at++, many, 100);
	look(w);
	expect(w, CL_EVENT_PEER, 0, "100 peers added, from node 1000 to");
	expect(w, CL_EVENT_PEER, 3, "peer 3 removed");
	expect(w, CL_EVENT_PEER, 4, "peer 4 removed");
	expect_nothing(w);
	end(w);
}

/* Node 1 of a cluster. */
static void put_cluster(struct cl_look *l, u32 leader, bool quorum)
{
	l->status.have = CL_CTL_BIT(STATUS_MEMBERS);
	l->status.phase = CL_CTL_PHASE_MEMBER;
	l->status.leader = leader;
	l->status.term = 4;
	l->status.quorum = quorum;
	l->status.voters = 3;
	l->status.needed = 2;
	cl_look_finish(l);
}

static void test_leader_and_quorum(void **state)
{
	struct world *w = begin(NULL, 0);

	(void)state;
	put_cluster(&w->look, 2, true);
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock");
	expect(w, CL_EVENT_LEADER, 2, "node 2 leads, term 4");
	put_cluster(&w->look, 0, false);
	look(w);
	expect(w, CL_EVENT_LEADER, 2, "node 2 leads no more");
	expect(w, CL_EVENT_QUORUM, 0, "no quorum: 0 of 3 voters reachable, 2");
	put_cluster(&w->look, 3, true);
	look(w);
	expect(w, CL_EVENT_LEADER, 3, "node 3 leads");
	expect(w, CL_EVENT_QUORUM, 0, "quorum again");
	expect_nothing(w);
	end(w);
}

static void put_owner(struct cl_ctl_sysclock *c, const char *state,
		      const char *device, const char *why)
{
	memset(c, 0, sizeof(*c));
	c->have = CL_CTL_BIT(SYSCLOCK_STATE);
	strcpy(c->state, state);
	strcpy(c->device, device);
	strcpy(c->why, why);
	if (*device)
		c->have |= CL_CTL_BIT(SYSCLOCK_DEVICE);
}

/* Each clock for itself; one that is off was never anything else. */
static void test_owners_of_clocks(void **state)
{
	struct world *w = begin(NULL, 0);

	(void)state;
	put_owner(&w->look.sysclock, "off", "", "");
	put_owner(&w->look.phcclock, "waiting", "eth0", "no time");
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock synced");
	expect(w, CL_EVENT_CLOCK_OWNER, 0,
	       "PTP clock of eth0 waiting: no time");
	put_owner(&w->look.phcclock, "steered", "eth0", "");
	look(w);
	expect(w, CL_EVENT_CLOCK_OWNER, 0, "PTP clock of eth0 steered");
	look(w);
	expect_nothing(w);
	put_owner(&w->look.sysclock, "left-alone", "", "ntpd");
	put_owner(&w->look.phcclock, "off", "", "");
	look(w);
	expect(w, CL_EVENT_CLOCK_OWNER, 0, "system's clock left-alone: ntpd");
	expect(w, CL_EVENT_CLOCK_OWNER, 0, "PTP clock off");
	expect_nothing(w);
	end(w);
}

static void put_judgement(struct cl_look *l, u64 number, const char *to)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_EVENT_GET };

	m.event.have = CL_CTL_BIT(EVENT_NUMBER);
	m.event.number = number;
	m.event.node = 7;
	m.event.utc_ns = 1000 * number;
	m.event.offset_ns = 55;
	strcpy(m.event.from, "good");
	strcpy(m.event.to, to);
	strcpy(m.event.rule, "cusum");
	kit_put(l, &m);
	cl_look_finish(l);
}

static void test_judgements_are_taken_over_once(void **state)
{
	struct world *w = begin(NULL, 0);
	const struct cl_event *e;

	(void)state;
	put_cluster(&w->look, 0, true);
	put_judgement(&w->look, 1, "suspicious");
	put_judgement(&w->look, 2, "demoted");
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock");
	expect(w, CL_EVENT_REPUTATION, 7, "suspicious, was good");
	expect(w, CL_EVENT_REPUTATION, 7, "demoted, was good");
	e = cl_eventlog_next(&w->log, w->seen - 1);
	assert_string_equal(e->rule, "cusum");
	assert_int_equal(e->offset_ns, 55);
	assert_int_equal(e->utc_ns, 2000);
	look(w);
	expect_nothing(w);
	/* A daemon that was started anew counts anew. */
	w->look.n_events = 1;
	look(w);
	put_judgement(&w->look, 2, "good");
	look(w);
	expect(w, CL_EVENT_REPUTATION, 7, "good, was good");
	expect_nothing(w);
	end(w);
}

static void test_lost_events_are_told_once(void **state)
{
	struct world *w = begin(NULL, 0);

	(void)state;
	look(w);
	expect(w, CL_EVENT_STATE, 0, "clock");
	for (u64 n = 1; n < 4; n++)
		assert_int_equal(cl_changes_look(&w->c, &w->log, &w->look, n),
				 0);
	expect(w, CL_EVENT_DAEMON, 0, "too fast");
	expect_nothing(w);
	end(w);
}

static void test_the_log_forgets_the_oldest(void **state)
{
	struct world *w = begin(NULL, 0);
	const struct cl_event *e;
	u64 n = 0;

	(void)state;
	for (unsigned int i = 0; i < CL_EVENTLOG_SIZE + 10; i++)
		cl_eventlog_add(&w->log, CL_EVENT_PEER, CL_EVENT_INFO, i, "%u",
				i);
	e = cl_eventlog_next(&w->log, 0);
	assert_int_equal(e->number, 11);
	for (; e; e = cl_eventlog_next(&w->log, e->number))
		n++;
	assert_int_equal(n, CL_EVENTLOG_SIZE);
	assert_null(cl_eventlog_next(&w->log, U64_MAX));
	end(w);
}

static void test_rounds_are_counted(void **state)
{
	static const u32 peer[] = { 2 };
	struct cl_nl_update u = { .sender = 2, .term = 4, .bound_ns = 99 };
	struct cl_rounds *r = calloc(1, sizeof(*r));
	struct world *w = begin(peer, 1);

	(void)state;
	assert_non_null(r);
	u.have = CL_NL_BIT(UPDATE_SENDER);
	w->look.instance.leader = 2;
	w->look.instance.term = 4;
	w->look.stats.rounds = 10;
	cl_rounds_look(r, &w->look);
	assert_int_equal(r->n, 0);
	cl_rounds_update(r, &u);
	w->look.stats.rounds = 13;
	w->look.peers[0].lost = 5;
	cl_rounds_look(r, &w->look);
	assert_int_equal(r->n, 1);
	assert_int_equal(r->round[0].rounds, 3);
	assert_int_equal(r->round[0].lost, 5);
	assert_int_equal(r->round[0].bound_ns, 99);
	w->look.instance.term = 5;
	w->look.stats.rounds = 14;
	cl_rounds_look(r, &w->look);
	assert_int_equal(r->round[1].bound_ns, U64_MAX);
	cl_rounds_look(r, &w->look);
	assert_int_equal(r->n, 2);
	free(r);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_are_told_once),
		cmocka_unit_test(test_peers_come_and_go),
		cmocka_unit_test(test_leader_and_quorum),
		cmocka_unit_test(test_owners_of_clocks),
		cmocka_unit_test(test_judgements_are_taken_over_once),
		cmocka_unit_test(test_lost_events_are_told_once),
		cmocka_unit_test(test_the_log_forgets_the_oldest),
		cmocka_unit_test(test_rounds_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
