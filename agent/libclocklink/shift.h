/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A number that a process knows and its children do not: after fork() a child may
 * be in another time namespace, where clocks are ahead by something else.
 */
#ifndef _CL_LIBCLOCKLINK_SHIFT_H
#define _CL_LIBCLOCKLINK_SHIFT_H

#include "kmod/core/types.h"

/**
 * struct cl_shift - alone in memory that is zero in a child (MADV_WIPEONFORK)
 * @known: 0: @ns is not known yet
 * @ns: the number
 *
 * Threads that find it unknown at the same time write the same number.
 */
struct cl_shift {
	u32 known;
	s64 ns;
};

/* Returns whether it is known. */
static inline bool cl_shift_load(const struct cl_shift *s, s64 *ret)
{
	/* Pairs with cl_shift_store(). */
	if (!__atomic_load_n(&s->known, __ATOMIC_ACQUIRE))
		return false;
	*ret = __atomic_load_n(&s->ns, __ATOMIC_RELAXED);
	return true;
}

static inline void cl_shift_store(struct cl_shift *s, s64 ns)
{
	__atomic_store_n(&s->ns, ns, __ATOMIC_RELAXED);
	/* Pairs with cl_shift_load(). */
	__atomic_store_n(&s->known, 1, __ATOMIC_RELEASE);
}

#endif /* _CL_LIBCLOCKLINK_SHIFT_H */
