// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the cluster has agreed upon, for the log of each of its nodes.
 */
#include "agent_node.h"
#include "entry.h"

#define ISOLATED                                                             \
	"agreed: node %u is isolated, accused by %u voters; node %u by %s: " \
	"%lld ns off, limit %llu ns"

static void tell_member(struct cl_agent *a, const struct cl_member *m)
{
	char at[CL_MEMBER_TEXT_SIZE];

	cl_io_event(a->io, CL_IO_NOTICE, CL_EVENT_MEMBER,
		    CL_VALUES(cl_int("PEER", m->id), cl_text("NAME", m->name)),
		    "agreed: node %u, '%s', at %s is a member", m->id, m->name,
		    cl_endpoint_text(at, &m->stream));
}

/* The first accusation is that of the leader, or what moved it. */
static void tell_isolation(struct cl_agent *a, const struct cl_isolation *i)
{
	const struct cl_accusation *first = &i->accusations[0];
	const char *rule = cl_rule_name(i->rule);

	cl_io_event(a->io, CL_IO_WARNING, CL_EVENT_NODE_ISOLATED,
		    CL_VALUES(cl_int("PEER", i->node), cl_int("TERM", i->term),
			      cl_text("RULE", rule),
			      cl_int("OFFSET_NS", first->offset_ns),
			      cl_int("LIMIT_NS", first->limit_ns),
			      cl_int("ACCUSERS", i->n)),
		    ISOLATED, i->node, i->n, first->accuser, rule,
		    (long long)first->offset_ns,
		    (unsigned long long)first->limit_ns);
}

static void tell_entry(struct cl_agent *a, const struct cl_entry *e)
{
	if (e->kind == CL_ENTRY_MEMBER_PUT)
		tell_member(a, &e->put);
	else if (e->kind == CL_ENTRY_MEMBER_DEL)
		cl_io_event(a->io, CL_IO_NOTICE, CL_EVENT_MEMBER_GONE,
			    CL_VALUES(cl_int("PEER", e->del)),
			    "agreed: node %u is no member any more", e->del);
	else if (e->kind == CL_ENTRY_ISOLATE)
		tell_isolation(a, &e->isolate);
	else if (e->kind == CL_ENTRY_READMIT)
		cl_io_event(a->io, CL_IO_NOTICE, CL_EVENT_NODE_READMITTED,
			    CL_VALUES(cl_int("PEER", e->readmit.node)),
			    "agreed: node %u is readmitted", e->readmit.node);
}

/**
 * cl_agent_news() - log an entry that has changed the state
 * @a: the agent
 * @e: the entry
 * @conf: who votes as of now
 */
void cl_agent_news(struct cl_agent *a, const struct cl_raft_entry *e,
		   const struct cl_raft_conf *conf)
{
	char error[CL_ENTRY_ERROR_SIZE];
	struct cl_entry entry;

	if (e->kind == CL_RAFT_CONF)
		cl_io_event(a->io, CL_IO_NOTICE, CL_EVENT_VOTERS,
			    CL_VALUES(cl_int("VOTERS", conf->voters),
				      cl_int("LEARNERS", conf->learners)),
			    "agreed: voters: %u, nodes about to vote: %u",
			    conf->voters, conf->learners);
	else if (!cl_entry_decode(&entry, e->data, e->len, error))
		tell_entry(a, &entry);
}
