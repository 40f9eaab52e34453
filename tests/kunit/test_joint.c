// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/joint.h"
#include "random.h"

#define NOW 1000000000000LL
#define TAI 1900000000000000000LL
#define ERR 1000 /* deviation of an edge, ns */
#define Y_ERR 5000 /* of its rate, 1e-12 */

#define NODES 50
#define DEGREE 8 /* edges begun by each node */
#define STEPS 60

/* An edge, in ns from true cluster time and 1e-12. */
static struct cl_joint_edge edge(s64 ns, s64 y_ppt)
{
	return (struct cl_joint_edge){
		.line.raw = cl_raw(NOW),
		.line.time = cl_time_add(cl_time(TAI), ns),
		.line.rate_q48 = cl_ppt_to_q48(y_ppt),
		.err_ns = ERR,
		.y_err_ppt = Y_ERR,
	};
}

static struct cl_joint solve(const struct cl_joint_edge *leader,
			     const struct cl_joint_edge *peers, unsigned int n)
{
	struct cl_joint_gap gaps[CL_JOINT_PEERS + 1];
	struct cl_joint joint;
	unsigned int i;

	for (i = 0; i < n; i++)
		cl_joint_gap(&leader->line, &peers[i], &gaps[i]);
	cl_joint_solve(leader, gaps, n, &joint);
	return joint;
}

static void test_alone_it_is_the_leaders_edge(struct kunit *test)
{
	struct cl_joint_edge leader = edge(123, 7000000);
	struct cl_joint joint = solve(&leader, NULL, 0);

	KUNIT_EXPECT_EQ(test, joint.line.raw.ns, leader.line.raw.ns);
	KUNIT_EXPECT_EQ(test, joint.line.time.ns, leader.line.time.ns);
	KUNIT_EXPECT_EQ(test, joint.line.rate_q48, leader.line.rate_q48);
	KUNIT_EXPECT_EQ(test, joint.shift_ns, 0LL);
	KUNIT_EXPECT_EQ(test, joint.used, 0);
}

static void test_an_edge_is_map_and_estimate(struct kunit *test)
{
	/* 1000 s after the anchor: 1 ms, and half of it for our frequency */
	struct cl_map map = {
		.raw = cl_raw(NOW - 1000 * CL_NS_PER_SEC - 300),
		.time = cl_time(TAI),
		.rate_q48 = cl_ppt_to_q48(1000000),
	};
	struct cl_estimate e = {
		.at = cl_raw(NOW),
		.theta_ns = 300,
		.y_q48 = cl_ppt_to_q48(500000),
		.err_ns = 11,
		.y_err_ppt = 22,
	};
	struct cl_joint_edge x;

	cl_joint_edge(&map, &e, &x);
	KUNIT_EXPECT_EQ(test, x.line.raw.ns, NOW);
	KUNIT_EXPECT_EQ(test, x.line.time.ns,
			TAI + 1000 * CL_NS_PER_SEC + CL_NS_PER_MS);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(x.line.rate_q48), 500000LL);
	KUNIT_EXPECT_EQ(test, x.err_ns, 11ULL);
	KUNIT_EXPECT_EQ(test, x.y_err_ppt, 22ULL);
}

static void test_a_gap_is_taken_at_the_peers_instant(struct kunit *test)
{
	struct cl_joint_edge peer = edge(50, 3000000);
	struct cl_map leader = peer.line;
	struct cl_joint_gap gap;

	/* 1 s earlier, and slower by 2 us per second */
	leader.raw = cl_raw(NOW - CL_NS_PER_SEC);
	leader.time = cl_time(TAI - CL_NS_PER_SEC);
	leader.rate_q48 = cl_ppt_to_q48(1000000);
	cl_joint_gap(&leader, &peer, &gap);
	KUNIT_EXPECT_EQ(test, gap.ns, 50LL - 1000);
	KUNIT_EXPECT_EQ(test, gap.y_ppt, 2000000LL);
}

static void test_equal_edges_count_alike(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peers[3] = { edge(400, 4000), edge(800, 0),
					  edge(-400, -2000) };
	struct cl_joint joint = solve(&leader, peers, 3);

	KUNIT_EXPECT_EQ(test, joint.used, 3);
	KUNIT_EXPECT_EQ(test, joint.shift_ns, 200LL);
	KUNIT_EXPECT_EQ(test, joint.line.time.ns, TAI + 200);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(joint.line.rate_q48), 500LL);
}

static void test_weights_are_inverse_variances(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peer = edge(1000, 1000);

	/* 1/4 of the leader's, which has 4/5 */
	peer.err_ns = 2 * ERR;
	peer.y_err_ppt = 2 * Y_ERR;
	KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 200LL);
	KUNIT_EXPECT_EQ(test,
			cl_q48_to_ppt(solve(&leader, &peer, 1).line.rate_q48),
			200LL);
	peer.err_ns = U64_MAX;
	KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 0LL);
	/* never more than 4 of the leader's */
	peer.err_ns = ERR / 2;
	KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 800LL);
	peer.err_ns = 0;
	KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 800LL);
	leader.err_ns = 0;
	KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 0LL);
}

static void test_of_two_that_disagree_the_leader_is_right(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peer;
	s64 sign;

	for (sign = -1; sign <= 1; sign += 2) {
		peer = edge(sign * 6 * ERR, 0);
		KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).shift_ns, 0LL);
		KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).dropped, 1);
		peer = edge(0, sign * 6 * Y_ERR);
		KUNIT_EXPECT_EQ(test, solve(&leader, &peer, 1).dropped, 1);
	}
}

static void test_a_minority_of_liars_is_dropped(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peers[CL_JOINT_PEERS];
	struct cl_joint joint;
	int i;

	for (i = 0; i < CL_JOINT_PEERS; i++)
		peers[i] = i % 3 ? edge(170, 0) : edge(100 * ERR, 0);
	joint = solve(&leader, peers, CL_JOINT_PEERS);
	KUNIT_EXPECT_EQ(test, joint.dropped, 8);
	KUNIT_EXPECT_EQ(test, joint.used, 16);
	KUNIT_EXPECT_EQ(test, joint.shift_ns, 136LL); /* 16/20 of 170 */
	KUNIT_EXPECT_FALSE(test, joint.clipped);
}

static void test_liars_move_nobody_beyond_the_clip(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peers[CL_JOINT_PEERS];
	struct cl_joint joint;
	u64 rng = 5;
	int i, k;
	s64 y;

	for (k = 0; k < 2000; k++) {
		for (i = 0; i < CL_JOINT_PEERS; i++) {
			peers[i] = edge(random_s64(&rng), random_s64(&rng));
			peers[i].line.rate_q48 = random_s64(&rng) >> 18;
			peers[i].err_ns = random_u64(&rng) >>
					  random_below(&rng, 64);
			peers[i].y_err_ppt = random_u64(&rng) >>
					     random_below(&rng, 64);
		}
		if (k % 2)
			for (i = 1; i < CL_JOINT_PEERS; i++)
				peers[i] = peers[0];
		joint = solve(&leader, peers, CL_JOINT_PEERS);
		KUNIT_ASSERT_TRUE(test, cl_abs_s64(joint.shift_ns) <=
						CL_JOINT_CLIP_SIGMAS * ERR);
		KUNIT_ASSERT_EQ(test, joint.line.time.ns, TAI + joint.shift_ns);
		y = cl_q48_to_ppt(joint.line.rate_q48);
		KUNIT_ASSERT_TRUE(test, cl_abs_s64(y) <=
						CL_JOINT_CLIP_SIGMAS * Y_ERR);
	}
	for (i = 0; i < CL_JOINT_PEERS; i++)
		peers[i] = edge(100 * ERR, 100 * Y_ERR);
	joint = solve(&leader, peers, CL_JOINT_PEERS);
	KUNIT_EXPECT_TRUE(test, joint.clipped);
	KUNIT_EXPECT_EQ(test, joint.shift_ns, 3LL * ERR);
	KUNIT_EXPECT_EQ(test, cl_q48_to_ppt(joint.line.rate_q48), 3LL * Y_ERR);
}

static void test_more_peers_than_there_is_room_for(struct kunit *test)
{
	struct cl_joint_edge leader = edge(0, 0);
	struct cl_joint_edge peers[CL_JOINT_PEERS + 1];
	int i;

	for (i = 0; i <= CL_JOINT_PEERS; i++)
		peers[i] = edge(170, 0);
	KUNIT_EXPECT_EQ(test, solve(&leader, peers, CL_JOINT_PEERS + 1).used,
			CL_JOINT_PEERS);
}

/**
 * struct graph - nodes that measure the leader and each other
 * @peer: edges
 * @err: error of each edge, seen from the node, ns; that of the other node is
 *	the opposite
 * @n: number of @peer
 * @leader: edge of the leader, ns from the truth
 * @leader_err_ns: its deviation
 * @known: @leader of the step before
 * @x: published, ns from the truth
 * @lie: what is added to @x for others
 */
struct graph {
	int peer[NODES][CL_JOINT_PEERS];
	s64 err[NODES][CL_JOINT_PEERS];
	int n[NODES];
	s64 leader[NODES];
	u64 leader_err_ns[NODES];
	s64 known[NODES];
	s64 x[NODES];
	s64 lie[NODES];
};

/* Too large for the stack of a kernel. */
static struct graph test_graph;

static bool graph_linked(const struct graph *g, int a, int b)
{
	int i;

	for (i = 0; i < g->n[a]; i++) {
		if (g->peer[a][i] == b)
			return true;
	}
	return a == b;
}

static void graph_link(struct graph *g, int a, int b, s64 err)
{
	g->peer[a][g->n[a]] = b;
	g->err[a][g->n[a]++] = err;
	g->peer[b][g->n[b]] = a;
	g->err[b][g->n[b]++] = -err;
}

static s64 random_err(u64 *rng)
{
	return random_gauss_q16(rng) * ERR >> 16;
}

static void graph_init(struct graph *g, u64 seed)
{
	u64 rng = seed;
	int a, b, tries;

	memset(g, 0, sizeof(*g));
	for (a = 0; a < NODES; a++) {
		g->leader[a] = random_err(&rng);
		g->known[a] = g->leader[a];
		g->leader_err_ns[a] = ERR;
		g->x[a] = g->leader[a];
	}
	for (a = 0; a < NODES; a++) {
		for (tries = 0; tries < DEGREE; tries++) {
			b = (int)random_below(&rng, NODES);
			if (!graph_linked(g, a, b) &&
			    g->n[a] < CL_JOINT_PEERS &&
			    g->n[b] < CL_JOINT_PEERS)
				graph_link(g, a, b, random_err(&rng));
		}
	}
}

static s64 graph_solve(const struct graph *g, int a)
{
	struct cl_joint_edge leader = edge(g->known[a], 0);
	struct cl_joint_gap gaps[CL_JOINT_PEERS];
	struct cl_joint joint;
	int i, b;

	for (i = 0; i < g->n[a]; i++) {
		struct cl_joint_edge peer;

		b = g->peer[a][i];
		peer = edge(g->x[b] + g->lie[b] + g->err[a][i], 0);
		cl_joint_gap(&leader.line, &peer, &gaps[i]);
	}
	leader = edge(g->leader[a], 0);
	leader.err_ns = g->leader_err_ns[a];
	cl_joint_solve(&leader, gaps, (unsigned int)g->n[a], &joint);
	return joint.line.time.ns - TAI;
}

/* Each with what the others had before; @one_by_one: with what they have. */
static s64 graph_step(struct graph *g, bool one_by_one)
{
	s64 next[NODES];
	s64 moved = 0;
	int a;

	for (a = 0; a < NODES; a++) {
		next[a] = graph_solve(g, a);
		moved = cl_max_s64(moved, (s64)cl_abs_s64(next[a] - g->x[a]));
		if (one_by_one)
			g->x[a] = next[a];
		g->known[a] = g->leader[a];
	}
	if (!one_by_one)
		memcpy(g->x, next, sizeof(next));
	return moved;
}

static s64 rms(const s64 *v)
{
	u64 sum = 0;
	int a;

	for (a = 0; a < NODES; a++)
		sum += (u64)(v[a] * v[a]);
	return (s64)cl_isqrt(sum / NODES);
}

static s64 mean(const s64 *v)
{
	s64 sum = 0;
	int a;

	for (a = 0; a < NODES; a++)
		sum += v[a];
	return sum / NODES;
}

static void test_a_graph_gains(struct kunit *test)
{
	s64 alone = 0, joint = 0;
	struct graph *g = &test_graph;
	int seed, i;

	for (seed = 1; seed <= 20; seed++) {
		graph_init(g, seed);
		alone += rms(g->leader);
		for (i = 0; i < STEPS; i++)
			graph_step(g, false);
		joint += rms(g->x);
	}
	KUNIT_EXPECT_TRUE(test, alone > joint * 5 / 2 && alone < joint * 4);
}

static void test_a_graph_converges_undamped(struct kunit *test)
{
	struct graph *g = &test_graph;
	s64 at_once[NODES];
	int seed, a, i;

	for (seed = 1; seed <= 10; seed++) {
		graph_init(g, seed);
		for (i = 0; i < STEPS; i++)
			graph_step(g, false);
		/* rounding */
		KUNIT_EXPECT_LE(test, graph_step(g, false), 1LL);
		memcpy(at_once, g->x, sizeof(at_once));
		/* in turn, and from elsewhere */
		graph_init(g, seed);
		for (a = 0; a < NODES; a++)
			g->x[a] = a % 2 ? ERR : -ERR;
		for (i = 0; i < STEPS; i++)
			graph_step(g, true);
		for (a = 0; a < NODES; a++)
			KUNIT_EXPECT_LE(test, cl_abs_s64(g->x[a] - at_once[a]),
					(u64)ERR / 20);
	}
}

static void test_a_graph_follows_the_leader_at_once(struct kunit *test)
{
	struct graph *g = &test_graph;
	s64 before;
	int a, i;

	graph_init(g, 1);
	for (i = 0; i < STEPS; i++)
		graph_step(g, false);
	before = mean(g->x);
	for (a = 0; a < NODES; a++)
		g->leader[a] += 500 * ERR;
	graph_step(g, false);
	KUNIT_EXPECT_LE(test, cl_abs_s64(mean(g->x) - before - 500LL * ERR),
			2ULL);
}

static void test_a_graph_helps_who_hardly_hears_the_leader(struct kunit *test)
{
	struct graph *g = &test_graph;
	int seed, i;

	for (seed = 1; seed <= 10; seed++) {
		graph_init(g, seed);
		g->leader[0] = 20 * ERR;
		g->known[0] = g->leader[0];
		g->x[0] = g->leader[0];
		g->leader_err_ns[0] = 20 * ERR;
		for (i = 0; i < STEPS; i++)
			graph_step(g, false);
		KUNIT_EXPECT_LE(test, cl_abs_s64(g->x[0]), 2ULL * ERR);
		KUNIT_EXPECT_LE(test, rms(g->x), 2LL * ERR / 3);
	}
}

static void test_a_graph_with_liars(struct kunit *test)
{
	struct graph *g = &test_graph;
	int seed, a, i;

	for (seed = 1; seed <= 10; seed++) {
		graph_init(g, seed);
		for (a = 0; a < NODES / 5; a++)
			g->lie[a] = 50 * ERR;
		for (i = 0; i < STEPS; i++)
			graph_step(g, false);
		KUNIT_EXPECT_LE(test, rms(g->x), 2LL * ERR / 3);
		/* half of the nodes, and not to be told from honest ones */
		for (a = 0; a < NODES / 2; a++)
			g->lie[a] = 2LL * ERR;
		for (i = 0; i < STEPS; i++)
			graph_step(g, false);
		for (a = 0; a < NODES; a++)
			KUNIT_EXPECT_LE(test,
					cl_abs_s64(g->x[a] - g->leader[a]),
					3ULL * ERR);
	}
}

static struct kunit_case joint_cases[] = {
	KUNIT_CASE(test_alone_it_is_the_leaders_edge),
	KUNIT_CASE(test_an_edge_is_map_and_estimate),
	KUNIT_CASE(test_a_gap_is_taken_at_the_peers_instant),
	KUNIT_CASE(test_equal_edges_count_alike),
	KUNIT_CASE(test_weights_are_inverse_variances),
	KUNIT_CASE(test_of_two_that_disagree_the_leader_is_right),
	KUNIT_CASE(test_a_minority_of_liars_is_dropped),
	KUNIT_CASE(test_liars_move_nobody_beyond_the_clip),
	KUNIT_CASE(test_more_peers_than_there_is_room_for),
	KUNIT_CASE(test_a_graph_gains),
	KUNIT_CASE(test_a_graph_converges_undamped),
	KUNIT_CASE(test_a_graph_follows_the_leader_at_once),
	KUNIT_CASE(test_a_graph_helps_who_hardly_hears_the_leader),
	KUNIT_CASE(test_a_graph_with_liars),
	{}
};

static struct kunit_suite joint_suite = {
	.name = "cl_joint",
	.test_cases = joint_cases,
};

kunit_test_suite(joint_suite);
