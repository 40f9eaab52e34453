// SPDX-License-Identifier: GPL-2.0-or-later
#include "module.h"

#include <err.h>

/* Cluster time of the start, as hosts know it: it does not matter. */
#define REAL_NS 1700000000000000000LL

struct cs_host *cs_host_now;

s64 ktime_get_raw_ns(void)
{
	return cs_host_raw(cs_host_now);
}

/* The host's clock was set once and nobody keeps it: it goes as the raw one. */
ktime_t ktime_get_real(void)
{
	return REAL_NS + ktime_get_raw_ns();
}

ktime_t ktime_get_clocktai(void)
{
	return ktime_get_real();
}

void ktime_get_snapshot(struct system_time_snapshot *s)
{
	s->raw = ktime_get_raw_ns();
	s->real = ktime_get_real();
	s->clock_was_set_seq = 0;
}

ktime_t ktime_mono_to_any(ktime_t mono, enum tk_offsets offset)
{
	(void)offset;
	return mono + REAL_NS;
}

u32 get_random_u32(void)
{
	return (u32)vt_rng_next(&cs_host_now->rng);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align, unsigned long flags,
				     void *ctor)
{
	struct kmem_cache *c = malloc(sizeof(*c));

	(void)name;
	(void)align;
	(void)flags;
	(void)ctor;
	if (c)
		c->size = size;
	return c;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	free(c);
}

/* Put an event of a host into the heap, not before the host is awake. */
static void put(struct cs_host *h, struct cs_event *e, s64 at)
{
	cs_heap_put(h->heap, e, at > h->asleep_until ? at : h->asleep_until);
}

/* Is it the host's turn?  If it sleeps, the event comes again. */
static bool enter(struct cs_host *h, struct cs_event *e)
{
	if (h->asleep_until > h->heap->now) {
		put(h, e, h->asleep_until);
		return false;
	}
	cs_host_now = h;
	return true;
}

struct kthread_worker *kthread_create_worker(unsigned int flags,
					     const char *name, ...)
{
	struct kthread_worker *w = malloc(sizeof(*w));

	(void)flags;
	(void)name;
	if (!w)
		err(2, "a worker");
	w->host = cs_host_now;
	return w;
}

void kthread_destroy_worker(struct kthread_worker *w)
{
	free(w);
}

static void run_work(struct cs_event *e)
{
	struct kthread_delayed_work *w =
		container_of(e, struct kthread_delayed_work, event);

	if (enter(w->host, e))
		w->fn(&w->work);
}

void kthread_init_delayed_work(struct kthread_delayed_work *w,
			       void (*fn)(struct kthread_work *work))
{
	w->event = (struct cs_event){ .run = run_work };
	w->host = cs_host_now;
	w->fn = fn;
}

void kthread_mod_delayed_work(struct kthread_worker *worker,
			      struct kthread_delayed_work *w,
			      unsigned long delay)
{
	struct cs_host *h = worker->host;
	s64 ns = (s64)delay * (NSEC_PER_SEC / HZ);

	put(h, &w->event,
	    ns ? cs_host_when(h, cs_host_raw(h) + ns) : h->heap->now);
}

void kthread_cancel_delayed_work_sync(struct kthread_delayed_work *w)
{
	cs_heap_drop(w->host->heap, &w->event);
}

static void run_tasklet(struct cs_event *e)
{
	struct tasklet_struct *t =
		container_of(e, struct tasklet_struct, event);

	if (enter(t->host, e))
		t->fn(t);
}

void tasklet_setup(struct tasklet_struct *t,
		   void (*fn)(struct tasklet_struct *t))
{
	t->event = (struct cs_event){ .run = run_tasklet };
	t->host = cs_host_now;
	t->fn = fn;
}

void tasklet_schedule(struct tasklet_struct *t)
{
	if (!t->event.place)
		put(t->host, &t->event, t->host->heap->now);
}

void tasklet_kill(struct tasklet_struct *t)
{
	cs_heap_drop(t->host->heap, &t->event);
}
