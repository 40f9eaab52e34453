// SPDX-License-Identifier: GPL-2.0
#include "hwmap.h"

#include <linux/clocklink.h>
#include <linux/errno.h>
#include <linux/string.h>

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

static bool bias_any(const struct cl_stamp_bias *b)
{
	return b->rx_ns || b->tx_ns || b->hw_rx_ns || b->hw_tx_ns;
}

static void hwmap_count(struct cl_hwmap *m)
{
	unsigned int i, clocks = 0, biased = 0;

	for (i = 0; i < CL_HWMAP_DEVICES; i++) {
		clocks += m->device[i].clock.known;
		biased += bias_any(&m->device[i].bias);
	}
	WRITE_ONCE(m->clocks, clocks); /* pairs with cl_hwmap_active() */
	WRITE_ONCE(m->biased, biased); /* pairs with cl_hwmap_biased() */
}

/* Free an entry that holds nothing. */
static void device_put(struct cl_hwdevice *d)
{
	if (!d->judged && !bias_any(&d->bias))
		WRITE_ONCE(d->ifindex, 0); /* pairs with hwmap_read() */
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
	WRITE_ONCE(d->ifindex, c->ifindex); /* pairs with hwmap_read() */
	d->judged = true;
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
 * cl_hwmap_del() - forget state and clock of a device
 * @m: map, lock of the namespace held
 * @ifindex: its interface index
 *
 * Stamps that were not confirmed are worthless.  The bias stays.
 *
 * Context: process.
 * Return: 0, -ENOENT.
 */
int cl_hwmap_del(struct cl_hwmap *m, u32 ifindex)
{
	struct cl_hwdevice *d = hwmap_find(m, ifindex);

	if (!d || !d->judged)
		return -ENOENT;
	write_seqlock_bh(&d->lock);
	d->judged = false;
	d->clock = (struct cl_hwclock){ .known = false };
	device_put(d);
	write_sequnlock_bh(&d->lock);
	hwmap_count(m);
	return 0;
}

static bool device_read(const struct cl_hwdevice *d, u32 ifindex,
			struct cl_hwclock *ret_clock,
			struct cl_stamp_bias *ret_bias)
{
	unsigned int seq;
	bool found;

	do {
		seq = read_seqbegin(&d->lock);
		found = d->ifindex == ifindex;
		if (ret_clock)
			*ret_clock = d->clock;
		if (ret_bias)
			*ret_bias = d->bias;
	} while (read_seqretry(&d->lock, seq));
	return found;
}

static bool hwmap_read(const struct cl_hwmap *m, u32 ifindex,
		       struct cl_hwclock *ret_clock,
		       struct cl_stamp_bias *ret_bias)
{
	unsigned int i;

	for (i = 0; i < CL_HWMAP_DEVICES; i++) {
		/* Pairs with the writers of ifindex; confirmed below. */
		if (READ_ONCE(m->device[i].ifindex) == ifindex &&
		    device_read(&m->device[i], ifindex, ret_clock, ret_bias))
			return true;
	}
	return false;
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
	return hwmap_read(m, ifindex, ret, NULL);
}

/**
 * cl_hwmap_get_bias() - what the stamps of a device are wrong by
 * @m: map
 * @ifindex: its interface index, not 0
 * @ret: the bias; 0 if the device is not known
 *
 * Context: any but hard interrupt.
 */
void cl_hwmap_get_bias(const struct cl_hwmap *m, u32 ifindex,
		       struct cl_stamp_bias *ret)
{
	if (!hwmap_read(m, ifindex, NULL, ret))
		memset(ret, 0, sizeof(*ret));
}

/**
 * cl_hwmap_set_bias() - say what the stamps of a device are wrong by
 * @m: map, lock of the namespace held
 * @ifindex: its interface index, not 0
 * @bias: all of it, ranges checked
 *
 * Context: process.
 * Return: 0, -ENOSPC if there are too many devices.
 */
int cl_hwmap_set_bias(struct cl_hwmap *m, u32 ifindex,
		      const struct cl_stamp_bias *bias)
{
	struct cl_hwdevice *d = hwmap_find(m, ifindex);

	if (!d && !bias_any(bias))
		return 0;
	d = d ?: hwmap_find(m, 0);
	if (!d)
		return -ENOSPC;
	write_seqlock_bh(&d->lock);
	WRITE_ONCE(d->ifindex, ifindex); /* pairs with hwmap_read() */
	d->bias = *bias;
	device_put(d);
	write_sequnlock_bh(&d->lock);
	hwmap_count(m);
	return 0;
}
