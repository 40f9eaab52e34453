// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Distribution of the round trips to a node.
 */
#include "request.h"

static json_t *quantile(const struct cl_histogram *h, double share)
{
	return h->count ? json_integer(cl_histogram_quantile(h, share)) :
			  json_null();
}

static json_t *bucket(json_t *end, u64 below)
{
	json_t *j = json_object();

	cl_json_put(j, "le_ns", end);
	cl_json_put(j, "count", json_integer(below));
	return j;
}

/* Those around what there is, cumulative; the last one has no end. */
static json_t *buckets(const struct cl_histogram *h)
{
	unsigned int first = 0, last = CL_HISTOGRAM_BUCKETS - 1;
	json_t *array = json_array();
	u64 n = 0;

	while (first < last && !h->bucket[first])
		first++;
	while (last > first && !h->bucket[last])
		last--;
	if (first)
		first--;
	for (unsigned int i = first; h->count && i <= last; i++) {
		n += h->bucket[i];
		if (i == CL_HISTOGRAM_BUCKETS - 1)
			break;
		cl_json_add(array,
			    bucket(json_integer(cl_histogram_edge(i)), n));
	}
	cl_json_add(array, bucket(json_null(), h->count));
	return array;
}

static unsigned int run(struct cl_request *r)
{
	const struct cl_histogram *h = &r->node->delay;
	json_t *j = json_object();

	cl_json_put(j, "node", json_integer(r->node->id));
	cl_json_put(j, "unit", json_string("ns"));
	cl_json_put(j, "since_utc_ms", cl_json_ms(r->node->delay_utc_ns));
	cl_json_put(j, "count", json_integer(h->count));
	cl_json_put(j, "sum_ns", json_integer(h->sum_ns));
	cl_json_put(j, "min_ns",
		    h->count ? json_integer(h->min_ns) : json_null());
	cl_json_put(j, "p50_ns", quantile(h, 0.5));
	cl_json_put(j, "p90_ns", quantile(h, 0.9));
	cl_json_put(j, "p99_ns", quantile(h, 0.99));
	cl_json_put(j, "max_ns",
		    h->count ? json_integer(h->max_ns) : json_null());
	cl_json_put(j, "buckets", buckets(h));
	r->json = j;
	return 0;
}

const struct cl_route cl_api_latency = {
	.path = "nodes/*/latency",
	.run = run,
};
