/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel as the module sees it, in virtual time: as much of it as the files
 * use that are compiled into the simulator as they are.  Each of the kernel's
 * headers that they include is this one.
 *
 * One thing happens at a time, on one host: locks do nothing, and what the kernel
 * has one of per machine is the current host's.
 */
#ifndef _CS_KERNEL_H
#define _CS_KERNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../heap.h"
#include "list.h"

/* Debian's. */
#define HZ 250
#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_MSEC 1000000L

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define IS_ENABLED(option) 0
#define BUILD_BUG_ON(c) _Static_assert(!(c), #c)
#define THIS_MODULE NULL
#define MODULE_ALIAS_GENL_FAMILY(name) struct genl_family

#define __init
#define __exit
#define __net_init
#define __net_exit
#define __percpu
#define __ro_after_init
#define __rcu
#define noinline __attribute__((noinline))

typedef uint16_t __be16;
typedef uint32_t __be32;
typedef s64 ktime_t;
typedef unsigned int gfp_t;

#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, v) ((x) = (v))
#define smp_mb() ((void)0)
#define smp_wmb() ((void)0)

#define min(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ < b_ ? a_ : b_;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;      \
	})
#define min_t(type, a, b)          \
	({                         \
		type x_ = (a);     \
		type y_ = (b);     \
		x_ < y_ ? x_ : y_; \
	})
#define DIV_ROUND_CLOSEST(n, d) \
	(((n) > 0) ? ((n) + (d) / 2) / (d) : ((n) - (d) / 2) / (d))

static inline u64 div64_u64(u64 a, u64 b)
{
	return a / b;
}

static inline s64 div64_s64(s64 a, s64 b)
{
	return a / b;
}

static inline int ilog2(u64 v)
{
	return 63 - __builtin_clzll(v);
}

/* Locks. */
struct mutex {
	bool unused;
};

typedef struct mutex spinlock_t;
typedef struct mutex raw_spinlock_t;
typedef struct mutex seqlock_t;
typedef struct mutex seqcount_raw_spinlock_t;

#define DEFINE_MUTEX(name) struct mutex name
#define lock_nothing(lock) ((void)(lock))
#define mutex_init(lock) lock_nothing(lock)
#define mutex_destroy(lock) lock_nothing(lock)
#define mutex_lock(lock) lock_nothing(lock)
#define mutex_unlock(lock) lock_nothing(lock)
#define spin_lock_init(lock) lock_nothing(lock)
#define spin_lock(lock) lock_nothing(lock)
#define spin_unlock(lock) lock_nothing(lock)
#define spin_lock_bh(lock) lock_nothing(lock)
#define spin_unlock_bh(lock) lock_nothing(lock)
#define raw_spin_lock_init(lock) lock_nothing(lock)
#define raw_spin_lock_irqsave(lock, flags) ((flags) = 0)
#define raw_spin_unlock_irqrestore(lock, flags) ((void)(flags))
#define seqlock_init(lock) lock_nothing(lock)
#define write_seqlock_bh(lock) lock_nothing(lock)
#define write_sequnlock_bh(lock) lock_nothing(lock)
#define read_seqbegin(lock) 0U
#define read_seqretry(lock, seq) ((void)(seq), false)
#define seqcount_raw_spinlock_init(seq, lock) lock_nothing(seq)
#define write_seqcount_begin(seq) lock_nothing(seq)
#define write_seqcount_end(seq) lock_nothing(seq)
#define read_seqcount_begin(seq) 0U
#define read_seqcount_retry(seq, old) ((void)(old), false)
#define lockdep_assert_held(lock) lock_nothing(lock)
#define local_bh_disable() ((void)0)
#define local_bh_enable() ((void)0)

/* RCU: nobody reads while something is deleted. */
struct rcu_head {
	bool unused;
};

#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define synchronize_rcu() ((void)0)
#define synchronize_rcu_tasks() ((void)0)
#define rcu_barrier() ((void)0)
#define call_rcu(head, fn) (fn)(head)
#define rcu_dereference_check(p, c) (p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_assign_pointer(p, v) ((p) = (v))
#define RCU_INIT_POINTER(p, v) ((p) = (v))

/* Memory. */
#define GFP_KERNEL 0
#define GFP_ATOMIC 0
#define GFP_KERNEL_ACCOUNT 0
#define __GFP_ACCOUNT 0
#define __GFP_NOWARN 0
#define SLAB_ACCOUNT 0

struct kmem_cache {
	size_t size;
};

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align, unsigned long flags,
				     void *ctor);
void kmem_cache_destroy(struct kmem_cache *c);

#define kmem_cache_zalloc(c, flags) calloc(1, (c)->size)
#define kmem_cache_free(c, p) free(p)
#define kzalloc(size, flags) calloc(1, size)
#define kfree(p) free(p)
#define kfree_rcu(p, member) free(p)
#define kvzalloc(size, flags) calloc(1, size)
#define kvfree(p) free(p)
#define alloc_percpu_gfp(type, flags) ((type *)calloc(1, sizeof(type)))
#define free_percpu(p) free(p)
#define per_cpu_ptr(p, cpu) ((void)(cpu), (p))
#define this_cpu_inc(x) ((x)++)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)

#define ERR_PTR(err) ((void *)(intptr_t)(err))
#define PTR_ERR(p) ((long)(intptr_t)(p))
#define IS_ERR(p) ((uintptr_t)(p) > (uintptr_t)-4096)

/* Time and chance, of the current host. */
struct system_time_snapshot {
	ktime_t real;
	ktime_t raw;
	unsigned int clock_was_set_seq;
};

enum tk_offsets { TK_OFFS_REAL };

s64 ktime_get_raw_ns(void);
ktime_t ktime_get_real(void);
ktime_t ktime_get_clocktai(void);
void ktime_get_snapshot(struct system_time_snapshot *s);
ktime_t ktime_mono_to_any(ktime_t mono, enum tk_offsets offset);
u32 get_random_u32(void);

#define ktime_to_ns(t) (t)
#define ktime_sub(a, b) ((a) - (b))
#define jiffies ((unsigned long)(ktime_get_raw_ns() / (NSEC_PER_SEC / HZ)))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define nsecs_to_jiffies(ns) ((unsigned long)((ns) / (NSEC_PER_SEC / HZ)))

/* Threads and tasklets: called when the time has come. */
struct cs_host;

struct kthread_worker {
	struct cs_host *host;
};

struct kthread_work {
	struct kthread_worker *worker;
};

struct kthread_delayed_work {
	struct kthread_work work;
	struct cs_event event;
	struct cs_host *host;
	void (*fn)(struct kthread_work *work);
};

struct tasklet_struct {
	struct cs_event event;
	struct cs_host *host;
	void (*fn)(struct tasklet_struct *t);
};

struct kthread_worker *kthread_create_worker(unsigned int flags,
					     const char *name, ...);
void kthread_destroy_worker(struct kthread_worker *w);
void kthread_init_delayed_work(struct kthread_delayed_work *w,
			       void (*fn)(struct kthread_work *work));
void kthread_mod_delayed_work(struct kthread_worker *worker,
			      struct kthread_delayed_work *w,
			      unsigned long delay);
void kthread_cancel_delayed_work_sync(struct kthread_delayed_work *w);
void tasklet_setup(struct tasklet_struct *t,
		   void (*fn)(struct tasklet_struct *t));
void tasklet_schedule(struct tasklet_struct *t);
void tasklet_kill(struct tasklet_struct *t);

#define from_tasklet(var, t, member) container_of(t, __typeof__(*(var)), member)

/* Suspend: the hosts call their instances themselves. */
#define NOTIFY_DONE 0
#define NOTIFY_OK 1
#define PM_SUSPEND_PREPARE 1
#define PM_HIBERNATION_PREPARE 2
#define PM_POST_SUSPEND 3
#define PM_POST_HIBERNATION 4

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action,
			     void *data);
};

#define register_pm_notifier(nb) ((void)(nb), 0)
#define unregister_pm_notifier(nb) lock_nothing(nb)
/* Nobody copies a host. */
#define register_random_vmfork_notifier(nb) ((void)(nb), 0)
#define unregister_random_vmfork_notifier(nb) lock_nothing(nb)

/* What only has to be there. */
struct kref {
	bool unused;
};

struct hrtimer {
	bool unused;
};

struct ptp_clock_info {
	bool unused;
};

struct ptp_pin_desc {
	bool unused;
};

#define TP_PROTO(...) __VA_ARGS__
#define TRACE_DEFINE_ENUM(value) static_assert((value) >= 0, #value)
#define TRACE_EVENT(name, proto, args, ...)             \
	static inline void trace_##name(proto)          \
	{                                               \
	}                                               \
	static inline bool trace_##name##_enabled(void) \
	{                                               \
		return false;                           \
	}

#endif /* _CS_KERNEL_H */
