// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static void begin(struct cs_disk *d)
{
	s64 start = d->heap->now;

	if (!d->count || d->batch)
		return;
	if (start < d->stalled_until)
		start = d->stalled_until;
	d->batch = d->count;
	cs_heap_put(d->heap, &d->event,
		    start + (s64)((double)d->mean_ns * vt_rng_exp(&d->rng)));
}

static void store(struct cs_disk *d, const struct cs_write *w)
{
	if (!cs_image_apply(&d->image, w))
		d->broken = true;
	d->stored(d->ctx);
}

/* Take the first writes out of the queue; the caller frees the array. */
static struct cs_write *take(struct cs_disk *d, size_t n)
{
	struct cs_write *w = cs_alloc(n * sizeof(*w));

	memcpy(w, d->queue, n * sizeof(*w));
	d->count -= n;
	memmove(d->queue, d->queue + n, d->count * sizeof(*w));
	return w;
}

static void end(struct cs_event *e)
{
	struct cs_disk *d = cs_of(e, struct cs_disk, event);
	size_t n = d->batch, told = d->told < n ? d->told : n;
	struct cs_write *w = take(d, n);
	int err;

	d->failed |= d->full;
	err = d->failed ? -ENOSPC : 0;
	d->batch = 0;
	d->told -= told;
	for (size_t i = 0; i < n && !err; i++)
		store(d, &w[i]);
	for (size_t i = 0; i < n; i++) {
		if (i >= told)
			d->done(d->ctx, w[i].number, err);
		cs_write_free(&w[i]);
	}
	free(w);
	begin(d);
}

static void report(struct cs_event *e)
{
	struct cs_disk *d = cs_of(e, struct cs_disk, report);

	while (d->told < d->count)
		d->done(d->ctx, d->queue[d->told++].number, 0);
}

/**
 * cs_disk_init() - an empty disk
 * @d: disk; done, stored, ctx, rng and mean_ns are set by the caller
 * @heap: when
 */
void cs_disk_init(struct cs_disk *d, struct cs_heap *heap)
{
	d->heap = heap;
	d->event.run = end;
	d->report.run = report;
}

/**
 * cs_disk_write() - begin a write
 * @d: disk
 * @w: what; now belongs to the disk
 */
void cs_disk_write(struct cs_disk *d, const struct cs_write *w)
{
	d->queue = cs_grow(d->queue, &d->room, d->count + 1, sizeof(*w));
	d->queue[d->count++] = *w;
	if (d->early && !d->report.place)
		cs_heap_put(d->heap, &d->report, d->heap->now);
	begin(d);
}

/**
 * cs_disk_stall() - let no write end for a while
 * @d: disk
 * @until: ns of true time
 */
void cs_disk_stall(struct cs_disk *d, s64 until)
{
	if (until <= d->stalled_until)
		return;
	d->stalled_until = until;
	if (d->event.place && d->event.at < until)
		cs_heap_put(d->heap, &d->event, until);
}

/**
 * cs_disk_crash() - the power fails
 * @d: disk; of the writes that have not ended any number of the first may be on it
 *	nonetheless, but nothing was reported
 */
void cs_disk_crash(struct cs_disk *d)
{
	size_t n = vt_rng_next(&d->rng) % (d->count + 1);

	for (size_t i = 0; i < d->count; i++) {
		if (i < n && !d->full && !d->failed && !d->early)
			store(d, &d->queue[i]);
		cs_write_free(&d->queue[i]);
	}
	d->count = 0;
	d->batch = 0;
	d->told = 0;
	d->failed = false;
	cs_heap_drop(d->heap, &d->event);
	cs_heap_drop(d->heap, &d->report);
}

/**
 * cs_disk_free() - the end
 * @d: disk
 */
void cs_disk_free(struct cs_disk *d)
{
	for (size_t i = 0; i < d->count; i++)
		cs_write_free(&d->queue[i]);
	free(d->queue);
	cs_image_free(&d->image);
}
