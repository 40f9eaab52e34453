// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

/* Headers of Ethernet, IPv4 and UDP. */
#define HEADERS 42
#define FIRST_SEQ 1

static void init_side(struct sim_link *l, enum sim_role role,
		      const struct vt_scenario *s, unsigned int node,
		      unsigned int other)
{
	struct sim_side *side = &l->side[role];

	side->link = l;
	side->node = node;
	side->out = vt_scenario_path(s, node, other);
	vt_rng_init(&side->noise, s->seed, VT_STREAM_NOISE, other, node);
	cl_session_init(&side->session, FIRST_SEQ);
	/* Of a card whose clock runs as assumed. */
	cl_session_confirm(&side->session, cl_raw(S64_MAX));
}

/**
 * sim_link_init() - two nodes that have not met
 * @l: to be filled
 * @s: scenario; must live as long
 * @id: number of the link
 * @asker: node that asks
 * @answerer: node that answers
 */
void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int id, unsigned int asker, unsigned int answerer)
{
	l->id = id;
	init_side(l, SIM_ASKER, s, asker, answerer);
	init_side(l, SIM_ANSWERER, s, answerer, asker);
}

/**
 * sim_link_measure() - a node estimates the other one's clock
 * @l: link, just made
 * @role: the node
 * @params: of the estimator
 */
void sim_link_measure(struct sim_link *l, enum sim_role role,
		      const struct cl_estimator_params *params)
{
	l->side[role].measured = true;
	cl_estimator_init(&l->side[role].estimator, params);
}

/* Send a message to the other side; returns its transmit stamp. */
static struct cl_stamped send(struct sim_link *l, enum sim_role role,
			      struct sim_host *host, struct sim_queue *q,
			      s64 now, const struct cl_wire_msg *m, size_t len)
{
	struct sim_side *src = &l->side[role], *dst = &l->side[!role];
	struct sim_host *from = &host[src->node], *to = &host[dst->node];
	s64 left = now + vt_delay_draw(&from->spec->tx, &from->noise, now);
	unsigned int copies;
	s64 at[2];

	copies = vt_path_send(src->out, left, len + HEADERS, at);
	while (copies--) {
		struct sim_event *e = sim_queue_new(q);

		e->what = SIM_FRAME;
		e->id = l->id;
		e->to = !role;
		e->at = at[copies] +
			vt_delay_draw(&to->spec->rx, &dst->noise, at[copies]);
		e->stamp = sim_host_stamp(to, at[copies], e->at);
		e->msg = *m;
		sim_queue_put(q, e);
	}
	return sim_host_stamp(from, left, now);
}

/**
 * sim_link_request() - the asker asks
 * @l: link
 * @host: the nodes
 * @q: gets the message
 * @now: global ps
 */
void sim_link_request(struct sim_link *l, struct sim_host *host,
		      struct sim_queue *q, s64 now)
{
	struct cl_session *s = &l->side[SIM_ASKER].session;
	struct cl_wire_msg m;
	u32 seq = cl_session_make_request(s, &m);

	cl_session_request_sent(s, seq,
				send(l, SIM_ASKER, host, q, now, &m,
				     CL_WIRE_REQUEST_LEN));
}

/**
 * sim_link_update() - the asker tells its line
 * @l: link
 * @host: the nodes
 * @q: gets the message
 * @now: global ps
 * @u: what it says
 */
void sim_link_update(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, s64 now,
		     const struct cl_wire_update *u)
{
	struct cl_wire_msg m = {
		.hdr.type = CL_WIRE_UPDATE,
		.hdr.seq = l->side[SIM_ASKER].session.next_update++,
		.upd = *u,
	};

	send(l, SIM_ASKER, host, q, now, &m, CL_WIRE_UPDATE_LEN);
}

static void answer(struct sim_link *l, struct sim_host *host,
		   struct sim_queue *q, s64 now, const struct cl_wire_msg *m)
{
	cl_session_response_sent(&l->side[SIM_ANSWERER].session, m->hdr.seq,
				 send(l, SIM_ANSWERER, host, q, now, m,
				      CL_WIRE_RESPONSE_LEN));
}

/**
 * sim_link_arrive() - a message arrives
 * @l: link
 * @host: the nodes
 * @q: gets the response to a request
 * @e: arrival
 *
 * Return: true if the session took it: a request or response that is no copy,
 * an update that is not superseded.
 */
bool sim_link_arrive(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e)
{
	struct sim_side *side = &l->side[e->to];
	enum cl_session_result r;
	struct cl_wire_msg resp;
	struct cl_exchange x;

	switch (e->msg.hdr.type) {
	case CL_WIRE_REQUEST:
		r = cl_session_take_request(&side->session, &e->msg, &e->stamp,
					    &resp, &x);
		if (r != CL_SESSION_IGNORED)
			answer(l, host, q, e->at, &resp);
		break;
	case CL_WIRE_RESPONSE:
		r = cl_session_take_response(&side->session, &e->msg, &e->stamp,
					     &x);
		break;
	default:
		r = cl_session_take_update(&side->session, &e->msg);
		break;
	}
	if (r == CL_SESSION_EXCHANGE && side->measured &&
	    !cl_estimator_push(&side->estimator, &x))
		side->exchanges++;
	return r != CL_SESSION_IGNORED;
}
