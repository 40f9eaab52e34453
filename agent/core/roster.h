/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The members of a cluster, and how each stands.  Everything has its place from
 * the start: what was agreed on must never fail for want of memory.
 */
#ifndef _CL_CORE_ROSTER_H
#define _CL_CORE_ROSTER_H

#include "entry.h"

#define CL_ROSTER_MAX 10000

/**
 * struct cl_standing - how a member stands
 * @isolated_ns: cluster time of the isolation
 * @readmitted_ns: cluster time of the last readmission, 0: none
 * @isolation: why it is isolated; @isolation.n is 0 if it is not
 */
struct cl_standing {
	s64 isolated_ns;
	s64 readmitted_ns;
	struct cl_isolation isolation;
};

/**
 * struct cl_roster - the members
 * @n: number of them
 * @isolated: of these, as @standing says
 * @order: their places in @member, by ascending node id
 * @member: the members, in any order
 * @standing: how they stand, in the same order; zero beyond the last member
 */
struct cl_roster {
	u32 n;
	u32 isolated;
	u16 order[CL_ROSTER_MAX];
	struct cl_member member[CL_ROSTER_MAX];
	struct cl_standing standing[CL_ROSTER_MAX];
};

struct cl_roster *cl_roster_new(void);
void cl_roster_free(struct cl_roster *r);

const struct cl_member *cl_roster_find(const struct cl_roster *r, u32 id);
const struct cl_member *cl_roster_named(const struct cl_roster *r,
					const char *name);
const struct cl_member *cl_roster_next(const struct cl_roster *r, u32 id);
const struct cl_standing *cl_roster_standing(const struct cl_roster *r, u32 id);
const char *cl_roster_rival(const struct cl_roster *r,
			    const struct cl_member *m,
			    const struct cl_member **ret);
const char *cl_roster_rivals(const struct cl_roster *r,
			     const struct cl_member *ret[2]);

void cl_roster_put(struct cl_roster *r, const struct cl_member *m);
void cl_roster_del(struct cl_roster *r, u32 id);
void cl_roster_stand(struct cl_roster *r, u32 id, const struct cl_standing *s);

#endif /* _CL_CORE_ROSTER_H */
