// SPDX-License-Identifier: GPL-2.0-or-later
#include "liar.h"

#include <string.h>

#define ROUND_NS (100 * CL_NS_PER_MS)
#define OFTEN 0.3

static const char *const names[] = {
	[CS_LIE_NONE] = "none",
	[CS_LIE_CONSTANT] = "constant",
	[CS_LIE_TWO_FACED] = "two-faced",
	[CS_LIE_RANDOM] = "random",
	[CS_LIE_NOW_AND_THEN] = "now-and-then",
	[CS_LIE_DRIFT] = "drift",
	[CS_LIE_LINE] = "line",
};

/**
 * cs_lie_name() - name of a lie
 * @l: lie
 *
 * Return: the name.
 */
const char *cs_lie_name(enum cs_lie l)
{
	return names[l];
}

/**
 * cs_lie_find() - lie by name
 * @name: name
 *
 * Return: enum cs_lie, -1: there is none.
 */
int cs_lie_find(const char *name)
{
	for (int i = 0; i < CS_LIES; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/**
 * cs_liar_lies() - has a node begun to lie?
 * @l: node
 * @now: ns of true time
 *
 * Return: true if so.
 */
bool cs_liar_lies(const struct cs_liar *l, s64 now)
{
	return l->lie != CS_LIE_NONE && now >= l->since;
}

/* Is this a round in which it lies?  The same for all messages of the round. */
static bool lies_in(const struct cs_liar *l, s64 round)
{
	struct vt_rng r = l->rng;

	r.s ^= (u64)round * 0x9e3779b97f4a7c15ULL;
	return vt_rng_uniform(&r) < OFTEN;
}

static s64 shift(struct cs_liar *l, s64 now, u32 receiver)
{
	s64 age = now - l->since;

	switch (l->lie) {
	case CS_LIE_TWO_FACED:
		return receiver % 2 ? l->size_ns : -l->size_ns;
	case CS_LIE_RANDOM:
		return (s64)((2 * vt_rng_uniform(&l->rng) - 1) *
			     (double)l->size_ns);
	case CS_LIE_NOW_AND_THEN:
		return lies_in(l, now / ROUND_NS) ? l->size_ns : 0;
	case CS_LIE_DRIFT:
		return (s64)((double)l->size_ns * (double)age / CL_NS_PER_SEC);
	default:
		return l->size_ns;
	}
}

/* Cluster time, as a message tells it besides its stamps. */
static void shift_time(struct cl_wire_msg *m, s64 ns)
{
	if (!(m->hdr.flags & CL_WIRE_F_MAP))
		return;
	if (m->hdr.type == CL_WIRE_REQUEST)
		m->req.time.ns += ns;
	else
		m->resp.time.ns += ns;
}

/*
 * A line that is shifted in raw time alone would tell the truth to who measures by
 * the same stamps.  An update has no stamps.
 */
static void shift_stamps(struct cl_wire_msg *m, s64 ns)
{
	if (m->hdr.type == CL_WIRE_REQUEST) {
		if (m->hdr.flags & CL_WIRE_F_PREV_TX)
			m->req.t1.ns += ns;
		if (m->hdr.flags & CL_WIRE_F_PREV_RX)
			m->req.t4.ns += ns;
	} else if (m->hdr.type == CL_WIRE_RESPONSE) {
		if (m->hdr.flags & CL_WIRE_F_RX)
			m->resp.t2.ns += ns;
		if (m->hdr.flags & CL_WIRE_F_PREV_TX)
			m->resp.t3.ns += ns;
	}
}

/**
 * cs_liar_tamper() - a message leaves
 * @l: its sender
 * @now: ns of true time
 * @m: message
 */
void cs_liar_tamper(struct cs_liar *l, s64 now, struct cl_wire_msg *m)
{
	s64 ns;

	if (!cs_liar_lies(l, now))
		return;
	ns = shift(l, now, m->hdr.receiver);
	shift_time(m, ns);
	if (l->lie != CS_LIE_LINE)
		shift_stamps(m, ns);
	else if (m->hdr.type == CL_WIRE_UPDATE)
		m->upd.map.time.ns += ns;
}
