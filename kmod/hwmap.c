// SPDX-License-Identifier: GPL-2.0
#include "hwmap.h"

#include <linux/clocklink.h>
#include <linux/errno.h>

/**
 * cl_hwmap_init() - no devices
 * @m: map, zeroed
 */
void cl_hwmap_init(struct cl_hwmap *m)
{
	unsigned int i;

	for (i = 0; i < CL_HWMAP_DEVICES; i++)
		seqlock_init(&m->device[i].lock);
}

/* The entry of a device; of a free one with @ifindex 0. */
static struct cl_hwdevice *hwmap_find(struct cl_hwmap *m, u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < CL_HWMAP_DEVICES; i++)
		if (m->device[i].ifindex == ifindex)
			return &m->device[i];
	return NULL;
}

static void hwmap_count(struct cl_hwmap *m)
{
	unsigned int i, n = 0;

	for (i = 0; i < CL_HWMAP_DEVICES; i++)
		n += m->device[i].clock.known;
	WRITE_ONCE(m->clocks, n); /* pairs with cl_hwmap_active() */
}

/**
 * cl_hwmap_set() - a new line of a device's clock, or another state
 * @m: map, lock of the namespace held
 * @c: what is new
 *
 * Context: process.
 * Return: 0; 1 if stamps of the device that were not confirmed before are
 * worthless; -ENOSPC if there are too many devices.
 */
int cl_hwmap_set(struct cl_hwmap *m, const struct cl_hwmap_change *c)
{
	bool hardware = c->state == CLOCKLINK_DEVICE_STATE_HARDWARE;
	struct cl_hwdevice *d = hwmap_find(m, c->ifindex);
	int worthless = 0;

	d = d ?: hwmap_find(m, 0);
	if (!d)
		return -ENOSPC;
	write_seqlock_bh(&d->lock);
	WRITE_ONCE(d->ifindex, c->ifindex); /* pairs with cl_hwmap_read() */
	d->state = c->state;
	/* Another clock has nothing to do with the one before. */
	if (!hardware || d->phc_index != c->phc_index) {
		worthless = d->clock.known;
		d->clock = (struct cl_hwclock){ .breaks = d->clock.breaks };
	}
	d->phc_index = c->phc_index;
	if (hardware && !cl_hwclock_take(&d->clock, &c->line))
		worthless = 1;
	write_sequnlock_bh(&d->lock);
	hwmap_count(m);
	return worthless;
}

/**
 * cl_hwmap_del() - forget a device
 * @m: map, lock of the namespace held
 * @ifindex: its interface index
 *
 * Stamps that were not confirmed are worthless.
 *
 * Context: process.
 * Return: 0, -ENOENT.
 */
int cl_hwmap_del(struct cl_hwmap *m, u32 ifindex)
{
	struct cl_hwdevice *d = hwmap_find(m, ifindex);

	if (!d)
		return -ENOENT;
	write_seqlock_bh(&d->lock);
	WRITE_ONCE(d->ifindex, 0); /* pairs with cl_hwmap_read() */
	d->clock = (struct cl_hwclock){ .known = false };
	write_sequnlock_bh(&d->lock);
	hwmap_count(m);
	return 0;
}

static bool device_read(const struct cl_hwdevice *d, u32 ifindex,
			struct cl_hwclock *ret)
{
	unsigned int seq;
	bool found;

	do {
		seq = read_seqbegin(&d->lock);
		found = d->ifindex == ifindex;
		*ret = d->clock;
	} while (read_seqretry(&d->lock, seq));
	return found;
}

/**
 * cl_hwmap_read() - clock of a device
 * @m: map
 * @ifindex: its interface index, not 0
 * @ret: its clock
 *
 * Context: any but hard interrupt.
 * Return: false if the device is not known; then @ret is unspecified.
 */
bool cl_hwmap_read(const struct cl_hwmap *m, u32 ifindex,
		   struct cl_hwclock *ret)
{
	unsigned int i;

	for (i = 0; i < CL_HWMAP_DEVICES; i++) {
		/* Pairs with cl_hwmap_set() and _del(); confirmed below. */
		if (READ_ONCE(m->device[i].ifindex) == ifindex &&
		    device_read(&m->device[i], ifindex, ret))
			return true;
	}
	return false;
}
