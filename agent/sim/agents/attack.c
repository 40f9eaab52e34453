// SPDX-License-Identifier: GPL-2.0-or-later
#include "attack.h"

#include <math.h>
#include <stdlib.h>

#include "agent/core/guard.h"
#include "figures.h"
#include "kmod/core/fixed.h"

#define ROUND_NS (100 * CL_NS_PER_MS)

/* A lie counts as found in a round if it was by its end, and that was agreed on. */
#define WITHIN(ns, rounds) ((ns) <= ((rounds) + 1) * ROUND_NS)

/**
 * struct attack - an attack
 * @trial: as it was ordered
 * @town: on whom
 * @began: when, ns of true time
 * @liars: how many
 * @leader: who led when it began
 * @isolated: after how long each was, by id, ns; 0: not
 * @found: numbers in @isolated
 * @deposed_ns: most voters did not obey the leader any more after that, 0: not
 * @next_ns: another one led, after that, 0: not
 * @rate: of cluster time when it began, minus that of true time
 * @pull: largest change of that since
 */
struct attack {
	const struct cs_trial *trial;
	struct cs_town *town;
	s64 began;
	u32 liars;
	u32 leader;
	s64 *isolated;
	u32 found;
	s64 deposed_ns;
	s64 next_ns;
	double rate;
	double pull;
};

/* Of the voters at most so many lie that the others outvote them. */
static bool may_lie(const struct attack *a, u32 id, u32 voters)
{
	const struct cs_house *h = a->town->house[id];

	if (id == a->leader || h->agent->liar.lie != CS_LIE_NONE)
		return false;
	return h->want != CS_WANT_VOTER || a->trial->plan.voters < 4 ||
	       voters < (a->trial->plan.voters - 1) / 3;
}

static void make_liar(struct attack *a, u32 id)
{
	struct cs_liar *l = &a->town->agent[id]->liar;

	l->lie = a->trial->lie;
	l->size_ns = a->trial->size_ns;
	l->since = a->began;
	a->liars++;
}

static void draw_liars(struct attack *a)
{
	struct cs_town *t = a->town;
	u32 voters = 0, tries = 0;

	if (a->trial->leader_lies) {
		make_liar(a, a->leader);
		voters++;
	}
	while (a->liars < a->trial->liars && tries++ < 1000 * t->ids) {
		u32 id = 1 + (u32)(vt_rng_next(&t->rng) % (t->ids - 1));

		if (!may_lie(a, id, voters))
			continue;
		voters += t->house[id]->want == CS_WANT_VOTER;
		make_liar(a, id);
	}
}

/* An honest node that knows as much as any. */
static const struct cl_state *agreed(const struct attack *a)
{
	const struct cl_state *best = NULL;

	for (u32 id = 1; id < a->town->ids; id++) {
		const struct cs_agent *n = a->town->agent[id];
		const struct cl_state *s = cs_agent_state(n);

		if (n->liar.lie == CS_LIE_NONE && s &&
		    (!best || s->epoch > best->epoch))
			best = s;
	}
	return best;
}

/* By the line of who makes it, and by what that one's oscillator did in the last second. */
static double rate_of(const struct cs_town *t)
{
	const struct cs_host *h = &t->agent[t->truth.maker]->host;
	s64 now = cs_town_now(t);
	s64 raw =
		cs_host_raw_at(h, now) - cs_host_raw_at(h, now - CL_NS_PER_SEC);

	return (double)(raw - CL_NS_PER_SEC +
			cl_scale(raw, t->truth.rate_q48)) /
	       CL_NS_PER_SEC;
}

/* Do most voters obey who led when it began? */
static bool is_obeyed(const struct attack *a)
{
	u32 voters = 0, obey = 0, term;

	for (u32 id = 1; id < a->town->ids; id++) {
		const struct cl_agent *n = a->town->agent[id]->core;

		if (a->town->house[id]->want != CS_WANT_VOTER)
			continue;
		voters++;
		obey += n && cl_cluster_leader(cl_agent_cluster(n), &term) ==
				     a->leader;
	}
	return 2 * obey > voters;
}

static void watch(struct attack *a)
{
	const struct cl_state *s = agreed(a);
	s64 age = cs_town_now(a->town) - a->began;
	u32 leader = cs_town_leader(a->town);

	for (u32 id = 1; s && id < a->town->ids; id++) {
		if (a->town->agent[id]->liar.lie == CS_LIE_NONE ||
		    a->isolated[id] || !cl_state_isolated(s, id))
			continue;
		a->isolated[id] = age;
		a->found++;
	}
	if (!a->deposed_ns && !is_obeyed(a))
		a->deposed_ns = age;
	if (!a->next_ns && leader && leader != a->leader)
		a->next_ns = age;
	a->pull = fmax(a->pull, fabs(rate_of(a->town) - a->rate));
}

static u32 within(const struct attack *a, s64 rounds)
{
	u32 n = 0;

	for (u32 id = 1; id < a->town->ids; id++)
		n += a->isolated[id] && WITHIN(a->isolated[id], rounds);
	return n;
}

static void print(const struct attack *a, struct cs_figures *f)
{
	u64 refused = 0;

	for (u32 id = 1; id < a->town->ids; id++) {
		const struct cs_agent *n = a->town->agent[id];

		if (n->core && n->liar.lie == CS_LIE_NONE)
			refused += cl_agent_guard(n->core)->refused;
	}
	printf(", \"attack\": \"%s\", \"size_ns\": %lld, \"liars\": %u",
	       cs_lie_name(a->trial->lie), (long long)a->trial->size_ns,
	       a->liars);
	printf(", \"leader_lies\": %s, \"isolated\": %u",
	       a->trial->leader_lies ? "true" : "false", a->found);
	printf(", \"within_3\": %u, \"within_30\": %u", within(a, 3),
	       within(a, 30));
	printf(", \"deposed_rounds\": %.1f, \"next_leader_rounds\": %.1f",
	       (double)a->deposed_ns / (double)ROUND_NS,
	       (double)a->next_ns / (double)ROUND_NS);
	printf(", \"refused\": %llu, \"pull_ppb\": %.1f",
	       (unsigned long long)refused, a->pull * 1e9);
	cs_figures_print(f);
}

/**
 * cs_attack_run() - let some nodes lie
 * @trial: who and how
 * @t: run, synced
 *
 * Return: false if a rule was broken.
 */
bool cs_attack_run(const struct cs_trial *trial, struct cs_town *t)
{
	struct cs_figures f = { .readings = 0 };
	struct attack a = {
		.trial = trial,
		.town = t,
		.began = cs_town_now(t),
		.leader = cs_town_leader(t),
		.rate = rate_of(t),
		.isolated = calloc(t->ids, sizeof(*a.isolated)),
	};
	s64 end = a.began + trial->time_ns;
	bool ok = true;

	draw_liars(&a);
	while (ok && cs_town_now(t) < end) {
		ok = cs_figures_pass(&f, t, CS_FIGURES_GRID_NS);
		watch(&a);
	}
	print(&a, &f);
	cs_figures_free(&f);
	free(a.isolated);
	return ok;
}
