// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"

#include <linux/clocklink.h>
#include <linux/genetlink.h>
#include <linux/module.h>
#include <net/genetlink.h>

#include "engine.h"
#include "instance.h"
#include "lead.h"
#include "nlfill.h"
#include "nlparse.h"

enum nl_group {
	NL_GROUP_CONFIG,
	NL_GROUP_STATE,
	NL_GROUP_UPDATE,
	NL_GROUP_SAMPLE,
};

static struct genl_family nl_family;

/*
 * Cleared before the family is unregistered: from then on the numbers of its
 * groups may be those of another family.  Read under RCU.
 */
static bool nl_live;

typedef int (*nl_fill_t)(struct sk_buff *skb, const void *arg);

static int nl_build(struct sk_buff *skb, u32 portid, u32 seq, u8 cmd,
		    nl_fill_t fill, const void *arg)
{
	void *hdr = genlmsg_put(skb, portid, seq, &nl_family, 0, cmd);

	if (!hdr || fill(skb, arg))
		return -EMSGSIZE;
	genlmsg_end(skb, hdr);
	return 0;
}

/* Consumes @skb. */
static int nl_reply(struct sk_buff *skb, struct genl_info *info, nl_fill_t fill,
		    const void *arg)
{
	int err = nl_build(skb, info->snd_portid, info->snd_seq,
			   info->genlhdr->cmd, fill, arg);

	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

/* Tell a group, if somebody listens.  Any context but hard interrupt. */
static void nl_tell(const struct cl_instance *inst, enum nl_group group, u8 cmd,
		    nl_fill_t fill, const void *arg)
{
	struct sk_buff *skb;

	rcu_read_lock();
	if (!READ_ONCE(nl_live) || /* pairs with cl_netlink_exit() */
	    !genl_has_listeners(&nl_family, inst->net, group))
		goto out;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb)
		goto out;
	if (nl_build(skb, 0, 0, cmd, fill, arg))
		nlmsg_free(skb);
	else
		genlmsg_multicast_netns(&nl_family, inst->net, skb, 0, group,
					GFP_ATOMIC);
out:
	rcu_read_unlock();
}

static void nl_event_state(struct cl_instance *inst,
			   const struct cl_steering_info *info)
{
	nl_tell(inst, NL_GROUP_STATE, CLOCKLINK_CMD_STATE_NTF, cl_nlfill_clock,
		info);
}

static void nl_event_update(struct cl_instance *inst,
			    const struct cl_wire_msg *m)
{
	nl_tell(inst, NL_GROUP_UPDATE, CLOCKLINK_CMD_UPDATE_NTF,
		cl_nlfill_update, m);
}

static void nl_event_sample(struct cl_instance *inst,
			    const struct cl_measured *m)
{
	struct cl_nlfill_sample sample = { .inst = inst, .m = m };

	nl_tell(inst, NL_GROUP_SAMPLE, CLOCKLINK_CMD_SAMPLE_NTF,
		cl_nlfill_sample, &sample);
}

static const struct cl_events nl_events = {
	.state = nl_event_state,
	.update = nl_event_update,
	.sample = nl_event_sample,
};

/*
 * Lock the namespace of the command, if it has an instance.
 *
 * Return: the module's part of it, locked, or NULL and the error is -ENODEV.
 */
static struct cl_net *nl_lock(struct genl_info *info)
{
	struct cl_net *cn = cl_net(genl_info_net(info));

	mutex_lock(&cn->lock);
	if (cn->inst)
		return cn;
	mutex_unlock(&cn->lock);
	GENL_SET_ERR_MSG(info, "this network namespace has no instance");
	return NULL;
}

/* A command without attributes that is answered by what @fill writes. */
static int nl_get(struct genl_info *info, nl_fill_t fill)
{
	struct sk_buff *reply;
	struct cl_net *cn;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	cn = nl_lock(info);
	if (!cn) {
		nlmsg_free(reply);
		return -ENODEV;
	}
	err = nl_reply(reply, info, fill, cn->inst);
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_instance_get(struct sk_buff *skb, struct genl_info *info)
{
	return nl_get(info, cl_nlfill_instance);
}

static int nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return nl_get(info, cl_nlfill_stats);
}

static int nl_fill_clock_now(struct sk_buff *skb, const void *arg)
{
	struct cl_steering_info i;

	cl_steering_get_info((struct cl_instance *)arg, &i);
	return cl_nlfill_clock(skb, &i);
}

static int nl_clock_get(struct sk_buff *skb, struct genl_info *info)
{
	return nl_get(info, nl_fill_clock_now);
}

static int nl_instance_add(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct cl_net *cn = cl_net(net);
	struct cl_settings settings;
	struct sk_buff *reply;
	int err;

	err = cl_nlparse_new_settings(skb, info, &settings);
	if (err)
		return err;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&cn->lock);
	if (cn->inst) {
		GENL_SET_ERR_MSG(info,
				 "this network namespace has an instance");
		err = -EEXIST;
	} else {
		err = cl_instance_create(cn, net, &settings, &nl_events,
					 info->extack);
	}
	if (err) {
		nlmsg_free(reply);
	} else {
		nl_tell(cn->inst, NL_GROUP_CONFIG, CLOCKLINK_CMD_INSTANCE_NTF,
			cl_nlfill_instance, cn->inst);
		err = nl_reply(reply, info, cl_nlfill_instance, cn->inst);
	}
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_instance_del(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_net *cn = nl_lock(info);

	if (!cn)
		return -ENODEV;
	nl_tell(cn->inst, NL_GROUP_CONFIG, CLOCKLINK_CMD_INSTANCE_NTF,
		cl_nlfill_gone, cn->inst);
	cl_instance_destroy(cn);
	mutex_unlock(&cn->lock);
	return 0;
}

static int nl_instance_set(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_net *cn = nl_lock(info);
	struct cl_settings settings;
	int err;

	if (!cn)
		return -ENODEV;
	settings = cn->inst->settings;
	err = cl_nlparse_settings(info, &settings);
	if (!err)
		err = cl_engine_set_group(cn->inst, &settings.group,
					  settings.group_hops, info->extack);
	if (!err) {
		cl_instance_set(cn->inst, &settings);
		nl_tell(cn->inst, NL_GROUP_CONFIG, CLOCKLINK_CMD_INSTANCE_NTF,
			cl_nlfill_instance, cn->inst);
	}
	mutex_unlock(&cn->lock);
	return err;
}

/* The peer that the command names; NULL and the error is set. */
static struct cl_known *nl_find_peer(struct genl_info *info, struct cl_net *cn)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_PEER_NODE];
	struct cl_known *k;

	rcu_read_lock();
	/* The lock of the namespace keeps it after the read side. */
	k = cl_peers_known(&cn->inst->peers, nla_get_u32(attr));
	rcu_read_unlock();
	if (!k)
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "there is no such peer");
	return k;
}

static int nl_peer_get(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_nlfill_peer p;
	struct sk_buff *reply;
	struct cl_net *cn;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_PEER_NODE))
		return -EINVAL;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	cn = nl_lock(info);
	if (!cn) {
		nlmsg_free(reply);
		return -ENODEV;
	}
	p.inst = cn->inst;
	p.known = nl_find_peer(info, cn);
	p.now = cl_output_raw(&cn->inst->output);
	if (p.known)
		err = nl_reply(reply, info, cl_nlfill_peer, &p);
	else
		nlmsg_free(reply);
	mutex_unlock(&cn->lock);
	return err;
}

/* Goes on after the node id in cb->args[0]; the list is sorted by it. */
static int nl_peer_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cl_net *cn = cl_net(sock_net(skb->sk));
	struct cl_nlfill_peer p;
	int err = 0;
	void *hdr;

	mutex_lock(&cn->lock);
	if (!cn->inst) {
		NL_SET_ERR_MSG(cb->extack,
			       "this network namespace has no instance");
		err = -ENODEV;
		goto out;
	}
	cb->seq = cn->changes;
	p.inst = cn->inst;
	p.now = cl_output_raw(&cn->inst->output);
	list_for_each_entry(p.known, &cn->inst->peers.known, list) {
		if (p.known->node <= cb->args[0])
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &nl_family, NLM_F_MULTI,
				  CLOCKLINK_CMD_PEER_GET);
		if (!hdr)
			break;
		if (cl_nlfill_peer(skb, &p)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		cb->args[0] = p.known->node;
	}
out:
	mutex_unlock(&cn->lock);
	return err ?: skb->len;
}

static void nl_tell_peer(struct cl_net *cn, const struct cl_known *k, u8 cmd)
{
	struct cl_nlfill_peer p = {
		.inst = cn->inst,
		.known = k,
		.now = cl_output_raw(&cn->inst->output),
	};

	nl_tell(cn->inst, NL_GROUP_CONFIG, cmd, cl_nlfill_peer, &p);
}

/* In a cluster, who the peers are is not for everybody to say. */
static int nl_check_manager(struct genl_info *info, const struct cl_net *cn)
{
	if (!cn->inst->settings.managed ||
	    info->attrs[CLOCKLINK_A_PEER_MANAGED])
		return 0;
	GENL_SET_ERR_MSG(info, "managed by cluster");
	return -EBUSY;
}

static int nl_add_peer(struct genl_info *info, struct cl_net *cn)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_PEER_NODE];
	struct cl_peer_settings settings = { .asymmetry_ns = 0 };
	struct cl_instance *inst = cn->inst;
	u32 node = nla_get_u32(attr);
	struct cl_endpoint endpoint;
	struct cl_known *k;
	int err;

	if (node == inst->settings.node) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "that is the own node id");
		return -EINVAL;
	}
	err = cl_nlparse_endpoint(info, inst->settings.port, &endpoint);
	if (err)
		return err;
	rcu_read_lock();
	k = cl_peers_known(&inst->peers, node);
	rcu_read_unlock();
	if (k) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "there is such a peer already");
		return -EEXIST;
	}
	err = cl_instance_add_peer(cn, node, &endpoint, &k);
	if (err == -EAFNOSUPPORT)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[CLOCKLINK_A_PEER_ADDR6],
				    "this kernel has no IPv6");
	else if (err == -ENOSPC)
		GENL_SET_ERR_MSG(info, "too many peers");
	if (err)
		return err;
	cl_nlparse_peer_settings(info->attrs, &settings);
	cl_peers_set(&inst->peers, k, &settings);
	nl_tell_peer(cn, k, CLOCKLINK_CMD_PEER_ADD_NTF);
	return 0;
}

static int nl_peer_add(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_net *cn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_PEER_NODE))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	err = nl_check_manager(info, cn) ?: nl_add_peer(info, cn);
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_set_peer(struct genl_info *info, struct cl_net *cn)
{
	struct cl_known *k = nl_find_peer(info, cn);
	struct cl_peer_settings settings;

	if (!k)
		return -ENOENT;
	settings = k->settings;
	cl_nlparse_peer_settings(info->attrs, &settings);
	cl_peers_set(&cn->inst->peers, k, &settings);
	nl_tell_peer(cn, k, CLOCKLINK_CMD_PEER_SET_NTF);
	return 0;
}

/* The path is known to who set it up; who is not believed the cluster says. */
static int nl_peer_set(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_net *cn;
	int err = 0;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_PEER_NODE))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	if (info->attrs[CLOCKLINK_A_PEER_SHADOW])
		err = nl_check_manager(info, cn);
	err = err ?: nl_set_peer(info, cn);
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_del_peer(struct genl_info *info, struct cl_net *cn)
{
	struct cl_known *k = nl_find_peer(info, cn);

	if (!k)
		return -ENOENT;
	nl_tell_peer(cn, k, CLOCKLINK_CMD_PEER_DEL_NTF);
	cl_instance_del_peer(cn, k);
	return 0;
}

static int nl_peer_del(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_net *cn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_PEER_NODE))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	err = nl_check_manager(info, cn) ?: nl_del_peer(info, cn);
	mutex_unlock(&cn->lock);
	return err;
}

/* PROBE and UPDATE_ASK: send something to one peer. */
static int nl_send_peer(struct genl_info *info,
			int (*send)(struct cl_instance *inst,
				    struct cl_peer *peer))
{
	struct cl_peer *peer;
	struct cl_known *k;
	struct cl_net *cn;
	int err = -ENOENT;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_PEER_NODE))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	k = nl_find_peer(info, cn);
	if (k) {
		peer = cl_peers_measure(&cn->inst->peers, k);
		err = peer ? send(cn->inst, peer) : -ENOMEM;
		if (err)
			GENL_SET_ERR_MSG(info, "cannot send to the peer");
	}
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_probe(struct sk_buff *skb, struct genl_info *info)
{
	return nl_send_peer(info, cl_engine_send_probe);
}

static int nl_update_ask(struct sk_buff *skb, struct genl_info *info)
{
	return nl_send_peer(info, cl_engine_ask_update);
}

static int nl_steer(struct sk_buff *skb, struct genl_info *info)
{
	struct cl_order order;
	struct cl_net *cn;
	int err;

	err = cl_nlparse_order(info, &order);
	if (err)
		return err;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	err = cl_steering_order(cn->inst, &order, info->extack);
	/* An order comes in each round. */
	cl_instance_sweep(cn->inst);
	mutex_unlock(&cn->lock);
	return err;
}

static u32 nl_send_updates(struct cl_instance *inst, struct nlattr **attrs)
{
	u32 epoch = nla_get_u32(attrs[CLOCKLINK_A_ROUND_EPOCH]);
	u64 interval_ns = inst->settings.interval_ns;

	if (attrs[CLOCKLINK_A_ROUND_INTERVAL])
		interval_ns = nla_get_u64(attrs[CLOCKLINK_A_ROUND_INTERVAL]);
	return cl_lead_updates(inst, epoch, interval_ns);
}

/* ROUND_START and UPDATE_SEND: note term and round, send, say how many. */
static int nl_lead(struct genl_info *info, bool update)
{
	struct nlattr **attrs = info->attrs;
	struct sk_buff *reply;
	struct cl_net *cn;
	u32 sent;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_ROUND_TERM) ||
	    GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_ROUND_ROUND) ||
	    (update && GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_ROUND_EPOCH)))
		return -EINVAL;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	cn = nl_lock(info);
	if (!cn) {
		nlmsg_free(reply);
		return -ENODEV;
	}
	err = cl_steering_lead(cn->inst,
			       nla_get_u32(attrs[CLOCKLINK_A_ROUND_TERM]),
			       nla_get_u32(attrs[CLOCKLINK_A_ROUND_ROUND]),
			       info->extack);
	if (err) {
		nlmsg_free(reply);
		goto out;
	}
	if (update) {
		sent = nl_send_updates(cn->inst, attrs);
	} else {
		cl_stats_inc(cn->inst->stats, CL_STAT_ROUNDS);
		sent = cl_lead_requests(cn->inst);
	}
	err = nl_reply(reply, info, cl_nlfill_sent, &sent);
out:
	mutex_unlock(&cn->lock);
	return err;
}

static int nl_round_start(struct sk_buff *skb, struct genl_info *info)
{
	return nl_lead(info, false);
}

static int nl_update_send(struct sk_buff *skb, struct genl_info *info)
{
	return nl_lead(info, true);
}

/* Goes on with the entry cb->args[0]; no order is lost if devices come and go. */
static int nl_device_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cl_net *cn = cl_net(sock_net(skb->sk));
	struct cl_nlfill_device f;
	int err = 0;
	void *hdr;

	mutex_lock(&cn->lock);
	if (!cn->inst) {
		NL_SET_ERR_MSG(cb->extack,
			       "this network namespace has no instance");
		err = -ENODEV;
		goto out;
	}
	f.now = cl_raw(ktime_get_raw_ns());
	for (; cb->args[0] < CL_HWMAP_DEVICES; cb->args[0]++) {
		f.device = &cn->inst->hwmap.device[cb->args[0]];
		if (!f.device->ifindex)
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				  cb->nlh->nlmsg_seq, &nl_family, NLM_F_MULTI,
				  CLOCKLINK_CMD_DEVICE_GET);
		if (!hdr)
			break;
		if (cl_nlfill_device(skb, &f)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
	}
out:
	mutex_unlock(&cn->lock);
	return err ?: skb->len;
}

/* New stamps are a new raw generation: the daemon has to know it. */
static int nl_set_bias(struct genl_info *info, struct cl_instance *inst)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_DEVICE_IFINDEX];
	struct cl_stamp_bias bias;
	int err;

	cl_hwmap_get_bias(&inst->hwmap, nla_get_u32(attr), &bias);
	err = cl_nlparse_bias(info, &bias);
	if (!err)
		err = cl_instance_set_bias(inst, nla_get_u32(attr), &bias);
	if (!err)
		nl_tell(inst, NL_GROUP_CONFIG, CLOCKLINK_CMD_INSTANCE_NTF,
			cl_nlfill_instance, inst);
	return err;
}

static int nl_device_set(struct sk_buff *skb, struct genl_info *info)
{
	bool is_bias = cl_nlparse_is_bias(info->attrs);
	struct cl_hwmap_change change;
	struct cl_net *cn;
	int err = 0;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_DEVICE_IFINDEX))
		return -EINVAL;
	if (!is_bias)
		err = cl_nlparse_change(info, &change);
	if (err)
		return err;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	if (is_bias)
		err = nl_set_bias(info, cn->inst);
	else
		err = cl_instance_set_device(cn->inst, &change);
	mutex_unlock(&cn->lock);
	if (err == -ENOSPC)
		GENL_SET_ERR_MSG(info, "too many network devices");
	return err;
}

static int nl_device_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_DEVICE_IFINDEX];
	struct cl_net *cn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_DEVICE_IFINDEX))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	err = cl_instance_del_device(cn->inst, nla_get_u32(attr));
	mutex_unlock(&cn->lock);
	if (err)
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "this device has not been set");
	return err;
}

static int nl_test_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *freq = info->attrs[CLOCKLINK_A_TEST_OSC_FREQ];
	struct nlattr *lie = info->attrs[CLOCKLINK_A_TEST_LIE];
	struct cl_net *cn;

	if (!IS_ENABLED(CONFIG_CLOCKLINK_TEST)) {
		GENL_SET_ERR_MSG(info, "the module is not a test build");
		return -EOPNOTSUPP;
	}
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	if (lie)
		cl_testosc_set_lie(&cn->inst->osc, nla_get_s64(lie));
	if (freq) {
		cl_testosc_set_freq(&cn->inst->osc, nla_get_s64(freq));
		cl_steering_refresh(cn->inst);
	}
	mutex_unlock(&cn->lock);
	return 0;
}

static int nl_temperature_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[CLOCKLINK_A_CLOCK_TEMPERATURE];
	struct cl_net *cn;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_CLOCK_TEMPERATURE))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	cl_steering_temperature(cn->inst, nla_get_s32(attr));
	mutex_unlock(&cn->lock);
	return 0;
}

static int nl_extts_event(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct cl_net *cn;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_EXTTS_CHANNEL) ||
	    GENL_REQ_ATTR_CHECK(info, CLOCKLINK_A_EXTTS_RAW))
		return -EINVAL;
	cn = nl_lock(info);
	if (!cn)
		return -ENODEV;
	err = cl_phc_event(cn->inst,
			   nla_get_u32(attrs[CLOCKLINK_A_EXTTS_CHANNEL]),
			   cl_raw(nla_get_s64(attrs[CLOCKLINK_A_EXTTS_RAW])),
			   info->extack);
	mutex_unlock(&cn->lock);
	return err;
}

/*
 * GENL_UNS_ADMIN_PERM: CAP_NET_ADMIN in the user namespace that owns the
 * network namespace.  A command without a policy takes no attributes.
 */
#define NL_POLICY(p) .policy = (p), .maxattr = ARRAY_SIZE(p) - 1

static const struct genl_ops nl_ops[] = {
	{
		.cmd = CLOCKLINK_CMD_INSTANCE_GET,
		.doit = nl_instance_get,
	},
	{
		.cmd = CLOCKLINK_CMD_INSTANCE_ADD,
		.doit = nl_instance_add,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_add),
	},
	{
		.cmd = CLOCKLINK_CMD_INSTANCE_DEL,
		.doit = nl_instance_del,
		.flags = GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd = CLOCKLINK_CMD_INSTANCE_SET,
		.doit = nl_instance_set,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_set),
	},
	{
		.cmd = CLOCKLINK_CMD_PEER_GET,
		.doit = nl_peer_get,
		.dumpit = nl_peer_dump,
		NL_POLICY(cl_nlparse_peer),
	},
	{
		.cmd = CLOCKLINK_CMD_PEER_ADD,
		.doit = nl_peer_add,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_peer_add),
	},
	{
		.cmd = CLOCKLINK_CMD_PEER_DEL,
		.doit = nl_peer_del,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_peer_del),
	},
	{
		.cmd = CLOCKLINK_CMD_PEER_SET,
		.doit = nl_peer_set,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_peer_set),
	},
	{
		.cmd = CLOCKLINK_CMD_CLOCK_GET,
		.doit = nl_clock_get,
	},
	{
		.cmd = CLOCKLINK_CMD_STEER,
		.doit = nl_steer,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_steer),
	},
	{
		.cmd = CLOCKLINK_CMD_ROUND_START,
		.doit = nl_round_start,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_round),
	},
	{
		.cmd = CLOCKLINK_CMD_UPDATE_SEND,
		.doit = nl_update_send,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_update),
	},
	{
		.cmd = CLOCKLINK_CMD_STATS_GET,
		.doit = nl_stats_get,
	},
	{
		.cmd = CLOCKLINK_CMD_TEST_SET,
		.doit = nl_test_set,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_test),
	},
	{
		.cmd = CLOCKLINK_CMD_DEVICE_GET,
		.dumpit = nl_device_dump,
	},
	{
		.cmd = CLOCKLINK_CMD_DEVICE_SET,
		.doit = nl_device_set,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_device),
	},
	{
		.cmd = CLOCKLINK_CMD_DEVICE_DEL,
		.doit = nl_device_del,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_device_del),
	},
	{
		.cmd = CLOCKLINK_CMD_PROBE,
		.doit = nl_probe,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_peer),
	},
	{
		.cmd = CLOCKLINK_CMD_UPDATE_ASK,
		.doit = nl_update_ask,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_peer),
	},
	{
		.cmd = CLOCKLINK_CMD_TEMPERATURE_SET,
		.doit = nl_temperature_set,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_temperature),
	},
	{
		.cmd = CLOCKLINK_CMD_EXTTS_EVENT,
		.doit = nl_extts_event,
		.flags = GENL_UNS_ADMIN_PERM,
		NL_POLICY(cl_nlparse_extts),
	},
};

static const struct genl_multicast_group nl_groups[] = {
	[NL_GROUP_CONFIG] = { .name = CLOCKLINK_MCGRP_CONFIG },
	[NL_GROUP_STATE] = { .name = CLOCKLINK_MCGRP_STATE },
	[NL_GROUP_UPDATE] = { .name = CLOCKLINK_MCGRP_UPDATE },
	[NL_GROUP_SAMPLE] = { .name = CLOCKLINK_MCGRP_SAMPLE },
};

/* resv_start_op is 0: all commands are checked strictly. */
static struct genl_family nl_family __ro_after_init = {
	.name = CLOCKLINK_FAMILY_NAME,
	.version = CLOCKLINK_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true, /* cl_net.lock serialises */
	.module = THIS_MODULE,
	.ops = nl_ops,
	.n_ops = ARRAY_SIZE(nl_ops),
	.mcgrps = nl_groups,
	.n_mcgrps = ARRAY_SIZE(nl_groups),
};

/**
 * cl_netlink_init() - register the family
 *
 * Return: 0 or -errno.
 */
int __init cl_netlink_init(void)
{
	int err = genl_register_family(&nl_family);

	if (!err)
		WRITE_ONCE(nl_live, true); /* pairs with nl_tell() */
	return err;
}

/**
 * cl_netlink_exit() - unregister it; no command runs after this
 *
 * Instances live on and have events, so they are told first to keep quiet.
 */
void cl_netlink_exit(void)
{
	WRITE_ONCE(nl_live, false); /* pairs with nl_tell() */
	synchronize_rcu();
	genl_unregister_family(&nl_family);
}

MODULE_ALIAS_GENL_FAMILY(CLOCKLINK_FAMILY_NAME);
