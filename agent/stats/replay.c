// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "agent/lib/units.h"
#include "agent/watch/table.h"
#include "kmod/core/fixed.h"

/* The module's, until a look tells what its instance has been given. */
static const struct cl_estimator_params usual = {
	.stamp_noise_ns = 1000,
	.wander_ppt = 1000,
};

/**
 * cl_replay_init() - start a replay
 * @r: the replay
 */
void cl_replay_init(struct cl_replay *r)
{
	*r = (struct cl_replay){ .params = usual };
}

/**
 * cl_replay_free() - end a replay
 * @r: the replay
 */
void cl_replay_free(struct cl_replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->peers[i]);
	free(r->peers);
	cl_replay_init(r);
}

static struct cl_replay_peer *find(const struct cl_replay *r, u32 node)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->peers[i]->node == node)
			return r->peers[i];
	return NULL;
}

static struct cl_replay_peer *get(struct cl_replay *r, u32 node)
{
	struct cl_replay_peer *p = find(r, node), **all;

	if (p)
		return p;
	all = reallocarray(r->peers, r->n + 1, sizeof(*all));
	if (!all)
		return NULL;
	r->peers = all;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->node = node;
	cl_estimator_init(&p->estimator, &r->params);
	r->peers[r->n++] = p;
	return p;
}

/**
 * cl_replay_sample() - replay an exchange
 * @r: the replay
 * @s: the exchange
 *
 * Return: 0 or -ENOMEM.
 */
int cl_replay_sample(struct cl_replay *r, const struct cl_nl_sample *s)
{
	struct cl_replay_peer *p = get(r, s->peer);
	const struct cl_exchange x = {
		.seq = s->seq,
		.hardware = p && p->hardware,
		.out_tx = cl_raw(s->out_tx_ns),
		.out_rx = cl_raw(s->out_rx_ns),
		.in_tx = cl_raw(s->in_tx_ns),
		.in_rx = cl_raw(s->in_rx_ns),
	};

	if (!p)
		return -ENOMEM;
	p->samples++;
	if (cl_estimator_push(&p->estimator, &x))
		p->refused++;
	return 0;
}

/* What the replay makes of a peer when the look was taken. */
static void compare(struct cl_replay_peer *p, const struct cl_nl_peer *was)
{
	struct cl_estimate e;

	if (!was->ready || !cl_nl_has(was, PEER_RAW) ||
	    cl_estimator_get(&p->estimator, cl_raw(was->raw_ns), &e))
		return;
	/* A known asymmetry is taken off what the estimator says. */
	p->offset_ns = e.theta_ns - was->delay_asymmetry_ns;
	p->freq_ppt = cl_q48_to_ppt(e.y_q48);
	p->difference_ns = p->offset_ns - was->offset_ns;
	p->compared++;
}

/* The same of a peer that has begun anew since the last look. */
static void follow(struct cl_replay *r, struct cl_replay_peer *p,
		   const struct cl_nl_peer *was)
{
	if (p->starts != was->starts && p->starts)
		cl_estimator_init(&p->estimator, &r->params);
	p->starts = was->starts;
	p->hardware = was->stamps == CLOCKLINK_STAMPS_HARDWARE;
	compare(p, was);
	p->recorded = *was;
}

/**
 * cl_replay_look() - compare with what the module had made of it
 * @r: the replay
 * @l: the next look of the record
 *
 * The module had measured before the record began: both agree only after some time.
 *
 * Return: 0 or -ENOMEM.
 */
int cl_replay_look(struct cl_replay *r, const struct cl_look *l)
{
	struct cl_replay_peer *p;

	if (l->has_instance) {
		r->params.stamp_noise_ns = l->instance.stamp_noise_ns;
		r->params.wander_ppt = l->instance.wander_ppt;
	}
	for (size_t i = 0; i < l->n_peers; i++) {
		p = get(r, l->peers[i].node);
		if (!p)
			return -ENOMEM;
		follow(r, p, &l->peers[i]);
	}
	return 0;
}

static void number_cell(struct cl_table *t, u64 v)
{
	char buf[CL_UNITS_SIZE];

	snprintf(buf, sizeof(buf), "%llu", (unsigned long long)v);
	cl_table_cell(t, buf);
}

static void put_row(struct cl_table *t, const struct cl_replay_peer *p)
{
	struct cl_estimator_info learnt;
	char buf[CL_UNITS_SIZE];
	s64 freq;

	cl_estimator_get_info(&p->estimator, &learnt);
	number_cell(t, p->node);
	number_cell(t, p->samples);
	number_cell(t, p->refused);
	if (p->compared) {
		cl_table_cell(t, cl_units_offset(buf, p->offset_ns));
		cl_table_cell(t, cl_units_offset(buf, p->difference_ns));
		cl_table_cell(t, cl_units_freq(buf, p->freq_ppt));
		freq = p->freq_ppt - p->recorded.freq_ppt;
		cl_table_cell(t, cl_units_freq(buf, freq));
	} else {
		for (int i = 0; i < 4; i++)
			cl_table_cell(t, "-");
	}
	cl_table_cell(t, cl_units_duration(buf, learnt.excess_ns));
	cl_table_cell(t, cl_units_duration(buf, learnt.noise_ns));
	cl_table_cell(t, cl_units_drift(buf, learnt.wander_ppt));
	number_cell(t, learnt.path_changes);
	cl_table_cell(t, learnt.choice == CL_CHOICE_FILTER ? "filter" :
							     "corridor");
}

/**
 * cl_replay_print() - the outcome for people
 * @r: the replay
 */
void cl_replay_print(const struct cl_replay *r)
{
	static const char *const head[] = {
		"PEER",	     "SAMPLES",	  "REFUSED",   "OFFSET",
		"THAN THEN", "FREQUENCY", "THAN THEN", "EXCESS",
		"NOISE",     "WANDER/S",  "PATHS",     "ESTIMATOR"
	};
	struct cl_table t = { .columns = 12, .right = 0x7ff };

	cl_table_row(&t, head);
	for (size_t i = 0; i < r->n; i++)
		put_row(&t, r->peers[i]);
	cl_table_print(&t, stdout);
}

static json_t *peer_json(const struct cl_replay_peer *p)
{
	struct cl_estimator_info learnt;
	json_t *j;

	cl_estimator_get_info(&p->estimator, &learnt);
	j = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:I, s:s}", "node",
		      (json_int_t)p->node, "samples", (json_int_t)p->samples,
		      "refused", (json_int_t)p->refused, "compared",
		      (json_int_t)p->compared, "excess_ns",
		      (json_int_t)learnt.excess_ns, "noise_ns",
		      (json_int_t)learnt.noise_ns, "wander_ppb",
		      learnt.wander_ppt / 1e3, "path_changes",
		      (json_int_t)learnt.path_changes, "estimator",
		      learnt.choice == CL_CHOICE_FILTER ? "filter" :
							  "corridor");
	if (!p->compared)
		return j;
	json_object_set_new(j, "offset_ns", json_integer(p->offset_ns));
	json_object_set_new(j, "recorded_offset_ns",
			    json_integer(p->recorded.offset_ns));
	json_object_set_new(j, "difference_ns", json_integer(p->difference_ns));
	json_object_set_new(j, "freq_ppb", json_real(p->freq_ppt / 1e3));
	json_object_set_new(j, "recorded_freq_ppb",
			    json_real(p->recorded.freq_ppt / 1e3));
	return j;
}

/**
 * cl_replay_json() - the outcome for programs
 * @r: the replay
 *
 * Return: a new array, an object for each peer.
 */
json_t *cl_replay_json(const struct cl_replay *r)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(all, peer_json(r->peers[i]));
	return all;
}
