/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The two times of Clocklink as two C types: raw time of one node and cluster
 * time.  Mixing them does not compile.
 */
#ifndef _CL_CORE_CLTIME_H
#define _CL_CORE_CLTIME_H

#include "fixed.h"
#include "types.h"

/**
 * struct cl_raw - a reading of one node's CLOCK_MONOTONIC_RAW
 * @ns: nanoseconds; never steered; meaningful only with the node and its
 *	raw generation
 */
struct cl_raw {
	s64 ns;
};

/**
 * struct cl_time - cluster time
 * @ns: nanoseconds since 1970-01-01 00:00:00 TAI
 */
struct cl_time {
	s64 ns;
};

/**
 * struct cl_map - a line that turns raw time into cluster time
 * @raw: anchor on the raw side
 * @time: cluster time at @raw
 * @rate_q48: (d time / d raw - 1) * 2^48
 */
struct cl_map {
	struct cl_raw raw;
	struct cl_time time;
	s64 rate_q48;
};

static inline struct cl_raw cl_raw(s64 ns)
{
	return (struct cl_raw){ .ns = ns };
}

static inline struct cl_time cl_time(s64 ns)
{
	return (struct cl_time){ .ns = ns };
}

/* Interval a - b, ns. */
static inline s64 cl_raw_sub(struct cl_raw a, struct cl_raw b)
{
	return (s64)((u64)a.ns - (u64)b.ns);
}

static inline struct cl_raw cl_raw_add(struct cl_raw a, s64 ns)
{
	return cl_raw((s64)((u64)a.ns + (u64)ns));
}

static inline s64 cl_time_sub(struct cl_time a, struct cl_time b)
{
	return (s64)((u64)a.ns - (u64)b.ns);
}

static inline struct cl_time cl_time_add(struct cl_time a, s64 ns)
{
	return cl_time((s64)((u64)a.ns + (u64)ns));
}

/**
 * cl_map_at() - cluster time at a raw instant
 * @m: the line
 * @raw: raw time of the node the line belongs to
 *
 * Return: the line's value, rounded down to 1 ns.
 */
static inline struct cl_time cl_map_at(const struct cl_map *m,
				       struct cl_raw raw)
{
	s64 d = cl_raw_sub(raw, m->raw);

	return cl_time_add(cl_time_add(m->time, d), cl_scale(d, m->rate_q48));
}

#endif /* _CL_CORE_CLTIME_H */
