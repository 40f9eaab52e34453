/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events in virtual time: those of one instant happen in the order in which they
 * were put in, so that a run is a function of its seed.
 */
#ifndef _CS_HEAP_H
#define _CS_HEAP_H

#include "kmod/core/types.h"

/**
 * struct cs_event - something that will happen; part of what it happens to
 * @at: when, ns of true time
 * @order: of those at one time
 * @place: 1 + index in the heap, 0: not in it
 * @run: what happens; the event is out of the heap by then and may be put in again
 */
struct cs_event {
	s64 at;
	u64 order;
	size_t place;
	void (*run)(struct cs_event *e);
};

/**
 * struct cs_heap - all that will happen
 * @now: ns of true time since the start of the run
 * @event: binary heap
 * @count: events in it
 * @room: of @event
 * @order: next
 */
struct cs_heap {
	s64 now;
	struct cs_event **event;
	size_t count;
	size_t room;
	u64 order;
};

void cs_heap_put(struct cs_heap *h, struct cs_event *e, s64 at);
void cs_heap_drop(struct cs_heap *h, struct cs_event *e);
struct cs_event *cs_heap_take(struct cs_heap *h);
void cs_heap_free(struct cs_heap *h);

#endif /* _CS_HEAP_H */
