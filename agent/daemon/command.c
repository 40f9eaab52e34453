// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/apply.h"
#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "kmod/core/wire.h"
#include "view.h"

static int __printf(3, 4) refuse(char *error, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_COMMAND_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return err;
}

static const struct cl_state *state_of(struct cl_membership *m)
{
	const struct cl_cluster *c = cl_agent_cluster(cl_membership_agent(m));

	return c ? cl_cluster_state(c) : NULL;
}

static int need_member(struct cl_membership *m, char *error)
{
	switch (cl_membership_phase(m)) {
	case CL_MEMBERSHIP_MEMBER:
		return 0;
	case CL_MEMBERSHIP_JOINING:
		return refuse(error, -EAGAIN, "this node is joining still");
	case CL_MEMBERSHIP_FAILED:
		return refuse(error, -EIO,
			      "the disk of this node has failed, ask another");
	default:
		return refuse(error, -ENODEV, CL_COMMAND_ALONE);
	}
}

static int parse_contact(const char *text, struct cl_tcp_address *ret,
			 char *error)
{
	struct cl_nl_peer p = { .port = CL_WIRE_PORT };

	switch (cl_units_parse_address(text, &p)) {
	case 0:
		break;
	case -ENXIO:
		return refuse(error, -EINVAL,
			      "contacts: '%.48s' needs %%interface", text);
	default:
		return refuse(error, -EINVAL, "contacts: '%.48s' is no address",
			      text);
	}
	*ret = (struct cl_tcp_address){ .scope = p.scope, .port = p.port };
	if (cl_nl_has(&p, PEER_ADDR6)) {
		ret->addr = p.addr6;
		return 0;
	}
	ret->addr.s6_addr[10] = 0xff;
	ret->addr.s6_addr[11] = 0xff;
	memcpy(&ret->addr.s6_addr[12], &p.addr4, sizeof(p.addr4));
	return 0;
}

static int join(struct cl_membership *m, const struct cl_ctl_join *j,
		u64 handle, char *error)
{
	struct cl_tcp_address contact[CL_MEMBERSHIP_CONTACTS];
	char text[CL_CTL_CONTACTS_SIZE];
	char *word, *rest = text;
	unsigned int n = 0;
	int err;

	strcpy(text, j->contacts);
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		if (n == CL_MEMBERSHIP_CONTACTS)
			return refuse(error, -EINVAL, "contacts: more than %d",
				      CL_MEMBERSHIP_CONTACTS);
		err = parse_contact(word, &contact[n++], error);
		if (err)
			return err;
	}
	if (!n)
		return refuse(error, -EINVAL, "contacts: of whom?");
	return cl_membership_join(m, contact, n, j->vote, handle, error);
}

/* Which member; 0: none was named. */
static int find_node(const struct cl_state *s, const struct cl_ctl_act *act,
		     u32 *ret, char *error)
{
	const struct cl_member *m;

	*ret = 0;
	if (cl_ctl_has(act, ACT_NODE) && cl_ctl_has(act, ACT_NAME))
		return refuse(error, -EINVAL,
			      "node %u and name %s, which of them?", act->node,
			      act->name);
	if (cl_ctl_has(act, ACT_NAME)) {
		m = cl_roster_named(s->roster, act->name);
		if (!m)
			return refuse(error, -ENOENT,
				      "no member has the name '%s'", act->name);
		*ret = m->id;
	} else if (cl_ctl_has(act, ACT_NODE)) {
		if (!cl_roster_find(s->roster, act->node))
			return refuse(error, -ENOENT, "node %u is no member",
				      act->node);
		*ret = act->node;
	}
	return 0;
}

static int run_act(struct cl_membership *m, const struct cl_nl_msg *req,
		   enum cl_cluster_act act, u64 handle, char *error)
{
	u32 node;
	int err = find_node(state_of(m), &req->act, &node, error);

	if (err)
		return err;
	if (!node && act != CL_CLUSTER_LEAD)
		return refuse(error, -EINVAL, "of which member?");
	return cl_agent_act(cl_membership_agent(m), act, node, handle, error);
}

static int change_settings(struct cl_membership *m,
			   const struct cl_nl_instance *inst, u64 handle,
			   char *error)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(CL_CTL_SETTINGS_SET);
	struct cl_entry e = { .kind = CL_ENTRY_SETTINGS };
	const struct cl_nl_field *f;

	for (unsigned int i = 0; i < CL_COMMON_N; i++) {
		f = cl_nl_schema_find(s, cl_apply_attr[i]);
		if (!(inst->have & (1ULL << f->attr)))
			continue;
		e.change.have |= 1 << i;
		e.change.value[i] = cl_nl_field_u64(f, inst);
	}
	/* Ranges are checked there. */
	return cl_agent_request(cl_membership_agent(m), &e, handle, error);
}

/**
 * cl_command_run() - begin what an operator wants
 * @m: the membership
 * @req: what
 * @handle: for the answer of the membership, which comes unless this fails, perhaps
 *	before this returns
 * @error: on failure what is wrong
 *
 * Return: 0; -ENODEV the node is of no cluster; -EOPNOTSUPP no such command; else
 * -errno.
 */
int cl_command_run(struct cl_membership *m, const struct cl_nl_msg *req,
		   u64 handle, char error[CL_COMMAND_ERROR_SIZE])
{
	int err;

	if (req->cmd == CL_CTL_INIT)
		return cl_membership_found(m, handle, error);
	if (req->cmd == CL_CTL_JOIN)
		return join(m, &req->join, handle, error);
	if (req->cmd == CL_CTL_LEAVE)
		return cl_membership_leave(m, handle, error);
	err = need_member(m, error);
	if (err)
		return err;
	switch (req->cmd) {
	case CL_CTL_SETTINGS_SET:
		return change_settings(m, &req->instance, handle, error);
	case CL_CTL_PROMOTE:
		return run_act(m, req, CL_CLUSTER_PROMOTE, handle, error);
	case CL_CTL_DEMOTE:
		return run_act(m, req, CL_CLUSTER_DEMOTE, handle, error);
	case CL_CTL_REMOVE:
		return run_act(m, req, CL_CLUSTER_REMOVE, handle, error);
	case CL_CTL_EVICT:
		return run_act(m, req, CL_CLUSTER_EVICT, handle, error);
	case CL_CTL_TRANSFER:
		return run_act(m, req, CL_CLUSTER_LEAD, handle, error);
	case CL_CTL_NEW_TIME:
		return cl_agent_new_time(cl_membership_agent(m), handle, error);
	default:
		return refuse(error, -EOPNOTSUPP, "no such command");
	}
}

/**
 * cl_command_name() - what an operator wants, in one word
 * @cmd: enum cl_ctl_cmd
 *
 * Return: static string; NULL: it only wants to see something.
 */
const char *cl_command_name(unsigned int cmd)
{
	switch (cmd) {
	case CL_CTL_SETTINGS_SET:
		return "set";
	case CL_CTL_INIT:
		return "init";
	case CL_CTL_JOIN:
		return "join";
	case CL_CTL_LEAVE:
		return "leave";
	case CL_CTL_PROMOTE:
		return "promote";
	case CL_CTL_DEMOTE:
		return "demote";
	case CL_CTL_REMOVE:
		return "remove";
	case CL_CTL_EVICT:
		return "evict";
	case CL_CTL_TRANSFER:
		return "transfer";
	case CL_CTL_NEW_TIME:
		return "new-time";
	default:
		return NULL;
	}
}

/**
 * cl_command_text() - what an operator wants, for the log
 * @buf: where to
 * @size: bytes at @buf, longer text is cut
 * @req: what
 */
void cl_command_text(char *buf, size_t size, const struct cl_nl_msg *req)
{
	const char *name = cl_command_name(req->cmd);

	switch (req->cmd) {
	case CL_CTL_JOIN:
		snprintf(buf, size, "%s %s", name, req->join.contacts);
		break;
	case CL_CTL_SETTINGS_SET:
	case CL_CTL_INIT:
	case CL_CTL_LEAVE:
	case CL_CTL_NEW_TIME:
		snprintf(buf, size, "%s", name);
		break;
	default:
		if (cl_ctl_has(&req->act, ACT_NODE))
			snprintf(buf, size, "%s %u", name, req->act.node);
		else
			snprintf(buf, size, "%s%s%s", name,
				 *req->act.name ? " " : "", req->act.name);
		break;
	}
}
