/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the generic netlink controller says of the clocklink family: its id and
 * the ids of its multicast groups; both are given anew at each insmod.
 */
#ifndef _CL_NL_FAMILY_H
#define _CL_NL_FAMILY_H

#include <linux/netlink.h>

#include "kmod/core/types.h"

enum cl_nl_group {
	CL_NL_GROUP_CONFIG,
	CL_NL_GROUP_STATE,
	CL_NL_GROUP_UPDATE,
	CL_NL_GROUP_SAMPLE,
	__CL_NL_GROUPS,
};

/**
 * struct cl_nl_family - ids of the family
 * @id: message type
 * @groups: multicast group by enum cl_nl_group, 0: not there
 */
struct cl_nl_family {
	u16 id;
	u32 groups[__CL_NL_GROUPS];
};

int cl_nl_family_request(void *buf, size_t size, u32 seq);
int cl_nl_family_parse(const struct nlmsghdr *nlh, struct cl_nl_family *ret);
bool cl_nl_family_left(const struct nlmsghdr *nlh);
const char *cl_nl_group_name(enum cl_nl_group group);

#endif /* _CL_NL_FAMILY_H */
