// SPDX-License-Identifier: GPL-2.0-or-later
#include "warm.h"

#include <math.h>

#include "kmod/core/fixed.h"

/**
 * cl_warm_note() - nothing speaks against a node: remember its raw clock
 * @w: gets the estimate; nothing is known if @p has none
 * @p: the node
 */
void cl_warm_note(struct cl_warm *w, const struct cl_nl_peer *p)
{
	const u64 need = CL_NL_BIT(PEER_RAW) | CL_NL_BIT(PEER_OFFSET) |
			 CL_NL_BIT(PEER_FREQ) | CL_NL_BIT(PEER_ERROR) |
			 CL_NL_BIT(PEER_FREQ_ERROR) | CL_NL_BIT(PEER_WANDER) |
			 CL_NL_BIT(PEER_LEARNT_ASYMMETRY);

	*w = (struct cl_warm){
		.known = (p->have & need) == need,
		.raw_ns = p->raw_ns,
		.offset_ns = p->offset_ns + p->learnt_asymmetry_ns +
			     p->delay_asymmetry_ns,
		.freq_ppt = p->freq_ppt,
		.error_ns = (double)p->error_ns,
		.drift = (double)p->freq_error_ppt / 1e3,
		.walk = (double)p->wander_ppt / 1e3,
	};
}

/**
 * cl_warm_age() - how old is an estimate?
 * @w: estimate
 * @raw_ns: own raw time
 *
 * Return: ns.
 */
s64 cl_warm_age(const struct cl_warm *w, s64 raw_ns)
{
	return cl_sub_wrap(raw_ns, w->raw_ns);
}

/**
 * cl_warm_ahead() - has a raw clock gone on as it did?
 * @w: estimate, known
 * @s: an exchange
 *
 * Return: by how much the node's stamps are ahead of that, ns.
 */
double cl_warm_ahead(const struct cl_warm *w, const struct cl_warm_stamps *s)
{
	double run =
		(double)cl_warm_age(w, s->ours_ns) * (double)w->freq_ppt / 1e12;
	s64 offset = cl_sub_wrap(s->ours_ns, s->theirs_ns);

	return (double)cl_sub_wrap(w->offset_ns, offset) + run;
}

/**
 * cl_warm_sigma() - how well is known where a raw clock should be?
 * @w: estimate, known
 * @raw_ns: own raw time
 *
 * Return: standard deviation, ns.
 */
double cl_warm_sigma(const struct cl_warm *w, s64 raw_ns)
{
	double age_s = fmax((double)cl_warm_age(w, raw_ns), 0) / CL_NS_PER_SEC;
	double drift = w->drift * age_s;
	double walk = w->walk * pow(age_s, 1.5) / sqrt(3);

	return sqrt(w->error_ns * w->error_ns + drift * drift + walk * walk);
}
