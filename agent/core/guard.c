// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "guard_look.h"
#include "kmod/core/bound.h"
#include "kmod/core/fixed.h"
#include "round.h"

/* What lines may run apart, as the engine takes it, 1e-12. */
#define CL_GUARD_APART_PPT 1e9

/**
 * cl_guard_word() - a length of time in words
 * @buf: room for them
 * @ns: the time
 *
 * Return: @buf.
 */
const char *cl_guard_word(char buf[CL_GUARD_WORD], double ns)
{
	if (fabs(ns) < 10000)
		snprintf(buf, CL_GUARD_WORD, "%.0f ns", ns);
	else
		snprintf(buf, CL_GUARD_WORD, "%.1f us", ns / 1000);
	return buf;
}

/**
 * cl_guard_slack() - what an estimate may be wrong by that is not noise
 * @l: what there is to see
 * @p: whose estimate
 *
 * Return: asymmetry as the bounds assume it, and what is in doubt now, ns.
 */
double cl_guard_slack(const struct cl_guard_look *l, const struct cl_nl_peer *p)
{
	u32 budget = p->asymmetry_ns ? p->asymmetry_ns : l->inst->asymmetry_ns;

	return (double)cl_bound_asymmetry(budget, p->min_rtt_ns) +
	       fabs((double)p->learnt_asymmetry_ns) + (double)p->doubt_ns;
}

/**
 * cl_guard_init() - begin
 * @g: guard
 * @io: the world; must outlive @g
 */
void cl_guard_init(struct cl_guard *g, struct cl_io *io)
{
	memset(g, 0, sizeof(*g));
	g->io = io;
	cl_check_init(&g->check);
	cl_pace_init(&g->pace);
}

/* Nothing that was measured by another raw clock can be compared. */
static void begin_anew(struct cl_guard *g, u32 gen)
{
	g->gen = gen;
	g->n_known = 0;
	g->n_drawn = 0;
	g->draw = 0;
	g->pace_at = 0;
	g->floor_ns = 0;
	g->own.known = false;
	cl_pace_init(&g->pace);
}

/*
 * If we have held over, so have others, whoever they are; those that obey again
 * already have not slewed away yet what they were wrong by.
 */
static void note_pause(struct cl_guard *g)
{
	for (unsigned int i = 0; i < g->n_known; i++) {
		if (g->known[i].good)
			g->known[i].lost = g->when;
		g->known[i].good = false;
	}
}

/* What has changed since the last update? */
static void note_changes(struct cl_guard_look *l)
{
	u64 expiry = CL_ROUND_EXPIRY_INTERVALS * l->u->interval_ns;
	struct cl_guard *g = l->g;

	l->fresh_ns =
		CL_GUARD_FRESH_TURNS * l->u->interval_ns * l->inst->probe_every;
	if (l->fresh_ns < CL_GUARD_FRESH_NS)
		l->fresh_ns = CL_GUARD_FRESH_NS;
	if (!g->asked || g->gen != l->inst->gen)
		begin_anew(g, l->inst->gen);
	else if (l->now - g->when > cl_max_s64(CL_GUARD_GAP_NS, (s64)expiry))
		note_pause(g);
	/* What a liar has made of the pace is not held against the next leader. */
	if (g->leader != l->u->sender)
		cl_pace_init(&g->pace);
	if (!g->asked || g->term != l->u->term) {
		g->logged = false;
		g->relented = false;
		g->doubted = false;
	}
	g->asked = true;
	g->leader = l->u->sender;
	g->term = l->u->term;
}

/* Who lies may have said anything, so this must not overflow. */
static s64 change(s64 rate_ppt, s64 ns)
{
	double d = (double)rate_ppt * (double)ns / CL_PPT;

	return (s64)fmin(fmax(d, -1e18), 1e18);
}

/* Cluster time by the update at an instant of the leader's session, minus ours. */
static s64 correction_of(const struct cl_guard_look *l)
{
	const struct cl_nl_update *u = l->u;
	const struct cl_nl_clock *c = &l->clock;
	s64 at = cl_sub_wrap(l->leader.raw_ns, l->leader.offset_ns);
	s64 theirs = cl_sub_wrap(at, u->raw_ns);
	s64 ours = cl_sub_wrap(l->leader.raw_ns, c->raw_ns);
	s64 diff = cl_sub_wrap(u->time_ns, c->time_ns);

	diff = cl_sub_wrap(diff, cl_sub_wrap(ours, theirs));
	diff = cl_sub_wrap(diff, -change(u->rate_ppt, theirs));
	diff = cl_sub_wrap(diff, change(c->rate_ppt, ours));
	return cl_sub_wrap(diff, c->slew_left_ns);
}

/* What the engine says of clock and leader; false, and why, if that is too little. */
static bool look(struct cl_guard_look *l, struct cl_guard_answer *a)
{
	struct cl_engine *e = l->g->io->engine;

	if (e->ops->get_clock(e, &l->clock)) {
		snprintf(a->why, sizeof(a->why),
			 "the clock cannot be read: %.100s", e->error);
		return false;
	}
	if (e->ops->get_peer(e, l->u->sender, &l->leader)) {
		snprintf(a->why, sizeof(a->why), "it is no peer: %.100s",
			 e->error);
		return false;
	}
	if (!l->leader.ready || l->leader.gen != l->u->gen) {
		snprintf(a->why, sizeof(a->why), "it is not measured yet");
		return false;
	}
	l->correction_ns = correction_of(l);
	return true;
}

static double seconds(u64 ns)
{
	return (double)ns / CL_NS_PER_SEC;
}

/*
 * Is the own clock no better than its bound says?  Another leader goes on by its own
 * clock, which may be beside that of the last one by as much as both bounds say.  An
 * order to hold over that was given because of this leader does not count, and who can
 * ask nobody else has to believe itself.
 */
static bool is_vague(const struct cl_guard_look *l)
{
	const struct cl_guard_own *own = &l->g->own;

	return l->n && (!own->known || own->term != l->u->term);
}

/*
 * Standard deviation of the own clock if it goes on alone.  It grows when nobody is
 * followed, and what the slew limit keeps back of the last correction is not in the
 * clock yet.
 */
static double own_sigma(const struct cl_guard_look *l)
{
	const struct cl_guard_own *own = &l->g->own;
	double t = seconds(l->clock.steer_age_ns);
	double sigma = (double)l->leader.error_ns;
	double freq = (double)l->leader.freq_error_ppt / 1000;
	double wander = (double)l->leader.wander_ppt / 1000;
	double lag = 0;

	if (own->known) {
		sigma = fmax(sigma, own->sigma_ns);
		freq = own->freq_ppb;
		wander = own->wander_ppb;
	}
	if (!own->known || own->limited != l->clock.limited)
		lag = fabs((double)l->clock.error_ns);
	sigma = sqrt(sigma * sigma + freq * t * freq * t +
		     wander * wander * t * t * t / 3) +
		lag / CL_GATE_SIGMAS;
	if (is_vague(l) && l->clock.bound_ns > l->clock.widened_ns)
		sigma = fmax(sigma,
			     (double)(l->clock.bound_ns - l->clock.widened_ns) /
				     CL_GUARD_SPAN);
	return sigma;
}

/**
 * struct noise - of leader and peers
 * @sigma_ns: standard deviation of the leader's estimate
 * @slack_ns: what it may be wrong by besides
 */
struct noise {
	double sigma_ns;
	double slack_ns;
};

/*
 * The leader's estimate is in all that is compared.  So it must not open the gate by
 * being bad on purpose: its noise counts for no more than CL_GATE_COARSE usual ones,
 * what is in doubt, as a lie looks like a path that has changed, for no more than one.
 */
static struct noise noise_of_leader(const struct cl_guard_look *l)
{
	double sigma[CL_CHECK_PEERS], slack[CL_CHECK_PEERS];
	struct noise n = { (double)l->leader.error_ns,
			   cl_guard_slack(l, &l->leader) };

	for (unsigned int i = 0; i < l->n; i++) {
		sigma[i] = (double)l->peers[i].error_ns;
		slack[i] = cl_guard_slack(l, &l->peers[i]);
	}
	if (!l->n)
		return n;
	n.sigma_ns =
		fmin(n.sigma_ns, CL_GATE_COARSE * cl_gate_median(sigma, l->n));
	n.slack_ns = fmin(n.slack_ns, cl_gate_median(slack, l->n));
	return n;
}

/*
 * A peer's clock minus what the leader wants: noise of three measurements, and their
 * asymmetries, which a gate has to bear as a whole.  Since the line was told the
 * peer may have learnt better.
 */
static double sigma_of(const struct cl_guard_look *l,
		       const struct cl_nl_peer *p, const struct noise *n)
{
	double t = seconds(p->ahead_age_ns);
	double age = (double)p->freq_error_ppt / 1000 * t;
	double wander = (double)p->wander_ppt / 1000;

	return sqrt((double)p->error_ns * (double)p->error_ns + age * age +
		    wander * wander * t * t * t / 3 +
		    2 * n->sigma_ns * n->sigma_ns) +
	       (cl_guard_slack(l, p) + 2 * n->slack_ns) / CL_GUARD_SPAN;
}

/* B0, which does not fall as fast as estimates become better. */
static double floor_of(struct cl_guard_look *l, const double *sigma,
		       unsigned int n)
{
	double floor = cl_gate_floor(sigma, n);
	double age = (double)(l->now - l->g->when) / CL_GUARD_HOLD_NS;

	if (l->g->floor_ns > 0)
		floor = fmax(floor, l->g->floor_ns * exp(-age));
	l->g->floor_ns = floor;
	return floor;
}

static void say_disagree(const struct cl_guard_look *l,
			 const struct cl_check_answer *c,
			 struct cl_guard_answer *a)
{
	char by[CL_GUARD_WORD], gate[CL_GUARD_WORD];

	snprintf(a->why, sizeof(a->why),
		 "it is off by %s, %u of %u clocks agree within %s%s",
		 cl_guard_word(by, (double)l->correction_ns), c->agree,
		 c->sources, cl_guard_word(gate, c->gate_ns),
		 c->own_against ? ", the own one does not" : "");
}

static void say_pace(const struct cl_pace_answer *p, struct cl_guard_answer *a)
{
	snprintf(a->why, sizeof(a->why),
		 "its pace is off by %.1f ppb by %u of %u oscillators",
		 p->change_ppb, p->against, p->sources);
}

/* Wander of one oscillator as most have learnt it. */
static double usual_wander(const struct cl_guard_look *l)
{
	double wander[CL_CHECK_PEERS + 1];
	unsigned int n = 0;

	wander[n++] = (double)l->leader.wander_ppt / 1000;
	for (unsigned int i = 0; i < l->n; i++)
		wander[n++] = (double)l->peers[i].wander_ppt / 1000;
	return cl_gate_median(wander, n);
}

/*
 * Those that contradicted the leader hold over soon, and then tell their time no
 * more.  That is no reason to believe it: the own clock still contradicts.
 */
static bool is_stubborn(const struct cl_guard_look *l,
			const struct cl_check_answer *c)
{
	return c->unverified && c->own_against && l->g->doubted;
}

/*
 * If the leader is right, our clock is off by what was found, by what that was measured
 * wrong, and by what both lines run apart until the next word.
 */
static void widen(const struct cl_guard_look *l, double ns,
		  struct cl_guard_answer *a)
{
	const struct cl_nl_peer *p = &l->leader;
	double rate = cl_guard_rate(l) * CL_PPT - (double)l->clock.rate_ppt;

	ns += cl_guard_slack(l, p) + CL_BOUND_SIGMAS * (double)p->error_ns +
	      (double)l->u->bound_ns;
	rate = fabs(rate) + CL_BOUND_SIGMAS * (double)p->freq_error_ppt +
	       (double)l->u->drift_ppt;
	a->verdict = CL_GUARD_HOLD;
	a->widen_ns = (u64)ceil(fmin(ns, 1e18));
	a->widen_ppt = (u64)ceil(fmin(rate, CL_GUARD_APART_PPT));
}

static void conclude(struct cl_guard_look *l, const struct cl_check_answer *c,
		     const struct cl_pace_answer *p, struct cl_guard_answer *a)
{
	a->unverified = c->unverified;
	if (is_stubborn(l, c)) {
		a->verdict = CL_GUARD_REFUSE;
		a->no_confidence = l->g->last.no_confidence ||
				   ++l->g->alone >= CL_CHECK_REFUSALS;
		say_disagree(l, c, a);
		return;
	}
	l->g->alone = 0;
	if (c->verdict == CL_CHECK_ACCEPT)
		return;
	a->verdict = CL_GUARD_REFUSE;
	a->no_confidence = c->verdict == CL_CHECK_NO_CONFIDENCE;
	if (c->reason == CL_CHECK_PACE)
		say_pace(p, a);
	else
		say_disagree(l, c, a);
	if (c->widen_ns > 0)
		widen(l, c->widen_ns, a);
}

/* R4 and R5. */
static void compare(struct cl_guard_look *l, struct cl_guard_answer *a)
{
	struct cl_check_source source[CL_CHECK_PEERS];
	double sigma[CL_CHECK_PEERS + 1];
	struct cl_check_answer answer;
	struct cl_pace_answer pace;
	struct noise noise;
	struct cl_check_ask ask = {
		.now = l->now,
		.term = l->u->term,
		.correction_ns = (double)l->correction_ns,
		.locked = true,
		.peers = source,
	};

	cl_guard_draw(l);
	cl_guard_gather(l);
	cl_guard_paces(l);
	ask.own_sigma_ns = own_sigma(l);
	noise = noise_of_leader(l);
	sigma[0] = noise.sigma_ns + noise.slack_ns / CL_GUARD_SPAN;
	for (ask.n = 0; ask.n < l->n; ask.n++) {
		const struct cl_nl_peer *p = &l->peers[ask.n];
		s64 ahead;

		ahead = cl_sub_wrap(p->ahead_ns, l->clock.slew_left_ns);
		source[ask.n].offset_ns = (double)ahead;
		source[ask.n].sigma_ns = sigma_of(l, p, &noise);
		sigma[ask.n + 1] = source[ask.n].sigma_ns;
	}
	ask.floor_ns = floor_of(l, sigma, l->n + 1);
	cl_pace_judge(&l->g->pace, l->now, usual_wander(l), &pace);
	ask.too_fast = pace.too_fast;
	if (cl_check_update(&l->g->check, &ask, &answer)) {
		a->verdict = CL_GUARD_REFUSE;
		snprintf(a->why, sizeof(a->why), "a value is out of range");
		return;
	}
	conclude(l, &answer, &pace, a);
	l->g->doubted = a->verdict != CL_GUARD_OBEY;
}

/* The own clock goes on from here. */
static void note_own(struct cl_guard_look *l)
{
	struct cl_guard_own *own = &l->g->own;
	double keep = exp(-(double)(l->now - l->g->when) / CL_GUARD_HOLD_NS);
	double sigma = (double)l->leader.error_ns;

	own->sigma_ns = own->known ? fmax(sigma, keep * own->sigma_ns) : sigma;
	own->freq_ppb = (double)l->leader.freq_error_ppt / 1000;
	own->wander_ppb = (double)l->leader.wander_ppt / 1000;
	own->limited = l->clock.limited;
	own->term = l->u->term;
	own->known = true;
}

static void judge(struct cl_guard_look *l, u32 clock_state,
		  struct cl_guard_answer *a)
{
	a->verdict = CL_GUARD_REFUSE;
	if (cl_state_isolated(l->g->state, l->u->sender)) {
		a->no_confidence = true;
		snprintf(a->why, sizeof(a->why), "it is isolated");
		return;
	}
	if (!look(l, a))
		return;
	a->verdict = CL_GUARD_OBEY;
	if (!cl_nl_state_usable(clock_state) ||
	    !cl_nl_state_usable(l->clock.state)) {
		cl_guard_join(l, a);
		return;
	}
	if (l->g->joining)
		l->g->logged = false;
	l->g->joining = false;
	compare(l, a);
	if (a->verdict == CL_GUARD_OBEY)
		note_own(l);
}

/*
 * The first refusal of a term, and its end.  That a leader is not measured yet is no
 * refusal: it is so after each start.
 */
static void log_answer(const struct cl_guard_look *l,
		       const struct cl_guard_answer *a)
{
	bool usable = cl_nl_state_usable(l->clock.state);
	struct cl_guard *g = l->g;

	if (a->verdict != CL_GUARD_OBEY && !g->logged && l->leader.ready) {
		cl_io_event(g->io, g->joining ? CL_IO_NOTICE : CL_IO_WARNING,
			    CL_EVENT_UPDATE_REFUSED,
			    CL_VALUES(cl_int("PEER", l->u->sender),
				      cl_int("TERM", l->u->term),
				      cl_text("REASON", a->why),
				      cl_int_if("BOUND_NS", usable,
						l->clock.bound_ns)),
			    "update of node %u, term %u, not obeyed: %s",
			    l->u->sender, l->u->term, a->why);
		g->logged = true;
	} else if (a->verdict == CL_GUARD_OBEY && g->logged && !g->relented) {
		cl_io_log(g->io, CL_IO_NOTICE,
			  "node %u is obeyed, term %u, after %llu refusals",
			  l->u->sender, l->u->term,
			  (unsigned long long)g->refused);
		g->relented = true;
	}
}

/**
 * cl_guard_update() - obey an update?
 * @g: guard
 * @state: what was agreed upon, as of now
 * @inst: settings of the engine
 * @clock_state: state of the clock as was told last, enum clocklink_state
 * @u: the update, of the leader and with all that belongs to it
 * @ret: answer
 *
 * Calls the engine: its clock, the leader, the peers that are compared.
 */
void cl_guard_update(struct cl_guard *g, const struct cl_state *state,
		     const struct cl_nl_instance *inst, u32 clock_state,
		     const struct cl_nl_update *u, struct cl_guard_answer *ret)
{
	struct cl_guard_look l = {
		.g = g,
		.inst = inst,
		.u = u,
		.now = g->io->ops->now(g->io),
	};
	struct cl_guard_answer a = { .verdict = CL_GUARD_OBEY };

	g->state = state;
	note_changes(&l);
	judge(&l, clock_state, &a);
	if (a.verdict != CL_GUARD_OBEY)
		g->refused++;
	log_answer(&l, &a);
	g->when = l.now;
	g->last = a;
	*ret = a;
}
