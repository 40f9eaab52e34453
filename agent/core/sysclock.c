// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another owner is found by its name, or by what it does: between two of our looks
 * nothing that was set may change, and the clock moves as it was set to.
 */
#include "sysclock.h"

#include <errno.h>
#include <linux/clocklink.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/errors.h"
#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

#define LOOK_NS CL_NS_PER_SEC
#define SCAN_NS (5 * CL_NS_PER_SEC)

/* More than late ticks of a sleeping processor make of the largest slew. */
#define JUMP_NS CL_NS_PER_MS

/*
 * The kernel's leap second begins one second before TAI - UTC of the cluster has
 * changed, and the page may be some seconds late.
 */
#define LEAP_NEAR_NS (3 * CL_NS_PER_SEC)
#define LEAP_LATE_NS (60 * CL_NS_PER_SEC)
#define DAY_S 86400

/* The kernel's limit (NTP_PHASE_LIMIT), beyond which it says unsynchronized. */
#define ERROR_MAX_US 16000000

/* 1/USER_HZ. */
#define TICK_US 10000

/* Frequencies of the kernel are ppm times 2^16. */
#define FREQ_ONE 65536e6

/* Our loop, see realtime.h. */
#define STATUS_OURS (STA_PLL | STA_FREQHOLD)

/* What the kernel does not change by itself. */
#define STATUS_SET                                                           \
	(STA_PLL | STA_PPSFREQ | STA_PPSTIME | STA_FLL | STA_INS | STA_DEL | \
	 STA_FREQHOLD)

static s64 now_of(const struct cl_sysclock *s)
{
	return s->io->ops->now(s->io);
}

static int read_settings(struct cl_sysclock *s, struct timex *ret,
			 s64 *ret_adjust_us)
{
	struct timex once = { .modes = ADJ_OFFSET_SS_READ };
	int err;

	memset(ret, 0, sizeof(*ret));
	err = s->ops->adjust(s->ctx, ret);
	if (!err)
		err = s->ops->adjust(s->ctx, &once);
	*ret_adjust_us = once.offset;
	return err;
}

/* What somebody has done, NULL: nothing. */
static const char *deed(const struct timex *set, const struct timex *now,
			s64 adjust_us)
{
	if (now->freq != set->freq || now->tick != set->tick)
		return "its frequency was changed";
	if ((now->status ^ set->status) & STATUS_SET ||
	    now->constant != set->constant)
		return "its status was changed";
	/* It gets less by itself. */
	if (adjust_us || cl_abs_s64(now->offset) > cl_abs_s64(set->offset) ||
	    (now->offset && (now->offset ^ set->offset) < 0))
		return "an offset was set";
	return NULL;
}

static void forget(struct cl_sysclock *s)
{
	s->ours = false;
	s->real.known = false;
}

static void yield_to_stranger(struct cl_sysclock *s, const char *deed)
{
	char who[CL_OWNER_WHO_SIZE] = "";

	forget(s);
	if (s->ops->rivals(s->ctx, false, who)) {
		cl_owner_yield(&s->owner, who);
		return;
	}
	if (!s->ops->rivals(s->ctx, true, who))
		strcpy(who, "no program that is known to do so");
	cl_owner_yield_unknown(&s->owner, deed, who);
}

/* Has anybody else a hand on the clock? */
static void watch(struct cl_sysclock *s, const struct cl_sysclock_look *l,
		  const struct timex *tx, s64 adjust_us)
{
	char buf[CL_UNITS_SIZE], text[sizeof(buf) + 32];
	const char *what = deed(&s->set, tx, adjust_us);
	double jump = cl_realtime_see(&s->real, &l->at, tx->offset);

	if (s->ours && !what && fabs(jump) > JUMP_NS) {
		snprintf(text, sizeof(text), "it was set by %s",
			 cl_units_offset(buf, llrint(jump)));
		what = text;
	}
	if (s->ours && what)
		yield_to_stranger(s, what);
	else if (s->owner.state == CL_OWNER_YIELDED && what)
		cl_owner_disturbed(&s->owner);
	s->set = *tx;
}

static void search(struct cl_sysclock *s)
{
	char who[CL_OWNER_WHO_SIZE];

	s->scan_at = now_of(s) + SCAN_NS;
	if (s->ops->rivals(s->ctx, false, who)) {
		forget(s);
		cl_owner_yield(&s->owner, who);
	} else if (cl_owner_quiet(&s->owner)) {
		cl_owner_wait(&s->owner, "it is to be taken");
	}
}

/* Others must see that the clock is worth nothing now. */
static void let_go(struct cl_sysclock *s, const char *why)
{
	struct timex tx = {
		.modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
		.status = STATUS_OURS | STA_UNSYNC,
		.maxerror = ERROR_MAX_US,
		.esterror = ERROR_MAX_US,
	};
	bool steered = s->owner.state == CL_OWNER_STEERED;
	int err;

	cl_owner_wait(&s->owner, "%s", why);
	if (!steered)
		return;
	err = s->ops->adjust(s->ctx, &tx);
	if (err) {
		cl_owner_fail(&s->owner, "be set", err);
		return;
	}
	s->set = tx;
	cl_io_log(s->io, CL_IO_WARNING, "system clock: not steered now: %s",
		  why);
}

/* On the last day of a leap second the kernel is told, STA_INS or STA_DEL. */
static int leap_status(const struct cl_sysclock_look *l)
{
	s64 after_s =
		l->tai_offset_s + (l->leap == CLOCKLINK_LEAP_INSERT ? 1 : -1);
	s64 end_s = l->leap_ns / CL_NS_PER_SEC - after_s;
	s64 left_s;

	if (l->leap == CLOCKLINK_LEAP_NONE || !l->leap_ns)
		return 0;
	end_s = (end_s + DAY_S / 2) / DAY_S * DAY_S;
	left_s = end_s - l->at.real_ns / CL_NS_PER_SEC;
	if (left_s <= 0 || left_s > DAY_S)
		return 0;
	return l->leap == CLOCKLINK_LEAP_INSERT ? STA_INS : STA_DEL;
}

/* Around a leap second nobody can tell which side the kernel is on. */
static bool near_leap(struct cl_sysclock *s, const struct cl_sysclock_look *l,
		      const struct timex *tx)
{
	s64 after;

	if (l->leap_ns)
		s->leap_ns = l->leap_ns;
	after = l->time_ns - s->leap_ns;
	if (!s->leap_ns || after < -LEAP_NEAR_NS || after > LEAP_LATE_NS)
		return false;
	return after < LEAP_NEAR_NS || tx->tai != l->tai_offset_s;
}

static s64 to_us(u64 ns)
{
	return cl_min_s64((ns + CL_NS_PER_US - 1) / CL_NS_PER_US, ERROR_MAX_US);
}

static int set_tai(struct cl_sysclock *s, s32 tai_offset_s)
{
	struct timex tx = { .modes = ADJ_TAI, .constant = tai_offset_s };

	return s->ops->adjust(s->ctx, &tx);
}

static int steer(struct cl_sysclock *s, const struct cl_sysclock_look *l)
{
	u64 off = cl_abs_s64(s->offset_ns);
	u64 worst = l->hard_ns > l->bound_ns ? l->hard_ns : l->bound_ns;
	struct cl_realtime_order order;
	struct timex tx = {
		.modes = ADJ_OFFSET | ADJ_FREQUENCY | ADJ_STATUS | ADJ_NANO |
			 ADJ_TIMECONST | ADJ_MAXERROR | ADJ_ESTERROR | ADJ_TICK,
		.maxerror = to_us(worst + off),
		.esterror = to_us(l->bound_ns + off),
		.status = STATUS_OURS | leap_status(l),
		.tick = TICK_US,
	};
	int err;

	order = cl_realtime_order(&s->real, &l->at, s->offset_ns, l->rate);
	tx.offset = order.offset_ns;
	tx.freq = lrint(order.freq * FREQ_ONE);
	err = s->ops->adjust(s->ctx, &tx);
	if (!err && tx.tai != l->tai_offset_s)
		err = set_tai(s, l->tai_offset_s);
	if (err)
		return err;
	s->set = tx;
	order.offset_ns = tx.offset;
	order.freq = tx.freq / FREQ_ONE;
	cl_realtime_set(&s->real, &l->at, &order);
	return 0;
}

static s64 offset_of(const struct cl_sysclock_look *l)
{
	return l->time_ns - l->tai_offset_s * CL_NS_PER_SEC - l->at.real_ns;
}

/* Steps it if it is far off, and may be stepped. */
static int step(struct cl_sysclock *s, struct cl_sysclock_look *l)
{
	s64 off = offset_of(l);
	struct timex tx = cl_owner_step(off);
	bool may = s->may_step && s->step_ns;
	char buf[CL_UNITS_SIZE];
	int err;

	s->may_step = false;
	if (!may || cl_abs_s64(off) <= (u64)s->step_ns)
		return 0;
	err = s->ops->adjust(s->ctx, &tx);
	s->real.known = false;
	if (!err)
		err = s->ops->look(s->ctx, l);
	if (err)
		return err;
	s->stepped_ns = off;
	cl_io_event(s->io, CL_IO_NOTICE, CL_EVENT_CLOCK_STEPPED,
		    CL_VALUES(cl_text("CLOCK", s->owner.clock),
			      cl_int("OFFSET_NS", off)),
		    "system clock: stepped by %s", cl_units_offset(buf, off));
	return 0;
}

static void note_taken(struct cl_sysclock *s)
{
	char buf[CL_UNITS_SIZE];

	cl_io_event(s->io, CL_IO_NOTICE, CL_EVENT_CLOCK_TAKEN,
		    CL_VALUES(cl_text("CLOCK", s->owner.clock),
			      cl_int("OFFSET_NS", s->offset_ns)),
		    "system clock: taken, it is %s off",
		    cl_units_offset(buf, s->offset_ns));
	if (cl_abs_s64(s->offset_ns) > CL_NS_PER_SEC)
		cl_io_log(s->io, CL_IO_WARNING,
			  "system clock: that is slewed away, 0.5 ms per s");
}

/* What somebody has left under way ends here: adjtime(), another's offset. */
static int take(struct cl_sysclock *s, struct cl_sysclock_look *l)
{
	struct timex once = { .modes = ADJ_OFFSET_SINGLESHOT };
	int err = s->ops->adjust(s->ctx, &once);

	s->real.known = false;
	return err ? err : step(s, l);
}

static void follow(struct cl_sysclock *s, struct cl_sysclock_look *l)
{
	bool taken = s->owner.state != CL_OWNER_STEERED;
	int err = 0;

	if (taken)
		err = take(s, l);
	else if (s->may_step)
		err = step(s, l);
	s->offset_ns = offset_of(l);
	if (!err)
		err = steer(s, l);
	if (err) {
		cl_owner_fail(&s->owner, "be set", err);
		cl_owner_wait(&s->owner, "it cannot be set: %s",
			      cl_error_text(err));
		s->ours = false;
		return;
	}
	s->ours = true;
	if (cl_owner_take(&s->owner))
		note_taken(s);
}

/* A suspended machine sets its clock by itself when it wakes up. */
static void forgive_disruption(struct cl_sysclock *s,
			       const struct cl_sysclock_look *l)
{
	if (l->disruptions == s->disruptions)
		return;
	s->disruptions = l->disruptions;
	s->real.known = false;
	s->may_step = true;
}

/* Why cluster time cannot be used, NULL: it can. */
static const char *useless(const struct cl_sysclock_look *l)
{
	static const char no_utc[] =
		"the difference of TAI and UTC is not known";

	if (!cl_nl_state_usable(l->state))
		return "there is no cluster time";
	return l->tai_offset_s ? NULL : no_utc;
}

/**
 * cl_sysclock_init() - begin without having the clock
 * @s: the clock
 * @io: the world; must outlive @s
 * @ops: the system; must outlive @s
 * @ctx: for @ops
 * @step_ns: a larger offset is stepped away at the start and after a disruption of
 *	raw time, never else; 0: not even then
 */
void cl_sysclock_init(struct cl_sysclock *s, struct cl_io *io,
		      const struct cl_sysclock_ops *ops, void *ctx, s64 step_ns)
{
	memset(s, 0, sizeof(*s));
	s->io = io;
	s->ops = ops;
	s->ctx = ctx;
	s->step_ns = step_ns;
	s->may_step = true;
	cl_owner_init(&s->owner, io, "system clock");
	cl_owner_wait(&s->owner, "there is no cluster time");
}

/**
 * cl_sysclock_run() - look and steer, if that is due
 * @s: the clock
 *
 * To be called at @s->next, about once per second.
 */
void cl_sysclock_run(struct cl_sysclock *s)
{
	struct cl_sysclock_look l = { 0 };
	struct timex tx;
	const char *why;
	s64 adjust_us;
	bool leap;
	int err;

	if (now_of(s) < s->next)
		return;
	s->next = now_of(s) + LOOK_NS;
	err = s->ops->look(s->ctx, &l);
	if (err) {
		if (s->owner.state != CL_OWNER_YIELDED)
			let_go(s, cl_error_text(err));
		return;
	}
	err = read_settings(s, &tx, &adjust_us);
	if (err) {
		cl_owner_fail(&s->owner, "be read", err);
		return;
	}
	s->next = now_of(s) + cl_realtime_wait(&l.at);
	forgive_disruption(s, &l);
	why = useless(&l);
	leap = !why && near_leap(s, &l, &tx);
	if (leap)
		s->real.known = false;
	watch(s, &l, &tx, adjust_us);
	if (now_of(s) >= s->scan_at)
		search(s);
	if (s->owner.state == CL_OWNER_YIELDED)
		return;
	if (why)
		let_go(s, why);
	else if (!leap)
		follow(s, &l);
}

/**
 * cl_sysclock_freq_ppt() - frequency that is set
 * @s: the clock
 *
 * Return: the frequency against raw time, 1e-12.
 */
s64 cl_sysclock_freq_ppt(const struct cl_sysclock *s)
{
	return llrint(s->set.freq / FREQ_ONE * 1e12);
}
