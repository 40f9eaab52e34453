// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of all nodes, sorted and in parts.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "nodejson.h"

#define LIMIT_MAX 1000

enum { OFFSET, LIMIT, SORT, ORDER, FILTER, STATE };

enum {
	SORT_NODE,
	SORT_NAME,
	SORT_STATE,
	SORT_OFFSET,
	SORT_BOUND,
	SORT_RTT,
	SORT_EXCESS,
	SORT_LOSS,
	SORT_REPUTATION,
};

static const char *const sorts[] = { "node",	   "name", "state",  "offset",
				     "bound",	   "rtt",  "excess", "loss",
				     "reputation", NULL };
static const char *const orders[] = { "asc", "desc", NULL };

/**
 * struct entry - a node and what it is sorted by
 * @node: the node
 * @text: a text, NULL: a number
 * @number: a number
 * @known: one of both is there; those without come last in any order
 */
struct entry {
	const struct cl_node *node;
	const char *text;
	double number;
	bool known;
};

static void key_measured(const struct cl_monitor *m, s64 sort, struct entry *e)
{
	const struct cl_nl_peer *p = e->node->peer;
	s64 offset;
	u64 bound;

	switch (sort) {
	case SORT_OFFSET:
		e->known = cl_node_offset(e->node, &offset);
		e->number = e->known ? offset : 0;
		break;
	case SORT_BOUND:
		e->known = cl_node_bound(e->node, &m->look, &bound) &&
			   bound < S64_MAX;
		e->number = e->known ? bound : 0;
		break;
	case SORT_RTT:
		e->known = p && p->ready;
		e->number = e->known ? p->min_rtt_ns : 0;
		break;
	case SORT_EXCESS:
		e->known = p && p->ready;
		e->number = e->known ? p->excess_ns : 0;
		break;
	default:
		e->number = cl_node_loss(e->node);
		e->known = !isnan(e->number);
		break;
	}
}

static void key_of(const struct cl_monitor *m, s64 sort, struct entry *e)
{
	switch (sort) {
	case SORT_NODE:
		e->known = true;
		e->number = e->node->id;
		break;
	case SORT_NAME:
		e->text = cl_node_name(e->node, &m->look);
		e->known = *e->text;
		break;
	case SORT_STATE:
		e->text = cl_node_state(e->node, &m->look);
		e->known = e->text;
		break;
	case SORT_REPUTATION:
		e->text = cl_node_reputation(e->node);
		e->known = e->text;
		break;
	default:
		key_measured(m, sort, e);
		break;
	}
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct entry *x = a, *y = b;
	const bool *desc = arg;
	int c = 0;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->known && x->text)
		c = strcmp(x->text, y->text);
	else if (x->known)
		c = x->number < y->number ? -1 : x->number > y->number;
	if (c)
		return *desc ? -c : c;
	return x->node->id < y->node->id ? -1 : 1;
}

/* In the name, the number or the address. */
static bool matches(const struct cl_monitor *m, const struct cl_node *n,
		    const char *filter, const char *state)
{
	const char *is = cl_node_state(n, &m->look);
	char text[CL_UNITS_ADDR_SIZE];

	if (state && strcmp(state, is ? is : "unknown"))
		return false;
	if (!filter)
		return true;
	snprintf(text, sizeof(text), "%u", n->id);
	if (!strcmp(text, filter) ||
	    strcasestr(cl_node_name(n, &m->look), filter))
		return true;
	if (n->member)
		return strcasestr(n->member->time, filter);
	return n->peer && strcasestr(cl_units_address(text, n->peer), filter);
}

static size_t select_nodes(struct cl_request *r, struct entry *e,
			   size_t *ret_total)
{
	const struct cl_nodes *t = &r->m->nodes;
	size_t n = 0;

	*ret_total = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (!cl_node_present(t->node[i]))
			continue;
		++*ret_total;
		if (!matches(r->m, t->node[i], r->text[FILTER], r->text[STATE]))
			continue;
		e[n].node = t->node[i];
		key_of(r->m, r->number[SORT], &e[n++]);
	}
	return n;
}

static unsigned int run(struct cl_request *r)
{
	struct entry *e = calloc(r->m->nodes.n + 1, sizeof(*e));
	bool desc = r->number[ORDER];
	json_t *nodes = json_array();
	size_t total, n, end;

	if (!e)
		return cl_request_fail(r, 503, "nodes", "out of memory");
	n = select_nodes(r, e, &total);
	qsort_r(e, n, sizeof(*e), compare, &desc);
	end = r->number[OFFSET] + r->number[LIMIT];
	for (size_t i = r->number[OFFSET]; i < end && i < n; i++)
		cl_json_add(nodes, cl_node_json(r->m, e[i].node));
	free(e);
	r->json = json_pack("{s:I, s:I, s:I, s:o}", "total", (json_int_t)total,
			    "matched", (json_int_t)n, "offset",
			    (json_int_t)r->number[OFFSET], "nodes", nodes);
	return 0;
}

/* Names of enum clocklink_state, and of those whose state is not known. */
static const char *const states[] = { "unsynced",   "joining",	"synced",
				      "unverified", "holdover", "void",
				      "gone",	    "unknown",	NULL };

const struct cl_route cl_api_nodes = {
	.path = "nodes",
	.param = {
		[OFFSET] = { "offset", .is_number = true, .max = CL_NODES_MAX },
		[LIMIT] = { "limit", .is_number = true, .min = 1,
			    .max = LIMIT_MAX, .preset = 100 },
		[SORT] = { "sort", .words = sorts },
		[ORDER] = { "order", .words = orders },
		[FILTER] = { .name = "filter" },
		[STATE] = { "state", .words = states },
	},
	.run = run,
};
