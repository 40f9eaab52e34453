// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <err.h>
#include <stdlib.h>

#include "kmod/core/fixed.h"
#include "kmod/instance.h"
#include "kmod/netlink.h"
#include "message.h"
#include "module.h"

struct net init_net;

static struct pernet_operations *pernet;

int register_pernet_device(struct pernet_operations *ops)
{
	pernet = ops;
	return 0;
}

void unregister_pernet_device(struct pernet_operations *ops)
{
	(void)ops;
	pernet = NULL;
}

/* One module serves all hosts: what it has of its own is never changed. */
static void insert_module(void)
{
	if (pernet)
		return;
	if (cl_peer_cache_init() || cl_instance_init() || cl_netlink_init())
		errx(2, "the module cannot be inserted");
}

/**
 * cs_host_raw_at() - raw time of a host
 * @h: host
 * @at: ns of true time
 *
 * Return: ns.
 */
s64 cs_host_raw_at(const struct cs_host *h, s64 at)
{
	return vt_osc_local_ns(&h->osc, at * VT_PS_PER_NS) + h->raw_ns;
}

/**
 * cs_host_when() - when a host's raw clock gets somewhere
 * @h: host
 * @raw: ns, not passed yet
 *
 * Return: first full ns of true time at which it is there.
 */
s64 cs_host_when(const struct cs_host *h, s64 raw)
{
	s64 ps = vt_osc_global_ps(&h->osc, raw - h->raw_ns);

	return (ps + VT_PS_PER_NS - 1) / VT_PS_PER_NS;
}

/**
 * cs_host_boot() - switch a host on
 * @h: host, off; its clock, laws and functions are set
 *
 * The module is there; it has no instance yet.
 */
void cs_host_boot(struct cs_host *h)
{
	struct cs_namespace *space = calloc(1, sizeof(*space));

	insert_module();
	if (!space)
		err(2, "a host");
	space->net.host = h;
	space->net.generic = calloc(1, pernet->size);
	if (!space->net.generic)
		err(2, "a host");
	cs_host_now = h;
	h->space = space;
	pernet->init(&space->net);
}

/**
 * cs_host_halt() - switch a host off
 * @h: host, on or off
 */
void cs_host_halt(struct cs_host *h)
{
	if (!h->space)
		return;
	cs_host_now = h;
	pernet->exit(&h->space->net);
	free(h->space->net.generic);
	free(h->space);
	h->space = NULL;
}

static struct cl_instance *instance_of(const struct cs_host *h)
{
	return h->space ? cl_net(&h->space->net)->inst : NULL;
}

/**
 * cs_host_suspend() - a host goes to sleep or has woken up
 * @h: host
 * @asleep: it goes to sleep
 */
void cs_host_suspend(struct cs_host *h, bool asleep)
{
	struct cl_instance *inst = instance_of(h);

	cs_host_now = h;
	if (inst)
		cl_steering_sleep(inst, asleep);
}

static struct genl_info *info_of(struct genl_info *info, struct sk_buff *skb,
				 struct nlattr **attrs)
{
	for (unsigned int i = 0; i < skb->attrs; i++)
		attrs[skb->attr[i].nla_type] = &skb->attr[i];
	info->attrs = attrs;
	return info;
}

/**
 * cs_host_command() - the daemon asks the module for something
 * @h: host
 * @m: command with its attributes
 * @ret: answer if there is one; may be NULL
 * @why: gets what is wrong, or NULL
 *
 * Return: 0 or -errno of the module.
 */
int cs_host_command(struct cs_host *h, const struct cl_nl_msg *m,
		    struct cl_nl_msg *ret, const char **why)
{
	const struct genl_ops *op = genl_find(m->cmd);
	struct nlattr *attrs[GENL_ATTRS] = { NULL };
	struct netlink_ext_ack extack = { ._msg = NULL };
	struct genlmsghdr hdr = { .cmd = m->cmd };
	struct sk_buff skb, *reply = NULL;
	struct genl_info info = {
		.genlhdr = &hdr,
		.extack = &extack,
		.net = &h->space->net,
		.reply = &reply,
	};
	int e;

	cs_host_now = h;
	cs_message_write(m, &skb);
	e = genl_check(op, &skb, &extack);
	if (!e)
		e = op->doit(&skb, info_of(&info, &skb, attrs));
	if (reply && ret)
		cs_message_read(reply, ret);
	if (reply)
		nlmsg_free(reply);
	*why = extack._msg;
	return e;
}

/**
 * struct dump - who gets the messages of a dump
 * @each: called for each
 * @ctx: its first argument
 */
struct dump {
	void (*each)(void *ctx, const struct cl_nl_msg *m);
	void *ctx;
};

static void pass_on(void *ctx, const struct sk_buff *skb)
{
	const struct dump *d = ctx;
	struct cl_nl_msg m;

	cs_message_read(skb, &m);
	d->each(d->ctx, &m);
}

/**
 * cs_host_dump() - the daemon asks the module for all of something
 * @h: host
 * @cmd: command
 * @each: called for each; must not call the module
 * @ctx: its first argument
 * @why: gets what is wrong, or NULL
 *
 * Return: 0 or -errno of the module.
 */
int cs_host_dump(struct cs_host *h, u8 cmd,
		 void (*each)(void *ctx, const struct cl_nl_msg *m), void *ctx,
		 const char **why)
{
	struct dump d = { .each = each, .ctx = ctx };
	struct sock sk = { .net = &h->space->net };
	struct netlink_ext_ack extack = { ._msg = NULL };
	const struct nlmsghdr hdr = { .nlmsg_seq = 0 };
	struct sk_buff skb = { .sk = &sk, .each = pass_on, .ctx = &d };
	struct netlink_callback cb = { .skb = &skb,
				       .nlh = &hdr,
				       .extack = &extack };
	int n;

	cs_host_now = h;
	n = genl_find(cmd)->dumpit(&skb, &cb);
	*why = extack._msg;
	return n < 0 ? n : 0;
}

/**
 * cs_host_nudge() - planted fault: the published clock is moved
 * @h: host, on
 * @ns: by so much
 */
void cs_host_nudge(struct cs_host *h, s64 ns)
{
	struct cl_instance *inst = instance_of(h);

	if (inst)
		inst->output.now.clock.map.time.ns += ns;
}

/**
 * cs_host_read() - read the published clock as a program on the host would
 * @h: host
 * @ret: reading
 *
 * Return: false if there is no clock, or the host is off.
 */
bool cs_host_read(const struct cs_host *h, struct cs_reading *ret)
{
	struct cl_instance *inst = instance_of(h);
	struct cl_raw now = cl_raw(cs_host_raw(h));
	const struct cl_steering *s;
	const struct cl_published *p;
	struct cl_bound bound;

	if (!inst)
		return false;
	s = &inst->steering;
	p = &inst->output.now;
	cl_published_bound(p, now, &bound);
	*ret = (struct cs_reading){
		.raw_ns = now.ns,
		.time_ns = cl_clock_at(&p->clock, now).ns,
		.bound_ns = bound.bound_ns,
		.hard_ns = bound.hard_ns,
		.drift_ppt = bound.drift_ppt,
		.rate_q48 = p->clock.map.rate_q48,
		.usable = cl_published_usable(p) && now.ns < p->void_raw,
		.state = p->state,
		.gen = p->gen,
		.steps = s->steps,
		.term = s->term,
		.parent = s->locked ? s->basis.parent : CL_NODE_NONE,
		.parent_gen = s->locked ? s->basis.gen : 0,
	};
	if (cl_clock_slew_left(&p->clock, now))
		ret->slew_q48 = p->clock.slew_q48;
	return true;
}
