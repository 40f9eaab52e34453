// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel stamps a pulse by CLOCK_REALTIME and lends nobody a hand within it: there is
 * no list of those who want to know.  So the device is read, and the stamp converted by
 * the anchors of the time page.
 */
#include "pps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/lib/errors.h"
#include "agent/lib/past.h"

/* Log the first failure and its end, not every one between. */
static void note(struct cl_pps *p, const char *why)
{
	if (why && !p->failing)
		cl_io_log(p->io, CL_IO_WARNING, "pulses of %s: %s", p->path,
			  why);
	else if (!why && p->failing)
		cl_io_log(p->io, CL_IO_NOTICE, "pulses of %s: told again",
			  p->path);
	p->failing = why;
}

/* The last pulse, at once. */
static int fetch(const struct cl_pps *p, struct pps_kinfo *ret)
{
	struct pps_fdata f = { .timeout = { .flags = 0 } };

	if (ioctl(p->fd, PPS_FETCH, &f))
		return -errno;
	*ret = f.info;
	return 0;
}

static void close_device(struct cl_pps *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

/* When the last pulse was is not known, so that it is old news. */
static int open_device(struct cl_pps *p)
{
	struct pps_kinfo info;
	int err;

	p->fd = open(p->path, O_RDONLY | O_CLOEXEC);
	if (p->fd < 0)
		return -errno;
	err = fetch(p, &info);
	if (err)
		close_device(p);
	else
		p->number = info.assert_sequence;
	return err;
}

static int to_raw(const struct cl_pps *p, s64 real_ns, s64 *ret)
{
	struct clocklink_stamp end;
	struct clocklink_page page;
	struct cl_raw raw;
	s64 error;
	int err;

	err = cl_timepage_stamp(&p->page, &end);
	if (!err)
		err = cl_page_snapshot(&p->page.page, &page, &raw);
	if (!err)
		err = cl_past_raw(&page, &end, CL_PAST_REALTIME, real_ns, &raw,
				  &error);
	if (!err)
		*ret = raw.ns;
	return err;
}

/* That nobody listens is no failure, nor that there is nobody to be told. */
static void report(struct cl_pps *p, const struct pps_ktime *at)
{
	struct cl_engine *e = p->io->engine;
	s64 raw_ns;
	int err;

	err = to_raw(p, at->sec * CL_NS_PER_SEC + at->nsec, &raw_ns);
	if (err) {
		note(p, err == -ESTALE ? "the system's clock was set" :
					 cl_error_text(err));
		return;
	}
	err = e->ops->report_event(e, CL_PPS_CHANNEL, raw_ns);
	if (err && err != -ENOTCONN && err != -ENODEV)
		note(p, e->error);
	else
		note(p, NULL);
}

/**
 * cl_pps_init() - begin without an instance
 * @p: pulses; to be closed
 * @io: the world; must outlive @p
 * @path: /dev/ppsN, NULL: there is none; must outlive @p
 */
void cl_pps_init(struct cl_pps *p, struct cl_io *io, const char *path)
{
	memset(p, 0, sizeof(*p));
	p->io = io;
	p->path = path;
	p->fd = -1;
	p->next = CL_PPS_NEVER;
	cl_timepage_init(&p->page);
}

/**
 * cl_pps_close() - leave the device alone
 * @p: pulses
 */
void cl_pps_close(struct cl_pps *p)
{
	close_device(p);
	cl_timepage_close(&p->page);
}

/**
 * cl_pps_settings() - an instance has come, changed or gone
 * @p: pulses
 * @inst: it, NULL: there is none
 */
void cl_pps_settings(struct cl_pps *p, const struct cl_nl_instance *inst)
{
	if (!p->path)
		return;
	cl_timepage_settings(&p->page, p->io, "pps", inst);
	p->next = p->page.fd < 0 ? CL_PPS_NEVER : p->io->ops->now(p->io);
}

/**
 * cl_pps_deadline() - when to call cl_pps_run()
 * @p: pulses
 *
 * Return: instant in io time, CL_PPS_NEVER without device or instance.
 */
s64 cl_pps_deadline(const struct cl_pps *p)
{
	return p->next;
}

/**
 * cl_pps_run() - tell of a pulse, if there was one
 * @p: pulses
 *
 * A device that is not there is looked for again and again.
 */
void cl_pps_run(struct cl_pps *p)
{
	s64 now = p->io->ops->now(p->io);
	struct pps_kinfo info;
	int err = 0;

	if (now < p->next)
		return;
	p->next = now + CL_PPS_INTERVAL_NS;
	if (p->fd < 0)
		err = open_device(p);
	if (!err)
		err = fetch(p, &info);
	if (err) {
		note(p, cl_error_text(err));
		close_device(p);
		return;
	}
	if (info.assert_sequence == p->number)
		return;
	p->number = info.assert_sequence;
	report(p, &info.assert_tu);
}
