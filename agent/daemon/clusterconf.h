/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The section [cluster] of the file: with it the node is, or wants to be, a member of
 * a cluster that agrees by itself on who leads and who belongs to it.
 */
#ifndef _CL_DAEMON_CLUSTERCONF_H
#define _CL_DAEMON_CLUSTERCONF_H

#include "agent/core/entry.h"
#include "tcp.h"

#define CL_CLUSTERCONF_PATH_SIZE 128
#define CL_CLUSTERCONF_ERROR_SIZE (CL_ENTRY_ERROR_SIZE + 32)
#define CL_CLUSTERCONF_JOIN_MAX 16
#define CL_CLUSTERCONF_LOOK_MAX 4
#define CL_CLUSTERCONF_LOOK_SIZE 128

#define CL_CLUSTERCONF_STATE "/var/lib/clocklink"
#define CL_CLUSTERCONF_PORT 20319

/**
 * struct cl_clusterconf - what the section says
 * @line: line of the section, 0: there is none
 * @have: one bit per key that was given
 * @name: name as a member
 * @time: own address for time messages, as others see it; port 0: that of [node]
 * @stream: own address for streams; family 0: that of @time
 * @state: directory of the durable state
 * @heartbeat_ns: a leader is not silent for longer
 * @election_ns: without a leader for this to twice this, another one is elected
 * @vote: asks for a vote when it joins
 * @join: members that are asked when there is no state yet
 * @n_join: how many
 * @look: where members are looked for, as discovery.h has it
 * @n_look: how many
 * @leap_seconds: table of leap seconds
 */
struct cl_clusterconf {
	int line;
	u32 have;
	char name[CL_MEMBER_NAME_SIZE];
	struct cl_endpoint time;
	struct cl_endpoint stream;
	char state[CL_CLUSTERCONF_PATH_SIZE];
	s64 heartbeat_ns;
	s64 election_ns;
	bool vote;
	struct cl_tcp_address join[CL_CLUSTERCONF_JOIN_MAX];
	unsigned int n_join;
	char look[CL_CLUSTERCONF_LOOK_MAX][CL_CLUSTERCONF_LOOK_SIZE];
	unsigned int n_look;
	char leap_seconds[CL_CLUSTERCONF_PATH_SIZE];
};

void cl_clusterconf_init(struct cl_clusterconf *c);
int cl_clusterconf_set(struct cl_clusterconf *c, const char *key,
		       const char *value, char *error);
int cl_clusterconf_check(struct cl_clusterconf *c, u32 node, u16 port,
			 char *error);
void cl_clusterconf_member(const struct cl_clusterconf *c, u32 node,
			   struct cl_member *ret);

#endif /* _CL_DAEMON_CLUSTERCONF_H */
