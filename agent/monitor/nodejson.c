// SPDX-License-Identifier: GPL-2.0-or-later
#include "nodejson.h"

#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "warnings.h"

/**
 * cl_node_address_json() - where a node takes time messages, as JSON
 * @n: the node
 *
 * Return: address and port, or null if they are not known, a new reference.
 */
json_t *cl_node_address_json(const struct cl_node *n)
{
	char text[CL_UNITS_ADDR_SIZE];

	if (n->member)
		return cl_json_text(n->member->time);
	if (!n->peer)
		return json_null();
	return json_string(cl_units_address(text, n->peer));
}

/* What only the estimator knows. */
static json_t *estimate(const struct cl_node *n, s64 v)
{
	return n->peer && n->peer->ready ? json_integer(v) : json_null();
}

static json_t *counter(const struct cl_node *n, u64 v)
{
	return n->peer ? json_integer(v) : json_null();
}

static json_t *ppb(const struct cl_node *n, s64 ppt)
{
	return n->peer && n->peer->ready ? json_real(ppt / 1000.0) :
					   json_null();
}

static void put_measured(json_t *j, const struct cl_node *n)
{
	static const struct cl_nl_peer none;
	const struct cl_nl_peer *p = n->peer ? n->peer : &none;
	s64 offset;
	bool has = cl_node_offset(n, &offset);

	cl_json_put(j, "offset_ns", has ? json_integer(offset) : json_null());
	cl_json_put(j, "offset_age_ns",
		    has ? cl_json_ns(p->ahead_age_ns) : json_null());
	cl_json_put(j, "freq_ppb", ppb(n, p->freq_ppt));
	cl_json_put(j, "freq_error_ppb", ppb(n, p->freq_error_ppt));
	cl_json_put(j, "error_ns", estimate(n, p->error_ns));
	cl_json_put(j, "min_rtt_ns", estimate(n, p->min_rtt_ns));
	cl_json_put(j, "excess_ns", estimate(n, p->excess_ns));
	cl_json_put(j, "asymmetry_ns", estimate(n, p->learnt_asymmetry_ns));
	cl_json_put(j, "age_ns", estimate(n, p->age_ns));
	cl_json_put(j, "loss", cl_json_number(cl_node_loss(n)));
	cl_json_put(j, "lost", counter(n, p->lost));
	cl_json_put(j, "duplicated", counter(n, p->duplicated));
	cl_json_put(j, "reordered", counter(n, p->reordered));
	cl_json_put(j, "exchanges", counter(n, p->exchanges));
	cl_json_put(j, "stamps",
		    n->peer ? json_string(cl_nl_stamps_name(p->stamps)) :
			      json_null());
}

/**
 * cl_node_json() - a node as JSON, as lists of nodes have it
 * @m: the monitor
 * @n: a node of the last look
 *
 * Return: an object, a new reference.
 */
json_t *cl_node_json(const struct cl_monitor *m, const struct cl_node *n)
{
	const struct cl_ctl_reputation *rep = n->reputation;
	json_t *j = json_object();
	bool isolated;
	u64 bound;

	isolated = n->member && cl_ctl_has(n->member, MEMBER_ISOLATED);
	if (!cl_node_bound(n, &m->look, &bound))
		bound = U64_MAX;
	cl_json_put(j, "node", json_integer(n->id));
	cl_json_put(j, "name", json_string(cl_node_name(n, &m->look)));
	cl_json_put(j, "role", json_string(cl_node_role(n, &m->look)));
	cl_json_put(j, "self", json_boolean(n->self));
	cl_json_put(j, "state", cl_json_text(cl_node_state(n, &m->look)));
	cl_json_put(j, "address", cl_node_address_json(n));
	cl_json_put(j, "reputation", cl_json_text(cl_node_reputation(n)));
	if (isolated)
		cl_json_put(j, "rule", cl_json_text(n->member->rule));
	else
		cl_json_put(j, "rule", cl_json_text(rep ? rep->rule : NULL));
	cl_json_put(j, "weight",
		    rep ? json_real(rep->weight_m / 1000.0) : json_null());
	cl_json_put(j, "isolated", json_boolean(isolated));
	cl_json_put(j, "bound_ns", cl_json_ns(bound));
	put_measured(j, n);
	cl_json_put(j, "warnings", json_integer(cl_warnings_count(n)));
	return j;
}
