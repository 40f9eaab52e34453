// SPDX-License-Identifier: GPL-2.0-or-later
#include "owner.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/errors.h"
#include "kmod/core/fixed.h"

/* Who has left the clock alone for so long is not the one that it was lost to before. */
#define CALM_NS (3600 * CL_NS_PER_SEC)

static s64 now_of(const struct cl_owner *o)
{
	return o->io->ops->now(o->io);
}

static void __printf(3, 0)
	to_state(struct cl_owner *o, enum cl_owner_state state, const char *fmt,
		 va_list ap)
{
	o->state = state;
	vsnprintf(o->why, sizeof(o->why), fmt, ap);
}

static void __printf(2, 3) to_yielded(struct cl_owner *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	to_state(o, CL_OWNER_YIELDED, fmt, ap);
	va_end(ap);
}

static void lose(struct cl_owner *o, const char *who, s64 quiet_ns)
{
	o->quiet_since = now_of(o);
	o->quiet_ns = quiet_ns;
	if (o->state == CL_OWNER_YIELDED && !strcmp(who, o->who))
		return;
	if (o->state == CL_OWNER_STEERED)
		o->yields++;
	snprintf(o->who, sizeof(o->who), "%s", who);
}

/**
 * cl_owner_init() - a clock that is nobody's
 * @o: owner; the reason why the clock waits is to be told
 * @io: the world; must outlive @o
 * @clock: name of the clock; must outlive @o
 */
void cl_owner_init(struct cl_owner *o, struct cl_io *io, const char *clock)
{
	memset(o, 0, sizeof(*o));
	o->io = io;
	o->clock = clock;
}

/**
 * cl_owner_wait() - do nothing for now
 * @o: owner
 * @fmt: why
 */
void cl_owner_wait(struct cl_owner *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	to_state(o, CL_OWNER_WAITING, fmt, ap);
	va_end(ap);
}

/**
 * cl_owner_yield() - leave the clock to a program
 * @o: owner
 * @who: the program
 */
void cl_owner_yield(struct cl_owner *o, const char *who)
{
	bool known = o->state == CL_OWNER_YIELDED && !strcmp(who, o->who);

	lose(o, who, CL_OWNER_QUIET_NS);
	to_yielded(o, "%s sets it", who);
	if (!known)
		cl_io_event(o->io, CL_IO_ERR, CL_EVENT_CLOCK_OWNER,
			    CL_VALUES(cl_text("CLOCK", o->clock),
				      cl_text("OWNER", who)),
			    "%s: left alone, as %s sets it", o->clock, who);
}

/**
 * cl_owner_yield_unknown() - leave the clock to somebody
 * @o: owner
 * @deed: what was done to the clock
 * @runs: programs that could have
 *
 * Not a fight: each time that it happens again the clock is left alone for longer.
 */
void cl_owner_yield_unknown(struct cl_owner *o, const char *deed,
			    const char *runs)
{
	bool again = o->hold_ns && now_of(o) - o->taken_at <= CALM_NS;

	o->hold_ns = again ? cl_min_s64(o->hold_ns * 2, CL_OWNER_QUIET_MAX_NS) :
			     CL_OWNER_QUIET_NS;
	lose(o, "somebody else", o->hold_ns);
	to_yielded(o, "somebody else sets it (%s; runs: %s)", deed, runs);
	cl_io_event(o->io, CL_IO_ERR, CL_EVENT_CLOCK_OWNER,
		    CL_VALUES(cl_text("CLOCK", o->clock),
			      cl_text("OWNER", o->who),
			      cl_text("REASON", o->why)),
		    "%s: left alone: %s", o->clock, o->why);
}

/**
 * cl_owner_disturbed() - another owner has shown itself again
 * @o: owner, yielded
 */
void cl_owner_disturbed(struct cl_owner *o)
{
	o->quiet_since = now_of(o);
}

/**
 * cl_owner_quiet() - has the other owner gone
 * @o: owner
 *
 * Return: true if the clock was yielded and there was no sign of another owner for long
 * enough.
 */
bool cl_owner_quiet(const struct cl_owner *o)
{
	return o->state == CL_OWNER_YIELDED &&
	       now_of(o) - o->quiet_since >= o->quiet_ns;
}

/**
 * cl_owner_take() - the clock follows cluster time
 * @o: owner
 *
 * Return: true if it did not before.
 */
bool cl_owner_take(struct cl_owner *o)
{
	bool taken = o->state != CL_OWNER_STEERED;

	o->state = CL_OWNER_STEERED;
	*o->why = '\0';
	strcpy(o->who, "clocklinkd");
	o->failing = false;
	if (taken)
		o->taken_at = now_of(o);
	return taken;
}

/**
 * cl_owner_fail() - log the first of several failures
 * @o: owner
 * @what: what the clock cannot
 * @err: why, negative
 */
void cl_owner_fail(struct cl_owner *o, const char *what, int err)
{
	if (!o->failing)
		cl_io_log(o->io, CL_IO_ERR, "%s: cannot %s: %s", o->clock, what,
			  cl_error_text(err));
	o->failing = true;
}

/**
 * cl_owner_step() - order to step a clock
 * @ns: by how much
 *
 * Return: what clock_adjtime() takes.
 */
struct timex cl_owner_step(s64 ns)
{
	/* Nanoseconds are positive also in a negative time. */
	s64 sec = ns / CL_NS_PER_SEC - (ns % CL_NS_PER_SEC < 0);

	return (struct timex){
		.modes = ADJ_SETOFFSET | ADJ_NANO,
		.time = { .tv_sec = sec, .tv_usec = ns - sec * CL_NS_PER_SEC },
	};
}

static const char *name_of(enum cl_owner_state state)
{
	static const char *const names[] = {
		[CL_OWNER_WAITING] = "waiting",
		[CL_OWNER_YIELDED] = "left-alone",
		[CL_OWNER_STEERED] = "steered",
	};

	return names[state];
}

/**
 * cl_owner_get() - what there is to see
 * @o: owner
 * @ret: gets state, owner, reason and yields
 */
void cl_owner_get(const struct cl_owner *o, struct cl_ctl_sysclock *ret)
{
	strcpy(ret->state, name_of(o->state));
	ret->yields = o->yields;
	ret->have |= CL_CTL_BIT(SYSCLOCK_STATE) | CL_CTL_BIT(SYSCLOCK_YIELDS);
	if (*o->who) {
		strcpy(ret->owner, o->who);
		ret->have |= CL_CTL_BIT(SYSCLOCK_OWNER);
	}
	if (*o->why) {
		strcpy(ret->why, o->why);
		ret->have |= CL_CTL_BIT(SYSCLOCK_WHY);
	}
}
