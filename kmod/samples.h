/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Complete exchanges on their way to the estimators.
 */
#ifndef _CL_SAMPLES_H
#define _CL_SAMPLES_H

#include <linux/interrupt.h>
#include <linux/spinlock.h>

#include "core/session.h"

/* Exchanges that one run of the network softirq may complete; a power of 2. */
#define CL_SAMPLES_SIZE 64

/**
 * struct cl_sample - one exchange
 * @node: peer
 * @starts: cl_peer.starts at that time
 * @x: the exchange
 */
struct cl_sample {
	u32 node;
	u32 starts;
	struct cl_exchange x;
};

/**
 * struct cl_samples - queue
 * @lock: protects @head, @tail and @slot
 * @head: exchanges put in so far
 * @tail: exchanges taken out so far
 * @slot: exchange n is in slot n modulo the size
 * @work: takes them out, softirq
 */
struct cl_samples {
	spinlock_t lock; /* see above */
	u32 head;
	u32 tail;
	struct cl_sample slot[CL_SAMPLES_SIZE];
	struct tasklet_struct work;
};

void cl_samples_init(struct cl_samples *q,
		     void (*work)(struct tasklet_struct *t));
void cl_samples_stop(struct cl_samples *q);
bool cl_samples_put(struct cl_samples *q, const struct cl_sample *sample);
bool cl_samples_take(struct cl_samples *q, struct cl_sample *ret);

#endif /* _CL_SAMPLES_H */
