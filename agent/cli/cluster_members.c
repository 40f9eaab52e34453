// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "agent/lib/units.h"
#include "cluster.h"
#include "output.h"

/**
 * cl_members_get() - ask for all members
 * @cli: the run
 * @ret: the members; to be freed
 *
 * Return: CL_EXIT_OK; else an exit status, the reason is printed.
 */
enum cl_exit cl_members_get(struct cl_cli *cli, struct cl_members *ret)
{
	*ret = (struct cl_members){ 0 };
	if (cl_ctlsocket_dump(&cli->control, CL_CTL_MEMBER_GET, &ret->member,
			      &ret->n) ||
	    cl_ctlsocket_dump(&cli->control, CL_CTL_ACCUSATION_GET,
			      &ret->accusation, &ret->n_accusations)) {
		cl_members_free(ret);
		return cl_cli_refused(cli, "cannot read the members");
	}
	return CL_EXIT_OK;
}

/**
 * cl_members_free() - give back what cl_members_get() has got
 * @m: the members
 */
void cl_members_free(struct cl_members *m)
{
	free(m->member);
	free(m->accusation);
	*m = (struct cl_members){ 0 };
}

/* What it is, and what it is to become. */
static const char *role_of(char *buf, size_t size,
			   const struct cl_ctl_member *m)
{
	bool votes = m->role >= CL_CTL_ROLE_VOTER;
	const char *then = "";

	if (m->wanted && !votes)
		then = cl_ctl_has(m, MEMBER_ISOLATED) ? "" : ", to vote";
	else if (!m->wanted && votes)
		then = ", loses its vote";
	snprintf(buf, size, "%s%s", cl_ctl_role_name(m->role), then);
	return buf;
}

static void add_row(struct cl_table *t, const struct cl_ctl_member *m)
{
	char node[16], role[48], lag[24];
	const char *opinion = "-";

	snprintf(node, sizeof(node), "%u", m->node);
	snprintf(lag, sizeof(lag), "%llu", (unsigned long long)m->lag);
	if (cl_ctl_has(m, MEMBER_ISOLATED))
		opinion = "isolated";
	else if (cl_ctl_has(m, MEMBER_REPUTATION))
		opinion = m->reputation;
	cl_table_row(t, (const char *const[]){
				node,
				m->name,
				role_of(role, sizeof(role), m),
				m->self ? "self" :
				m->link ? "yes" :
					  "no",
				cl_ctl_has(m, MEMBER_LAG) ? lag : "-",
				opinion,
				m->time,
				m->stream,
			});
}

/**
 * cl_members_print() - table of members
 * @m: the members
 * @all: those too that neither vote nor learn to
 */
void cl_members_print(const struct cl_members *m, bool all)
{
	static const char *const head[] = { "NODE",    "NAME",	    "ROLE",
					    "LINK",    "LAG",	    "JUDGED",
					    "TIME AT", "STREAMS AT" };
	struct cl_table t = { .columns = 8, .right = 0x11 };

	cl_table_row(&t, head);
	for (size_t i = 0; i < m->n; i++)
		if (all || m->member[i].member.role != CL_CTL_ROLE_FOLLOWER ||
		    m->member[i].member.self)
			add_row(&t, &m->member[i].member);
	cl_table_print(&t, stdout);
}

/**
 * cl_members_why() - print why a member is isolated
 * @m: the members
 * @isolated: which
 */
void cl_members_why(const struct cl_members *m,
		    const struct cl_ctl_member *isolated)
{
	char a[CL_UNITS_SIZE], b[CL_UNITS_SIZE];
	const struct cl_ctl_accusation *x;

	printf("node %u (%s) since %s TAI, rule %s\n", isolated->node,
	       isolated->name, cl_units_time(a, isolated->isolated_ns),
	       isolated->rule);
	for (size_t i = 0; i < m->n_accusations; i++) {
		x = &m->accusation[i].accusation;
		if (x->node == isolated->node)
			printf("%-10s  by node %u: off by %s, might be %s (%s, round %u)\n",
			       "", x->accuser, cl_units_offset(a, x->offset_ns),
			       cl_units_bound(b, x->limit_ns), x->rule,
			       x->round);
	}
}

/**
 * cl_members_json() - members as JSON
 * @m: the members
 *
 * Return: an array, a new reference.
 */
json_t *cl_members_json(const struct cl_members *m)
{
	json_t *array = json_array(), *j, *why;
	const struct cl_nl_msg *x;

	for (size_t i = 0; i < m->n; i++) {
		j = cl_json_object(&m->member[i]);
		why = json_array();
		for (size_t k = 0; k < m->n_accusations; k++) {
			x = &m->accusation[k];
			if (x->accusation.node == m->member[i].member.node)
				json_array_append_new(why, cl_json_object(x));
		}
		json_object_set_new(j, "accusations", why);
		json_array_append_new(array, j);
	}
	return array;
}
