// SPDX-License-Identifier: GPL-2.0-or-later
#include "hwstamp.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/core/round.h"
#include "agent/lib/errors.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "phcread.h"

/* Between two looks at devices and peers; if no device can do anything. */
#define SCAN_NS CL_NS_PER_SEC
#define SCAN_IDLE_NS (10 * CL_NS_PER_SEC)
/* It is said no more often that stamps are missing. */
#define WARN_NS (600 * CL_NS_PER_SEC)

/* A device without peers is set back after so many looks. */
#define SCANS_MISSED 5

/*
 * A stamp may be used after the next reading; so that it does not wait for more
 * than one round there are two per round, within what is sensible.
 */
#define PERIOD_MIN_NS (10 * CL_NS_PER_MS)
#define PERIOD_MAX_NS (125 * CL_NS_PER_MS)

/* Beyond this the clock has not run as before: others may steer it. */
#define ODD_SIGMAS 5
#define ODD_FLOOR_NS 50
#define ODD_MAX 3

static void tell_state(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		       u32 state)
{
	static const char *const why[] = {
		[CLOCKLINK_DEVICE_STATE_MEASURING] = "measuring its clock",
		[CLOCKLINK_DEVICE_STATE_HARDWARE] = "by the device",
		[CLOCKLINK_DEVICE_STATE_IN_USE] =
			"by the kernel, another program has set the device up",
		[CLOCKLINK_DEVICE_STATE_UNSUPPORTED] = "by the kernel",
	};

	if (d->told && d->state == state)
		return;
	d->told = true;
	d->state = state;
	cl_io_event(h->io, CL_IO_NOTICE, CL_EVENT_STAMPS,
		    CL_VALUES(cl_text("DEVICE", d->name),
			      cl_text("REASON", why[state])),
		    "time stamps of %s: %s", d->name, why[state]);
}

/* The module refuses what has no instance or no device any more: no news. */
static int request(struct cl_hwstamp *h, const struct cl_hwstamp_device *d,
		   const struct cl_nl_msg *m)
{
	char text[CL_ENGINE_ERROR_SIZE];
	int err = cl_nlmnl_call(h->nl, m, NULL);

	if (!err || err == -ENODEV || err == -ENOENT)
		return err;
	cl_error_explain(&h->nl->error, text, sizeof(text));
	cl_io_log(h->io, CL_IO_WARNING, "%s: %s", d->name, text);
	return err;
}

static void set_state(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		      u32 state)
{
	const struct cl_nl_msg m = {
		.cmd = CLOCKLINK_CMD_DEVICE_SET,
		.device = {
			.have = CL_NL_BIT(DEVICE_IFINDEX) |
				CL_NL_BIT(DEVICE_STATE) |
				CL_NL_BIT(DEVICE_PHC_INDEX),
			.ifindex = d->ifindex,
			.state = state,
			.phc_index = d->phc_index,
		},
	};

	if (d->told && d->state == state)
		return;
	if (!request(h, d, &m))
		tell_state(h, d, state);
}

static void close_clock(struct cl_hwstamp_device *d)
{
	if (d->phc_fd >= 0)
		close(d->phc_fd);
	d->phc_fd = -1;
	cl_linefit_init(&d->fit);
	d->width_ns = 0;
	d->odd = 0;
}

/* Sets a device back, unless somebody else has set it since. */
static void restore(struct cl_hwstamp *h, struct cl_hwstamp_device *d)
{
	struct hwtstamp_config now, before = d->before;

	if (d->changed && !cl_hwdev_get(h->fd, d->name, &now) &&
	    cl_hwdev_same(&now, &d->ours))
		cl_hwdev_set(h->fd, d->name, &before);
	d->changed = false;
}

static void drop(struct cl_hwstamp *h, struct cl_hwstamp_device *d)
{
	const struct cl_nl_msg m = {
		.cmd = CLOCKLINK_CMD_DEVICE_DEL,
		.device = {
			.have = CL_NL_BIT(DEVICE_IFINDEX),
			.ifindex = d->ifindex,
		},
	};

	close_clock(d);
	restore(h, d);
	if (d->told)
		request(h, d, &m);
	*d = h->device[--h->n];
}

/* Switches the stamps on; if that does not give what is needed, off again. */
static bool take(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		 const struct cl_hwdev_caps *caps,
		 const struct hwtstamp_config *now)
{
	d->before = *now;
	d->ours = (struct hwtstamp_config){
		.tx_type = HWTSTAMP_TX_ON,
		.rx_filter = HWTSTAMP_FILTER_ALL,
	};
	if (cl_hwdev_set(h->fd, d->name, &d->ours))
		return false;
	d->changed = true;
	if (cl_hwdev_judge(caps, &d->ours) == CL_HWDEV_READY)
		return true;
	restore(h, d);
	return false;
}

static bool open_clock(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		       int index)
{
	if (d->phc_fd >= 0 && d->phc_index == index)
		return true;
	close_clock(d);
	d->phc_index = index;
	d->phc_fd = cl_phcread_open(index, O_RDONLY);
	if (d->phc_fd >= 0)
		return true;
	if (!d->told || d->state != CLOCKLINK_DEVICE_STATE_UNSUPPORTED)
		cl_io_log(h->io, CL_IO_WARNING,
			  "%s: cannot open /dev/ptp%d: %s", d->name, index,
			  cl_error_text(d->phc_fd));
	return false;
}

/* What a device is and may be used for; false if it is gone. */
static bool check(struct cl_hwstamp *h, struct cl_hwstamp_device *d)
{
	enum cl_hwdev_verdict verdict = CL_HWDEV_UNSUPPORTED;
	struct hwtstamp_config now;
	struct cl_hwdev_caps caps;

	if (!if_indextoname(d->ifindex, d->name) ||
	    cl_hwdev_caps(h->fd, d->name, &caps))
		return false;
	if (!cl_hwdev_get(h->fd, d->name, &now)) {
		if (d->changed && !cl_hwdev_same(&now, &d->ours))
			d->changed = false;
		verdict = cl_hwdev_judge(&caps, &now);
	}
	if (verdict == CL_HWDEV_TAKE && take(h, d, &caps, &now))
		verdict = CL_HWDEV_READY;
	if (verdict == CL_HWDEV_READY && open_clock(h, d, caps.phc_index)) {
		if (!d->told || d->state != CLOCKLINK_DEVICE_STATE_HARDWARE)
			set_state(h, d, CLOCKLINK_DEVICE_STATE_MEASURING);
		return true;
	}
	close_clock(d);
	restore(h, d);
	d->phc_index = caps.phc_index;
	set_state(h, d,
		  verdict == CL_HWDEV_IN_USE ?
			  CLOCKLINK_DEVICE_STATE_IN_USE :
			  CLOCKLINK_DEVICE_STATE_UNSUPPORTED);
	return true;
}

/**
 * struct scan - what peers tell of devices
 * @ifindex: devices by which their packets leave
 * @n: number of @ifindex
 * @fallbacks: sum over the peers
 */
struct scan {
	u32 ifindex[CL_HWSTAMP_DEVICES];
	unsigned int n;
	u64 fallbacks;
};

static void add_ifindex(struct scan *s, u32 ifindex)
{
	for (unsigned int i = 0; i < s->n; i++)
		if (s->ifindex[i] == ifindex)
			return;
	if (s->n < CL_HWSTAMP_DEVICES)
		s->ifindex[s->n++] = ifindex;
}

static void take_peer(void *ctx, const struct cl_nl_msg *m)
{
	struct scan *s = ctx;

	if (cl_nl_has(&m->peer, PEER_IFINDEX))
		add_ifindex(s, m->peer.ifindex);
	s->fallbacks += m->peer.hw_fallbacks;
}

static struct cl_hwstamp_device *find(struct cl_hwstamp *h, u32 ifindex)
{
	for (unsigned int i = 0; i < h->n; i++)
		if (h->device[i].ifindex == ifindex)
			return &h->device[i];
	return NULL;
}

static void add(struct cl_hwstamp *h, u32 ifindex)
{
	if (h->n == CL_HWSTAMP_DEVICES)
		return;
	h->device[h->n++] = (struct cl_hwstamp_device){
		.ifindex = ifindex,
		.phc_index = -1,
		.phc_fd = -1,
	};
}

static void note_fallbacks(struct cl_hwstamp *h, u64 fallbacks)
{
	static const char text[] =
		"time stamps by devices are missing, the kernel's are used for 10 s";

	s64 now = h->io->ops->now(h->io);

	if (fallbacks > h->fallbacks && now >= h->warn_at) {
		cl_io_event(h->io, CL_IO_WARNING, CL_EVENT_STAMPS_LOST,
			    CL_VALUES(cl_int("FALLBACKS", fallbacks)), "%s",
			    text);
		h->warn_at = now + WARN_NS;
	}
	h->fallbacks = fallbacks;
}

/* Finds the devices that carry peers' packets and looks at each. */
static void scan(struct cl_hwstamp *h)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_GET };
	bool any = !strcmp(h->setting, CL_CONFIG_HWSTAMP_AUTO);
	struct scan s = { .n = 0 };
	u32 ifindex;

	if (cl_nlmnl_dump(h->nl, &req, take_peer, &s))
		return;
	note_fallbacks(h, s.fallbacks);
	if (!any) {
		ifindex = if_nametoindex(h->setting);
		s.n = ifindex ? 1 : 0;
		s.ifindex[0] = ifindex;
	}
	for (unsigned int i = 0; i < h->n; i++)
		h->device[i].missed++;
	for (unsigned int i = 0; i < s.n; i++) {
		if (!find(h, s.ifindex[i]))
			add(h, s.ifindex[i]);
	}
	for (unsigned int i = 0; i < s.n; i++)
		if (find(h, s.ifindex[i]))
			find(h, s.ifindex[i])->missed = 0;
	for (unsigned int i = h->n; i--;)
		if (h->device[i].missed >= SCANS_MISSED ||
		    !check(h, &h->device[i]))
			drop(h, &h->device[i]);
}

static s64 scan_period(const struct cl_hwstamp *h)
{
	for (unsigned int i = 0; i < h->n; i++)
		if (h->device[i].state != CLOCKLINK_DEVICE_STATE_UNSUPPORTED)
			return SCAN_NS;
	return h->n ? SCAN_IDLE_NS : SCAN_NS;
}

static void set_map(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		    const struct cl_line *line)
{
	const struct cl_nl_msg m = {
		.cmd = CLOCKLINK_CMD_DEVICE_SET,
		.device = {
			.have = CL_NL_BIT(DEVICE_IFINDEX) |
				CL_NL_BIT(DEVICE_PHC_INDEX) |
				CL_NL_BIT(DEVICE_PHC) | CL_NL_BIT(DEVICE_RAW) |
				CL_NL_BIT(DEVICE_RATE) |
				CL_NL_BIT(DEVICE_ERROR),
			.ifindex = d->ifindex,
			.phc_index = d->phc_index,
			.phc_ns = line->x,
			.raw_ns = line->y,
			.rate_ppt = llround(line->rate * CL_PPT),
			.error_ns = ceil(line->sigma_ns) + 1,
		},
	};

	if (!request(h, d, &m))
		tell_state(h, d, CLOCKLINK_DEVICE_STATE_HARDWARE);
}

/* A reading far from the line: noise, or a clock that others have changed. */
static bool is_odd(struct cl_hwstamp *h, struct cl_hwstamp_device *d,
		   const struct cl_phcread *r)
{
	struct cl_line line;
	double far;

	if (cl_linefit_get(&d->fit, &line))
		return false;
	far = fabs(cl_line_residual(&line, r->phc_ns, r->raw_ns));
	if (far <= ODD_SIGMAS * line.sigma_ns + ODD_FLOOR_NS) {
		d->odd = 0;
		return false;
	}
	if (++d->odd < ODD_MAX)
		return true;
	cl_io_log(h->io, CL_IO_INFO,
		  "the clock of %s was changed by another program", d->name);
	cl_linefit_init(&d->fit);
	d->odd = 0;
	return false;
}

static void read_device(struct cl_hwstamp *h, struct cl_hwstamp_device *d)
{
	struct cl_phcread r;
	struct cl_line line;
	int err;

	if (d->phc_fd < 0)
		return;
	err = cl_phcread_get(d->phc_fd, &r);
	if (err && err != -EAGAIN) {
		/* The next look finds out what has become of it. */
		cl_io_log(h->io, CL_IO_WARNING,
			  "%s: cannot read /dev/ptp%d: %s", d->name,
			  d->phc_index, cl_error_text(err));
		close_clock(d);
		set_state(h, d, CLOCKLINK_DEVICE_STATE_MEASURING);
	}
	if (err || cl_phcread_wide(&d->width_ns, r.width_ns) ||
	    is_odd(h, d, &r))
		return;
	cl_linefit_add(&d->fit, r.phc_ns, r.raw_ns);
	if (!cl_linefit_get(&d->fit, &line))
		set_map(h, d, &line);
}

/**
 * cl_hwstamp_open() - start without devices
 * @h: all devices; to be closed
 * @io: time and log; must outlive @h
 * @nl: socket for requests; must outlive @h
 * @setting: CL_CONFIG_HWSTAMP_AUTO, _OFF or the name of a device
 *
 * Return: 0 or -errno.
 */
int cl_hwstamp_open(struct cl_hwstamp *h, struct cl_io *io, struct cl_nlmnl *nl,
		    const char *setting)
{
	memset(h, 0, sizeof(*h));
	h->io = io;
	h->nl = nl;
	h->setting = setting;
	h->fallbacks = U64_MAX;
	/* The kernel takes the ioctls by any socket of the namespace. */
	h->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return h->fd < 0 ? -errno : 0;
}

static void drop_all(struct cl_hwstamp *h)
{
	while (h->n)
		drop(h, &h->device[h->n - 1]);
}

/**
 * cl_hwstamp_close() - set all devices back
 * @h: all devices
 */
void cl_hwstamp_close(struct cl_hwstamp *h)
{
	drop_all(h);
	close(h->fd);
}

/**
 * cl_hwstamp_settings() - the instance came, went or was changed
 * @h: all devices
 * @inst: its settings; NULL if there is none
 */
void cl_hwstamp_settings(struct cl_hwstamp *h,
			 const struct cl_nl_instance *inst)
{
	h->present = inst && strcmp(h->setting, CL_CONFIG_HWSTAMP_OFF);
	if (!h->present) {
		drop_all(h);
		return;
	}
	h->period_ns = cl_clamp_s64(inst->interval_ns / 2, PERIOD_MIN_NS,
				    PERIOD_MAX_NS);
	h->scan_at = h->io->ops->now(h->io);
}

/**
 * cl_hwstamp_forget() - a clock was changed by this daemon
 * @h: all devices
 * @phc_index: number of /dev/ptpN of the clock
 *
 * Its line begins anew.
 */
void cl_hwstamp_forget(struct cl_hwstamp *h, int phc_index)
{
	for (unsigned int i = 0; i < h->n; i++) {
		if (h->device[i].phc_index != phc_index)
			continue;
		cl_linefit_init(&h->device[i].fit);
		h->device[i].odd = 0;
	}
}

/**
 * cl_hwstamp_deadline() - when there is something to do
 * @h: all devices
 *
 * Return: io time, CL_ROUND_NEVER if there is nothing.
 */
s64 cl_hwstamp_deadline(const struct cl_hwstamp *h)
{
	if (!h->present)
		return CL_ROUND_NEVER;
	for (unsigned int i = 0; i < h->n; i++)
		if (h->device[i].phc_fd >= 0)
			return cl_min_s64(h->scan_at, h->read_at);
	return h->scan_at;
}

/**
 * cl_hwstamp_run() - do what is due
 * @h: all devices
 */
void cl_hwstamp_run(struct cl_hwstamp *h)
{
	s64 now = h->io->ops->now(h->io);

	if (!h->present)
		return;
	if (now >= h->scan_at) {
		scan(h);
		h->scan_at = now + scan_period(h);
	}
	if (now >= h->read_at) {
		h->read_at = now + h->period_ns;
		for (unsigned int i = 0; i < h->n; i++)
			read_device(h, &h->device[i]);
	}
}
