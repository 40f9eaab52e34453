// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A row stands for a slot of time, and lies at the slot modulo the size of its ring.
 * When a slot of a coarse ring is over, its row is made of the rows below it.
 */
#include "history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* 10 min, 1 h, 24 h: 624 rows. A step is a multiple of the one before. */
static const struct {
	s64 step_ns;
	unsigned int rows;
} levels[CL_HISTORY_LEVELS] = {
	{ 2 * CL_NS_PER_SEC, 300 },
	{ 20 * CL_NS_PER_SEC, 180 },
	{ 600 * CL_NS_PER_SEC, 144 },
};

static float *row_at(const struct cl_history *h, unsigned int level, s64 slot)
{
	return h->row[level] + slot % levels[level].rows * h->columns;
}

static void clear(const struct cl_history *h, float *row)
{
	for (unsigned int i = 0; i < h->columns; i++)
		row[i] = NAN;
}

/**
 * cl_history_open() - begin a history
 * @h: the history; to be closed
 * @column: what the figures are, has to stay
 * @columns: their number, at most CL_HISTORY_COLUMNS
 *
 * Return: 0 or -ENOMEM.
 */
int cl_history_open(struct cl_history *h,
		    const struct cl_history_column *column,
		    unsigned int columns)
{
	h->column = column;
	h->columns = columns;
	for (unsigned int i = 0; i < CL_HISTORY_LEVELS; i++) {
		h->slot[i] = -1;
		h->row[i] = calloc(levels[i].rows * columns, sizeof(float));
		if (!h->row[i]) {
			cl_history_close(h);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * cl_history_close() - give the rings back
 * @h: the history; zero: nothing is done
 */
void cl_history_close(struct cl_history *h)
{
	for (unsigned int i = 0; i < CL_HISTORY_LEVELS; i++) {
		free(h->row[i]);
		h->row[i] = NULL;
	}
}

/* Rows that were overwritten or never written are not there. */
static bool is_there(const struct cl_history *h, unsigned int level, s64 slot)
{
	return h->slot[level] >= 0 && slot >= h->first[level] &&
	       slot <= h->slot[level] &&
	       slot > h->slot[level] - levels[level].rows;
}

/* Rows of a level as one; what none of them knows is NaN. False: there is nothing. */
static bool join(const struct cl_history *h, unsigned int level, s64 first,
		 unsigned int n, float *ret)
{
	unsigned int known[CL_HISTORY_COLUMNS] = { 0 };
	double sum[CL_HISTORY_COLUMNS] = { 0 };
	bool any = false;
	const float *row;

	for (unsigned int k = 0; k < n; k++) {
		if (!is_there(h, level, first + k))
			continue;
		row = row_at(h, level, first + k);
		for (unsigned int i = 0; i < h->columns; i++) {
			if (isnan(row[i]))
				continue;
			if (h->column[i].join == CL_HISTORY_MEAN)
				sum[i] += row[i];
			else if (h->column[i].join == CL_HISTORY_LAST ||
				 !known[i] || row[i] > sum[i])
				sum[i] = row[i];
			known[i]++;
			any = true;
		}
	}
	for (unsigned int i = 0; i < h->columns; i++) {
		ret[i] = known[i] ? sum[i] : NAN;
		if (known[i] && h->column[i].join == CL_HISTORY_MEAN)
			ret[i] = sum[i] / known[i];
	}
	return any;
}

/* The ring goes on to @slot; what was passed over is not known. */
static void move(struct cl_history *h, unsigned int level, s64 slot)
{
	s64 from = h->slot[level] + 1;

	if (h->slot[level] < 0) {
		h->first[level] = slot;
		from = slot;
	}
	if (from <= slot - levels[level].rows)
		from = slot - levels[level].rows + 1;
	for (; from <= slot; from++)
		clear(h, row_at(h, level, from));
	h->slot[level] = slot;
}

/* Slots of the next level that are over become rows. */
static void settle(struct cl_history *h, unsigned int level, s64 mono_ns)
{
	s64 slot = mono_ns / levels[level].step_ns - 1;
	s64 n = levels[level].step_ns / levels[level - 1].step_ns;

	if (slot < 0 || slot <= h->slot[level])
		return;
	move(h, level, slot);
	join(h, level - 1, slot * n, n, row_at(h, level, slot));
}

/**
 * cl_history_put() - what the figures are now
 * @h: the history
 * @mono_ns: CLOCK_MONOTONIC, not before the last one
 * @figure: as many as there are columns, NaN: not known
 */
void cl_history_put(struct cl_history *h, s64 mono_ns, const float *figure)
{
	s64 slot = mono_ns / levels[0].step_ns;
	float *row;

	if (slot < h->slot[0])
		return;
	if (slot > h->slot[0]) {
		for (unsigned int i = 1; i < CL_HISTORY_LEVELS; i++)
			settle(h, i, mono_ns);
		move(h, 0, slot);
	}
	row = row_at(h, 0, slot);
	for (unsigned int i = 0; i < h->columns; i++)
		row[i] = figure[i];
}

/**
 * cl_history_view() - what part of a history to show
 * @ret: the part
 * @mono_ns: where it ends, CLOCK_MONOTONIC
 * @span_ns: its time, above 0; what is longer than the longest ring is cut
 * @points: rows at most, above 0
 */
void cl_history_view(struct cl_history_view *ret, s64 mono_ns, s64 span_ns,
		     unsigned int points)
{
	unsigned int level = 0, rows;
	s64 end;

	while (level < CL_HISTORY_LEVELS - 1 &&
	       span_ns > levels[level].step_ns * levels[level].rows)
		level++;
	rows = levels[level].rows;
	if (span_ns < levels[level].step_ns * rows)
		rows = (span_ns + levels[level].step_ns - 1) /
		       levels[level].step_ns;
	ret->level = level;
	ret->group = (rows + points - 1) / points;
	ret->rows = rows / ret->group;
	ret->step_ns = ret->group * levels[level].step_ns;
	/* Rows begin at multiples of a step, so that they stay what they were. */
	end = mono_ns / ret->step_ns + (level ? 0 : 1);
	ret->first = (end - ret->rows) * ret->group;
}

/**
 * cl_history_row() - a row of a part of a history
 * @h: the history
 * @v: the part
 * @i: which row, below @v->rows
 * @ret: the figures, NaN: not known
 *
 * Return: true if any of them is known.
 */
bool cl_history_row(const struct cl_history *h, const struct cl_history_view *v,
		    unsigned int i, float *ret)
{
	return join(h, v->level, v->first + (s64)i * v->group, v->group, ret);
}
