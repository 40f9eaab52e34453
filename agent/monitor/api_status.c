// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The node and its cluster at a glance.
 */
#include <string.h>

#include "agent/nl/schema.h"
#include "agent/watch/json.h"
#include "nodejson.h"
#include "warnings.h"

static void put_clock(json_t *j, const struct cl_look *look)
{
	const struct cl_nl_clock *c = &look->clock;
	bool usable = look->has_instance && cl_nl_state_usable(c->state);

	cl_json_put(j, "state",
		    json_string(look->has_instance ?
					cl_nl_state_name(c->state) :
					"gone"));
	cl_json_put(j, "bound_ns",
		    usable ? cl_json_ns(c->bound_ns) : json_null());
	cl_json_put(j, "hard_ns",
		    usable ? cl_json_ns(c->hard_ns) : json_null());
	cl_json_put(j, "drift_ppb",
		    usable ? json_real(c->drift_ppt / 1000.0) : json_null());
	cl_json_put(j, "error_ns",
		    c->parent ? json_integer(c->error_ns) : json_null());
	cl_json_put(j, "rate_ppb",
		    c->parent ? json_real(c->rate_ppt / 1000.0) : json_null());
	cl_json_put(j, "tai_offset_s", json_integer(c->tai_offset_s));
	cl_json_put(j, "leap", json_string(cl_nl_leap_name(c->leap)));
}

static void put_self(json_t *j, const struct cl_monitor *m)
{
	const struct cl_look *look = &m->look;
	const struct cl_nl_instance *inst = &look->instance;
	const struct cl_node *self;
	u32 node = look->has_instance ? inst->node : look->status.node;
	u32 cluster = look->has_instance ? inst->cluster : look->status.cluster;

	self = cl_nodes_find(&m->nodes, node);
	cl_json_put(j, "node", json_integer(node));
	cl_json_put(j, "name", json_string(look->status.name));
	cl_json_put(j, "cluster", json_integer(cluster));
	cl_json_put(j, "role",
		    json_string(self ? cl_node_role(self, look) : "alone"));
	cl_json_put(j, "round",
		    look->has_instance ? json_integer(inst->round) :
					 json_null());
	cl_json_put(j, "interval_ns",
		    look->has_instance ? cl_json_ns(inst->interval_ns) :
					 json_null());
}

static void put_cluster(json_t *j, const struct cl_monitor *m)
{
	const struct cl_look *look = &m->look;
	const struct cl_ctl_status *s = &look->status;
	bool has = look->has_cluster;
	u32 id = has ? s->leader : look->instance.leader;
	const struct cl_node *leader = cl_nodes_find(&m->nodes, id);

	cl_json_put(j, "leader", json_integer(id));
	cl_json_put(j, "leader_name", cl_json_text(s->leader_name));
	cl_json_put(j, "leader_address",
		    leader ? cl_node_address_json(leader) : json_null());
	cl_json_put(j, "term",
		    json_integer(has ? s->term : look->instance.term));
	cl_json_put(j, "quorum", has ? json_boolean(s->quorum) : json_null());
	cl_json_put(j, "reachable",
		    has ? json_integer(s->reachable) : json_null());
	cl_json_put(j, "voters", has ? json_integer(s->voters) : json_null());
	cl_json_put(j, "needed", has ? json_integer(s->needed) : json_null());
	cl_json_put(j, "members", has ? json_integer(s->members) : json_null());
	cl_json_put(j, "isolated",
		    has ? json_integer(s->isolated) : json_null());
}

/* How many nodes are in which state, and how many are not trusted. */
static void put_counts(json_t *j, const struct cl_monitor *m)
{
	unsigned int count[CLOCKLINK_STATE_GONE + 1] = { 0 };
	unsigned int unknown = 0, suspicious = 0, warnings = 0;
	json_t *nodes = json_object();
	const struct cl_node *n;

	for (size_t i = 0; i < m->nodes.n; i++) {
		n = m->nodes.node[i];
		if (n->self && m->look.has_instance)
			count[m->look.clock.state]++;
		else if (n->peer && n->peer->state <= CLOCKLINK_STATE_GONE)
			count[n->peer->state]++;
		else if (cl_node_present(n))
			unknown++;
		warnings += cl_node_present(n) ? cl_warnings_count(n) : 0;
		suspicious += n->reputation &&
			      strcmp(n->reputation->state, "good");
	}
	for (u32 i = 0; i <= CLOCKLINK_STATE_GONE; i++)
		cl_json_put(nodes, cl_nl_state_name(i), json_integer(count[i]));
	cl_json_put(nodes, "unknown", json_integer(unknown));
	cl_json_put(j, "nodes", nodes);
	cl_json_put(j, "suspicious", json_integer(suspicious));
	cl_json_put(j, "warnings", json_integer(warnings));
}

/* A clock of the host that the daemon steers, or leaves alone. */
static json_t *steered_clock(const struct cl_ctl_sysclock *s)
{
	bool offset = cl_ctl_has(s, SYSCLOCK_OFFSET);
	json_t *j;

	if (!s->have)
		return json_null();
	j = json_object();
	cl_json_put(j, "state", json_string(s->state));
	cl_json_put(j, "owner", cl_json_text(s->owner));
	cl_json_put(j, "why", cl_json_text(s->why));
	cl_json_put(j, "device", cl_json_text(s->device));
	cl_json_put(j, "offset_ns",
		    offset ? json_integer(s->offset_ns) : json_null());
	cl_json_put(j, "freq_ppb",
		    offset ? json_real(s->freq_ppt / 1000.0) : json_null());
	cl_json_put(j, "stepped_ns", json_integer(s->stepped_ns));
	cl_json_put(j, "yields", json_integer(s->yields));
	return j;
}

static json_t *scale(const struct cl_ctl_scale *s)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_SCALE_GET };

	if (!s->have)
		return json_null();
	m.scale = *s;
	return cl_json_object(&m);
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;
	json_t *j = json_object(), *missing = json_array();

	cl_json_put(j, "version", json_string(CL_VERSION));
	cl_json_put(j, "utc_ms", cl_json_ms(look->utc_ns));
	put_self(j, r->m);
	put_clock(j, look);
	put_cluster(j, r->m);
	put_counts(j, r->m);
	cl_json_put(j, "system_clock", steered_clock(&look->sysclock));
	cl_json_put(j, "device_clock", steered_clock(&look->phcclock));
	cl_json_put(j, "scale", scale(&look->scale));
	if (*look->error)
		cl_json_add(missing, json_string(look->error));
	cl_json_put(j, "missing", missing);
	cl_json_put(j, "sources",
		    json_pack("{s:b, s:b}", "module", look->has_instance,
			      "daemon", look->has_daemon));
	r->json = j;
	return 0;
}

const struct cl_route cl_api_status = {
	.path = "status",
	.run = run,
};

/* For load balancers: may this node's time be used. */
static unsigned int run_health(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;
	bool ok = look->has_instance && cl_nl_state_usable(look->clock.state);

	r->json = json_object();
	put_clock(r->json, look);
	r->status = ok ? 200 : 503;
	return 0;
}

const struct cl_route cl_api_health = {
	.path = "healthz",
	.run = run_health,
};
