// SPDX-License-Identifier: GPL-2.0-or-later
#include "schedule.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

static const char *const names[CS_ACTIONS] = {
	"crash",   "wipe",    "power", "others", "pause", "freeze",   "part",
	"isolate", "one-way", "deaf",  "loss",	 "twice", "late",     "jump",
	"rate",	   "full",    "stall", "join",	 "leave", "transfer", "distrust"
};

/**
 * cs_action_name() - name of what may happen
 * @k: which
 *
 * Return: one word.
 */
const char *cs_action_name(enum cs_action_kind k)
{
	return names[k];
}

static s64 between(struct vt_rng *r, s64 min, s64 max)
{
	return min + (s64)(vt_rng_next(r) % (u64)(max - min + 1));
}

/* Uniform in the logarithm. */
static s64 scale(struct vt_rng *r, double min, double max)
{
	return (s64)(min * pow(max / min, vt_rng_uniform(r)));
}

static bool chance(struct vt_rng *r, double p)
{
	return vt_rng_uniform(r) < p;
}

static void draw_cluster(struct cs_schedule *s, struct vt_rng *r)
{
	bool wide = chance(r, 0.2);

	s->nodes = (u32)between(r, 1, 9);
	s->founded = chance(r, 0.3);
	s->duration_ns = between(r, 10, 30) * CL_NS_PER_SEC;
	s->law.base_ns = wide ? scale(r, 2e6, 2e7) : scale(r, 2e4, 1e6);
	s->law.jitter_ns = s->law.base_ns / between(r, 1, 10);
	s->write_ns = scale(r, 5e4, 5e6);
	s->rate_ppb = chance(r, 0.3) ? 50000000 : 200000;
	s->snapshot_entries = (u32)scale(r, 8, 512);
	s->state_bytes = (u32)scale(r, 16, 6e4);
	s->propose_ns = scale(r, 2e6, 1e10);
}

/* What happens in runs of most kinds; times are those of elections. */
static void draw_action(struct cs_schedule *s, struct vt_rng *r, s64 at,
			enum cs_action_kind kind)
{
	struct cs_action *a;

	s->action = cs_grow(s->action, &s->room, s->actions + 1,
			    sizeof(*s->action));
	a = &s->action[s->actions++];
	a->at = at;
	a->kind = kind;
	a->a = (u32)vt_rng_next(r);
	a->b = (u32)vt_rng_next(r);
	a->leader = chance(r, 0.4);
	a->len_ns = scale(r, 5e6, 4e9);
	a->share = pow(vt_rng_uniform(r), 2);
}

/**
 * cs_schedule_draw() - draw a run
 * @s: gets it
 * @seed: of all random numbers
 */
void cs_schedule_draw(struct cs_schedule *s, u64 seed)
{
	enum cs_action_kind kind[CS_ACTIONS];
	unsigned int kinds = 0;
	double mean;
	struct vt_rng r;
	s64 at;

	*s = (struct cs_schedule){ .seed = seed };
	vt_rng_init(&r, seed, VT_STREAM_FAULTS, 0, 0);
	draw_cluster(s, &r);
	for (int k = 0; k < CS_ACTIONS; k++)
		if (chance(&r, 0.4))
			kind[kinds++] = k;
	if (!kinds)
		kind[kinds++] = CS_CRASH;
	mean = (double)scale(&r, 5e7, 3e9);
	for (at = (s64)(mean * vt_rng_exp(&r)); at < s->duration_ns;
	     at += (s64)(mean * vt_rng_exp(&r)))
		draw_action(s, &r, at, kind[vt_rng_next(&r) % kinds]);
}

/**
 * cs_schedule_free() - the end
 * @s: schedule
 */
void cs_schedule_free(struct cs_schedule *s)
{
	free(s->action);
}
