// SPDX-License-Identifier: GPL-2.0-or-later
#include "check.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/**
 * cl_check_init() - begin
 * @c: check
 */
void cl_check_init(struct cl_check *c)
{
	memset(c, 0, sizeof(*c));
}

static bool valid(const struct cl_check_ask *ask)
{
	if (!isfinite(ask->correction_ns) || !isfinite(ask->floor_ns) ||
	    ask->floor_ns <= 0)
		return false;
	if (ask->locked &&
	    (!isfinite(ask->own_sigma_ns) || ask->own_sigma_ns < 0))
		return false;
	for (unsigned int i = 0; i < ask->n; i++) {
		if (!isfinite(ask->peers[i].offset_ns) ||
		    !isfinite(ask->peers[i].sigma_ns) ||
		    ask->peers[i].sigma_ns <= 0)
			return false;
	}
	return true;
}

/* One more opinion, unless it is too vague to be one. */
static void hear(struct cl_check_answer *a, const struct cl_check_ask *ask,
		 double offset_ns, double sigma_ns)
{
	double floor = CL_GATE_SIGMAS * sigma_ns;
	double distance = fabs(offset_ns - ask->correction_ns);

	if (floor > CL_GATE_COARSE * ask->floor_ns)
		return;
	a->sources++;
	if (distance <= CL_CHECK_GATE * fmax(floor, ask->floor_ns))
		a->agree++;
	else
		a->widen_ns = fmax(a->widen_ns, fmax(fabs(offset_ns),
						     fabs(ask->correction_ns)));
}

static void hear_all(struct cl_check_answer *a, const struct cl_check_ask *ask)
{
	unsigned int own;

	if (ask->locked)
		hear(a, ask, 0, ask->own_sigma_ns);
	own = a->sources;
	a->own_against = own > a->agree;
	for (unsigned int i = 0;
	     i < ask->n && a->sources < own + CL_CHECK_PEERS; i++)
		hear(a, ask, ask->peers[i].offset_ns, ask->peers[i].sigma_ns);
	a->need = a->sources / 2 + 1;
	a->unverified = a->sources == own;
}

/*
 * Two sources of which one agrees: leader or source may be the liar.  No reason to
 * depose, but to mistrust the own bound.
 */
static void conclude(const struct cl_check *c, struct cl_check_answer *a)
{
	bool disagree = a->reason == CL_CHECK_DISAGREE;
	bool open = a->sources < CL_CHECK_OUTVOTE;
	double most = CL_CHECK_REFUSALS;

	if (!disagree || !open)
		a->widen_ns = 0;
	if (!a->reason)
		return;
	a->verdict = CL_CHECK_REFUSE;
	if (disagree && open && a->agree)
		return;
	if (disagree && !a->own_against)
		most = CL_CHECK_REFUSALS_SLOW;
	if (c->refused >= most)
		a->verdict = CL_CHECK_NO_CONFIDENCE;
}

/**
 * cl_check_update() - obey an update?
 * @c: check
 * @ask: the update and what is known; valid during the call
 * @ret: answer
 *
 * A leader is judged anew with each term.  The interval that it names does not
 * count, only our own time, or it could put off its end.
 *
 * Return: 0; -EINVAL if a value is out of range, then nothing has changed.
 */
int cl_check_update(struct cl_check *c, const struct cl_check_ask *ask,
		    struct cl_check_answer *ret)
{
	struct cl_check_answer a = {
		.gate_ns = CL_CHECK_GATE * ask->floor_ns,
	};
	double rounds = 1;

	if (!valid(ask))
		return -EINVAL;
	if (c->any)
		rounds = cl_gate_rounds(c->last, ask->now, 1);
	if (!c->any || ask->term != c->term)
		c->refused = 0;
	c->any = true;
	c->term = ask->term;
	c->last = ask->now;
	hear_all(&a, ask);
	if (!a.unverified && a.agree < a.need)
		a.reason = CL_CHECK_DISAGREE;
	else if (!a.unverified && ask->too_fast)
		a.reason = CL_CHECK_PACE;
	c->refused = a.reason ? c->refused + rounds : 0;
	conclude(c, &a);
	*ret = a;
	return 0;
}
