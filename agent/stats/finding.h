/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a node, in words that say what to do.
 */
#ifndef _CL_STATS_FINDING_H
#define _CL_STATS_FINDING_H

#include <jansson.h>
#include <stdio.h>

#include "agent/lib/compiler.h"

#define CL_FINDING_WHERE_SIZE 64
#define CL_FINDING_TEXT_SIZE 320

/* More of them help nobody; the rest is counted. */
#define CL_FINDINGS_MAX 64

/**
 * enum cl_severity - how bad a finding is
 * @CL_SEVERITY_NOTE: time is right, but something is not as it might be
 * @CL_SEVERITY_WARNING: time is worse than it could be, or soon will be
 * @CL_SEVERITY_CRITICAL: there is no time, or it cannot be trusted
 */
enum cl_severity {
	CL_SEVERITY_NOTE,
	CL_SEVERITY_WARNING,
	CL_SEVERITY_CRITICAL,
};

/**
 * struct cl_fault - a kind of fault
 * @name: a word for programs, in the man page
 * @severity: how bad it is, usually
 * @advice: what to do
 */
struct cl_fault {
	const char *name;
	enum cl_severity severity;
	const char *advice;
};

/**
 * struct cl_finding - one fault
 * @fault: of which kind, for ever valid
 * @severity: how bad it is
 * @where: node, peer or device
 * @what: what was seen, with figures
 */
struct cl_finding {
	const struct cl_fault *fault;
	enum cl_severity severity;
	char where[CL_FINDING_WHERE_SIZE];
	char what[CL_FINDING_TEXT_SIZE];
};

/**
 * struct cl_findings - all of them
 * @all: in the order they were found
 * @n: number of @all
 * @more: those that had no room
 */
struct cl_findings {
	struct cl_finding all[CL_FINDINGS_MAX];
	unsigned int n;
	unsigned int more;
};

struct cl_finding *cl_findings_add(struct cl_findings *f,
				   const struct cl_fault *fault);
void __printf(2, 3)
	cl_finding_where(struct cl_finding *f, const char *fmt, ...);
void __printf(2, 3) cl_finding_what(struct cl_finding *f, const char *fmt, ...);
const char *cl_severity_name(enum cl_severity severity);
void cl_findings_print(const struct cl_findings *f, FILE *out);
json_t *cl_findings_json(const struct cl_findings *f);

#endif /* _CL_STATS_FINDING_H */
