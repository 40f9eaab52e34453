// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults that the cluster knows of: no majority, liars, updates that are not obeyed.
 */
#include <string.h>

#include "agent/lib/units.h"
#include "doctor.h"

static const struct cl_fault no_quorum = {
	.name = "no-quorum",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Bring back the voters that are missing, or the network to them; without a majority there are no new decisions, and no leader that time may follow.",
};

static const struct cl_fault refused_updates = {
	.name = "refused-updates",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"This node does not believe its leader. Compare \"clocklinkctl cluster reputation\" of the voters: either the leader or this node's own measurements are wrong.",
};

static const struct cl_fault isolated = {
	.name = "isolated",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Its clock, or the path to it, is wrong for a majority of the voters: run \"clocklink-stats doctor\" there, repair it; it is readmitted by itself once it has been right for long enough, or evict it.",
};

static const struct cl_fault suspect = {
	.name = "suspect",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Look at its path (asymmetry, loss) and its clock; a majority of voters with the same opinion isolates it.",
};

static void check_quorum(const struct cl_ctl_status *s, struct cl_findings *f)
{
	struct cl_finding *one;

	if (s->quorum)
		return;
	one = cl_findings_add(f, &no_quorum);
	cl_finding_where(one, "node %u, %s", s->node, s->name);
	cl_finding_what(one, "%u of %u voters are reached, %u are needed.",
			s->reachable, s->voters, s->needed);
}

static void check_refusals(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_ctl_status *s = &e->now->status;
	u64 more = s->refused - e->before->status.refused;
	struct cl_finding *one;

	if (!e->before->has_cluster || s->refused < e->before->status.refused ||
	    !more)
		return;
	one = cl_findings_add(f, &refused_updates);
	cl_finding_where(one, "node %u, %s", s->node, s->name);
	cl_finding_what(one, "%llu updates of leader %u were not obeyed: %s.",
			(unsigned long long)more, s->leader,
			s->refusal[0] ? s->refusal : "the reason is past");
}

static void check_isolated(const struct cl_ctl_member *m, struct cl_findings *f)
{
	struct cl_finding *one;

	if (!cl_ctl_has(m, MEMBER_ISOLATED))
		return;
	one = cl_findings_add(f, &isolated);
	if (m->self)
		one->severity = CL_SEVERITY_CRITICAL;
	cl_finding_where(one, "node %u, %s", m->node, m->name);
	cl_finding_what(one, "Isolated by rule %s, accused by %u voters.",
			m->rule, m->accusers);
}

/* Those that are isolated are told already. */
static void check_suspect(const struct cl_ctl_reputation *r,
			  struct cl_findings *f)
{
	char off[CL_UNITS_SIZE], limit[CL_UNITS_SIZE];
	struct cl_finding *one;

	if (strcmp(r->state, "suspicious") && strcmp(r->state, "demoted") &&
	    strcmp(r->state, "accused"))
		return;
	one = cl_findings_add(f, &suspect);
	cl_finding_where(one, "node %u, %s", r->node, r->name);
	cl_finding_what(one, "It is %s by rule %s: off by %s, limit %s.",
			r->state, r->rule, cl_units_offset(off, r->offset_ns),
			cl_units_bound(limit, r->limit_ns));
}

/**
 * cl_doctor_cluster() - examine a node's part in its cluster
 * @e: what is known
 * @f: gets what is wrong
 */
void cl_doctor_cluster(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_look *l = e->now;

	if (!l->has_cluster)
		return;
	check_quorum(&l->status, f);
	check_refusals(e, f);
	for (size_t i = 0; i < l->n_members; i++)
		check_isolated(&l->members[i], f);
	for (size_t i = 0; i < l->n_reputations; i++)
		check_suspect(&l->reputations[i], f);
}
