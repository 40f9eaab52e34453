// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual device (veth) only queues a packet that is sent in softirq: it goes
 * on its way when the handler of the packet before has returned.  Time spent
 * there after the answer was stamped delays the answer, and only the answers,
 * so it looks like an asymmetry of the path.  The estimator's work therefore
 * waits for a softirq of its own, which the kernel runs after the network's.
 */
#include "samples.h"

/**
 * cl_samples_init() - an empty queue
 * @q: queue
 * @work: takes all exchanges out, softirq
 */
void cl_samples_init(struct cl_samples *q,
		     void (*work)(struct tasklet_struct *t))
{
	spin_lock_init(&q->lock);
	q->head = 0;
	q->tail = 0;
	tasklet_setup(&q->work, work);
}

/**
 * cl_samples_stop() - wait until the work has ended
 * @q: queue that nobody puts into any more
 *
 * Context: process.
 */
void cl_samples_stop(struct cl_samples *q)
{
	tasklet_kill(&q->work);
}

/**
 * cl_samples_put() - put an exchange in
 * @q: queue
 * @sample: exchange
 *
 * Context: softirq.
 * Return: false if the queue is full: the caller then does the work itself.
 */
bool cl_samples_put(struct cl_samples *q, const struct cl_sample *sample)
{
	bool room;

	spin_lock_bh(&q->lock);
	room = q->head - q->tail < CL_SAMPLES_SIZE;
	if (room)
		q->slot[q->head++ % CL_SAMPLES_SIZE] = *sample;
	spin_unlock_bh(&q->lock);
	tasklet_schedule(&q->work);
	return room;
}

/**
 * cl_samples_take() - take the oldest exchange out
 * @q: queue
 * @ret: exchange
 *
 * Context: softirq.
 * Return: false if there is none.
 */
bool cl_samples_take(struct cl_samples *q, struct cl_sample *ret)
{
	bool any;

	spin_lock_bh(&q->lock);
	any = q->head != q->tail;
	if (any)
		*ret = q->slot[q->tail++ % CL_SAMPLES_SIZE];
	spin_unlock_bh(&q->lock);
	return any;
}
