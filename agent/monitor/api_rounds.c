// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last rounds, oldest first.
 */
#include "agent/nl/schema.h"
#include "request.h"

enum { LIMIT };

static json_t *round_json(const struct cl_round *x)
{
	json_t *j = json_object();

	cl_json_put(j, "utc_ms", cl_json_ms(x->utc_ns));
	cl_json_put(j, "term", json_integer(x->term));
	cl_json_put(j, "round", json_integer(x->round));
	cl_json_put(j, "rounds", json_integer(x->rounds));
	cl_json_put(j, "leader", json_integer(x->leader));
	cl_json_put(j, "interval_ns", cl_json_ns(x->interval_ns));
	cl_json_put(j, "bound_ns", cl_json_ns(x->bound_ns));
	cl_json_put(j, "state",
		    x->has_state ? json_string(cl_nl_state_name(x->state)) :
				   json_null());
	cl_json_put(j, "requests", json_integer(x->requests));
	cl_json_put(j, "responses", json_integer(x->responses));
	cl_json_put(j, "lost", json_integer(x->lost));
	return j;
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_rounds *all = &r->m->rounds;
	u64 n = all->n < CL_ROUNDS_SIZE ? all->n : CL_ROUNDS_SIZE;
	json_t *array = json_array();

	if (n > (u64)r->number[LIMIT])
		n = r->number[LIMIT];
	for (u64 i = all->n - n; i < all->n; i++)
		cl_json_add(array, round_json(&all->round[i % CL_ROUNDS_SIZE]));
	r->json = json_pack("{s:o}", "rounds", array);
	return 0;
}

const struct cl_route cl_api_rounds = {
	.path = "rounds",
	.param = {
		[LIMIT] = { "limit", .is_number = true, .min = 1,
			    .max = CL_ROUNDS_SIZE, .preset = 100 },
	},
	.run = run,
};
