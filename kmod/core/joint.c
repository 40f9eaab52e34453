// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Everything is relative to the leader's edge, which is term 0 with value 0, and
 * cannot be dropped: it is the only one that ties the graph to cluster time.
 */
#include "joint.h"
#include "clock.h"
#include "discipline.h"
#include "fixed.h"

/*
 * Weight of the leader's edge.  A peer's weighs no more than 4 of it: who can
 * make a measurement look good must not take all the weight, and what peers have
 * in common must not hide the leader.
 */
#define LEADER_WEIGHT_LOG2 14
#define PEER_WEIGHT_ROOT 2

/* Peers as good as the leader that weigh as much as it. */
#define PEERS_PER_LEADER 4

/* Larger values are cut: they are outliers, or of no use. */
#define ERR_MAX (1ULL << 30)
#define VALUE_MAX (1LL << 40)

#define TERMS_MAX (CL_JOINT_PEERS + 1)

/**
 * struct joint_terms - values of one quantity, relative to the leader's edge
 * @n: terms, the leader's included
 * @leader_err: standard deviation of the leader's edge, 1 .. ERR_MAX
 * @value: ns or 1e-12
 * @err: standard deviation of each, 1 .. ERR_MAX
 * @weight: leader's 2^LEADER_WEIGHT_LOG2
 */
struct joint_terms {
	unsigned int n;
	u64 leader_err;
	s64 value[TERMS_MAX];
	u32 err[TERMS_MAX];
	u32 weight[TERMS_MAX];
};

static u64 cut_err(u64 err)
{
	return err < 1 ? 1 : err > ERR_MAX ? ERR_MAX : err;
}

static void terms_begin(struct joint_terms *t, u64 leader_err)
{
	t->n = 1;
	t->leader_err = cut_err(leader_err);
	t->value[0] = 0;
	t->err[0] = (u32)t->leader_err;
	t->weight[0] = 1U << LEADER_WEIGHT_LOG2;
}

/* Weights are as 1 / err^2. */
static void terms_add(struct joint_terms *t, s64 value, u64 err)
{
	u64 least = t->leader_err / PEER_WEIGHT_ROOT;
	u64 root;

	err = cut_err(err);
	root = (t->leader_err << (LEADER_WEIGHT_LOG2 / 2)) /
	       (err > least ? err : cut_err(least));
	if (root > PEER_WEIGHT_ROOT << (LEADER_WEIGHT_LOG2 / 2))
		root = PEER_WEIGHT_ROOT << (LEADER_WEIGHT_LOG2 / 2);
	t->value[t->n] = cl_clamp_s64(value, -VALUE_MAX, VALUE_MAX);
	t->err[t->n] = (u32)err;
	t->weight[t->n] = (u32)(root * root);
	t->n++;
}

/*
 * Weighted median.  One more for the leader: of two that disagree it is the one
 * to believe.
 */
static s64 terms_median(const struct joint_terms *t)
{
	unsigned int order[TERMS_MAX] = { 0 };
	unsigned int i, j;
	u64 sum = 1, seen = 0;

	for (i = 0; i < t->n; i++) {
		for (j = i; j && t->value[order[j - 1]] > t->value[i]; j--)
			order[j] = order[j - 1];
		order[j] = i;
		sum += t->weight[i];
	}
	for (i = 0; i < t->n - 1; i++) {
		seen += t->weight[order[i]] + !order[i];
		if (2 * seen >= sum)
			break;
	}
	return t->value[order[i]];
}

/*
 * Terms too far from the median.  It has an error itself, and so has the peer's
 * line: no more than the leader's edge each, or there is no gain anyway.
 *
 * Return: bit i: term i.
 */
static u32 terms_outliers(const struct joint_terms *t)
{
	u64 leader2 = t->leader_err * t->leader_err;
	s64 median = terms_median(t);
	u32 outliers = 0;
	unsigned int i;
	u64 sigma;

	for (i = 1; i < t->n; i++) {
		sigma = cl_isqrt(2 * leader2 + (u64)t->err[i] * t->err[i]) + 1;
		if (cl_abs_s64(t->value[i] - median) >
		    CL_JOINT_OUTLIER_SIGMAS * sigma)
			outliers |= 1U << i;
	}
	return outliers;
}

/*
 * Weighted mean without the outliers.
 *
 * What does not cancel between the two ends of an edge adds up in all nodes, as
 * often as the leader's weight is contained in the sum of all.  So many peers
 * have to raise it.  Where the leader's edge is a bad one its weight is not
 * raised by as much: there the peers are what is good.
 */
static s64 terms_mean(const struct joint_terms *t, u32 outliers)
{
	s64 sum = 0, peers = 0, anchor = 0;
	s64 leader = t->weight[0];
	unsigned int i;

	for (i = 1; i < t->n; i++) {
		if (outliers >> i & 1)
			continue;
		sum += t->value[i] * (s64)t->weight[i];
		peers += t->weight[i];
		anchor += cl_min_s64(t->weight[i], leader);
	}
	return sum / (peers + cl_max_s64(leader, anchor / PEERS_PER_LEADER));
}

/* What the leader's edge allows of a value. */
static s64 terms_clip(const struct joint_terms *t, s64 value)
{
	s64 limit = (s64)(CL_JOINT_CLIP_SIGMAS * t->leader_err);

	return cl_clamp_s64(value, -limit, limit);
}

/**
 * cl_joint_edge() - cluster time as measured against one node
 * @map: that node's raw time to cluster time
 * @e: estimate of local raw time against that node's
 * @ret: the edge, anchored at @e->at
 */
void cl_joint_edge(const struct cl_map *map, const struct cl_estimate *e,
		   struct cl_joint_edge *ret)
{
	cl_discipline_target(map, e, &ret->line);
	ret->err_ns = e->err_ns;
	ret->y_err_ppt = e->y_err_ppt;
}

/**
 * cl_joint_gap() - what a peer's edge says against the leader's
 * @leader: line of the leader's edge that was known at the time of @peer
 * @peer: edge of the peer
 * @ret: the gap
 */
void cl_joint_gap(const struct cl_map *leader, const struct cl_joint_edge *peer,
		  struct cl_joint_gap *ret)
{
	ret->ns =
		cl_time_sub(peer->line.time, cl_map_at(leader, peer->line.raw));
	ret->y_ppt = cl_q48_to_ppt(peer->line.rate_q48 - leader->rate_q48);
	ret->err_ns = peer->err_ns;
	ret->y_err_ppt = peer->y_err_ppt;
}

/**
 * cl_joint_solve() - one step of this node
 * @leader: edge of the leader; a node without one has nothing to follow
 * @gaps: peers against the leader
 * @n: their number, 0 .. CL_JOINT_PEERS
 * @ret: the result; the leader's line if there is no peer
 *
 * The weighted mean of all edges but those that disagree with the majority,
 * limited to CL_JOINT_CLIP_SIGMAS deviations from the leader's edge, in time
 * and in rate.
 */
void cl_joint_solve(const struct cl_joint_edge *leader,
		    const struct cl_joint_gap *gaps, unsigned int n,
		    struct cl_joint *ret)
{
	struct joint_terms time, rate;
	u32 outliers;
	s64 mean, y;
	unsigned int i;

	terms_begin(&time, leader->err_ns);
	terms_begin(&rate, leader->y_err_ppt);
	for (i = 0; i < n && i < CL_JOINT_PEERS; i++) {
		terms_add(&time, gaps[i].ns, gaps[i].err_ns);
		terms_add(&rate, gaps[i].y_ppt, gaps[i].y_err_ppt);
	}
	outliers = terms_outliers(&time) | terms_outliers(&rate);

	*ret = (struct cl_joint){ .line = leader->line };
	for (i = 1; i < time.n; i++) {
		if (outliers >> i & 1)
			ret->dropped++;
		else
			ret->used++;
	}
	mean = terms_mean(&time, outliers);
	ret->shift_ns = terms_clip(&time, mean);
	ret->clipped = ret->shift_ns != mean;
	y = terms_clip(&rate, terms_mean(&rate, outliers));
	ret->line.time = cl_time_add(ret->line.time, ret->shift_ns);
	ret->line.rate_q48 = cl_clamp_s64(ret->line.rate_q48 + cl_ppt_to_q48(y),
					  1 - CL_CLOCK_MAX_Q48,
					  CL_CLOCK_MAX_Q48 - 1);
}
