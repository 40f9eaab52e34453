// SPDX-License-Identifier: GPL-2.0-or-later
#include "head.h"

#include <time.h>

#include "agent/lib/now.h"

/*
 * A sleeper wakes up to the timer slack, 50 us, and what the scheduler takes too
 * late: the end of a wait is spun.
 */
#define SPIN_NS (100 * CL_NS_PER_US)
/* A state that changed is noticed no later. */
#define SLEEP_MAX_NS (100 * CL_NS_PER_MS)
#define POLL_MIN_NS CL_NS_PER_MS

/* When a wait of @timeout_ns ends, CLOCK_MONOTONIC; a negative one does not. */
static s64 end_of(s64 timeout_ns)
{
	s64 now = cl_now_ns(CLOCK_MONOTONIC);

	return timeout_ns < 0 || timeout_ns > S64_MAX - now ? S64_MAX :
							      now + timeout_ns;
}

/* Until an instant of CLOCK_MONOTONIC; signals may end it before. */
static void sleep_until(s64 ns)
{
	struct timespec ts = {
		.tv_sec = ns / CL_NS_PER_SEC,
		.tv_nsec = ns % CL_NS_PER_SEC,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* Some of @left_ns, but not beyond @end. */
static void doze(s64 left_ns, s64 end)
{
	s64 now;

	if (left_ns <= SPIN_NS) {
		cl_page_relax();
		return;
	}
	now = cl_now_ns(CLOCK_MONOTONIC);
	left_ns = cl_min_s64(left_ns - SPIN_NS, SLEEP_MAX_NS);
	sleep_until(cl_min_s64(end, now + left_ns));
}

/**
 * clocklink_wait_until_after() - commit wait: until an instant is certainly over
 * @c: the clock
 * @time: cluster time, ns; often the latest of an interval read before
 * @timeout_ns: limit in ns of CLOCK_MONOTONIC; 0: look once; negative: none
 *
 * Who tells others of an event only after waiting for its latest time is sure that
 * whoever hears of it reads a later time.  Sleeps but for the last 100 us. Signals
 * do not end it.
 *
 * Context: any thread; sleeps.
 * Return: 0: the true time is after @time everywhere; CLOCKLINK_ERROR_TIMEOUT;
 * CLOCKLINK_ERROR_DISRUPTED if the clock was disturbed meanwhile (suspend, a copy
 * of the machine); as clocklink_now().
 */
int clocklink_wait_until_after(const struct clocklink *c, int64_t time,
			       int64_t timeout_ns)
{
	struct clocklink_interval iv;
	s64 end = end_of(timeout_ns);
	struct cl_head first, h;
	int err;

	err = cl_head_read(c, &first);
	if (err)
		return err;
	h = first;
	for (;;) {
		if (h.disruptions != first.disruptions)
			return CLOCKLINK_ERROR_DISRUPTED;
		err = cl_head_interval(&h, &iv);
		if (err)
			return err;
		if (iv.earliest > time)
			return CLOCKLINK_OK;
		if (cl_now_ns(CLOCK_MONOTONIC) >= end)
			return CLOCKLINK_ERROR_TIMEOUT;
		/* Both are times of this century, or the sleep is capped. */
		doze(time > S64_MAX / 2 ? SLEEP_MAX_NS : time - iv.earliest,
		     end);
		err = cl_head_read(c, &h);
		if (err)
			return err;
	}
}

static bool is_good(const struct clocklink_status *s, u64 bound_ns)
{
	return (s->level == CLOCKLINK_LEVEL_SYNCED ||
		s->level == CLOCKLINK_LEVEL_UNVERIFIED) &&
	       s->bound_ns <= bound_ns;
}

/**
 * clocklink_wait_synced() - wait until cluster time can be relied on
 * @c: the clock
 * @bound_ns: wanted error bound, ns; UINT64_MAX: any
 * @timeout_ns: limit in ns of CLOCK_MONOTONIC; 0: look once; negative: none
 *
 * Looks after 1 ms, 2 ms, and so on, at last ten times per second.
 *
 * Context: any thread; sleeps.
 * Return: 0: the clock is synced or unverified and its bound is not larger;
 * CLOCKLINK_ERROR_TIMEOUT; CLOCKLINK_ERROR_GONE; as clocklink_status().
 */
int clocklink_wait_synced(const struct clocklink *c, uint64_t bound_ns,
			  int64_t timeout_ns)
{
	s64 now, end = end_of(timeout_ns), pause = POLL_MIN_NS;
	struct clocklink_status s;
	int err;

	for (;;) {
		err = clocklink_status(c, &s);
		if (err)
			return err;
		if (s.error == CLOCKLINK_ERROR_GONE)
			return s.error;
		if (is_good(&s, bound_ns))
			return CLOCKLINK_OK;
		now = cl_now_ns(CLOCK_MONOTONIC);
		if (now >= end)
			return CLOCKLINK_ERROR_TIMEOUT;
		sleep_until(cl_min_s64(end, now + pause));
		pause = cl_min_s64(2 * pause, SLEEP_MAX_NS);
	}
}
