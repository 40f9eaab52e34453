// SPDX-License-Identifier: GPL-2.0-or-later
#include "stamps.h"

#define FOLLOWERS 2

/* A leader's sessions with its followers, and theirs with it. */
static struct cl_session leader[FOLLOWERS];
static struct cl_session follower[FOLLOWERS];
static u32 next;
static u32 reports;

static u32 node(int i)
{
	return 2 + (u32)i;
}

static void start(u32 first)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++) {
		cl_session_init(&leader[i], 77);
		cl_session_init(&follower[i], 88);
	}
	next = first;
	reports = first;
}

static void ask(struct cl_wire_msg *m)
{
	int i;

	memset(m, 0, sizeof(*m));
	m->hdr.type = CL_WIRE_REQUEST;
	m->hdr.receiver = CL_NODE_ALL;
	m->hdr.seq = next;
	for (i = 0; i < FOLLOWERS; i++)
		cl_session_ask_group(&leader[i], next);
	next++;
}

static enum cl_session_result answer(int i, const struct cl_wire_msg *req,
				     struct cl_wire_msg *resp)
{
	u32 seq = req->hdr.seq;
	struct cl_stamped t2 = cl_stamped_sw(stamp(seq, 2));
	enum cl_session_result result;
	struct cl_exchange x;

	memset(resp, 0, sizeof(*resp));
	result = cl_session_take_request(&follower[i], req, &t2, resp, &x);
	if (result != CL_SESSION_IGNORED)
		cl_session_group_answered(&follower[i], seq,
					  cl_stamped_sw(stamp(seq, 3)));
	return result;
}

/* The leader takes a response; it knows t1 of what the response is about by now. */
static enum cl_session_result take(int i, const struct cl_wire_msg *resp,
				   struct cl_exchange *x)
{
	struct cl_stamped t4 = cl_stamped_sw(stamp(resp->hdr.seq, 4));
	u32 seq = resp->hdr.seq;

	cl_session_group_sent(&leader[i], seq, cl_stamped_sw(stamp(seq, 1)));
	return cl_session_take_response(&leader[i], resp, &t4, x);
}

/* A report on a request to all that have answered it; returns their number. */
static unsigned int report(u32 request, u8 *heard, struct cl_wire_msg *m)
{
	struct cl_raw t4;
	int i;

	memset(m, 0, sizeof(*m));
	m->hdr.type = CL_WIRE_REPORT;
	m->hdr.receiver = CL_NODE_ALL;
	m->hdr.seq = reports++;
	m->rep.request = request;
	m->rep.t1 = stamp(request, 1);
	m->rep.heard = heard;
	for (i = 0; i < FOLLOWERS; i++) {
		u8 *at = &heard[m->rep.n * CL_WIRE_HEARD_LEN];

		if (!cl_session_report(&leader[i], request, &t4))
			continue;
		cl_wire_put_heard(at, node(i), (u32)cl_raw_sub(t4, m->rep.t1));
		m->rep.n++;
	}
	return m->rep.n;
}

static void test_one_request_serves_all(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;
	u32 first = 0xfffffff0U; /* wraps around on the way */
	int round, i;

	start(first);
	for (round = 0; round < 40; round++) {
		ask(&req);
		for (i = 0; i < FOLLOWERS; i++) {
			KUNIT_ASSERT_EQ(test, answer(i, &req, &resp),
					CL_SESSION_TAKEN);
			KUNIT_ASSERT_EQ(test, resp.hdr.seq, req.hdr.seq);
			KUNIT_ASSERT_TRUE(test,
					  resp.hdr.flags & CL_WIRE_F_GROUP);
			KUNIT_ASSERT_EQ(test, take(i, &resp, &x),
					round ? CL_SESSION_EXCHANGE :
						CL_SESSION_TAKEN);
			if (!round)
				continue;
			KUNIT_ASSERT_EQ(test, x.seq, req.hdr.seq - 1);
			expect_asked(test, &x);
			KUNIT_ASSERT_TRUE(test,
					  cl_session_reached(&leader[i], next));
		}
		KUNIT_ASSERT_EQ(test, report(req.hdr.seq, heard, &rep),
				(unsigned int)FOLLOWERS);
		for (i = 0; i < FOLLOWERS; i++) {
			KUNIT_ASSERT_EQ(test,
					cl_session_take_report(&follower[i],
							       &rep, node(i),
							       &x),
					CL_SESSION_EXCHANGE);
			KUNIT_ASSERT_EQ(test, x.seq, req.hdr.seq);
			expect_answered(test, &x);
		}
		KUNIT_ASSERT_EQ(test, report(req.hdr.seq, heard, &rep), 0U);
	}
	for (i = 0; i < FOLLOWERS; i++) {
		KUNIT_EXPECT_EQ(test, leader[i].exchanges, 39ULL);
		KUNIT_EXPECT_EQ(test, follower[i].exchanges, 40ULL);
		KUNIT_EXPECT_EQ(test, follower[i].group.req_seq.received,
				40ULL);
		KUNIT_EXPECT_EQ(test, follower[i].req_seq.received, 0ULL);
		KUNIT_EXPECT_EQ(test, leader[i].group.lost, 0U);
		KUNIT_EXPECT_EQ(test, leader[i].no_stamp, 0ULL);
		KUNIT_EXPECT_EQ(test, follower[i].no_stamp, 0ULL);
	}
}

static void test_who_does_not_answer_is_not_reached(struct kunit *test)
{
	struct cl_wire_msg req, resp;
	struct cl_exchange x;
	int i;

	start(5);
	KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[0], next));
	for (i = 0; i < 2; i++) {
		ask(&req);
		answer(0, &req, &resp);
		KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[0], next));
		take(0, &resp, &x);
	}
	KUNIT_EXPECT_TRUE(test, cl_session_reached(&leader[0], next));
	KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[1], next));
	/* two of the requests could not have been complete */
	for (i = 2; i < CL_SESSION_GROUP_PATIENCE; i++) {
		ask(&req);
		KUNIT_EXPECT_TRUE(test, cl_session_reached(&leader[0], next));
	}
	ask(&req);
	KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[0], next));
	/* those that had no more room, while it was in reach */
	KUNIT_EXPECT_EQ(test, leader[0].group.lost,
			(u32)(CL_SESSION_GROUP_PATIENCE + 1 - 2 -
			      CL_SESSION_GROUP_SLOTS));
	KUNIT_EXPECT_EQ(test, leader[1].group.lost, 0U);
	/* a new generation may have another group */
	for (i = 0; i < 2; i++) {
		ask(&req);
		answer(0, &req, &resp);
		take(0, &resp, &x);
	}
	KUNIT_EXPECT_TRUE(test, cl_session_reached(&leader[0], next));
	cl_session_note_gen(&leader[0], 1);
	KUNIT_EXPECT_TRUE(test, cl_session_reached(&leader[0], next));
	cl_session_note_gen(&leader[0], 2);
	KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[0], next));
}

/* Both ways have the same numbers here, and different stamps. */
static void test_group_and_peer_are_never_mixed(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg one, all, resp, rep;
	struct cl_stamped t = cl_stamped_sw(cl_raw(1));
	struct cl_exchange x;
	int round;
	u32 seq;

	start(77);
	for (round = 0; round < 20; round++) {
		memset(&one, 0, sizeof(one));
		seq = cl_session_make_request(&leader[0], &one);
		cl_session_request_sent(&leader[0], seq, t);
		ask(&all);
		KUNIT_ASSERT_EQ(test, all.hdr.seq, seq);
		KUNIT_ASSERT_TRUE(test,
				  cl_session_take_request(&follower[0], &one,
							  &t, &resp, &x));
		KUNIT_ASSERT_TRUE(test, !(resp.hdr.flags & CL_WIRE_F_GROUP));
		cl_session_response_sent(&follower[0], seq, t);
		if (cl_session_take_response(&leader[0], &resp, &t, &x) ==
		    CL_SESSION_EXCHANGE)
			KUNIT_ASSERT_EQ(test, x.in_tx.ns, 1LL);
		KUNIT_ASSERT_TRUE(test, answer(0, &all, &resp));
		if (take(0, &resp, &x) == CL_SESSION_EXCHANGE)
			expect_asked(test, &x);
		report(seq, heard, &rep);
		if (cl_session_take_report(&follower[0], &rep, node(0), &x) ==
		    CL_SESSION_EXCHANGE)
			expect_answered(test, &x);
	}
	KUNIT_EXPECT_EQ(test, leader[0].exchanges, 38ULL);
	KUNIT_EXPECT_EQ(test, follower[0].exchanges, 39ULL);
}

static void test_what_comes_twice_changes_nothing(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;

	start(5);
	ask(&req);
	answer(0, &req, &resp);
	KUNIT_EXPECT_EQ(test, take(0, &resp, &x), CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, take(0, &resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, answer(0, &req, &resp), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 1U);
	KUNIT_EXPECT_EQ(test,
			cl_session_take_report(&follower[0], &rep, node(0), &x),
			CL_SESSION_EXCHANGE);
	KUNIT_EXPECT_EQ(test,
			cl_session_take_report(&follower[0], &rep, node(0), &x),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, follower[0].exchanges, 1ULL);
	/* nor does a response to what was never asked */
	resp.hdr.seq = 6;
	resp.hdr.flags = CL_WIRE_F_GROUP;
	KUNIT_EXPECT_EQ(test, take(0, &resp, &x), CL_SESSION_IGNORED);
	KUNIT_EXPECT_EQ(test, leader[0].group.responses, 1U);
}

static void test_report_on_others_says_nothing(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;

	start(5);
	ask(&req);
	answer(0, &req, &resp);
	take(0, &resp, &x);
	answer(1, &req, &resp);
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 1U);
	KUNIT_EXPECT_EQ(test,
			cl_session_take_report(&follower[1], &rep, node(1), &x),
			CL_SESSION_TAKEN);
	rep.hdr.seq++;
	rep.rep.request++;
	KUNIT_EXPECT_EQ(test,
			cl_session_take_report(&follower[0], &rep, node(0), &x),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, follower[0].exchanges + follower[1].exchanges,
			0ULL);
}

static void test_late_transmit_stamp_still_counts(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_stamped t4 = cl_stamped_sw(stamp(5, 4));
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;

	start(5);
	ask(&req);
	answer(0, &req, &resp);
	cl_session_take_response(&leader[0], &resp, &t4, &x);
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 0U);
	cl_session_group_sent(&leader[0], 5, cl_stamped_sw(stamp(5, 1)));
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 1U);
	ask(&req);
	answer(0, &req, &resp);
	KUNIT_EXPECT_EQ(test, take(0, &resp, &x), CL_SESSION_EXCHANGE);
	expect_asked(test, &x);
}

static void test_sources_are_never_mixed(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;
	int i;

	start(5);
	/* the device stamps requests, the kernel responses: such a peer is not reached */
	for (i = 0; i < 4; i++) {
		ask(&req);
		answer(0, &req, &resp);
		cl_session_group_sent(&leader[0], req.hdr.seq,
				      cl_stamped_hw(stamp(req.hdr.seq, 1)));
		KUNIT_EXPECT_EQ(test, take(0, &resp, &x), CL_SESSION_TAKEN);
		KUNIT_EXPECT_EQ(test, report(req.hdr.seq, heard, &rep), 0U);
	}
	KUNIT_EXPECT_FALSE(test, cl_session_reached(&leader[0], next));
}

static void test_stamps_of_hardware_wait_until_confirmed(struct kunit *test)
{
	u8 heard[FOLLOWERS * CL_WIRE_HEARD_LEN];
	struct cl_stamped t4 = cl_stamped_hw(stamp(5, 4));
	struct cl_wire_msg req, resp, rep;
	struct cl_exchange x;
	int i;

	start(5);
	ask(&req);
	for (i = 0; i < FOLLOWERS; i++) {
		answer(i, &req, &resp);
		cl_session_group_sent(&leader[i], 5,
				      cl_stamped_hw(stamp(5, 1)));
		cl_session_take_response(&leader[i], &resp, &t4, &x);
	}
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 0U);
	cl_session_confirm(&leader[0], stamp(5, 4));
	cl_session_forget_hardware(&leader[1]);
	cl_session_confirm(&leader[1], stamp(5, 4));
	KUNIT_EXPECT_EQ(test, report(5, heard, &rep), 1U);
	i = 5 % CL_SESSION_GROUP_SLOTS;
	KUNIT_EXPECT_TRUE(test, leader[0].group.asked[i].reported);
}

static void test_updates_have_numbers_of_their_own(struct kunit *test)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_UPDATE,
				 .hdr.receiver = CL_NODE_ALL,
				 .hdr.seq = 1000 };

	start(5);
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&follower[0], &m),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&follower[0], &m),
			CL_SESSION_IGNORED);
	m.hdr.receiver = node(0);
	m.hdr.seq = 900;
	KUNIT_EXPECT_EQ(test, cl_session_take_update(&follower[0], &m),
			CL_SESSION_TAKEN);
	KUNIT_EXPECT_EQ(test, follower[0].upd_seq.received, 1ULL);
	KUNIT_EXPECT_EQ(test, follower[0].group.upd_seq.received, 1ULL);
	KUNIT_EXPECT_EQ(test, follower[0].group.upd_seq.duplicated, 1ULL);
}

static struct kunit_case session_group_cases[] = {
	KUNIT_CASE(test_one_request_serves_all),
	KUNIT_CASE(test_who_does_not_answer_is_not_reached),
	KUNIT_CASE(test_group_and_peer_are_never_mixed),
	KUNIT_CASE(test_what_comes_twice_changes_nothing),
	KUNIT_CASE(test_report_on_others_says_nothing),
	KUNIT_CASE(test_late_transmit_stamp_still_counts),
	KUNIT_CASE(test_sources_are_never_mixed),
	KUNIT_CASE(test_stamps_of_hardware_wait_until_confirmed),
	KUNIT_CASE(test_updates_have_numbers_of_their_own),
	{}
};

static struct kunit_suite session_group_suite = {
	.name = "cl_session_group",
	.test_cases = session_group_cases,
};

kunit_test_suite(session_group_suite);
