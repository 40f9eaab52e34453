// SPDX-License-Identifier: GPL-2.0
#include "nlparse.h"

#include <linux/clocklink.h>
#include <linux/netdevice.h>
#include <linux/timekeeping.h>
#include <net/addrconf.h>

#include "core/fixed.h"
#include "instance.h"

#define NL_INTERVAL_NS (100 * CL_NS_PER_MS)
#define NL_STAMP_NOISE_NS 1000
#define NL_WANDER_PPT 1000
#define NL_MAX_BOUND_NS (1 * CL_NS_PER_SEC)
#define NL_PROBES 8
#define NL_PROBES_MAX 16
#define NL_PROBE_EVERY 1
#define NL_PROBE_EVERY_MAX 1000
#define NL_MULTICAST_HOPS 1

/* No difference of two overflows. */
#define NL_TIME_MAX (S64_MAX / 2)
/* Below 2^-10; a larger rate cannot be sent on (CL_WIRE_RATE_MAX_Q48). */
#define NL_RATE_MAX_PPT 976562000LL
/* The largest growth that cl_output_step() computes with. */
#define NL_DRIFT_MAX_PPT 1000000000ULL

/*
 * Ranges are not const: the policy's pointer to them is not in 6.1.
 * NLA_POLICY_RANGE() would hold an s16 only.
 */
static struct netlink_range_validation nl_node_range = {
	.min = 1,
	.max = CL_NODE_ALL - 1,
};

static struct netlink_range_validation nl_leader_range = {
	.max = CL_NODE_ALL - 1,
};

static struct netlink_range_validation nl_interval_range = {
	.min = 1 * CL_NS_PER_MS,
	.max = 1000 * CL_NS_PER_SEC,
};

static struct netlink_range_validation nl_interval_max_range = {
	.max = 1000 * CL_NS_PER_SEC,
};

static struct netlink_range_validation nl_asymmetry_range = {
	.max = 1 * CL_NS_PER_SEC,
};

static struct netlink_range_validation_signed nl_delay_asymmetry_range = {
	.min = -1 * CL_NS_PER_SEC,
	.max = 1 * CL_NS_PER_SEC,
};

static struct netlink_range_validation_signed nl_bias_range = {
	.min = -1 * CL_NS_PER_MS,
	.max = 1 * CL_NS_PER_MS,
};

/* What the estimator can work with: 1 ms, and 1 ppm per sqrt(s). */
static struct netlink_range_validation nl_params_range = {
	.min = 1,
	.max = 1000000,
};

static struct netlink_range_validation nl_max_bound_range = {
	.min = 1 * CL_NS_PER_US,
	.max = 1000 * CL_NS_PER_SEC,
};

static struct netlink_range_validation nl_expiry_range = {
	.min = 1 * CL_NS_PER_MS,
	.max = 10000 * CL_NS_PER_SEC,
};

static struct netlink_range_validation nl_bound_range = {
	.max = 1000 * CL_NS_PER_SEC,
};

static struct netlink_range_validation nl_drift_range = {
	.max = NL_DRIFT_MAX_PPT,
};

static struct netlink_range_validation_signed nl_time_range = {
	.min = 0,
	.max = NL_TIME_MAX,
};

static struct netlink_range_validation_signed nl_rate_range = {
	.min = -NL_RATE_MAX_PPT,
	.max = NL_RATE_MAX_PPT,
};

static struct netlink_range_validation_signed nl_freq_range = {
	.min = -CL_TESTOSC_MAX_PPT,
	.max = CL_TESTOSC_MAX_PPT,
};

static struct netlink_range_validation_signed nl_lie_range = {
	.min = -CL_TESTOSC_MAX_LIE_NS,
	.max = CL_TESTOSC_MAX_LIE_NS,
};

/* 10 %: cards can be steered by 6 %. */
static struct netlink_range_validation_signed nl_phc_rate_range = {
	.min = -100000000000LL,
	.max = 100000000000LL,
};

/* The clock of a device may count from anything. */
static struct netlink_range_validation_signed nl_phc_range = {
	.min = -NL_TIME_MAX,
	.max = NL_TIME_MAX,
};

static struct netlink_range_validation nl_error_range = {
	.max = 1 * CL_NS_PER_MS,
};

static struct netlink_range_validation_signed nl_temperature_range = {
	.min = -100000,
	.max = 200000,
};

static struct netlink_range_validation nl_map_expiry_range = {
	.min = 1 * CL_NS_PER_MS,
	.max = CL_HWCLOCK_EXPIRY_MAX_NS,
};

/*
 * Each policy spans its whole set, because handlers look at all attributes of
 * the set; those without an entry are refused.
 */
#define NL_SETTINGS_POLICY                                              \
	[CLOCKLINK_A_INSTANCE_LEADER] =                                 \
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_leader_range),       \
	[CLOCKLINK_A_INSTANCE_INTERVAL] =                               \
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_interval_range),     \
	[CLOCKLINK_A_INSTANCE_INTERVAL_MAX] =                           \
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_interval_max_range), \
	[CLOCKLINK_A_INSTANCE_ASYMMETRY] =                              \
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_asymmetry_range),    \
	[CLOCKLINK_A_INSTANCE_STAMP_NOISE] =                            \
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_params_range),       \
	[CLOCKLINK_A_INSTANCE_WANDER] =                                 \
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_params_range),       \
	[CLOCKLINK_A_INSTANCE_MAX_BOUND] =                              \
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_max_bound_range),    \
	[CLOCKLINK_A_INSTANCE_PROBES] =                                 \
		NLA_POLICY_MAX(NLA_U32, NL_PROBES_MAX),                 \
	[CLOCKLINK_A_INSTANCE_PROBE_EVERY] =                            \
		NLA_POLICY_RANGE(NLA_U32, 1, NL_PROBE_EVERY_MAX),       \
	[CLOCKLINK_A_INSTANCE_MULTICAST] =                              \
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),          \
	[CLOCKLINK_A_INSTANCE_MULTICAST_IFINDEX] = { .type = NLA_U32 }, \
	[CLOCKLINK_A_INSTANCE_MULTICAST_HOPS] =                         \
		NLA_POLICY_RANGE(NLA_U8, 1, U8_MAX)

const struct nla_policy cl_nlparse_add[CLOCKLINK_A_INSTANCE_MAX + 1] = {
	NL_SETTINGS_POLICY,
	[CLOCKLINK_A_INSTANCE_NODE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_node_range),
	[CLOCKLINK_A_INSTANCE_CLUSTER] = { .type = NLA_U32 },
	[CLOCKLINK_A_INSTANCE_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[CLOCKLINK_A_INSTANCE_PHC] = NLA_POLICY_MAX(NLA_U8, 1),
	[CLOCKLINK_A_INSTANCE_MANAGED] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy cl_nlparse_set[CLOCKLINK_A_INSTANCE_MAX + 1] = {
	NL_SETTINGS_POLICY,
	[CLOCKLINK_A_INSTANCE_MANAGED] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy cl_nlparse_peer[CLOCKLINK_A_PEER_MAX + 1] = {
	[CLOCKLINK_A_PEER_NODE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_node_range),
};

const struct nla_policy cl_nlparse_peer_del[CLOCKLINK_A_PEER_MAX + 1] = {
	[CLOCKLINK_A_PEER_NODE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_node_range),
	[CLOCKLINK_A_PEER_MANAGED] = { .type = NLA_FLAG },
};

#define NL_PEER_POLICY                                                     \
	[CLOCKLINK_A_PEER_ASYMMETRY] =                                     \
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_asymmetry_range),       \
	[CLOCKLINK_A_PEER_DELAY_ASYMMETRY] = NLA_POLICY_FULL_RANGE_SIGNED( \
		NLA_S32, &nl_delay_asymmetry_range),                       \
	[CLOCKLINK_A_PEER_SHADOW] = NLA_POLICY_MAX(NLA_U8, 1),             \
	[CLOCKLINK_A_PEER_MANAGED] = { .type = NLA_FLAG }

const struct nla_policy cl_nlparse_peer_add[CLOCKLINK_A_PEER_MAX + 1] = {
	[CLOCKLINK_A_PEER_NODE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_node_range),
	[CLOCKLINK_A_PEER_ADDR4] = { .type = NLA_BE32 },
	[CLOCKLINK_A_PEER_ADDR6] =
		NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[CLOCKLINK_A_PEER_SCOPE] = NLA_POLICY_MIN(NLA_U32, 1),
	[CLOCKLINK_A_PEER_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	NL_PEER_POLICY,
};

const struct nla_policy cl_nlparse_peer_set[CLOCKLINK_A_PEER_MAX + 1] = {
	[CLOCKLINK_A_PEER_NODE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_node_range),
	NL_PEER_POLICY,
};

const struct nla_policy cl_nlparse_steer[CLOCKLINK_A_STEER_MAX + 1] = {
	[CLOCKLINK_A_STEER_PARENT] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_leader_range),
	[CLOCKLINK_A_STEER_TERM] = { .type = NLA_U32 },
	[CLOCKLINK_A_STEER_ROUND] = { .type = NLA_U32 },
	[CLOCKLINK_A_STEER_EXPIRY] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_expiry_range),
	[CLOCKLINK_A_STEER_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_interval_range),
	[CLOCKLINK_A_STEER_GEN] = { .type = NLA_U32 },
	[CLOCKLINK_A_STEER_RAW] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_time_range),
	[CLOCKLINK_A_STEER_TIME] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_time_range),
	[CLOCKLINK_A_STEER_RATE] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_rate_range),
	[CLOCKLINK_A_STEER_BOUND] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_bound_range),
	[CLOCKLINK_A_STEER_HARD] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_bound_range),
	[CLOCKLINK_A_STEER_DRIFT] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_drift_range),
	[CLOCKLINK_A_STEER_TAI_OFFSET] = NLA_POLICY_RANGE(NLA_S32, -1000, 1000),
	[CLOCKLINK_A_STEER_LEAP] =
		NLA_POLICY_MAX(NLA_U32, CLOCKLINK_LEAP_DELETE),
	[CLOCKLINK_A_STEER_EPOCH] = { .type = NLA_U32 },
	[CLOCKLINK_A_STEER_HOPS] = NLA_POLICY_MAX(NLA_U8, 254),
	[CLOCKLINK_A_STEER_FORCE] = { .type = NLA_FLAG },
	[CLOCKLINK_A_STEER_UNVERIFIED] = { .type = NLA_FLAG },
	[CLOCKLINK_A_STEER_HOLD] = { .type = NLA_FLAG },
};

const struct nla_policy cl_nlparse_round[CLOCKLINK_A_ROUND_MAX + 1] = {
	[CLOCKLINK_A_ROUND_TERM] = { .type = NLA_U32 },
	[CLOCKLINK_A_ROUND_ROUND] = { .type = NLA_U32 },
};

const struct nla_policy cl_nlparse_update[CLOCKLINK_A_ROUND_MAX + 1] = {
	[CLOCKLINK_A_ROUND_TERM] = { .type = NLA_U32 },
	[CLOCKLINK_A_ROUND_ROUND] = { .type = NLA_U32 },
	[CLOCKLINK_A_ROUND_EPOCH] = { .type = NLA_U32 },
	[CLOCKLINK_A_ROUND_INTERVAL] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_interval_range),
};

const struct nla_policy cl_nlparse_device[CLOCKLINK_A_DEVICE_MAX + 1] = {
	[CLOCKLINK_A_DEVICE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[CLOCKLINK_A_DEVICE_STATE] =
		NLA_POLICY_MAX(NLA_U32, CLOCKLINK_DEVICE_STATE_UNSUPPORTED),
	[CLOCKLINK_A_DEVICE_PHC_INDEX] = NLA_POLICY_MIN(NLA_S32, -1),
	[CLOCKLINK_A_DEVICE_PHC] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_phc_range),
	[CLOCKLINK_A_DEVICE_RAW] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_time_range),
	[CLOCKLINK_A_DEVICE_RATE] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_phc_rate_range),
	[CLOCKLINK_A_DEVICE_ERROR] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &nl_error_range),
	[CLOCKLINK_A_DEVICE_EXPIRY] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &nl_map_expiry_range),
	[CLOCKLINK_A_DEVICE_RX_BIAS] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32, &nl_bias_range),
	[CLOCKLINK_A_DEVICE_TX_BIAS] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32, &nl_bias_range),
	[CLOCKLINK_A_DEVICE_HW_RX_BIAS] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32, &nl_bias_range),
	[CLOCKLINK_A_DEVICE_HW_TX_BIAS] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32, &nl_bias_range),
};

const struct nla_policy cl_nlparse_device_del[CLOCKLINK_A_DEVICE_MAX + 1] = {
	[CLOCKLINK_A_DEVICE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy cl_nlparse_temperature[CLOCKLINK_A_CLOCK_MAX + 1] = {
	[CLOCKLINK_A_CLOCK_TEMPERATURE] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S32, &nl_temperature_range),
};

const struct nla_policy cl_nlparse_test[CLOCKLINK_A_TEST_MAX + 1] = {
	[CLOCKLINK_A_TEST_OSC_FREQ] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_freq_range),
	[CLOCKLINK_A_TEST_LIE] =
		NLA_POLICY_FULL_RANGE_SIGNED(NLA_S64, &nl_lie_range),
};

const struct nla_policy cl_nlparse_extts[CLOCKLINK_A_EXTTS_MAX + 1] = {
	[CLOCKLINK_A_EXTTS_CHANNEL] =
		NLA_POLICY_MAX(NLA_U32, CL_PHC_CHANNELS - 1),
	[CLOCKLINK_A_EXTTS_RAW] = { .type = NLA_S64 },
};

/* Is one of the attributes missing? */
static bool lacks(struct genl_info *info, const u8 *attrs, unsigned int n)
{
	while (n--) {
		if (GENL_REQ_ATTR_CHECK(info, *attrs++))
			return true;
	}
	return false;
}

/* Only one of the two may be in the request: that one is to blame. */
static int check_interval(struct genl_info *info, const struct cl_settings *s)
{
	struct nlattr *max = info->attrs[CLOCKLINK_A_INSTANCE_INTERVAL_MAX];

	if (!s->interval_max_ns || s->interval_max_ns >= s->interval_ns)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack,
			    max ?: info->attrs[CLOCKLINK_A_INSTANCE_INTERVAL],
			    "interval-max is below interval");
	return -EINVAL;
}

/* In a cluster who leads is not for everybody to say. */
static int check_leader(struct genl_info *info, const struct cl_settings *s)
{
	struct nlattr *leader = info->attrs[CLOCKLINK_A_INSTANCE_LEADER];

	if (!s->managed || !leader || info->attrs[CLOCKLINK_A_INSTANCE_MANAGED])
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, leader, "managed by cluster");
	return -EBUSY;
}

static bool is_group(const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr))
		return ipv4_is_multicast(addr->s6_addr32[3]);
	return ipv6_addr_is_multicast(addr) &&
	       IPV6_ADDR_MC_SCOPE(addr) >= IPV6_ADDR_SCOPE_LINKLOCAL;
}

/* The group; its device is given with it, or it has none. */
static int get_group(struct genl_info *info, struct cl_settings *s)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_INSTANCE_MULTICAST];
	struct nlattr *index =
		info->attrs[CLOCKLINK_A_INSTANCE_MULTICAST_IFINDEX];
	struct nlattr *hops = info->attrs[CLOCKLINK_A_INSTANCE_MULTICAST_HOPS];
	struct cl_endpoint *e = &s->group;

	if (hops)
		s->group_hops = nla_get_u8(hops);
	if (index && !attr) {
		NL_SET_ERR_MSG_ATTR(info->extack, index,
				    "goes with a group only");
		return -EINVAL;
	}
	if (!attr)
		return 0;
	*e = (struct cl_endpoint){ .addr = nla_get_in6_addr(attr) };
	if (index)
		e->scope = nla_get_u32(index);
	if (ipv6_addr_any(&e->addr) && !e->scope)
		return 0;
	e->port = htons(s->port);
	if (!is_group(&e->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "not the address of a multicast group");
		return -EINVAL;
	}
	if (!ipv6_addr_v4mapped(&e->addr) && !e->scope &&
	    IPV6_ADDR_MC_SCOPE(&e->addr) == IPV6_ADDR_SCOPE_LINKLOCAL) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "a group of the link needs a device");
		return -EINVAL;
	}
	return 0;
}

/**
 * cl_nlparse_settings() - the settings that may be changed at any time
 * @info: request
 * @s: settings; those without an attribute are untouched
 *
 * Return: 0, -EINVAL if they do not fit together, -EBUSY if the leader comes
 * from a cluster; then @s is not to be used.
 */
int cl_nlparse_settings(struct genl_info *info, struct cl_settings *s)
{
	struct nlattr **attrs = info->attrs;
	int err = check_leader(info, s) ?: get_group(info, s);

	if (err)
		return err;
	if (attrs[CLOCKLINK_A_INSTANCE_LEADER])
		s->leader = nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_LEADER]);
	if (attrs[CLOCKLINK_A_INSTANCE_INTERVAL])
		s->interval_ns =
			nla_get_u64(attrs[CLOCKLINK_A_INSTANCE_INTERVAL]);
	if (attrs[CLOCKLINK_A_INSTANCE_INTERVAL_MAX])
		s->interval_max_ns =
			nla_get_u64(attrs[CLOCKLINK_A_INSTANCE_INTERVAL_MAX]);
	if (attrs[CLOCKLINK_A_INSTANCE_ASYMMETRY])
		s->asymmetry_ns =
			nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_ASYMMETRY]);
	if (attrs[CLOCKLINK_A_INSTANCE_STAMP_NOISE])
		s->params.stamp_noise_ns =
			nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_STAMP_NOISE]);
	if (attrs[CLOCKLINK_A_INSTANCE_WANDER])
		s->params.wander_ppt =
			nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_WANDER]);
	if (attrs[CLOCKLINK_A_INSTANCE_MAX_BOUND])
		s->max_bound_ns =
			nla_get_u64(attrs[CLOCKLINK_A_INSTANCE_MAX_BOUND]);
	if (attrs[CLOCKLINK_A_INSTANCE_PROBES])
		s->probes = nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_PROBES]);
	if (attrs[CLOCKLINK_A_INSTANCE_PROBE_EVERY])
		s->probe_every =
			nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_PROBE_EVERY]);
	if (attrs[CLOCKLINK_A_INSTANCE_MANAGED])
		s->managed = nla_get_u8(attrs[CLOCKLINK_A_INSTANCE_MANAGED]);
	return check_interval(info, s);
}

/**
 * cl_nlparse_new_settings() - settings of a new instance
 * @skb: request, for the capabilities of its sender
 * @info: request
 * @s: settings, with defaults
 *
 * Return: 0, -EINVAL if a needed one is missing or they do not fit together,
 * -EPERM for a PTP clock without CAP_SYS_TIME.
 */
int cl_nlparse_new_settings(struct sk_buff *skb, struct genl_info *info,
			    struct cl_settings *s)
{
	static const u8 needed[] = {
		CLOCKLINK_A_INSTANCE_NODE,
		CLOCKLINK_A_INSTANCE_CLUSTER,
	};
	struct nlattr **attrs = info->attrs;
	int err;

	if (lacks(info, needed, ARRAY_SIZE(needed)))
		return -EINVAL;
	*s = (struct cl_settings){
		.node = nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_NODE]),
		.cluster = nla_get_u32(attrs[CLOCKLINK_A_INSTANCE_CLUSTER]),
		.port = CL_WIRE_PORT,
		.group_hops = NL_MULTICAST_HOPS,
		.interval_ns = NL_INTERVAL_NS,
		.params.stamp_noise_ns = NL_STAMP_NOISE_NS,
		.params.wander_ppt = NL_WANDER_PPT,
		.max_bound_ns = NL_MAX_BOUND_NS,
		.probes = NL_PROBES,
		.probe_every = NL_PROBE_EVERY,
	};
	if (attrs[CLOCKLINK_A_INSTANCE_PORT])
		s->port = nla_get_u16(attrs[CLOCKLINK_A_INSTANCE_PORT]);
	err = cl_nlparse_settings(info, s);
	if (err)
		return err;
	if (attrs[CLOCKLINK_A_INSTANCE_PHC])
		s->phc = nla_get_u8(attrs[CLOCKLINK_A_INSTANCE_PHC]);
	/* /dev/ptpN is the machine's, not the namespace's. */
	if (s->phc && !netlink_capable(skb, CAP_SYS_TIME)) {
		GENL_SET_ERR_MSG(info,
				 "a PTP clock needs the host's CAP_SYS_TIME");
		NL_SET_BAD_ATTR(info->extack, attrs[CLOCKLINK_A_INSTANCE_PHC]);
		return -EPERM;
	}
	return 0;
}

static int get_addr4(struct genl_info *info, struct cl_endpoint *e)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_PEER_ADDR4];
	__be32 addr = nla_get_in_addr(attr);

	if (ipv4_is_zeronet(addr) || ipv4_is_multicast(addr) ||
	    ipv4_is_lbcast(addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "not a unicast IPv4 address");
		return -EINVAL;
	}
	if (info->attrs[CLOCKLINK_A_PEER_SCOPE]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[CLOCKLINK_A_PEER_SCOPE],
				    "an IPv4 address has no scope");
		return -EINVAL;
	}
	ipv6_addr_set_v4mapped(addr, &e->addr);
	return 0;
}

static int get_addr6(struct genl_info *info, struct cl_endpoint *e)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_PEER_ADDR6];
	struct nlattr *scope = info->attrs[CLOCKLINK_A_PEER_SCOPE];
	bool local;

	e->addr = nla_get_in6_addr(attr);
	if (!(ipv6_addr_type(&e->addr) & IPV6_ADDR_UNICAST) ||
	    ipv6_addr_v4mapped(&e->addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "not a unicast IPv6 address");
		return -EINVAL;
	}
	local = ipv6_addr_type(&e->addr) & IPV6_ADDR_LINKLOCAL;
	if (local && !scope) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "a link-local address needs a scope");
		return -EINVAL;
	}
	if (!local && scope) {
		NL_SET_ERR_MSG_ATTR(info->extack, scope,
				    "only a link-local address has a scope");
		return -EINVAL;
	}
	if (scope)
		e->scope = nla_get_u32(scope);
	return 0;
}

/**
 * cl_nlparse_endpoint() - address of a peer
 * @info: request
 * @port: port if none is given
 * @e: address
 *
 * Return: 0, -EINVAL.
 */
int cl_nlparse_endpoint(struct genl_info *info, u16 port, struct cl_endpoint *e)
{
	struct nlattr **attrs = info->attrs;

	*e = (struct cl_endpoint){ .port = htons(port) };
	if (attrs[CLOCKLINK_A_PEER_PORT])
		e->port = htons(nla_get_u16(attrs[CLOCKLINK_A_PEER_PORT]));
	if (!attrs[CLOCKLINK_A_PEER_ADDR4] == !attrs[CLOCKLINK_A_PEER_ADDR6]) {
		GENL_SET_ERR_MSG(info,
				 "exactly one of addr4 and addr6 is needed");
		return -EINVAL;
	}
	if (attrs[CLOCKLINK_A_PEER_ADDR4])
		return get_addr4(info, e);
	return get_addr6(info, e);
}

/**
 * cl_nlparse_peer_settings() - what is told of a peer
 * @attrs: attributes, validated
 * @s: settings; those without an attribute are untouched
 */
void cl_nlparse_peer_settings(struct nlattr **attrs, struct cl_peer_settings *s)
{
	if (attrs[CLOCKLINK_A_PEER_ASYMMETRY])
		s->asymmetry_ns =
			nla_get_u32(attrs[CLOCKLINK_A_PEER_ASYMMETRY]);
	if (attrs[CLOCKLINK_A_PEER_DELAY_ASYMMETRY])
		s->delay_asymmetry_ns =
			nla_get_s32(attrs[CLOCKLINK_A_PEER_DELAY_ASYMMETRY]);
	if (attrs[CLOCKLINK_A_PEER_SHADOW])
		s->shadow = nla_get_u8(attrs[CLOCKLINK_A_PEER_SHADOW]);
}

static void get_map(struct nlattr **attrs, struct cl_map *map)
{
	s64 rate_ppt = nla_get_s64(attrs[CLOCKLINK_A_STEER_RATE]);

	map->raw = cl_raw(nla_get_s64(attrs[CLOCKLINK_A_STEER_RAW]));
	map->time = cl_time(nla_get_s64(attrs[CLOCKLINK_A_STEER_TIME]));
	map->rate_q48 = cl_ppt_to_q48(rate_ppt);
}

static void get_steer(struct nlattr **attrs, struct cl_order *o)
{
	*o = (struct cl_order){
		.parent = nla_get_u32(attrs[CLOCKLINK_A_STEER_PARENT]),
		.term = nla_get_u32(attrs[CLOCKLINK_A_STEER_TERM]),
		.round = nla_get_u32(attrs[CLOCKLINK_A_STEER_ROUND]),
		.expiry_ns = nla_get_u64(attrs[CLOCKLINK_A_STEER_EXPIRY]),
		.interval_ns = nla_get_u64(attrs[CLOCKLINK_A_STEER_INTERVAL]),
		.gen = nla_get_u32(attrs[CLOCKLINK_A_STEER_GEN]),
		.bound.bound_ns = nla_get_u64(attrs[CLOCKLINK_A_STEER_BOUND]),
		.bound.hard_ns = nla_get_u64(attrs[CLOCKLINK_A_STEER_HARD]),
		.bound.drift_ppt = nla_get_u64(attrs[CLOCKLINK_A_STEER_DRIFT]),
		.force = nla_get_flag(attrs[CLOCKLINK_A_STEER_FORCE]),
		.unverified = nla_get_flag(attrs[CLOCKLINK_A_STEER_UNVERIFIED]),
	};
	if (attrs[CLOCKLINK_A_STEER_TAI_OFFSET])
		o->tai_offset =
			nla_get_s32(attrs[CLOCKLINK_A_STEER_TAI_OFFSET]);
	if (attrs[CLOCKLINK_A_STEER_LEAP])
		o->leap = nla_get_u32(attrs[CLOCKLINK_A_STEER_LEAP]);
	if (attrs[CLOCKLINK_A_STEER_EPOCH])
		o->epoch = nla_get_u32(attrs[CLOCKLINK_A_STEER_EPOCH]);
	if (attrs[CLOCKLINK_A_STEER_HOPS])
		o->hops = nla_get_u8(attrs[CLOCKLINK_A_STEER_HOPS]);
}

/* An order to hold over: nothing of it is about somebody to follow. */
static int get_hold(struct genl_info *info, struct cl_order *o)
{
	static const u8 needed[] = {
		CLOCKLINK_A_STEER_TERM,
		CLOCKLINK_A_STEER_ROUND,
		CLOCKLINK_A_STEER_BOUND,
	};
	struct nlattr *parent = info->attrs[CLOCKLINK_A_STEER_PARENT];
	struct nlattr **attrs = info->attrs;
	unsigned int i;

	if (lacks(info, needed, ARRAY_SIZE(needed)))
		return -EINVAL;
	for (i = 1; i <= CLOCKLINK_A_STEER_MAX; i++) {
		if (!attrs[i] || i == CLOCKLINK_A_STEER_HOLD ||
		    i == CLOCKLINK_A_STEER_DRIFT ||
		    memchr(needed, i, sizeof(needed)) ||
		    (attrs[i] == parent && !nla_get_u32(parent)))
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[i],
				    "hold has term, round, bound, drift only");
		return -EINVAL;
	}
	*o = (struct cl_order){
		.hold = true,
		.term = nla_get_u32(attrs[CLOCKLINK_A_STEER_TERM]),
		.round = nla_get_u32(attrs[CLOCKLINK_A_STEER_ROUND]),
		.bound.bound_ns = nla_get_u64(attrs[CLOCKLINK_A_STEER_BOUND]),
	};
	if (attrs[CLOCKLINK_A_STEER_DRIFT])
		o->bound.drift_ppt =
			nla_get_u64(attrs[CLOCKLINK_A_STEER_DRIFT]);
	return 0;
}

/**
 * cl_nlparse_order() - content of a STEER
 * @info: request
 * @o: order
 *
 * Return: 0, -EINVAL if an attribute is missing, or one too many to hold over.
 */
int cl_nlparse_order(struct genl_info *info, struct cl_order *o)
{
	static const u8 needed[] = {
		CLOCKLINK_A_STEER_PARENT,   CLOCKLINK_A_STEER_TERM,
		CLOCKLINK_A_STEER_ROUND,    CLOCKLINK_A_STEER_EXPIRY,
		CLOCKLINK_A_STEER_INTERVAL, CLOCKLINK_A_STEER_GEN,
		CLOCKLINK_A_STEER_BOUND,    CLOCKLINK_A_STEER_HARD,
		CLOCKLINK_A_STEER_DRIFT,
	};
	static const u8 map[] = {
		CLOCKLINK_A_STEER_RAW,
		CLOCKLINK_A_STEER_TIME,
		CLOCKLINK_A_STEER_RATE,
	};
	struct nlattr **attrs = info->attrs;
	bool keep = !attrs[CLOCKLINK_A_STEER_RAW] &&
		    !attrs[CLOCKLINK_A_STEER_TIME] &&
		    !attrs[CLOCKLINK_A_STEER_RATE];

	if (attrs[CLOCKLINK_A_STEER_HOLD])
		return get_hold(info, o);
	if (lacks(info, needed, ARRAY_SIZE(needed)) ||
	    (!keep && lacks(info, map, ARRAY_SIZE(map))))
		return -EINVAL;
	get_steer(attrs, o);
	o->keep = keep;
	if (!keep)
		get_map(attrs, &o->map);
	return 0;
}

/* The new line of a device's clock. */
static int get_line(struct genl_info *info, struct cl_hwline *line)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *raw = attrs[CLOCKLINK_A_DEVICE_RAW];
	s64 rate_ppt = nla_get_s64(attrs[CLOCKLINK_A_DEVICE_RATE]);
	s64 now = ktime_get_raw_ns();

	*line = (struct cl_hwline){
		.phc_ns = nla_get_s64(attrs[CLOCKLINK_A_DEVICE_PHC]),
		.raw = cl_raw(nla_get_s64(raw)),
		.rate_q48 = cl_ppt_to_q48(rate_ppt),
		.error_ns = nla_get_u32(attrs[CLOCKLINK_A_DEVICE_ERROR]),
		.expiry_ns = CL_HWCLOCK_EXPIRY_MAX_NS,
	};
	if (attrs[CLOCKLINK_A_DEVICE_EXPIRY])
		line->expiry_ns = nla_get_u64(attrs[CLOCKLINK_A_DEVICE_EXPIRY]);
	if (line->raw.ns <= now && now - line->raw.ns < line->expiry_ns)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, raw,
			    "the anchor is in the future or too old");
	return -ESTALE;
}

/* Does the device exist in the namespace of the command? */
static int check_device(struct genl_info *info, u32 ifindex)
{
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(genl_info_net(info), ifindex);
	rcu_read_unlock();
	if (dev)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack,
			    info->attrs[CLOCKLINK_A_DEVICE_IFINDEX],
			    "there is no such network device");
	return -ENODEV;
}

/**
 * cl_nlparse_change() - what is new of a network device
 * @info: request, with an interface index
 * @c: the change
 *
 * Return: 0; -EINVAL if an attribute is missing or does not fit the others,
 * -ESTALE if the map has ended, -ENODEV if there is no such device.
 */
int cl_nlparse_change(struct genl_info *info, struct cl_hwmap_change *c)
{
	static const u8 map[] = {
		CLOCKLINK_A_DEVICE_PHC_INDEX, CLOCKLINK_A_DEVICE_PHC,
		CLOCKLINK_A_DEVICE_RAW,	      CLOCKLINK_A_DEVICE_RATE,
		CLOCKLINK_A_DEVICE_ERROR,
	};
	struct nlattr **attrs = info->attrs;
	struct nlattr *state = attrs[CLOCKLINK_A_DEVICE_STATE];

	*c = (struct cl_hwmap_change){
		.ifindex = nla_get_u32(attrs[CLOCKLINK_A_DEVICE_IFINDEX]),
		.state = CLOCKLINK_DEVICE_STATE_HARDWARE,
		.phc_index = -1,
	};
	if (attrs[CLOCKLINK_A_DEVICE_PHC_INDEX])
		c->phc_index = nla_get_s32(attrs[CLOCKLINK_A_DEVICE_PHC_INDEX]);
	if (state) {
		c->state = nla_get_u32(state);
		if (c->state == CLOCKLINK_DEVICE_STATE_HARDWARE ||
		    attrs[CLOCKLINK_A_DEVICE_PHC]) {
			NL_SET_ERR_MSG_ATTR(info->extack, state,
					    "a map is set without a state");
			return -EINVAL;
		}
		return check_device(info, c->ifindex);
	}
	if (lacks(info, map, ARRAY_SIZE(map)))
		return -EINVAL;
	return check_device(info, c->ifindex) ?: get_line(info, &c->line);
}

/**
 * cl_nlparse_is_bias() - does a request say what stamps are wrong by
 * @attrs: attributes, validated
 *
 * Return: true if it does; else it is about state or map of the device.
 */
bool cl_nlparse_is_bias(struct nlattr **attrs)
{
	return attrs[CLOCKLINK_A_DEVICE_RX_BIAS] ||
	       attrs[CLOCKLINK_A_DEVICE_TX_BIAS] ||
	       attrs[CLOCKLINK_A_DEVICE_HW_RX_BIAS] ||
	       attrs[CLOCKLINK_A_DEVICE_HW_TX_BIAS];
}

/**
 * cl_nlparse_bias() - what the stamps of a network device are wrong by
 * @info: request, with an interface index
 * @b: the bias; what is without an attribute is untouched
 *
 * Return: 0; -EINVAL if there are attributes of a state or a map as well,
 * -ENODEV if there is no such device.
 */
int cl_nlparse_bias(struct genl_info *info, struct cl_stamp_bias *b)
{
	static const u8 other[] = {
		CLOCKLINK_A_DEVICE_STATE,  CLOCKLINK_A_DEVICE_PHC_INDEX,
		CLOCKLINK_A_DEVICE_PHC,	   CLOCKLINK_A_DEVICE_RAW,
		CLOCKLINK_A_DEVICE_RATE,   CLOCKLINK_A_DEVICE_ERROR,
		CLOCKLINK_A_DEVICE_EXPIRY,
	};
	struct nlattr **attrs = info->attrs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(other); i++) {
		if (!attrs[other[i]])
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[other[i]],
				    "a bias is set without state and map");
		return -EINVAL;
	}
	if (attrs[CLOCKLINK_A_DEVICE_RX_BIAS])
		b->rx_ns = nla_get_s32(attrs[CLOCKLINK_A_DEVICE_RX_BIAS]);
	if (attrs[CLOCKLINK_A_DEVICE_TX_BIAS])
		b->tx_ns = nla_get_s32(attrs[CLOCKLINK_A_DEVICE_TX_BIAS]);
	if (attrs[CLOCKLINK_A_DEVICE_HW_RX_BIAS])
		b->hw_rx_ns = nla_get_s32(attrs[CLOCKLINK_A_DEVICE_HW_RX_BIAS]);
	if (attrs[CLOCKLINK_A_DEVICE_HW_TX_BIAS])
		b->hw_tx_ns = nla_get_s32(attrs[CLOCKLINK_A_DEVICE_HW_TX_BIAS]);
	return check_device(info,
			    nla_get_u32(attrs[CLOCKLINK_A_DEVICE_IFINDEX]));
}
