// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the node thinks of others, and why members are isolated.
 */
#include "agent/watch/json.h"
#include "request.h"

#define LIMIT_MAX 1000

enum { OFFSET, LIMIT };

static unsigned int run(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;
	json_t *nodes = json_array(), *accusations = json_array();
	size_t end = r->number[OFFSET] + r->number[LIMIT];
	struct cl_nl_msg m;

	if (end > look->n_reputations)
		end = look->n_reputations;
	for (size_t i = r->number[OFFSET]; i < end; i++) {
		m.cmd = CL_CTL_REPUTATION_GET;
		m.reputation = look->reputations[i];
		cl_json_add(nodes, cl_json_object(&m));
	}
	for (size_t i = 0; i < look->n_accusations; i++) {
		m.cmd = CL_CTL_ACCUSATION_GET;
		m.accusation = look->accusations[i];
		cl_json_add(accusations, cl_json_object(&m));
	}
	r->json = json_pack("{s:I, s:I, s:o, s:o}", "total",
			    (json_int_t)look->n_reputations, "offset",
			    (json_int_t)r->number[OFFSET], "nodes", nodes,
			    "accusations", accusations);
	return 0;
}

const struct cl_route cl_api_reputation = {
	.path = "reputation",
	.param = {
		[OFFSET] = { "offset", .is_number = true, .max = CL_NODES_MAX },
		[LIMIT] = { "limit", .is_number = true, .min = 1,
			    .max = LIMIT_MAX, .preset = LIMIT_MAX },
	},
	.run = run,
};
