// SPDX-License-Identifier: GPL-2.0
#include "instance.h"

#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <net/netns/generic.h>

#include "engine.h"
#include "trace.h"

/* A tenth of CL_PEERS_IDLE. */
#define INSTANCE_TURN_MAX_NS (60 * CL_NS_PER_SEC)

static unsigned int instance_net_id;

static DEFINE_MUTEX(instances_lock); /* protects instances */
static LIST_HEAD(instances); /* those that the notifiers may disturb */

/**
 * cl_net() - the module's part of a network namespace
 * @net: network namespace
 *
 * Return: it; it lives as long as the namespace and the module.
 */
struct cl_net *cl_net(struct net *net)
{
	return net_generic(net, instance_net_id);
}

static struct cl_instance *instance_alloc(struct net *net,
					  const struct cl_settings *settings,
					  const struct cl_events *events)
{
	struct cl_instance *inst;

	inst = kvzalloc(sizeof(*inst), GFP_KERNEL_ACCOUNT);
	if (!inst)
		return NULL;
	inst->stats = alloc_percpu_gfp(struct cl_stats, GFP_KERNEL_ACCOUNT);
	if (!inst->stats) {
		kvfree(inst);
		return NULL;
	}
	inst->net = net;
	inst->settings = *settings;
	inst->events = events;
	cl_testosc_init(&inst->osc);
	cl_stamp_init(&inst->stamp);
	cl_hwmap_init(&inst->hwmap);
	cl_txring_init(&inst->txring);
	cl_resend_init(&inst->resend);
	cl_peers_init(&inst->peers, &settings->params);
	if (cl_group_init(&inst->group)) {
		free_percpu(inst->stats);
		kvfree(inst);
		return NULL;
	}
	return inst;
}

static void instance_free(struct cl_instance *inst)
{
	cl_group_exit(&inst->group);
	free_percpu(inst->stats);
	kvfree(inst);
}

static void instance_list(struct cl_instance *inst)
{
	mutex_lock(&instances_lock);
	list_add_tail(&inst->list, &instances);
	mutex_unlock(&instances_lock);
}

static void instance_unlist(struct cl_instance *inst)
{
	mutex_lock(&instances_lock);
	list_del(&inst->list);
	mutex_unlock(&instances_lock);
}

/**
 * cl_instance_create() - create the instance of a namespace
 * @cn: the module's part of @net, locked, without an instance
 * @net: network namespace
 * @settings: settings, ranges checked
 * @events: receivers of events; they may come before this returns
 * @extack: what is wrong
 *
 * Context: process.
 * Return: 0 and @cn->inst is set; or -errno and nothing has changed.
 */
int cl_instance_create(struct cl_net *cn, struct net *net,
		       const struct cl_settings *settings,
		       const struct cl_events *events,
		       struct netlink_ext_ack *extack)
{
	struct cl_instance *inst;
	int err;

	lockdep_assert_held(&cn->lock);
	inst = instance_alloc(net, settings, events);
	if (!inst)
		return -ENOMEM;
	inst->page = cl_page_create(net_eq(net, &init_net));
	if (IS_ERR(inst->page)) {
		err = PTR_ERR(inst->page);
		NL_SET_ERR_MSG(extack, "too many instances, or no memory");
		goto err_free;
	}
	cl_output_init(&inst->output, &inst->osc, inst->page, settings->node,
		       settings->cluster);
	err = cl_steering_open(inst);
	if (err)
		goto err_page;
	err = cl_page_show(inst->page);
	if (err) {
		NL_SET_ERR_MSG(extack, "cannot make the device node");
		goto err_steering;
	}
	if (settings->phc) {
		err = cl_phc_open(inst);
		if (err) {
			NL_SET_ERR_MSG(extack, "cannot register a PTP clock");
			goto err_steering;
		}
	}
	err = cl_engine_open(inst, extack);
	if (err)
		goto err_phc;
	err = cl_engine_set_group(inst, &settings->group, settings->group_hops,
				  extack);
	if (err)
		goto err_engine;
	instance_list(inst);
	cn->inst = inst;
	cn->changes++;
	return 0;

err_engine:
	cl_engine_close(inst);
err_phc:
	cl_phc_close(inst);
err_steering:
	cl_steering_close(inst);
err_page:
	cl_output_gone(&inst->output);
	cl_page_destroy(inst->page);
err_free:
	instance_free(inst);
	return err;
}

/**
 * cl_instance_destroy() - delete the instance of a namespace
 * @cn: the module's part of the namespace, locked
 *
 * Outside in: first what others call (list, PTP clock, sockets), then the
 * worker, then what all of them use.
 *
 * Context: process.
 */
void cl_instance_destroy(struct cl_net *cn)
{
	struct cl_instance *inst = cn->inst;

	lockdep_assert_held(&cn->lock);
	if (!inst)
		return;
	cn->inst = NULL;
	cn->changes++;
	instance_unlist(inst);
	cl_phc_close(inst);
	cl_engine_close(inst);
	cl_steering_close(inst);
	cl_output_gone(&inst->output);
	cl_page_destroy(inst->page);
	cl_peers_clear(&inst->peers);
	instance_free(inst);
}

/**
 * cl_instance_set() - change settings
 * @inst: instance, lock of the namespace held
 * @new: all settings, ranges checked; node, cluster, port and phc as before, the
 *	group as given to cl_engine_set_group()
 *
 * Other noise or wander restarts the estimators.
 *
 * Context: process.
 */
void cl_instance_set(struct cl_instance *inst, const struct cl_settings *new)
{
	struct cl_settings *s = &inst->settings;

	if (memcmp(&s->params, &new->params, sizeof(s->params)))
		cl_peers_set_params(&inst->peers, &new->params);
	mutex_lock(&inst->steering.lock);
	/* Pairs with cl_instance_leads(). */
	WRITE_ONCE(s->leader, new->leader);
	/* Pairs with engine_admit(). */
	WRITE_ONCE(s->interval_ns, new->interval_ns);
	s->interval_max_ns = new->interval_max_ns;
	s->asymmetry_ns = new->asymmetry_ns;
	s->params = new->params;
	s->max_bound_ns = new->max_bound_ns;
	s->probes = new->probes;
	s->probe_every = new->probe_every;
	s->group = new->group;
	s->group_hops = new->group_hops;
	WRITE_ONCE(s->managed, new->managed); /* pairs with ahead_of() */
	mutex_unlock(&inst->steering.lock);
	cl_steering_refresh(inst);
}

/**
 * cl_instance_add_peer() - add a peer
 * @cn: the module's part of the namespace, locked, with an instance
 * @node: node id, neither own nor a peer's
 * @endpoint: its address
 * @ret: gets it; nothing is measured of it yet
 *
 * Context: process.
 * Return: 0, -EAFNOSUPPORT for an IPv6 address without IPv6, -ENOSPC, -ENOMEM.
 */
int cl_instance_add_peer(struct cl_net *cn, u32 node,
			 const struct cl_endpoint *endpoint,
			 struct cl_known **ret)
{
	struct cl_instance *inst = cn->inst;
	struct cl_known *k;

	lockdep_assert_held(&cn->lock);
	if (!cl_endpoint_is4(endpoint) && !inst->sock6.sock)
		return -EAFNOSUPPORT;
	k = cl_peers_add(&inst->peers, node, endpoint);
	if (IS_ERR(k))
		return PTR_ERR(k);
	cn->changes++;
	*ret = k;
	return 0;
}

/**
 * cl_instance_del_peer() - delete a peer
 * @cn: the module's part of the namespace, locked, with an instance
 * @k: a node that it knows
 *
 * Context: process.
 */
void cl_instance_del_peer(struct cl_net *cn, struct cl_known *k)
{
	u32 node = k->node;

	lockdep_assert_held(&cn->lock);
	cl_peers_del(&cn->inst->peers, k);
	cn->changes++;
	cl_steering_peer_gone(cn->inst, node);
}

/**
 * cl_instance_sweep() - give back what peers take that nobody measures any more
 * @inst: instance, lock of the namespace held
 *
 * To be called often, it does a little each time.  Where a peer's turn is so long that
 * it may be silent for CL_PEERS_IDLE, all is kept.
 *
 * Context: process.
 */
void cl_instance_sweep(struct cl_instance *inst)
{
	const struct cl_settings *s = &inst->settings;
	u64 turn_ns = max(s->interval_ns, s->interval_max_ns) * s->probe_every;

	if (turn_ns < INSTANCE_TURN_MAX_NS)
		cl_peers_sweep(&inst->peers);
}

/*
 * A softirq may still have the map of before in its hands; what it makes of it
 * must be forgotten, too.
 */
static void instance_forget_hardware(struct cl_instance *inst)
{
	synchronize_rcu();
	cl_group_forget_hardware(&inst->group);
	cl_peers_forget_hardware(&inst->peers);
}

static noinline void instance_trace_hwmap(struct cl_instance *inst,
					  const struct cl_hwmap_change *c,
					  int err)
{
	struct cl_hwclock clock = {};

	if (!err)
		cl_hwmap_read(&inst->hwmap, c->ifindex, &clock);
	trace_clocklink_hwmap(inst, c, &clock, err);
}

/**
 * cl_instance_set_device() - state or map of a network device
 * @inst: instance, lock of the namespace held
 * @c: what is new, ranges checked
 *
 * Context: process.
 * Return: 0, -ENOSPC if there are too many devices.
 */
int cl_instance_set_device(struct cl_instance *inst,
			   const struct cl_hwmap_change *c)
{
	int worthless = cl_hwmap_set(&inst->hwmap, c);

	if (trace_clocklink_hwmap_enabled())
		instance_trace_hwmap(inst, c, min(worthless, 0));
	if (worthless <= 0)
		return worthless;
	instance_forget_hardware(inst);
	return 0;
}

/**
 * cl_instance_set_bias() - what the stamps of a network device are wrong by
 * @inst: instance, lock of the namespace held
 * @ifindex: its interface index
 * @bias: all of it, ranges checked
 *
 * Context: process.
 * Return: 0, -ENOSPC if there are too many devices.
 */
int cl_instance_set_bias(struct cl_instance *inst, u32 ifindex,
			 const struct cl_stamp_bias *bias)
{
	struct cl_stamp_bias old;
	int err;

	cl_hwmap_get_bias(&inst->hwmap, ifindex, &old);
	if (!memcmp(&old, bias, sizeof(old)))
		return 0;
	err = cl_hwmap_set_bias(&inst->hwmap, ifindex, bias);
	if (err)
		return err;
	/* A softirq may still correct by the old one. */
	synchronize_rcu();
	cl_steering_restamp(inst);
	return 0;
}

/**
 * cl_instance_del_device() - forget state and clock of a network device
 * @inst: instance, lock of the namespace held
 * @ifindex: its interface index
 *
 * Context: process.
 * Return: 0, -ENOENT.
 */
int cl_instance_del_device(struct cl_instance *inst, u32 ifindex)
{
	int err = cl_hwmap_del(&inst->hwmap, ifindex);

	if (!err)
		instance_forget_hardware(inst);
	return err;
}

static int instance_pm(struct notifier_block *nb, unsigned long action,
		       void *data)
{
	bool asleep = action == PM_SUSPEND_PREPARE ||
		      action == PM_HIBERNATION_PREPARE;
	struct cl_instance *inst;

	if (!asleep && action != PM_POST_SUSPEND &&
	    action != PM_POST_HIBERNATION)
		return NOTIFY_DONE;
	mutex_lock(&instances_lock);
	list_for_each_entry(inst, &instances, list)
		cl_steering_sleep(inst, asleep);
	mutex_unlock(&instances_lock);
	return NOTIFY_OK;
}

static struct notifier_block instance_pm_nb = {
	.notifier_call = instance_pm,
};

/*
 * This machine is a copy of one that was saved: its raw clock may have stood still for
 * any time.
 */
static int instance_vmfork(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct cl_instance *inst;

	mutex_lock(&instances_lock);
	list_for_each_entry(inst, &instances, list)
		cl_steering_disturb(inst);
	mutex_unlock(&instances_lock);
	return NOTIFY_OK;
}

static struct notifier_block instance_vmfork_nb = {
	.notifier_call = instance_vmfork,
};

static int __net_init instance_net_init(struct net *net)
{
	mutex_init(&cl_net(net)->lock);
	return 0;
}

/* Kernel sockets hold no reference on the namespace: they must go here. */
static void __net_exit instance_net_exit(struct net *net)
{
	struct cl_net *cn = cl_net(net);

	mutex_lock(&cn->lock);
	cl_instance_destroy(cn);
	mutex_unlock(&cn->lock);
	mutex_destroy(&cn->lock);
}

/*
 * A pernet device, not a subsystem: its exit runs before the network devices
 * of the namespace go, so that no packet is sent through a dying one.
 */
static struct pernet_operations instance_net_ops = {
	.init = instance_net_init,
	.exit = instance_net_exit,
	.id = &instance_net_id,
	.size = sizeof(struct cl_net),
};

/**
 * cl_instance_init() - be told of namespaces, of suspend and of restored snapshots
 *
 * Return: 0 or -errno.
 */
int __init cl_instance_init(void)
{
	int err;

	err = register_pernet_device(&instance_net_ops);
	if (err)
		return err;
	err = register_pm_notifier(&instance_pm_nb);
	if (err)
		goto err_device;
	err = register_random_vmfork_notifier(&instance_vmfork_nb);
	if (err)
		goto err_pm;
	return 0;

err_pm:
	unregister_pm_notifier(&instance_pm_nb);
err_device:
	unregister_pernet_device(&instance_net_ops);
	return err;
}

/**
 * cl_instance_exit() - delete all instances
 *
 * What is left to wait for is a driver's report of a stamp in task context: it
 * may have been preempted at the entry of our function.
 */
void cl_instance_exit(void)
{
	unregister_random_vmfork_notifier(&instance_vmfork_nb);
	unregister_pm_notifier(&instance_pm_nb);
	unregister_pernet_device(&instance_net_ops);
	synchronize_rcu_tasks();
}
