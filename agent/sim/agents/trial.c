// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <string.h>
#include <sys/resource.h>

#include "attack.h"
#include "failover.h"
#include "figures.h"
#include "storm.h"

/* All have to be in the cluster and synced after so long, times 1 + nodes / 50. */
#define SETTLE_NS (60 * CL_NS_PER_SEC)
/* Estimators of a network: as long again until what is measured counts. */
#define WARM_NS (20 * CL_NS_PER_SEC)
/* A trial that is not limited by its time ends after so long. */
#define REST_S 1000

static const char *const trials[] = {
	[CS_TRIAL_CALM] = "calm",	  [CS_TRIAL_NAMED] = "named",
	[CS_TRIAL_JOIN] = "join",	  [CS_TRIAL_ATTACK] = "attack",
	[CS_TRIAL_FAILOVER] = "failover", [CS_TRIAL_MINORITY] = "minority",
	[CS_TRIAL_RESTART] = "restart",	  [CS_TRIAL_FAULTS] = "faults",
};

static const char *const networks[] = {
	[CS_LAN] = "lan",
	[CS_WAN] = "wan",
	[CS_WAN_GAMMA] = "wan-gamma",
	[CS_LAN_NOISE] = "lan-noise",
};

static const char *const failures[] = {
	[CS_FAIL_CRASH] = "crash",
	[CS_FAIL_CUT] = "cut",
	[CS_FAIL_PAUSE] = "pause",
};

static int find(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/**
 * cs_trial_find() - trial by name
 * @name: name
 *
 * Return: enum cs_trial_kind, -1: there is none.
 */
int cs_trial_find(const char *name)
{
	return find(trials, CS_TRIALS, name);
}

/**
 * cs_network_find() - network by name
 * @name: name
 *
 * Return: enum cs_network, -1: there is none.
 */
int cs_network_find(const char *name)
{
	return find(networks, CS_NETWORKS, name);
}

/**
 * cs_failure_find() - failure by name
 * @name: name
 *
 * Return: enum cs_failure, -1: there is none.
 */
int cs_failure_find(const char *name)
{
	return find(failures, CS_FAILURES, name);
}

/* Laws of the lab's scenarios; elections of a WAN take longer. */
static void set_network(struct cs_plan *p, enum cs_network n)
{
	bool wan = n == CS_WAN || n == CS_WAN_GAMMA;

	p->law = (struct cs_law){ .base_ns = 500 * CL_NS_PER_US,
				  .jitter_ns = 10 * CL_NS_PER_US };
	if (wan)
		p->law = (struct cs_law){ .base_ns = 20 * CL_NS_PER_MS,
					  .jitter_ns = 30 * CL_NS_PER_MS };
	if (n == CS_WAN_GAMMA)
		p->law.shape = 0.5;
	if (n == CS_LAN_NOISE)
		p->noise_ns = CL_NS_PER_US;
	p->heartbeat_ns = (wan ? 200 : 20) * CL_NS_PER_MS;
	p->election_ns = (wan ? 2000 : 200) * CL_NS_PER_MS;
	p->write_ns = 5 * CL_NS_PER_MS;
	p->wander_ppt = 1000;
}

static bool calm(const struct cs_trial *trial, struct cs_town *t)
{
	struct cs_figures f = { .readings = 0 };
	bool ok = cs_figures_pass(&f, t, trial->time_ns);

	cs_figures_print(&f);
	cs_figures_free(&f);
	return ok;
}

static bool run(const struct cs_trial *trial, struct cs_town *t)
{
	s64 most = SETTLE_NS * (1 + trial->plan.nodes / 50);

	if (!cs_town_await(t, cs_town_settled, most, "settled"))
		return false;
	printf(", \"settled_s\": %.2f", (double)cs_town_now(t) / 1e9);
	if (!cs_town_pass(t, WARM_NS))
		return false;
	cs_town_plant(t);
	switch (trial->kind) {
	case CS_TRIAL_ATTACK:
		return cs_attack_run(trial, t);
	case CS_TRIAL_FAILOVER:
		return cs_failover_run(trial, t);
	case CS_TRIAL_MINORITY:
		return cs_minority_run(trial, t);
	case CS_TRIAL_RESTART:
		return cs_restart_run(trial, t);
	case CS_TRIAL_JOIN:
		return cs_joins_run(trial, t);
	case CS_TRIAL_FAULTS:
		return cs_storm_run(trial, t);
	default:
		return calm(trial, t);
	}
}

/* CPU time and the most memory of this process, so of one run if there is one. */
static void print_cost(const struct cs_town *t)
{
	struct rusage u;
	double cpu;

	getrusage(RUSAGE_SELF, &u);
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	      (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf(", \"cpu_s\": %.1f, \"virtual_s_per_cpu_s\": %.3f, \"memory_mib\": %ld",
	       cpu, (double)cs_town_now(t) / 1e9 / cpu, u.ru_maxrss / 1024);
}

static void print_end(const struct cs_trial *trial, const struct cs_town *t)
{
	const struct cs_truth *c = &t->truth;

	printf(", \"virtual_s\": %.1f, \"events\": %llu, \"changes\": %llu, \"begun\": %llu",
	       (double)cs_town_now(t) / 1e9, (unsigned long long)t->events,
	       (unsigned long long)c->changes, (unsigned long long)c->begun);
	printf(", \"beside_max_ns\": %lld, \"step_max_ns\": %lld, \"warnings\": %llu",
	       (long long)c->beside_max_ns, (long long)c->step_max_ns,
	       (unsigned long long)t->realm.warnings);
	if (trial->cost)
		print_cost(t);
	printf(", \"broken\": %s%s%s}\n", c->broken ? "\"" : "",
	       c->broken ? cs_rule_name(c->which) : "null",
	       c->broken ? "\"" : "");
	if (c->broken)
		printf("seed %llu: %s at %lld.%09lld s: %s\n",
		       (unsigned long long)t->plan->seed,
		       cs_rule_name(c->which),
		       (long long)(c->broken_at / CL_NS_PER_SEC),
		       (long long)(c->broken_at % CL_NS_PER_SEC), c->text);
}

/**
 * cs_trial_run() - try something
 * @trial: what
 *
 * Prints what came of it.
 *
 * Return: true if no rule was broken.
 */
bool cs_trial_run(const struct cs_trial *trial)
{
	struct cs_plan plan = trial->plan;
	struct cs_town t;
	bool ok;

	set_network(&plan, trial->network);
	plan.named = trial->kind == CS_TRIAL_NAMED;
	plan.seconds = trial->time_ns / CL_NS_PER_SEC + REST_S;
	printf("{\"trial\": \"%s\", \"network\": \"%s\", \"seed\": %llu",
	       trials[trial->kind], networks[trial->network],
	       (unsigned long long)plan.seed);
	printf(", \"nodes\": %u, \"voters\": %u, \"fault\": \"%s\"", plan.nodes,
	       plan.voters, cs_plant_name(plan.plant));
	cs_town_begin(&t, &plan);
	ok = run(trial, &t);
	print_end(trial, &t);
	cs_town_free(&t);
	return ok;
}
