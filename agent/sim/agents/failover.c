// SPDX-License-Identifier: GPL-2.0-or-later
#include "failover.h"

#include <stdlib.h>

#include "figures.h"
#include "kmod/core/fixed.h"

/* Errors before and after a failure. */
#define BEFORE_NS (60 * CL_NS_PER_SEC)
#define AFTER_NS (10 * CL_NS_PER_SEC)

/* The failure lasts so long, and all is well again so long after it. */
#define DOWN_NS (5 * CL_NS_PER_SEC)
#define WELL_NS (60 * CL_NS_PER_SEC)

/* Disks stall while the leader fails. */
#define STALL_NS (100 * CL_NS_PER_MS)

#define STEP_NS CL_NS_PER_MS

static void fail(struct cs_town *t, u32 id, enum cs_failure how)
{
	s64 back = cs_town_now(t) + DOWN_NS;

	for (u32 i = 1; i < t->ids; i++)
		cs_disk_stall(&t->agent[i]->disk, cs_town_now(t) + STALL_NS);
	if (how == CS_FAIL_CRASH) {
		cs_town_crash(t, id, back);
	} else if (how == CS_FAIL_PAUSE) {
		cs_agent_pause(t->agent[id], back);
	} else {
		cs_net_part(&t->realm.packets, id, 1);
		cs_town_heal(t, back);
	}
}

/* Is somebody steered by another leader than @old? */
static bool led(const struct cs_town *t, u32 old, u32 term)
{
	for (u32 id = 1; id < t->ids; id++) {
		const struct cs_view *v = &t->truth.view[id];

		if (id != old && cs_truth_synced(&t->truth, id) &&
		    v->r.term > term && v->r.parent != id && v->r.parent != old)
			return true;
	}
	return false;
}

/**
 * struct failover - what has come of failures
 * @leaderless: time without a leader, ns
 * @extra: by how much errors were larger than before, ns
 */
struct failover {
	struct cs_series leaderless;
	struct cs_series extra;
};

static bool one(struct failover *f, const struct cs_trial *trial,
		struct cs_town *t)
{
	struct cs_figures before = { .readings = 0 }, after = { .readings = 0 };
	u32 leader, term;
	s64 began;
	bool ok;

	ok = cs_figures_pass(&before, t, BEFORE_NS);
	leader = t->truth.maker;
	term = t->truth.term;
	began = cs_town_now(t);
	/* What it is worth when it comes back is another question. */
	after.without = leader;
	if (ok)
		fail(t, leader, trial->failure);
	while (ok && !led(t, leader, term) && cs_town_now(t) < began + DOWN_NS)
		ok = cs_figures_pass(&after, t, STEP_NS);
	if (ok)
		cs_series_add(&f->leaderless, cs_town_now(t) - began);
	ok = ok && cs_figures_pass(&after, t, AFTER_NS) &&
	     cs_town_await(t, cs_town_settled, WELL_NS, "settled again");
	if (ok)
		cs_series_add(&f->extra,
			      cs_series_quantile(&after.error, 1) -
				      cs_series_quantile(&before.error, 0.99));
	cs_figures_free(&before);
	cs_figures_free(&after);
	return ok;
}

/**
 * cs_failover_run() - let the leader fail again and again
 * @trial: how, and for how long: each takes about BEFORE_NS + AFTER_NS
 * @t: run, synced
 *
 * Return: false if a rule was broken.
 */
bool cs_failover_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct failover f = { .leaderless.n = 0 };
	s64 end = cs_town_now(t) + trial->time_ns;
	bool ok = true;

	while (ok && cs_town_now(t) < end)
		ok = one(&f, trial, t);
	cs_series_print(&f.leaderless, "leaderless_ns");
	cs_series_print(&f.extra, "extra_error_ns");
	free(f.leaderless.v);
	free(f.extra.v);
	return ok;
}

/* The last ones, less than half of all and of the voters. */
static bool in_minority(const struct cs_town *t, u32 id)
{
	u32 voters = t->plan->voters;

	return id > t->plan->nodes - (t->plan->nodes - 1) / 2 ||
	       (id <= voters && id > voters - (voters - 1) / 2);
}

/* Who is cut off holds over, the others do not. */
static void check_parts(struct cs_town *t)
{
	for (u32 id = 1; id < t->ids; id++)
		if (cs_truth_synced(&t->truth, id) == in_minority(t, id))
			cs_truth_fail(&t->truth, CS_RULE_LIVE,
				      "node %u, of two parts: state %u", id,
				      t->truth.view[id].r.state);
}

/**
 * cs_minority_run() - less than half of the nodes is cut off for a while
 * @trial: for how long
 * @t: run, synced
 *
 * Return: false if a rule was broken: it must hold over, and come back without a
 * step.
 */
bool cs_minority_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct cs_figures f = { .readings = 0 };
	bool ok;

	for (u32 id = 1; id < t->ids; id++)
		cs_net_part(&t->realm.packets, id, in_minority(t, id));
	cs_town_heal(t, cs_town_now(t) + trial->time_ns);
	/* The last look before it heals. */
	ok = cs_figures_pass(&f, t, trial->time_ns - STEP_NS);
	if (ok)
		check_parts(t);
	ok = ok && !t->truth.broken && cs_figures_pass(&f, t, AFTER_NS) &&
	     cs_town_await(t, cs_town_settled, WELL_NS, "settled again");
	cs_figures_print(&f);
	cs_figures_free(&f);
	return ok;
}

/**
 * cs_restart_run() - all daemons die at once and are started again
 * @trial: they come back within this
 * @t: run, synced
 *
 * Return: false if a rule was broken, or a cluster time begun: the modules have one.
 */
bool cs_restart_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct cs_figures f = { .readings = 0 };
	bool ok;

	for (u32 id = 1; id < t->ids; id++)
		cs_town_kill(t, id,
			     cs_town_now(t) + (s64)((double)trial->time_ns *
						    vt_rng_uniform(&t->rng)));
	ok = cs_figures_pass(&f, t, trial->time_ns) &&
	     cs_town_await(t, cs_town_settled, WELL_NS, "settled again");
	if (ok && t->truth.begun) {
		cs_truth_fail(&t->truth, CS_RULE_BEGIN,
			      "a cluster time has begun");
		ok = false;
	}
	cs_figures_print(&f);
	cs_figures_free(&f);
	return ok;
}

/**
 * cs_joins_run() - nodes come and go
 * @trial: for how long, one each second
 * @t: run, synced
 *
 * Return: false if a rule was broken.
 */
bool cs_joins_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct cs_figures f = { .readings = 0 };
	s64 end = cs_town_now(t) + trial->time_ns;
	u32 joined = 0, left = 0;
	bool ok = true;

	while (ok && cs_town_now(t) < end) {
		if (joined == left + 2) {
			left++;
			t->house[t->plan->nodes + left]->want = CS_WANT_OUT;
		} else {
			joined++;
			cs_town_add(t, joined % 2 ? CS_WANT_FOLLOWER :
						    CS_WANT_VOTER);
		}
		ok = cs_figures_pass(&f, t, CL_NS_PER_SEC);
	}
	ok = ok && cs_town_await(t, cs_town_settled, WELL_NS, "settled again");
	printf(", \"joined\": %u, \"left\": %u", joined, left);
	cs_figures_print(&f);
	cs_figures_free(&f);
	return ok;
}
