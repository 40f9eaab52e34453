/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stamps by which tests of sessions tell exchanges and places apart.
 */
#ifndef _CL_TESTS_STAMPS_H
#define _CL_TESTS_STAMPS_H

#include <kunit/test.h>

#include "core/session.h"

/*
 * Stamp i (1..4) of exchange n is 100 n + 10 i: a stamp that lands in a wrong
 * exchange or place shows.
 */
static inline struct cl_raw stamp(u32 seq, int i)
{
	return cl_raw(100LL * seq + 10LL * i);
}

static inline void expect_asked(struct kunit *test, const struct cl_exchange *x)
{
	KUNIT_ASSERT_EQ(test, x->out_tx.ns, stamp(x->seq, 1).ns);
	KUNIT_ASSERT_EQ(test, x->out_rx.ns, stamp(x->seq, 2).ns);
	KUNIT_ASSERT_EQ(test, x->in_tx.ns, stamp(x->seq, 3).ns);
	KUNIT_ASSERT_EQ(test, x->in_rx.ns, stamp(x->seq, 4).ns);
}

static inline void expect_answered(struct kunit *test,
				   const struct cl_exchange *x)
{
	KUNIT_ASSERT_EQ(test, x->out_tx.ns, stamp(x->seq, 3).ns);
	KUNIT_ASSERT_EQ(test, x->out_rx.ns, stamp(x->seq, 4).ns);
	KUNIT_ASSERT_EQ(test, x->in_tx.ns, stamp(x->seq, 1).ns);
	KUNIT_ASSERT_EQ(test, x->in_rx.ns, stamp(x->seq, 2).ns);
}

#endif /* _CL_TESTS_STAMPS_H */
