// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of nodes, and what a look makes of it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "node.h"

/* Figures of a node, in this order; that of the state is enum clocklink_state. */
static const struct cl_history_column columns[] = {
	{ "offset_ns", CL_HISTORY_MEAN }, { "bound_ns", CL_HISTORY_MAX },
	{ "excess_ns", CL_HISTORY_MEAN }, { "loss", CL_HISTORY_MAX },
	{ "weight", CL_HISTORY_MEAN },	  { "freq_ppb", CL_HISTORY_MEAN },
	{ "state", CL_HISTORY_LAST },
};

static void free_node(struct cl_node *n)
{
	cl_history_close(&n->history);
	free(n);
}

static struct cl_node *new_node(u32 id, const struct cl_look *look)
{
	struct cl_node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	if (cl_history_open(&n->history, columns, ARRAY_SIZE(columns))) {
		free(n);
		return NULL;
	}
	n->id = id;
	n->delay_utc_ns = look->utc_ns;
	return n;
}

/* The smallest id of the three sorted lists at their places. */
static u32 next_id(const struct cl_look *look, size_t peer, size_t member,
		   u32 own, u32 after)
{
	u32 id = 0;

	if (own > after)
		id = own;
	if (peer < look->n_peers && (!id || look->peers[peer].node < id))
		id = look->peers[peer].node;
	if (member < look->n_members &&
	    (!id || look->members[member].node < id))
		id = look->members[member].node;
	return id;
}

static u32 own_id(const struct cl_look *look)
{
	return look->has_instance ? look->instance.node : look->status.node;
}

/* Forgotten ones may be kept for a while; what they point to is gone. */
static bool keep(struct cl_node *n, const struct cl_look *look)
{
	n->self = false;
	n->peer = NULL;
	n->member = NULL;
	n->reputation = NULL;
	n->voter = NULL;
	return look->mono_ns - n->seen_ns < CL_NODE_FORGET_NS;
}

static void remember(struct cl_node *n, s64 mono_ns)
{
	const struct cl_nl_peer *p = n->peer;

	if (n->past_n && mono_ns - n->past_ns < CL_NODE_PAST_STEP_NS)
		return;
	n->past[n->past_n++ % CL_NODE_PAST] = (struct cl_node_past){
		.lost = p->lost,
		.came = cl_nl_peer_came(p),
	};
	n->past_ns = mono_ns;
}

static void put_history(struct cl_node *n, const struct cl_look *look)
{
	const struct cl_nl_peer *p = n->peer;
	float f[ARRAY_SIZE(columns)] = { NAN, NAN, NAN, NAN, NAN, NAN, NAN };
	s64 offset;
	u64 bound;

	if (cl_node_offset(n, &offset))
		f[0] = offset;
	if (cl_node_bound(n, look, &bound) && bound < S64_MAX)
		f[1] = bound;
	if (p && p->ready) {
		f[2] = p->excess_ns;
		f[5] = p->freq_ppt / 1000.0;
	}
	f[3] = cl_node_loss(n);
	if (n->reputation)
		f[4] = n->reputation->weight_m / 1000.0;
	if (n->self)
		f[6] = look->clock.state;
	else if (p)
		f[6] = p->state;
	cl_history_put(&n->history, look->mono_ns, f);
}

static void see(struct cl_node *n, const struct cl_look *look, u32 own)
{
	n->self = n->id == own;
	n->peer = cl_look_peer(look, n->id);
	n->member = cl_look_member(look, n->id);
	n->reputation = cl_look_reputation(look, n->id);
	n->voter = cl_look_voter(look, n->id);
	n->seen_ns = look->mono_ns;
	if (n->peer)
		remember(n, look->mono_ns);
	put_history(n, look);
}

/* Old and new nodes in one list; both are sorted. */
static int merge(struct cl_nodes *t, const struct cl_look *look,
		 struct cl_node **merged, size_t *ret_n)
{
	size_t old = 0, peer = 0, member = 0, n = 0;
	u32 own = own_id(look), id = 0;
	int err = 0;

	while ((id = next_id(look, peer, member, own, id))) {
		while (old < t->n && t->node[old]->id < id) {
			if (keep(t->node[old], look))
				merged[n++] = t->node[old];
			else
				free_node(t->node[old]);
			old++;
		}
		if (old < t->n && t->node[old]->id == id)
			merged[n] = t->node[old++];
		else
			merged[n] = n < CL_NODES_MAX ? new_node(id, look) :
						       NULL;
		if (merged[n])
			see(merged[n++], look, own);
		else
			err = -ENOMEM;
		while (peer < look->n_peers && look->peers[peer].node <= id)
			peer++;
		while (member < look->n_members &&
		       look->members[member].node <= id)
			member++;
	}
	for (; old < t->n; old++) {
		if (keep(t->node[old], look))
			merged[n++] = t->node[old];
		else
			free_node(t->node[old]);
	}
	*ret_n = n;
	return err;
}

/**
 * cl_nodes_update() - what a look says of all nodes
 * @t: the table, which points into the look from here on, until the next one
 * @look: the look, finished
 *
 * Return: 0; -ENOMEM: some nodes are left out; -ENOMEM with an empty table: all are.
 */
int cl_nodes_update(struct cl_nodes *t, const struct cl_look *look)
{
	size_t most = t->n + look->n_peers + look->n_members + 1;
	struct cl_node **merged = calloc(most, sizeof(struct cl_node *));
	int err;

	if (!merged) {
		cl_nodes_clear(t);
		return -ENOMEM;
	}
	err = merge(t, look, merged, &most);
	free(t->node);
	t->node = merged;
	t->n = most;
	return err;
}

/**
 * cl_nodes_clear() - forget all
 * @t: the table
 */
void cl_nodes_clear(struct cl_nodes *t)
{
	for (size_t i = 0; i < t->n; i++)
		free_node(t->node[i]);
	free(t->node);
	*t = (struct cl_nodes){ 0 };
}

/**
 * cl_nodes_find() - a node
 * @t: the table
 * @id: its node id
 *
 * Return: the node, owned by @t, may be in no look any more; NULL if there is none.
 */
struct cl_node *cl_nodes_find(const struct cl_nodes *t, u32 id)
{
	size_t low = 0, high = t->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (t->node[mid]->id == id)
			return t->node[mid];
		if (t->node[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
