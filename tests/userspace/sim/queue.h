/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What will happen: messages on their way and timers, ordered by time.
 */
#ifndef _SIM_QUEUE_H
#define _SIM_QUEUE_H

#include "kmod/core/session.h"

enum sim_what {
	SIM_ASK, /* the leader asks its followers */
	SIM_TELL, /* the leader tells them its line */
	SIM_BURST, /* a follower asks the leader */
	SIM_TURN, /* a follower asks a peer */
	SIM_TICK, /* a follower maintains its clock */
	SIM_FRAME, /* a message arrives */
};

/**
 * struct sim_event - something that will happen
 * @at: when, global ps
 * @ord: order of those at one instant
 * @what: what
 * @id: SIM_FRAME: link; the others: node
 * @to: SIM_FRAME: side of the link that it goes to
 * @stamp: SIM_FRAME: receive stamp
 * @msg: SIM_FRAME: message
 * @line: SIM_FRAME: the sender's raw time to cluster time, if @has_line
 * @has_line: SIM_FRAME: the sender has a time and says so
 * @next: of those that are free
 */
struct sim_event {
	s64 at;
	u64 ord;
	enum sim_what what;
	unsigned int id;
	unsigned int to;
	struct cl_stamped stamp;
	struct cl_wire_msg msg;
	struct cl_map line;
	bool has_line;
	struct sim_event *next;
};

/**
 * struct sim_queue - a heap of events
 * @heap: the first is the next
 * @len: events in it
 * @room: for how many there is memory
 * @ord: events put so far
 * @free: events to be used again
 */
struct sim_queue {
	struct sim_event **heap;
	size_t len;
	size_t room;
	u64 ord;
	struct sim_event *free;
};

struct sim_event *sim_queue_new(struct sim_queue *q);
void sim_queue_put(struct sim_queue *q, struct sim_event *e);
struct sim_event *sim_queue_take(struct sim_queue *q);
void sim_queue_drop(struct sim_queue *q, struct sim_event *e);
void sim_queue_free(struct sim_queue *q);

/* When the first event is, global ps; S64_MAX if there is none. */
static inline s64 sim_queue_next(const struct sim_queue *q)
{
	return q->len ? q->heap[0]->at : S64_MAX;
}

#endif /* _SIM_QUEUE_H */
