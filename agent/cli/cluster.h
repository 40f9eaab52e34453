/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to see of a cluster, for the subcommand that shows it.
 */
#ifndef _CL_CLI_CLUSTER_H
#define _CL_CLI_CLUSTER_H

#include <jansson.h>

#include "cli.h"

/**
 * struct cl_members - the members of the cluster
 * @member: the members, by node id, allocated
 * @n: their number
 * @accusation: why some of them are isolated, by node id, allocated
 * @n_accusations: their number
 */
struct cl_members {
	struct cl_nl_msg *member;
	size_t n;
	struct cl_nl_msg *accusation;
	size_t n_accusations;
};

/* cluster_members.c */
enum cl_exit cl_members_get(struct cl_cli *cli, struct cl_members *ret);
void cl_members_free(struct cl_members *m);
void cl_members_print(const struct cl_members *m, bool all);
void cl_members_why(const struct cl_members *m,
		    const struct cl_ctl_member *isolated);
json_t *cl_members_json(const struct cl_members *m);

/* cluster_status.c */
enum cl_exit cl_cluster_show_status(struct cl_cli *cli);

/* cluster_judge.c */
enum cl_exit cl_cluster_show_reputation(struct cl_cli *cli);
enum cl_exit cl_cluster_show_events(struct cl_cli *cli);
enum cl_exit cl_cluster_show_timescale(struct cl_cli *cli);

#endif /* _CL_CLI_CLUSTER_H */
