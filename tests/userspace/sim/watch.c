// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include "kmod/core/fixed.h"

static double seconds(s64 ns)
{
	return (double)ns / CL_NS_PER_SEC;
}

static void note(struct sim_watch *w, const struct cl_anomaly_event *e,
		 s64 now_ns)
{
	const struct cl_anomaly_warning *v = &e->warning;

	json_array_append_new(w->warnings,
			      json_pack("{s:f, s:s, s:s, s:f, s:f, s:f}", "t",
					seconds(now_ns), "kind",
					cl_anomaly_kind_name(v->kind), "change",
					cl_anomaly_change_name(e->change),
					"since", seconds(v->since_ns), "usual",
					v->usual, "now", v->now));
}

/**
 * sim_watch_init() - nothing is known
 * @w: to be filled
 * @limit_ns: for the bound, ns
 */
void sim_watch_init(struct sim_watch *w, u64 limit_ns)
{
	cl_anomaly_init(&w->anomaly, limit_ns);
	w->warnings = json_array();
}

/**
 * sim_watch_look() - take the next record
 * @w: link
 * @side: the follower's side of it
 * @f: the follower
 * @now: its raw time
 * @base_ns: cluster time minus the leader's raw time
 */
void sim_watch_look(struct sim_watch *w, const struct sim_side *side,
		    const struct sim_follower *f, struct cl_raw now,
		    s64 base_ns)
{
	const struct cl_session *s = &side->session;
	struct cl_anomaly_event event[CL_ANOMALY_KINDS];
	struct cl_anomaly_record r = {
		.at_ns = now.ns,
		.exchanges = s->exchanges,
		.came = s->req_seq.received + s->resp_seq.received +
			s->upd_seq.received,
		.lost = s->req_seq.lost + s->resp_seq.lost + s->upd_seq.lost,
	};
	struct cl_estimator_info info;
	struct sim_reading reading;
	struct cl_estimate e;
	unsigned int n;

	r.ready = !cl_estimator_get(&side->estimator, now, &e);
	if (r.ready) {
		cl_estimator_get_info(&side->estimator, &info);
		r.err_ns = e.err_ns;
		r.min_rtt_ns = e.min_rtt_ns;
		r.excess_ns = (u64)info.excess_ns;
		r.offset_ns = e.theta_ns;
		r.freq_ppt = cl_q48_to_ppt(e.y_q48);
	}
	r.has_bound = sim_follower_read(f, now, &reading);
	r.has_ahead = r.has_bound && r.ready;
	if (r.has_bound)
		r.bound_ns = reading.bound_ns;
	if (r.has_ahead)
		r.ahead_ns = base_ns + now.ns - e.theta_ns - reading.time.ns;
	n = cl_anomaly_feed(&w->anomaly, &r, event);
	for (unsigned int i = 0; i < n; i++)
		note(w, &event[i], now.ns);
}

/**
 * sim_watch_free() - give its memory back
 * @w: link
 */
void sim_watch_free(struct sim_watch *w)
{
	json_decref(w->warnings);
}
