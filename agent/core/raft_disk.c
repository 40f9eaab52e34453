// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_disk.h"

#include <string.h>

static u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * cl_raft_disk_start() - memory is what the disk has
 * @d: the disk
 * @last: index of the last entry
 * @term: the term
 */
void cl_raft_disk_start(struct cl_raft_disk *d, u64 last, u32 term)
{
	memset(d, 0, sizeof(*d));
	d->durable = last;
	d->unsaved = last + 1;
	d->term = term;
}

/**
 * cl_raft_disk_touch() - term or vote is another now
 * @d: the disk
 */
void cl_raft_disk_touch(struct cl_raft_disk *d)
{
	d->touched = true;
}

/**
 * cl_raft_disk_cut() - memory has other entries now, or none
 * @d: the disk
 * @from: from this index on
 *
 * Writes under way bring the old ones, so they count only up to there.
 */
void cl_raft_disk_cut(struct cl_raft_disk *d, u64 from)
{
	for (u64 n = d->done + 1; n <= d->begun; n++) {
		struct cl_raft_flight *f = &d->flight[n % CL_RAFT_WRITES_MAX];

		f->last = min_u64(f->last, from - 1);
	}
	d->durable = min_u64(d->durable, from - 1);
	if (from >= d->unsaved)
		return;
	d->from = d->from ? min_u64(d->from, from) : from;
	d->unsaved = from;
}

/**
 * cl_raft_disk_snapshot() - there is a snapshot of what was applied
 * @d: the disk
 * @keep: entries up to this one are not needed with it; no unsaved one
 */
void cl_raft_disk_snapshot(struct cl_raft_disk *d, u64 keep)
{
	d->touched = true;
	d->snap = true;
	d->keep = keep;
}

/**
 * cl_raft_disk_install() - a snapshot of another node takes the place of all
 * @d: the disk
 * @index: its last entry
 *
 * Nothing counts as durable until that is written.
 */
void cl_raft_disk_install(struct cl_raft_disk *d, u64 index)
{
	cl_raft_disk_cut(d, 1);
	cl_raft_disk_snapshot(d, index);
	d->unsaved = index + 1;
}

static bool pending(const struct cl_raft_disk *d, u64 last)
{
	return d->touched || d->from || d->unsaved <= last;
}

/**
 * cl_raft_disk_next() - which write has all that is in memory now
 * @d: the disk
 * @last: index of the last entry
 *
 * Return: its number; it may not have begun, or may have ended.
 */
u64 cl_raft_disk_next(const struct cl_raft_disk *d, u64 last)
{
	return d->begun + pending(d, last);
}

/**
 * cl_raft_disk_begin() - begin a write if there is something to write
 * @d: the disk
 * @last: index of the last entry
 * @term: the term
 * @snap: the snapshot
 * @w: what to write; of entries only their number, the last of them is @last
 *
 * Return: true if @w has to be written.
 */
bool cl_raft_disk_begin(struct cl_raft_disk *d, u64 last, u32 term,
			const struct cl_raft_snapshot *snap,
			struct cl_raft_write *w)
{
	if (!pending(d, last) || d->begun - d->done >= CL_RAFT_WRITES_MAX)
		return false;
	memset(w, 0, sizeof(*w));
	w->number = ++d->begun;
	w->term = term;
	w->from = d->from;
	w->entries = last >= d->unsaved ? last - d->unsaved + 1 : 0;
	if (d->snap) {
		w->snap = snap;
		w->keep = d->keep;
	}
	d->flight[d->begun % CL_RAFT_WRITES_MAX] = (struct cl_raft_flight){
		.last = last,
		.term = term,
	};
	d->unsaved = last + 1;
	d->from = 0;
	d->touched = false;
	d->snap = false;
	return true;
}

/**
 * cl_raft_disk_end() - a write has become durable
 * @d: the disk
 * @number: of the write
 *
 * Return: false if that was not the next to end.
 */
bool cl_raft_disk_end(struct cl_raft_disk *d, u64 number)
{
	const struct cl_raft_flight *f;

	if (number != d->done + 1 || number > d->begun)
		return false;
	d->done = number;
	f = &d->flight[number % CL_RAFT_WRITES_MAX];
	if (f->last > d->durable)
		d->durable = f->last;
	d->term = f->term;
	return true;
}
