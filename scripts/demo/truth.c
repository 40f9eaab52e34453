// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * True error of the nodes of one machine.
 *
 *	clocklink-truth [-p PERIOD_MS] [-t SECONDS] [-s SHIFT_NS] LEADER PAGE...
 *
 * LEADER and PAGE are time pages (/dev/clocklinkN, or files that hold one).
 * All of them are functions of this machine's CLOCK_MONOTONIC_RAW, so at any
 * raw instant the leader's page *is* the true cluster time and the difference
 * to it the true error.  Once per period one instant is taken, every page is
 * evaluated at that same instant, and a JSON line per node is printed.
 *
 * Exit status: 0 no violation, 1 violation seen, 2 wrong use or no page.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/clocklink.h>
#include <linux/clocklink_page.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_NODES 64
/*
 * A writer that is in the middle of an update, or updates between the instant
 * and the copy, costs one try.
 */
#define MAX_TRIES 1000
/*
 * Not a divisor or multiple of the usual round intervals: the samples walk
 * through all phases of a round.
 */
#define DEFAULT_PERIOD_MS 97

/**
 * struct node - one page and what was last seen of it
 * @path: where the page comes from
 * @page: the mapped page
 * @copy: consistent copy, valid for the current sample
 * @usable: the reading of this sample counts
 * @time: cluster time at the instant, ns
 * @bound: bound of the reading, ns
 * @hard: hard bound of the reading, ns
 * @was_usable: @last is valid
 * @last: reading of the sample before, ns
 */
struct node {
	const char *path;
	const struct clocklink_page *page;
	struct clocklink_page copy;
	bool usable;
	s64 time;
	s64 bound;
	s64 hard;
	bool was_usable;
	s64 last;
};

/**
 * struct truth - settings and nodes
 * @period_ns: time between samples
 * @duration_ns: end after this time, 0: never
 * @shift_ns: planted fault, added to the truth
 * @nodes: number of nodes
 * @node: the nodes, the leader first
 */
struct truth {
	s64 period_ns;
	s64 duration_ns;
	s64 shift_ns;
	unsigned int nodes;
	struct node node[MAX_NODES];
};

static const char *const state_names[] = {
	[CLOCKLINK_STATE_UNSYNCED] = "unsynced",
	[CLOCKLINK_STATE_JOINING] = "joining",
	[CLOCKLINK_STATE_SYNCED] = "synced",
	[CLOCKLINK_STATE_UNVERIFIED] = "unverified",
	[CLOCKLINK_STATE_HOLDOVER] = "holdover",
	[CLOCKLINK_STATE_VOID] = "void",
	[CLOCKLINK_STATE_GONE] = "gone",
};

static s64 now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * CL_NS_PER_SEC + t.tv_nsec;
}

/* Maps the page of an open file; returns NULL and sets errno on failure. */
static const struct clocklink_page *map_fd(int fd)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st))
		return NULL;
	if (S_ISREG(st.st_mode) &&
	    st.st_size < (off_t)sizeof(struct clocklink_page)) {
		errno = EINVAL;
		return NULL;
	}
	p = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* Returns 0, or -1 with a message. */
static int map_page(struct node *n, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	n->path = path;
	if (fd >= 0)
		n->page = map_fd(fd);
	if (!n->page) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	close(fd);
	if (n->page->magic != CLOCKLINK_PAGE_MAGIC ||
	    n->page->version != CLOCKLINK_PAGE_VERSION) {
		fprintf(stderr, "%s: not a time page of layout %u\n", path,
			CLOCKLINK_PAGE_VERSION);
		return -1;
	}
	return 0;
}

/* One try for a copy that no writer touched meanwhile. */
static bool copy_page(struct node *n)
{
	u32 seq = __atomic_load_n(&n->page->seq, __ATOMIC_ACQUIRE);

	if (seq & 1)
		return false;
	memcpy(&n->copy, n->page, sizeof(n->copy));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&n->page->seq, __ATOMIC_RELAXED) == seq;
}

/*
 * Copies all pages as they were at one instant.  An anchor after the instant
 * means that the page was rewritten since: its line does not hold there.
 */
static int snapshot(struct truth *t, struct cl_raw *ret_raw)
{
	unsigned int i, tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		struct cl_raw raw = cl_raw(now_ns(CLOCK_MONOTONIC_RAW));

		for (i = 0; i < t->nodes; i++)
			if (!copy_page(&t->node[i]) ||
			    t->node[i].copy.base_raw > raw.ns)
				break;
		if (i == t->nodes) {
			*ret_raw = raw;
			return 0;
		}
	}
	fprintf(stderr, "%s: no consistent copy in %d tries\n", t->node[i].path,
		MAX_TRIES);
	return -1;
}

static void evaluate(struct node *n, struct cl_raw raw)
{
	const struct clocklink_page *p = &n->copy;
	const struct cl_clock clock = {
		.map = { cl_raw(p->base_raw), cl_time(p->base_time),
			 p->rate_q48 },
		.slew_q48 = p->slew_q48,
		.slew_ns = p->slew_ns,
	};
	s64 growth = cl_scale(cl_raw_sub(raw, clock.map.raw), p->drift_q48) + 1;

	n->usable = (p->state == CLOCKLINK_STATE_SYNCED ||
		     p->state == CLOCKLINK_STATE_UNVERIFIED ||
		     p->state == CLOCKLINK_STATE_HOLDOVER) &&
		    raw.ns < p->void_raw;
	n->time = cl_clock_at(&clock, raw).ns;
	n->bound = p->bound_ns + growth;
	n->hard = p->hard_ns + growth;
}

/* Does the interval of a node miss that of any other usable node? */
static bool misses_other(const struct truth *t, const struct node *n)
{
	unsigned int i;

	for (i = 0; i < t->nodes; i++) {
		const struct node *o = &t->node[i];

		if (o->usable &&
		    cl_abs_s64(n->time - o->time) > (u64)(n->bound + o->bound))
			return true;
	}
	return false;
}

/*
 * Prints the list of violations of a usable node, returns their number.  The
 * leader's own bound counts once: it is the truth, not a second estimate.
 */
static int print_violations(const struct truth *t, struct node *n, s64 error)
{
	const struct node *leader = &t->node[0];
	bool other = n != leader;
	const struct {
		const char *name;
		bool seen;
	} checks[] = {
		{ "bound",
		  cl_abs_s64(error) >
			  (u64)(n->bound + (other ? leader->bound : 0)) },
		{ "hard", cl_abs_s64(error) >
				  (u64)(n->hard + (other ? leader->hard : 0)) },
		{ "overlap", misses_other(t, n) },
		{ "backwards", n->was_usable && n->time < n->last },
	};
	unsigned int i;
	int count = 0;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i].seen)
			printf("%s\"%s\"", count++ ? "," : "", checks[i].name);
	return count;
}

/* Returns the number of violations. */
static int print_node(const struct truth *t, struct node *n, struct cl_raw raw)
{
	const struct node *leader = &t->node[0];
	u32 state = n->copy.state;
	int violations = 0;

	printf("{\"t_s\":%.6f,\"node\":%u,\"state\":\"%s\"",
	       (double)raw.ns / CL_NS_PER_SEC, n->copy.node,
	       state <= CLOCKLINK_STATE_GONE ? state_names[state] : "?");
	if (n->usable && leader->usable) {
		s64 error = n->time - leader->time - t->shift_ns;

		printf(",\"error_ns\":%lld,\"bound_ns\":%lld,\"hard_ns\":%lld,\"violations\":[",
		       (long long)error, (long long)n->bound,
		       (long long)n->hard);
		violations = print_violations(t, n, error);
		putchar(']');
	}
	puts("}");
	n->was_usable = n->usable;
	n->last = n->time;
	return violations;
}

/* Returns the number of violations seen, or -1. */
static long run(struct truth *t)
{
	s64 start = now_ns(CLOCK_MONOTONIC), next = start;
	long violations = 0;

	do {
		struct timespec until;
		struct cl_raw raw;
		unsigned int i;

		if (snapshot(t, &raw))
			return -1;
		for (i = 0; i < t->nodes; i++)
			evaluate(&t->node[i], raw);
		for (i = 0; i < t->nodes; i++)
			violations += print_node(t, &t->node[i], raw);
		fflush(stdout);
		next += t->period_ns;
		until = (struct timespec){ next / CL_NS_PER_SEC,
					   next % CL_NS_PER_SEC };
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
				       NULL) == EINTR)
			;
	} while (!t->duration_ns || next - start < t->duration_ns);
	return violations;
}

/* A whole number in a range; ends the program with a message otherwise. */
static s64 parse_s64(int opt, const char *text, s64 min, s64 max)
{
	char *end;
	s64 v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno || end == text || *end || v < min || v > max) {
		fprintf(stderr, "-%c %s: not a number from %lld to %lld\n", opt,
			text, (long long)min, (long long)max);
		exit(2);
	}
	return v;
}

static const char usage[] =
	"usage: clocklink-truth [-p PERIOD_MS] [-t SECONDS] [-s SHIFT_NS] LEADER PAGE...\n"
	"  LEADER, PAGE  time pages: /dev/clocklinkN or files\n"
	"  -p PERIOD_MS  time between samples (default 97)\n"
	"  -t SECONDS    end after this time (default: never)\n"
	"  -s SHIFT_NS   planted fault: added to the truth\n";

int main(int argc, char **argv)
{
	static struct truth t = {
		.period_ns = DEFAULT_PERIOD_MS * CL_NS_PER_MS,
	};
	long violations;
	int opt;

	while ((opt = getopt(argc, argv, "p:t:s:")) != -1) {
		switch (opt) {
		case 'p':
			t.period_ns =
				parse_s64(opt, optarg, 1, 60000) * CL_NS_PER_MS;
			break;
		case 't':
			t.duration_ns = parse_s64(opt, optarg, 1, 86400) *
					CL_NS_PER_SEC;
			break;
		case 's':
			t.shift_ns = parse_s64(opt, optarg, -CL_NS_PER_SEC,
					       CL_NS_PER_SEC);
			break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind < 1 || argc - optind > MAX_NODES) {
		fputs(usage, stderr);
		return 2;
	}
	for (; optind < argc; optind++)
		if (map_page(&t.node[t.nodes++], argv[optind]))
			return 2;
	violations = run(&t);
	return violations < 0 ? 2 : violations > 0;
}
