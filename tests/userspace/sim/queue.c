// SPDX-License-Identifier: GPL-2.0-or-later
#include "queue.h"

#include <stdlib.h>

#include "options.h"

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->ord < b->ord;
}

/**
 * sim_queue_new() - an event that is nowhere
 * @q: queue
 *
 * Return: the event; its fields are to be set.
 */
struct sim_event *sim_queue_new(struct sim_queue *q)
{
	struct sim_event *e = q->free;

	if (e)
		q->free = e->next;
	else
		e = sim_alloc(1, sizeof(*e));
	return e;
}

/**
 * sim_queue_drop() - an event is over
 * @q: queue
 * @e: event that is not in it; may be used again
 */
void sim_queue_drop(struct sim_queue *q, struct sim_event *e)
{
	e->next = q->free;
	q->free = e;
}

/**
 * sim_queue_put() - put an event in
 * @q: queue
 * @e: of sim_queue_new(), with its time
 */
void sim_queue_put(struct sim_queue *q, struct sim_event *e)
{
	size_t i = q->len++;

	if (q->len > q->room) {
		q->room = 2 * q->len;
		q->heap = reallocarray(q->heap, q->room, sizeof(e));
		if (!q->heap)
			sim_die("out of memory");
	}
	e->ord = q->ord++;
	for (; i && before(e, q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
}

/**
 * sim_queue_take() - take the first event out
 * @q: queue, not empty
 *
 * Return: the event; it goes back by sim_queue_put() or sim_queue_drop().
 */
struct sim_event *sim_queue_take(struct sim_queue *q)
{
	struct sim_event *first = q->heap[0];
	struct sim_event *last = q->heap[--q->len];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < q->len) {
		if (child + 1 < q->len &&
		    before(q->heap[child + 1], q->heap[child]))
			child++;
		if (!before(q->heap[child], last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	return first;
}

/**
 * sim_queue_free() - give its memory back
 * @q: queue; empty afterwards
 */
void sim_queue_free(struct sim_queue *q)
{
	while (q->len)
		sim_queue_drop(q, sim_queue_take(q));
	while (q->free)
		free(sim_queue_new(q));
	free(q->heap);
	*q = (struct sim_queue){ .heap = NULL };
}
