/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink and network namespaces by the kernel's names, as far as the module
 * uses them.  A message is an array of attributes; it never runs out of room.
 */
#ifndef _CS_KERNEL_GENL_H
#define _CS_KERNEL_GENL_H

#include "kernel.h"

/* Attributes of one set; ids stay below. */
#define GENL_ATTRS 64
#define GENL_DATA_MAX 16

/**
 * struct net - a network namespace, each host has one
 * @host: the host
 * @generic: the module's part of it
 */
struct net {
	struct cs_host *host;
	void *generic;
};

struct pernet_operations {
	int (*init)(struct net *net);
	void (*exit)(struct net *net);
	unsigned int *id;
	size_t size;
};

extern struct net init_net;

int register_pernet_device(struct pernet_operations *ops);
void unregister_pernet_device(struct pernet_operations *ops);

#define net_generic(net, id) ((void)(id), (net)->generic)
#define net_eq(a, b) ((a) == (b))

struct net_device {
	u32 ifindex;
};

#define dev_get_by_index_rcu(net, ifindex) \
	((void)(net), (void)(ifindex), (struct net_device *)NULL)

struct sock {
	struct net *net;
};

#define sock_net(sk) ((sk)->net)

/* An attribute: its value in host order, as much as its type has. */
struct nlattr {
	u16 nla_len;
	u16 nla_type;
	u8 data[GENL_DATA_MAX];
};

/**
 * struct sk_buff - a packet, or a message of netlink
 * @dev: device that a packet has come by
 * @sk: socket of a request
 * @len: bytes
 * @cmd: command of a message
 * @attrs: number of @attr
 * @attr: attributes
 * @each: of a dump: takes a message
 * @ctx: for @each
 */
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	int len;
	u8 cmd;
	unsigned int attrs;
	struct nlattr attr[GENL_ATTRS];
	void (*each)(void *ctx, const struct sk_buff *skb);
	void *ctx;
};

struct netlink_ext_ack {
	const char *_msg;
};

#define NL_SET_ERR_MSG(extack, msg) ((extack)->_msg = (msg))
#define NL_SET_ERR_MSG_ATTR(extack, attr, msg) \
	((void)(attr), (extack)->_msg = (msg))
#define NL_SET_BAD_ATTR(extack, attr) ((void)(extack), (void)(attr))

struct genlmsghdr {
	u8 cmd;
};

struct nlmsghdr {
	u32 nlmsg_seq;
};

struct genl_info {
	u32 snd_seq;
	u32 snd_portid;
	struct genlmsghdr *genlhdr;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
	struct net *net;
	struct sk_buff **reply;
};

struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	struct netlink_ext_ack *extack;
	unsigned int seq;
	u64 args[1];
};

struct netlink_skb_parms {
	u32 portid;
};

#define NETLINK_CB(skb) ((void)(skb), (struct netlink_skb_parms){ 0 })
#define NLM_F_MULTI 2
#define GENLMSG_DEFAULT_SIZE 0
#define GENL_UNS_ADMIN_PERM 0
#define GENL_SET_ERR_MSG(info, msg) NL_SET_ERR_MSG((info)->extack, msg)
#define GENL_REQ_ATTR_CHECK(info, a) genl_lacks(info, a)
#define genl_info_net(info) ((info)->net)
#define genl_has_listeners(family, net, group) ((void)(group), true)
#define genl_dump_check_consistent(cb, hdr) ((void)(cb), (void)(hdr))
#define genlmsg_cancel(skb, hdr) ((void)(hdr), (skb)->attrs = 0)
#define netlink_capable(skb, cap) ((void)(skb), true)

enum {
	NLA_UNSPEC,
	NLA_FLAG,
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_S32,
	NLA_S64,
	NLA_BE32,
	NLA_BINARY,
};

struct netlink_range_validation {
	u64 min;
	u64 max;
};

struct netlink_range_validation_signed {
	s64 min;
	s64 max;
};

/**
 * struct nla_policy - what an attribute may be
 * @type: its type
 * @len: NLA_BINARY: bytes
 * @limited: @min and @max count
 * @min: smallest value
 * @max: largest value
 * @range: the same, of unsigned ones, or NULL
 * @srange: the same, of signed ones, or NULL
 */
struct nla_policy {
	u8 type;
	u16 len;
	bool limited;
	s64 min;
	s64 max;
	const struct netlink_range_validation *range;
	const struct netlink_range_validation_signed *srange;
};

#define NLA_POLICY_RANGE(t, a, b)                                    \
	{                                                            \
		.type = (t), .limited = true, .min = (a), .max = (b) \
	}
#define NLA_POLICY_MIN(t, a) NLA_POLICY_RANGE(t, a, S64_MAX)
#define NLA_POLICY_MAX(t, b) NLA_POLICY_RANGE(t, 0, b)
#define NLA_POLICY_FULL_RANGE(t, r)       \
	{                                 \
		.type = (t), .range = (r) \
	}
#define NLA_POLICY_FULL_RANGE_SIGNED(t, r) \
	{                                  \
		.type = (t), .srange = (r) \
	}
#define NLA_POLICY_EXACT_LEN(n)                \
	{                                      \
		.type = NLA_BINARY, .len = (n) \
	}

struct genl_ops {
	u8 cmd;
	u8 flags;
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	const struct nla_policy *policy;
	unsigned int maxattr;
};

struct genl_multicast_group {
	const char *name;
};

struct genl_family {
	const char *name;
	unsigned int version;
	bool netnsok;
	bool parallel_ops;
	const void *module;
	const struct genl_ops *ops;
	unsigned int n_ops;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
};

int genl_register_family(struct genl_family *f);
void genl_unregister_family(struct genl_family *f);
const struct genl_ops *genl_find(u8 cmd);
bool genl_lacks(const struct genl_info *info, unsigned int attr);
int genl_check(const struct genl_ops *op, const struct sk_buff *skb,
	       struct netlink_ext_ack *extack);

struct sk_buff *genlmsg_new(size_t size, int flags);
void nlmsg_free(struct sk_buff *skb);
void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
		  const struct genl_family *f, int flags, u8 cmd);
void genlmsg_end(struct sk_buff *skb, void *hdr);
int genlmsg_reply(struct sk_buff *skb, struct genl_info *info);
void genlmsg_multicast_netns(const struct genl_family *f, struct net *net,
			     struct sk_buff *skb, u32 portid,
			     unsigned int group, int flags);

int nla_put(struct sk_buff *skb, int attr, int len, const void *data);

#define NLA_PUT(name, type)                                             \
	static inline int nla_put_##name(struct sk_buff *skb, int attr, \
					 type v)                        \
	{                                                               \
		return nla_put(skb, attr, sizeof(v), &v);               \
	}

NLA_PUT(u8, u8)
NLA_PUT(u16, u16)
NLA_PUT(u32, u32)
NLA_PUT(s32, s32)
NLA_PUT(in_addr, __be32)

#define nla_put_flag(skb, attr) nla_put(skb, attr, 0, NULL)
#define nla_put_in6_addr(skb, attr, a) nla_put(skb, attr, sizeof(*(a)), a)

static inline int nla_put_u64_64bit(struct sk_buff *skb, int attr, u64 v,
				    int pad)
{
	(void)pad;
	return nla_put(skb, attr, sizeof(v), &v);
}

static inline int nla_put_s64(struct sk_buff *skb, int attr, s64 v, int pad)
{
	(void)pad;
	return nla_put(skb, attr, sizeof(v), &v);
}

#define NLA_GET(name, type)                                       \
	static inline type nla_get_##name(const struct nlattr *a) \
	{                                                         \
		type v;                                           \
		memcpy(&v, a->data, sizeof(v));                   \
		return v;                                         \
	}

NLA_GET(u8, u8)
NLA_GET(u16, u16)
NLA_GET(u32, u32)
NLA_GET(u64, u64)
NLA_GET(s32, s32)
NLA_GET(s64, s64)
NLA_GET(in_addr, __be32)
NLA_GET(in6_addr, struct in6_addr)

#define nla_get_flag(a) ((a) != NULL)

/* Addresses. */
#define IPV6_ADDR_UNICAST 1
#define IPV6_ADDR_LINKLOCAL 2
#define ipv4_is_zeronet(a) (!((a)&htonl(0xff000000)))
#define ipv4_is_multicast(a) (((a)&htonl(0xf0000000)) == htonl(0xe0000000))
#define ipv4_is_lbcast(a) ((a) == 0xffffffff)
#define ipv6_addr_v4mapped(a) IN6_IS_ADDR_V4MAPPED(a)
#define ipv6_addr_any(a) IN6_IS_ADDR_UNSPECIFIED(a)
#define ipv6_addr_is_multicast(a) IN6_IS_ADDR_MULTICAST(a)
#define IPV6_ADDR_MC_SCOPE(a) ((a)->s6_addr[1] & 0xf)
#define IPV6_ADDR_SCOPE_LINKLOCAL 2
#define ipv6_addr_equal(a, b) IN6_ARE_ADDR_EQUAL(a, b)
#define ipv6_addr_type(a)                                     \
	((IN6_IS_ADDR_MULTICAST(a) ? 0 : IPV6_ADDR_UNICAST) | \
	 (IN6_IS_ADDR_LINKLOCAL(a) ? IPV6_ADDR_LINKLOCAL : 0))

static inline void ipv6_addr_set_v4mapped(__be32 addr, struct in6_addr *ret)
{
	*ret = (struct in6_addr)IN6ADDR_ANY_INIT;
	ret->s6_addr32[2] = htonl(0xffff);
	ret->s6_addr32[3] = addr;
}

/* Routes are the simulator's. */
struct dst_cache {
	bool unused;
};

#define dst_cache_init(c, flags) ((void)(c), 0)
#define dst_cache_reset_now(c) lock_nothing(c)
#define dst_cache_destroy(c) lock_nothing(c)

struct socket {
	struct net *net;
};

#endif /* _CS_KERNEL_GENL_H */
