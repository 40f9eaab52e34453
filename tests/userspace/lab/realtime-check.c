// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at CLOCK_REALTIME beside a time page.
 *
 *	realtime-check show            prints how the kernel's clock is set
 *	realtime-check watch PAGE S    looks every 50 ms for S seconds and prints the
 *	                               largest and the rms difference of cluster time in
 *	                               UTC (by TAI - UTC of the page) from it, ns
 *	realtime-check spend PPM       changes the frequency by so much
 *
 * Exit status: 0, 2 wrong use or an error.
 */
#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <unistd.h>

#include "agent/lib/page.h"

#define LOOKS_PER_S 20
#define PPM 65536

static int show(void)
{
	struct timex tx = { 0 };
	int state = adjtimex(&tx);

	if (state < 0)
		err(2, "adjtimex");
	printf("state=%d tai=%d freq=%ld tick=%ld offset=%ld ", state, tx.tai,
	       tx.freq, tx.tick, tx.offset);
	printf("maxerror=%ld esterror=%ld unsync=%d nano=%d ins=%d del=%d\n",
	       tx.maxerror, tx.esterror, !!(tx.status & STA_UNSYNC),
	       !!(tx.status & STA_NANO), !!(tx.status & STA_INS),
	       !!(tx.status & STA_DEL));
	return 0;
}

static s64 offset(const struct cl_page *page, int fd)
{
	struct clocklink_stamp stamp;
	struct clocklink_page copy;
	struct cl_clock clock;
	struct cl_raw raw;

	if (cl_page_snapshot(page, &copy, &raw) ||
	    ioctl(fd, CLOCKLINK_IOC_STAMP, &stamp))
		err(2, "cannot read the page");
	clock = cl_page_clock(&copy.now);
	return cl_clock_at(&clock, cl_raw(stamp.raw)).ns -
	       copy.tai_offset * CL_NS_PER_SEC - stamp.realtime;
}

static int watch(const char *path, int seconds)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct cl_page page;
	double max = 0, sum = 0, d;

	if (fd < 0 || cl_page_map(fd, &page))
		err(2, "%s", path);
	for (int i = 0; i < seconds * LOOKS_PER_S; i++) {
		usleep(1000000 / LOOKS_PER_S);
		d = offset(&page, fd);
		sum += d * d;
		max = fmax(max, fabs(d));
	}
	printf("max=%.0f rms=%.0f\n", max, sqrt(sum / seconds / LOOKS_PER_S));
	return 0;
}

static int spend(double ppm)
{
	struct timex tx = { 0 };

	if (adjtimex(&tx) < 0)
		err(2, "adjtimex");
	tx.modes = ADJ_FREQUENCY;
	tx.freq += lrint(ppm * PPM);
	if (adjtimex(&tx) < 0)
		err(2, "adjtimex");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "show"))
		return show();
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], atoi(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "spend"))
		return spend(atof(argv[2]));
	fputs("wrong use, see the head of the source\n", stderr);
	return 2;
}
