/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cluster time from the time page: no system call, no lock.
 *
 * A reading is an interval that holds the true cluster time, not a number that
 * is wrong by something unknown.
 */
#ifndef _CL_LIB_PAGE_H
#define _CL_LIB_PAGE_H

#include <errno.h>
#include <linux/clocklink.h>
#include <linux/clocklink_page.h>
#include <time.h>

#include "kmod/core/clock.h"

/*
 * A write takes well below 1 us and comes a few times per second, so a second
 * try is rare; 1000 in vain mean that the writer stopped half-way.
 */
#define CL_PAGE_RETRIES 1000

/* Room for what cl_page_explain() writes. */
#define CL_PAGE_ERROR_SIZE 160

/**
 * struct cl_page - a mapped time page
 * @map: the page, written by the kernel
 * @version: version of its layout, also of one that was refused for it
 *
 * Closing it does not disturb other readers.  May be read by several threads.
 */
struct cl_page {
	const struct clocklink_page *map;
	u32 version;
};

/**
 * struct cl_interval - cluster time at one instant
 * @earliest: the true cluster time is not before this
 * @latest: and not after this
 * @state: enum clocklink_state; VOID also once the page says void by its time
 */
struct cl_interval {
	struct cl_time earliest;
	struct cl_time latest;
	u32 state;
};

int cl_page_map(int fd, struct cl_page *ret);
int cl_page_open(const char *path, struct cl_page *ret);
void cl_page_close(struct cl_page *p);
int cl_page_snapshot(const struct cl_page *p, struct clocklink_page *ret,
		     struct cl_raw *ret_raw);
int cl_page_snapshot_head(const struct cl_page *p, struct clocklink_page *ret,
			  struct cl_raw *ret_raw);
void cl_page_explain(const struct cl_page *p, int err, char *buf);

/* Own CLOCK_MONOTONIC_RAW. */
static inline struct cl_raw cl_page_raw(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return cl_raw(ts.tv_sec * CL_NS_PER_SEC + ts.tv_nsec);
}

/*
 * Lets the writer have the cache line.  Without it 1000 looks take 0.3 us, less
 * than a writer on another CPU needs to take the page's lines from the readers.
 */
static inline void cl_page_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#endif
}

/* May a clock in this state be read? */
static inline bool cl_page_usable(u32 state)
{
	return state >= CLOCKLINK_STATE_SYNCED &&
	       state <= CLOCKLINK_STATE_HOLDOVER;
}

/* The line of an anchor, whatever its state. */
static inline struct cl_clock cl_page_clock(const struct clocklink_anchor *a)
{
	return (struct cl_clock){
		.map.raw = { a->raw },
		.map.time = { a->time },
		.map.rate_q48 = a->rate_q48,
		.slew_q48 = a->slew_q48,
		.slew_ns = a->slew_ns,
	};
}

/* What both bounds have grown by at @raw, with what rounding may cost, ns. */
static inline s64 cl_page_grown(const struct clocklink_anchor *a,
				struct cl_raw raw)
{
	return cl_scale(cl_raw_sub(raw, cl_raw(a->raw)), a->drift_q48) + 1;
}

/**
 * cl_page_eval() - cluster time at a raw instant
 * @a: the clock, of a consistent copy of a page
 * @raw: CLOCK_MONOTONIC_RAW, not before the anchor
 * @ret: the interval; if it is not usable, all of time
 *
 * Return: 0; -ENODATA if the page gives no time at @raw, @ret->state says why.
 */
static inline int cl_page_eval(const struct clocklink_anchor *a,
			       struct cl_raw raw, struct cl_interval *ret)
{
	const struct cl_clock c = cl_page_clock(a);
	bool usable = cl_page_usable(a->state);
	struct cl_time t;
	s64 err;

	if (!usable || raw.ns >= a->void_raw) {
		ret->state = usable ? CLOCKLINK_STATE_VOID : a->state;
		ret->earliest = cl_time(S64_MIN);
		ret->latest = cl_time(S64_MAX);
		return -ENODATA;
	}
	ret->state = a->state;
	t = cl_clock_at(&c, raw);
	err = a->bound_ns + cl_page_grown(a, raw);
	ret->earliest = cl_time_add(t, -err);
	ret->latest = cl_time_add(t, err);
	return 0;
}

/*
 * One look at the page's clock, and the own raw time then; false if the page was
 * written meanwhile.  What the interval does not need is left out.
 */
static __always_inline bool cl_page_look(const struct clocklink_page *m,
					 bool hard,
					 struct clocklink_anchor *ret,
					 struct cl_raw *ret_raw)
{
	const struct clocklink_anchor *now = &m->now;
	const __u64 *bound = hard ? &now->hard_ns : &now->bound_ns;
	u32 seq;

	/* Pairs with the writer's barrier after it made seq odd. */
	seq = __atomic_load_n(&m->seq, __ATOMIC_ACQUIRE);
	if (__builtin_expect(seq & 1, 0))
		return false;
	*ret_raw = cl_page_raw();
	ret->raw = __atomic_load_n(&now->raw, __ATOMIC_RELAXED);
	ret->time = __atomic_load_n(&now->time, __ATOMIC_RELAXED);
	ret->rate_q48 = __atomic_load_n(&now->rate_q48, __ATOMIC_RELAXED);
	ret->slew_q48 = __atomic_load_n(&now->slew_q48, __ATOMIC_RELAXED);
	ret->slew_ns = __atomic_load_n(&now->slew_ns, __ATOMIC_RELAXED);
	ret->bound_ns = __atomic_load_n(bound, __ATOMIC_RELAXED);
	ret->drift_q48 = __atomic_load_n(&now->drift_q48, __ATOMIC_RELAXED);
	ret->void_raw = __atomic_load_n(&now->void_raw, __ATOMIC_RELAXED);
	ret->state = __atomic_load_n(&now->state, __ATOMIC_RELAXED);
	/* Pairs with the writer's barrier before it makes seq even. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&m->seq, __ATOMIC_RELAXED) == seq;
}

/**
 * cl_page_load() - what a reading needs of the page
 * @p: the page
 * @shift: what the process's CLOCK_MONOTONIC_RAW is ahead of the page's, ns
 * @hard: the hard bound takes the place of the bound
 * @ret: consistent copy of the clock now; hard_ns and the system's clocks are
 *	untouched
 * @ret_raw: the page's CLOCK_MONOTONIC_RAW at an instant when it was valid
 *
 * Return: 0; -EAGAIN if the page stayed in the middle of a write, the outputs are
 * unspecified then.
 */
static __always_inline int cl_page_load(const struct cl_page *p, s64 shift,
					bool hard, struct clocklink_anchor *ret,
					struct cl_raw *ret_raw)
{
	for (int i = 0; i < CL_PAGE_RETRIES; i++) {
		if (cl_page_look(p->map, hard, ret, ret_raw)) {
			*ret_raw = cl_raw_add(*ret_raw, -shift);
			return 0;
		}
		cl_page_relax();
	}
	return -EAGAIN;
}

/**
 * cl_page_read() - cluster time now, for a process in any time namespace
 * @p: the page
 * @shift: what the process's CLOCK_MONOTONIC_RAW is ahead of the page's, ns
 * @hard: with the hard bound
 * @ret: the interval
 *
 * Context: any thread; about as fast as clock_gettime().
 * Return: 0; -ENODATA if there is no usable time, @ret->state says why; -EAGAIN
 * if the page stayed in the middle of a write, @ret is unspecified then.
 */
static inline int cl_page_read(const struct cl_page *p, s64 shift, bool hard,
			       struct cl_interval *ret)
{
	struct clocklink_anchor a;
	struct cl_raw raw;

	if (cl_page_load(p, shift, hard, &a, &raw))
		return -EAGAIN;
	return cl_page_eval(&a, raw, ret);
}

/**
 * cl_page_now() - cluster time now, for a process in the initial time namespace
 * @p: the page
 * @ret: the interval
 *
 * Context: as cl_page_read().
 * Return: as cl_page_read().
 */
static inline int cl_page_now(const struct cl_page *p, struct cl_interval *ret)
{
	return cl_page_read(p, 0, false, ret);
}

#endif /* _CL_LIB_PAGE_H */
