// SPDX-License-Identifier: GPL-2.0-or-later
#include "heap.h"

#include <stdlib.h>

#include "memory.h"

static bool before(const struct cs_event *a, const struct cs_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void set(struct cs_heap *h, size_t i, struct cs_event *e)
{
	h->event[i] = e;
	e->place = i + 1;
}

static void up(struct cs_heap *h, size_t i, struct cs_event *e)
{
	for (; i && before(e, h->event[(i - 1) / 2]); i = (i - 1) / 2)
		set(h, i, h->event[(i - 1) / 2]);
	set(h, i, e);
}

static void down(struct cs_heap *h, size_t i, struct cs_event *e)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < h->count &&
		    before(h->event[child + 1], h->event[child]))
			child++;
		if (child >= h->count || !before(h->event[child], e))
			break;
		set(h, i, h->event[child]);
		i = child;
	}
	set(h, i, e);
}

/**
 * cs_heap_put() - let something happen
 * @h: heap
 * @e: event with its run; if it is in the heap, its time changes
 * @at: when; what is past happens now
 */
void cs_heap_put(struct cs_heap *h, struct cs_event *e, s64 at)
{
	cs_heap_drop(h, e);
	h->event = cs_grow(h->event, &h->room, h->count + 1, sizeof(e));
	e->at = at > h->now ? at : h->now;
	e->order = h->order++;
	h->count++;
	up(h, h->count - 1, e);
}

/**
 * cs_heap_drop() - let something not happen
 * @h: heap
 * @e: event, in it or not
 */
void cs_heap_drop(struct cs_heap *h, struct cs_event *e)
{
	struct cs_event *last;
	size_t i = e->place;

	if (!i)
		return;
	e->place = 0;
	last = h->event[--h->count];
	if (last == e)
		return;
	i--;
	if (i && before(last, h->event[(i - 1) / 2]))
		up(h, i, last);
	else
		down(h, i, last);
}

/**
 * cs_heap_take() - go on to the next event
 * @h: heap; its time becomes that of the event
 *
 * Return: the event, NULL if there is none.
 */
struct cs_event *cs_heap_take(struct cs_heap *h)
{
	struct cs_event *e;

	if (!h->count)
		return NULL;
	e = h->event[0];
	cs_heap_drop(h, e);
	h->now = e->at;
	return e;
}

/**
 * cs_heap_free() - forget all events
 * @h: heap; the events are not freed
 */
void cs_heap_free(struct cs_heap *h)
{
	free(h->event);
	*h = (struct cs_heap){ .now = h->now };
}
