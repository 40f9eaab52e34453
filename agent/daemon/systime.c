// SPDX-License-Identifier: GPL-2.0-or-later
#include "systime.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "adjtime.h"
#include "agent/lib/rival.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

/* A setting of the network that only the initial namespace has. */
#define INITIAL_ONLY "/proc/sys/net/core/netdev_max_backlog"

/**
 * cl_systime_allowed() - may this process's instance make the system's time
 *
 * There is one CLOCK_REALTIME and there are many namespaces.
 *
 * Return: true in the initial network namespace.
 */
bool cl_systime_allowed(void)
{
	return !access(INITIAL_ONLY, F_OK);
}

/* The rate in the next second, with what is left of the slew. */
static double rate_of(const struct cl_clock *c, s64 age_ns)
{
	s64 slew_ns = cl_clamp_s64(c->slew_ns - age_ns, 0, CL_NS_PER_SEC);

	return ldexp(c->map.rate_q48 +
			     (double)c->slew_q48 * slew_ns / CL_NS_PER_SEC,
		     -CL_Q48_SHIFT);
}

static void look_at(const struct clocklink_page *p,
		    const struct clocklink_stamp *stamp,
		    struct cl_sysclock_look *ret)
{
	const struct cl_clock c = cl_page_clock(&p->now);
	struct cl_raw raw = cl_raw(stamp->raw);
	s64 grown = cl_page_grown(&p->now, raw);
	struct cl_interval now;

	cl_page_eval(&p->now, raw, &now);
	*ret = (struct cl_sysclock_look){
		.at = { .raw_ns = stamp->raw, .real_ns = stamp->realtime },
		.state = now.state,
		.time_ns = cl_clock_at(&c, raw).ns,
		.rate = rate_of(&c, cl_raw_sub(raw, c.map.raw)),
		.bound_ns = p->now.bound_ns + grown,
		.hard_ns = p->now.hard_ns + grown,
		.tai_offset_s = p->tai_offset,
		.leap = p->leap,
		.leap_ns = p->leap_time,
		.disruptions = p->disruptions,
	};
}

static int look(void *ctx, struct cl_sysclock_look *ret)
{
	struct cl_systime *t = ctx;
	struct clocklink_stamp stamp;
	struct clocklink_page page;
	struct cl_raw raw;
	int err;

	if (t->page.fd < 0)
		return -ENODEV;
	err = cl_page_snapshot_head(&t->page.page, &page, &raw);
	if (!err)
		err = cl_timepage_stamp(&t->page, &stamp);
	if (err)
		return err;
	look_at(&page, &stamp, ret);
	return 0;
}

static int adjust(void *ctx, struct timex *tx)
{
	(void)ctx;
	return cl_adjtime(tx);
}

static bool rivals(void *ctx, bool all, char who[CL_OWNER_WHO_SIZE])
{
	(void)ctx;
	return cl_rival_find("/proc",
			     all ? CL_RIVAL_SYSTEM_ANY : CL_RIVAL_SYSTEM, who,
			     CL_OWNER_WHO_SIZE);
}

static const struct cl_sysclock_ops ops = {
	.look = look,
	.adjust = adjust,
	.rivals = rivals,
};

/**
 * cl_systime_init() - begin without an instance
 * @t: the clock; to be closed
 * @io: the world; must outlive @t
 * @on: it is wanted; else nothing is ever done
 * @step_ns: as for cl_sysclock_init()
 */
void cl_systime_init(struct cl_systime *t, struct cl_io *io, bool on,
		     s64 step_ns)
{
	memset(t, 0, sizeof(*t));
	t->on = on;
	cl_timepage_init(&t->page);
	cl_sysclock_init(&t->sysclock, io, &ops, t, step_ns);
}

/**
 * cl_systime_close() - leave the clock to itself
 * @t: the clock; it keeps its frequency, and what is left of a slew ends by itself
 */
void cl_systime_close(struct cl_systime *t)
{
	cl_timepage_close(&t->page);
}

/**
 * cl_systime_settings() - an instance has come, changed or gone
 * @t: the clock
 * @inst: it, NULL: there is none
 */
void cl_systime_settings(struct cl_systime *t,
			 const struct cl_nl_instance *inst)
{
	if (t->on)
		cl_timepage_settings(&t->page, t->sysclock.io, "system clock",
				     inst);
}

/**
 * cl_systime_deadline() - when to call cl_systime_run()
 * @t: the clock
 *
 * Return: instant in io time, CL_SYSTIME_NEVER if it is not wanted.
 */
s64 cl_systime_deadline(const struct cl_systime *t)
{
	return t->on ? t->sysclock.next : CL_SYSTIME_NEVER;
}

/**
 * cl_systime_run() - look and steer, if that is due
 * @t: the clock
 */
void cl_systime_run(struct cl_systime *t)
{
	if (t->on)
		cl_sysclock_run(&t->sysclock);
}

/**
 * cl_systime_get() - what there is to see
 * @t: the clock
 * @ret: gets it
 */
void cl_systime_get(const struct cl_systime *t, struct cl_ctl_sysclock *ret)
{
	const struct cl_sysclock *s = &t->sysclock;

	memset(ret, 0, sizeof(*ret));
	ret->have = CL_CTL_BIT(SYSCLOCK_STATE);
	strcpy(ret->state, "off");
	if (!t->on)
		return;
	cl_owner_get(&s->owner, ret);
	ret->stepped_ns = s->stepped_ns;
	ret->have |= CL_CTL_BIT(SYSCLOCK_STEPPED);
	if (s->owner.state != CL_OWNER_STEERED)
		return;
	ret->offset_ns = s->offset_ns;
	ret->freq_ppt = cl_sysclock_freq_ppt(s);
	ret->have |= CL_CTL_BIT(SYSCLOCK_OFFSET) | CL_CTL_BIT(SYSCLOCK_FREQ);
}
