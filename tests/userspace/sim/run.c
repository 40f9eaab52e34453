// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <string.h>

#include "agent/core/probe.h"
#include "kmod/core/fixed.h"

/* Cluster time at the start, as the lab's CLOCK_REALTIME. */
#define TIME_BASE_NS 1700000000000000000LL
/* What a peer said counts for so long; as in kmod/edges.c. */
#define GAP_INTERVALS 5
#define TICK_PS (500 * CL_NS_PER_MS * VT_PS_PER_NS)

static const char *const event_names[] = {
	[VT_EVENT_KILL] = "kill",   [VT_EVENT_RESTART] = "restart",
	[VT_EVENT_PAUSE] = "pause", [VT_EVENT_RESUME] = "resume",
	[VT_EVENT_LOSE] = "lose",   [VT_EVENT_EXEC] = "exec, leap",
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

/* A node's timers run by its raw clock. */
static void arm_after(struct sim_run *r, enum sim_what what, unsigned int id,
		      s64 ns)
{
	struct cl_raw raw = sim_host_raw(&r->host[id], r->now);

	arm(r, what, id, vt_osc_global_ps(&r->host[id].osc, raw.ns + ns));
}

static struct sim_side *leader_side(const struct sim_run *r, unsigned int id)
{
	return &r->link[id - 1].side[0];
}

static struct sim_side *follower_side(const struct sim_run *r, unsigned int id)
{
	return &r->link[id - 1].side[1];
}

/* What a follower tells its peers, NULL: nothing. */
static const struct cl_map *line_of(const struct sim_run *r, unsigned int id,
				    struct cl_map *line)
{
	struct cl_raw raw = sim_host_raw(&r->host[id], r->now);

	return sim_follower_line(&r->follower[id], raw, line) ? line : NULL;
}

/* Request and update take turns. */
static void ask(struct sim_run *r)
{
	for (unsigned int i = 1; i < r->scenario->nodes; i++)
		sim_side_request(leader_side(r, i), r->host, &r->queue, r->now,
				 NULL);
	arm_after(r, SIM_TELL, 0, r->options->interval_ns / 2);
}

static void tell(struct sim_run *r)
{
	const struct cl_wire_update u = {
		.map.raw = sim_host_raw(&r->host[0], r->now),
		.map.time = leader_time(r),
		.interval_ns = (u32)r->options->interval_ns,
	};

	for (unsigned int i = 1; i < r->scenario->nodes; i++)
		sim_side_update(leader_side(r, i), r->host, &r->queue, r->now,
				&u);
	arm_after(r, SIM_ASK, 0, r->options->interval_ns / 2);
}

/* The first update has come: begin to ask as agent/core/probe.c does. */
static void begin(struct sim_run *r, unsigned int id)
{
	r->began[id] = r->now;
	if (r->options->burst)
		arm_after(r, SIM_BURST, id, CL_PROBE_BURST_MIN_NS / 2);
	if (r->mesh.peers[id].asked)
		arm_after(r, SIM_TURN, id,
			  r->options->interval_ns / r->scenario->nodes * id);
}

static void burst(struct sim_run *r, unsigned int id)
{
	s64 age = (r->now - r->began[id]) / VT_PS_PER_NS;
	s64 ns =
		cl_max_s64(age / CL_PROBE_BURST_AGE_DIV, CL_PROBE_BURST_MIN_NS);

	ns = cl_max_s64(ns, (r->scenario->nodes - 1) * CL_PROBE_BURST_PEER_NS);
	sim_side_request(follower_side(r, id), r->host, &r->queue, r->now,
			 NULL);
	if (ns < r->options->interval_ns)
		arm_after(r, SIM_BURST, id, ns);
}

static void turn(struct sim_run *r, unsigned int id)
{
	struct sim_peers *p = &r->mesh.peers[id];
	struct cl_map line;

	sim_side_request(sim_mesh_turn(p), r->host, &r->queue, r->now,
			 line_of(r, id, &line));
	arm_after(r, SIM_TURN, id, r->options->interval_ns / p->asked);
}

static void update(struct sim_run *r, unsigned int id,
		   const struct cl_wire_update *u)
{
	struct cl_raw now = sim_host_raw(&r->host[id], r->now);
	struct sim_follower *f = &r->follower[id];
	struct cl_joint_gap gap[CL_JOINT_PEERS];
	unsigned int n;

	if (!r->began[id])
		begin(r, id);
	n = sim_mesh_gaps(&r->mesh.peers[id], now,
			  GAP_INTERVALS * r->options->interval_ns,
			  f->locked ? &f->leader : NULL, gap);
	sim_follower_update(f, now, &follower_side(r, id)->estimator, gap, n,
			    u);
}

static void frame(struct sim_run *r, const struct sim_event *e)
{
	unsigned int own = r->scenario->nodes - 1;
	struct cl_map line;
	struct sim_side *s;

	if (e->id >= own) {
		s = &r->mesh.link[e->id - own].side[e->to];
		sim_side_arrive(s, r->host, &r->queue, e,
				line_of(r, s->node, &line));
		return;
	}
	s = &r->link[e->id].side[e->to];
	if (sim_side_arrive(s, r->host, &r->queue, e, NULL) &&
	    e->msg.hdr.type == CL_WIRE_UPDATE)
		update(r, s->node, &e->msg.upd);
}

/*
 * All steps and ramps of its frequency are by temperature: at 25 degrees there are
 * none.
 */
static void tell_temperature(struct sim_run *r, unsigned int id)
{
	const struct vt_osc_model *m = &r->scenario->node[id].osc;
	s64 tempco = r->options->tempco_ppt;
	s64 ppt = vt_osc_changed_ppt(m, r->now / VT_PS_PER_SEC);
	struct cl_thermal *t = &r->follower[id].thermal;

	if (tempco)
		cl_thermal_read(t, (s32)(25000 + ppt * 1000 / tempco));
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
	case SIM_BURST:
		burst(r, e->id);
		break;
	case SIM_TURN:
		turn(r, e->id);
		break;
	case SIM_TICK:
		tell_temperature(r, e->id);
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
	const struct sim_side *side = follower_side(r, i);
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
	cl_estimator_get_info(&follower_side(r, i)->estimator, &e);
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
		if (second == r->traced)
			continue;
		if (r->trace)
			write_trace(r, i, &found);
		if (r->watch)
			sim_watch_look(&r->watch[i], follower_side(r, i),
				       &r->follower[i],
				       sim_host_raw(&r->host[i], r->now),
				       TIME_BASE_NS);
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

static void watch(struct sim_run *r)
{
	r->watch = sim_alloc(r->scenario->nodes, sizeof(*r->watch));
	for (unsigned int i = 0; i < r->scenario->nodes; i++)
		sim_watch_init(&r->watch[i], (u64)r->options->limit_ns);
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
		.began = sim_alloc(s->nodes, sizeof(*r->began)),
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
		sim_side_measure(&l->side[1], &o->params);
		r->follower[i].asymmetry_ns = (u32)o->asymmetry_ns;
		cl_thermal_init(&r->follower[i].thermal);
		arm(r, SIM_TICK, i, TICK_PS);
	}
	arm(r, SIM_ASK, 0, 0);
	if (o->limit_ns)
		watch(r);
	sim_mesh_init(&r->mesh, s, o->peers, s->nodes - 1, &o->params);
	if (!o->trace)
		return;
	r->trace = fopen(o->trace, "we");
	if (!r->trace)
		sim_die("%s: %s", o->trace, strerror(errno));
	fputs("t,node,error,bound,hard,open,err,choice,wander,asymmetry",
	      r->trace);
	fputs(",path_changes,clock_changes\n", r->trace);
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
		if (r->watch)
			sim_watch_free(&r->watch[i]);
	}
	sim_queue_free(&r->queue);
	free(r->host);
	free(r->follower);
	free(r->measure);
	free(r->watch);
	free(r->began);
	free(r->link);
	sim_mesh_free(&r->mesh, r->scenario->nodes);
}
