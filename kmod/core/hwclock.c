// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The clock may be stepped or steered by others at any time.  Until the next
 * line nobody knows: what was converted since the last anchor is used only
 * after a line that agrees with it.
 */
#include "hwclock.h"

#include "fixed.h"

/* Two lines agree within so many standard deviations of their difference. */
#define SIGMAS 5

/*
 * A packet's stamp comes within well under a second.  One that is converted to
 * something further away was made by another clock.
 */
#define STAMP_MAX_NS CL_NS_PER_SEC

static struct cl_raw line_at(const struct cl_hwline *l, s64 phc_ns)
{
	s64 d = (s64)((u64)phc_ns - (u64)l->phc_ns);

	return cl_raw_add(cl_raw_add(l->raw, d), cl_scale(d, l->rate_q48));
}

/* 1 ns more for the rounding of each. */
static bool lines_agree(const struct cl_hwline *a, const struct cl_hwline *b,
			s64 residual_ns)
{
	u64 var =
		(u64)a->error_ns * a->error_ns + (u64)b->error_ns * b->error_ns;

	return cl_abs_s64(residual_ns) <= SIGMAS * (cl_isqrt(var) + 1) + 2;
}

static bool line_fresh(const struct cl_hwline *l, struct cl_raw now)
{
	return cl_raw_sub(now, l->raw) < l->expiry_ns;
}

/**
 * cl_hwclock_take() - take a new line
 * @c: clock
 * @line: line, measured after the one before; rate below 2^46 in magnitude
 *
 * Return: false if the line before was wrong or had ended: stamps converted
 * since its anchor are worthless.
 */
bool cl_hwclock_take(struct cl_hwclock *c, const struct cl_hwline *line)
{
	struct cl_raw expected = line_at(&c->line, line->phc_ns);
	bool agree;

	c->residual_ns = c->known ? cl_raw_sub(line->raw, expected) : 0;
	agree = !c->known || (line_fresh(&c->line, line->raw) &&
			      lines_agree(&c->line, line, c->residual_ns));
	if (!agree) {
		c->steady = 0;
		c->breaks++;
	} else if (c->known && c->steady < CL_HWCLOCK_STEADY) {
		c->steady++;
	}
	c->line = *line;
	c->known = true;
	return agree;
}

/**
 * cl_hwclock_usable() - may stamps be converted
 * @c: clock
 * @now: raw time
 *
 * Return: true if the clock is steady and its line has not ended.
 */
bool cl_hwclock_usable(const struct cl_hwclock *c, struct cl_raw now)
{
	return c->steady >= CL_HWCLOCK_STEADY && line_fresh(&c->line, now);
}

/**
 * cl_hwclock_to_raw() - raw time of a stamp
 * @c: clock
 * @phc_ns: stamp, time of the device's clock
 * @now: raw time
 * @ret: raw time of the stamp; not to be used before the anchor of a later line
 *	that confirms this one
 *
 * Return: 0; -EAGAIN if the clock is not usable, -ERANGE if the stamp cannot be
 * of this clock; then @ret is untouched.
 */
int cl_hwclock_to_raw(const struct cl_hwclock *c, s64 phc_ns, struct cl_raw now,
		      struct cl_raw *ret)
{
	struct cl_raw raw;

	if (!cl_hwclock_usable(c, now))
		return -EAGAIN;
	raw = line_at(&c->line, phc_ns);
	if (cl_abs_s64(cl_raw_sub(now, raw)) > STAMP_MAX_NS)
		return -ERANGE;
	*ret = raw;
	return 0;
}
