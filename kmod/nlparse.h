/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From netlink attributes to structs: policies of the commands, and what the
 * attributes mean.
 */
#ifndef _CL_NLPARSE_H
#define _CL_NLPARSE_H

#include <linux/clocklink.h>
#include <net/genetlink.h>

struct cl_endpoint;
struct cl_hwmap_change;
struct cl_order;
struct cl_peer_settings;
struct cl_settings;
struct cl_stamp_bias;

extern const struct nla_policy cl_nlparse_add[CLOCKLINK_A_INSTANCE_MAX + 1];
extern const struct nla_policy cl_nlparse_set[CLOCKLINK_A_INSTANCE_MAX + 1];
extern const struct nla_policy cl_nlparse_peer[CLOCKLINK_A_PEER_MAX + 1];
extern const struct nla_policy cl_nlparse_peer_add[CLOCKLINK_A_PEER_MAX + 1];
extern const struct nla_policy cl_nlparse_peer_del[CLOCKLINK_A_PEER_MAX + 1];
extern const struct nla_policy cl_nlparse_peer_set[CLOCKLINK_A_PEER_MAX + 1];
extern const struct nla_policy cl_nlparse_steer[CLOCKLINK_A_STEER_MAX + 1];
extern const struct nla_policy cl_nlparse_round[CLOCKLINK_A_ROUND_MAX + 1];
extern const struct nla_policy cl_nlparse_update[CLOCKLINK_A_ROUND_MAX + 1];
extern const struct nla_policy cl_nlparse_device[CLOCKLINK_A_DEVICE_MAX + 1];
extern const struct nla_policy cl_nlparse_device_del[CLOCKLINK_A_DEVICE_MAX + 1];
extern const struct nla_policy cl_nlparse_temperature[CLOCKLINK_A_CLOCK_MAX + 1];
extern const struct nla_policy cl_nlparse_test[CLOCKLINK_A_TEST_MAX + 1];
extern const struct nla_policy cl_nlparse_extts[CLOCKLINK_A_EXTTS_MAX + 1];

int cl_nlparse_settings(struct genl_info *info, struct cl_settings *s);
int cl_nlparse_new_settings(struct sk_buff *skb, struct genl_info *info,
			    struct cl_settings *s);
int cl_nlparse_endpoint(struct genl_info *info, u16 port,
			struct cl_endpoint *e);
void cl_nlparse_peer_settings(struct nlattr **attrs,
			      struct cl_peer_settings *s);
int cl_nlparse_order(struct genl_info *info, struct cl_order *o);
int cl_nlparse_change(struct genl_info *info, struct cl_hwmap_change *c);
bool cl_nlparse_is_bias(struct nlattr **attrs);
int cl_nlparse_bias(struct genl_info *info, struct cl_stamp_bias *b);

#endif /* _CL_NLPARSE_H */
