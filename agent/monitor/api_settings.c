// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings of the instance, and what the cluster has agreed on.
 */
#include "agent/watch/json.h"
#include "request.h"

static json_t *settings(u8 cmd, const struct cl_nl_instance *inst)
{
	struct cl_nl_msg m = { .cmd = cmd };

	if (!inst->have)
		return json_null();
	m.instance = *inst;
	return cl_json_object(&m);
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_look *look = &r->m->look;

	r->json = json_object();
	cl_json_put(r->json, "instance",
		    settings(CLOCKLINK_CMD_INSTANCE_GET, &look->instance));
	cl_json_put(r->json, "round",
		    settings(CL_CTL_SETTINGS_GET, &look->settings));
	return 0;
}

const struct cl_route cl_api_settings = {
	.path = "settings",
	.run = run,
};
