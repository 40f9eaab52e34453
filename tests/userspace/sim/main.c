// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sim - run a scenario of the virtual-time lab without kernels: only the core
 */
#include <time.h>

#include "run.h"

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static json_t *node_figures(struct sim_run *r)
{
	json_t *nodes = json_object();
	char name[16];

	for (unsigned int i = 1; i < r->scenario->nodes; i++) {
		const struct sim_side *side = &r->link[i - 1].side[1];
		json_t *j = json_object();
		struct cl_estimator_info e;

		sim_measure_json(&r->measure[i], j);
		cl_estimator_get_info(&side->estimator, &e);
		json_object_set_new(j, "wander_ppt",
				    json_integer(e.wander_ppt));
		json_object_set_new(j, "path_changes",
				    json_integer(e.path_changes));
		json_object_set_new(j, "clock_changes",
				    json_integer(e.clock_changes));
		if (r->watch)
			json_object_set(j, "warnings", r->watch[i].warnings);
		snprintf(name, sizeof(name), "%u", i);
		json_object_set_new(nodes, name, j);
	}
	return nodes;
}

static void print(struct sim_run *r, double start)
{
	const struct vt_scenario *s = r->scenario;
	double from = (double)s->warmup / VT_PS_PER_SEC;
	double seconds = (double)s->duration / VT_PS_PER_SEC;
	double every = (double)s->truth_every / VT_PS_PER_SEC;
	struct sim_measure all = { .samples = 0 };
	u64 exchanges = 0, limited = 0, dropped = 0, clipped = 0;
	double converged = 0;
	json_t *j = json_object();

	for (unsigned int i = 1; i < s->nodes; i++) {
		sim_measure_merge(&all, &r->measure[i]);
		exchanges += r->link[i - 1].side[1].exchanges;
		limited += r->follower[i].limited;
		dropped += r->follower[i].dropped;
		clipped += r->follower[i].clipped;
	}
	json_object_set_new(j, "scenario", json_string(s->name));
	json_object_set_new(j, "seed", json_integer(s->seed));
	json_object_set_new(j, "window_s", json_pack("[ff]", from, seconds));
	sim_measure_json(&all, j);
	json_object_set_new(j, "holdover_s", json_real(all.held * every));
	json_object_set_new(j, "exchanges_per_s",
			    json_real(exchanges / seconds / (s->nodes - 1)));
	json_object_set_new(j, "slews_limited", json_integer(limited));
	json_object_set_new(j, "peers_dropped", json_integer(dropped));
	json_object_set_new(j, "peers_clipped", json_integer(clipped));
	if (r->options->converge_ns && r->bad + s->truth_every < r->sample)
		converged = (double)r->bad / VT_PS_PER_SEC + every;
	if (converged > 0)
		json_object_set_new(j, "converge_s", json_real(converged));
	json_object_set_new(j, "wall_s", json_real(wall() - start));
	json_object_set_new(j, "node", node_figures(r));
	if (json_dumpf(j, stdout, JSON_REAL_PRECISION(9)) || puts("") < 0)
		sim_die("standard output cannot be written");
	json_decref(j);
	sim_measure_free(&all);
}

int main(int argc, char **argv)
{
	struct vt_scenario scenario;
	struct sim_options options;
	struct sim_run run;
	double start = wall();
	char why[512];

	sim_options_read(&options, argc, argv);
	if (vt_scenario_load(&scenario, options.scenario, options.seed,
			     options.extra, options.extras, why, sizeof(why)))
		sim_die("%s", why);
	if (scenario.nodes < 2)
		sim_die("%s: nobody follows", options.scenario);
	sim_run_init(&run, &options, &scenario);
	sim_run_go(&run);
	print(&run, start);
	sim_run_free(&run);
	vt_scenario_free(&scenario);
	return fflush(stdout) ? 1 : 0;
}
