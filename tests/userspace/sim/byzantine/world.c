// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/check.h"
#include "agent/core/confidence.h"
#include "agent/core/reputation.h"

/* A follower's loop: gain per round. */
#define GAIN 0.1

/* The leader follows the voters: their mean over 60 s, 10 ppb at most. */
#define STEER_S 60.0
#define STEER_PPB 10.0

/* Residual frequency of a clock, rms. */
#define RESIDUAL_PPB 1.0

/**
 * struct world - all nodes
 * @c: case
 * @rng: random numbers
 * @now: time, ns
 * @round: current one
 * @leader: node that leads
 * @term: its term
 * @bad: liars
 * @lie: what each adds to the stamps of this round
 * @filtered: what the filters make of that
 * @clock: disciplined clocks minus true time, ns
 * @freq: their residual frequencies, ppb
 * @error: of the filtered offset that a voter has of a node
 * @peer_error: the same of a follower and its peers
 * @peer: peers of a follower
 * @peers: how many it has
 * @excess: of the exchange between voter and node
 * @raw_error: its error
 * @judge: what a voter thinks of all others
 * @check: of a follower
 * @votes: against the leader
 * @isolated: since which round, -1: not
 * @demoted: it has no weight and no vote, and is nobody's peer
 * @res: result
 * @start: mean honest clock when the attack began
 */
struct world {
	const struct byz_case *c;
	struct vt_rng rng;
	s64 now;
	unsigned int round;
	unsigned int leader;
	u32 term;
	bool bad[BYZ_NODES];
	double lie[BYZ_NODES];
	double filtered[BYZ_NODES];
	double clock[BYZ_NODES];
	double freq[BYZ_NODES];
	double error[BYZ_VOTERS][BYZ_NODES];
	double peer_error[BYZ_NODES][CL_CHECK_PEERS];
	unsigned int peer[BYZ_NODES][CL_CHECK_PEERS];
	unsigned int peers[BYZ_NODES];
	double excess[BYZ_VOTERS][BYZ_NODES];
	double raw_error[BYZ_VOTERS][BYZ_NODES];
	struct cl_reputation judge[BYZ_VOTERS];
	struct cl_check check[BYZ_NODES];
	struct cl_confidence votes;
	int isolated[BYZ_NODES];
	bool demoted[BYZ_NODES];
	struct byz_result *res;
	double start;
};

/* Node ids of the product are not 0. */
static u32 id_of(unsigned int i)
{
	return i + 1;
}

static unsigned int below(struct world *w, unsigned int n)
{
	return vt_rng_next(&w->rng) % n;
}

static double normal(struct world *w, double sigma)
{
	return sigma * vt_rng_normal(&w->rng);
}

/* Who lies: drawn from all, but not too many voters. */
static void draw_liars(struct world *w)
{
	const struct byz_case *c = w->c;
	unsigned int voters = c->lying_voters, left = c->liars, i;

	if (c->leader) {
		w->bad[0] = true;
		left--;
		voters -= voters > 0;
	}
	while (left) {
		i = 1 + below(w, c->nodes - 1);
		if (w->bad[i] || (i < c->voters && !voters))
			continue;
		voters -= i < c->voters;
		w->bad[i] = true;
		left--;
	}
}

/* Each follower's peers, among those that have a say. */
static void draw_peers(struct world *w)
{
	unsigned int pool[BYZ_NODES], n, i, j, k;

	for (i = 0; i < w->c->nodes; i++) {
		for (j = 0, n = 0; j < w->c->nodes; j++) {
			if (j != i && j != w->leader && !w->demoted[j])
				pool[n++] = j;
		}
		for (k = 0; k < CL_CHECK_PEERS && n; k++) {
			j = below(w, n);
			w->peer[i][k] = pool[j];
			pool[j] = pool[--n];
		}
		w->peers[i] = k;
	}
}

/* The liar knows the gate of each exchange and stays below two of them. */
static double seldom(const struct world *w, unsigned int v, unsigned int i)
{
	double gate = w->excess[v][i] / 2 +
		      CL_REPUTATION_NOISES * w->c->net->noise_ns +
		      CL_GATE_SIGMAS * w->c->net->sigma_ns;

	return 1.5 * gate - w->raw_error[v][i];
}

static bool is_time(const struct world *w)
{
	return w->c->attack == BYZ_SELDOM && w->round >= BYZ_ATTACK &&
	       w->round % w->c->period == 0;
}

/* Round trip without queues, ns: any will do. */
#define TRIP_NS 1e6

static double lie_of(struct world *w, unsigned int i)
{
	unsigned int since = w->round - BYZ_ATTACK;
	double size = w->c->size_ns;

	switch (w->c->attack) {
	case BYZ_CONSTANT:
	case BYZ_TWO_FACED:
		return size;
	case BYZ_RANDOM:
		return size * (2 * vt_rng_uniform(&w->rng) - 1);
	case BYZ_INTERMITTENT:
		return vt_rng_uniform(&w->rng) < 0.3 ? size : 0;
	case BYZ_DRIFT:
		return size * since;
	case BYZ_SELDOM:
		return is_time(w) ? seldom(w, w->leader, i) : 0;
	case BYZ_PULSES:
		return since % 17 < 7 ? size : 0;
	default:
		return 0;
	}
}

static void draw_lies(struct world *w)
{
	double gain = 1;

	if (w->round < BYZ_ATTACK)
		return;
	if (w->c->attack == BYZ_SELDOM)
		gain = 1 / w->c->net->tau;
	for (unsigned int i = 0; i < w->c->nodes; i++) {
		if (!w->bad[i])
			continue;
		w->lie[i] = lie_of(w, i);
		w->filtered[i] += gain * (w->lie[i] - w->filtered[i]);
	}
}

/* What a lie is to a node. */
static double told(const struct world *w, double lie, unsigned int to)
{
	return w->c->attack == BYZ_TWO_FACED && to % 2 ? -lie : lie;
}

/* Clocks run, estimates wander, packets queue. */
static void move(struct world *w)
{
	const struct byz_net *net = w->c->net;
	double keep = exp(-1 / net->tau);
	double fresh = net->sigma_ns * sqrt(1 - keep * keep);
	double out, in;

	for (unsigned int i = 0; i < w->c->nodes; i++) {
		w->clock[i] += w->freq[i] * net->interval_ns / 1e9;
		for (unsigned int k = 0; k < CL_CHECK_PEERS; k++)
			w->peer_error[i][k] =
				keep * w->peer_error[i][k] + normal(w, fresh);
		for (unsigned int v = 0; v < w->c->voters; v++) {
			out = byz_delay(net, &w->rng);
			in = byz_delay(net, &w->rng);
			w->error[v][i] =
				keep * w->error[v][i] + normal(w, fresh);
			w->excess[v][i] = out + in;
			w->raw_error[v][i] =
				(out - in) / 2 + normal(w, net->noise_ns);
		}
	}
}

/* What is added to an exchange. */
static double raw_lie(const struct world *w, unsigned int v, unsigned int i)
{
	if (w->bad[i] && is_time(w))
		return seldom(w, v, i);
	return told(w, w->lie[i], v);
}

/* A voter judges all others. */
static void judge(struct world *w, unsigned int v)
{
	struct cl_reputation_obs obs[BYZ_NODES];
	unsigned int n = 0;

	for (unsigned int i = 0; i < w->c->nodes; i++) {
		double offset = w->clock[i] - w->clock[v];

		if (i == v)
			continue;
		obs[n++] = (struct cl_reputation_obs){
			.node = id_of(i),
			.voter = i < w->c->voters,
			.fresh = true,
			.raw_ns =
				offset + w->raw_error[v][i] + raw_lie(w, v, i),
			.excess_ns = w->excess[v][i],
			.noise_ns = w->c->net->noise_ns,
			.trip_ns = TRIP_NS + w->excess[v][i],
			.offset_ns = offset + w->error[v][i] +
				     told(w, w->filtered[i], v),
			.sigma_ns = w->c->net->sigma_ns,
		};
	}
	if (cl_reputation_round(&w->judge[v], w->now, obs, n))
		abort();
}

static const struct cl_reputation_node *seen(const struct world *w,
					     unsigned int v, unsigned int i)
{
	return cl_reputation_find(&w->judge[v], id_of(i));
}

/*
 * So many voters say so, of @from or worse.  Lying voters say it of all honest nodes,
 * if there are no more of them than the cluster claims to bear.
 */
static bool is_accused(const struct world *w, unsigned int i,
		       enum cl_reputation_state from)
{
	unsigned int faulty = (w->c->voters - 1) / 3, n = 0, liars = 0;

	for (unsigned int v = 0; v < w->c->voters; v++) {
		if (w->bad[v])
			liars++;
		else if (v != i)
			n += seen(w, v, i)->state >= from;
	}
	if (!w->bad[i] && liars <= faulty && w->round >= BYZ_ATTACK)
		n += liars;
	return n > faulty;
}

/* What the voters agree on, in the replicated state. */
static void decide(struct world *w)
{
	for (unsigned int i = 0; i < w->c->nodes; i++) {
		w->demoted[i] = is_accused(w, i, CL_REPUTATION_DEMOTED);
		if (w->demoted[i])
			cl_confidence_forget(&w->votes, id_of(i));
		if (w->isolated[i] >= 0 ||
		    !is_accused(w, i, CL_REPUTATION_ACCUSED))
			continue;
		w->isolated[i] = (int)w->round;
		for (unsigned int v = 0; v < w->c->voters; v++) {
			if (v != i &&
			    cl_reputation_isolated(&w->judge[v], id_of(i), true,
						   w->now))
				abort();
		}
	}
}

/* The leader follows the trimmed mean of the voters, by weight. */
static double steer(const struct world *w)
{
	double limit = STEER_PPB * w->c->net->interval_ns / 1e9;
	double offset[BYZ_VOTERS], weight[BYZ_VOTERS], sum = 0, all = 0, t;
	unsigned int n = 1, i, j, trim;

	offset[0] = 0;
	weight[0] = 1;
	for (i = 0; i < w->c->voters; i++) {
		if (i == w->leader || seen(w, w->leader, i)->weight <= 0)
			continue;
		offset[n] = w->clock[i] - w->clock[w->leader] +
			    w->error[w->leader][i] +
			    told(w, w->filtered[i], w->leader);
		weight[n] = seen(w, w->leader, i)->weight;
		for (j = n++; j && offset[j] < offset[j - 1]; j--) {
			t = offset[j];
			offset[j] = offset[j - 1];
			offset[j - 1] = t;
			t = weight[j];
			weight[j] = weight[j - 1];
			weight[j - 1] = t;
		}
	}
	trim = (n - 1) / 3;
	for (i = trim; i < n - trim; i++) {
		sum += weight[i] * offset[i];
		all += weight[i];
	}
	t = sum / all * (w->c->net->interval_ns / 1e9 / STEER_S);
	return fmin(fmax(t, -limit), limit);
}

/* What a peer's clock is to a follower; who colludes confirms the leader. */
static double peer_offset(const struct world *w, unsigned int i, unsigned int k)
{
	unsigned int j = w->peer[i][k];
	double lie = told(w, w->filtered[j], i);

	if (w->bad[j] && w->c->leader)
		lie = w->bad[w->leader] ? w->filtered[w->leader] : 0;
	return w->clock[j] - w->clock[i] + w->peer_error[i][k] + lie;
}

/* A follower obeys, or not; says whether it has no confidence. */
static bool follow(struct world *w, unsigned int i)
{
	const struct byz_net *net = w->c->net;
	double limit = net->slew_ppb * net->interval_ns / 1e9;
	struct cl_check_source peers[CL_CHECK_PEERS];
	double sigma[CL_CHECK_PEERS + 1] = { net->sigma_ns };
	double true_offset = w->clock[w->leader] - w->clock[i];
	struct cl_check_ask ask = {
		.now = w->now,
		.term = w->term,
		.correction_ns = true_offset + w->error[w->leader][i] +
				 w->filtered[w->leader],
		.locked = true,
		.own_sigma_ns = net->sigma_ns,
		.peers = peers,
		.n = w->peers[i],
	};
	struct cl_check_answer a;

	for (unsigned int k = 0; k < w->peers[i]; k++) {
		sigma[k + 1] = net->sigma_ns;
		peers[k] = (struct cl_check_source){ peer_offset(w, i, k),
						     net->sigma_ns };
	}
	ask.floor_ns = cl_gate_floor(sigma, w->peers[i] + 1);
	if (cl_check_update(&w->check[i], &ask, &a))
		abort();
	if (a.verdict == CL_CHECK_ACCEPT)
		w->clock[i] +=
			fmin(fmax(GAIN * ask.correction_ns, -limit), limit);
	if (w->bad[i])
		return w->round >= BYZ_ATTACK && !w->bad[w->leader];
	w->res->held += a.verdict != CL_CHECK_ACCEPT;
	if (a.widen_ns > 0) {
		w->res->widened++;
		w->res->missed += !w->bad[w->leader] &&
				  fabs(true_offset) > a.gate_ns + a.widen_ns;
	}
	return a.verdict == CL_CHECK_NO_CONFIDENCE;
}

/* Another voter leads, from its own clock. */
static void elect(struct world *w)
{
	if (!w->leader)
		w->res->deposed = w->round - BYZ_ATTACK + 1;
	do
		w->leader = (w->leader + 1) % w->c->voters;
	while (w->bad[w->leader]);
	w->term++;
	draw_peers(w);
}

static void follow_all(struct world *w)
{
	double own = w->bad[w->leader] ? 0 : steer(w);
	struct cl_confidence_answer a;

	if (w->round % CL_CHECK_REDRAW == 0)
		draw_peers(w);
	for (unsigned int i = 0; i < w->c->nodes; i++) {
		if (i == w->leader || !follow(w, i) || w->demoted[i])
			continue;
		if (cl_confidence_hear(&w->votes, id_of(i), i < w->c->voters,
				       w->term, w->now))
			abort();
	}
	w->clock[w->leader] += own;
	cl_confidence_count(&w->votes, w->term, w->now, w->c->nodes,
			    w->c->voters, &a);
	if (a.depose)
		elect(w);
}

/* Honest clocks: where they are, and how far apart. */
static void measure(struct world *w)
{
	double mean = 0, spread = 0;
	unsigned int n = 0, i;

	for (i = 0; i < w->c->nodes; i++) {
		if (w->bad[i])
			continue;
		mean += w->clock[i];
		n++;
	}
	mean /= n;
	for (i = 0; i < w->c->nodes; i++) {
		if (!w->bad[i])
			spread = fmax(spread, fabs(w->clock[i] - mean));
	}
	if (w->round < BYZ_ATTACK) {
		w->start = mean;
		return;
	}
	w->res->shift_ns = fmax(w->res->shift_ns, fabs(mean - w->start));
	w->res->spread_ns = fmax(w->res->spread_ns, spread);
}

static void sum_up(struct world *w)
{
	unsigned int honest = 0;

	for (unsigned int i = 0; i < w->c->nodes; i++) {
		int rounds = w->isolated[i] - BYZ_ATTACK + 1;

		if (!w->bad[i]) {
			honest++;
			w->res->false_isolations += w->isolated[i] >= 0;
			w->res->false_demotions += w->demoted[i];
		} else if (i) {
			w->res->liars++;
			w->res->isolated += w->isolated[i] >= 0;
			w->res->within_3 += w->isolated[i] >= 0 && rounds <= 3;
			w->res->within_30 += w->isolated[i] >= 0 &&
					     rounds <= 30;
			w->res->powerless += w->demoted[i];
		}
	}
	w->res->held /= honest;
	w->res->widened /= honest;
	w->res->missed /= honest;
}

static void begin(struct world *w, u64 seed)
{
	const struct byz_net *net = w->c->net;
	unsigned int i;

	vt_rng_init(&w->rng, seed, VT_STREAM_SETUP, 0, 0);
	w->term = 1;
	draw_liars(w);
	for (i = 0; i < w->c->voters; i++)
		cl_reputation_init(&w->judge[i], NULL, NULL);
	for (i = 0; i < w->c->nodes; i++) {
		w->isolated[i] = -1;
		w->clock[i] = normal(w, 0.2 * net->sigma_ns);
		w->freq[i] = normal(w, RESIDUAL_PPB);
		cl_check_init(&w->check[i]);
		for (unsigned int v = 0; v < w->c->voters; v++)
			w->error[v][i] = normal(w, net->sigma_ns);
		for (unsigned int k = 0; k < CL_CHECK_PEERS; k++)
			w->peer_error[i][k] = normal(w, net->sigma_ns);
	}
	cl_confidence_init(&w->votes);
}

/**
 * byz_run() - simulate a case
 * @c: case
 * @seed: of all random numbers
 * @ret: result
 */
void byz_run(const struct byz_case *c, u64 seed, struct byz_result *ret)
{
	static struct world w;

	memset(&w, 0, sizeof(w));
	memset(ret, 0, sizeof(*ret));
	w.c = c;
	w.res = ret;
	begin(&w, seed);
	for (w.round = 0; w.round < c->rounds; w.round++) {
		w.now += c->net->interval_ns;
		move(&w);
		draw_lies(&w);
		for (unsigned int v = 0; v < c->voters; v++)
			judge(&w, v);
		decide(&w);
		follow_all(&w);
		measure(&w);
	}
	sum_up(&w);
}
