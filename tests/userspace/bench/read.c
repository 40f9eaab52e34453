// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cost of an interval read through the time page, beside its rivals.
 *
 *	bench-read PAGE BATCHES [PHC]
 *
 * Batches of CALLS reads of each kind take turns, so that all see the same
 * machine.  Prints one JSON object: median and p99 over the batches of the
 * mean CPU time of a call in ns, and the throughput of two threads over that of
 * one.  PHC (/dev/ptpN) is read if given.  "interval" is the reader of clocklinkd,
 * compiled into this program, "library" the call that programs have.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <clocklink.h>

#include "agent/lib/compiler.h"
#include "agent/lib/errors.h"
#include "agent/lib/page.h"

#define CALLS 1000
#define THREADS 2
#define THREAD_ROUNDS 21
#define THREAD_CALLS 1000000
/* As in clock_gettime(2). */
#define FD_TO_CLOCKID(fd) ((~(clockid_t)(fd) << 3) | 3)

/**
 * struct reader - what is read
 * @name: name in the output
 * @read: reads once, returns 0 or -errno
 * @ns: mean time of a call, one per batch
 */
struct reader {
	const char *name;
	int (*read)(void);
	double *ns;
};

static struct cl_page page;
static struct clocklink *library;
static clockid_t phc;

static int read_interval(void)
{
	struct cl_interval iv;

	return cl_page_now(&page, &iv);
}

static int read_library(void)
{
	struct clocklink_interval iv;

	return clocklink_now(library, &iv);
}

static int read_realtime(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_REALTIME, &t) ? -errno : 0;
}

static int read_raw(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_MONOTONIC_RAW, &t) ? -errno : 0;
}

static int read_phc(void)
{
	struct timespec t;

	return clock_gettime(phc, &t) ? -errno : 0;
}

static struct reader readers[] = {
	{ .name = "interval", .read = read_interval },
	{ .name = "clock_gettime_realtime", .read = read_realtime },
	{ .name = "clock_gettime_raw", .read = read_raw },
	{ .name = "library", .read = read_library },
	{ .name = "phc", .read = read_phc },
};

static double seconds(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Ends the program: a failed read is no benchmark. */
static void fail(const char *what, int err)
{
	fprintf(stderr, "bench-read: %s: %s\n", what, cl_error_text(err));
	exit(1);
}

/* Returns the mean CPU time of a call, ns: other processes do not count. */
static double batch(const struct reader *r)
{
	double start = seconds(CLOCK_THREAD_CPUTIME_ID);
	unsigned int i;
	int err = 0;

	for (i = 0; i < CALLS; i++)
		err |= r->read();
	start = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
	if (err)
		fail(r->name, err);
	return start / CALLS * 1e9;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void measure(unsigned int kinds, unsigned int batches)
{
	unsigned int i, k;

	for (k = 0; k < kinds; k++) {
		readers[k].ns = calloc(batches, sizeof(double));
		if (!readers[k].ns)
			fail("batches", -ENOMEM);
	}
	for (i = 0; i < batches; i++)
		for (k = 0; k < kinds; k++)
			readers[k].ns[i] = batch(&readers[k]);
	for (k = 0; k < kinds; k++) {
		struct reader *r = &readers[k];

		qsort(r->ns, batches, sizeof(double), compare);
		printf("\"%s\":{\"p50\":%.2f,\"p99\":%.2f},", r->name,
		       r->ns[batches / 2], r->ns[batches * 99 / 100]);
	}
}

/*
 * One reader thread; *arg is the kind.  Returns its reads per second of CPU
 * time in place: what another thread costs it, not what other processes do.
 */
static void *thread_main(void *arg)
{
	double *rate = arg, start;
	const struct reader *r = &readers[(int)*rate];
	unsigned int i;
	int err = 0;

	start = seconds(CLOCK_THREAD_CPUTIME_ID);
	for (i = 0; i < THREAD_CALLS; i++)
		err |= r->read();
	*rate = THREAD_CALLS / (seconds(CLOCK_THREAD_CPUTIME_ID) - start);
	if (err)
		fail(r->name, err);
	return NULL;
}

/* Reads per second of n threads together. */
static double throughput(int kind, unsigned int n)
{
	double rate[THREADS], sum = 0;
	pthread_t id[THREADS];
	unsigned int i;

	for (i = 0; i < n; i++) {
		rate[i] = kind;
		if (pthread_create(&id[i], NULL, thread_main, &rate[i]))
			fail("thread", -EAGAIN);
	}
	for (i = 0; i < n; i++) {
		pthread_join(id[i], NULL);
		sum += rate[i];
	}
	return sum;
}

/* Median over pairs of runs: throughput of two threads over that of one. */
static double scaling(int kind)
{
	double gain[THREAD_ROUNDS];
	unsigned int i;

	for (i = 0; i < THREAD_ROUNDS; i++)
		gain[i] = throughput(kind, THREADS) / throughput(kind, 1);
	qsort(gain, THREAD_ROUNDS, sizeof(double), compare);
	return gain[THREAD_ROUNDS / 2];
}

int main(int argc, char **argv)
{
	unsigned int kinds = ARRAY_SIZE(readers) - 1;
	int batches = argc > 2 ? atoi(argv[2]) : 0;
	char text[CL_PAGE_ERROR_SIZE];
	int err, fd;

	if (batches < 100 || argc > 4) {
		fputs("usage: bench-read PAGE BATCHES [PHC]\n", stderr);
		return 2;
	}
	err = cl_page_open(argv[1], &page);
	if (err) {
		cl_page_explain(&page, err, text);
		fprintf(stderr, "bench-read: %s: %s\n", argv[1], text);
		return 1;
	}
	err = clocklink_open(argv[1], &library);
	if (err) {
		fprintf(stderr, "bench-read: %s: %s\n", argv[1],
			clocklink_error_text(err));
		return 1;
	}
	if (argc == 4) {
		fd = open(argv[3], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			fail(argv[3], -errno);
		phc = FD_TO_CLOCKID(fd);
		kinds++;
	}
	putchar('{');
	measure(kinds, batches);
	printf("\"batches\":%d", batches);
	if (sysconf(_SC_NPROCESSORS_ONLN) >= THREADS)
		printf(",\"scaling\":{\"interval\":%.3f,\"clock_gettime_realtime\":%.3f}",
		       scaling(0), scaling(1));
	puts("}");
	return 0;
}
