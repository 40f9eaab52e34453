// SPDX-License-Identifier: GPL-2.0-or-later
#include "family.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/clocklink.h>
#include <linux/genetlink.h>
#include <string.h>

static const char *const group_names[__CL_NL_GROUPS] = {
	[CL_NL_GROUP_CONFIG] = CLOCKLINK_MCGRP_CONFIG,
	[CL_NL_GROUP_STATE] = CLOCKLINK_MCGRP_STATE,
	[CL_NL_GROUP_UPDATE] = CLOCKLINK_MCGRP_UPDATE,
	[CL_NL_GROUP_SAMPLE] = CLOCKLINK_MCGRP_SAMPLE,
};

/**
 * cl_nl_group_name() - name of a multicast group
 * @group: the group
 *
 * Return: its name in the netlink spec.
 */
const char *cl_nl_group_name(enum cl_nl_group group)
{
	return group_names[group];
}

/**
 * cl_nl_family_request() - write the question for the family's ids
 * @buf: where to, aligned as a struct nlmsghdr
 * @size: bytes at @buf
 * @seq: sequence number
 *
 * Return: bytes written, -EMSGSIZE if @size is too small.
 */
int cl_nl_family_request(void *buf, size_t size, u32 seq)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (size < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EMSGSIZE;
	/* libmnl leaves the padding behind the name as it is. */
	memset(buf, 0, size);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	if (!mnl_attr_put_strz_check(nlh, size, CTRL_ATTR_FAMILY_NAME,
				     CLOCKLINK_FAMILY_NAME))
		return -EMSGSIZE;
	return nlh->nlmsg_len;
}

static bool attr_ok(const struct nlattr *attr, const char *end)
{
	return mnl_attr_ok(attr, end - (const char *)attr);
}

static const char *attr_end(const struct nlattr *attr)
{
	return (const char *)attr + attr->nla_len;
}

/* One entry of the group list: name and id, in any order. */
static int parse_group(const struct nlattr *entry, struct cl_nl_family *ret)
{
	const char *name = NULL;
	const struct nlattr *attr = mnl_attr_get_payload(entry);
	u32 id = 0;

	for (; attr_ok(attr, attr_end(entry)); attr = mnl_attr_next(attr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
				return -EBADMSG;
			name = mnl_attr_get_str(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) < 0)
				return -EBADMSG;
			id = mnl_attr_get_u32(attr);
			break;
		}
	}
	for (int i = 0; name && i < __CL_NL_GROUPS; i++)
		if (!strcmp(name, group_names[i]))
			ret->groups[i] = id;
	return 0;
}

static int parse_groups(const struct nlattr *list, struct cl_nl_family *ret)
{
	const struct nlattr *entry = mnl_attr_get_payload(list);
	int err;

	for (; attr_ok(entry, attr_end(list)); entry = mnl_attr_next(entry)) {
		err = parse_group(entry, ret);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cl_nl_family_parse() - read the controller's answer
 * @nlh: message of type GENL_ID_CTRL, complete as its length says
 * @ret: ids of the family
 *
 * Return: 0; -EBADMSG if the message is malformed or names no family id.
 */
int cl_nl_family_parse(const struct nlmsghdr *nlh, struct cl_nl_family *ret)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;
	int err = 0;

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	memset(ret, 0, sizeof(*ret));
	attr = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	for (; attr_ok(attr, end); attr = mnl_attr_next(attr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
				return -EBADMSG;
			ret->id = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			err = parse_groups(attr, ret);
			break;
		}
		if (err)
			return err;
	}
	return ret->id ? 0 : -EBADMSG;
}

/**
 * cl_nl_family_left() - does an event tell that the module went away
 * @nlh: message of type GENL_ID_CTRL, complete as its length says
 *
 * Return: true if it announces the end of the clocklink family.
 */
bool cl_nl_family_left(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *attr;

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ||
	    genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	attr = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	for (; attr_ok(attr, end); attr = mnl_attr_next(attr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			return !strcmp(mnl_attr_get_str(attr),
				       CLOCKLINK_FAMILY_NAME);
	}
	return false;
}
