// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random faults from seeds: raftnet aborts when safety is broken, and when the
 * faults have ended the cluster has to come together.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "raftnet.h"
#include "unit.h"

#include "agent/core/raft_conf.h"

#define MS CL_NS_PER_MS
#define SEC CL_NS_PER_SEC

#define SEEDS 60
#define STEPS 400

static u32 pick(struct raftnet *n, u32 below)
{
	return raftnet_random(n) % below;
}

static u32 up(struct raftnet *n)
{
	u32 count = 0;

	for (u32 i = 0; i < RAFTNET_NODES; i++)
		count += !!n->node[i].r;
	return count;
}

static void crash_or_start(struct raftnet *n, u32 id)
{
	if (raftnet_node(n, id)->r)
		raftnet_crash(n, id, pick(n, 4));
	else
		raftnet_start(n, id);
}

static void change_net(struct raftnet *n, u32 id)
{
	switch (pick(n, 5)) {
	case 0:
		raftnet_isolate(n, id, pick(n, 2));
		break;
	case 1:
		n->cut[id][1 + pick(n, RAFTNET_NODES)] = pick(n, 2);
		break;
	case 2:
		n->loss_ppm = pick(n, 3) * 100000;
		break;
	case 3:
		n->copies_ppm = pick(n, 3) * 100000;
		break;
	case 4:
		n->jitter_ns = 1 + pick(n, 2) * 300 * MS + pick(n, 20 * MS);
		break;
	}
}

static void change_disk(struct raftnet *n, u32 id)
{
	struct raftnet_node *x = raftnet_node(n, id);

	switch (pick(n, 4)) {
	case 0:
		x->stalled = !x->stalled;
		break;
	case 1:
		x->disk_ns = 1 + pick(n, 50) * MS;
		break;
	case 2:
		x->disk_err = pick(n, 8) ? 0 : -ENOSPC;
		break;
	case 3:
		x->starved = !x->starved;
		break;
	}
}

/* Of those that are up, @most in 3 do not trust the leader any more. */
static void distrust(struct raftnet *n, u32 most)
{
	u32 leader = raftnet_leader(n), term;

	if (!leader)
		return;
	n->trusts = false;
	term = cl_raft_term(raftnet_node(n, leader)->r);
	for (u32 id = 1; id <= RAFTNET_NODES; id++)
		if (raftnet_node(n, id)->r && pick(n, 3) < most)
			cl_raft_distrust(raftnet_node(n, id)->r,
					 raftnet_clock(n, id), term);
	raftnet_check(n);
}

static void step(struct raftnet *n, bool trust)
{
	u32 id = 1 + pick(n, 6), leader = raftnet_leader(n);

	switch (pick(n, 12)) {
	case 0:
		crash_or_start(n, id);
		break;
	case 1:
		change_net(n, id);
		break;
	case 2:
		change_disk(n, id);
		break;
	case 3:
		raftnet_change(n, id, pick(n, 3));
		break;
	case 4:
		if (leader)
			cl_raft_transfer(raftnet_node(n, leader)->r,
					 raftnet_clock(n, leader),
					 pick(n, 2) ? id : 0);
		raftnet_check(n);
		break;
	case 5:
		if (!trust && !pick(n, 4))
			distrust(n, 2);
		break;
	case 6:
		raftnet_node(n, id)->refuses = pick(n, 2);
		break;
	default:
		for (u32 i = pick(n, 8); i; i--)
			raftnet_propose(n, pick(n, 8) ? "good" : "!bad");
	}
	raftnet_run(n, pick(n, pick(n, 10) ? 20 * MS : 600 * MS));
}

static void heal(struct raftnet *n)
{
	memset(n->cut, 0, sizeof(n->cut));
	n->loss_ppm = 0;
	n->copies_ppm = 0;
	n->jitter_ns = 0;
	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		struct raftnet_node *x = raftnet_node(n, id);

		x->stalled = false;
		x->disk_ns = MS;
		x->disk_err = 0;
		x->refuses = false;
		x->starved = false;
		if (id <= 6 && x->r && cl_raft_error(x->r))
			raftnet_crash(n, id, 0);
		if (id <= 6 && !x->r)
			raftnet_start(n, id);
	}
}

/* All members have what is committed; who is none may lag. */
static bool members_agree(struct raftnet *n)
{
	u32 leader = raftnet_leader(n);
	const struct cl_raft_conf *c;

	if (!leader)
		return false;
	c = cl_raft_conf(raftnet_node(n, leader)->r);
	for (u32 id = 1; id <= 6; id++)
		if (cl_raft_conf_has(c, id) &&
		    raftnet_node(n, id)->applied != n->committed)
			return false;
	return true;
}

static u64 schedule(u64 seed, bool trust)
{
	struct raftnet *n = raftnet_new(seed);
	u64 before, committed;

	n->snapshot_entries = 8 + pick(n, 60);
	n->state_bytes = pick(n, 2) ? 0 : pick(n, 100000);
	/* Clocks differ by up to 1 in 10; a lease allows for 1 in 8. */
	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		raftnet_node(n, id)->skew_ns = pick(n, 1000) * SEC;
		raftnet_node(n, id)->drift_ppm = (s64)pick(n, 100000) - 50000;
	}
	raftnet_cluster(n, 1 + pick(n, 5));
	for (u32 id = up(n) + 1; id <= 6; id++)
		raftnet_start(n, id);
	for (u32 i = 0; i < STEPS; i++)
		step(n, trust);
	heal(n);
	/* Who is alone with its distrust waits for the next term. */
	if (!n->trusts)
		distrust(n, 3);
	raftnet_run(n, 5 * SEC);
	before = n->committed;
	if (raftnet_propose(n, "last"))
		fail_msg("seed %llu: no leader", (unsigned long long)seed);
	raftnet_run(n, SEC);
	if (n->committed <= before || !members_agree(n))
		fail_msg("seed %llu: does not come together",
			 (unsigned long long)seed);
	committed = n->committed;
	raftnet_free(n);
	return committed;
}

static void test_faults(void **state)
{
	u64 committed = 0;

	(void)state;
	for (u64 seed = 1; seed <= SEEDS; seed++)
		committed += schedule(seed, true);
	/* The schedules leave something to do. */
	assert_true(committed > SEEDS * 50);
}

static void test_faults_and_distrust(void **state)
{
	u64 committed = 0;

	(void)state;
	for (u64 seed = 1; seed <= SEEDS; seed++)
		committed += schedule(1000 + seed, false);
	assert_true(committed > SEEDS * 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_faults_and_distrust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
