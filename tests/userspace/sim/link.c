// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

/* Headers of Ethernet, IPv4 and UDP. */
#define HEADERS 42
#define FIRST_SEQ 1

static void init_side(struct sim_link *l, struct sim_side *side,
		      const struct vt_scenario *s, unsigned int node,
		      unsigned int other)
{
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
 * @l: to be filled; stays where it is
 * @s: scenario; must live as long
 * @id: number of the link
 * @a: node of the first side
 * @b: node of the second side
 */
void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int id, unsigned int a, unsigned int b)
{
	l->id = id;
	init_side(l, &l->side[0], s, a, b);
	init_side(l, &l->side[1], s, b, a);
}

/**
 * sim_side_measure() - a node estimates the other one's clock
 * @side: its side
 * @params: of the estimator
 */
void sim_side_measure(struct sim_side *side,
		      const struct cl_estimator_params *params)
{
	side->measured = true;
	cl_estimator_init(&side->estimator, params);
}

/* Send a message to the other side; returns its transmit stamp. */
static struct cl_stamped send(struct sim_side *side, struct sim_host *host,
			      struct sim_queue *q, s64 now,
			      const struct cl_wire_msg *m, size_t len,
			      const struct cl_map *line)
{
	struct sim_side *dst = sim_side_other(side);
	struct sim_host *from = &host[side->node], *to = &host[dst->node];
	s64 left = now + vt_delay_draw(&from->spec->tx, &from->noise, now);
	unsigned int copies;
	s64 at[2];

	copies = vt_path_send(side->out, left, len + HEADERS, at);
	while (copies--) {
		struct sim_event *e = sim_queue_new(q);

		e->what = SIM_FRAME;
		e->id = side->link->id;
		e->to = dst == &dst->link->side[1];
		e->at = at[copies] +
			vt_delay_draw(&to->spec->rx, &dst->noise, at[copies]);
		e->stamp = sim_host_stamp(to, at[copies], e->at);
		e->msg = *m;
		e->has_line = line;
		if (line)
			e->line = *line;
		sim_queue_put(q, e);
	}
	return sim_host_stamp(from, left, now);
}

/**
 * sim_side_request() - ask
 * @side: own side
 * @host: the nodes
 * @q: gets the message
 * @now: global ps
 * @line: own raw time to cluster time, NULL: not told
 */
void sim_side_request(struct sim_side *side, struct sim_host *host,
		      struct sim_queue *q, s64 now, const struct cl_map *line)
{
	size_t len = line ? CL_WIRE_REQUEST_MAP_LEN : CL_WIRE_REQUEST_LEN;
	struct cl_session *s = &side->session;
	struct cl_wire_msg m;
	u32 seq = cl_session_make_request(s, &m);

	cl_session_request_sent(s, seq,
				send(side, host, q, now, &m, len, line));
}

/**
 * sim_side_update() - tell one's line
 * @side: own side
 * @host: the nodes
 * @q: gets the message
 * @now: global ps
 * @u: what to say
 */
void sim_side_update(struct sim_side *side, struct sim_host *host,
		     struct sim_queue *q, s64 now,
		     const struct cl_wire_update *u)
{
	struct cl_wire_msg m = {
		.hdr.type = CL_WIRE_UPDATE,
		.hdr.seq = side->session.next_update++,
		.upd = *u,
	};

	send(side, host, q, now, &m, CL_WIRE_UPDATE_LEN, NULL);
}

static void take_line(struct sim_side *side, const struct sim_event *e)
{
	if (!e->has_line)
		return;
	side->line = e->line;
	side->line_at = e->stamp.t;
	side->line_known = true;
	side->line_fresh = true;
}

/**
 * sim_side_arrive() - a message arrives
 * @side: own side
 * @host: the nodes
 * @q: gets the response to a request
 * @e: arrival
 * @line: own raw time to cluster time, for the response; NULL: not told
 *
 * Return: true if the session took it: a request or response that is no copy,
 * an update that is not superseded.
 */
bool sim_side_arrive(struct sim_side *side, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e,
		     const struct cl_map *line)
{
	struct cl_session *s = &side->session;
	enum cl_session_result r;
	struct cl_wire_msg resp;
	struct cl_stamped sent;
	struct cl_exchange x;

	switch (e->msg.hdr.type) {
	case CL_WIRE_REQUEST:
		r = cl_session_take_request(s, &e->msg, &e->stamp, &resp, &x);
		if (r == CL_SESSION_IGNORED)
			break;
		sent = send(side, host, q, e->at, &resp, CL_WIRE_RESPONSE_LEN,
			    line);
		cl_session_response_sent(s, resp.hdr.seq, sent);
		break;
	case CL_WIRE_RESPONSE:
		r = cl_session_take_response(s, &e->msg, &e->stamp, &x);
		break;
	default:
		r = cl_session_take_update(s, &e->msg);
		break;
	}
	if (r == CL_SESSION_IGNORED)
		return false;
	take_line(side, e);
	if (r == CL_SESSION_EXCHANGE && side->measured &&
	    !cl_estimator_push(&side->estimator, &x))
		side->exchanges++;
	return true;
}
