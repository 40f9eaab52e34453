// SPDX-License-Identifier: GPL-2.0
#include "testosc.h"

#include <linux/ktime.h>

#include "core/fixed.h"

/**
 * cl_testosc_init() - an oscillator without error
 * @o: oscillator
 */
void cl_testosc_init(struct cl_testosc *o)
{
	seqlock_init(&o->lock);
	o->real = ktime_get_raw_ns();
	o->raw = cl_raw(o->real);
	o->freq_q48 = 0;
	o->lie_ns = 0;
}

static struct cl_raw testosc_line(const struct cl_testosc *o, s64 real)
{
	s64 d = real - o->real;

	return cl_raw_add(o->raw, d + cl_scale(d, o->freq_q48));
}

/**
 * cl_testosc_raw() - raw time of the instance
 * @o: oscillator
 * @real: CLOCK_MONOTONIC_RAW, ns; slightly before the last change of frequency
 *	it is read on the new line, which differs by 50 ns at 500 ppm and 100 us
 *
 * Return: raw time of the instance.
 */
struct cl_raw cl_testosc_raw(struct cl_testosc *o, s64 real)
{
	struct cl_raw raw;
	unsigned int seq;

	do {
		seq = read_seqbegin(&o->lock);
		raw = testosc_line(o, real);
	} while (read_seqretry(&o->lock, seq));
	return raw;
}

/**
 * cl_testosc_view() - a clock as a function of CLOCK_MONOTONIC_RAW
 * @o: oscillator
 * @real: CLOCK_MONOTONIC_RAW at the anchor of @c, ns
 * @c: clock as a function of the instance's raw time
 * @ret: the composition, anchored at @real
 */
void cl_testosc_view(struct cl_testosc *o, s64 real, const struct cl_clock *c,
		     struct cl_clock *ret)
{
	unsigned int seq;
	s64 f;

	do {
		seq = read_seqbegin(&o->lock);
		f = o->freq_q48;
	} while (read_seqretry(&o->lock, seq));

	*ret = *c;
	ret->map.raw = cl_raw(real);
	ret->map.rate_q48 = c->map.rate_q48 + f + cl_scale(c->map.rate_q48, f);
	ret->slew_q48 = c->slew_q48 + cl_scale(c->slew_q48, f);
	/* 1 / (1 + f), to second order: 1e-10 of an interval at 500 ppm */
	ret->slew_ns = c->slew_ns - cl_scale(c->slew_ns, f) +
		       cl_scale(cl_scale(c->slew_ns, f), f);
}

/**
 * cl_testosc_set_freq() - change the frequency; the phase does not jump
 * @o: oscillator
 * @ppt: frequency error, 1e-12, within CL_TESTOSC_MAX_PPT
 *
 * The clock must be published anew after it.
 *
 * Context: process.
 */
void cl_testosc_set_freq(struct cl_testosc *o, s64 ppt)
{
	unsigned long flags;
	s64 real;

	write_seqlock_irqsave(&o->lock, flags);
	real = ktime_get_raw_ns();
	o->raw = testosc_line(o, real);
	o->real = real;
	o->freq_q48 = cl_ppt_to_q48(ppt);
	write_sequnlock_irqrestore(&o->lock, flags);
}

/**
 * cl_testosc_set_lie() - lie from now on
 * @o: oscillator
 * @ns: added to every raw stamp and cluster time that is sent, ns
 */
void cl_testosc_set_lie(struct cl_testosc *o, s64 ns)
{
	WRITE_ONCE(o->lie_ns, ns); /* pairs with cl_testosc_lie() */
}

/**
 * cl_testosc_lie() - falsify the stamps of a message, and its cluster time
 * @o: oscillator
 * @m: message, ready to be encoded
 *
 * A line that is shifted in raw time alone would tell the truth to who measures
 * by the same stamps.
 */
void cl_testosc_lie(struct cl_testosc *o, struct cl_wire_msg *m)
{
	s64 lie = READ_ONCE(o->lie_ns); /* pairs with cl_testosc_set_lie() */

	switch (m->hdr.type) {
	case CL_WIRE_REQUEST:
		if (m->hdr.flags & CL_WIRE_F_PREV_TX)
			m->req.t1 = cl_raw_add(m->req.t1, lie);
		if (m->hdr.flags & CL_WIRE_F_PREV_RX)
			m->req.t4 = cl_raw_add(m->req.t4, lie);
		if (m->hdr.flags & CL_WIRE_F_MAP)
			m->req.time = cl_time_add(m->req.time, lie);
		break;
	case CL_WIRE_RESPONSE:
		if (m->hdr.flags & CL_WIRE_F_RX)
			m->resp.t2 = cl_raw_add(m->resp.t2, lie);
		if (m->hdr.flags & CL_WIRE_F_PREV_TX)
			m->resp.t3 = cl_raw_add(m->resp.t3, lie);
		if (m->hdr.flags & CL_WIRE_F_MAP)
			m->resp.time = cl_time_add(m->resp.time, lie);
		break;
	case CL_WIRE_REPORT:
		m->rep.t1 = cl_raw_add(m->rep.t1, lie);
		break;
	}
}
