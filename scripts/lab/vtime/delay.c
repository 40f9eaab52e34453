// SPDX-License-Identifier: GPL-2.0-or-later
#include "delay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "value.h"

/* Normal: no further off than so many standard deviations. */
#define CUT_OFF 4
#define PARAMS_MAX 3
#define TEXT_SIZE 512

/*
 * A parameter of a law: a field (double) of struct vt_delay.  What has a max is a
 * number, the others are durations.
 */
struct param {
	size_t field;
	double min;
	double max;
};

#define SCALE .field = offsetof(struct vt_delay, scale_ps)
#define SHAPE .field = offsetof(struct vt_delay, shape)
#define ON .field = offsetof(struct vt_delay, on_ps)
#define OFF .field = offsetof(struct vt_delay, off_ps)

static const struct law {
	const char *name;
	const char *form;
	enum vt_law law;
	unsigned int params;
	struct param param[PARAMS_MAX];
} laws[] = {
	{ "exp", "exp:MEAN", VT_LAW_EXP, 1, { { SCALE } } },
	{ "normal", "normal:SD", VT_LAW_NORMAL, 1, { { SCALE } } },
	{ "uniform", "uniform:WIDTH", VT_LAW_UNIFORM, 1, { { SCALE } } },
	{ "gamma",
	  "gamma:MEAN/SHAPE",
	  VT_LAW_GAMMA,
	  2,
	  { { SCALE }, { SHAPE, 0.01, 1000 } } },
	{ "lognormal",
	  "lognormal:MEDIAN/SIGMA",
	  VT_LAW_LOGNORMAL,
	  2,
	  { { SCALE }, { SHAPE, 0, 10 } } },
	{ "burst",
	  "burst:MEAN/ON/OFF",
	  VT_LAW_BURST,
	  3,
	  { { SCALE }, { ON, .min = 1000 }, { OFF, .min = 1000 } } },
};

static const char *parse_param(const struct param *p, const char *s,
			       struct vt_delay *ret)
{
	double *field = (double *)((char *)ret + p->field);
	const char *bad;
	s64 ps;

	if (p->max > 0)
		return vt_value_number(s, p->min, p->max, field);
	bad = vt_value_duration(s, p->min, VT_DELAY_MAX_PS, &ps);
	if (!bad)
		*field = ps;
	return bad;
}

static int parse_params(const struct law *l, char *args, struct vt_delay *ret,
			char *why, size_t why_len)
{
	ret->law = l->law;
	for (unsigned int i = 0; i < l->params; i++) {
		const char *s = strsep(&args, "/");
		const char *bad;

		if (!s) {
			snprintf(why, why_len, "%s expected", l->form);
			return -EINVAL;
		}
		bad = parse_param(&l->param[i], s, ret);
		if (bad) {
			snprintf(why, why_len, "%s in %s: %s", s, l->form, bad);
			return -EINVAL;
		}
	}
	if (!args)
		return 0;
	snprintf(why, why_len, "%s expected", l->form);
	return -EINVAL;
}

static int parse_trace(const char *name, struct vt_traces *traces,
		       struct vt_delay *ret, char *why, size_t why_len)
{
	ret->law = VT_LAW_TRACE;
	ret->trace = vt_traces_get(traces, name, why, why_len);
	if (!ret->trace)
		return -EINVAL;
	if (ret->trace->min >= 0)
		return 0;
	snprintf(why, why_len, "%s: a delay below 0", name);
	return -EINVAL;
}

/* "LAW:..." without the constant part before it. */
static int parse_law(char *s, struct vt_traces *traces, struct vt_delay *ret,
		     char *why, size_t why_len)
{
	char *name = strsep(&s, ":");

	if (s && !strcmp(name, "trace"))
		return parse_trace(s, traces, ret, why, why_len);
	for (size_t i = 0; s && i < sizeof(laws) / sizeof(*laws); i++)
		if (!strcmp(name, laws[i].name))
			return parse_params(&laws[i], s, ret, why, why_len);
	snprintf(why, why_len, "%s: not a law of delays", name);
	return -EINVAL;
}

/**
 * vt_delay_parse() - read a delay
 * @s: "DURATION", "LAW:..." or "DURATION+LAW:...", laws as in enum vt_law
 * @traces: files that were read before; gets those of @s
 * @ret: the delay, at the start of its process
 * @why: gets what is wrong
 * @why_len: size of @why
 *
 * Return: 0; -EINVAL for anything that is wrong, with a text in @why; @ret is
 * unchanged then.
 */
int vt_delay_parse(const char *s, struct vt_traces *traces,
		   struct vt_delay *ret, char *why, size_t why_len)
{
	struct vt_delay d = { .seen_at = VT_DELAY_UNSEEN };
	char copy[TEXT_SIZE];
	char *law = copy;
	int err = 0;

	if (strlen(s) >= sizeof(copy)) {
		snprintf(why, why_len, "delay is too long a text");
		return -EINVAL;
	}
	strcpy(copy, s);
	/* What starts like a law has no constant part. */
	if (!strchr(copy, ':') || strspn(copy, "+-.0123456789")) {
		const char *base = strsep(&law, "+");
		const char *bad =
			vt_value_duration(base, 0, VT_DELAY_MAX_PS, &d.base_ps);

		if (bad) {
			snprintf(why, why_len, "%s: %s", base, bad);
			return -EINVAL;
		}
	}
	if (law)
		err = parse_law(law, traces, &d, why, why_len);
	if (!err)
		*ret = d;
	return err;
}

/*
 * Busy and idle alternate without memory, so the state depends on the last one
 * seen and the time since only: the probability of busy tends from 1 or 0 to that
 * of the long run.
 */
static void step_burst(struct vt_delay *d, struct vt_rng *rng, s64 now)
{
	double busy = d->on_ps / (d->on_ps + d->off_ps);
	double since = now > d->seen_at ? now - d->seen_at : 0;

	if (d->seen_at != VT_DELAY_UNSEEN)
		busy += (d->busy - busy) *
			exp(-since * (1 / d->on_ps + 1 / d->off_ps));
	d->busy = vt_rng_uniform(rng) < busy;
	d->seen_at = now;
}

/* The random part, ps. */
static double draw_part(struct vt_delay *d, struct vt_rng *rng, s64 now)
{
	double x;

	switch (d->law) {
	case VT_LAW_CONST:
		break;
	case VT_LAW_EXP:
		return d->scale_ps * vt_rng_exp(rng);
	case VT_LAW_NORMAL:
		x = fmax(fmin(vt_rng_normal(rng), CUT_OFF), -CUT_OFF);
		return d->scale_ps * x;
	case VT_LAW_UNIFORM:
		return d->scale_ps * vt_rng_uniform(rng);
	case VT_LAW_GAMMA:
		x = vt_rng_gamma(rng, d->shape);
		return d->scale_ps / d->shape * x;
	case VT_LAW_LOGNORMAL:
		return d->scale_ps * exp(d->shape * vt_rng_normal(rng));
	case VT_LAW_BURST:
		step_burst(d, rng, now);
		x = vt_rng_exp(rng);
		return d->busy ? d->scale_ps * x : 0;
	case VT_LAW_TRACE:
		x = d->trace->value[d->next];
		d->next = (d->next + 1) % d->trace->len;
		return x;
	}
	return 0;
}

/**
 * vt_delay_draw() - the next delay
 * @d: the delay; its process goes on
 * @rng: random numbers; gamma takes a varying number of them
 * @global_ps: now; a burst goes on in this time
 *
 * Return: the delay, ps, at least vt_delay_min() and at most VT_DELAY_MAX_PS.
 */
s64 vt_delay_draw(struct vt_delay *d, struct vt_rng *rng, s64 global_ps)
{
	double x = draw_part(d, rng, global_ps);
	s64 sum;

	if (x > VT_DELAY_MAX_PS)
		x = VT_DELAY_MAX_PS;
	sum = d->base_ps + llround(x);
	if (sum < 0)
		return 0;
	return sum < VT_DELAY_MAX_PS ? sum : VT_DELAY_MAX_PS;
}

/**
 * vt_delay_min() - lower bound of a delay
 * @d: the delay
 *
 * Return: what no draw will be less than, ps, at least 0.
 */
s64 vt_delay_min(const struct vt_delay *d)
{
	s64 min = d->base_ps;

	if (d->law == VT_LAW_NORMAL)
		min -= llround(d->scale_ps * CUT_OFF);
	else if (d->law == VT_LAW_TRACE)
		min += d->trace->min;
	if (min < 0)
		return 0;
	return min < VT_DELAY_MAX_PS ? min : VT_DELAY_MAX_PS;
}
