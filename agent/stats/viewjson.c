// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The live view for programs: an object for each look.
 */
#include <math.h>
#include <string.h>

#include "agent/watch/json.h"
#include "agent/watch/warning.h"
#include "view.h"

static json_t *allan_json(const struct cl_allan *a)
{
	json_t *all = json_array();
	double dev;

	for (unsigned int tau = 1; tau <= CL_ALLAN_POINTS / 2; tau *= 2) {
		dev = cl_allan_deviation(a, tau);
		if (isnan(dev))
			break;
		json_array_append_new(all,
				      json_pack("{s:i, s:f}", "tau_s", (int)tau,
						"deviation", dev));
	}
	return all;
}

static json_t *times_json(const struct cl_histogram *h)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "count",
			 (json_int_t)h->count, "min_ns", (json_int_t)h->min_ns,
			 "p50_ns", (json_int_t)cl_histogram_quantile(h, 0.5),
			 "p90_ns", (json_int_t)cl_histogram_quantile(h, 0.9),
			 "p99_ns", (json_int_t)cl_histogram_quantile(h, 0.99),
			 "max_ns", (json_int_t)h->max_ns);
}

static json_t *warnings_json(const struct cl_view_peer *p)
{
	struct cl_anomaly_warning w[CL_ANOMALY_KINDS];
	char text[CL_WARNING_TEXT_SIZE];
	json_t *all = json_array();
	unsigned int n = cl_anomaly_warnings(&p->anomaly, w);
	json_t *one;

	for (unsigned int k = 0; k < n; k++) {
		cl_warning_text(&w[k], text);
		one = json_pack("{s:s, s:I, s:f, s:s}", "kind",
				cl_anomaly_kind_name(w[k].kind), "lasts_ns",
				(json_int_t)(p->raw_ns - w[k].since_ns),
				"strength", w[k].strength, "text", text);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *peer_json(const struct cl_view *v, const struct cl_nl_peer *p)
{
	const struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_PEER_GET,
				     .peer = *p };
	const struct cl_view_peer *seen = cl_view_peer(v, p->node);
	double loss = cl_view_loss(seen);
	json_t *j = cl_json_object(&m);

	json_object_set_new(j, "loss",
			    loss < 0 ? json_null() : json_real(loss));
	if (seen && seen->rtt.count) {
		json_object_set_new(j, "round_trips", times_json(&seen->rtt));
		json_object_set_new(j, "excesses", times_json(&seen->excess));
	}
	if (seen)
		json_object_set_new(j, "warnings", warnings_json(seen));
	return j;
}

static json_t *peers_json(const struct cl_view *v)
{
	json_t *all = json_array();

	for (size_t i = 0; i < v->now->n_peers; i++)
		json_array_append_new(all, peer_json(v, &v->now->peers[i]));
	return all;
}

static void put_object(json_t *j, const char *name, u8 cmd, const void *have,
		       size_t size)
{
	struct cl_nl_msg m = { .cmd = cmd };

	memcpy(&m.have, have, size);
	json_object_set_new(j, name, cl_json_object(&m));
}

#define PUT(j, name, cmd, obj) put_object(j, name, cmd, &(obj), sizeof(obj))

/**
 * cl_view_json() - the view for programs
 * @v: the view, with a look
 *
 * Return: a new object.
 */
json_t *cl_view_json(const struct cl_view *v)
{
	const struct cl_look *l = v->now;
	json_t *j = json_pack("{s:I, s:s, s:s, s:s}", "utc_ns",
			      (json_int_t)l->utc_ns, "missing", l->error,
			      "clocksource", v->host.clocksource,
			      "clock_owners", v->host.owners);

	if (!l->has_instance)
		return j;
	PUT(j, "instance", CLOCKLINK_CMD_INSTANCE_GET, l->instance);
	PUT(j, "clock", CLOCKLINK_CMD_CLOCK_GET, l->clock);
	if (l->has_cluster)
		PUT(j, "cluster", CL_CTL_STATUS_GET, l->status);
	if (cl_ctl_has(&l->sysclock, SYSCLOCK_STATE))
		PUT(j, "system_clock", CL_CTL_SYSCLOCK_GET, l->sysclock);
	if (cl_ctl_has(&l->phcclock, SYSCLOCK_DEVICE))
		PUT(j, "device_clock", CL_CTL_PHCCLOCK_GET, l->phcclock);
	json_object_set_new(j, "allan", allan_json(&v->allan));
	json_object_set_new(j, "peers", peers_json(v));
	return j;
}
