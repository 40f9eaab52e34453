// SPDX-License-Identifier: GPL-2.0-or-later
#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/fixed.h"
#include "options.h"

static void make_room(struct sim_series *s, size_t more)
{
	if (s->len + more <= s->room)
		return;
	s->room = 2 * (s->len + more);
	s->v = reallocarray(s->v, s->room, sizeof(*s->v));
	if (!s->v)
		sim_die("out of memory");
}

static void append(struct sim_series *s, double v)
{
	make_room(s, 1);
	s->v[s->len++] = v;
}

static void join(struct sim_series *s, const struct sim_series *other)
{
	make_room(s, other->len);
	if (other->len)
		memcpy(s->v + s->len, other->v, other->len * sizeof(*s->v));
	s->len += other->len;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The smallest number that at least this share of an ordered series does not
 * exceed.
 */
static double quantile(const struct sim_series *s, double share)
{
	size_t i = (size_t)ceil(share * (double)s->len);

	return s->v[i ? i - 1 : 0];
}

static double mean(const struct sim_series *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->len; i++)
		sum += s->v[i];
	return sum / (double)s->len;
}

static double rms(const struct sim_series *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->len; i++)
		sum += s->v[i] * s->v[i];
	return sqrt(sum / (double)s->len);
}

/**
 * sim_measure_add() - a node was looked at
 * @m: its figures
 * @s: what was found
 * @warm: the warm-up is over
 */
void sim_measure_add(struct sim_measure *m, const struct sim_sample *s,
		     bool warm)
{
	u64 error = cl_abs_s64(s->error_ns), open = cl_abs_s64(s->open_ns);

	if (s->usable) {
		m->violations += error > s->reading.bound_ns;
		m->violations_hard += error > s->reading.hard_ns;
		m->held += !s->reading.synced;
	}
	if (!warm)
		return;
	m->samples++;
	if (s->usable) {
		m->synced += s->reading.synced;
		m->error_sum += (double)s->error_ns;
		append(&m->error, (double)error);
		append(&m->bound, (double)s->reading.bound_ns);
		append(&m->hard, (double)s->reading.hard_ns);
	}
	if (s->estimated) {
		m->open_sum += (double)s->open_ns;
		m->corridor += s->corridor;
		append(&m->open, (double)open);
		append(&m->err, (double)s->err_ns);
		append(&m->ratio, (double)open / (double)s->err_ns);
	}
}

/**
 * sim_measure_merge() - add the figures of another node
 * @m: figures
 * @other: those of another; stay as they are
 */
void sim_measure_merge(struct sim_measure *m, const struct sim_measure *other)
{
	join(&m->error, &other->error);
	join(&m->open, &other->open);
	join(&m->err, &other->err);
	join(&m->ratio, &other->ratio);
	join(&m->bound, &other->bound);
	join(&m->hard, &other->hard);
	m->error_sum += other->error_sum;
	m->open_sum += other->open_sum;
	m->corridor += other->corridor;
	m->samples += other->samples;
	m->synced += other->synced;
	m->violations += other->violations;
	m->violations_hard += other->violations_hard;
	if (other->held > m->held)
		m->held = other->held;
}

static void order(struct sim_series *s)
{
	if (s->len)
		qsort(s->v, s->len, sizeof(*s->v), compare);
}

/* A figure, rounded to what means something. */
static void figure(json_t *j, const char *name, double v, double unit)
{
	json_object_set_new(j, name, json_real(round(v / unit) * unit));
}

static void figures_of_errors(json_t *j, const char *what,
			      const struct sim_series *s, double sum)
{
	char name[32];

	snprintf(name, sizeof(name), "abs_%s_mean", what);
	figure(j, name, mean(s), 0.1);
	snprintf(name, sizeof(name), "abs_%s_rms", what);
	figure(j, name, rms(s), 0.1);
	snprintf(name, sizeof(name), "abs_%s_p99", what);
	figure(j, name, quantile(s, 0.99), 1);
	snprintf(name, sizeof(name), "abs_%s_max", what);
	figure(j, name, quantile(s, 1), 1);
	snprintf(name, sizeof(name), "%s_mean", what);
	figure(j, name, sum / (double)s->len, 0.1);
}

/**
 * sim_measure_json() - write figures
 * @m: figures; their series become ordered
 * @j: gets them: those of the clock are named as evaluate.py of the lab does it,
 *	those of the estimate have "open" in their names
 */
void sim_measure_json(struct sim_measure *m, json_t *j)
{
	order(&m->error);
	order(&m->open);
	order(&m->ratio);
	order(&m->bound);
	order(&m->hard);
	if (m->error.len) {
		figures_of_errors(j, "error", &m->error, m->error_sum);
		figure(j, "bound_median", quantile(&m->bound, 0.5), 1);
		figure(j, "bound_max", quantile(&m->bound, 1), 1);
		figure(j, "hard_max", quantile(&m->hard, 1), 1);
	}
	if (m->open.len) {
		figures_of_errors(j, "open", &m->open, m->open_sum);
		figure(j, "err_mean", mean(&m->err), 0.1);
		figure(j, "open_over_err_rms", rms(&m->ratio), 0.001);
		figure(j, "open_over_err_p99", quantile(&m->ratio, 0.99), 0.01);
		figure(j, "open_over_err_max", quantile(&m->ratio, 1), 0.01);
		figure(j, "corridor_share",
		       (double)m->corridor / (double)m->open.len, 0.0001);
	}
	json_object_set_new(j, "violations", json_integer(m->violations));
	json_object_set_new(j, "violations_hard",
			    json_integer(m->violations_hard));
	json_object_set_new(j, "readings", json_integer(m->error.len));
	if (m->samples)
		figure(j, "synced_share",
		       (double)m->synced / (double)m->samples, 0.0001);
}

/**
 * sim_measure_free() - give their memory back
 * @m: figures; empty afterwards
 */
void sim_measure_free(struct sim_measure *m)
{
	free(m->error.v);
	free(m->open.v);
	free(m->err.v);
	free(m->ratio.v);
	free(m->bound.v);
	free(m->hard.v);
	*m = (struct sim_measure){ .samples = 0 };
}
