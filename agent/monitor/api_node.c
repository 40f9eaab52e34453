// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One node, with all that is said of it.
 */
#include <string.h>

#include "agent/watch/json.h"
#include "nodejson.h"

/* An object of the model as JSON; null if it is not there. */
static json_t *object(u8 cmd, const void *obj, size_t size)
{
	struct cl_nl_msg m = { .cmd = cmd };

	if (!obj)
		return json_null();
	memcpy(&m.have, obj, size);
	return cl_json_object(&m);
}

static json_t *accusations(const struct cl_look *look, u32 node)
{
	json_t *array = json_array();
	const struct cl_ctl_accusation *a;

	for (size_t i = 0; i < look->n_accusations; i++) {
		a = &look->accusations[i];
		if (a->node == node)
			cl_json_add(array, object(CL_CTL_ACCUSATION_GET, a,
						  sizeof(*a)));
	}
	return array;
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_node *n = r->node;
	json_t *j = cl_node_json(r->m, n);

	cl_json_put(j, "peer",
		    object(CLOCKLINK_CMD_PEER_GET, n->peer, sizeof(*n->peer)));
	cl_json_put(j, "member",
		    object(CL_CTL_MEMBER_GET, n->member, sizeof(*n->member)));
	/* Here it is more than the word that a list has. */
	cl_json_put(j, "reputation",
		    object(CL_CTL_REPUTATION_GET, n->reputation,
			   sizeof(*n->reputation)));
	cl_json_put(j, "voter",
		    object(CL_CTL_VOTER_GET, n->voter, sizeof(*n->voter)));
	cl_json_put(j, "accusations", accusations(&r->m->look, n->id));
	r->json = j;
	return 0;
}

const struct cl_route cl_api_node = {
	.path = "nodes/*",
	.run = run,
};
