// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks libclocklink against the time page, which this program reads by itself.
 *
 *	lib-check [-o OFFSET_NS] [-f | -m] [-e ERROR] DEVICE
 *	lib-check -t OFFSET_NS COMMAND [ARG...]
 *
 * -o: the process is in a time namespace whose clocks are ahead by OFFSET_NS.
 * -f: opens DEVICE first, then makes such a namespace and checks in a child in it.
 * -m: makes a time namespace for its children before it opens DEVICE, and stays.
 * -e: opening DEVICE has to fail with this text.
 * -t: runs COMMAND in a time namespace of its own.
 *
 * now() has to lie between two own readings of the page; stamps of all clocks that
 * the device gives of one instant are converted to what the page says of it.
 *
 * Exit status: 0 as it should be, 1 not so, 2 wrong use or an error.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <clocklink.h>

#include "agent/lib/page.h"

#define TIMES 1000
/* Interpolated stamps: rounding, and 1 in so many of what has passed since. */
#define ROUNDED_NS 10
#define BENT_DIV 500
/* Of the namespace that -m makes. */
#define OTHER_NS (5 * CL_NS_PER_SEC)

/**
 * struct check - what is checked
 * @path: device
 * @page: read by this program
 * @fd: device, for stamps
 * @offset: what the process's clocks are ahead
 * @clock: read by the library
 */
struct check {
	const char *path;
	struct cl_page page;
	int fd;
	s64 offset;
	struct clocklink *clock;
};

/* What the page says of now; time namespaces do not matter. */
static struct cl_interval page_now(const struct check *c, bool hard)
{
	struct cl_interval iv;

	if (cl_page_read(&c->page, c->offset, hard, &iv))
		errx(2, "the page has no time");
	return iv;
}

static void check_now(const struct check *c)
{
	struct cl_interval before, after;
	struct clocklink_interval iv;

	for (int hard = 0; hard < 2; hard++) {
		before = page_now(c, hard);
		if (hard ? clocklink_now_hard(c->clock, &iv) :
			   clocklink_now(c->clock, &iv))
			errx(1, "the library has no time");
		after = page_now(c, hard);
		if (iv.earliest + iv.latest <
			    before.earliest.ns + before.latest.ns ||
		    iv.earliest + iv.latest >
			    after.earliest.ns + after.latest.ns)
			errx(1, "now is not between two readings of the page");
	}
}

static void check_stamp(const struct check *c, enum clocklink_source source,
			s64 stamp, s64 raw, const struct cl_interval *want)
{
	struct clocklink_interval iv;
	int error = clocklink_convert(c->clock, source, stamp, &iv);
	s64 wider = 0;

	if (error)
		errx(1, "clock %d: %s", source, clocklink_error_text(error));
	if (source != CLOCKLINK_RAW)
		wider = ROUNDED_NS + (cl_page_raw().ns - raw) / BENT_DIV;
	if (iv.earliest > want->earliest.ns ||
	    iv.earliest < want->earliest.ns - wider ||
	    iv.latest < want->latest.ns || iv.latest > want->latest.ns + wider)
		errx(1, "clock %d: [%lld, %lld], page [%lld, %lld]", source,
		     (long long)iv.earliest, (long long)iv.latest,
		     (long long)want->earliest.ns, (long long)want->latest.ns);
}

/* All clocks of one instant, which the page must not have been rewritten after. */
static bool check_convert(const struct check *c)
{
	struct clocklink_page before, after;
	struct clocklink_stamp s;
	struct cl_interval want;
	struct cl_raw raw;

	if (cl_page_snapshot_head(&c->page, &before, &raw) ||
	    ioctl(c->fd, CLOCKLINK_IOC_STAMP, &s) ||
	    cl_page_snapshot_head(&c->page, &after, &raw))
		err(2, "%s", c->path);
	if (before.updates != after.updates)
		return false;
	cl_page_eval(&after.now, cl_raw(s.raw), &want);
	raw = cl_raw(s.raw + c->offset);
	check_stamp(c, CLOCKLINK_RAW, raw.ns, raw.ns, &want);
	check_stamp(c, CLOCKLINK_MONOTONIC, s.monotonic + c->offset, raw.ns,
		    &want);
	check_stamp(c, CLOCKLINK_REALTIME, s.realtime, raw.ns, &want);
	return true;
}

static void check_all(const struct check *c)
{
	int converted = 0;

	for (int i = 0; i < TIMES; i++) {
		check_now(c);
		converted += check_convert(c);
	}
	if (converted < TIMES / 2)
		errx(1, "only %d of %d stamps converted", converted, TIMES);
	printf("%d readings, %d stamps of each clock\n", TIMES, converted);
}

static void make_namespace(s64 offset)
{
	int fd;

	if (unshare(CLONE_NEWTIME))
		err(2, "unshare");
	fd = open("/proc/self/timens_offsets", O_WRONLY);
	if (fd < 0 || dprintf(fd, "monotonic %lld %lld\n",
			      (long long)(offset / CL_NS_PER_SEC),
			      (long long)(offset % CL_NS_PER_SEC)) < 0)
		err(2, "timens_offsets");
	close(fd);
}

/* Returns in a child in a new namespace; the parent ends as the child does. */
static void enter_namespace(s64 offset)
{
	int status;
	pid_t pid;

	make_namespace(offset);
	pid = fork();
	if (pid < 0)
		err(2, "fork");
	if (!pid)
		return;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		errx(2, "child");
	exit(WEXITSTATUS(status));
}

static void run_inside(s64 offset, char **argv)
{
	enter_namespace(offset);
	execvp(argv[0], argv);
	err(2, "%s", argv[0]);
}

/* Opens the device; ends the program if it must not be opened. */
static void open_all(struct check *c, const char *wanted)
{
	const char *text;
	int error;

	c->fd = open(c->path, O_RDONLY);
	if (c->fd < 0 || cl_page_open(c->path, &c->page))
		err(2, "%s", c->path);
	error = clocklink_open(c->path, &c->clock);
	text = clocklink_error_text(error);
	if (wanted) {
		puts(text);
		exit(strcmp(text, wanted) != 0);
	}
	if (error)
		errx(1, "%s: %s", c->path, text);
}

int main(int argc, char **argv)
{
	bool fork_later = false;
	const char *wanted = NULL;
	struct check c = {};
	int option;

	while ((option = getopt(argc, argv, "+o:fme:t:")) != -1) {
		if (option == 'o')
			c.offset = atoll(optarg);
		else if (option == 'f')
			fork_later = true;
		else if (option == 'm')
			make_namespace(OTHER_NS);
		else if (option == 'e')
			wanted = optarg;
		else if (option == 't' && argv[optind])
			run_inside(atoll(optarg), argv + optind);
		else
			return 2;
	}
	if (optind + 1 != argc)
		errx(2, "no device");
	c.path = argv[optind];
	open_all(&c, wanted);
	if (fork_later)
		enter_namespace(c.offset);
	check_all(&c);
	return 0;
}
