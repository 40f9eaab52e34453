// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another owner is found by what it does: between two looks the frequency stays as it is,
 * and the clock moves by it.  That a program which could do so runs means nothing: ptp4l
 * may serve this clock to others, and is welcome to.
 */
#include "phcclock.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/errors.h"
#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

#define LOOK_NS CL_NS_PER_SEC

/* More than a reading over a slow bus may err by, and an oscillator since the last one. */
#define JUMP_NS (10 * CL_NS_PER_US)
#define JUMP_PER_S_NS CL_NS_PER_US

/* Frequencies of the kernel are ppm times 2^16. */
#define FREQ_ONE 65536e6

static s64 now_of(const struct cl_phcclock *c)
{
	return c->io->ops->now(c->io);
}

/* What was measured is worth nothing any more. */
static void restart(struct cl_phcclock *c)
{
	cl_linefit_init(&c->fit);
	c->loop.known = false;
}

static void measure(struct cl_phcclock *c)
{
	restart(c);
	cl_owner_wait(&c->owner, "it is being measured");
}

/* The clock keeps its frequency. */
static void let_go(struct cl_phcclock *c, const char *why)
{
	bool steered = c->owner.state == CL_OWNER_STEERED;

	restart(c);
	cl_owner_wait(&c->owner, "%s", why);
	if (steered)
		cl_io_log(c->io, CL_IO_WARNING, "%s: not steered now: %s",
			  c->owner.clock, why);
}

static void yield(struct cl_phcclock *c, const char *deed)
{
	char who[CL_OWNER_WHO_SIZE];

	if (c->owner.state == CL_OWNER_YIELDED) {
		cl_owner_disturbed(&c->owner);
		return;
	}
	restart(c);
	if (!c->ops->rivals(c->ctx, who))
		strcpy(who, "no program that is known to do so");
	cl_owner_yield_unknown(&c->owner, deed, who);
}

/* How far the clock is from where it should be, if that is known. */
static double jump_of(struct cl_phcclock *c, const struct cl_phcclock_look *l)
{
	struct cl_line line;

	if (c->owner.state == CL_OWNER_STEERED)
		return cl_phcloop_see(&c->loop, l->raw_ns, l->phc_ns);
	if (cl_linefit_get(&c->fit, &line))
		return 0;
	return cl_line_residual(&line, l->raw_ns, l->phc_ns);
}

/* Has anybody else a hand on the clock? */
static int watch(struct cl_phcclock *c, const struct cl_phcclock_look *l)
{
	struct timex tx = { .modes = 0 };
	char buf[CL_UNITS_SIZE], text[sizeof(buf) + 32];
	s64 age_ns = l->raw_ns - c->looked_ns;
	double jump = jump_of(c, l);
	int err;

	err = c->ops->adjust(c->ctx, &tx);
	if (err)
		return err;
	if (c->seen && tx.freq != c->freq) {
		yield(c, "its frequency was changed");
	} else if (fabs(jump) >
		   JUMP_NS + (double)age_ns / CL_NS_PER_SEC * JUMP_PER_S_NS) {
		snprintf(text, sizeof(text), "it was set by %s",
			 cl_units_offset(buf, llrint(jump)));
		yield(c, text);
	}
	c->seen = true;
	c->freq = tx.freq;
	c->looked_ns = l->raw_ns;
	return 0;
}

static int set_freq(struct cl_phcclock *c, double freq)
{
	struct timex tx = {
		.modes = ADJ_FREQUENCY,
		.freq = lrint(freq * FREQ_ONE),
	};
	long order = tx.freq;
	int err = c->ops->adjust(c->ctx, &tx);

	if (err)
		return err;
	c->freq = order;
	c->loop.freq = order / FREQ_ONE;
	return 0;
}

static int step(struct cl_phcclock *c)
{
	struct timex tx = cl_owner_step(c->offset_ns);
	char buf[CL_UNITS_SIZE];
	int err;

	if (cl_abs_s64(c->offset_ns) <= CL_PHCCLOCK_STEP_NS)
		return 0;
	err = c->ops->adjust(c->ctx, &tx);
	if (err)
		return err;
	cl_io_event(c->io, CL_IO_NOTICE, CL_EVENT_CLOCK_STEPPED,
		    CL_VALUES(cl_text("CLOCK", c->owner.clock),
			      cl_int("OFFSET_NS", c->offset_ns)),
		    "%s: stepped by %s", c->owner.clock,
		    cl_units_offset(buf, c->offset_ns));
	c->stepped_ns = c->offset_ns;
	c->offset_ns = 0;
	return 0;
}

/*
 * Frequency and time at once.  The clock that was read is the line's end, where the noise of
 * single readings is gone.
 */
static bool take(struct cl_phcclock *c, const struct cl_phcclock_look *l)
{
	char buf[CL_UNITS_SIZE];
	struct cl_line line;
	double freq;
	int err;

	if (cl_linefit_get(&c->fit, &line))
		return false;
	cl_phcloop_init(&c->loop, &line, c->freq / FREQ_ONE);
	c->offset_ns = l->time_ns - line.y;
	freq = cl_phcloop_freq(&c->loop, l->rate);
	err = set_freq(c, fmax(fmin(freq, l->max_freq), -l->max_freq));
	if (!err)
		err = step(c);
	if (err) {
		cl_owner_fail(&c->owner, "be set", err);
		restart(c);
		cl_owner_wait(&c->owner, "it cannot be set: %s",
			      cl_error_text(err));
		return false;
	}
	cl_owner_take(&c->owner);
	cl_io_event(c->io, CL_IO_NOTICE, CL_EVENT_CLOCK_TAKEN,
		    CL_VALUES(cl_text("CLOCK", c->owner.clock),
			      cl_int("OFFSET_NS", c->offset_ns)),
		    "%s: taken, it is %s off", c->owner.clock,
		    cl_units_offset(buf, c->offset_ns));
	return true;
}

static void steer(struct cl_phcclock *c, const struct cl_phcclock_look *l)
{
	int err;

	c->offset_ns = l->time_ns - c->loop.phc_ns;
	if (cl_abs_s64(c->offset_ns) > CL_PHCCLOCK_FAR_NS) {
		let_go(c, "cluster time is far off, it is measured anew");
		return;
	}
	err = set_freq(c, cl_phcloop_order(&c->loop, c->offset_ns, l->rate,
					   l->max_freq));
	if (!err)
		return;
	cl_owner_fail(&c->owner, "be set", err);
	let_go(c, cl_error_text(err));
}

static bool follow(struct cl_phcclock *c, const struct cl_phcclock_look *l)
{
	if (c->owner.state == CL_OWNER_STEERED) {
		steer(c, l);
		return false;
	}
	cl_linefit_add(&c->fit, l->raw_ns, l->phc_ns);
	return c->fit.n >= CL_PHCCLOCK_READINGS && take(c, l);
}

static int look(struct cl_phcclock *c, struct cl_phcclock_look *ret)
{
	int err = c->ops->look(c->ctx, ret);

	if (!err) {
		err = watch(c, ret);
		if (err)
			cl_owner_fail(&c->owner, "be read", err);
	}
	if (err && err != -EAGAIN) {
		c->seen = false;
		if (c->owner.state != CL_OWNER_YIELDED)
			let_go(c, cl_error_text(err));
	}
	return err;
}

/**
 * cl_phcclock_init() - begin without having the clock
 * @c: the clock
 * @io: the world; must outlive @c
 * @ops: the system; must outlive @c
 * @ctx: for @ops
 * @name: name of the clock, for the log; must outlive @c
 */
void cl_phcclock_init(struct cl_phcclock *c, struct cl_io *io,
		      const struct cl_phcclock_ops *ops, void *ctx,
		      const char *name)
{
	memset(c, 0, sizeof(*c));
	c->io = io;
	c->ops = ops;
	c->ctx = ctx;
	cl_owner_init(&c->owner, io, name);
	measure(c);
}

/**
 * cl_phcclock_run() - look and steer, if that is due
 * @c: the clock
 *
 * To be called at @c->next.
 *
 * Return: true if the clock was taken just now: who measures by it has to begin anew.
 */
bool cl_phcclock_run(struct cl_phcclock *c)
{
	struct cl_phcclock_look l = { 0 };
	bool taken = false;

	if (now_of(c) < c->next)
		return false;
	c->next = now_of(c) + LOOK_NS;
	if (look(c, &l))
		return false;
	if (cl_owner_quiet(&c->owner))
		measure(c);
	if (c->owner.state == CL_OWNER_YIELDED)
		return false;
	if (l.disruptions != c->disruptions)
		measure(c);
	c->disruptions = l.disruptions;
	if (!cl_nl_state_usable(l.state))
		let_go(c, "there is no cluster time");
	else
		taken = follow(c, &l);
	if (c->owner.state == CL_OWNER_WAITING && c->fit.n)
		c->next = now_of(c) + CL_PHCCLOCK_MEASURE_NS;
	return taken;
}

/**
 * cl_phcclock_freq_ppt() - frequency that is set
 * @c: the clock
 *
 * Return: the frequency, 1e-12.
 */
s64 cl_phcclock_freq_ppt(const struct cl_phcclock *c)
{
	return llrint(c->freq / FREQ_ONE * 1e12);
}
