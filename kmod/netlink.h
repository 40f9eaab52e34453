/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink family "clocklink", Documentation/netlink/specs/clocklink.yaml.
 */
#ifndef _CL_NETLINK_H
#define _CL_NETLINK_H

int cl_netlink_init(void);
void cl_netlink_exit(void);

#endif /* _CL_NETLINK_H */
