// SPDX-License-Identifier: GPL-2.0-or-later
#include "timescale.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"

/*
 * An estimator that has converged remembers for (error / wander)^(2/3), times 0.3
 * to 0.7; while it converges its error is larger and its memory shorter.
 */
#define SETTLED_PART 0.2

/*
 * An estimator that says to be wrong by so many times more than usual has met something
 * that is not noise; more than usual becomes usual so slowly.
 */
#define ASTRAY 4.0
#define USUAL_S 300.0

/* With fewer voters cluster time is the own oscillator's. */
#define VOTERS_MIN 2

static s64 now_of(const struct cl_timescale *t)
{
	return t->io->ops->now(t->io);
}

/* Nothing is known of any oscillator. */
static void forget(struct cl_timescale *t)
{
	const struct cl_ensemble_params p = {
		.node = t->inst.node,
		.wander_ppt = t->inst.wander_ppt,
	};
	u32 ids[CL_ENSEMBLE_VOTERS];
	bool isolated[CL_ENSEMBLE_VOTERS];
	unsigned int n = t->ensemble.n;

	for (unsigned int i = 0; i < n; i++) {
		ids[i] = t->ensemble.voter[i].node;
		isolated[i] = t->ensemble.voter[i].isolated;
	}
	cl_ensemble_init(&t->ensemble, &p);
	cl_ensemble_set_voters(&t->ensemble, ids, n);
	for (unsigned int i = 0; i < n; i++)
		cl_ensemble_isolate(&t->ensemble, ids[i], isolated[i]);
	t->known = false;
	t->begun = false;
}

/**
 * cl_timescale_init() - begin without an instance and without voters
 * @t: the time scale
 * @io: the world; must outlive @t
 * @judge: what is thought of the voters; must outlive @t
 */
void cl_timescale_init(struct cl_timescale *t, struct cl_io *io,
		       const struct cl_reputation *judge)
{
	memset(t, 0, sizeof(*t));
	t->io = io;
	t->judge = judge;
}

/**
 * cl_timescale_members() - the state has been changed, or the settings
 * @t: the time scale
 * @state: who votes and who is isolated
 * @inst: all settings; NULL: there is no instance (any more)
 *
 * A new raw generation, node id or wander makes the ensemble begin anew.
 */
void cl_timescale_members(struct cl_timescale *t, const struct cl_state *state,
			  const struct cl_nl_instance *inst)
{
	const struct cl_raft_conf *conf = &state->conf;
	const struct cl_nl_instance was = t->inst;

	t->present = inst;
	if (!inst) {
		t->begun = false;
		return;
	}
	t->inst = *inst;
	if (inst->node != was.node || inst->wander_ppt != was.wander_ppt)
		forget(t);
	/* What is told may be older than what was read when it began. */
	if (inst->gen != was.gen && inst->gen != t->gen)
		t->begun = false;
	cl_ensemble_set_voters(&t->ensemble, conf->voter, conf->voters);
	for (unsigned int i = 0; i < conf->voters; i++)
		cl_ensemble_isolate(&t->ensemble, conf->voter[i],
				    cl_state_isolated(state, conf->voter[i]));
	if (conf->voters < VOTERS_MIN)
		forget(t);
}

/**
 * cl_timescale_lead() - this node has become leader, or is none any more
 * @t: the time scale
 * @lead: it leads
 */
void cl_timescale_lead(struct cl_timescale *t, bool lead)
{
	if (lead == t->leading)
		return;
	t->leading = lead;
	t->begun = false;
	t->steps = 0;
	t->measured = 0;
	t->next = now_of(t);
	t->table = t->next;
}

/**
 * cl_timescale_deadline() - when to call cl_timescale_run()
 * @t: the time scale
 *
 * Return: instant in io time, CL_TIMESCALE_NEVER if only events matter.
 */
s64 cl_timescale_deadline(const struct cl_timescale *t)
{
	return t->leading && t->present && t->ensemble.n >= VOTERS_MIN ?
		       t->next :
		       CL_TIMESCALE_NEVER;
}

/* Log the first failure and its end, not every one between. */
static bool read_clock(struct cl_timescale *t, struct cl_nl_clock *ret)
{
	int err = t->io->engine->ops->get_clock(t->io->engine, ret);

	if (err && !t->failing)
		cl_io_log(t->io, CL_IO_ERR,
			  "cannot read the clock for the ensemble: %s",
			  t->io->engine->error);
	else if (!err && t->failing)
		cl_io_log(t->io, CL_IO_NOTICE,
			  "can read the clock for the ensemble again");
	t->failing = err;
	return !err;
}

/* Is what was learnt of the oscillators from another time? */
static bool stale(const struct cl_timescale *t, s64 time_ns)
{
	s64 age = cl_time_sub(cl_time(time_ns), cl_time(t->as_of_ns));

	return t->known &&
	       (age > CL_TIMESCALE_STALE_NS || age < -CL_TIMESCALE_STALE_NS);
}

/*
 * Go on from the line that the own clock is on, or is about to reach.  The
 * generation is read after the clock: if the raw clock was disturbed between
 * both, the next step sees it.
 */
static void begin(struct cl_timescale *t, const struct cl_nl_clock *c)
{
	const struct cl_map line = {
		.raw = cl_raw(c->raw_ns),
		.time = cl_time_add(cl_time(c->time_ns), c->slew_left_ns),
		.rate_q48 = cl_ppt_to_q48(c->rate_ppt),
	};
	struct cl_nl_instance inst = { 0 };
	unsigned int n = 0;

	if (t->io->engine->ops->get_instance(t->io->engine, &inst))
		return;
	if (stale(t, line.time.ns))
		forget(t);
	cl_ensemble_lead(&t->ensemble, inst.gen, line.raw, &line);
	t->gen = inst.gen;
	t->disruptions = c->disruptions;
	t->begun = true;
	for (unsigned int i = 0; i < t->ensemble.n; i++)
		n += t->ensemble.voter[i].known;
	cl_io_log(t->io, CL_IO_NOTICE,
		  "cluster time follows %u oscillators, %u of them are known",
		  t->ensemble.n, n);
}

/* Does the estimator of a voter say to be wrong by much more than it was? */
static bool is_astray(struct cl_timescale_session *s,
		      const struct cl_nl_peer *p)
{
	const double part = CL_TIMESCALE_STEP_NS / (USUAL_S * CL_NS_PER_SEC);
	double error = (double)cl_add_sat(p->error_ns, p->doubt_ns);
	bool astray = error > ASTRAY * s->error_ns;

	if (error < s->error_ns)
		s->error_ns = error;
	else
		s->error_ns += (error - s->error_ns) * part;
	return astray;
}

static bool has_converged(const struct cl_nl_peer *p)
{
	/* ns over 1e-12 is 1000 s; ns over 1e-12 per sqrt(s) is 1000 s^1.5. */
	double memory =
		1e3 * (double)p->error_ns / fmax((double)p->freq_error_ppt, 1);
	double persist = 1e3 * (double)p->error_ns / fmax(p->wander_ppt, 1);

	return memory >= SETTLED_PART * cbrt(persist * persist);
}

/*
 * Look at the estimator of a voter.  Once it has converged it has, until it starts anew.
 * A lie pulls cluster time from its first second on: to believe none must not wait for a
 * decision, which takes the proofs of several, if there will ever be enough.  Nor must
 * a path that has changed, or stamps that pretend that it has.
 *
 * Return: false: it has not converged.
 */
static bool look(struct cl_timescale *t, struct cl_timescale_session *s,
		 const struct cl_nl_peer *p)
{
	bool astray;

	if (!p->ready) {
		s->node = 0;
		return false;
	}
	if (s->node != p->node || s->gen != p->gen || s->starts != p->starts)
		*s = (struct cl_timescale_session){
			.node = p->node,
			.gen = p->gen,
			.starts = p->starts,
			.error_ns = INFINITY,
		};
	astray = is_astray(s, p);
	s->settled |= !astray && has_converged(p);
	cl_ensemble_doubt(&t->ensemble, p->node,
			  astray || cl_reputation_doubts(t->judge, p->node));
	return s->settled;
}

/* The raw clocks of the other voters when the own one shows @now. */
static unsigned int observe(struct cl_timescale *t, struct cl_raw now,
			    struct cl_ensemble_obs *obs)
{
	struct cl_engine *e = t->io->engine;
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->ensemble.n; i++) {
		u32 node = t->ensemble.voter[i].node;
		struct cl_nl_peer p = { 0 };
		s64 offset;

		if (node == t->inst.node)
			continue;
		/* Who is no peer, or not yet, is not measured. */
		if (e->ops->get_peer(e, node, &p) ||
		    !look(t, &t->session[i], &p))
			continue;
		offset = p.offset_ns +
			 cl_scale(cl_raw_sub(now, cl_raw(p.raw_ns)),
				  cl_ppt_to_q48(p.freq_ppt));
		/* The offset is ours minus its, and its frequency is ours. */
		obs[n++] = (struct cl_ensemble_obs){
			.node = node,
			.gen = p.gen,
			.raw_ns = cl_raw_sub(now, cl_raw(offset)),
			.err_ns = cl_add_sat(p.error_ns, p.doubt_ns),
			.freq_ppt = -p.freq_ppt,
		};
	}
	return n;
}

static bool step(struct cl_timescale *t, struct cl_map *ret)
{
	struct cl_ensemble_obs obs[CL_ENSEMBLE_VOTERS];
	struct cl_nl_clock c = { 0 };
	unsigned int n;

	if (!read_clock(t, &c))
		return false;
	/* A clock without a time gets one by the rounds. */
	if (!cl_nl_state_usable(c.state)) {
		t->begun = false;
		return false;
	}
	if (!t->begun || c.disruptions != t->disruptions) {
		begin(t, &c);
		return false;
	}
	n = observe(t, cl_raw(c.raw_ns), obs);
	if (cl_ensemble_step(&t->ensemble, cl_raw(c.raw_ns), obs, n, ret))
		return false;
	t->known = true;
	t->as_of_ns = ret->time.ns;
	t->measured = n;
	t->steps++;
	return true;
}

/**
 * cl_timescale_run() - do what is due
 * @t: the time scale
 * @ret: gets the line that the own clock is to follow from now on
 *
 * To be called at the deadline; later or earlier does no harm.  The first run
 * begins at the line that the own clock is on, so it gives none.
 *
 * Return: @ret is set.
 */
bool cl_timescale_run(struct cl_timescale *t, struct cl_map *ret)
{
	s64 now = now_of(t);

	if (cl_timescale_deadline(t) > now)
		return false;
	/* Steps that were slept through are not made up for. */
	t->next += CL_TIMESCALE_STEP_NS;
	if (t->next <= now)
		t->next = now + CL_TIMESCALE_STEP_NS;
	return step(t, ret);
}

/**
 * cl_timescale_table() - what the other voters are to be told
 * @t: the time scale; cl_timescale_run() has been called just now
 * @buf: room for CL_ENSEMBLE_TABLE_MAX bytes
 *
 * Return: length; 0: nothing is due.
 */
size_t cl_timescale_table(struct cl_timescale *t, u8 *buf)
{
	struct cl_ensemble_table table;
	s64 now = now_of(t);

	if (!t->leading || !t->begun || !t->steps || now < t->table ||
	    cl_ensemble_get_table(&t->ensemble, &table))
		return 0;
	t->table = now + CL_TIMESCALE_TABLE_NS;
	return cl_ensemble_table_encode(&table, buf);
}

/**
 * cl_timescale_hear() - a table has come
 * @t: the time scale of a voter
 * @data: bytes of the frame; of the leader
 * @len: how many
 *
 * Return: 0; -EBUSY: this node leads; -EPROTONOSUPPORT, -EBADMSG: it is no such
 * table.  Then nothing has changed.
 */
int cl_timescale_hear(struct cl_timescale *t, const u8 *data, size_t len)
{
	struct cl_ensemble_table table;
	int err;

	if (t->leading)
		return -EBUSY;
	err = cl_ensemble_table_decode(data, len, &table);
	if (err)
		return err;
	cl_ensemble_put_table(&t->ensemble, &table);
	t->known = true;
	t->as_of_ns = table.time_ns;
	return 0;
}

/**
 * cl_timescale_worse() - should another voter lead?
 * @t: the time scale
 * @ret_node: gets the voter with the steadiest oscillator
 *
 * Return: as cl_ensemble_worse().
 */
bool cl_timescale_worse(const struct cl_timescale *t, u32 *ret_node)
{
	return t->leading && t->begun &&
	       cl_ensemble_worse(&t->ensemble, ret_node);
}
