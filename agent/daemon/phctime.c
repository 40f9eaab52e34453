// SPDX-License-Identifier: GPL-2.0-or-later
#include "phctime.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/lib/hwdev.h"
#include "agent/lib/rival.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "phcread.h"

#define PTP_PATH "/dev/ptp"

/* The kernel's clock id of an open file. */
static clockid_t clock_of(int fd)
{
	return (clockid_t)((~(unsigned int)fd << 3) | 3);
}

static void close_clock(struct cl_phctime *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->width_ns = 0;
}

/* Number of the clock of a network device; -errno. */
static int index_of(const char *device)
{
	/* The kernel takes the ioctls by any socket of the namespace. */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cl_hwdev_caps caps;
	int err;

	if (fd < 0)
		return -errno;
	err = cl_hwdev_caps(fd, device, &caps);
	close(fd);
	if (err)
		return err;
	return caps.phc_index < 0 ? -ENODEV : caps.phc_index;
}

static int open_clock(struct cl_phctime *t)
{
	struct ptp_clock_caps caps;
	int index, err;

	if (*t->device == '/')
		index = atoi(t->device + strlen(PTP_PATH));
	else
		index = index_of(t->device);
	if (index < 0)
		return index;
	t->fd = cl_phcread_open(index, O_RDWR);
	if (t->fd < 0)
		return t->fd;
	if (ioctl(t->fd, PTP_CLOCK_GETCAPS, &caps)) {
		err = -errno;
		close_clock(t);
		return err;
	}
	t->index = index;
	t->max_freq = caps.max_adj / 1e9;
	return 0;
}

/* Without an instance there is a state, and no time. */
static int look_at_page(const struct cl_phctime *t, s64 raw_ns,
			struct cl_phcclock_look *ret)
{
	struct cl_interval now;
	struct clocklink_page p;
	struct cl_raw raw;
	struct cl_clock c;
	int err;

	ret->state = CLOCKLINK_STATE_GONE;
	if (t->page.fd < 0)
		return 0;
	err = cl_page_snapshot_head(&t->page.page, &p, &raw);
	if (err)
		return err;
	raw = cl_raw(raw_ns);
	c = cl_page_clock(&p.now);
	cl_page_eval(&p.now, raw, &now);
	ret->state = now.state;
	ret->time_ns = cl_clock_at(&c, raw).ns;
	ret->rate = ldexp(p.now.rate_q48, -CL_Q48_SHIFT);
	ret->disruptions = p.disruptions;
	return 0;
}

static int look(void *ctx, struct cl_phcclock_look *ret)
{
	struct cl_phctime *t = ctx;
	struct cl_phcread r;
	int err = 0;

	if (t->fd < 0)
		err = open_clock(t);
	if (err)
		return err;
	err = cl_phcread_get(t->fd, &r);
	if (err && err != -EAGAIN)
		close_clock(t);
	if (!err && cl_phcread_wide(&t->width_ns, r.width_ns))
		err = -EAGAIN;
	if (err)
		return err;
	ret->raw_ns = r.raw_ns;
	ret->phc_ns = r.phc_ns;
	ret->max_freq = t->max_freq;
	return look_at_page(t, r.raw_ns, ret);
}

static int adjust(void *ctx, struct timex *tx)
{
	const struct cl_phctime *t = ctx;

	return clock_adjtime(clock_of(t->fd), tx) < 0 ? -errno : 0;
}

static bool rivals(void *ctx, char who[CL_OWNER_WHO_SIZE])
{
	(void)ctx;
	return cl_rival_find("/proc", CL_RIVAL_DEVICE, who, CL_OWNER_WHO_SIZE);
}

static const struct cl_phcclock_ops ops = {
	.look = look,
	.adjust = adjust,
	.rivals = rivals,
};

/**
 * cl_phctime_init() - begin without an instance
 * @t: the clock; to be closed
 * @io: the world; must outlive @t
 * @device: as in the struct; must outlive @t
 */
void cl_phctime_init(struct cl_phctime *t, struct cl_io *io, const char *device)
{
	memset(t, 0, sizeof(*t));
	t->device = device;
	t->fd = -1;
	snprintf(t->name, sizeof(t->name), "clock of %s", device ? device : "");
	cl_timepage_init(&t->page);
	cl_phcclock_init(&t->clock, io, &ops, t, t->name);
}

/**
 * cl_phctime_close() - leave the clock to itself
 * @t: the clock; it keeps its frequency
 */
void cl_phctime_close(struct cl_phctime *t)
{
	close_clock(t);
	cl_timepage_close(&t->page);
}

/**
 * cl_phctime_settings() - an instance has come, changed or gone
 * @t: the clock
 * @inst: it, NULL: there is none
 */
void cl_phctime_settings(struct cl_phctime *t,
			 const struct cl_nl_instance *inst)
{
	if (t->device)
		cl_timepage_settings(&t->page, t->clock.io, t->name, inst);
}

/**
 * cl_phctime_deadline() - when to call cl_phctime_run()
 * @t: the clock
 *
 * Return: instant in io time, CL_PHCTIME_NEVER if nothing is wanted.
 */
s64 cl_phctime_deadline(const struct cl_phctime *t)
{
	return t->device ? t->clock.next : CL_PHCTIME_NEVER;
}

/**
 * cl_phctime_run() - look and steer, if that is due
 * @t: the clock
 *
 * Return: true if @t->index was taken just now, as of cl_phcclock_run().
 */
bool cl_phctime_run(struct cl_phctime *t)
{
	return t->device && cl_phcclock_run(&t->clock);
}

/**
 * cl_phctime_get() - what there is to see
 * @t: the clock
 * @ret: gets it
 */
void cl_phctime_get(const struct cl_phctime *t, struct cl_ctl_sysclock *ret)
{
	const struct cl_phcclock *c = &t->clock;

	memset(ret, 0, sizeof(*ret));
	ret->have = CL_CTL_BIT(SYSCLOCK_STATE);
	strcpy(ret->state, "off");
	if (!t->device)
		return;
	cl_owner_get(&c->owner, ret);
	strcpy(ret->device, t->device);
	ret->stepped_ns = c->stepped_ns;
	ret->have |= CL_CTL_BIT(SYSCLOCK_STEPPED) | CL_CTL_BIT(SYSCLOCK_DEVICE);
	if (c->owner.state != CL_OWNER_STEERED)
		return;
	ret->offset_ns = c->offset_ns;
	ret->freq_ppt = cl_phcclock_freq_ppt(c);
	ret->have |= CL_CTL_BIT(SYSCLOCK_OFFSET) | CL_CTL_BIT(SYSCLOCK_FREQ);
}
