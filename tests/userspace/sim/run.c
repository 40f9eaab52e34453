// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <string.h>

/* Cluster time at the start, as the lab's CLOCK_REALTIME. */
#define TIME_BASE_NS 1700000000000000000LL
/* What a peer said counts for so long. */
#define GAP_INTERVALS 5
#define TICK_PS (500 * CL_NS_PER_MS * VT_PS_PER_NS)

static const char *const event_names[] = {
	[VT_EVENT_KILL] = "kill",	[VT_EVENT_RESTART] = "restart",
	[VT_EVENT_PAUSE] = "pause",	[VT_EVENT_RESUME] = "resume",
	[VT_EVENT_EXEC] = "exec, leap",
};

static struct cl_time leader_time(const struct sim_run *r)
{
	return cl_time(TIME_BASE_NS + sim_host_raw(&r->host[0], r->now).ns);
}

/* A timer of a node, or of the whole run. */
static void arm(struct sim_run *r, enum sim_what what, unsigned int id, s64 at)
{
	struct sim_event *e = sim_queue_new(&r->queue);

	e->what = what;
	e->id = id;
	e->at = at;
	sim_queue_put(&r->queue, e);
}

/* The leader's timers run by its raw clock; half an interval lies between. */
static s64 half_round(const struct sim_run *r)
{
	const struct sim_options *o = r->options;
	s64 ns = r->rounds < (u64)o->burst ? o->burst_ns : o->interval_ns;
	struct cl_raw raw = sim_host_raw(&r->host[0], r->now);

	return vt_osc_global_ps(&r->host[0].osc, raw.ns + ns / 2);
}

static void ask(struct sim_run *r)
{
	for (unsigned int i = 1; i < r->scenario->nodes; i++)
		sim_link_request(&r->link[i - 1], r->host, &r->queue, r->now);
	r->rounds++;
	arm(r, SIM_TELL, 0, half_round(r));
}

static void tell(struct sim_run *r)
{
	const struct cl_wire_update u = {
		.map.raw = sim_host_raw(&r->host[0], r->now),
		.map.time = leader_time(r),
		.interval_ns = (u32)r->options->interval_ns,
	};

	for (unsigned int i = 1; i < r->scenario->nodes; i++)
		sim_link_update(&r->link[i - 1], r->host, &r->queue, r->now,
				&u);
	arm(r, SIM_ASK, 0, half_round(r));
}

/* A follower asks its peers, in turn with what the leader does. */
static void probe(struct sim_run *r, unsigned int node)
{
	const struct sim_peers *p = &r->mesh.peers[node];
	struct cl_raw raw = sim_host_raw(&r->host[node], r->now);

	for (unsigned int i = 0; i < p->n; i++)
		if (p->side[i]->link->side[SIM_ASKER].node == node)
			sim_link_request(p->side[i]->link, r->host, &r->queue,
					 r->now);
	arm(r, SIM_PROBE, node,
	    vt_osc_global_ps(&r->host[node].osc,
			     raw.ns + r->options->interval_ns));
}

static void peer_frame(struct sim_run *r, const struct sim_event *e)
{
	struct sim_link *l = &r->mesh.link[e->id + 1 - r->scenario->nodes];
	unsigned int own = l->side[e->to].node, peer = l->side[!e->to].node;

	if (sim_link_arrive(l, r->host, &r->queue, e))
		sim_mesh_note(&l->side[e->to], &r->follower[own],
			      sim_host_raw(&r->host[own], r->now),
			      &r->follower[peer],
			      sim_host_raw(&r->host[peer], r->now));
}

static void frame(struct sim_run *r, const struct sim_event *e)
{
	struct cl_joint_gap gap[CL_JOINT_PEERS];
	struct sim_link *l = &r->link[e->id];
	unsigned int node, gaps;
	struct cl_raw now;

	if (e->id + 1 >= r->scenario->nodes) {
		peer_frame(r, e);
		return;
	}
	if (!sim_link_arrive(l, r->host, &r->queue, e) ||
	    e->msg.hdr.type != CL_WIRE_UPDATE)
		return;
	node = l->side[SIM_ANSWERER].node;
	now = sim_host_raw(&r->host[node], r->now);
	gaps = sim_mesh_gaps(&r->mesh.peers[node], now,
			     GAP_INTERVALS * r->options->interval_ns, gap);
	sim_follower_update(&r->follower[node], now,
			    &l->side[SIM_ANSWERER].estimator, gap, gaps,
			    &e->msg.upd);
}

static void happen(struct sim_run *r)
{
	struct sim_event *e = sim_queue_take(&r->queue);

	r->now = e->at;
	switch (e->what) {
	case SIM_ASK:
		ask(r);
		break;
	case SIM_TELL:
		tell(r);
		break;
	case SIM_PROBE:
		probe(r, e->id);
		break;
	case SIM_TICK:
		sim_follower_tick(&r->follower[e->id],
				  sim_host_raw(&r->host[e->id], r->now));
		arm(r, SIM_TICK, e->id, r->now + TICK_PS);
		break;
	case SIM_FRAME:
		frame(r, e);
		break;
	}
	sim_queue_drop(&r->queue, e);
}

/* Node @i now, compared with the leader. */
static void look(const struct sim_run *r, unsigned int i,
		 struct sim_sample *ret)
{
	const struct sim_side *side = &r->link[i - 1].side[SIM_ANSWERER];
	struct cl_raw own = sim_host_raw(&r->host[i], r->now);
	struct cl_raw leader = sim_host_raw(&r->host[0], r->now);
	u64 share = r->options->bound_pct;
	struct cl_estimator_info info;
	struct cl_estimate e;

	*ret = (struct sim_sample){ .usable = false };
	ret->usable = sim_follower_read(&r->follower[i], own, &ret->reading);
	if (ret->usable) {
		ret->error_ns = cl_time_sub(ret->reading.time, leader_time(r));
		ret->reading.bound_ns = ret->reading.bound_ns * share / 100;
		ret->reading.hard_ns = ret->reading.hard_ns * share / 100;
	}
	ret->estimated = !cl_estimator_get(&side->estimator, own, &e);
	if (ret->estimated) {
		ret->open_ns = e.theta_ns - cl_raw_sub(own, leader);
		ret->err_ns = e.err_ns;
		cl_estimator_get_info(&side->estimator, &info);
		ret->corridor = info.choice == CL_CHOICE_CORRIDOR;
	}
}

static void write_trace(const struct sim_run *r, unsigned int i,
			const struct sim_sample *s)
{
	struct cl_estimator_info e;

	fprintf(r->trace, "%.3f,%u,", (double)r->now / VT_PS_PER_SEC, i);
	if (s->usable)
		fprintf(r->trace, "%lld,%llu,%llu,", (long long)s->error_ns,
			(unsigned long long)s->reading.bound_ns,
			(unsigned long long)s->reading.hard_ns);
	else
		fprintf(r->trace, ",,,");
	if (!s->estimated) {
		fprintf(r->trace, ",,,,,,\n");
		return;
	}
	cl_estimator_get_info(&r->link[i - 1].side[SIM_ANSWERER].estimator, &e);
	fprintf(r->trace, "%lld,%llu,%s,%u,%lld,%llu,%llu\n",
		(long long)s->open_ns, (unsigned long long)s->err_ns,
		e.choice == CL_CHOICE_CORRIDOR ? "corridor" : "filter",
		e.wander_ppt, (long long)e.asymmetry_ns,
		(unsigned long long)e.path_changes,
		(unsigned long long)e.clock_changes);
}

/* The truth: all followers at this instant. */
static void sample(struct sim_run *r)
{
	const struct vt_scenario *s = r->scenario;
	s64 second = r->now / VT_PS_PER_SEC;
	s64 limit = r->options->converge_ns;
	struct sim_sample found;

	for (unsigned int i = 1; i < s->nodes; i++) {
		look(r, i, &found);
		sim_measure_add(&r->measure[i], &found, r->now >= s->warmup);
		if (!found.usable || found.error_ns > limit ||
		    found.error_ns < -limit)
			r->bad = r->now;
		if (r->trace && second != r->traced)
			write_trace(r, i, &found);
	}
	r->traced = second;
	r->sample += s->truth_every;
}

/**
 * sim_run_go() - let it happen
 * @r: run, just made
 */
void sim_run_go(struct sim_run *r)
{
	const struct vt_scenario *s = r->scenario;

	for (;;) {
		s64 event = r->event < s->events ? s->event[r->event].at :
						   VT_NEVER;
		s64 next = sim_queue_next(&r->queue);

		if (event <= next && event <= r->sample) {
			vt_scenario_apply(r->scenario, &s->event[r->event++]);
		} else if (next < r->sample) {
			happen(r);
		} else if (r->sample < s->duration) {
			r->now = r->sample;
			sample(r);
		} else {
			return;
		}
	}
}

static void check_events(const struct vt_scenario *s)
{
	for (unsigned int i = 0; i < s->events; i++)
		if (s->event[i].kind != VT_EVENT_NETWORK)
			sim_die("%s: cannot simulate %s", s->name,
				event_names[s->event[i].kind]);
}

/**
 * sim_run_init() - make a run
 * @r: to be filled
 * @o: command line; must live as long
 * @s: scenario; must live as long
 */
void sim_run_init(struct sim_run *r, const struct sim_options *o,
		  struct vt_scenario *s)
{
	*r = (struct sim_run){
		.options = o,
		.scenario = s,
		.host = sim_alloc(s->nodes, sizeof(*r->host)),
		.follower = sim_alloc(s->nodes, sizeof(*r->follower)),
		.measure = sim_alloc(s->nodes, sizeof(*r->measure)),
		.link = sim_alloc(s->nodes, sizeof(*r->link)),
		.sample = s->truth_every,
		.traced = -1,
	};
	check_events(s);
	for (unsigned int i = 0; i < s->nodes; i++)
		sim_host_init(&r->host[i], s, i);
	for (unsigned int i = 1; i < s->nodes; i++) {
		struct sim_link *l = &r->link[i - 1];

		sim_link_init(l, s, i - 1, 0, i);
		sim_link_measure(l, SIM_ANSWERER, &o->params);
		r->follower[i].asymmetry_ns = (u32)o->asymmetry_ns;
		arm(r, SIM_TICK, i, TICK_PS);
	}
	arm(r, SIM_ASK, 0, 0);
	sim_mesh_init(&r->mesh, s, o->peers, s->nodes - 1, &o->params);
	for (unsigned int i = 1; o->peers && i < s->nodes; i++)
		arm(r, SIM_PROBE, i,
		    o->interval_ns * VT_PS_PER_NS / s->nodes * i);
	if (!o->trace)
		return;
	r->trace = fopen(o->trace, "we");
	if (!r->trace)
		sim_die("%s: %s", o->trace, strerror(errno));
	fputs("t,node,error,bound,hard,open,err,choice,wander,asymmetry,"
	      "path_changes,clock_changes\n",
	      r->trace);
}

/**
 * sim_run_free() - give its memory back
 * @r: run
 */
void sim_run_free(struct sim_run *r)
{
	if (r->trace && fclose(r->trace))
		sim_die("%s: cannot be written", r->options->trace);
	for (unsigned int i = 0; i < r->scenario->nodes; i++) {
		sim_host_free(&r->host[i]);
		sim_measure_free(&r->measure[i]);
	}
	sim_queue_free(&r->queue);
	free(r->host);
	free(r->follower);
	free(r->measure);
	free(r->link);
	sim_mesh_free(&r->mesh);
}
