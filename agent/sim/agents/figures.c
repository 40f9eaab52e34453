// SPDX-License-Identifier: GPL-2.0-or-later
#include "figures.h"

#include <math.h>
#include <stdlib.h>

#include "../memory.h"
#include "kmod/core/fixed.h"

/**
 * cs_series_add() - add a number
 * @s: series
 * @v: number
 */
void cs_series_add(struct cs_series *s, s64 v)
{
	s->v = cs_grow(s->v, &s->room, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = v;
}

static int compare(const void *a, const void *b)
{
	const s64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/**
 * cs_series_quantile() - a quantile
 * @s: series; it is sorted
 * @q: 0 to 1
 *
 * Return: the number, 0 if there are none.
 */
s64 cs_series_quantile(struct cs_series *s, double q)
{
	if (!s->n)
		return 0;
	qsort(s->v, s->n, sizeof(*s->v), compare);
	return s->v[(size_t)(q * (double)(s->n - 1) + 0.5)];
}

/**
 * cs_series_rms() - root of the mean square
 * @s: series
 *
 * Return: it, 0 if there are none.
 */
double cs_series_rms(const struct cs_series *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += (double)s->v[i] * (double)s->v[i];
	return s->n ? sqrt(sum / (double)s->n) : 0;
}

/**
 * cs_series_print() - write them, as a member of a JSON object
 * @s: series
 * @name: of the member
 */
void cs_series_print(const struct cs_series *s, const char *name)
{
	printf(", \"%s\": [", name);
	for (size_t i = 0; i < s->n; i++)
		printf("%s%lld", i ? ", " : "", (long long)s->v[i]);
	printf("]");
}

static void count(struct cs_figures *f, const struct cs_view *v)
{
	f->readings++;
	f->unusable += !v->now;
	f->holding += v->now && v->r.state == CLOCKLINK_STATE_HOLDOVER;
	f->unverified += v->now && v->r.state == CLOCKLINK_STATE_UNVERIFIED;
}

/**
 * cs_figures_read() - read all clocks as the checks saw them last
 * @f: figures
 * @t: run
 *
 * Of whoever makes cluster time there is no error to be measured.
 */
void cs_figures_read(struct cs_figures *f, const struct cs_town *t)
{
	s64 sum = 0, low = S64_MAX, high = S64_MIN;
	u32 n = 0;

	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_agent *a = t->agent[id];
		const struct cs_view *v = &t->truth.view[id];
		s64 error;

		if (id == f->without ||
		    cs_liar_lies(&a->liar, cs_town_now(t)) ||
		    !cs_agent_awake(a) || t->house[id]->want == CS_WANT_OUT)
			continue;
		count(f, v);
		if (!v->now || id == t->truth.maker)
			continue;
		error = cs_truth_error(&t->truth, id);
		cs_series_add(&f->error, llabs(error));
		cs_series_add(&f->bound, (s64)v->r.bound_ns);
		sum += error;
		low = cl_min_s64(low, error);
		high = cl_max_s64(high, error);
		n++;
	}
	if (!n)
		return;
	sum /= n;
	f->shift_max_ns = cl_max_s64(f->shift_max_ns, llabs(sum));
	f->spread_max_ns =
		cl_max_s64(f->spread_max_ns, cl_max_s64(high - sum, sum - low));
}

/**
 * cs_figures_pass() - time passes and clocks are read
 * @f: figures
 * @t: run
 * @ns: so much
 *
 * Return: false if a rule was broken; then it has ended there.
 */
bool cs_figures_pass(struct cs_figures *f, struct cs_town *t, s64 ns)
{
	s64 end = cs_town_now(t) + ns;

	while (cs_town_now(t) < end) {
		if (!cs_town_pass(t, cl_min_s64(CS_FIGURES_GRID_NS,
						end - cs_town_now(t))))
			return false;
		cs_figures_read(f, t);
	}
	return true;
}

/**
 * cs_figures_print() - write them, as members of a JSON object
 * @f: figures
 */
void cs_figures_print(struct cs_figures *f)
{
	printf(", \"readings\": %llu, \"unusable\": %llu, \"holding\": %llu",
	       (unsigned long long)f->readings, (unsigned long long)f->unusable,
	       (unsigned long long)f->holding);
	printf(", \"unverified\": %llu, \"error_rms_ns\": %.1f",
	       (unsigned long long)f->unverified, cs_series_rms(&f->error));
	printf(", \"error_p99_ns\": %lld, \"error_max_ns\": %lld",
	       (long long)cs_series_quantile(&f->error, 0.99),
	       (long long)cs_series_quantile(&f->error, 1));
	printf(", \"bound_median_ns\": %lld, \"bound_max_ns\": %lld",
	       (long long)cs_series_quantile(&f->bound, 0.5),
	       (long long)cs_series_quantile(&f->bound, 1));
	printf(", \"shift_max_ns\": %lld, \"spread_max_ns\": %lld",
	       (long long)f->shift_max_ns, (long long)f->spread_max_ns);
}

/**
 * cs_figures_free() - the end
 * @f: figures
 */
void cs_figures_free(struct cs_figures *f)
{
	free(f->error.v);
	free(f->bound.v);
}
