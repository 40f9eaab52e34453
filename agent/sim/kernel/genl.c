// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl.h"

#include <err.h>

#include "message.h"
#include "module.h"

static const struct genl_family *family;

/* Bytes of a value, by its type. */
static const u8 sizes[] = {
	[NLA_U8] = 1,  [NLA_U16] = 2, [NLA_U32] = 4,  [NLA_U64] = 8,
	[NLA_S32] = 4, [NLA_S64] = 8, [NLA_BE32] = 4,
};

int genl_register_family(struct genl_family *f)
{
	family = f;
	return 0;
}

void genl_unregister_family(struct genl_family *f)
{
	(void)f;
	family = NULL;
}

const struct genl_ops *genl_find(u8 cmd)
{
	for (unsigned int i = 0; i < family->n_ops; i++)
		if (family->ops[i].cmd == cmd)
			return &family->ops[i];
	return NULL;
}

bool genl_lacks(const struct genl_info *info, unsigned int attr)
{
	if (info->attrs[attr])
		return false;
	info->extack->_msg = "an attribute is missing";
	return true;
}

static bool in_range(const struct nla_policy *p, const struct nlattr *a)
{
	bool wide = a->nla_len == sizeof(u64);
	s64 v = 0;
	u64 u = 0;

	memcpy(&u, a->data, a->nla_len);
	v = (s64)u;
	if (p->type == NLA_S32 && !wide)
		v = nla_get_s32(a);
	if (p->limited && (v < p->min || v > p->max))
		return false;
	if (p->range && (u < p->range->min || u > p->range->max))
		return false;
	return !p->srange || (v >= p->srange->min && v <= p->srange->max);
}

/* As the kernel does it with strict validation. */
int genl_check(const struct genl_ops *op, const struct sk_buff *skb,
	       struct netlink_ext_ack *extack)
{
	for (unsigned int i = 0; i < skb->attrs; i++) {
		const struct nlattr *a = &skb->attr[i];
		const struct nla_policy *p = NULL;

		if (op->policy && a->nla_type <= op->maxattr)
			p = &op->policy[a->nla_type];
		if (!p || p->type == NLA_UNSPEC) {
			extack->_msg = "an attribute does not belong here";
			return -EINVAL;
		}
		if (a->nla_len != (p->len ?: sizes[p->type])) {
			extack->_msg = "an attribute has the wrong length";
			return -EINVAL;
		}
		if (p->type != NLA_BINARY && !in_range(p, a)) {
			extack->_msg = "an attribute is out of range";
			return -ERANGE;
		}
	}
	return 0;
}

struct sk_buff *genlmsg_new(size_t size, int flags)
{
	struct sk_buff *skb = malloc(sizeof(*skb));

	(void)size;
	(void)flags;
	if (!skb)
		err(2, "a message");
	skb->attrs = 0;
	skb->len = 0;
	skb->each = NULL;
	return skb;
}

void nlmsg_free(struct sk_buff *skb)
{
	free(skb);
}

void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
		  const struct genl_family *f, int flags, u8 cmd)
{
	(void)portid;
	(void)seq;
	(void)f;
	(void)flags;
	skb->attrs = 0;
	skb->cmd = cmd;
	return skb;
}

void genlmsg_end(struct sk_buff *skb, void *hdr)
{
	(void)hdr;
	if (skb->each)
		skb->each(skb->ctx, skb);
}

int genlmsg_reply(struct sk_buff *skb, struct genl_info *info)
{
	*info->reply = skb;
	return 0;
}

void genlmsg_multicast_netns(const struct genl_family *f, struct net *net,
			     struct sk_buff *skb, u32 portid,
			     unsigned int group, int flags)
{
	struct cs_host *h = net->host;
	struct cl_nl_msg m;

	(void)f;
	(void)portid;
	(void)group;
	(void)flags;
	cs_message_read(skb, &m);
	h->event(h->ctx, &m);
	nlmsg_free(skb);
}

int nla_put(struct sk_buff *skb, int attr, int len, const void *data)
{
	struct nlattr *a = &skb->attr[skb->attrs];

	if (skb->attrs == GENL_ATTRS)
		return -EMSGSIZE;
	skb->attrs++;
	a->nla_type = (u16)attr;
	a->nla_len = (u16)len;
	if (len)
		memcpy(a->data, data, (size_t)len);
	return 0;
}
