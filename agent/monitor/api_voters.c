// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The oscillators that make cluster time.
 */
#include "agent/nl/schema.h"
#include "request.h"

static json_t *voter(const struct cl_look *look, const struct cl_ctl_voter *v)
{
	const struct cl_nl_peer *p = cl_look_peer(look, v->node);
	json_t *j = json_object();
	bool known = v->known;

	cl_json_put(j, "node", json_integer(v->node));
	cl_json_put(j, "name", json_string(v->name));
	cl_json_put(j, "self", json_boolean(v->node == look->status.node));
	cl_json_put(j, "share", json_string(cl_ctl_share_name(v)));
	cl_json_put(j, "weight",
		    known ? json_real(v->weight_m / 1000.0) : json_null());
	cl_json_put(j, "rms_ns", known ? json_integer(v->rms_ns) : json_null());
	cl_json_put(j, "residual_ns",
		    cl_ctl_has(v, VOTER_RESIDUAL) ?
			    json_integer(v->residual_ns) :
			    json_null());
	cl_json_put(j, "freq_ppb",
		    known ? json_real(-v->freq_ppt / 1000.0) : json_null());
	cl_json_put(j, "age_ns", known ? cl_json_ns(v->age_ns) : json_null());
	cl_json_put(j, "wander_ppb",
		    p && p->ready ? json_real(p->wander_ppt / 1000.0) :
				    json_null());
	return j;
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;
	json_t *voters = json_array();

	for (size_t i = 0; i < look->n_voters; i++)
		cl_json_add(voters, voter(look, &look->voters[i]));
	r->json = json_pack("{s:o}", "voters", voters);
	return 0;
}

const struct cl_route cl_api_voters = {
	.path = "voters",
	.run = run,
};
