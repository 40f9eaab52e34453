// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Matching of stamps to exchanges.  A stamp counts only together with the
 * sequence number it was taken for: one paired with the wrong round would be
 * an error of a whole interval.
 *
 * The two stamps that a node makes of an exchange come from one source, its
 * network device or its kernel: the delay between the two would be an error.
 * Those by the device are used only when the device's clock is known to have
 * run as assumed until then (confirmed); if it has not, they are forgotten.
 */
#include "session.h"

enum { T1, T2, T3, T4 };

#define HAVE(i) (1U << (i))
#define HAVE_ALL (HAVE(T1) | HAVE(T2) | HAVE(T3) | HAVE(T4))

/* The exchanges of one direction: of requests to one node, or to the group. */
struct slots {
	struct cl_session_slot *slot;
	unsigned int n;
};

static struct slots asked_of(struct cl_session *s, bool group)
{
	if (group)
		return (struct slots){ s->group.asked, CL_SESSION_GROUP_SLOTS };
	return (struct slots){ s->asked, CL_SESSION_SLOTS };
}

static struct slots answered_of(struct cl_session *s, bool group)
{
	if (group)
		return (struct slots){ s->group.answered,
				       CL_SESSION_GROUP_SLOTS };
	return (struct slots){ s->answered, CL_SESSION_SLOTS };
}

static struct cl_session_slot *slot_find(struct slots slots, u32 seq)
{
	struct cl_session_slot *slot = &slots.slot[seq % slots.n];

	return slot->used && slot->seq == seq ? slot : NULL;
}

/* Slot for a new exchange; NULL if a newer exchange already has the place. */
static struct cl_session_slot *slot_claim(struct cl_session *s,
					  struct slots slots, u32 seq)
{
	struct cl_session_slot *slot = &slots.slot[seq % slots.n];

	if (slot->used && cl_seq_after(slot->seq, seq))
		return NULL;
	if (slot->used && slot->answered && !slot->done)
		s->no_stamp++;
	*slot = (struct cl_session_slot){ .seq = seq, .used = true };
	return slot;
}

/*
 * Note a stamp of an exchange.  The first one wins: a repeated message or a
 * second stamp of one packet must not change an exchange.
 */
static void slot_stamp(struct cl_session_slot *slot, int i, struct cl_raw t)
{
	if (!slot || slot->have & HAVE(i))
		return;
	slot->t[i] = t;
	slot->have |= HAVE(i);
}

/* Is the stamp there, and not confirmed yet? */
static bool slot_late(const struct cl_session *s,
		      const struct cl_session_slot *slot, int i)
{
	return slot->have & HAVE(i) && cl_raw_sub(slot->t[i], s->confirmed) > 0;
}

/* Note a stamp of the local node, if its source is that of the other one. */
static inline void slot_stamp_own(const struct cl_session *s,
				  struct cl_session_slot *slot, int i,
				  const struct cl_stamped *t)
{
	if (!slot || (slot->own && slot->hardware != t->hardware))
		return;
	slot->own = true;
	slot_stamp(slot, i, t->t);
	if (!t->hardware)
		return;
	slot->hardware = true;
	if (slot_late(s, slot, i))
		slot->held = true;
}

/* Newest exchange with the stamps @need that the peer has not been told. */
static struct cl_session_slot *slot_unreported(struct slots slots,
					       unsigned int need)
{
	struct cl_session_slot *newest = NULL;
	struct cl_session_slot *slot;

	for (slot = slots.slot; slot < slots.slot + slots.n; slot++) {
		if (!slot->used || slot->reported ||
		    (slot->have & need) != need || slot->held)
			continue;
		if (!newest || cl_seq_after(slot->seq, newest->seq))
			newest = slot;
	}
	return newest;
}

/*
 * Oldest complete exchange not yet given out.  A message may complete two if
 * messages were reordered; the other one then goes with the next message, so
 * that the estimator gets them in order.
 */
static struct cl_session_slot *slot_complete(struct slots slots)
{
	struct cl_session_slot *oldest = NULL;
	struct cl_session_slot *slot;

	for (slot = slots.slot; slot < slots.slot + slots.n; slot++) {
		if (!slot->used || slot->done || slot->have != HAVE_ALL ||
		    slot->held)
			continue;
		if (!oldest || cl_seq_after(oldest->seq, slot->seq))
			oldest = slot;
	}
	return oldest;
}

/**
 * cl_session_init() - start a session
 * @s: session
 * @first_seq: first sequence number of each of our streams, random
 */
void cl_session_init(struct cl_session *s, u32 first_seq)
{
	memset(s, 0, sizeof(*s));
	s->next_seq = first_seq;
	s->next_update = first_seq;
	s->next_update_request = first_seq;
}

/**
 * cl_session_note_gen() - note the raw generation of a message of the peer
 * @s: session
 * @gen: generation in the message
 *
 * Stamps of two generations must never meet in one exchange, and a restarted
 * peer counts its messages anew.  So a new generation ends all exchanges under
 * way and restarts the accounting of what is received.
 *
 * Return: true if the generation has changed; the caller then restarts the
 * session's estimator.
 */
bool cl_session_note_gen(struct cl_session *s, u32 gen)
{
	bool changed = s->gen_known && s->gen != gen;

	s->gen = gen;
	s->gen_known = true;
	if (!changed)
		return false;
	memset(s->asked, 0, sizeof(s->asked));
	memset(s->answered, 0, sizeof(s->answered));
	memset(&s->group, 0, sizeof(s->group));
	s->group_heard = false;
	cl_seq_reset(&s->req_seq);
	cl_seq_reset(&s->resp_seq);
	cl_seq_reset(&s->upd_seq);
	cl_seq_reset(&s->upd_req_seq);
	s->restarts++;
	return true;
}

/**
 * cl_session_make_request() - make the next request
 * @s: session
 * @m: type, flags, sequence number and body are set; the other fields of the
 *	header are the caller's
 *
 * The request reports the stamps of the newest exchange that the peer does not
 * know yet.  T1 alone is sent as well, but does not count as a report: if the
 * round trip is longer than the interval, T4 is still to come.
 *
 * Return: sequence number, for cl_session_request_sent().
 */
u32 cl_session_make_request(struct cl_session *s, struct cl_wire_msg *m)
{
	struct cl_session_slot *prev;
	u32 seq = s->next_seq++;

	m->hdr.type = CL_WIRE_REQUEST;
	m->hdr.flags = 0;
	m->hdr.seq = seq;
	m->req = (struct cl_wire_request){ .prev_seq = 0 };

	prev = slot_unreported(asked_of(s, false), HAVE(T1) | HAVE(T4));
	if (prev) {
		m->hdr.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX;
		m->req.t4 = prev->t[T4];
		prev->reported = true;
	} else {
		prev = slot_unreported(asked_of(s, false), HAVE(T1));
		if (prev)
			m->hdr.flags = CL_WIRE_F_PREV_TX;
	}
	if (prev) {
		if (prev->hardware)
			m->hdr.flags |= CL_WIRE_F_HW;
		m->req.prev_seq = prev->seq;
		m->req.t1 = prev->t[T1];
	}
	slot_claim(s, asked_of(s, false), seq);
	return seq;
}

/**
 * cl_session_request_sent() - note the transmit stamp of a request
 * @s: session
 * @seq: as cl_session_make_request() returned
 * @t1: stamp; a second one for the same request is ignored, and so is one of
 *	another source than that of the response
 */
void cl_session_request_sent(struct cl_session *s, u32 seq,
			     struct cl_stamped t1)
{
	slot_stamp_own(s, slot_find(asked_of(s, false), seq), T1, &t1);
}

/* Give out an exchange of ours or of the peer's, if one is complete. */
static enum cl_session_result give_exchange(struct cl_session *s,
					    struct slots slots, bool asked,
					    struct cl_exchange *ret_x)
{
	struct cl_session_slot *slot;

	slot = slot_complete(slots);
	if (!slot)
		return CL_SESSION_TAKEN;
	slot->done = true;
	s->exchanges++;
	s->hardware = slot->hardware;
	ret_x->seq = slot->seq;
	ret_x->hardware = slot->hardware && slot->peer_hardware;
	ret_x->out_tx = slot->t[asked ? T1 : T3];
	ret_x->out_rx = slot->t[asked ? T2 : T4];
	ret_x->in_tx = slot->t[asked ? T3 : T1];
	ret_x->in_rx = slot->t[asked ? T4 : T2];
	return CL_SESSION_EXCHANGE;
}

/**
 * cl_session_take_request() - take a request of the peer and make the response
 * @s: session; the message's generation has been noted
 * @req: the request, to the local node or to the group
 * @t2: its receive stamp, or NULL if there is none
 * @resp: response; type, flags, sequence number and body are set, the other
 *	fields of the header, time and rate are the caller's
 * @ret_x: a complete exchange, if any
 *
 * The transmit stamp of the response has to be of the same source as @t2, so
 * CL_WIRE_F_HW in @resp says which one to ask for.
 *
 * Return: CL_SESSION_IGNORED for a duplicate or stale request, which must not
 * be answered: @resp and @ret_x are untouched.  Else @resp is valid, and with
 * CL_SESSION_EXCHANGE @ret_x is as well.
 */
enum cl_session_result cl_session_take_request(struct cl_session *s,
					       const struct cl_wire_msg *req,
					       const struct cl_stamped *t2,
					       struct cl_wire_msg *resp,
					       struct cl_exchange *ret_x)
{
	bool group = req->hdr.receiver == CL_NODE_ALL;
	struct slots slots = answered_of(s, group);
	struct cl_session_slot *prev, *slot;

	switch (cl_seq_accept(group ? &s->group.req_seq : &s->req_seq,
			      req->hdr.seq)) {
	case CL_SEQ_DUPLICATE:
		return CL_SESSION_IGNORED;
	case CL_SEQ_RESTART:
		memset(slots.slot, 0, slots.n * sizeof(*slots.slot));
		break;
	default:
		break;
	}

	prev = slot_find(slots, req->req.prev_seq);
	if (req->hdr.flags & CL_WIRE_F_PREV_TX)
		slot_stamp(prev, T1, req->req.t1);
	if (prev && req->hdr.flags & CL_WIRE_F_HW)
		prev->peer_hardware = true;
	if (req->hdr.flags & CL_WIRE_F_PREV_RX)
		slot_stamp(prev, T4, req->req.t4);

	resp->hdr.type = CL_WIRE_RESPONSE;
	resp->hdr.flags = req->hdr.flags & CL_WIRE_F_PROBE;
	if (group)
		resp->hdr.flags |= CL_WIRE_F_GROUP;
	resp->hdr.seq = req->hdr.seq;
	resp->resp = (struct cl_wire_response){ .prev_seq = 0 };
	if (t2) {
		resp->hdr.flags |= CL_WIRE_F_RX;
		if (t2->hardware)
			resp->hdr.flags |= CL_WIRE_F_HW;
		resp->resp.t2 = t2->t;
	}
	prev = slot_unreported(slots, HAVE(T3));
	if (prev) {
		resp->hdr.flags |= CL_WIRE_F_PREV_TX;
		resp->resp.prev_seq = prev->seq;
		resp->resp.t3 = prev->t[T3];
		prev->reported = true;
	}
	slot = slot_claim(s, slots, req->hdr.seq);
	if (slot) {
		slot->answered = true;
		if (t2)
			slot_stamp_own(s, slot, T2, t2);
	}
	return give_exchange(s, slots, false, ret_x);
}

/**
 * cl_session_response_sent() - note the transmit stamp of a response
 * @s: session
 * @seq: sequence number of the response
 * @t3: stamp; a second one for the same response is ignored, and so is one of
 *	another source than that of the request
 */
void cl_session_response_sent(struct cl_session *s, u32 seq,
			      struct cl_stamped t3)
{
	slot_stamp_own(s, slot_find(answered_of(s, false), seq), T3, &t3);
}

/**
 * cl_session_take_response() - take a response of the peer
 * @s: session; the message's generation has been noted
 * @m: the response
 * @t4: its receive stamp, or NULL if there is none
 * @ret_x: a complete exchange, if any
 *
 * Return: CL_SESSION_IGNORED if the request was never sent, is too old or has
 * been answered before; @ret_x is valid with CL_SESSION_EXCHANGE only.
 */
enum cl_session_result cl_session_take_response(struct cl_session *s,
						const struct cl_wire_msg *m,
						const struct cl_stamped *t4,
						struct cl_exchange *ret_x)
{
	bool group = m->hdr.flags & CL_WIRE_F_GROUP;
	struct slots slots = asked_of(s, group);
	struct cl_session_slot *slot = slot_find(slots, m->hdr.seq);
	enum cl_session_result result;

	/* A number we never sent must not move the window of the accounting. */
	if (!slot || (group && slot->answered) ||
	    (!group &&
	     cl_seq_accept(&s->resp_seq, m->hdr.seq) == CL_SEQ_DUPLICATE))
		return CL_SESSION_IGNORED;

	s->group.responses += group;
	slot->answered = true;
	if (t4)
		slot_stamp_own(s, slot, T4, t4);
	if (m->hdr.flags & CL_WIRE_F_RX)
		slot_stamp(slot, T2, m->resp.t2);
	if (m->hdr.flags & CL_WIRE_F_HW)
		slot->peer_hardware = true;
	if (m->hdr.flags & CL_WIRE_F_PREV_TX)
		slot_stamp(slot_find(slots, m->resp.prev_seq), T3, m->resp.t3);
	result = give_exchange(s, slots, true, ret_x);
	if (group && result == CL_SESSION_EXCHANGE) {
		s->group_heard = true;
		s->group_last = ret_x->seq;
	}
	return result;
}

/* Account for a message of which only the newest counts. */
static enum cl_session_result take_newest(struct cl_seq *seq, u32 number)
{
	switch (cl_seq_accept(seq, number)) {
	case CL_SEQ_NEW:
	case CL_SEQ_RESTART:
		return CL_SESSION_TAKEN;
	default:
		return CL_SESSION_IGNORED;
	}
}

/**
 * cl_session_take_update() - account for an update of the peer
 * @s: session; the message's generation has been noted
 * @m: the update, to the local node or to the group
 *
 * Return: CL_SESSION_TAKEN if it is newer than all before it that came the same
 * way; an older one is counted, but superseded and so CL_SESSION_IGNORED.
 */
enum cl_session_result cl_session_take_update(struct cl_session *s,
					      const struct cl_wire_msg *m)
{
	bool group = m->hdr.receiver == CL_NODE_ALL;

	return take_newest(group ? &s->group.upd_seq : &s->upd_seq, m->hdr.seq);
}

/**
 * cl_session_take_update_request() - account for an update request of the peer
 * @s: session; the message's generation has been noted
 * @m: the update request
 *
 * Return: as cl_session_take_update().
 */
enum cl_session_result
cl_session_take_update_request(struct cl_session *s,
			       const struct cl_wire_msg *m)
{
	return take_newest(&s->upd_req_seq, m->hdr.seq);
}

/**
 * cl_session_ask_group() - a request to the group is about to be sent
 * @s: session
 * @seq: its sequence number
 */
void cl_session_ask_group(struct cl_session *s, u32 seq)
{
	struct slots slots = asked_of(s, true);
	const struct cl_session_slot *old = &slots.slot[seq % slots.n];

	if (old->used && !old->answered && cl_session_reached(s, seq))
		s->group.lost++;
	slot_claim(s, slots, seq);
}

/**
 * cl_session_group_sent() - note the transmit stamp of a request to the group
 * @s: session
 * @seq: its sequence number
 * @t1: stamp, the same for all sessions; may be told again
 */
void cl_session_group_sent(struct cl_session *s, u32 seq, struct cl_stamped t1)
{
	slot_stamp_own(s, slot_find(asked_of(s, true), seq), T1, &t1);
}

/**
 * cl_session_group_answered() - note the transmit stamp of a response to a request
 *				 that came to the group
 * @s: session
 * @seq: sequence number of the response
 * @t3: as in cl_session_response_sent()
 */
void cl_session_group_answered(struct cl_session *s, u32 seq,
			       struct cl_stamped t3)
{
	slot_stamp_own(s, slot_find(answered_of(s, true), seq), T3, &t3);
}

/**
 * cl_session_reached() - does the peer get what is sent to the group?
 * @s: session
 * @next: sequence number of the next request to the group
 *
 * It does if exchanges become complete: whatever is wrong on this way, they will not.
 *
 * Return: true if it does; else it has to be sent to the peer itself.
 */
bool cl_session_reached(const struct cl_session *s, u32 next)
{
	return s->group_heard &&
	       next - s->group_last <= CL_SESSION_GROUP_PATIENCE;
}

/**
 * cl_session_report() - what the peer is to be told of its response to a request to
 *			 the group
 * @s: session
 * @seq: sequence number of the request
 * @ret_t4: own raw receive stamp of the response
 *
 * Return: true once if both own stamps are known and may be used; else @ret_t4 is
 * untouched.
 */
bool cl_session_report(struct cl_session *s, u32 seq, struct cl_raw *ret_t4)
{
	const unsigned int need = HAVE(T1) | HAVE(T4);
	struct cl_session_slot *slot = slot_find(asked_of(s, true), seq);

	if (!slot || slot->reported || slot->held ||
	    (slot->have & need) != need)
		return false;
	slot->reported = true;
	*ret_t4 = slot->t[T4];
	return true;
}

/**
 * cl_session_take_report() - take a report of the peer on its request to the group
 * @s: session; the message's generation has been noted
 * @m: the report
 * @node: the local node
 * @ret_x: a complete exchange, if any
 *
 * One that comes again changes nothing, as the first stamp of a message wins.
 *
 * Return: CL_SESSION_TAKEN; CL_SESSION_EXCHANGE if @ret_x is valid.
 */
enum cl_session_result cl_session_take_report(struct cl_session *s,
					      const struct cl_wire_msg *m,
					      u32 node,
					      struct cl_exchange *ret_x)
{
	const struct cl_wire_report *r = &m->rep;
	struct slots slots = answered_of(s, true);
	struct cl_session_slot *slot = slot_find(slots, r->request);
	u32 delay_ns;

	if (!slot || !cl_wire_heard(r, node, &delay_ns))
		return CL_SESSION_TAKEN;
	if (m->hdr.flags & CL_WIRE_F_HW)
		slot->peer_hardware = true;
	slot_stamp(slot, T1, r->t1);
	slot_stamp(slot, T4, cl_raw_add(r->t1, delay_ns));
	return give_exchange(s, slots, false, ret_x);
}

/* Which of a direction's stamps of the local node, @i and @j, may be used now? */
static void slots_confirm(const struct cl_session *s, struct slots slots, int i,
			  int j)
{
	struct cl_session_slot *slot;

	for (slot = slots.slot; slot < slots.slot + slots.n; slot++)
		if (slot->held)
			slot->held = slot_late(s, slot, i) ||
				     slot_late(s, slot, j);
}

/**
 * cl_session_confirm() - the clock of the network device has run as assumed
 * @s: session
 * @until: local stamps of the device up to this raw time may be used
 */
void cl_session_confirm(struct cl_session *s, struct cl_raw until)
{
	s->confirmed = until;
	slots_confirm(s, asked_of(s, false), T1, T4);
	slots_confirm(s, asked_of(s, true), T1, T4);
	slots_confirm(s, answered_of(s, false), T2, T3);
	slots_confirm(s, answered_of(s, true), T2, T3);
}

static void slots_forget_held(struct slots slots)
{
	struct cl_session_slot *slot;

	for (slot = slots.slot; slot < slots.slot + slots.n; slot++)
		if (slot->held)
			*slot = (struct cl_session_slot){ .seq = 0 };
}

/**
 * cl_session_forget_hardware() - the clock of the network device has not run as
 *				   assumed
 * @s: session
 *
 * Ends the exchanges with a stamp by hardware that is not confirmed.
 */
void cl_session_forget_hardware(struct cl_session *s)
{
	slots_forget_held(asked_of(s, false));
	slots_forget_held(asked_of(s, true));
	slots_forget_held(answered_of(s, false));
	slots_forget_held(answered_of(s, true));
}
