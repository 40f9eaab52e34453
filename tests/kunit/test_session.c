// SPDX-License-Identifier: GPL-2.0-or-later
#include "random.h"
#include "stamps.h"

/* A node that asks and one that answers. */
static struct cl_session asker;
static struct cl_session answerer;

static void start(u32 first_seq)
{
	cl_session_init(&asker, first_seq);
	cl_session_init(&answerer, 12345);
}

static u32 ask(struct cl_wire_msg *m)
{
	u32 seq;

	memset(m, 0, sizeof(*m));
	seq = cl_session_make_request(&asker, m);
	cl_session_request_sent(&asker, seq, cl_stamped_sw(stamp(seq, 1)));
	return seq;
}

static enum cl_session_result answer(const struct cl_wire_msg *req,
				     struct cl_wire_msg *resp,
				     struct cl_exchange *x)
{
	u32 seq = req->hdr.seq;
	struct cl_stamped t2 = cl_stamped_sw(stamp(seq, 2));
	enum cl_session_result result;

	memset(resp, 0, sizeof(*resp));
	result = cl_session_take_request(&answerer, req, &t2, resp, x);
	if (result != CL_SESSION_IGNORED)
		cl_session_response_sent(&answerer, seq,
					 cl_stamped_sw(stamp(seq, 3)));
	return result;
}

static enum cl_session_result take(const struct cl_wire_msg *resp,
				   struct cl_exchange *x)
{
	struct cl_stamped t4 = cl_stamped_sw(stamp(resp->hdr.seq, 4));

	return cl_session_take_response(&asker, resp, &t4, x);
}

static void test_each_round_completes_the_one_before(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(0xfffffff0U); /* wraps around on the way */
	for (i = 0; i < 100; i++) {
		u32 seq = ask(&req);

		KUNIT_ASSERT_EQ(test, seq, 0xfffffff0U + i);
		KUNIT_ASSERT_EQ(test, answer(&req, &resp, &x),
				i ? CL_SESSION_EXCHANGE : CL_SESSION_TAKEN);
		if (i) {
			KUNIT_ASSERT_EQ(test, x.seq, seq - 1);
			expect_answered(test, &x);
		}
		KUNIT_ASSERT_EQ(test, take(&resp, &x),
				i ? CL_SESSION_EXCHANGE : CL_SESSION_TAKEN);
		if (i) {
			KUNIT_ASSERT_EQ(test, x.seq, seq - 1);
			expect_asked(test, &x);
		}
	}
	KUNIT_EXPECT_EQ(test, asker.exchanges, 99ULL);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 99ULL);
	KUNIT_EXPECT_EQ(test, asker.no_stamp + answerer.no_stamp, 0ULL);
	KUNIT_EXPECT_EQ(test, asker.resp_seq.received, 100ULL);
	KUNIT_EXPECT_EQ(test, answerer.req_seq.received, 100ULL);
}

static void test_message_says_what_it_carries(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;

	start(1);
	ask(&req);
	KUNIT_EXPECT_EQ(test, req.hdr.type, CL_WIRE_REQUEST);
	KUNIT_EXPECT_EQ(test, req.hdr.flags, 0);
	KUNIT_EXPECT_EQ(test, req.req.prev_seq, 0U);
	answer(&req, &resp, &x);
	KUNIT_EXPECT_EQ(test, resp.hdr.type, CL_WIRE_RESPONSE);
	KUNIT_EXPECT_EQ(test, resp.hdr.seq, 1U);
	KUNIT_EXPECT_EQ(test, resp.hdr.flags, CL_WIRE_F_RX);
	KUNIT_EXPECT_EQ(test, resp.resp.t2.ns, stamp(1, 2).ns);
	take(&resp, &x);

	ask(&req);
	KUNIT_EXPECT_EQ(test, req.hdr.flags,
			CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX);
	KUNIT_EXPECT_EQ(test, req.req.prev_seq, 1U);
	KUNIT_EXPECT_EQ(test, req.req.t1.ns, stamp(1, 1).ns);
	KUNIT_EXPECT_EQ(test, req.req.t4.ns, stamp(1, 4).ns);
	req.hdr.flags |= CL_WIRE_F_PROBE;
	answer(&req, &resp, &x);
	KUNIT_EXPECT_EQ(test, resp.hdr.flags,
			CL_WIRE_F_RX | CL_WIRE_F_PREV_TX | CL_WIRE_F_PROBE);
	KUNIT_EXPECT_EQ(test, resp.resp.prev_seq, 1U);
	KUNIT_EXPECT_EQ(test, resp.resp.t3.ns, stamp(1, 3).ns);
}

static void test_caller_keeps_the_rest_of_the_header(struct kunit *test)
{
	struct cl_wire_msg m = {
		.hdr = { .state = 3, .cluster = 9, .sender = 4, .term = 8 },
	};

	start(1);
	cl_session_make_request(&asker, &m);
	KUNIT_EXPECT_EQ(test, m.hdr.state, 3);
	KUNIT_EXPECT_EQ(test, m.hdr.cluster, 9U);
	KUNIT_EXPECT_EQ(test, m.hdr.sender, 4U);
	KUNIT_EXPECT_EQ(test, m.hdr.term, 8U);
}

static void test_lost_request_costs_one_exchange(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(100);
	for (i = 0; i < 100; i++) {
		ask(&req);
		if (i == 50)
			continue;
		answer(&req, &resp, &x);
		take(&resp, &x);
	}
	/* 150 never happened, and it carried the stamps of 149. */
	KUNIT_EXPECT_EQ(test, asker.exchanges, 98ULL);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 97ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&answerer.req_seq), 1ULL);
}

static void test_lost_response_costs_two_exchanges_at_most(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(100);
	for (i = 0; i < 100; i++) {
		ask(&req);
		answer(&req, &resp, &x);
		if (i != 50)
			take(&resp, &x);
	}
	/* 150 has no T4, and the lost response carried T3 of 149. */
	KUNIT_EXPECT_EQ(test, asker.exchanges, 97ULL);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 98ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&asker.resp_seq), 1ULL);
}

static void test_repeated_request_is_not_answered(struct kunit *test)
{
	struct cl_wire_msg req, resp, untouched;
	enum cl_session_result result;
	struct cl_exchange x;

	start(7);
	ask(&req);
	answer(&req, &resp, &x);
	memset(&resp, 0x5a, sizeof(resp));
	untouched = resp;
	result = cl_session_take_request(&answerer, &req, NULL, &resp, &x);
	KUNIT_EXPECT_EQ(test, result, CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, memcmp(&resp, &untouched, sizeof(resp)), 0);
	KUNIT_EXPECT_EQ(test, answerer.req_seq.duplicated, 1ULL);
}

static void test_repeated_response_is_ignored(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;

	start(7);
	ask(&req);
	answer(&req, &resp, &x);
	take(&resp, &x);
	ask(&req);
	answer(&req, &resp, &x);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, asker.exchanges, 1ULL);
	KUNIT_EXPECT_EQ(test, asker.resp_seq.duplicated, 1ULL);
}

static void test_unasked_response_changes_nothing(struct kunit *test)
{
	struct cl_wire_msg resp = {
		.hdr = { .type = CL_WIRE_RESPONSE, .flags = CL_WIRE_F_RX },
	};
	static struct cl_session before;
	struct cl_exchange x;

	start(1000);
	before = asker;
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_IGNORED);
	resp.hdr.seq = 1000;
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, memcmp(&asker, &before, sizeof(asker)), 0);
}

static void test_stamps_of_unknown_exchange_are_ignored(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;

	start(1);
	ask(&req);
	answer(&req, &resp, &x);
	resp.hdr.flags |= CL_WIRE_F_PREV_TX;
	resp.resp.prev_seq = 1 + CL_SESSION_SLOTS; /* same place, never sent */
	resp.resp.t3 = stamp(1, 3);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_TAKEN);
	ask(&req);
	req.req.prev_seq += CL_SESSION_SLOTS;
	KUNIT_EXPECT_EQ(test, answer(&req, &resp, &x), CL_SESSION_TAKEN);
}

static void test_first_stamp_of_a_message_wins(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;

	start(1);
	ask(&req);
	cl_session_request_sent(&asker, 1, cl_stamped_sw(cl_raw(-1)));
	answer(&req, &resp, &x);
	cl_session_response_sent(&answerer, 1, cl_stamped_sw(cl_raw(-1)));
	take(&resp, &x);
	ask(&req);
	KUNIT_ASSERT_EQ(test, answer(&req, &resp, &x), CL_SESSION_EXCHANGE);
	expect_answered(test, &x);
	KUNIT_ASSERT_EQ(test, take(&resp, &x), CL_SESSION_EXCHANGE);
	expect_asked(test, &x);
}

static void test_late_transmit_stamp_still_counts(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(1);
	for (i = 1; i <= 3; i++) {
		cl_session_make_request(&asker, &req);
		answer(&req, &resp, &x);
		KUNIT_ASSERT_EQ(test, take(&resp, &x),
				i == 3 ? CL_SESSION_EXCHANGE :
					 CL_SESSION_TAKEN);
		if (i == 2) /* T1 of the first comes after its exchange */
			cl_session_request_sent(&asker, 1,
						cl_stamped_sw(stamp(1, 1)));
	}
	KUNIT_EXPECT_EQ(test, x.seq, 1U);
	expect_asked(test, &x);
}

static void test_backlog_is_reported_from_the_newest(struct kunit *test)
{
	struct cl_wire_msg req, resp[6];
	struct cl_exchange x;
	u32 i;

	/* T3 of the first two exchanges comes late, of the third never. */
	start(1);
	for (i = 1; i <= 5; i++) {
		struct cl_stamped t2 = cl_stamped_sw(stamp(i, 2));

		ask(&req);
		cl_session_take_request(&answerer, &req, &t2, &resp[i], &x);
		take(&resp[i], &x);
		if (i == 2) {
			cl_session_response_sent(&answerer, 1,
						 cl_stamped_sw(stamp(1, 3)));
			cl_session_response_sent(&answerer, 2,
						 cl_stamped_sw(stamp(2, 3)));
		}
	}
	KUNIT_EXPECT_EQ(test, resp[2].hdr.flags, CL_WIRE_F_RX);
	KUNIT_EXPECT_EQ(test, resp[3].resp.prev_seq, 2U);
	KUNIT_EXPECT_EQ(test, resp[4].resp.prev_seq, 1U);
	KUNIT_EXPECT_EQ(test, resp[5].hdr.flags, CL_WIRE_F_RX);
	KUNIT_EXPECT_EQ(test, asker.exchanges, 2ULL);
}

static void test_missing_stamps_cost_only_their_exchange(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(0);
	for (i = 0; i < 100; i++) {
		struct cl_stamped t2 = cl_stamped_sw(stamp(i, 2));
		struct cl_stamped t4 = cl_stamped_sw(stamp(i, 4));

		memset(&req, 0, sizeof(req));
		memset(&resp, 0, sizeof(resp));
		cl_session_make_request(&asker, &req);
		if (i != 10)
			cl_session_request_sent(&asker, i,
						cl_stamped_sw(stamp(i, 1)));
		cl_session_take_request(&answerer, &req, i == 20 ? NULL : &t2,
					&resp, &x);
		if (i != 30)
			cl_session_response_sent(&answerer, i,
						 cl_stamped_sw(stamp(i, 3)));
		cl_session_take_response(&asker, &resp, i == 40 ? NULL : &t4,
					 &x);
	}
	KUNIT_EXPECT_EQ(test, asker.exchanges, 95ULL);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 95ULL);
	KUNIT_EXPECT_EQ(test, asker.no_stamp, 4ULL);
	KUNIT_EXPECT_EQ(test, answerer.no_stamp, 4ULL);
}

/* Requests go out at every tick, everything arrives @lag ticks later. */
static void run_pipeline(struct kunit *test, u32 lag)
{
	static struct cl_wire_msg reqs[64], resps[64];
	struct cl_exchange x;
	const u32 rounds = 64;
	u32 i;

	start(0);
	for (i = 0; i < rounds; i++) {
		if (i >= 2 * lag &&
		    take(&resps[i - 2 * lag], &x) == CL_SESSION_EXCHANGE)
			expect_asked(test, &x);
		ask(&reqs[i]);
		if (i >= lag && answer(&reqs[i - lag], &resps[i - lag], &x) ==
					CL_SESSION_EXCHANGE)
			expect_answered(test, &x);
	}
	KUNIT_ASSERT_EQ_MSG(test, asker.exchanges, (u64)rounds - 2 * lag - 1,
			    "lag %u", lag);
	KUNIT_ASSERT_EQ_MSG(test, answerer.exchanges, (u64)rounds - 3 * lag,
			    "lag %u", lag);
}

static void test_round_trip_longer_than_interval_loses_none(struct kunit *test)
{
	u32 lag;

	/* A report reaches the answerer 3 lags after its request left. */
	for (lag = 1; 3 * lag < CL_SESSION_SLOTS; lag++)
		run_pipeline(test, lag);
}

static void test_response_older_than_the_slots_is_ignored(struct kunit *test)
{
	struct cl_wire_msg first, req, resp;
	struct cl_exchange x;
	int i;

	start(0);
	ask(&first);
	for (i = 0; i < CL_SESSION_SLOTS; i++)
		ask(&req);
	answer(&first, &resp, &x);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, asker.resp_seq.received, 0ULL);
}

static void test_very_late_request_keeps_newer_exchange(struct kunit *test)
{
	struct cl_wire_msg late, req, resp;
	struct cl_exchange x;
	u32 i;

	start(0);
	ask(&req);
	answer(&req, &resp, &x);
	take(&resp, &x);
	ask(&late);
	for (i = 2; i <= 1 + CL_SESSION_SLOTS; i++) {
		ask(&req);
		answer(&req, &resp, &x);
		take(&resp, &x);
	}
	/* Answered, but its place belongs to a newer exchange. */
	KUNIT_EXPECT_NE(test, answer(&late, &resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, resp.resp.t2.ns, stamp(1, 2).ns);
	ask(&req);
	KUNIT_EXPECT_EQ(test, answer(&req, &resp, &x), CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test, x.seq, 1U + CL_SESSION_SLOTS);
	expect_answered(test, &x);
}

static void test_reordered_responses_give_exchanges_in_order(struct kunit *test)
{
	struct cl_wire_msg req, resp[4];
	struct cl_exchange x;
	u32 i;

	start(0);
	for (i = 0; i < 4; i++) {
		ask(&req);
		answer(&req, &resp[i], &x);
	}
	KUNIT_EXPECT_EQ(test, take(&resp[0], &x), CL_SESSION_TAKEN);
	/* T3 of 1, but neither T2 nor T4 yet */
	KUNIT_EXPECT_EQ(test, take(&resp[2], &x), CL_SESSION_TAKEN);
	/* completes 0 and 1 at once: one now, one with the next message */
	KUNIT_EXPECT_EQ(test, take(&resp[1], &x), CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test, x.seq, 0U);
	expect_asked(test, &x);
	KUNIT_EXPECT_EQ(test, take(&resp[3], &x), CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test, x.seq, 1U);
	expect_asked(test, &x);
	KUNIT_EXPECT_EQ(test, asker.resp_seq.reordered, 1ULL);
}

static void test_new_generation_ends_exchanges_under_way(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	u32 i;

	start(0);
	KUNIT_EXPECT_FALSE(test, cl_session_note_gen(&asker, 0));
	KUNIT_EXPECT_FALSE(test, cl_session_note_gen(&asker, 0));
	KUNIT_EXPECT_EQ(test, asker.restarts, 0ULL);
	for (i = 0; i < 3; i++) {
		ask(&req);
		answer(&req, &resp, &x);
		take(&resp, &x);
	}
	ask(&req);
	KUNIT_EXPECT_TRUE(test, cl_session_note_gen(&asker, 77));
	KUNIT_EXPECT_FALSE(test, cl_session_note_gen(&answerer, 1));
	KUNIT_EXPECT_TRUE(test, cl_session_note_gen(&answerer, 2));
	KUNIT_EXPECT_EQ(test, asker.restarts, 1ULL);
	KUNIT_EXPECT_FALSE(test, asker.resp_seq.started);
	KUNIT_EXPECT_FALSE(test, answerer.req_seq.started);

	/*
	 * The request before the change is known to nobody any more, nor is
	 * the exchange that it completes.
	 */
	KUNIT_EXPECT_EQ(test, answer(&req, &resp, &x), CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_IGNORED);
	ask(&req);
	KUNIT_EXPECT_EQ(test, req.hdr.seq, 4U);
	KUNIT_EXPECT_EQ(test, req.hdr.flags, 0);
	answer(&req, &resp, &x);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_TAKEN);
	ask(&req);
	answer(&req, &resp, &x);
	KUNIT_EXPECT_EQ(test, take(&resp, &x), CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test, x.seq, 4U);
	expect_asked(test, &x);
}

/*
 * The peer deleted us and added us again: same generation, other numbers.  The
 * old numbers would leave its slots taken for newer ones.
 */
static void test_peer_that_starts_anew_is_answered(struct kunit *test)
{
	static const u32 starts[] = { 5, 0x70000000U, 0xf0000000U };
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	unsigned int i;
	int n;

	start(0x80000000U);
	for (n = 0; n < 20; n++) {
		ask(&req);
		answer(&req, &resp, &x);
		take(&resp, &x);
	}
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		cl_session_init(&asker, starts[i]);
		ask(&req);
		KUNIT_EXPECT_EQ(test, answer(&req, &resp, &x),
				CL_SESSION_IGNORED);
		ask(&req);
		KUNIT_EXPECT_EQ(test, answer(&req, &resp, &x),
				CL_SESSION_TAKEN);
		take(&resp, &x);
		for (n = 0; n < 20; n++) {
			ask(&req);
			KUNIT_ASSERT_EQ(test, answer(&req, &resp, &x),
					CL_SESSION_EXCHANGE);
			expect_answered(test, &x);
			KUNIT_ASSERT_EQ(test, take(&resp, &x),
					CL_SESSION_EXCHANGE);
			expect_asked(test, &x);
		}
	}
	KUNIT_EXPECT_EQ(test, answerer.req_seq.lost, 0ULL);
}

static void test_only_newer_updates_are_taken(struct kunit *test)
{
	struct cl_wire_msg m = { .hdr = { .type = CL_WIRE_UPDATE } };

	start(0);
	m.hdr.seq = 5;
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&asker, &m),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&asker, &m),
			CL_SESSION_IGNORED);
	m.hdr.seq = 8;
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&asker, &m),
			CL_SESSION_TAKEN);
	m.hdr.seq = 7;
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&asker, &m),
			CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, asker.upd_seq.duplicated, 1ULL);
	KUNIT_EXPECT_EQ(test, asker.upd_seq.reordered, 1ULL);
	KUNIT_EXPECT_EQ(test, cl_seq_missing(&asker.upd_seq), 1ULL);
}

static void test_an_update_request_counts_once(struct kunit *test)
{
	struct cl_wire_msg m = { .hdr = { .type = CL_WIRE_UPDATE_REQUEST } };

	start(0);
	m.hdr.seq = 5;
	KUNIT_EXPECT_EQ(test, cl_session_take_update_request(&asker, &m),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, cl_session_take_update_request(&asker, &m),
			CL_SESSION_IGNORED);
	m.hdr.seq = 4;
	KUNIT_EXPECT_EQ(test, cl_session_take_update_request(&asker, &m),
			CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, asker.upd_req_seq.duplicated, 1ULL);
	KUNIT_EXPECT_EQ(test, asker.upd_req_seq.reordered, 1ULL);
	/* A stream of its own. */
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&asker, &m),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, asker.upd_seq.received, 1ULL);
	/* Of a new generation all is new. */
	cl_session_note_gen(&asker, 1);
	cl_session_note_gen(&asker, 2);
	KUNIT_EXPECT_EQ(test, cl_session_take_update_request(&asker, &m),
			CL_SESSION_TAKEN);
}

/*
 * A network that loses, repeats and reorders: whatever it does, an exchange
 * has four stamps of its own and is given out once.
 */
#define FLIGHTS 64
#define ROUNDS 2000

static struct flight {
	bool used;
	u32 due;
	struct cl_wire_msg m;
} flights[FLIGHTS];

static u8 given[2][ROUNDS + FLIGHTS];

static void launch(u64 *rng, const struct cl_wire_msg *m, u32 now)
{
	u32 copies = random_below(rng, 10) ? 1 : random_below(rng, 3);
	int i;

	for (i = 0; i < FLIGHTS && copies; i++) {
		if (flights[i].used)
			continue;
		flights[i].used = true;
		flights[i].due = now + 1 + random_below(rng, 4);
		flights[i].m = *m;
		copies--;
	}
}

static void land(struct kunit *test, u64 *rng, const struct cl_wire_msg *m,
		 u32 now)
{
	bool asked = m->hdr.type == CL_WIRE_RESPONSE;
	enum cl_session_result result;
	struct cl_wire_msg resp;
	struct cl_exchange x;

	if (asked) {
		result = take(m, &x);
	} else {
		result = answer(m, &resp, &x);
		if (result != CL_SESSION_IGNORED)
			launch(rng, &resp, now);
	}
	if (result != CL_SESSION_EXCHANGE)
		return;
	if (asked)
		expect_asked(test, &x);
	else
		expect_answered(test, &x);
	KUNIT_ASSERT_EQ(test, given[asked][x.seq], 0);
	given[asked][x.seq] = 1;
}

static void test_bad_network_never_mixes_exchanges(struct kunit *test)
{
	struct cl_wire_msg req;
	u64 rng = 11;
	u32 now;
	int i;

	start(0);
	memset(flights, 0, sizeof(flights));
	memset(given, 0, sizeof(given));
	for (now = 0; now < ROUNDS; now++) {
		ask(&req);
		launch(&rng, &req, now);
		for (i = 0; i < FLIGHTS; i++) {
			if (!flights[i].used || flights[i].due > now)
				continue;
			flights[i].used = false;
			land(test, &rng, &flights[i].m, now);
		}
	}
	/* Most of them survive nevertheless. */
	KUNIT_EXPECT_GT(test, asker.exchanges, (u64)ROUNDS / 2);
	KUNIT_EXPECT_GT(test, answerer.exchanges, (u64)ROUNDS / 2);
	KUNIT_EXPECT_GT(test, asker.resp_seq.reordered, 100ULL);
	KUNIT_EXPECT_GT(test, asker.resp_seq.lost, 50ULL);
	KUNIT_EXPECT_GT(test, answerer.req_seq.duplicated, 20ULL);
}

/* Who made the stamps of an exchange; index 0: T1. */
struct made {
	bool hardware[4];
};

/*
 * One exchange with stamps of these sources, the transmit stamps first or after
 * the receive stamps.
 */
static bool exchange(const struct made *made, bool late,
		     struct cl_exchange *ret_x)
{
	struct cl_stamped t[4];
	struct cl_wire_msg req = {}, resp = {};
	bool done = false;
	u32 seq;
	int i;

	seq = cl_session_make_request(&asker, &req);
	for (i = 0; i < 4; i++) {
		t[i].t = stamp(seq, i + 1);
		t[i].hardware = made->hardware[i];
	}
	if (!late)
		cl_session_request_sent(&asker, seq, t[0]);
	cl_session_take_request(&answerer, &req, &t[1], &resp, ret_x);
	cl_session_response_sent(&answerer, seq, t[2]);
	done = cl_session_take_response(&asker, &resp, &t[3], ret_x) ==
	       CL_SESSION_EXCHANGE;
	if (late)
		cl_session_request_sent(&asker, seq, t[0]);
	return done;
}

static void test_stamps_of_hardware_are_told_as_such(struct kunit *test)
{
	static const struct made hw = { { true, true, true, true } };
	static const struct made mine = { { true, false, false, true } };
	static const struct made sw = {};
	struct cl_wire_msg req = {};
	struct cl_exchange x;

	start(1);
	cl_session_confirm(&asker, cl_raw(1000));
	cl_session_confirm(&answerer, cl_raw(1000));
	exchange(&hw, false, &x);
	KUNIT_ASSERT_TRUE(test, exchange(&mine, false, &x));
	KUNIT_EXPECT_EQ(test, x.seq, 1U);
	KUNIT_EXPECT_TRUE(test, x.hardware);
	KUNIT_ASSERT_TRUE(test, exchange(&sw, false, &x));
	KUNIT_EXPECT_EQ(test, x.seq, 2U);
	KUNIT_EXPECT_FALSE(test, x.hardware); /* the peer's are not */
	KUNIT_EXPECT_TRUE(test, asker.hardware);
	KUNIT_ASSERT_TRUE(test, exchange(&sw, false, &x));
	KUNIT_EXPECT_FALSE(test, x.hardware);
	KUNIT_EXPECT_FALSE(test, asker.hardware);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 3ULL);

	/* the request says so of the exchange that it reports */
	exchange(&mine, false, &x);
	cl_session_make_request(&asker, &req);
	KUNIT_EXPECT_EQ(test, req.hdr.flags,
			CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX | CL_WIRE_F_HW);
}

static void test_sources_are_never_mixed(struct kunit *test)
{
	struct cl_exchange x;
	struct made made;
	bool equal, before = false;
	int i, k;

	start(1);
	cl_session_confirm(&asker, cl_raw(100000));
	cl_session_confirm(&answerer, cl_raw(100000));
	for (i = 0; i < 64; i++) {
		for (k = 0; k < 4; k++)
			made.hardware[k] = i & (1 << k);
		/* what comes is the exchange before */
		KUNIT_ASSERT_EQ(test, exchange(&made, i & 16, &x), before);
		equal = made.hardware[0] == made.hardware[3] &&
			made.hardware[1] == made.hardware[2];
		before = equal;
	}
	/* of 64, one in four, and the last has not come yet */
	KUNIT_EXPECT_EQ(test, asker.exchanges, 15ULL);
}

static void test_stamps_of_hardware_wait_until_confirmed(struct kunit *test)
{
	static const struct made hw = { { true, true, true, true } };
	struct cl_exchange x;

	start(1);
	cl_session_confirm(&answerer, cl_raw(1000));
	cl_session_confirm(&asker, stamp(1, 3)); /* before T4 of the first */
	KUNIT_EXPECT_FALSE(test, exchange(&hw, false, &x));
	KUNIT_EXPECT_FALSE(test, exchange(&hw, false, &x));
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 0ULL);
	cl_session_confirm(&asker, stamp(1, 4));
	KUNIT_ASSERT_TRUE(test, exchange(&hw, false, &x));
	KUNIT_EXPECT_EQ(test, x.seq, 1U);
	expect_asked(test, &x);
	cl_session_confirm(&asker, stamp(3, 4));
	KUNIT_ASSERT_TRUE(test, exchange(&hw, false, &x));
	KUNIT_EXPECT_EQ(test, x.seq, 2U);
	KUNIT_EXPECT_EQ(test, answerer.exchanges, 2ULL);

	/* the answerer keeps T3 back in the same way */
	start(1);
	cl_session_confirm(&asker, cl_raw(1000));
	cl_session_confirm(&answerer, stamp(1, 2));
	exchange(&hw, false, &x);
	KUNIT_EXPECT_FALSE(test, exchange(&hw, false, &x));
	cl_session_confirm(&answerer, stamp(1, 3));
	KUNIT_ASSERT_TRUE(test, exchange(&hw, false, &x));
}

static void test_forgotten_stamps_of_hardware_are_not_used(struct kunit *test)
{
	static const struct made hw = { { true, true, true, true } };
	static const struct made sw = {};
	struct cl_exchange x;
	int i;

	start(1);
	cl_session_confirm(&answerer, cl_raw(1000));
	cl_session_confirm(&asker, stamp(1, 4));
	for (i = 0; i < 3; i++)
		exchange(&hw, false, &x);
	cl_session_forget_hardware(&asker);
	cl_session_confirm(&asker, cl_raw(1000));
	/* the first was given out, those behind it are gone */
	KUNIT_EXPECT_EQ(test, asker.exchanges, 1ULL);
	exchange(&sw, false, &x);
	KUNIT_EXPECT_EQ(test, asker.exchanges, 1ULL);
	KUNIT_ASSERT_TRUE(test, exchange(&sw, false, &x));
	KUNIT_EXPECT_EQ(test, x.seq, 4U);
}

static struct kunit_case session_cases[] = {
	KUNIT_CASE(test_each_round_completes_the_one_before),
	KUNIT_CASE(test_message_says_what_it_carries),
	KUNIT_CASE(test_caller_keeps_the_rest_of_the_header),
	KUNIT_CASE(test_lost_request_costs_one_exchange),
	KUNIT_CASE(test_lost_response_costs_two_exchanges_at_most),
	KUNIT_CASE(test_repeated_request_is_not_answered),
	KUNIT_CASE(test_repeated_response_is_ignored),
	KUNIT_CASE(test_unasked_response_changes_nothing),
	KUNIT_CASE(test_stamps_of_unknown_exchange_are_ignored),
	KUNIT_CASE(test_first_stamp_of_a_message_wins),
	KUNIT_CASE(test_late_transmit_stamp_still_counts),
	KUNIT_CASE(test_backlog_is_reported_from_the_newest),
	KUNIT_CASE(test_missing_stamps_cost_only_their_exchange),
	KUNIT_CASE(test_round_trip_longer_than_interval_loses_none),
	KUNIT_CASE(test_response_older_than_the_slots_is_ignored),
	KUNIT_CASE(test_very_late_request_keeps_newer_exchange),
	KUNIT_CASE(test_reordered_responses_give_exchanges_in_order),
	KUNIT_CASE(test_new_generation_ends_exchanges_under_way),
	KUNIT_CASE(test_peer_that_starts_anew_is_answered),
	KUNIT_CASE(test_only_newer_updates_are_taken),
	KUNIT_CASE(test_an_update_request_counts_once),
	KUNIT_CASE(test_bad_network_never_mixes_exchanges),
	KUNIT_CASE(test_stamps_of_hardware_are_told_as_such),
	KUNIT_CASE(test_sources_are_never_mixed),
	KUNIT_CASE(test_stamps_of_hardware_wait_until_confirmed),
	KUNIT_CASE(test_forgotten_stamps_of_hardware_are_not_used),
	{}
};

static struct kunit_suite session_suite = {
	.name = "cl_session",
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
