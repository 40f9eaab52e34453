// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a time page very often and looks for what must never be seen.
 *
 *	page-soak [-c] [-t THREADS] [-p PAUSE_MS] PAGE READS
 *
 * torn: a copy of the page is no page that was written.  Copies of the whole page have
 * the clock of now among their anchors as well; with -c the page is page-writer's, and
 * what a reading takes has to fit together too (writer.h).
 * backwards: a thread's reading of a usable clock is less than its reading before.
 *
 * Each of the THREADS (default 1) makes its share of READS readings, and pauses after
 * each BATCH of them.  SIGTERM ends it early.  Prints one JSON object.  Exit status: 0
 * nothing was seen, 1 something was, 2 wrong use or no page.
 */
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/lib/page.h"
#include "writer.h"

#define THREADS_MAX 16
#define BATCH 10000

/**
 * struct soak - a reader thread and what it has seen
 * @id: the thread
 * @reads: readings to make, then: made
 * @usable: of a clock that may be used
 * @blocked: times that the page stayed in the middle of a write
 * @torn: copies that were not whole
 * @backwards: readings below the one before
 * @last: reading before, ns
 * @bound_min: smallest bound, ns
 * @bound_max: largest bound, ns
 * @states: states seen, a bit for each
 */
struct soak {
	pthread_t id;
	u64 reads;
	u64 usable;
	u64 blocked;
	u64 torn;
	u64 backwards;
	s64 last;
	s64 bound_min;
	s64 bound_max;
	u32 states;
};

static struct cl_page page;
static bool check;
static struct timespec pause_after;
static bool ended;

static void end(int sig)
{
	(void)sig;
	__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
}

/* One reading, by the loads of cl_page_now(). */
static void read_once(struct soak *s)
{
	struct clocklink_anchor a;
	struct cl_interval iv;
	struct cl_raw raw;
	s64 bound, time;

	while (cl_page_load(&page, 0, false, &a, &raw)) {
		/* The writer has lost its processor to us. */
		s->blocked++;
		sched_yield();
	}
	if (check && !cl_writer_whole(&a))
		s->torn++;
	if (cl_page_eval(&a, raw, &iv)) {
		s->states |= 1U << iv.state;
		return;
	}
	s->states |= 1U << iv.state;
	bound = cl_time_sub(iv.latest, iv.earliest) / 2;
	time = iv.earliest.ns + bound;
	if (s->usable++ && time < s->last)
		s->backwards++;
	s->last = time;
	s->bound_min = cl_min_s64(s->bound_min, bound);
	s->bound_max = cl_max_s64(s->bound_max, bound);
}

/* A copy of all of the page. */
static void copy_once(struct soak *s)
{
	struct clocklink_page copy;
	struct cl_raw raw;
	u64 kept;

	while (cl_page_snapshot(&page, &copy, &raw)) {
		s->blocked++;
		sched_yield();
	}
	kept = copy.updates - copy.first;
	if (kept >= CLOCKLINK_PAGE_ANCHORS || copy.now.raw > raw.ns ||
	    memcmp(&copy.now,
		   &copy.anchor[copy.updates % CLOCKLINK_PAGE_ANCHORS],
		   sizeof(copy.now)))
		s->torn++;
}

static void *soak_main(void *arg)
{
	struct soak *s = arg;
	u64 made = 0;

	while (made < s->reads && !__atomic_load_n(&ended, __ATOMIC_RELAXED)) {
		for (unsigned int i = 0; i < BATCH; i++)
			read_once(s);
		made += BATCH;
		copy_once(s);
		if (pause_after.tv_nsec)
			nanosleep(&pause_after, NULL);
	}
	s->reads = made;
	return NULL;
}

/* Returns true if nothing bad was seen. */
static bool report(const struct soak *s, unsigned int threads)
{
	struct soak sum = { .bound_min = S64_MAX };

	for (unsigned int i = 0; i < threads; i++, s++) {
		sum.reads += s->reads;
		sum.usable += s->usable;
		sum.blocked += s->blocked;
		sum.torn += s->torn;
		sum.backwards += s->backwards;
		sum.states |= s->states;
		sum.bound_min = cl_min_s64(sum.bound_min, s->bound_min);
		sum.bound_max = cl_max_s64(sum.bound_max, s->bound_max);
	}
	printf("{\"reads\":%llu,\"usable\":%llu,\"blocked\":%llu,",
	       (unsigned long long)sum.reads, (unsigned long long)sum.usable,
	       (unsigned long long)sum.blocked);
	printf("\"torn\":%llu,\"backwards\":%llu,\"states\":%u,",
	       (unsigned long long)sum.torn, (unsigned long long)sum.backwards,
	       sum.states);
	printf("\"bound_min_ns\":%lld,\"bound_max_ns\":%lld,\"updates\":%llu}\n",
	       (long long)sum.bound_min, (long long)sum.bound_max,
	       (unsigned long long)page.map->updates);
	return !sum.torn && !sum.backwards;
}

static struct soak soaks[THREADS_MAX];

/* Returns true if nothing bad was seen. */
static bool run(unsigned int threads, u64 reads)
{
	for (unsigned int i = 0; i < threads; i++) {
		soaks[i].reads = reads / threads;
		soaks[i].bound_min = S64_MAX;
		if (pthread_create(&soaks[i].id, NULL, soak_main, &soaks[i]))
			errx(2, "no thread");
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(soaks[i].id, NULL);
	return report(soaks, threads);
}

int main(int argc, char **argv)
{
	char text[CL_PAGE_ERROR_SIZE];
	int opt, error, threads = 1, ms = 0;
	long long reads;

	while ((opt = getopt(argc, argv, "ct:p:")) != -1) {
		if (opt == 'c')
			check = true;
		else if (opt == 't')
			threads = atoi(optarg);
		else if (opt == 'p')
			ms = atoi(optarg);
		else
			return 2;
	}
	reads = argc - optind == 2 ? atoll(argv[optind + 1]) : 0;
	if (reads < BATCH || threads < 1 || threads > THREADS_MAX || ms < 0 ||
	    ms >= 1000)
		errx(2,
		     "usage: page-soak [-c] [-t THREADS] [-p PAUSE_MS] PAGE READS");
	pause_after.tv_nsec = ms * CL_NS_PER_MS;
	error = cl_page_open(argv[optind], &page);
	if (error) {
		cl_page_explain(&page, error, text);
		errx(2, "%s: %s", argv[optind], text);
	}
	signal(SIGTERM, end);
	return !run(threads, reads);
}
