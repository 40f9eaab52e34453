// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

/* Headers of Ethernet, IPv4 and UDP. */
#define HEADERS 42
#define FIRST_SEQ 1

/**
 * sim_link_init() - two nodes that have not met
 * @l: to be filled but for its number, estimator and who is estimated
 * @s: scenario; must live as long
 * @asker: node that asks
 * @answerer: node that answers
 */
void sim_link_init(struct sim_link *l, const struct vt_scenario *s,
		   unsigned int asker, unsigned int answerer)
{
	l->asker = asker;
	l->answerer = answerer;
	l->forth = vt_scenario_path(s, asker, answerer);
	l->back = vt_scenario_path(s, answerer, asker);
	vt_rng_init(&l->answer_noise, s->seed, VT_STREAM_NOISE, asker,
		    answerer);
	vt_rng_init(&l->ask_noise, s->seed, VT_STREAM_NOISE, answerer, asker);
	cl_session_init(&l->ask, FIRST_SEQ);
	cl_session_init(&l->answer, FIRST_SEQ);
	/* Of a card whose clock runs as assumed. */
	cl_session_confirm(&l->ask, cl_raw(S64_MAX));
	cl_session_confirm(&l->answer, cl_raw(S64_MAX));
}

/* Send a message to the other side; returns its transmit stamp. */
static struct cl_stamped send(struct sim_link *l, bool to_answerer,
			      struct sim_host *host, struct sim_queue *q,
			      s64 now, const struct cl_wire_msg *m, size_t len)
{
	struct sim_host *from = &host[to_answerer ? l->asker : l->answerer];
	struct sim_host *to = &host[to_answerer ? l->answerer : l->asker];
	struct vt_path *path = to_answerer ? l->forth : l->back;
	struct vt_rng *noise = to_answerer ? &l->answer_noise : &l->ask_noise;
	s64 left = now + vt_delay_draw(&from->spec->tx, &from->noise, now);
	unsigned int copies;
	s64 at[2];

	copies = vt_path_send(path, left, len + HEADERS, at);
	while (copies--) {
		struct sim_event *e = sim_queue_new(q);

		e->what = SIM_FRAME;
		e->id = l->id;
		e->answerer = to_answerer;
		e->at = at[copies] +
			vt_delay_draw(&to->spec->rx, noise, at[copies]);
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
	struct cl_wire_msg m;
	u32 seq = cl_session_make_request(&l->ask, &m);
	struct cl_stamped t1 =
		send(l, true, host, q, now, &m, CL_WIRE_REQUEST_LEN);

	cl_session_request_sent(&l->ask, seq, t1);
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
		.hdr.seq = l->ask.next_update++,
		.upd = *u,
	};

	send(l, true, host, q, now, &m, CL_WIRE_UPDATE_LEN);
}

static void answer(struct sim_link *l, struct sim_host *host,
		   struct sim_queue *q, s64 now, const struct cl_wire_msg *m)
{
	struct cl_stamped t3 =
		send(l, false, host, q, now, m, CL_WIRE_RESPONSE_LEN);

	cl_session_response_sent(&l->answer, m->hdr.seq, t3);
}

static void take(struct sim_link *l, bool answerer, const struct cl_exchange *x)
{
	if (answerer == l->measured && !cl_estimator_push(&l->estimator, x))
		l->exchanges++;
}

/**
 * sim_link_arrive() - a message arrives
 * @l: link
 * @host: the nodes
 * @q: gets the response to a request
 * @e: arrival
 *
 * Return: true if it is an update that is not superseded.
 */
bool sim_link_arrive(struct sim_link *l, struct sim_host *host,
		     struct sim_queue *q, const struct sim_event *e)
{
	enum cl_session_result r;
	struct cl_wire_msg resp;
	struct cl_exchange x;

	switch (e->msg.hdr.type) {
	case CL_WIRE_REQUEST:
		r = cl_session_take_request(&l->answer, &e->msg, &e->stamp,
					    &resp, &x);
		if (r != CL_SESSION_IGNORED)
			answer(l, host, q, e->at, &resp);
		break;
	case CL_WIRE_RESPONSE:
		r = cl_session_take_response(&l->ask, &e->msg, &e->stamp, &x);
		break;
	default:
		return cl_session_take_update(&l->answer, &e->msg) ==
		       CL_SESSION_TAKEN;
	}
	if (r == CL_SESSION_EXCHANGE)
		take(l, e->answerer, &x);
	return false;
}
