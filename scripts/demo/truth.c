// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * True error of the nodes of one machine.
 *
 *	clocklink-truth [-p PERIOD_MS] [-t SECONDS] [-s SHIFT_NS] [-l FILE]
 *			LEADER[,PTP] PAGE[,PTP]...
 *
 * LEADER and PAGE are time pages (/dev/clocklinkN, or files that hold one).
 * All of them are functions of this machine's CLOCK_MONOTONIC_RAW, so at any
 * raw instant the leader's page *is* the true cluster time and the difference
 * to it the true error.  Once per period one instant is taken, every page is
 * evaluated at that same instant, and a JSON line per node is printed.  PTP is
 * the PTP clock of the same node: it has to say what the page says.
 *
 * FILE holds the node id of the leader, for clusters that elect one: it is read
 * before each sample.  Cluster time then goes over from the line of the old leader
 * to that of the new one by 1 us per second, which is what all bounds allow for;
 * so it is continuous, and a bound that misses it is wrong.
 *
 * Exit status: 0 no violation, 1 violation seen, 2 wrong use or no page.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "agent/lib/compiler.h"
#include "agent/lib/errors.h"
#include "agent/lib/page.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

#define MAX_NODES 64
/* A page that is rewritten between the instant and its copy costs one try. */
#define MAX_TRIES 100
/*
 * Not a divisor or multiple of the usual round intervals: the samples walk
 * through all phases of a round.
 */
#define DEFAULT_PERIOD_MS 97

/* By what cluster time goes over to a new leader's line: 1 in so many. */
#define CHANGE_DIV 1000000

/**
 * struct node - one page and what was last seen of it
 * @path: where the page comes from
 * @page: the page
 * @ptp: the PTP clock, -1: none was named
 * @copy: consistent copy, valid for the current sample
 * @usable: the reading of this sample counts
 * @time: cluster time at the instant, ns
 * @bound: bound of the reading, ns
 * @hard: hard bound of the reading, ns
 * @ptp_error: PTP clock minus page at one instant, ns
 * @was_usable: @last is valid
 * @last: reading of the sample before, ns
 */
struct node {
	const char *path;
	struct cl_page page;
	int ptp;
	struct clocklink_page copy;
	bool usable;
	s64 time;
	s64 bound;
	s64 hard;
	s64 ptp_error;
	bool was_usable;
	s64 last;
};

/**
 * struct truth - settings and nodes
 * @period_ns: time between samples
 * @duration_ns: end after this time, 0: never
 * @shift_ns: planted fault, added to the truth
 * @leader_file: who leads, NULL: the first node always
 * @leader: who leads
 * @left_ns: what cluster time is still ahead of the leader's line
 * @left_at: when that was so, raw ns
 * @nodes: number of nodes
 * @node: the nodes
 */
struct truth {
	s64 period_ns;
	s64 duration_ns;
	s64 shift_ns;
	const char *leader_file;
	struct node *leader;
	s64 left_ns;
	s64 left_at;
	unsigned int nodes;
	struct node node[MAX_NODES];
};

/* Prints an error and returns it. */
static int complain(const char *what, int err)
{
	fprintf(stderr, "clocklink-truth: %s: %s\n", what, cl_error_text(err));
	return err;
}

/* Sleeps until a raw instant; a sleep takes no raw time as its end. */
static void sleep_until(s64 raw_ns)
{
	s64 left = raw_ns - cl_page_raw().ns;
	const struct timespec t = { left / CL_NS_PER_SEC,
				    left % CL_NS_PER_SEC };

	if (left > 0)
		nanosleep(&t, NULL);
}

/*
 * Copies all pages as they were at one instant.  An anchor after the instant
 * means that the page was rewritten since: its line does not hold there.
 * Returns 0 or -errno, *ret_bad is the node that failed.
 */
static int snapshot(struct truth *t, struct cl_raw *ret_raw,
		    const struct node **ret_bad)
{
	struct cl_raw own;
	unsigned int i, tries;
	int err;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		*ret_raw = cl_page_raw();
		for (i = 0; i < t->nodes; i++) {
			struct node *n = &t->node[i];

			*ret_bad = n;
			err = cl_page_snapshot(&n->page, &n->copy, &own);
			if (err)
				return err;
			if (n->copy.now.raw > ret_raw->ns)
				break;
		}
		if (i == t->nodes)
			return 0;
	}
	return -EAGAIN;
}

static void evaluate(struct node *n, struct cl_raw raw)
{
	struct cl_interval iv;

	n->usable = !cl_page_eval(&n->copy.now, raw, &iv);
	if (!n->usable)
		return;
	n->bound = cl_time_sub(iv.latest, iv.earliest) / 2;
	n->time = cl_time_add(iv.earliest, n->bound).ns;
	n->hard = n->bound - n->copy.now.bound_ns + n->copy.now.hard_ns;
}

/* The node that leads by the file; NULL: it names none of ours. */
static struct node *read_leader(struct truth *t)
{
	FILE *f = fopen(t->leader_file, "re");
	unsigned int id = 0, i;

	if (!f)
		return NULL;
	if (fscanf(f, "%u", &id) != 1)
		id = 0;
	fclose(f);
	for (i = 0; i < t->nodes; i++)
		if (t->node[i].copy.node == id)
			return &t->node[i];
	return NULL;
}

/* Cluster time minus the leader's line at an instant, after all were evaluated. */
static void follow_leader(struct truth *t, struct cl_raw raw)
{
	s64 gone = (raw.ns - t->left_at) / CHANGE_DIV;
	struct node *next = t->leader_file ? read_leader(t) : NULL;

	t->left_at = raw.ns;
	if (t->left_ns > 0)
		t->left_ns = cl_max_s64(t->left_ns - gone, 0);
	else
		t->left_ns = cl_min_s64(t->left_ns + gone, 0);
	if (!next || next == t->leader || !next->usable)
		return;
	if (t->leader->usable)
		t->left_ns += t->leader->time - next->time;
	else
		t->left_ns = 0;
	t->leader = next;
}

static s64 ptp_ns(const struct ptp_clock_time *t)
{
	return t->sec * CL_NS_PER_SEC + t->nsec;
}

/*
 * Compares the PTP clock with the page at the raw instant of an exact cross
 * stamp.  A page that is rewritten meanwhile costs one try.  Returns 0 or -errno.
 */
static int compare_ptp(struct node *n)
{
	struct ptp_sys_offset_precise cross;
	struct clocklink_page before;
	struct cl_interval iv;
	struct cl_raw own;
	unsigned int tries;
	int err;

	n->ptp_error = 0;
	if (n->ptp < 0 || !n->usable)
		return 0;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		err = cl_page_snapshot(&n->page, &before, &own);
		if (err)
			return err;
		memset(&cross, 0, sizeof(cross));
		if (ioctl(n->ptp, PTP_SYS_OFFSET_PRECISE, &cross))
			return -errno;
		if (n->page.map->updates != before.updates)
			continue;
		if (cl_page_eval(&before.now,
				 cl_raw(ptp_ns(&cross.sys_monoraw)), &iv))
			return 0;
		n->ptp_error = ptp_ns(&cross.device) -
			       (iv.earliest.ns +
				cl_time_sub(iv.latest, iv.earliest) / 2);
		return 0;
	}
	return -EAGAIN;
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
	const struct node *leader = t->leader;
	/* An elected one's is in the bounds of those who follow it. */
	bool other = n != leader && !t->leader_file;
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
		{ "ptp", n->ptp_error != 0 },
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
	const struct node *leader = t->leader;
	int violations = 0;

	printf("{\"t_s\":%.6f,\"node\":%u,\"state\":\"%s\"",
	       (double)raw.ns / CL_NS_PER_SEC, n->copy.node,
	       cl_nl_state_name(n->copy.now.state));
	if (n->usable && leader->usable) {
		s64 error = n->time - leader->time - t->left_ns - t->shift_ns;

		if (t->leader_file && n == leader)
			printf(",\"leads\":true");
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

/* Returns the number of violations seen, or -errno with a message. */
static long run(struct truth *t)
{
	s64 start = cl_page_raw().ns, next = start;
	const struct node *bad;
	long violations = 0;
	unsigned int i;

	t->leader = &t->node[0];
	t->left_at = start;
	do {
		struct cl_raw raw;
		int err = snapshot(t, &raw, &bad);

		if (err)
			return complain(bad->path, err);
		for (i = 0; i < t->nodes; i++) {
			evaluate(&t->node[i], raw);
			err = compare_ptp(&t->node[i]);
			if (err)
				return complain(t->node[i].path, err);
		}
		follow_leader(t, raw);
		for (i = 0; i < t->nodes; i++)
			violations += print_node(t, &t->node[i], raw);
		fflush(stdout);
		next += t->period_ns;
		sleep_until(next);
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

/* Opens PAGE[,PTP]; returns 0 or -errno with a message. */
static int open_node(struct node *n, char *arg)
{
	char text[CL_PAGE_ERROR_SIZE], *ptp = strchr(arg, ',');
	int err;

	if (ptp)
		*ptp++ = '\0';
	n->path = arg;
	n->ptp = -1;
	err = cl_page_open(n->path, &n->page);
	if (err) {
		cl_page_explain(&n->page, err, text);
		fprintf(stderr, "clocklink-truth: %s: %s\n", n->path, text);
		return err;
	}
	if (!ptp)
		return 0;
	n->ptp = open(ptp, O_RDONLY | O_CLOEXEC);
	return n->ptp < 0 ? complain(ptp, -errno) : 0;
}

static const char usage[] =
	"usage: clocklink-truth [-p PERIOD_MS] [-t SECONDS] [-s SHIFT_NS] [-l FILE]\n"
	"                       LEADER[,PTP] PAGE[,PTP]...\n"
	"  LEADER, PAGE  time pages: /dev/clocklinkN or files\n"
	"  PTP           the node's PTP clock, has to agree: /dev/ptpN\n"
	"  -p PERIOD_MS  time between samples (default 97)\n"
	"  -t SECONDS    end after this time (default: never)\n"
	"  -s SHIFT_NS   planted fault: added to the truth\n"
	"  -l FILE       node id of the leader, read before each sample\n";

int main(int argc, char **argv)
{
	static struct truth t = {
		.period_ns = DEFAULT_PERIOD_MS * CL_NS_PER_MS,
	};
	long violations;
	int opt;

	while ((opt = getopt(argc, argv, "p:t:s:l:")) != -1) {
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
		case 'l':
			t.leader_file = optarg;
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
		if (open_node(&t.node[t.nodes++], argv[optind]))
			return 2;
	violations = run(&t);
	return violations < 0 ? 2 : violations > 0;
}
