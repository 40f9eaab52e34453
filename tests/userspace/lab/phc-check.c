// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks the PTP clock of an instance against its time page.
 *
 *	phc-check caps PTP              prints what the clock says it can do
 *	phc-check edge PTP              events of falling edges are refused
 *	phc-check events PTP N          N events of channel 0 come within N + 1 s,
 *	                                each at the begin of a second
 *	phc-check near PTP PAGE N       looks every 50 ms, N times, and prints the largest
 *	                                and the mean difference of the page from the clock,
 *	                                which may be any, ns
 *	phc-check pps PTP TIME          TIME, of CLOCK_REALTIME not long ago, was
 *	                                the begin of a second of the PTP clock
 *	phc-check busy PTP              setting, stepping and tuning give EBUSY
 *	phc-check precise PTP PAGE N    N cross stamps are what the page says at
 *	                                their raw time, to the nanosecond
 *	phc-check order PTP PAGE N      page <= PTP clock <= page, N times
 *
 * Exit status: 0 as it should be, 1 not so, 2 wrong use or an error.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "agent/lib/page.h"

/* CLOCK_REALTIME may have been slewed by some ppm since the pulse. */
#define PPS_MAX_NS 5000

/* The kernel's clock id of an open file. */
static clockid_t fd_to_clock(int fd)
{
	return (clockid_t)((~(unsigned int)fd << 3) | 3);
}

static int open_ptp(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

static struct cl_page open_page(const char *path)
{
	char text[CL_PAGE_ERROR_SIZE];
	struct cl_page page;
	int error = cl_page_open(path, &page);

	if (error) {
		cl_page_explain(&page, error, text);
		errx(2, "%s: %s", path, text);
	}
	return page;
}

/* A consistent copy of the page and a raw instant at which it holds. */
static struct clocklink_page copy(const struct cl_page *page,
				  struct cl_raw *ret_raw)
{
	struct clocklink_page s;

	if (cl_page_snapshot(page, &s, ret_raw))
		errx(2, "the page stays in the middle of a write");
	return s;
}

/* What the page says at an instant, whatever its state. */
static s64 eval(const struct clocklink_page *s, s64 raw_ns)
{
	const struct cl_clock c = cl_page_clock(&s->now);

	return cl_clock_at(&c, cl_raw(raw_ns)).ns;
}

static s64 ptp_ns(const struct ptp_clock_time *t)
{
	return t->sec * CL_NS_PER_SEC + t->nsec;
}

static int caps(int fd)
{
	struct ptp_clock_caps c;

	if (ioctl(fd, PTP_CLOCK_GETCAPS, &c))
		err(2, "PTP_CLOCK_GETCAPS");
	printf("max_adj=%d pps=%d cross_timestamping=%d adjust_phase=%d ",
	       c.max_adj, c.pps, c.cross_timestamping, c.adjust_phase);
	printf("alarms=%d pins=%d ext_ts=%d per_out=%d\n", c.n_alarm, c.n_pins,
	       c.n_ext_ts, c.n_per_out);
	return 0;
}

/* From the next full second of the PTP clock, ns. */
static s64 phase_of(s64 ptp_ns)
{
	s64 phase = ptp_ns % CL_NS_PER_SEC;

	return phase > CL_NS_PER_SEC / 2 ? phase - CL_NS_PER_SEC : phase;
}

static int request_events(int fd, unsigned int flags)
{
	struct ptp_extts_request r = { .flags = flags };

	return ioctl(fd, PTP_EXTTS_REQUEST2, &r);
}

static int edge(int fd)
{
	if (!request_events(fd, PTP_ENABLE_FEATURE | PTP_FALLING_EDGE))
		return 1;
	if (errno != EOPNOTSUPP)
		err(2, "PTP_EXTTS_REQUEST2");
	return 0;
}

static int events(int fd, int n)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct ptp_extts_event e;
	int wrong = 0;
	s64 phase;

	if (request_events(fd, PTP_ENABLE_FEATURE | PTP_RISING_EDGE))
		err(1, "PTP_EXTTS_REQUEST2");
	for (int i = 0; i < n; i++) {
		if (poll(&poll_fd, 1, i ? 1500 : 2000) != 1)
			errx(1, "no event");
		if (read(fd, &e, sizeof(e)) != sizeof(e))
			err(2, "read");
		phase = phase_of(ptp_ns(&e.t));
		printf("channel %u, %lld ns after the begin of a second\n",
		       e.index, (long long)phase);
		wrong += e.index || llabs(phase) > PPS_MAX_NS;
	}
	if (request_events(fd, 0))
		err(2, "PTP_EXTTS_REQUEST2");
	return wrong > 0;
}

static int expect_busy(const char *what, int result)
{
	if (result < 0 && errno == EBUSY)
		return 0;
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "accepted");
	return 1;
}

static int busy(int fd)
{
	struct timex step = { .modes = ADJ_SETOFFSET, .time.tv_sec = 1 };
	struct timex freq = { .modes = ADJ_FREQUENCY, .freq = 65536 };
	clockid_t clock = fd_to_clock(fd);
	struct timespec ts;
	int bad;

	if (clock_gettime(clock, &ts))
		err(2, "clock_gettime");
	bad = expect_busy("clock_settime", clock_settime(clock, &ts));
	bad += expect_busy("step", clock_adjtime(clock, &step));
	bad += expect_busy("frequency", clock_adjtime(clock, &freq));
	return bad > 0;
}

static int pps(int fd, const char *text)
{
	struct ptp_sys_offset_precise x;
	long long sec, nsec;
	s64 since, phase;

	if (sscanf(text, "%lld.%9lld", &sec, &nsec) != 2)
		errx(2, "not SECONDS.NANOSECONDS: %s", text);
	if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &x))
		err(2, "PTP_SYS_OFFSET_PRECISE");
	since = ptp_ns(&x.sys_realtime) - (sec * CL_NS_PER_SEC + nsec);
	phase = phase_of(ptp_ns(&x.device) - since);
	printf("%lld ns after the begin of a second\n", (long long)phase);
	return llabs(phase) > PPS_MAX_NS;
}

static int precise(int fd, const struct cl_page *page, int n)
{
	struct ptp_sys_offset_precise x;
	struct clocklink_page s;
	struct cl_raw before;
	int checked = 0, wrong = 0;

	for (int i = 0; i < n; i++) {
		s64 difference;

		s = copy(page, &before);
		if (ioctl(fd, PTP_SYS_OFFSET_PRECISE, &x))
			err(2, "PTP_SYS_OFFSET_PRECISE");
		/* rewritten meanwhile: the copy need not hold any more */
		if (page->map->seq != s.seq)
			continue;
		checked++;
		difference =
			ptp_ns(&x.device) - eval(&s, ptp_ns(&x.sys_monoraw));
		if (!difference)
			continue;
		if (!wrong++)
			printf("difference %lld ns\n", (long long)difference);
	}
	printf("%d of %d checked, %d wrong\n", checked, n, wrong);
	return wrong || checked < n * 9 / 10;
}

static int order(int fd, const struct cl_page *page, int n)
{
	clockid_t clock = fd_to_clock(fd);
	int wrong = 0;

	for (int i = 0; i < n; i++) {
		struct clocklink_page s;
		struct timespec ts;
		struct cl_raw raw;
		s64 a, b, phc;

		s = copy(page, &raw);
		a = eval(&s, raw.ns);
		if (clock_gettime(clock, &ts))
			err(2, "clock_gettime");
		phc = ts.tv_sec * CL_NS_PER_SEC + ts.tv_nsec;
		s = copy(page, &raw);
		b = eval(&s, raw.ns);
		if (a <= phc && phc <= b)
			continue;
		if (!wrong++)
			printf("page %lld, PTP clock %+lld, page %+lld ns\n",
			       (long long)a, (long long)(phc - a),
			       (long long)(b - a));
	}
	printf("%d of %d wrong\n", wrong, n);
	return wrong > 0;
}

/* By the shortest of several readings. */
static s64 difference(int fd, const struct cl_page *page, int page_fd)
{
	struct ptp_sys_offset_extended x = { .n_samples = 10 };
	s64 width = S64_MAX, real = 0, phc = 0, w;
	struct clocklink_stamp stamp;
	struct clocklink_page s;
	struct cl_raw raw;

	if (ioctl(page_fd, CLOCKLINK_IOC_STAMP, &stamp))
		err(2, "CLOCKLINK_IOC_STAMP");
	s = copy(page, &raw);
	if (ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &x))
		err(2, "PTP_SYS_OFFSET_EXTENDED");
	for (unsigned int i = 0; i < x.n_samples; i++) {
		w = ptp_ns(&x.ts[i][2]) - ptp_ns(&x.ts[i][0]);
		if (w >= width)
			continue;
		width = w;
		real = ptp_ns(&x.ts[i][0]) + w / 2;
		phc = ptp_ns(&x.ts[i][1]);
	}
	return eval(&s, stamp.raw + real - stamp.realtime) - phc;
}

static int near(int fd, const char *path, int n)
{
	int page_fd = open(path, O_RDONLY | O_CLOEXEC);
	s64 max = 0, sum = 0, d;
	struct cl_page page;

	if (page_fd < 0 || cl_page_map(page_fd, &page))
		err(2, "%s", path);
	for (int i = 0; i < n; i++) {
		usleep(50000);
		d = difference(fd, &page, page_fd);
		max = llabs(d) > llabs(max) ? d : max;
		sum += d;
	}
	printf("max=%lld mean=%lld\n", (long long)max, (long long)(sum / n));
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct cl_page page;
	int fd;

	if (argc == 4 && !strcmp(what, "pps"))
		return pps(open_ptp(argv[2]), argv[3]);
	if (argc == 4 && !strcmp(what, "events"))
		return events(open_ptp(argv[2]), atoi(argv[3]));
	if (argc == 3) {
		fd = open_ptp(argv[2]);
		if (!strcmp(what, "caps"))
			return caps(fd);
		if (!strcmp(what, "busy"))
			return busy(fd);
		if (!strcmp(what, "edge"))
			return edge(fd);
	} else if (argc == 5) {
		fd = open_ptp(argv[2]);
		if (!strcmp(what, "near"))
			return near(fd, argv[3], atoi(argv[4]));
		page = open_page(argv[3]);
		if (!strcmp(what, "precise"))
			return precise(fd, &page, atoi(argv[4]));
		if (!strcmp(what, "order"))
			return order(fd, &page, atoi(argv[4]));
	}
	errx(2,
	     "usage: phc-check caps|busy|edge PTP | events PTP N | pps PTP TIME | precise|order|near PTP PAGE N");
}
