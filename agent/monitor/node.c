// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures of a node that come from several places.
 */
#include "node.h"

#include <math.h>

#include "agent/nl/schema.h"

/**
 * cl_node_present() - is a node in the last look
 * @n: the node
 *
 * Return: true if it is.
 */
bool cl_node_present(const struct cl_node *n)
{
	return n->self || n->peer || n->member;
}

/**
 * cl_node_name() - name of a node
 * @n: the node
 * @look: the last look
 *
 * Return: the name, owned by @look; "" if it is not known.
 */
const char *cl_node_name(const struct cl_node *n, const struct cl_look *look)
{
	if (n->member)
		return n->member->name;
	return n->self ? look->status.name : "";
}

/**
 * cl_node_role() - what a node is in the cluster
 * @n: the node
 * @look: the last look
 *
 * Return: leader, voter, learner, follower, or alone: of no cluster.
 */
const char *cl_node_role(const struct cl_node *n, const struct cl_look *look)
{
	if (n->member)
		return cl_ctl_role_name(n->member->role);
	if (look->has_cluster)
		return "alone";
	/* Nodes of a file have a leader, and nobody votes. */
	if (look->has_instance && look->instance.leader)
		return look->instance.leader == n->id ? "leader" : "follower";
	return "alone";
}

/**
 * cl_node_state() - state of a node's clock
 * @n: the node
 * @look: the last look
 *
 * Return: its name; NULL if it is not known.
 */
const char *cl_node_state(const struct cl_node *n, const struct cl_look *look)
{
	if (n->self && look->has_instance)
		return cl_nl_state_name(look->clock.state);
	if (n->peer && cl_nl_has(n->peer, PEER_STATE))
		return cl_nl_state_name(n->peer->state);
	return NULL;
}

/**
 * cl_node_reputation() - what is thought of a node
 * @n: the node
 *
 * Return: one word; NULL if it is not judged.
 */
const char *cl_node_reputation(const struct cl_node *n)
{
	if (n->member && cl_ctl_has(n->member, MEMBER_ISOLATED))
		return "isolated";
	if (n->reputation)
		return n->reputation->state;
	if (n->member && cl_ctl_has(n->member, MEMBER_REPUTATION))
		return n->member->reputation;
	return NULL;
}

/**
 * cl_node_bound() - error bound of a node's clock
 * @n: the node
 * @look: the last look
 * @ret_ns: the bound, U64_MAX: without limit
 *
 * Return: true if it is known: of the own clock, and of those that send updates.
 */
bool cl_node_bound(const struct cl_node *n, const struct cl_look *look,
		   u64 *ret_ns)
{
	if (n->self && look->has_instance) {
		*ret_ns = look->clock.bound_ns;
		return true;
	}
	*ret_ns = n->bound_ns;
	return n->update_ns && look->mono_ns - n->update_ns < CL_NODE_UPDATE_NS;
}

/**
 * cl_node_offset() - cluster time of a node minus the own
 * @n: the node
 * @ret_ns: the difference, as the node told its time last
 *
 * Return: true if it is known.
 */
bool cl_node_offset(const struct cl_node *n, s64 *ret_ns)
{
	if (!n->peer || !cl_nl_has(n->peer, PEER_AHEAD))
		return false;
	*ret_ns = n->peer->ahead_ns;
	return true;
}

/**
 * cl_node_loss() - share of messages that were lost in the last minute
 * @n: the node
 *
 * Return: from 0 to 1; NaN if none was to come.
 */
double cl_node_loss(const struct cl_node *n)
{
	const struct cl_nl_peer *p = n->peer;
	const struct cl_node_past *past;
	u64 lost, came;

	if (!p || !n->past_n)
		return NAN;
	past = &n->past[n->past_n < CL_NODE_PAST ? 0 : n->past_n % CL_NODE_PAST];
	lost = p->lost - past->lost;
	came = cl_nl_peer_came(p) - past->came;
	/* A peer that was deleted and added again counts from 0. */
	if (p->lost < past->lost || (s64)came < 0 || !(lost + came))
		return NAN;
	return (double)lost / (lost + came);
}
