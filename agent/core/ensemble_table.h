/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the leader publishes of the ensemble, and its bytes.
 */
#ifndef _CL_CORE_ENSEMBLE_TABLE_H
#define _CL_CORE_ENSEMBLE_TABLE_H

#include "kmod/core/types.h"

/* A cluster has no more voters. */
#define CL_ENSEMBLE_VOTERS 9

#define CL_ENSEMBLE_HEAD_LEN 12
#define CL_ENSEMBLE_ENTRY_LEN 26
#define CL_ENSEMBLE_TABLE_MAX \
	(CL_ENSEMBLE_HEAD_LEN + CL_ENSEMBLE_VOTERS * CL_ENSEMBLE_ENTRY_LEN)

/* Rates on the wire are below 2^-10, times 2^40. */
#define CL_ENSEMBLE_RATE_MAX_Q40 (1LL << 30)

/**
 * struct cl_ensemble_entry - prediction of a voter
 * @node: its node id, not 0
 * @gen: its raw generation, the low 16 bits
 * @raw_ns: its raw time when cluster time is that of the table
 * @rate_q40: rate of cluster time against its raw time, times 2^40, below
 *	CL_ENSEMBLE_RATE_MAX_Q40 either way
 * @s_ns16: rms of its residual, ns times 16, from 1
 * @weight_q15: its weight, times 2^15, at most 2^15
 * @age_s: how long its oscillator has been learnt, s, 65535: that or more
 */
struct cl_ensemble_entry {
	u32 node;
	u16 gen;
	s64 raw_ns;
	s32 rate_q40;
	u32 s_ns16;
	u16 weight_q15;
	u16 age_s;
};

/**
 * struct cl_ensemble_table - predictions of all voters
 * @time_ns: cluster time, TAI, that all entries speak of
 * @persist_s4: how long errors of measurements persist, s times 4, from 1
 * @entry: predictions, no node twice
 * @n: how many
 */
struct cl_ensemble_table {
	s64 time_ns;
	u16 persist_s4;
	struct cl_ensemble_entry entry[CL_ENSEMBLE_VOTERS];
	unsigned int n;
};

size_t cl_ensemble_table_encode(const struct cl_ensemble_table *t, u8 *buf);
int cl_ensemble_table_decode(const u8 *buf, size_t len,
			     struct cl_ensemble_table *ret);

#endif /* _CL_CORE_ENSEMBLE_TABLE_H */
