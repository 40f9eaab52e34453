// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the node thinks of others, and why members are isolated.
 */
#include "agent/watch/json.h"
#include "request.h"

static unsigned int run(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;
	json_t *nodes = json_array(), *accusations = json_array();
	struct cl_nl_msg m;

	for (size_t i = 0; i < look->n_reputations; i++) {
		m.cmd = CL_CTL_REPUTATION_GET;
		m.reputation = look->reputations[i];
		cl_json_add(nodes, cl_json_object(&m));
	}
	for (size_t i = 0; i < look->n_accusations; i++) {
		m.cmd = CL_CTL_ACCUSATION_GET;
		m.accusation = look->accusations[i];
		cl_json_add(accusations, cl_json_object(&m));
	}
	r->json = json_pack("{s:o, s:o}", "nodes", nodes, "accusations",
			    accusations);
	return 0;
}

const struct cl_route cl_api_reputation = {
	.path = "reputation",
	.run = run,
};
