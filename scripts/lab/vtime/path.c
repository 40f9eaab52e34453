// SPDX-License-Identifier: GPL-2.0-or-later
#include "path.h"

#include <math.h>

#include "osc.h"

/*
 * Wait for the wire and send; returns when the last bit is out, VT_NEVER if the
 * queue is full.
 */
static s64 transmit(struct vt_path *p, s64 now, size_t bytes)
{
	s64 start = p->busy_until > now ? p->busy_until : now;
	double bits = 8.0 * (bytes + VT_PATH_FRAMING);

	if (!p->rate)
		return now;
	if (p->queue_ps && start - now > p->queue_ps)
		return VT_NEVER;
	p->busy_until = start + llround(bits / p->rate * VT_PS_PER_SEC);
	return p->busy_until;
}

/* From the end of the wire to the other node. */
static s64 travel(const struct vt_path *p, s64 delay)
{
	s64 sum = delay + p->extra_ps + p->asym_ps;

	return sum > VT_PATH_MIN_PS ? sum : VT_PATH_MIN_PS;
}

/* Frames held back stand aside from the order that @fifo keeps. */
static s64 arrive(struct vt_path *p, s64 at, bool held)
{
	if (held)
		return at + p->reorder_ps;
	if (p->fifo && at <= p->last)
		at = p->last + 1;
	if (at > p->last)
		p->last = at;
	return at;
}

/**
 * vt_path_send() - send a frame
 * @p: the path
 * @global_ps: when it leaves the sender's card; with a rate, frames queue in the
 *	order of the calls
 * @bytes: length of the frame without VT_PATH_FRAMING
 * @ret_at: gets when it arrives, and its copy, which may be earlier; global ps,
 *	at least vt_path_min() after @global_ps
 *
 * The frame waits for the wire, is lost or not on its way, and takes its delay.
 * A lost frame takes the wire as well; one that finds a cut or a full queue does
 * not.
 *
 * Each frame, lost or not, takes one number of the path's stream, which starts a
 * stream of the frame, and one step of the delay's process.  So loss, copies,
 * held frames and cuts change what they are about and shift nothing else.  A copy
 * has a delay of its own, but leaves the process alone.
 *
 * Return: how many arrive: 0, 1 or 2.
 */
unsigned int vt_path_send(struct vt_path *p, s64 global_ps, size_t bytes,
			  s64 ret_at[2])
{
	struct vt_rng rng = { .s = vt_rng_next(&p->rng) };
	bool lost = vt_rng_uniform(&rng) < p->loss;
	bool dup = vt_rng_uniform(&rng) < p->dup;
	bool held = vt_rng_uniform(&rng) < p->reorder;
	s64 delay = vt_delay_draw(&p->delay, &rng, global_ps);
	struct vt_delay copy = p->delay;
	s64 sent;

	if (p->cut)
		return 0;
	sent = transmit(p, global_ps, bytes);
	if (lost || sent == VT_NEVER)
		return 0;
	ret_at[0] = arrive(p, sent + travel(p, delay), held);
	if (!dup)
		return 1;
	delay = vt_delay_draw(&copy, &rng, global_ps);
	ret_at[1] = arrive(p, sent + travel(p, delay), false);
	return 2;
}

/**
 * vt_path_min() - how long a frame takes at least
 * @p: the path
 *
 * Return: lower bound of all that vt_path_send() will say, from sending to
 * arrival, ps, at least VT_PATH_MIN_PS; it changes only if the path is changed.
 */
s64 vt_path_min(const struct vt_path *p)
{
	return travel(p, vt_delay_min(&p->delay));
}
