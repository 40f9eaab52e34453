// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lib/units.h"
#include "cluster.h"
#include "output.h"

#define LABEL "%-10s  "

/* Of more members only those are shown that vote, or learn to. */
#define MEMBERS_MAX 16

static void print_node(const struct cl_ctl_status *s)
{
	printf(LABEL "0x%08x, %u member%s, %u voter%s\n", "cluster", s->cluster,
	       s->members, s->members == 1 ? "" : "s", s->voters,
	       s->voters == 1 ? "" : "s");
	printf(LABEL "%u", "node", s->node);
	if (cl_ctl_has(s, STATUS_NAME))
		printf(" (%s)", s->name);
	switch (s->phase) {
	case CL_CTL_PHASE_JOINING:
		puts(", joining: the cluster does not know it yet");
		break;
	case CL_CTL_PHASE_FAILED:
		puts(", FAILED: its disk could not be written, it takes no part");
		break;
	default:
		printf(", %s, clock %s\n", cl_ctl_role_name(s->role),
		       cl_nl_state_name(s->clock));
		break;
	}
}

static void print_leader(const struct cl_ctl_status *s)
{
	char a[CL_UNITS_SIZE];

	if (!s->leader) {
		printf(LABEL "none, or none known, term %u\n", "leader",
		       s->term);
		return;
	}
	printf(LABEL "node %u (%s) since term %u", "leader", s->leader,
	       s->leader_name, s->term);
	if (cl_ctl_has(s, STATUS_LEASE))
		printf(", lease %s", cl_units_bound(a, s->lease_ns));
	putchar('\n');
}

static void print_quorum(const struct cl_ctl_status *s,
			 const struct cl_members *m)
{
	const struct cl_ctl_member *x;
	const char *sep = ": no stream to ";

	printf(LABEL "%s, %u of %u voters reachable, %u needed", "quorum",
	       s->quorum ? "yes" : "NO", s->reachable, s->voters, s->needed);
	for (size_t i = 0; i < m->n; i++) {
		x = &m->member[i].member;
		if (x->role < CL_CTL_ROLE_VOTER || x->self || x->link)
			continue;
		printf("%snode %u (%s)", sep, x->node, x->name);
		sep = ", ";
	}
	putchar('\n');
}

static void print_isolated(const struct cl_members *m)
{
	const char *label = "isolated";

	for (size_t i = 0; i < m->n; i++) {
		if (!cl_ctl_has(&m->member[i].member, MEMBER_ISOLATED))
			continue;
		printf(LABEL, label);
		cl_members_why(m, &m->member[i].member);
		label = "";
	}
	if (*label)
		printf(LABEL "nobody\n", label);
}

static void print_state(const struct cl_ctl_status *s)
{
	printf(LABEL "epoch %u after entry %llu", "state", s->epoch,
	       (unsigned long long)s->index);
	if (cl_ctl_has(s, STATUS_COMMIT))
		printf(", %llu committed, %llu in the log",
		       (unsigned long long)s->commit,
		       (unsigned long long)s->last);
	putchar('\n');
	if (cl_ctl_has(s, STATUS_DIGEST))
		printf(LABEL "digest %s\n", "", s->digest);
	if (s->bad_frames)
		printf(LABEL "%llu frames of others made no sense\n", "",
		       (unsigned long long)s->bad_frames);
}

static void print_guard(const struct cl_ctl_status *s)
{
	if (!s->refused)
		return;
	printf(LABEL "%llu updates of leaders were not obeyed\n", "refused",
	       (unsigned long long)s->refused);
	if (cl_ctl_has(s, STATUS_REFUSAL))
		printf(LABEL "the last one: %s\n", "", s->refusal);
}

static void print_status(const struct cl_ctl_status *s,
			 const struct cl_members *m)
{
	print_node(s);
	if (s->members) {
		print_leader(s);
		print_quorum(s, m);
		print_isolated(m);
		print_state(s);
		print_guard(s);
		putchar('\n');
		cl_members_print(m, m->n <= MEMBERS_MAX);
	}
}

/**
 * cl_cluster_show_status() - who leads, who is missing, who is isolated
 * @cli: the run
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_exit cl_cluster_show_status(struct cl_cli *cli)
{
	const struct cl_nl_msg req = { .cmd = CL_CTL_STATUS_GET };
	struct cl_nl_msg status;
	struct cl_members m;
	enum cl_exit ex;
	json_t *j;

	if (cl_ctlsocket_call(&cli->control, &req, &status))
		return cl_cli_refused(cli, "cannot read the cluster's status");
	ex = cl_members_get(cli, &m);
	if (ex)
		return ex;
	if (cli->opts.json) {
		j = cl_json_object(&status);
		json_object_set_new(j, "member", cl_members_json(&m));
		cl_output_print_json(j);
	} else {
		print_status(&status.status, &m);
	}
	cl_members_free(&m);
	return CL_EXIT_OK;
}
