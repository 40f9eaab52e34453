// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cost of the estimator in the kernel: feeds it with simulated exchanges and
 * counts cycles of the time stamp counter, which under QEMU's -icount are
 * instructions.  The results go to the kernel's log.
 */
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include <asm/msr.h>

#include "core/estimator.h"
#include "kunit/sim.h"

#define SAMPLES 20000
#define INTERVAL_NS (100 * CL_NS_PER_MS)

/**
 * struct path - a network to be simulated
 * @name: its name
 * @base_ns: smallest one-way delay
 * @queue_ns: mean of the exponential delay on top
 * @noise_ns: rms of a stamp
 */
struct path {
	const char *name;
	s64 base_ns;
	s64 queue_ns;
	s64 noise_ns;
};

static const struct path paths[] = {
	{ "lan", 500 * CL_NS_PER_US, 10 * CL_NS_PER_US, 1 * CL_NS_PER_US },
	{ "lan-quiet", 500 * CL_NS_PER_US, 0, 50 },
	{ "lan-busy", 500 * CL_NS_PER_US, 300 * CL_NS_PER_US, 100 },
	{ "wan", 20 * CL_NS_PER_MS, 30 * CL_NS_PER_MS, 1 * CL_NS_PER_US },
};

/**
 * struct run - what a run needs
 * @e: estimator that is measured
 * @push: cost of each cl_estimator_push(), cycles
 * @get: cost of a cl_estimator_get() behind each
 */
struct run {
	struct cl_estimator e;
	u32 push[SAMPLES];
	u32 get[SAMPLES];
};

/* Cycles from reading the counter to reading it again. */
static u32 empty_cost(void)
{
	u32 least = U32_MAX;
	unsigned long flags;
	int i;

	local_irq_save(flags);
	for (i = 0; i < 100; i++) {
		u64 start = rdtsc_ordered();

		least = min_t(u64, least, rdtsc_ordered() - start);
	}
	local_irq_restore(flags);
	return least;
}

static void measure_one(struct run *r, int i, const struct cl_exchange *x,
			u32 empty)
{
	struct cl_estimate estimate;
	unsigned long flags;
	u64 start, pushed;

	local_irq_save(flags);
	start = rdtsc_ordered();
	cl_estimator_push(&r->e, x);
	pushed = rdtsc_ordered();
	cl_estimator_get(&r->e, x->in_rx, &estimate);
	r->get[i] = rdtsc_ordered() - pushed - empty;
	r->push[i] = pushed - start - empty;
	local_irq_restore(flags);
}

static int by_cost(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ?
		       -1 :
		       *(const u32 *)a > *(const u32 *)b;
}

static void report(const struct path *p, const char *what, u32 *cost)
{
	u64 sum = 0;
	int i;

	sort(cost, SAMPLES, sizeof(*cost), by_cost, NULL);
	for (i = 0; i < SAMPLES; i++)
		sum += cost[i];
	pr_info("overhead %s %s %llu %u %u %d\n", p->name, what, sum / SAMPLES,
		cost[SAMPLES - 1 - SAMPLES / 100], cost[SAMPLES - 1], SAMPLES);
}

static void measure_path(struct run *r, const struct path *p, u32 empty)
{
	struct sim s = sim_lan(1);
	struct cl_exchange x;
	int i;

	s.base_ns = p->base_ns;
	s.queue_ns = p->queue_ns;
	s.noise_ns = p->noise_ns;
	cl_estimator_init(&r->e, sim_params());
	for (i = 0; i < SAMPLES; i++) {
		sim_advance(&s, INTERVAL_NS);
		x = sim_exchange(&s);
		measure_one(r, i, &x, empty);
		cond_resched();
	}
	report(p, "push", r->push);
	report(p, "get", r->get);
}

static int __init overhead_init(void)
{
	struct run *r = vzalloc(sizeof(*r));
	u32 empty;
	int i;

	if (!r)
		return -ENOMEM;
	empty = empty_cost();
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		measure_path(r, &paths[i], empty);
	vfree(r);
	return 0;
}

static void __exit overhead_exit(void)
{
}

module_init(overhead_init);
module_exit(overhead_exit);
MODULE_DESCRIPTION("Cost of the Clocklink estimator");
MODULE_LICENSE("GPL");
