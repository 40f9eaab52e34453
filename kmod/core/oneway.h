/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * An exchange as two independent one-way streams.
 */
#ifndef _CL_CORE_ONEWAY_H
#define _CL_CORE_ONEWAY_H

#include "cltime.h"
#include "session.h"
#include "types.h"

/**
 * struct cl_oneway - the two one-way differences of an exchange
 * @at_u: local raw instant of @u
 * @at_w: local raw instant of @w
 * @u: local raw - peer's raw when the peer's packet arrived, ns modulo 2^64
 * @w: peer's raw - local raw when the local packet arrived, ns modulo 2^64
 *
 * @u = delay + theta and @w = delay - theta, where theta is local raw - peer's
 * raw; their sum is the round trip.
 */
struct cl_oneway {
	struct cl_raw at_u;
	struct cl_raw at_w;
	u64 u;
	u64 w;
};

/**
 * cl_oneway() - the two one-way differences of an exchange
 * @x: exchange, seen from the local node
 *
 * Return: both differences and their local instants.
 */
static inline struct cl_oneway cl_oneway(const struct cl_exchange *x)
{
	return (struct cl_oneway){
		.at_u = x->in_rx,
		.at_w = x->out_tx,
		.u = (u64)cl_raw_sub(x->in_rx, x->in_tx),
		.w = (u64)cl_raw_sub(x->out_rx, x->out_tx),
	};
}

/**
 * cl_oneway_middle() - middle of the local stamps
 * @s: sample
 *
 * There (u - w) / 2 is the offset free of the frequency.
 *
 * Return: local raw instant.
 */
static inline struct cl_raw cl_oneway_middle(const struct cl_oneway *s)
{
	return cl_raw_add(s->at_w, cl_raw_sub(s->at_u, s->at_w) >> 1);
}

#endif /* _CL_CORE_ONEWAY_H */
