// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node against a peer that sends anything, or nothing (libFuzzer).  The input
 * is a list of events: messages of the peer with any content, own requests,
 * time stamps that are late, missing or wild, steering.  Whatever happens, the
 * accounts must balance, and the clock must not run backwards.
 */
#include "core/bound.h"
#include "core/discipline.h"
#include "core/estimator.h"
#include "core/session.h"

#include "fuzz.h"

/* Events in one run. */
#define EVENTS_MAX 4096

struct input {
	const u8 *data;
	size_t left;
};

/* The node: what a follower keeps of its parent. */
static struct cl_session session;
static struct cl_estimator estimator;
static struct cl_clock node_clock;
static struct cl_time shown;
static s64 now;
static u64 given;
/* Number of the own next request to the group. */
static u32 group_next;
/* Sequence numbers and instant of the peer's requests. */
static u32 newest;
static u32 honest;
static s64 honest_at;

/* The next @n bytes of the input; zeros after its end. */
static u64 take(struct input *in, unsigned int n)
{
	u64 v = 0;

	while (n--) {
		v <<= 8;
		if (in->left) {
			v |= *in->data++;
			in->left--;
		}
	}
	return v;
}

/* A stamp of the peer: near its clock, or anything. */
static struct cl_raw peer_stamp(struct input *in)
{
	u64 how = take(in, 1);

	if (how < 32)
		return cl_raw((s64)take(in, 8));
	return cl_raw(now + 1000000000 + (s64)take(in, 2) * (s64)how);
}

/* A sequence number near @about, or anything. */
static u32 near_seq(struct input *in, u32 about)
{
	u64 how = take(in, 1);

	if (how < 8)
		return (u32)take(in, 4);
	return about - 4 + (u32)how % 8;
}

static void check_seq(const struct cl_seq *s)
{
	CHECK(s->span <= CL_SEQ_WINDOW);
	CHECK(s->started == (s->span > 0));
	CHECK(!s->started || s->seen & 1);
	CHECK(cl_seq_missing(s) < CL_SEQ_WINDOW);
	CHECK(!s->started || cl_seq_check(s, s->highest) == CL_SEQ_DUPLICATE);
}

static void check_session(void)
{
	check_seq(&session.req_seq);
	check_seq(&session.resp_seq);
	check_seq(&session.upd_seq);
	check_seq(&session.upd_req_seq);
	check_seq(&session.group.req_seq);
	check_seq(&session.group.upd_seq);
	CHECK(session.group.responses + session.group.lost <= group_next);
	CHECK(session.exchanges == given);
	/* the first number was 0 or more */
	CHECK(session.resp_seq.received <= session.next_seq);
}

static void check_estimator(void)
{
	const struct cl_kalman *k = cl_wander_filter(&estimator.filter.wander);
	struct cl_estimator_info info;
	struct cl_estimate e;

	CHECK(!k->started || (k->p00 >= 1 && k->p00 <= CL_KALMAN_P00_MAX));
	CHECK(!k->started || k->p11 >= 1);
	cl_estimator_get_info(&estimator, &info);
	CHECK(info.excess_ns >= 0);
	if (cl_estimator_get(&estimator, cl_raw(now), &e)) {
		CHECK(!cl_estimator_ready(&estimator));
		return;
	}
	CHECK(e.err_ns && e.y_err_ppt && e.min_rtt_ns <= 10000000000ULL);
}

static void push(const struct cl_exchange *x)
{
	u64 accepted = estimator.accepted;
	u64 dropped = estimator.late + estimator.rejected;

	given++;
	if (cl_estimator_push(&estimator, x))
		CHECK(estimator.late + estimator.rejected == dropped + 1);
	else
		CHECK(estimator.accepted == accepted + 1);
}

/* A stamp of our own, of either source. */
static struct cl_stamped own_stamp(struct input *in, s64 ns)
{
	struct cl_stamped t = { .t = cl_raw(ns) };

	t.hardware = take(in, 1) & 1;
	return t;
}

static void event_request(struct input *in)
{
	struct cl_stamped t2 = own_stamp(in, now);
	struct cl_wire_msg req = { .hdr.type = CL_WIRE_REQUEST };
	struct cl_wire_msg resp = { .hdr.type = 0 };
	enum cl_session_result result;
	struct cl_exchange x;
	u64 how = take(in, 1);

	req.hdr.seq = near_seq(in, newest);
	newest = req.hdr.seq;
	if (how & 16)
		req.hdr.receiver = CL_NODE_ALL;
	else
		req.hdr.flags = (u16)(how & 3);
	if (req.hdr.flags & 1)
		req.hdr.flags |= (u16)(how & CL_WIRE_F_HW);
	req.req.prev_seq = near_seq(in, req.hdr.seq);
	if (how & CL_WIRE_F_PREV_TX)
		req.req.t1 = peer_stamp(in);
	if (how & CL_WIRE_F_PREV_RX)
		req.req.t4 = peer_stamp(in);
	result = cl_session_take_request(&session, &req, how & 4 ? NULL : &t2,
					 &resp, &x);
	if (result == CL_SESSION_IGNORED) {
		CHECK(!resp.hdr.type);
		return;
	}
	CHECK(resp.hdr.type == CL_WIRE_RESPONSE);
	CHECK(resp.hdr.seq == req.hdr.seq);
	CHECK(!!(resp.hdr.flags & CL_WIRE_F_RX) == !(how & 4));
	CHECK(!(resp.hdr.flags & CL_WIRE_F_GROUP) == !(how & 16));
	if (!(how & 8) && how & 16)
		cl_session_group_answered(&session, near_seq(in, req.hdr.seq),
					  own_stamp(in, now + 1000));
	else if (!(how & 8))
		cl_session_response_sent(&session, near_seq(in, req.hdr.seq),
					 own_stamp(in, now + 1000));
	if (result == CL_SESSION_EXCHANGE)
		push(&x);
}

/*
 * A request as an honest peer sends it, 1 s ahead of us and 50 us away.  Enough
 * of these in a row, and the estimator is ready.
 */
static void event_honest_request(struct input *in)
{
	struct cl_wire_msg req = { .hdr.type = CL_WIRE_REQUEST };
	struct cl_stamped t2 =
		cl_stamped_sw(cl_raw(now + (s64)take(in, 1) * 256));
	struct cl_wire_msg resp;
	struct cl_exchange x;

	req.hdr.seq = newest + 1;
	req.hdr.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX;
	req.req.prev_seq = honest;
	req.req.t1 = cl_raw(honest_at + 1000000000 - 50000);
	req.req.t4 = cl_raw(honest_at + 1000000000 + 51000);
	newest = req.hdr.seq;
	honest = newest;
	honest_at = now;
	switch (cl_session_take_request(&session, &req, &t2, &resp, &x)) {
	case CL_SESSION_EXCHANGE:
		push(&x);
		break;
	case CL_SESSION_IGNORED:
		return;
	case CL_SESSION_TAKEN:
		break;
	}
	cl_session_response_sent(&session, newest,
				 cl_stamped_sw(cl_raw(t2.t.ns + 1000)));
}

static void event_response(struct input *in)
{
	struct cl_stamped t4 = own_stamp(in, now);
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_RESPONSE };
	struct cl_exchange x;
	u64 how = take(in, 1);

	m.hdr.seq = near_seq(in, how & 8 ? group_next : session.next_seq);
	if (how & 8)
		m.hdr.flags = CL_WIRE_F_GROUP;
	m.resp.prev_seq = near_seq(in, m.hdr.seq);
	if (how & 1) {
		m.hdr.flags |= CL_WIRE_F_RX | (u16)(how & CL_WIRE_F_HW);
		m.resp.t2 = peer_stamp(in);
	}
	if (how & 2) {
		m.hdr.flags |= CL_WIRE_F_PREV_TX;
		m.resp.t3 = peer_stamp(in);
	}
	if (cl_session_take_response(&session, &m, how & 4 ? NULL : &t4, &x) ==
	    CL_SESSION_EXCHANGE)
		push(&x);
}

static void event_ask(struct input *in)
{
	struct cl_wire_msg m = { .hdr = { .sender = 1, .receiver = 2 } };
	u8 bytes[CL_WIRE_MAX];
	u32 seq = cl_session_make_request(&session, &m);

	CHECK(m.hdr.seq == seq);
	CHECK(cl_wire_encode(&m, bytes, sizeof(bytes)) == CL_WIRE_REQUEST_LEN);
	if (take(in, 1) & 7)
		cl_session_request_sent(&session, near_seq(in, seq),
					own_stamp(in, now));
}

/* A request to the group, its stamp, and what is reported of it. */
static void event_ask_group(struct input *in)
{
	u32 seq = group_next;
	struct cl_raw t4;

	cl_session_ask_group(&session, group_next++);
	if (take(in, 1) & 7)
		cl_session_group_sent(&session, near_seq(in, seq),
				      own_stamp(in, now));
	seq = near_seq(in, seq);
	if (cl_session_report(&session, seq, &t4))
		CHECK(!cl_session_report(&session, seq, &t4));
	if (cl_session_reached(&session, group_next))
		CHECK(session.group_heard);
}

/* A report of the peer, on the node or on another one. */
static void event_report(struct input *in)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_REPORT,
				 .hdr.receiver = CL_NODE_ALL };
	u8 heard[CL_WIRE_HEARD_LEN];
	struct cl_exchange x;

	m.hdr.seq = (u32)take(in, 1);
	m.hdr.flags = (u16)(take(in, 1) & CL_WIRE_F_HW);
	m.rep.request = near_seq(in, session.group.req_seq.highest);
	m.rep.t1 = peer_stamp(in);
	m.rep.n = 1;
	m.rep.heard = heard;
	cl_wire_put_heard(heard, (u32)take(in, 1) & 3, (u32)take(in, 4));
	if (cl_session_take_report(&session, &m, 1, &x) == CL_SESSION_EXCHANGE)
		push(&x);
}

/* The clock of the device runs as assumed, or has not. */
static void event_hardware(struct input *in)
{
	if (take(in, 1) & 3)
		cl_session_confirm(&session, cl_raw(now));
	else
		cl_session_forget_hardware(&session);
}

static void event_other(struct input *in)
{
	struct cl_wire_msg m = { .hdr.type = CL_WIRE_UPDATE };
	u64 how = take(in, 1);

	if (how & 1) {
		event_hardware(in);
	} else if (how & 2) {
		m.hdr.type = CL_WIRE_UPDATE_REQUEST;
		m.hdr.seq = near_seq(in, session.upd_req_seq.highest);
		cl_session_take_update_request(&session, &m);
	} else if (take(in, 1)) {
		m.hdr.seq = near_seq(in, session.upd_seq.highest);
		cl_session_take_update(&session, &m);
	} else if (cl_session_note_gen(&session, (u32)take(in, 1))) {
		const struct cl_estimator_params params = estimator.params;

		cl_estimator_init(&estimator, &params);
	}
}

static void event_steer(struct input *in)
{
	const struct cl_map parent = {
		cl_raw((s64)take(in, 8)),
		cl_time((s64)take(in, 8)),
		(s64)take(in, 5) - (1LL << 39),
	};
	struct cl_discipline d = {
		.bound_ns = take(in, 4),
		.interval_ns = 1 + (s64)take(in, 5),
	};
	const struct cl_bound parent_bound = { take(in, 4), take(in, 4),
					       take(in, 4) };
	struct cl_estimate e;
	struct cl_bound bound;
	struct cl_map target;

	if (cl_estimator_get(&estimator, cl_raw(now), &e))
		return;
	d.y_err_ppt = e.y_err_ppt;
	cl_bound_of(&e, 0, &parent_bound, (s64)take(in, 5), &bound);
	CHECK(bound.bound_ns >= parent_bound.bound_ns + 5 * e.err_ns);
	cl_discipline_target(&parent, &e, &target);
	cl_discipline_steer(&node_clock, cl_raw(now), &target, &d);
	CHECK(d.left_ns <= cl_abs_s64(d.error_ns));
}

static void pass_time(struct input *in)
{
	struct cl_time t;

	now += (s64)take(in, 3) * 16;
	t = cl_clock_at(&node_clock, cl_raw(now));
	CHECK(cl_time_sub(t, shown) >= 0);
	shown = t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct cl_estimator_params params = { (u32)take(&in, 2),
					      (u32)take(&in, 3) };
	int i;

	now = 0;
	newest = 0;
	group_next = 0;
	honest = 0;
	honest_at = 0;
	given = 0;
	shown = cl_time(0);
	node_clock = (struct cl_clock){ .slew_ns = 0 };
	cl_session_init(&session, (u32)take(&in, 1));
	cl_estimator_init(&estimator, &params);
	for (i = 0; i < EVENTS_MAX && in.left; i++) {
		u64 event = take(&in, 1);

		pass_time(&in);
		if (event < 64)
			event_honest_request(&in);
		else if (event < 112)
			event_request(&in);
		else if (event < 160)
			event_response(&in);
		else if (event < 192)
			event_ask(&in);
		else if (event < 208)
			event_ask_group(&in);
		else if (event < 224)
			event_report(&in);
		else if (event < 240)
			event_other(&in);
		else
			event_steer(&in);
		check_session();
		check_estimator();
	}
	return 0;
}
