/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * One session: all that one node knows of its exchanges with one peer.
 *
 * Either side may ask.  The session matches stamps to messages (interleaved:
 * a message carries the precise stamps of an earlier exchange) and gives
 * complete exchanges, seen from the local node, to the estimator.
 */
#ifndef _CL_CORE_SESSION_H
#define _CL_CORE_SESSION_H

#include "cltime.h"
#include "seq.h"
#include "types.h"
#include "wire.h"

/*
 * Exchanges under way in each direction.  At ten per second 16 slots cover
 * 1.6 s of round trip; an older one loses its sample, nothing else.
 */
#define CL_SESSION_SLOTS 16

/*
 * The same of requests to a group.  It is a link, and stamps of older rounds are
 * not reported: fewer are under way.
 */
#define CL_SESSION_GROUP_SLOTS 4

/*
 * Requests to the group without a complete exchange after which a peer is taken to
 * be out of its reach.  The last two cannot be complete: the response to the next
 * one brings the last stamp.
 */
#define CL_SESSION_GROUP_PATIENCE 6

/**
 * struct cl_stamped - a time stamp of the local node and where it comes from
 * @t: local raw
 * @hardware: made by the network device; else by the kernel
 */
struct cl_stamped {
	struct cl_raw t;
	bool hardware;
};

static inline struct cl_stamped cl_stamped_sw(struct cl_raw t)
{
	return (struct cl_stamped){ .t = t };
}

static inline struct cl_stamped cl_stamped_hw(struct cl_raw t)
{
	return (struct cl_stamped){ .t = t, .hardware = true };
}

/**
 * struct cl_exchange - four stamps of one exchange, seen from the local node
 * @seq: sequence number of the request
 * @hardware: all four were made by network devices
 * @out_tx: local raw, our packet left
 * @out_rx: peer's raw, it arrived
 * @in_tx: peer's raw, the peer's packet left
 * @in_rx: local raw, it arrived
 *
 * One-way streams: u = in_rx - in_tx at in_rx, w = out_rx - out_tx at out_tx;
 * theta = local raw - peer's raw = (u - w) / 2 (estimation, section 1).
 */
struct cl_exchange {
	u32 seq;
	bool hardware;
	struct cl_raw out_tx;
	struct cl_raw out_rx;
	struct cl_raw in_tx;
	struct cl_raw in_rx;
};

/**
 * struct cl_session_slot - one exchange under way
 * @seq: sequence number of the request
 * @have: bit i: @t[i] is known
 * @used: the slot holds an exchange
 * @answered: the response has arrived, or left
 * @reported: our own stamps have been sent to the peer
 * @done: the exchange has been given out
 * @own: one of the local node's stamps is known, which decides @hardware
 * @hardware: the local node's stamps were made by its network device; one by
 *	the kernel is not taken then, and the reverse
 * @held: one of those is not confirmed: they must not be used
 * @peer_hardware: the peer's were made by its network device
 * @t: T1 T2 T3 T4
 */
struct cl_session_slot {
	u32 seq;
	u8 have;
	bool used : 1;
	bool answered : 1;
	bool reported : 1;
	bool done : 1;
	bool own : 1;
	bool hardware : 1;
	bool held : 1;
	bool peer_hardware : 1;
	struct cl_raw t[4];
};

/**
 * struct cl_session_group - messages to the group that both nodes are in
 *
 * They have numbers of their own, the same for all who get them.  Responses go to one
 * node alone, but their numbers are those of the requests.
 *
 * @asked: our requests, slot seq % CL_SESSION_GROUP_SLOTS
 * @answered: the peer's requests
 * @req_seq: the peer's requests, accounting
 * @upd_seq: the peer's updates
 * @responses: responses of the peer
 * @lost: responses that a peer in reach did not send, or that were lost
 */
struct cl_session_group {
	struct cl_session_slot asked[CL_SESSION_GROUP_SLOTS];
	struct cl_session_slot answered[CL_SESSION_GROUP_SLOTS];
	struct cl_seq req_seq;
	struct cl_seq upd_seq;
	u32 responses;
	u32 lost;
};

/**
 * struct cl_session - exchanges with one peer
 * @gen: peer's raw generation, valid if @gen_known
 * @gen_known: a first message has arrived
 * @hardware: the local stamps of the last exchange given out were by hardware
 * @group_heard: an exchange by the group was complete
 * @group_last: the last such, if @group_heard
 * @next_seq: sequence number of our next request
 * @next_update: sequence number of our next update
 * @next_update_request: sequence number of our next update request
 * @asked: our requests, slot seq % CL_SESSION_SLOTS
 * @answered: the peer's requests
 * @req_seq: the peer's requests, accounting
 * @resp_seq: the peer's responses
 * @upd_seq: the peer's updates
 * @upd_req_seq: the peer's update requests
 * @group: the same of messages to a group
 * @exchanges: complete exchanges given out
 * @no_stamp: exchanges that ended without one of the four stamps
 * @restarts: sessions restarted by a new generation of the peer
 * @confirmed: as cl_session_confirm() was told
 */
struct cl_session {
	u32 gen;
	bool gen_known;
	bool hardware;
	bool group_heard;
	u32 group_last;
	u32 next_seq;
	u32 next_update;
	u32 next_update_request;
	struct cl_session_slot asked[CL_SESSION_SLOTS];
	struct cl_session_slot answered[CL_SESSION_SLOTS];
	struct cl_seq req_seq;
	struct cl_seq resp_seq;
	struct cl_seq upd_seq;
	struct cl_seq upd_req_seq;
	struct cl_session_group group;
	u64 exchanges;
	u64 no_stamp;
	u64 restarts;
	struct cl_raw confirmed;
};

/* Result of a received message. */
enum cl_session_result {
	CL_SESSION_IGNORED, /* duplicate, stale or unasked: nothing changed */
	CL_SESSION_TAKEN, /* accepted, no complete exchange */
	CL_SESSION_EXCHANGE, /* accepted, *ret_x is complete */
};

void cl_session_init(struct cl_session *s, u32 first_seq);
bool cl_session_note_gen(struct cl_session *s, u32 gen);
u32 cl_session_make_request(struct cl_session *s, struct cl_wire_msg *m);
void cl_session_request_sent(struct cl_session *s, u32 seq,
			     struct cl_stamped t1);
enum cl_session_result cl_session_take_request(struct cl_session *s,
					       const struct cl_wire_msg *req,
					       const struct cl_stamped *t2,
					       struct cl_wire_msg *resp,
					       struct cl_exchange *ret_x);
void cl_session_response_sent(struct cl_session *s, u32 seq,
			      struct cl_stamped t3);
enum cl_session_result cl_session_take_response(struct cl_session *s,
						const struct cl_wire_msg *m,
						const struct cl_stamped *t4,
						struct cl_exchange *ret_x);
enum cl_session_result cl_session_take_update(struct cl_session *s,
					      const struct cl_wire_msg *m);
enum cl_session_result
cl_session_take_update_request(struct cl_session *s,
			       const struct cl_wire_msg *m);
void cl_session_ask_group(struct cl_session *s, u32 seq);
void cl_session_group_sent(struct cl_session *s, u32 seq, struct cl_stamped t1);
void cl_session_group_answered(struct cl_session *s, u32 seq,
			       struct cl_stamped t3);
bool cl_session_reached(const struct cl_session *s, u32 next);
bool cl_session_report(struct cl_session *s, u32 seq, struct cl_raw *ret_t4);
enum cl_session_result cl_session_take_report(struct cl_session *s,
					      const struct cl_wire_msg *m,
					      u32 node,
					      struct cl_exchange *ret_x);
void cl_session_confirm(struct cl_session *s, struct cl_raw until);
void cl_session_forget_hardware(struct cl_session *s);

#endif /* _CL_CORE_SESSION_H */
