/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the usual faults of a node: from two looks at it and what its host says.
 */
#ifndef _CL_STATS_DOCTOR_H
#define _CL_STATS_DOCTOR_H

#include "finding.h"
#include "host.h"

/**
 * struct cl_exam - what a node is judged by
 * @before: a look at it
 * @now: a later one
 * @host: its host
 *
 * Counters of @now less those of @before are what happens; what is only in @now may be
 * of long ago.
 */
struct cl_exam {
	const struct cl_look *before;
	const struct cl_look *now;
	const struct cl_host *host;
};

/* What a counter has grown by; one that was started anew tells nothing. */
static inline u64 cl_doctor_since(u64 now, u64 before)
{
	return now > before ? now - before : 0;
}

void cl_doctor(const struct cl_exam *e, struct cl_findings *ret);

/* The rooms of the doctor; each is called if the module has an instance. */
void cl_doctor_cluster(const struct cl_exam *e, struct cl_findings *f);
void cl_doctor_clock(const struct cl_exam *e, struct cl_findings *f);
void cl_doctor_links(const struct cl_exam *e, struct cl_findings *f);
void cl_doctor_stamps(const struct cl_exam *e, struct cl_findings *f);

#endif /* _CL_STATS_DOCTOR_H */
