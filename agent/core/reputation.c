// SPDX-License-Identifier: GPL-2.0-or-later
#include "reputation.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Evidence of 30 % liars; the median deviation of a normal law is 1 / this. */
#define MAD_TO_SIGMA 1.4826

/* Evidence of R1 may grow to so many times its limit, so that it can end. */
#define EVIDENCE_MOST 2

/* Nothing is forgotten for a longer time than this between two observations. */
#define FORGET_ROUNDS ((double)CL_REPUTATION_GAP_NS / CL_GATE_ROUND_NS)

/**
 * struct scale - what is usual in a round
 * @median_ns: median clock minus ours
 * @sigma_ns: median deviation of the estimates
 * @spread: of the clocks around the median, in deviations; at least 1
 * @moved_ns: by how much the median has moved since the round before, and so ours
 * @seen: clocks that are seen, ours among them
 * @used: those that the median is of
 */
struct scale {
	double median_ns;
	double sigma_ns;
	double spread;
	double moved_ns;
	unsigned int seen;
	unsigned int used;
};

/**
 * struct figures - how a node stands in a round
 * @raw_ns: by one exchange, from the median; 0 if there is no new one
 * @gate_ns: what that may be
 * @offset_ns: filtered, from the median
 * @slack_ns: what that may be
 * @clean: nothing speaks against it
 */
struct figures {
	double raw_ns;
	double gate_ns;
	double offset_ns;
	double slack_ns;
	bool clean;
};

/**
 * cl_reputation_init() - nobody is known
 * @r: judge
 * @event: called for each change of state; NULL: nobody wants to know
 * @ctx: its first argument
 */
void cl_reputation_init(struct cl_reputation *r,
			void (*event)(void *ctx,
				      const struct cl_reputation_event *e),
			void *ctx)
{
	memset(r, 0, sizeof(*r));
	r->event = event;
	r->ctx = ctx;
}

/**
 * cl_reputation_in_use() - does a node's clock count?
 * @state: its state
 *
 * Return: true if it does.
 */
bool cl_reputation_in_use(enum cl_reputation_state state)
{
	return state == CL_REPUTATION_GOOD || state == CL_REPUTATION_SUSPICIOUS;
}

static struct cl_reputation_node *lookup(struct cl_reputation *r, u32 node)
{
	for (unsigned int i = 0; i < r->n; i++) {
		if (r->node[i].node == node)
			return &r->node[i];
	}
	return NULL;
}

/* There is room. */
static struct cl_reputation_node *add(struct cl_reputation *r, u32 node,
				      s64 now)
{
	struct cl_reputation_node *k = &r->node[r->n++];

	*k = (struct cl_reputation_node){
		.node = node,
		.weight = 1,
		.seen = now - CL_GATE_ROUND_NS,
		.fresh = now - CL_GATE_ROUND_NS,
		.readmitted = S64_MIN,
	};
	return k;
}

/**
 * cl_reputation_find() - what is known of a node
 * @r: judge
 * @node: node id
 *
 * Return: it, valid until the judge is called again; NULL if it is not known.
 */
const struct cl_reputation_node *
cl_reputation_find(const struct cl_reputation *r, u32 node)
{
	return lookup((struct cl_reputation *)r, node);
}

/**
 * cl_reputation_doubts() - is there anything against a node?
 * @r: judge
 * @node: node id; may be unknown
 *
 * Long before that changes its state.
 *
 * Return: true from CL_REPUTATION_DOUBT on, until the evidence is below
 * CL_REPUTATION_TRUST; or it is out of use.
 */
bool cl_reputation_doubts(const struct cl_reputation *r, u32 node)
{
	const struct cl_reputation_node *k = cl_reputation_find(r, node);

	return k && (k->doubted || !cl_reputation_in_use(k->state));
}

/**
 * cl_reputation_suspects() - is there anybody of whom more should be known soon?
 * @r: judge
 *
 * Return: true if a node is neither good nor isolated.
 */
bool cl_reputation_suspects(const struct cl_reputation *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (r->node[i].state != CL_REPUTATION_GOOD &&
		    r->node[i].state < CL_REPUTATION_ISOLATED)
			return true;
	return false;
}

/**
 * cl_reputation_forget() - a node is no member, or not measured any more
 * @r: judge
 * @node: node id; may be unknown
 */
void cl_reputation_forget(struct cl_reputation *r, u32 node)
{
	struct cl_reputation_node *k = lookup(r, node);

	if (k)
		*k = r->node[--r->n];
}

/* The evidence of a rule, and what it may be. */
static double evidence_of(const struct cl_reputation_node *k,
			  enum cl_reputation_rule rule, double *limit)
{
	switch (rule) {
	case CL_REPUTATION_STRIKES:
		*limit = CL_REPUTATION_STRIKE_LIMIT;
		return k->strikes;
	case CL_REPUTATION_PROOFS:
		*limit = CL_REPUTATION_PROOF_LIMIT;
		return k->proofs;
	case CL_REPUTATION_CUSUM:
		*limit = CL_REPUTATION_CUSUM_LIMIT;
		return k->cusum;
	case CL_REPUTATION_EXCESS:
		*limit = CL_REPUTATION_EXCESS_LIMIT;
		return k->excess;
	default:
		*limit = INFINITY;
		return 0;
	}
}

/* As a share of that. */
static double share_of(const struct cl_reputation_node *k,
		       enum cl_reputation_rule rule)
{
	double limit;

	return evidence_of(k, rule, &limit) / limit;
}

/* The rule with most evidence; of equals the one that proves more. */
static enum cl_reputation_rule worst_rule(const struct cl_reputation_node *k)
{
	enum cl_reputation_rule worst = CL_REPUTATION_STRIKES, rule;

	for (rule = CL_REPUTATION_PROOFS; rule <= CL_REPUTATION_EXCESS;
	     rule++) {
		if (share_of(k, rule) > share_of(k, worst))
			worst = rule;
	}
	return worst;
}

/* The figures of a rule, into an event. */
static void explain(struct cl_reputation_event *e,
		    const struct cl_reputation_node *k,
		    enum cl_reputation_rule rule, const struct figures *f)
{
	bool raw = rule == CL_REPUTATION_STRIKES ||
		   rule == CL_REPUTATION_PROOFS;

	e->offset_ns = raw ? f->raw_ns : f->offset_ns;
	e->limit_ns = raw ? f->gate_ns : f->slack_ns;
	if (rule != CL_REPUTATION_CLEAN) {
		e->evidence = evidence_of(k, rule, &e->evidence_limit);
		return;
	}
	e->evidence = (double)k->clean_ns / CL_NS_PER_SEC;
	if (k->state >= CL_REPUTATION_ACCUSED)
		e->evidence_limit =
			1.0 * CL_REPUTATION_CLEAN_NS / CL_NS_PER_SEC;
}

/* Change the state and say so; @f is NULL for a decision from outside. */
static void enter(struct cl_reputation *r, struct cl_reputation_node *k,
		  enum cl_reputation_state to, enum cl_reputation_rule rule,
		  const struct figures *f, s64 now)
{
	struct cl_reputation_event e = { 0 };

	if (k->state == to)
		return;
	if (!f)
		e = k->why;
	e.when = now;
	e.node = k->node;
	e.voter = k->voter;
	e.from = k->state;
	e.to = to;
	e.rule = rule;
	if (f)
		explain(&e, k, rule, f);
	k->state = to;
	k->why = e;
	if (r->event)
		r->event(r->ctx, &e);
}

static bool valid(const struct cl_reputation_obs *o)
{
	return o->node && isfinite(o->offset_ns) && isfinite(o->sigma_ns) &&
	       o->sigma_ns > 0 &&
	       (!o->fresh ||
		(isfinite(o->raw_ns + o->excess_ns + o->noise_ns) &&
		 isfinite(o->trip_ns + o->early_ns + o->slack_ns) &&
		 o->excess_ns >= 0 && o->noise_ns >= 0 && o->slack_ns >= 0));
}

static int check_obs(struct cl_reputation *r,
		     const struct cl_reputation_obs *obs, unsigned int n)
{
	unsigned int known = r->n;

	if (n > CL_GATE_NODES)
		return -ENOSPC;
	for (unsigned int i = 0; i < n; i++) {
		if (!valid(&obs[i]))
			return -EINVAL;
		for (unsigned int j = 0; j < i; j++) {
			if (obs[j].node == obs[i].node)
				return -EINVAL;
		}
		known += !lookup(r, obs[i].node);
	}
	return known > CL_GATE_NODES ? -ENOSPC : 0;
}

/* Does a clock count in the median?  Not if it is hardly known. */
static bool counts(struct cl_reputation *r, const struct cl_reputation_obs *o,
		   double sigma_ns)
{
	return cl_reputation_in_use(lookup(r, o->node)->state) &&
	       o->sigma_ns <= CL_GATE_COARSE * sigma_ns;
}

/*
 * Clocks of those in use, ours among them.  All follow one clock, so honest ones
 * agree as well as they are measured.
 */
static struct scale scale_of(struct cl_reputation *r,
			     const struct cl_reputation_obs *obs,
			     unsigned int n)
{
	double v[CL_GATE_NODES + 1] = { 0 };
	struct scale s = { .spread = 1, .seen = n + 1 };
	unsigned int i, m = 0;

	for (i = 0; i < n; i++) {
		if (cl_reputation_in_use(lookup(r, obs[i].node)->state))
			v[m++] = obs[i].sigma_ns;
	}
	r->floor_ns = cl_gate_floor(v, m);
	s.sigma_ns = cl_gate_median(v, m);
	v[0] = 0;
	for (i = 0, m = 1; i < n; i++) {
		if (counts(r, &obs[i], s.sigma_ns))
			v[m++] = obs[i].offset_ns;
	}
	s.used = m;
	s.median_ns = cl_gate_median(v, m);
	if (r->begun)
		s.moved_ns = fabs(s.median_ns - r->median_ns);
	r->begun = true;
	r->median_ns = s.median_ns;
	if (m == 1)
		return s;
	v[0] = fabs(s.median_ns) / s.sigma_ns;
	for (i = 0, m = 1; i < n; i++) {
		if (counts(r, &obs[i], s.sigma_ns))
			v[m++] = fabs(obs[i].offset_ns - s.median_ns) /
				 fmax(obs[i].sigma_ns, s.sigma_ns);
	}
	s.spread = fmax(MAD_TO_SIGMA * cl_gate_median(v, m), 1);
	return s;
}

static struct cl_usual_sample usual_of(const struct cl_reputation_obs *o,
				       const struct scale *s)
{
	return (struct cl_usual_sample){ o->trip_ns, o->raw_ns - s->median_ns,
					 o->offset_ns - s->median_ns,
					 o->slack_ns };
}

/* The gate it does not pass.  It may be from before our clock was slewed. */
static void set_gate(const struct cl_reputation_node *k,
		     const struct cl_reputation_obs *o, const struct scale *s,
		     struct figures *f)
{
	double floor = CL_GATE_SIGMAS * fmax(o->sigma_ns, s->sigma_ns);
	double noise = CL_REPUTATION_NOISES * o->noise_ns;
	double early = sqrt(2) * noise + CL_USUAL_KEEP * o->slack_ns;
	const struct cl_usual_sample u = usual_of(o, s);
	double off = u.raw_ns - k->usual.base_ns;
	double gate = cl_usual_gate(&k->usual, &u) + s->moved_ns;

	f->raw_ns = u.raw_ns;
	f->gate_ns = o->excess_ns / 2 + noise + floor + s->moved_ns;
	/* Two stamps of a node, whatever the path. */
	if (o->early_ns > early) {
		f->raw_ns = o->early_ns;
		f->gate_ns = early;
	} else if (o->trip_ns > 0 &&
		   fabs(off) * f->gate_ns > fabs(f->raw_ns) * gate) {
		f->raw_ns = off;
		f->gate_ns = gate;
	}
}

/* Of a node that is under suspicion nothing is learnt. */
static void learn(struct cl_reputation_node *k,
		  const struct cl_reputation_obs *o, const struct scale *s,
		  s64 since, const struct figures *f)
{
	const struct cl_usual_sample u = usual_of(o, s);

	if (o->trip_ns > 0 && f->clean && k->state == CL_REPUTATION_GOOD)
		cl_usual_learn(&k->usual, since, &u);
}

/* R1: the figures of an exchange pass their gate, or do not. */
static void strike(struct cl_reputation_node *k, s64 now, struct figures *f)
{
	double rounds = cl_gate_rounds(k->fresh, now, 1);
	double forget = cl_gate_rounds(k->fresh, now, FORGET_ROUNDS);
	double by = CL_REPUTATION_STRIKE;

	k->fresh = now;
	if (fabs(f->raw_ns) > f->gate_ns) {
		f->clean = false;
		if (fabs(f->raw_ns) > 2 * f->gate_ns)
			by = CL_REPUTATION_STRIKE_FAR;
		k->strikes += rounds * by;
		k->proofs += rounds;
	} else {
		k->strikes -= rounds * CL_REPUTATION_STRIKE_DECAY;
		k->proofs -= forget * CL_REPUTATION_PROOF_DECAY;
	}
	k->strikes = fmin(fmax(k->strikes, 0),
			  EVIDENCE_MOST * CL_REPUTATION_STRIKE_LIMIT);
	k->proofs = fmin(fmax(k->proofs, 0),
			 EVIDENCE_MOST * CL_REPUTATION_PROOF_LIMIT);
}

/* R1 with one exchange. */
static void judge_raw(struct cl_reputation_node *k,
		      const struct cl_reputation_obs *o, const struct scale *s,
		      s64 now, struct figures *f)
{
	s64 since = now - k->fresh;

	if (!o->fresh)
		return;
	set_gate(k, o, s, f);
	strike(k, now, f);
	learn(k, o, s, since, f);
}

/* R2 with the filtered offset. */
static void judge_filtered(struct cl_reputation_node *k,
			   const struct cl_reputation_obs *o,
			   const struct scale *s, s64 now, struct figures *f)
{
	double rounds =
		cl_gate_rounds(k->seen, now, CL_REPUTATION_CUSUM_ROUNDS);
	double unit = s->spread * fmax(o->sigma_ns, s->sigma_ns);
	double over;

	f->offset_ns = o->offset_ns - s->median_ns;
	f->slack_ns = CL_REPUTATION_CUSUM_SLACK * unit;
	over = fmin(fabs(f->offset_ns) / unit, CL_REPUTATION_CUSUM_CLIP) -
	       CL_REPUTATION_CUSUM_SLACK;
	if (over > 0)
		f->clean = false;
	k->cusum += rounds * over;
	k->cusum = fmin(fmax(k->cusum, 0), CL_REPUTATION_CUSUM_MOST);
	k->excess += rounds * (fmax(over, 0) - CL_REPUTATION_EXCESS_DECAY);
	k->excess = fmin(fmax(k->excess, 0),
			 EVIDENCE_MOST * CL_REPUTATION_EXCESS_LIMIT);
}

/* Weight 0 for a while; longer for who comes back soon. */
static void demote(struct cl_reputation *r, struct cl_reputation_node *k,
		   enum cl_reputation_rule rule, const struct figures *f,
		   s64 now)
{
	bool soon = k->hold_ns &&
		    now - k->demoted < CL_REPUTATION_HOLD_MEMORY * k->hold_ns;

	if (k->state == CL_REPUTATION_DEMOTED)
		return;
	k->hold_ns = soon ? 2 * k->hold_ns : CL_REPUTATION_HOLD_MIN_NS;
	if (k->hold_ns > CL_REPUTATION_HOLD_MAX_NS)
		k->hold_ns = CL_REPUTATION_HOLD_MAX_NS;
	k->demoted = now;
	enter(r, k, CL_REPUTATION_DEMOTED, rule, f, now);
}

/* A node that is neither accused nor isolated. */
static void conclude(struct cl_reputation *r, struct cl_reputation_node *k,
		     const struct figures *f, const struct scale *s, s64 now)
{
	/* With figures that prove it, not when a node more has come. */
	bool accusing = s->seen >= CL_REPUTATION_ACCUSE_NODES &&
			s->used >= CL_REPUTATION_JUDGE_NODES &&
			fabs(f->raw_ns) > f->gate_ns;
	enum cl_reputation_rule rule = worst_rule(k);
	double share = share_of(k, rule);

	if (k->strikes >= CL_REPUTATION_STRIKE_LIMIT)
		rule = CL_REPUTATION_STRIKES;
	else if (k->proofs >= CL_REPUTATION_PROOF_LIMIT)
		rule = CL_REPUTATION_PROOFS;
	else
		accusing = false;
	if (accusing) {
		enter(r, k, CL_REPUTATION_ACCUSED, rule, f, now);
	} else if (share >= 1) {
		demote(r, k, rule, f, now);
	} else if (k->state == CL_REPUTATION_DEMOTED) {
		if (share >= CL_REPUTATION_TRUST ||
		    now - k->demoted < k->hold_ns)
			return;
		k->demoted = now;
		enter(r, k, CL_REPUTATION_GOOD, CL_REPUTATION_CLEAN, f, now);
	} else if (share >= CL_REPUTATION_SUSPECT) {
		enter(r, k, CL_REPUTATION_SUSPICIOUS, rule, f, now);
	} else if (share < CL_REPUTATION_TRUST) {
		enter(r, k, CL_REPUTATION_GOOD, CL_REPUTATION_CLEAN, f, now);
	}
}

static void forget_evidence(struct cl_reputation_node *k)
{
	k->strikes = 0;
	k->proofs = 0;
	k->cusum = 0;
	k->excess = 0;
	k->clean_ns = 0;
	k->worst_ns = 0;
}

/*
 * Measured in the shadow.  An accusation that the others do not share ends by
 * itself, after the same time and as rarely.
 */
static void conclude_shadow(struct cl_reputation *r,
			    struct cl_reputation_node *k,
			    const struct figures *f, s64 now)
{
	bool due = k->clean_ns >= CL_REPUTATION_CLEAN_NS &&
		   (k->readmitted == S64_MIN ||
		    now - k->readmitted >= CL_REPUTATION_READMIT_NS);

	if (k->state == CL_REPUTATION_CLEARED && !f->clean) {
		enter(r, k, CL_REPUTATION_ISOLATED, worst_rule(k), f, now);
	} else if (k->state == CL_REPUTATION_ISOLATED && due) {
		enter(r, k, CL_REPUTATION_CLEARED, CL_REPUTATION_CLEAN, f, now);
	} else if (k->state == CL_REPUTATION_ACCUSED && due) {
		enter(r, k, CL_REPUTATION_GOOD, CL_REPUTATION_CLEAN, f, now);
		forget_evidence(k);
		k->readmitted = now;
	}
}

/* How long there has been nothing against it, and what came closest. */
static void note_clean(struct cl_reputation_node *k, const struct figures *f,
		       s64 since)
{
	if (!f->clean) {
		k->clean_ns = 0;
		k->worst_ns = 0;
		return;
	}
	if (since <= CL_REPUTATION_GAP_NS)
		k->clean_ns += since;
	if (fabs(f->offset_ns) < k->worst_ns)
		return;
	k->worst_ns = fabs(f->offset_ns);
	k->worst_limit_ns = f->slack_ns;
}

static void judge(struct cl_reputation *r, const struct cl_reputation_obs *o,
		  const struct scale *s, s64 now)
{
	struct cl_reputation_node *k = lookup(r, o->node);
	struct figures f = { .clean = true };
	s64 since = now - k->seen;

	if (s->seen < CL_REPUTATION_JUDGE_NODES) {
		k->seen = now;
		return;
	}
	judge_raw(k, o, s, now, &f);
	judge_filtered(k, o, s, now, &f);
	k->seen = now;
	note_clean(k, &f, since);
	if (k->state >= CL_REPUTATION_ACCUSED)
		conclude_shadow(r, k, &f, now);
	else
		conclude(r, k, &f, s, now);
}

/* Who is out of use has no weight, and who is doubted no say; @share of the evidence. */
static void doubt(struct cl_reputation_node *k, double share)
{
	if (!cl_reputation_in_use(k->state))
		k->weight = 0;
	if (share >= CL_REPUTATION_DOUBT)
		k->doubted = true;
	else if (share < CL_REPUTATION_TRUST)
		k->doubted = false;
}

/* No steps: as evidence grows, the weight goes down to 0 and with it the noise. */
static void weigh(struct cl_reputation_node *k,
		  const struct cl_reputation_obs *o, const struct scale *s)
{
	double settled = fmin(s->sigma_ns / o->sigma_ns, 1);
	double share = share_of(k, worst_rule(k));

	k->weight = settled * settled * (1 - fmin(share, 1));
	doubt(k, share);
}

/**
 * cl_reputation_round() - judge all nodes that are measured
 * @r: judge
 * @now: time, ns; not less than before, only differences count
 * @obs: all nodes whose filtered offset is good now, each once, without ourselves
 * @n: how many
 *
 * Return: 0; -EINVAL if a value is out of range or a node is there twice, -ENOSPC
 * if that makes more than CL_GATE_NODES nodes; then nothing has changed.
 */
int cl_reputation_round(struct cl_reputation *r, s64 now,
			const struct cl_reputation_obs *obs, unsigned int n)
{
	int err = check_obs(r, obs, n);
	struct scale s;
	unsigned int i;

	if (err)
		return err;
	for (i = 0; i < n; i++) {
		struct cl_reputation_node *k = lookup(r, obs[i].node);

		if (!k)
			k = add(r, obs[i].node, now);
		k->voter = obs[i].voter;
		if (obs[i].anew)
			cl_usual_init(&k->usual);
	}
	s = scale_of(r, obs, n);
	for (i = 0; i < n; i++) {
		judge(r, &obs[i], &s, now);
		weigh(lookup(r, obs[i].node), &obs[i], &s);
	}
	return 0;
}

/* What the raw clock of a node has done; the gate is infinite if too little is known. */
static struct figures jump_of(struct cl_reputation *r,
			      const struct cl_reputation_jump *j)
{
	const struct cl_reputation_node *k = lookup(r, j->node);
	const struct cl_usual_sample s = { .trip_ns = j->trip_ns,
					   .slack_ns = j->slack_ns };
	struct figures f = { .raw_ns = j->ahead_ns,
			     .gate_ns = INFINITY,
			     .clean = true };

	if (k && k->state < CL_REPUTATION_ACCUSED && isfinite(j->ahead_ns))
		f.gate_ns = cl_usual_gate(&k->usual, &s) +
			    CL_GATE_SIGMAS * j->sigma_ns;
	return f;
}

/**
 * cl_reputation_jumps() - judge nodes whose cluster time may be on its way
 * @r: judge
 * @now: time, ns; not less than before, only differences count
 * @jump: new exchanges, each with another node
 * @n: how many, at most CL_GATE_NODES
 *
 * By R1, and by their raw clocks: those go on as they did, whoever leads.  If most seem
 * to have jumped it was ours, and nobody is blamed.
 */
void cl_reputation_jumps(struct cl_reputation *r, s64 now,
			 const struct cl_reputation_jump *jump, unsigned int n)
{
	struct figures f[CL_GATE_NODES];
	struct scale s = { .seen = 1 };
	unsigned int i, jumped = 0;

	for (i = 0; i < n; i++) {
		f[i] = jump_of(r, &jump[i]);
		s.seen += isfinite(f[i].gate_ns);
		jumped += fabs(f[i].raw_ns) > f[i].gate_ns;
	}
	s.used = s.seen;
	if (2 * jumped >= s.seen)
		return;
	for (i = 0; i < n; i++) {
		struct cl_reputation_node *k = lookup(r, jump[i].node);

		if (!isfinite(f[i].gate_ns))
			continue;
		strike(k, now, &f[i]);
		conclude(r, k, &f[i], &s, now);
		doubt(k, share_of(k, worst_rule(k)));
	}
}

/**
 * cl_reputation_isolated() - the replicated state says who is isolated
 * @r: judge
 * @node: node id
 * @isolated: it is; false: it was readmitted
 * @when: when that was decided, ns, clock of cl_reputation_round()
 *
 * A node that was readmitted starts without evidence against it.
 *
 * Return: 0; -ENOSPC if CL_GATE_NODES other nodes are known.
 */
int cl_reputation_isolated(struct cl_reputation *r, u32 node, bool isolated,
			   s64 when)
{
	struct cl_reputation_node *k = lookup(r, node);

	if (!k && r->n == CL_GATE_NODES)
		return -ENOSPC;
	if (!k)
		k = add(r, node, when);
	if (isolated && k->state < CL_REPUTATION_ISOLATED) {
		k->clean_ns = 0;
		k->worst_ns = 0;
		k->weight = 0;
		enter(r, k, CL_REPUTATION_ISOLATED, CL_REPUTATION_DECISION,
		      NULL, when);
	} else if (!isolated && k->state >= CL_REPUTATION_ISOLATED) {
		forget_evidence(k);
		k->readmitted = when;
		k->weight = 1;
		enter(r, k, CL_REPUTATION_GOOD, CL_REPUTATION_DECISION, NULL,
		      when);
	}
	return 0;
}
