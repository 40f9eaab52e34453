// SPDX-License-Identifier: GPL-2.0-or-later
#include "osc.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* What a step or ramp adds in second @t: of a ramp its mean in that second. */
static s64 changed(const struct vt_osc_change *c, s64 t)
{
	if (t < c->at_s)
		return 0;
	if (t >= c->at_s + c->over_s)
		return c->ppt;
	return (__int128)c->ppt * (2 * (t - c->at_s) + 1) / (2 * c->over_s);
}

/**
 * vt_osc_changed_ppt() - what steps and ramps have added
 * @m: model
 * @t: second of global time
 *
 * Return: their sum in that second, 1e-12.
 */
s64 vt_osc_changed_ppt(const struct vt_osc_model *m, s64 t)
{
	s64 sum = 0;

	for (unsigned int i = 0; i < m->changes; i++)
		sum += changed(&m->change[i], t);
	return sum;
}

/* Frequency error in second @t, but for the random walk. */
static s64 planned(const struct vt_osc_model *m, s64 t)
{
	s64 sum = m->ppt + vt_osc_changed_ppt(m, t);

	if (m->trace)
		sum += m->trace[t % m->trace_len];
	return sum;
}

/**
 * vt_osc_init() - make an oscillator
 * @o: to be filled
 * @model: what it does; not needed any more afterwards
 * @rng: stream of its random walk, which takes one step per second
 * @seconds: how long its rate changes, s, 1 to VT_OSC_SECONDS_MAX; the walk
 *	begins with 0 in the first of them
 *
 * Return: 0; -EINVAL if @seconds is out of range, -ENOMEM, -ERANGE if its rate
 * would be more than VT_OSC_PPT_MAX off.  @o is empty then.
 */
int vt_osc_init(struct vt_osc *o, const struct vt_osc_model *model,
		struct vt_rng rng, s64 seconds)
{
	double walk = 0;
	s64 local = 0;

	*o = (struct vt_osc){};
	if (seconds < 1 || seconds > VT_OSC_SECONDS_MAX)
		return -EINVAL;
	o->knot = calloc(seconds, sizeof(*o->knot));
	if (!o->knot)
		return -ENOMEM;
	o->knots = seconds;
	for (s64 t = 0; t < seconds; t++) {
		s64 ppt = planned(model, t) + llround(walk);

		if (ppt < -VT_OSC_PPT_MAX || ppt > VT_OSC_PPT_MAX) {
			vt_osc_free(o);
			return -ERANGE;
		}
		o->knot[t] = (struct vt_osc_knot){ local, ppt };
		/* 1e-12 of a second is 1 ps: no rounding from knot to knot. */
		local += VT_PS_PER_SEC + ppt;
		walk += model->wander_ppt * vt_rng_normal(&rng);
	}
	return 0;
}

/**
 * vt_osc_free() - free what an oscillator holds
 * @o: the oscillator; empty afterwards
 */
void vt_osc_free(struct vt_osc *o)
{
	free(o->knot);
	*o = (struct vt_osc){};
}

/**
 * vt_osc_local_ps() - what an oscillator shows
 * @o: the oscillator
 * @global_ps: true time, ps, at least 0
 *
 * It never goes back, and stands still for at most 1 ps.
 *
 * Return: local time, ps, rounded down; VT_NEVER if it is more than that.
 */
s64 vt_osc_local_ps(const struct vt_osc *o, s64 global_ps)
{
	s64 t = global_ps / VT_PS_PER_SEC;
	const struct vt_osc_knot *k;
	__int128 local;

	if (t >= o->knots)
		t = o->knots - 1;
	k = &o->knot[t];
	local = global_ps - t * VT_PS_PER_SEC;
	local = k->local + local * (VT_PS_PER_SEC + k->ppt) / VT_PS_PER_SEC;
	return local < VT_NEVER ? local : VT_NEVER;
}

/**
 * vt_osc_local_ns() - what an oscillator shows, in ns
 * @o: the oscillator
 * @global_ps: true time, ps, at least 0
 *
 * Return: local time, ns, rounded down.
 */
s64 vt_osc_local_ns(const struct vt_osc *o, s64 global_ps)
{
	return vt_osc_local_ps(o, global_ps) / VT_PS_PER_NS;
}

/**
 * vt_osc_global_ps() - when an oscillator gets to a local time
 * @o: the oscillator
 * @local_ns: local time, ns
 *
 * Return: first instant of true time, ps, at least 0, at which the oscillator
 * shows @local_ns or more; VT_NEVER if that is too far off.
 */
s64 vt_osc_global_ps(const struct vt_osc *o, s64 local_ns)
{
	__int128 left = (__int128)local_ns * VT_PS_PER_NS;
	const struct vt_osc_knot *k;
	s64 rate, t;
	__int128 global;

	if (local_ns <= 0)
		return 0;
	/* A clock is nearly right: the knot is this one or one of its next. */
	t = local_ns / CL_NS_PER_SEC;
	if (t >= o->knots)
		t = o->knots - 1;
	while (t && o->knot[t].local > left)
		t--;
	while (t + 1 < o->knots && o->knot[t + 1].local <= left)
		t++;
	k = &o->knot[t];
	left -= k->local;
	rate = VT_PS_PER_SEC + k->ppt;
	global = (left * VT_PS_PER_SEC + rate - 1) / rate + t * VT_PS_PER_SEC;
	return global < VT_NEVER ? global : VT_NEVER;
}
