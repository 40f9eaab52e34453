// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reference is the median of all clocks, ours as one of them: if ours is wrong,
 * nobody is blamed for it.  Whoever has no good clock by its own word is not judged,
 * nor is one that has just got it.
 */
#include "judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kmod/core/bound.h"
#include "kmod/core/fixed.h"

static s64 now_of(const struct cl_judge *j)
{
	return j->io->ops->now(j->io);
}

static bool has_time(u32 state)
{
	return state == CLOCKLINK_STATE_SYNCED ||
	       state == CLOCKLINK_STATE_UNVERIFIED;
}

static struct cl_judge_node *find(struct cl_judge *j, u32 node)
{
	for (unsigned int i = 0; i < j->n; i++) {
		if (j->node[i].node == node)
			return &j->node[i];
	}
	return NULL;
}

static enum cl_io_prio prio_of(const struct cl_reputation_event *e)
{
	if (e->to == CL_REPUTATION_ACCUSED || e->to == CL_REPUTATION_ISOLATED)
		return CL_IO_WARNING;
	if (cl_reputation_in_use(e->from) && cl_reputation_in_use(e->to))
		return CL_IO_INFO;
	return CL_IO_NOTICE;
}

/* The figures of a rule; nothing for a decision. */
static void describe(const struct cl_reputation_event *e, char *buf,
		     size_t size)
{
	*buf = '\0';
	if (e->rule == CL_REPUTATION_CLEAN)
		snprintf(buf, size, ": %.0f s", e->evidence);
	else if (e->rule != CL_REPUTATION_DECISION)
		snprintf(buf, size,
			 ": %.0f ns off, limit %.0f ns, evidence %.1f of %.1f",
			 e->offset_ns, e->limit_ns, e->evidence,
			 e->evidence_limit);
}

/* That all have decided to isolate it is told by the agent. */
static void log_event(struct cl_judge *j, const struct cl_reputation_event *e)
{
	const char *to = cl_reputation_state_name(e->to);
	const char *rule = cl_reputation_rule_name(e->rule);
	bool accused = e->to == CL_REPUTATION_ACCUSED;
	char figures[160];

	describe(e, figures, sizeof(figures));
	cl_io_event(j->io, prio_of(e),
		    accused ? CL_EVENT_NODE_ACCUSED : CL_EVENT_NODE_JUDGED,
		    CL_VALUES(cl_int("PEER", e->node),
			      cl_text("REPUTATION", to), cl_text("RULE", rule),
			      cl_int("OFFSET_NS", e->offset_ns),
			      cl_int("LIMIT_NS", e->limit_ns)),
		    "judge: node %u: %s -> %s by %s%s", e->node,
		    cl_reputation_state_name(e->from), to, rule, figures);
}

static void note(void *ctx, const struct cl_reputation_event *e)
{
	struct cl_judge *j = ctx;
	struct cl_judge_node *m = find(j, e->node);

	j->event[j->events++ % CL_JUDGE_EVENTS] = *e;
	log_event(j, e);
	if (e->to == CL_REPUTATION_ACCUSED || e->to == CL_REPUTATION_CLEARED)
		j->changed = true;
	if (m && e->to == CL_REPUTATION_ACCUSED)
		m->round = j->round;
}

/**
 * cl_judge_init() - nobody is judged yet
 * @j: the judge
 * @io: the world; must outlive @j
 */
void cl_judge_init(struct cl_judge *j, struct cl_io *io)
{
	memset(j, 0, sizeof(*j));
	j->io = io;
	j->next = CL_JUDGE_NEVER;
	j->repeat = CL_JUDGE_NEVER;
	cl_reputation_init(&j->reputation, note, j);
}

/* Add members in the order of their ids: those that vote, or all others. */
static void add(struct cl_judge *j, const struct cl_state *state, bool voters)
{
	const struct cl_member *m = cl_roster_next(state->roster, 0);

	for (; m && j->n < CL_GATE_NODES;
	     m = cl_roster_next(state->roster, m->id)) {
		bool votes = cl_state_role(state, m->id) == CL_MEMBER_VOTER;

		if (m->id != j->self && votes == voters)
			j->node[j->n++] = (struct cl_judge_node){
				.node = m->id,
				.voter = voters,
			};
	}
}

/* Who is judged now; what is known of those that stay is kept. */
static void gather(struct cl_judge *j, const struct cl_state *state)
{
	struct cl_reputation *r = &j->reputation;
	struct cl_judge_node before[CL_GATE_NODES];
	unsigned int n = j->n;

	memcpy(before, j->node, n * sizeof(*before));
	j->n = 0;
	add(j, state, true);
	add(j, state, false);
	for (unsigned int i = 0; i < n; i++) {
		struct cl_judge_node *m = find(j, before[i].node);

		if (m) {
			before[i].voter = m->voter;
			*m = before[i];
		}
	}
	for (unsigned int i = r->n; i-- > 0;) {
		if (!find(j, r->node[i].node))
			cl_reputation_forget(r, r->node[i].node);
	}
}

/* What was decided; of whom nothing is known there is nothing to take back. */
static void decide(struct cl_judge *j, const struct cl_state *state)
{
	struct cl_reputation *r = &j->reputation;
	s64 now = now_of(j);

	for (unsigned int i = 0; i < j->n; i++) {
		u32 node = j->node[i].node;
		bool isolated = cl_state_isolated(state, node);

		/* There is room: nobody is known but those in J. */
		if (isolated || cl_reputation_find(r, node))
			cl_reputation_isolated(r, node, isolated, now);
	}
}

static void drop(struct cl_judge_node *m)
{
	m->exchange[false].fresh = false;
	m->exchange[true].fresh = false;
}

/* What it has shown says nothing of what it will show. */
static void forget(struct cl_judge_node *m)
{
	drop(m);
	m->anew = true;
	m->warm.known = false;
	m->next.known = false;
	m->watched = false;
}

/* What is known of the clocks is not worth anything, ours or theirs may move. */
static void excuse_all(struct cl_judge *j, s64 now)
{
	for (unsigned int i = 0; i < j->n; i++) {
		struct cl_judge_node *m = &j->node[i];

		m->settled = cl_max_s64(m->settled, now + CL_JUDGE_EXCUSE_NS);
		forget(m);
	}
}

/*
 * Another one leads, and all clocks may move.  Who was judged until now is, by its raw
 * clock: that does not.
 */
static void watch_all(struct cl_judge *j, s64 now)
{
	for (unsigned int i = 0; i < j->n; i++) {
		struct cl_judge_node *m = &j->node[i];

		m->watched = m->warm.known && (m->watched || now >= m->settled);
		m->settled = cl_max_s64(m->settled, now + CL_JUDGE_EXCUSE_NS);
		m->anew = true;
		m->next.known = false;
	}
}

static void begin(struct cl_judge *j)
{
	s64 now = now_of(j);

	excuse_all(j, now);
	j->waiting = false;
	j->next = now;
	j->repeat = now;
}

/**
 * cl_judge_members() - the state, the settings or the own clock may have changed
 * @j: the judge
 * @state: what was agreed upon
 * @inst: settings; NULL: there is no instance
 * @clock_state: enum clocklink_state of the own clock
 *
 * Costs nothing if they have not.
 */
void cl_judge_members(struct cl_judge *j, const struct cl_state *state,
		      const struct cl_nl_instance *inst, u32 clock_state)
{
	bool before = j->judging;

	if (inst && (!j->known || j->cluster != state->cluster ||
		     j->epoch != state->epoch || j->self != inst->node)) {
		j->known = true;
		j->cluster = state->cluster;
		j->epoch = state->epoch;
		j->self = inst->node;
		gather(j, state);
		decide(j, state);
	}
	j->judging = inst && has_time(clock_state) &&
		     cl_state_role(state, inst->node) == CL_MEMBER_VOTER;
	if (j->judging && !before)
		begin(j);
}

/**
 * cl_judge_sample() - an exchange is complete
 * @j: the judge
 * @s: the exchange
 *
 * Of several in one round the last one of either side counts.
 */
void cl_judge_sample(struct cl_judge *j, const struct cl_nl_sample *s)
{
	struct cl_judge_node *m = find(j, s->peer);
	s64 theirs = cl_sub_wrap(s->in_tx_ns, s->out_rx_ns);
	s64 ours = cl_sub_wrap(s->in_rx_ns, s->out_tx_ns);
	bool asked;

	if (!m || !j->judging || !cl_nl_has(s, SAMPLE_AHEAD) ||
	    !cl_nl_has(s, SAMPLE_EXCESS))
		return;
	asked = ours > cl_sub_wrap(0, theirs);
	m->exchange[asked] = (struct cl_judge_exchange){
		.fresh = true,
		.ahead_ns = s->ahead_ns,
		.excess_ns = s->excess_ns,
		.trip_ns = cl_sub_wrap(ours, theirs),
		.early_ns = asked ? cl_sub_wrap(0, theirs) : -1,
		.stamps = { cl_sub_wrap(s->out_tx_ns, -(ours / 2)),
			    cl_sub_wrap(s->out_rx_ns, -(theirs / 2)) },
	};
	if (j->waiting)
		return;
	j->waiting = true;
	j->next = cl_max_s64(j->next, now_of(j) + CL_JUDGE_GATHER_NS);
}

/**
 * cl_judge_deadline() - when to call cl_judge_run()
 * @j: the judge
 *
 * Return: io time, CL_JUDGE_NEVER if only events matter.
 */
s64 cl_judge_deadline(const struct cl_judge *j)
{
	if (!j->judging)
		return CL_JUDGE_NEVER;
	return j->waiting ? cl_min_s64(j->next, j->repeat) : j->repeat;
}

/* It was restarted, or had no clock; by @ahead_ns it may have to slew yet. */
static void excuse(struct cl_judge_node *m, s64 ahead_ns, s64 now)
{
	double slew = fabs((double)ahead_ns) * 1e6 / CL_JUDGE_SLEW_PPM;
	s64 span = CL_JUDGE_EXCUSE_NS + (s64)fmin(slew, CL_JUDGE_SLEW_MAX_NS);

	forget(m);
	if (now < m->again)
		return;
	m->settled = cl_max_s64(m->settled, now + span);
	m->again = now + span * CL_JUDGE_EXCUSE_TIMES;
}

/* Has it a good clock by its own word, and is that measured? */
static bool is_usable(const struct cl_nl_peer *p,
		      const struct cl_nl_instance *inst)
{
	const u64 need = CL_NL_BIT(PEER_STATE) | CL_NL_BIT(PEER_GEN) |
			 CL_NL_BIT(PEER_AHEAD) | CL_NL_BIT(PEER_AHEAD_AGE) |
			 CL_NL_BIT(PEER_ERROR) | CL_NL_BIT(PEER_FREQ_ERROR) |
			 CL_NL_BIT(PEER_MIN_RTT) | CL_NL_BIT(PEER_NOISE);
	u64 interval = inst->interval_ns;

	if (interval < inst->interval_max_ns)
		interval = inst->interval_max_ns;
	if (interval < CL_NS_PER_SEC)
		interval = CL_NS_PER_SEC;
	return (p->have & need) == need && has_time(p->state) &&
	       p->ahead_age_ns <= CL_JUDGE_INTERVALS * interval;
}

/* Asymmetry that a path may have. */
static double slack_of(const struct cl_nl_peer *p,
		       const struct cl_nl_instance *inst)
{
	u32 budget = p->asymmetry_ns ? p->asymmetry_ns : inst->asymmetry_ns;

	return (double)cl_bound_asymmetry(budget, p->min_rtt_ns);
}

/*
 * Standard deviation of what a node is ahead: the estimate and what the clock that it
 * has told can have done since.  The asymmetry that paths may have counts for half:
 * the rules bear four deviations, and there are two paths, between us and from the
 * node to its leader.
 */
static double sigma_of(const struct cl_nl_peer *p,
		       const struct cl_nl_instance *inst)
{
	double asymmetry = slack_of(p, inst);
	double age_s = (double)p->ahead_age_ns / CL_NS_PER_SEC;
	double drift = p->freq_error_ppt / 1e3 * age_s;
	double walk = p->wander_ppt / 1e3 * pow(age_s, 1.5) / sqrt(3);
	double e = p->error_ns;

	return sqrt(e * e + drift * drift + walk * walk +
		    asymmetry * asymmetry / 4);
}

/* How far from our clock, whatever the queues have done. */
static double reach(const struct cl_judge_exchange *x)
{
	double half = (double)x->excess_ns / 2;

	return fmax(fabs((double)x->ahead_ns) - half, (double)x->early_ns);
}

/* Of the exchanges of a round, the one that says most; none of them may be fresh. */
static const struct cl_judge_exchange *pick(const struct cl_judge_node *m)
{
	const struct cl_judge_exchange *asked = &m->exchange[true];
	const struct cl_judge_exchange *given = &m->exchange[false];

	if (!given->fresh || (asked->fresh && reach(asked) > reach(given)))
		return asked;
	return given;
}

/* Look at a node; false if it has no good clock, or that is not measured. */
static bool look(struct cl_judge *j, struct cl_judge_node *m,
		 const struct cl_nl_instance *inst, s64 now,
		 struct cl_nl_peer *ret)
{
	struct cl_engine *e = j->io->engine;
	bool before = m->usable;

	memset(ret, 0, sizeof(*ret));
	m->usable = !e->ops->get_peer(e, m->node, ret) && is_usable(ret, inst);
	if (m->usable && (!before || ret->gen != m->gen))
		excuse(m, ret->ahead_ns, now);
	m->gen = ret->gen;
	return m->usable;
}

/* What a node's clock is now. */
static struct cl_reputation_obs observe(struct cl_judge_node *m,
					const struct cl_nl_peer *p,
					const struct cl_nl_instance *inst)
{
	const struct cl_judge_exchange *x = pick(m);
	/* Half of the excess counts, but all of the doubt. */
	const struct cl_reputation_obs o = {
		.node = m->node,
		.voter = m->voter,
		.anew = m->anew,
		.fresh = x->fresh,
		.raw_ns = x->ahead_ns,
		.excess_ns = (double)x->excess_ns + 2.0 * p->doubt_ns,
		.noise_ns = p->noise_ns,
		.offset_ns = p->ahead_ns,
		.sigma_ns = sigma_of(p, inst),
		.trip_ns = (double)x->trip_ns,
		.early_ns = (double)x->early_ns,
		.slack_ns = slack_of(p, inst),
	};

	m->anew = false;
	m->watched = false;
	return o;
}

/* Its stamps, beside where its raw clock should be; false if that is not known. */
static bool compare(const struct cl_judge_node *m,
		    const struct cl_judge_exchange *x,
		    const struct cl_nl_peer *p,
		    const struct cl_nl_instance *inst,
		    struct cl_reputation_jump *ret)
{
	s64 at = x->stamps.ours_ns;

	if (!x->fresh || x->trip_ns <= 0 ||
	    cl_warm_age(&m->warm, at) > CL_JUDGE_WARM_NS)
		return false;
	*ret = (struct cl_reputation_jump){
		.node = m->node,
		.ahead_ns = cl_warm_ahead(&m->warm, &x->stamps),
		.sigma_ns = cl_warm_sigma(&m->warm, at),
		.trip_ns = (double)x->trip_ns,
		.slack_ns = slack_of(p, inst),
	};
	return true;
}

/* The same of the exchange that says most. */
static bool watch(const struct cl_judge_node *m, const struct cl_nl_peer *p,
		  const struct cl_nl_instance *inst,
		  struct cl_reputation_jump *ret)
{
	struct cl_reputation_jump other;
	bool given, asked;

	if (!m->watched)
		return false;
	given = compare(m, &m->exchange[false], p, inst, ret);
	asked = compare(m, &m->exchange[true], p, inst, &other);
	if (asked && (!given || fabs(other.ahead_ns) - other.trip_ns / 2 >
					fabs(ret->ahead_ns) - ret->trip_ns / 2))
		*ret = other;
	return given || asked;
}

/**
 * struct sitting - what there is to judge in a round
 * @obs: clocks
 * @n: how many
 * @jump: raw clocks of nodes that are excused
 * @jumps: how many
 * @raw: raw clocks of the nodes in @obs
 */
struct sitting {
	struct cl_reputation_obs obs[CL_GATE_NODES];
	unsigned int n;
	struct cl_reputation_jump jump[CL_GATE_NODES];
	unsigned int jumps;
	struct cl_warm raw[CL_GATE_NODES];
};

static void hear(struct cl_judge *j, const struct cl_nl_instance *inst, s64 now,
		 struct sitting *s)
{
	struct cl_nl_peer p;

	s->n = 0;
	s->jumps = 0;
	for (unsigned int i = 0; i < j->n; i++) {
		struct cl_judge_node *m = &j->node[i];

		if (!look(j, m, inst, now, &p))
			continue;
		if (now < m->settled) {
			s->jumps += watch(m, &p, inst, &s->jump[s->jumps]);
			continue;
		}
		cl_warm_note(&s->raw[s->n], &p);
		s->obs[s->n++] = observe(m, &p, inst);
	}
}

/*
 * Those against whom nothing speaks are known by their raw clocks.  What an estimate has
 * taken in of a lie is seen by the next exchange.
 */
static void remember(struct cl_judge *j, const struct sitting *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		const struct cl_reputation_obs *o = &s->obs[i];
		const struct cl_reputation_node *k =
			cl_reputation_find(&j->reputation, o->node);
		struct cl_judge_node *m = find(j, o->node);

		if (!o->fresh)
			continue;
		if (k->state != CL_REPUTATION_GOOD || !k->clean_ns) {
			m->next.known = false;
			continue;
		}
		if (m->next.known)
			m->warm = m->next;
		m->next = s->raw[i];
	}
}

static void judge_all(struct cl_judge *j, const struct cl_nl_instance *inst,
		      s64 now)
{
	struct cl_engine *e = j->io->engine;
	struct cl_nl_instance live;
	struct sitting s;

	/* Term and round go on without a change of the settings. */
	if (!e->ops->get_instance(e, &live)) {
		if (j->term != live.term)
			watch_all(j, now);
		j->term = live.term;
		j->round = live.round;
		hear(j, inst, now, &s);
		if (cl_reputation_round(&j->reputation, now, s.obs, s.n))
			cl_io_log(j->io, CL_IO_ERR,
				  "judge: measurements out of range");
		else
			remember(j, &s);
		cl_reputation_jumps(&j->reputation, now, s.jump, s.jumps);
	}
	for (unsigned int i = 0; i < j->n; i++)
		drop(&j->node[i]);
}

static s64 period_of(const struct cl_nl_instance *inst)
{
	s64 interval = cl_max_s64(inst->interval_ns, CL_GATE_ROUND_NS);

	return cl_min_s64(interval, CL_JUDGE_PERIOD_MAX_NS);
}

/**
 * cl_judge_run() - do what is due
 * @j: the judge
 * @inst: settings
 *
 * Return: true if the leader is to be told: somebody was accused or cleared, or it is
 * time to say it again.
 */
bool cl_judge_run(struct cl_judge *j, const struct cl_nl_instance *inst)
{
	s64 now = now_of(j);
	bool tell;

	if (!j->judging)
		return false;
	if (j->waiting && now >= j->next) {
		j->waiting = false;
		j->next = now + period_of(inst);
		judge_all(j, inst, now);
	}
	tell = j->changed || now >= j->repeat;
	j->changed = false;
	if (tell)
		j->repeat = now + CL_JUDGE_REPEAT_NS;
	return tell;
}

/**
 * cl_judge_repeat() - another one leads, and has not heard what the last one was told
 * @j: the judge
 */
void cl_judge_repeat(struct cl_judge *j)
{
	j->repeat = now_of(j);
}

/* Into the range of a number on the wire; a liar can say anything. */
static s64 whole(double ns)
{
	return (s64)fmin(fmax(ns, -4e18), 4e18);
}

static void accuse(struct cl_judge *j, const struct cl_reputation_node *k,
		   struct cl_testimony *ret)
{
	const struct cl_reputation_event *e = &k->why;
	double size = fmin(ceil(fabs(e->offset_ns)), 4e18);
	const struct cl_judge_node *m = find(j, k->node);

	*ret = (struct cl_testimony){
		.type = CL_TESTIMONY_ACCUSE,
		.node = k->node,
		.accusation = {
			.accuser = j->self,
			.rule = e->rule,
			/* away from 0, so that it stays beyond the limit */
			.offset_ns = whole(copysign(size, e->offset_ns)),
			.limit_ns = whole(floor(e->limit_ns)),
			.round = m ? m->round : 0,
		},
	};
}

/* False: it cannot be said yet. */
static bool report(const struct cl_judge *j, const struct cl_reputation_node *k,
		   const struct cl_standing *st, s64 time_ns,
		   struct cl_testimony *ret)
{
	s64 worst = whole(k->worst_ns);
	s64 since = cl_max_s64(time_ns - k->clean_ns, st->isolated_ns);

	*ret = (struct cl_testimony){
		.type = CL_TESTIMONY_REPORT,
		.node = k->node,
		.report = {
			.voter = j->self,
			.since_ns = since,
			.until_ns = time_ns,
			.worst_ns = worst,
			.limit_ns = cl_max_s64(whole(k->worst_limit_ns), worst),
		},
	};
	return time_ns - since >= CL_READMIT_CLEAN_NS;
}

/**
 * cl_judge_testimony() - what the leader is to be told
 * @j: the judge
 * @state: what was agreed upon
 * @time_ns: cluster time now
 * @ret: gets it
 * @max: that fit into @ret; CL_GATE_NODES are always enough
 *
 * Return: how many.
 */
unsigned int cl_judge_testimony(struct cl_judge *j,
				const struct cl_state *state, s64 time_ns,
				struct cl_testimony *ret, unsigned int max)
{
	const struct cl_reputation *r = &j->reputation;
	unsigned int n = 0, open = 0;

	for (unsigned int i = 0; j->judging && i < r->n && n < max; i++) {
		const struct cl_reputation_node *k = &r->node[i];
		const struct cl_standing *st =
			cl_roster_standing(state->roster, k->node);
		bool isolated = st && st->isolation.n;

		if (k->state == CL_REPUTATION_ACCUSED && st && !isolated) {
			accuse(j, k, &ret[n++]);
			open++;
		} else if (k->state == CL_REPUTATION_CLEARED && isolated) {
			n += report(j, k, st, time_ns, &ret[n]);
			open++;
		}
	}
	if (!open)
		j->repeat = CL_JUDGE_NEVER;
	return n;
}
