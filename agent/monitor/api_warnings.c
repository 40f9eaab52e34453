// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is warned of now.
 */
#include "agent/watch/warning.h"
#include "request.h"
#include "warnings.h"

static json_t *warning_json(const struct cl_look *look, u32 node,
			    const struct cl_anomaly_warning *w)
{
	s64 ago = look->clock.raw_ns - w->since_ns;
	char text[CL_WARNING_TEXT_SIZE];
	json_t *j = json_object();

	cl_warning_text(w, text);
	cl_json_put(j, "node", json_integer(node));
	cl_json_put(j, "kind", json_string(cl_anomaly_kind_name(w->kind)));
	cl_json_put(j, "since_utc_ms", cl_json_ms(look->utc_ns - ago));
	cl_json_put(j, "strength", cl_json_number(w->strength));
	cl_json_put(j, "text", json_string(text));
	cl_json_put(j, "limit_in_s",
		    w->exceeds_in_ns < 0 ? json_null() :
					   json_real(w->exceeds_in_ns / 1e9));
	return j;
}

static unsigned int run(struct cl_request *r)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];
	const struct cl_look *look = &r->m->look;
	json_t *array = json_array();
	const struct cl_node *x;
	unsigned int n;

	for (size_t i = 0; i < r->m->nodes.n; i++) {
		x = r->m->nodes.node[i];
		if (!cl_node_present(x) || !cl_warnings_count(x))
			continue;
		n = cl_anomaly_warnings(&x->anomaly, w);
		for (unsigned int k = 0; k < n; k++)
			cl_json_add(array, warning_json(look, x->id, &w[k]));
	}
	r->json = json_pack("{s:o}", "warnings", array);
	return 0;
}

const struct cl_route cl_api_warnings = {
	.path = "warnings",
	.run = run,
};
