// SPDX-License-Identifier: GPL-2.0
#include "steering.h"

#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/ktime.h>

#include "core/discipline.h"
#include "core/fixed.h"
#include "edges.h"
#include "instance.h"
#include "trace.h"

/*
 * Maintenance twice a second: the bound published is good for
 * CL_BOUND_HORIZON_NS (4 s), and readers are promised a new one every second.
 */
#define CL_STEERING_TICK_NS (500 * CL_NS_PER_MS)

/*
 * How late the worker may be.  The bound of who leads has to grow from the instant
 * on at which its order expires, so it begins to by so much earlier.
 */
#define CL_STEERING_LATE_NS (2 * (NSEC_PER_SEC / HZ))

/* Time in which maintenance removes what an order left. */
#define CL_STEERING_SETTLE_NS (1 * CL_NS_PER_SEC)

static struct cl_instance *to_inst(struct kthread_work *work)
{
	return container_of(work, struct cl_instance, steering.work.work);
}

static bool order_is_own(const struct cl_instance *inst,
			 const struct cl_order *o)
{
	return o->parent == inst->settings.node;
}

/* Ask the parent's estimator, if it has an answer for the order. */
static int steering_measure(struct cl_instance *inst, struct cl_raw now)
{
	struct cl_steering *s = &inst->steering;
	struct cl_peer *peer;
	int err = -ENOENT;

	rcu_read_lock();
	peer = cl_peers_find(&inst->peers, s->order.parent);
	if (peer) {
		spin_lock_bh(&peer->lock);
		if (!peer->session.gen_known ||
		    peer->session.gen != s->order.gen)
			err = -EAGAIN;
		else
			err = cl_peer_estimate(peer, now, &s->estimate);
		if (!err)
			s->asymmetry_ns = peer->settings.asymmetry_ns;
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
	return err;
}

/* Does the order go on with the leader of the one before? */
static bool steering_goes_on(const struct cl_steering *s)
{
	return s->locked && s->basis.parent == s->order.parent &&
	       s->basis.gen == s->order.gen;
}

/* The target by the leader, and by the peers that measure it as well. */
static void steering_join(struct cl_instance *inst, struct cl_raw now)
{
	struct cl_steering *s = &inst->steering;
	struct cl_joint_edge edge;
	struct cl_joint joint;
	unsigned int n;

	n = cl_edges_gather(inst, &s->order,
			    steering_goes_on(s) ? &s->leader : NULL, now,
			    s->gaps);
	cl_joint_edge(&s->order.map, &s->estimate, &edge);
	cl_joint_solve(&edge, s->gaps, n, &joint);
	s->leader = edge.line;
	s->target = joint.line;
	s->edges = joint.used;
	s->edges_dropped = joint.dropped;
	s->beside_ns = joint.shift_ns;
}

/* What the temperature does is seen in the frequency against one parent. */
static void steering_learn(struct cl_steering *s)
{
	if (!steering_goes_on(s))
		cl_thermal_rebase(&s->thermal);
	cl_thermal_learn(&s->thermal, &s->estimate);
	cl_thermal_begin(&s->thermal, &s->hold);
}

/* A line from now on, by another rate. */
static void steering_bend(struct cl_map *line, struct cl_raw now, s64 rate_q48)
{
	line->time = cl_map_at(line, now);
	line->raw = now;
	line->rate_q48 += rate_q48;
}

/* In holdover: go on by the rate that the temperature of now makes. */
static void steering_warm(struct cl_steering *s, struct cl_raw now)
{
	s64 rate_q48 = cl_thermal_go_on(&s->thermal, &s->hold);

	if (!rate_q48)
		return;
	steering_bend(&s->leader, now, rate_q48);
	steering_bend(&s->target, now, rate_q48);
}

/* Make the pending order the basis of the clock, if that is possible now. */
static bool steering_adopt(struct cl_instance *inst, struct cl_raw now,
			   struct cl_change *c)
{
	struct cl_steering *s = &inst->steering;
	const struct cl_order *o = &s->order;

	if (!s->pending || s->asleep)
		return false;
	if (cl_raw_sub(now, o->until) >= 0) {
		s->pending = false;
		return false;
	}
	if (order_is_own(inst, o)) {
		s->leader = o->map;
		s->target = o->map;
		s->hold.known = false;
		s->edges = 0;
		s->edges_dropped = 0;
		s->beside_ns = 0;
	} else {
		if (steering_measure(inst, now))
			return false;
		steering_join(inst, now);
		steering_learn(s);
	}
	c->steer.step = !s->used || o->force;
	s->basis = *o;
	s->widened_ns = 0;
	s->widened_ppt = 0;
	s->pending = false;
	s->locked = true;
	s->disrupted = false;
	s->steered = now;
	s->reach = cl_raw_add(now, o->interval_ns);
	return true;
}

/* What orders to hold over have added to the bounds until now. */
static u64 steering_widened(const struct cl_steering *s, struct cl_raw now)
{
	return cl_bound_grow(s->widened_ns, s->widened_ppt,
			     cl_raw_sub(now, s->widened_at));
}

/*
 * Bounds of the target at @now.  Of a follower they are those of the leader's edge:
 * peers may lie.  The target may be beside it, by no more than
 * CL_JOINT_CLIP_SIGMAS.  Those of who leads grow when its order has expired: another
 * one may lead then.
 */
static void steering_bound(struct cl_instance *inst, struct cl_raw now,
			   struct cl_change *c)
{
	struct cl_steering *s = &inst->steering;
	const struct cl_order *o = &s->basis;
	struct cl_estimate e;
	struct cl_raw theirs;
	u64 parent_ns = 0;
	u64 widened;
	s64 age;

	c->at = now;
	if (!s->locked) {
		c->bound.bound_ns = U64_MAX;
		c->bound.hard_ns = U64_MAX;
	} else if (order_is_own(inst, o)) {
		age = cl_raw_sub(now, o->until) + CL_STEERING_LATE_NS;
		age = max(age, 0LL);
		c->bound.bound_ns = cl_bound_grow(o->bound.bound_ns,
						  o->bound.drift_ppt, age);
		c->bound.hard_ns = cl_bound_grow(o->bound.hard_ns,
						 o->bound.drift_ppt, age);
		c->bound.drift_ppt = age ? o->bound.drift_ppt : 0;
	} else {
		cl_estimate_at(&s->estimate, now, &e);
		theirs = cl_raw_add(now, -e.theta_ns);
		age = cl_raw_sub(theirs, o->map.raw);
		cl_bound_of(&e, s->asymmetry_ns ?: inst->settings.asymmetry_ns,
			    &o->bound, age, &c->bound);
		parent_ns = cl_bound_grow(o->bound.bound_ns, o->bound.drift_ppt,
					  age);
		cl_bound_beside(&c->bound, &s->leader, &s->target, now);
		cl_bound_drift(&c->bound, CL_BOUND_SIGMAS * s->hold.err_ppt,
			       cl_raw_sub(now, s->steered));
		s->y_err_ppt = cl_discipline_hold(s->y_err_ppt, e.y_err_ppt,
						  cl_raw_sub(now, s->held_at));
		s->held_at = now;
		c->steer.y_err_ppt = s->y_err_ppt;
	}
	/* Of the measurement alone: where the leader's line is, right or not. */
	c->steer.bound_ns = c->bound.bound_ns - parent_ns;
	widened = steering_widened(s, now);
	c->bound.bound_ns = cl_add_sat(c->bound.bound_ns, widened);
	c->bound.hard_ns = cl_add_sat(c->bound.hard_ns, widened);
	c->bound.drift_ppt = cl_add_sat(c->bound.drift_ppt, s->widened_ppt);
}

static u32 steering_state(const struct cl_steering *s, struct cl_raw now)
{
	if (!s->locked) {
		if (s->pending)
			return CLOCKLINK_STATE_JOINING;
		return s->disrupted ? CLOCKLINK_STATE_VOID :
				      CLOCKLINK_STATE_UNSYNCED;
	}
	if (cl_raw_sub(now, s->basis.until) >= 0)
		return CLOCKLINK_STATE_HOLDOVER;
	return s->basis.unverified ? CLOCKLINK_STATE_UNVERIFIED :
				     CLOCKLINK_STATE_SYNCED;
}

static void steering_note(struct cl_instance *inst, const struct cl_change *c)
{
	struct cl_steering *s = &inst->steering;

	s->error_ns = c->steer.error_ns;
	if (c->done == CL_STEER_STEPPED)
		s->steps++;
	else
		s->slews++;
	if (c->done == CL_STEER_LIMITED)
		s->limited++;
	trace_clocklink_steer(inst, c);
}

static void steering_fill_info(struct cl_instance *inst,
			       struct cl_steering_info *ret)
{
	const struct cl_steering *s = &inst->steering;
	const struct cl_published *p = &ret->published;

	cl_output_read(&inst->output, &ret->published);
	ret->raw = ktime_get_raw_ns();
	ret->at = cl_testosc_raw(&inst->osc, ret->raw);
	ret->time = cl_clock_at(&p->view, cl_raw(ret->raw));
	ret->slew_left_ns = cl_clock_slew_left(&p->view, cl_raw(ret->raw));
	cl_published_bound(p, ret->at, &ret->bound);
	ret->parent = s->locked ? s->basis.parent : CL_NODE_NONE;
	ret->steer_age_ns = s->locked ? cl_raw_sub(ret->at, s->steered) : 0;
	ret->error_ns = s->error_ns;
	ret->steps = s->steps;
	ret->slews = s->slews;
	ret->limited = s->limited;
	ret->edges = s->edges;
	ret->edges_dropped = s->edges_dropped;
	ret->beside_ns = s->beside_ns;
	ret->thermal = s->thermal;
	ret->widened_ns = s->locked ? steering_widened(s, ret->at) : 0;
}

static void steering_announce(struct cl_instance *inst, u32 state)
{
	struct cl_steering *s = &inst->steering;
	struct cl_steering_info info;

	if (state == s->state)
		return;
	trace_clocklink_state(inst, s->state, state);
	s->state = state;
	steering_fill_info(inst, &info);
	inst->events->state(inst, &info);
}

/* When the worker is to come again, in jiffies. */
static unsigned long steering_delay(const struct cl_instance *inst,
				    struct cl_raw now)
{
	const struct cl_steering *s = &inst->steering;
	s64 ns = CL_STEERING_TICK_NS;
	s64 left = cl_raw_sub(s->basis.until, now);

	if (order_is_own(inst, &s->basis) && left > CL_STEERING_LATE_NS)
		left -= CL_STEERING_LATE_NS;
	if (s->locked && left > 0)
		ns = min(ns, left);
	if (s->pending)
		ns = min(ns, cl_raw_sub(s->order.until, now));
	return ns > 0 ? nsecs_to_jiffies(ns) + 1 : 1;
}

/*
 * One step: carry out the order if there is a new one, else go on with the
 * target; publish.  @step: set the clock to the target even if it is locked.
 */
static void steering_run(struct cl_instance *inst, bool step)
{
	struct cl_steering *s = &inst->steering;
	struct cl_raw now = cl_output_raw(&inst->output);
	struct cl_change c = {
		.target = &s->target,
		.steer.step = step,
		.max_bound_ns = inst->settings.max_bound_ns,
		.gen = s->gen,
		.disruptions = s->disruptions,
	};
	bool adopted;

	lockdep_assert_held(&s->lock);
	adopted = steering_adopt(inst, now, &c);
	if (s->locked && cl_raw_sub(now, s->basis.until) >= 0)
		steering_warm(s, now);
	if (adopted)
		c.steer.interval_ns = s->basis.interval_ns;
	else
		c.steer.interval_ns =
			max(cl_raw_sub(s->reach, now), CL_STEERING_SETTLE_NS);
	if (s->locked) {
		c.tai_offset = s->basis.tai_offset;
		c.leap = s->basis.leap;
		c.hops = order_is_own(inst, &s->basis) ? 0 : s->basis.hops + 1;
	}
	steering_bound(inst, now, &c);
	c.state = steering_state(s, now);
	cl_output_step(&inst->output, &c);
	s->used |= cl_published_usable(&inst->output.now);
	if (adopted)
		steering_note(inst, &c);
	steering_announce(inst, c.state);
	kthread_mod_delayed_work(s->worker, &s->work,
				 steering_delay(inst, now));
}

/* Stamps of before and after this are not to be mixed, here and by peers. */
static void steering_new_gen(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;
	u32 old = s->gen;

	lockdep_assert_held(&s->lock);
	do {
		s->gen = get_random_u32();
	} while (s->gen == old);
	trace_clocklink_gen(inst);
}

/* The raw clock was disturbed: nothing measured by it is worth anything. */
static void steering_disturb(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;

	lockdep_assert_held(&s->lock);
	s->disruptions++;
	steering_new_gen(inst);
	s->locked = false;
	s->used = false;
	s->pending = false;
	s->disrupted = true;
	steering_run(inst, false);
	cl_peers_restart(&inst->peers);
}

static void steering_work(struct kthread_work *work)
{
	struct cl_instance *inst = to_inst(work);
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	if (cl_stamp_source_changed(&inst->stamp))
		steering_disturb(inst);
	else
		steering_run(inst, false);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_open() - start the worker and publish an unsynchronized clock
 * @inst: instance whose output, peers and stamps are initialised
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int cl_steering_open(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;
	struct cl_published p;

	s->worker = kthread_create_worker(0, "clocklink/%u", inst->page->id);
	if (IS_ERR(s->worker))
		return PTR_ERR(s->worker);
	mutex_init(&s->lock);
	kthread_init_delayed_work(&s->work, steering_work);
	s->gen = get_random_u32();
	s->state = CLOCKLINK_STATE_UNSYNCED;
	cl_thermal_init(&s->thermal);
	cl_output_read(&inst->output, &p);
	s->target = p.clock.map;
	cl_steering_refresh(inst);
	return 0;
}

/**
 * cl_steering_close() - stop the worker
 * @inst: instance that nobody can reach any more
 *
 * Context: process.
 */
void cl_steering_close(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;

	kthread_cancel_delayed_work_sync(&s->work);
	kthread_destroy_worker(s->worker);
	mutex_destroy(&s->lock);
}

/* Is there something to follow, and does the order fit it? */
static int steering_check_parent(struct cl_instance *inst,
				 const struct cl_order *o,
				 struct netlink_ext_ack *extack)
{
	struct cl_steering *s = &inst->steering;
	bool known = false, gen_known = true;
	struct cl_peer *peer = NULL;
	struct cl_known *k;
	u32 gen = s->gen;

	rcu_read_lock();
	k = cl_peers_known(&inst->peers, o->parent);
	if (k) {
		known = true;
		gen_known = false;
		peer = cl_known_peer(k);
	}
	if (peer) {
		spin_lock_bh(&peer->lock);
		gen_known = peer->session.gen_known;
		gen = peer->session.gen;
		spin_unlock_bh(&peer->lock);
	}
	rcu_read_unlock();
	if (!known && !order_is_own(inst, o)) {
		NL_SET_ERR_MSG(extack, "parent is not a peer");
		return -ENOENT;
	}
	if (gen_known && gen != o->gen) {
		NL_SET_ERR_MSG(extack,
			       "raw generation is not that of the parent now");
		return -ESTALE;
	}
	if (o->keep && (!order_is_own(inst, o) || !s->locked)) {
		NL_SET_ERR_MSG(extack, "no line to keep, and none given");
		return -EINVAL;
	}
	return 0;
}

static int steering_check(struct cl_instance *inst, const struct cl_order *o,
			  struct netlink_ext_ack *extack)
{
	struct cl_steering *s = &inst->steering;

	if (o->term < s->term) {
		NL_SET_ERR_MSG(extack, "term is older than the one obeyed");
		return -ESTALE;
	}
	if (!o->hold)
		return steering_check_parent(inst, o, extack);
	if (!s->locked) {
		NL_SET_ERR_MSG(extack, "nothing to hold");
		return -EINVAL;
	}
	return 0;
}

/* The clock goes on by itself from now on. */
static void steering_hold(struct cl_instance *inst,
			  const struct cl_bound *wider)
{
	struct cl_steering *s = &inst->steering;
	struct cl_raw now = cl_output_raw(&inst->output);

	lockdep_assert_held(&s->lock);
	s->pending = false;
	if (cl_raw_sub(now, s->basis.until) < 0)
		s->basis.until = now;
	s->widened_ns = max(steering_widened(s, now), wider->bound_ns);
	s->widened_ppt = wider->drift_ppt;
	s->widened_at = now;
}

static void steering_follow(struct cl_instance *inst, const struct cl_order *o)
{
	struct cl_steering *s = &inst->steering;

	lockdep_assert_held(&s->lock);
	s->order = *o;
	if (o->keep)
		s->order.map = s->target;
	s->order.until = cl_raw_add(cl_output_raw(&inst->output), o->expiry_ns);
	s->pending = true;
	s->epoch = o->epoch;
}

/**
 * cl_steering_order() - follow a parent, lead, or hold over
 * @inst: instance
 * @o: order, ranges checked; @o->until is ignored
 * @extack: what is wrong with it
 *
 * The worker carries it out at once, or as soon as the parent has been
 * measured; it is dropped when that does not happen before its expiry, or when
 * the next one comes.
 *
 * Context: process, lock of the namespace held.
 * Return: 0, -ESTALE for an old term or generation, -ENOENT for an unknown
 * parent, -EINVAL if there is no line to keep or nothing to hold; then nothing has
 * changed.
 */
int cl_steering_order(struct cl_instance *inst, const struct cl_order *o,
		      struct netlink_ext_ack *extack)
{
	struct cl_steering *s = &inst->steering;
	int err;

	mutex_lock(&s->lock);
	err = steering_check(inst, o, extack);
	if (err) {
		cl_stats_inc(inst->stats, CL_STAT_STEER_REFUSED);
		goto out;
	}
	if (o->hold)
		steering_hold(inst, &o->bound);
	else
		steering_follow(inst, o);
	if (o->term != s->term || o->round != s->round)
		cl_stats_inc(inst->stats, CL_STAT_ROUNDS);
	WRITE_ONCE(s->term, o->term); /* pairs with engine_header() */
	WRITE_ONCE(s->round, o->round); /* pairs with engine_header() */
	cl_stats_inc(inst->stats, CL_STAT_STEERS);
	kthread_mod_delayed_work(s->worker, &s->work, 0);
out:
	trace_clocklink_order(inst, o, err);
	mutex_unlock(&s->lock);
	return err;
}

/**
 * cl_steering_lead() - note the term and round of a round that we drive
 * @inst: instance
 * @term: our term
 * @round: round
 * @extack: what is wrong
 *
 * Context: process, lock of the namespace held.
 * Return: 0, -ESTALE for an old term.
 */
int cl_steering_lead(struct cl_instance *inst, u32 term, u32 round,
		     struct netlink_ext_ack *extack)
{
	struct cl_steering *s = &inst->steering;
	int err = 0;

	mutex_lock(&s->lock);
	if (term < s->term) {
		NL_SET_ERR_MSG(extack, "term is older than the one obeyed");
		err = -ESTALE;
	} else {
		WRITE_ONCE(s->term, term); /* pairs with engine_header() */
		WRITE_ONCE(s->round, round); /* pairs with engine_header() */
	}
	mutex_unlock(&s->lock);
	return err;
}

/**
 * cl_steering_set_free() - change a clock that nobody steers
 * @inst: instance
 * @what: what to change
 * @v: to what, by what
 *
 * Context: process.
 * Return: 0, -EBUSY if the instance has a leader or has been steered.
 */
int cl_steering_set_free(struct cl_instance *inst, enum cl_free what, s64 v)
{
	struct cl_steering *s = &inst->steering;
	struct cl_published p;
	struct cl_raw now;
	int err = -EBUSY;

	mutex_lock(&s->lock);
	if (inst->settings.leader || s->locked || s->pending)
		goto out;
	now = cl_output_raw(&inst->output);
	cl_output_read(&inst->output, &p);
	s->target.raw = now;
	s->target.time = cl_clock_at(&p.clock, now);
	switch (what) {
	case CL_FREE_SET:
		s->target.time = cl_time(v);
		break;
	case CL_FREE_ADD:
		s->target.time = cl_time_add(s->target.time, v);
		break;
	case CL_FREE_RATE:
		s->target.rate_q48 = v;
		break;
	}
	steering_run(inst, true);
	err = 0;
out:
	mutex_unlock(&s->lock);
	return err;
}

/**
 * cl_steering_refresh() - publish the clock anew
 * @inst: instance
 *
 * Context: process.
 */
void cl_steering_refresh(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	steering_run(inst, false);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_disturb() - the raw clock was disturbed
 * @inst: instance
 *
 * The clock becomes void with a new raw generation.
 *
 * Context: process.
 */
void cl_steering_disturb(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	steering_disturb(inst);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_sleep() - the machine goes to sleep, or has woken up
 * @inst: instance
 * @asleep: it goes to sleep
 *
 * CLOCK_MONOTONIC_RAW stands still while it sleeps.  Either time the clock
 * becomes void with a new raw generation; it is not locked again in between,
 * because user space runs before it is told that the machine has woken up.
 *
 * Context: process.
 */
void cl_steering_sleep(struct cl_instance *inst, bool asleep)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	s->asleep = asleep;
	steering_disturb(inst);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_restamp() - stamps are made otherwise from now on
 * @inst: instance
 *
 * What was measured by the old ones is forgotten, and peers are made to do the
 * same by a new raw generation.  The clock goes on.
 *
 * Context: process, lock of the namespace held.
 */
void cl_steering_restamp(struct cl_instance *inst)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	steering_new_gen(inst);
	steering_run(inst, false);
	cl_peers_restart(&inst->peers);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_temperature() - a sensor near the oscillator was read
 * @inst: instance
 * @mk: reading, 1e-3 degrees Celsius
 *
 * Context: process.
 */
void cl_steering_temperature(struct cl_instance *inst, s32 mk)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	cl_thermal_read(&s->thermal, mk);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_peer_gone() - a peer is no peer any more
 * @inst: instance
 * @node: node id of the peer
 *
 * If it was the parent, holdover begins.
 *
 * Context: process, lock of the namespace held.
 */
void cl_steering_peer_gone(struct cl_instance *inst, u32 node)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	if (s->pending && s->order.parent == node)
		s->pending = false;
	if (s->locked && s->basis.parent == node)
		s->basis.until = cl_output_raw(&inst->output);
	steering_run(inst, false);
	mutex_unlock(&s->lock);
}

/**
 * cl_steering_get_info() - the clock now
 * @inst: instance
 * @ret: the answer
 *
 * Context: process.
 */
void cl_steering_get_info(struct cl_instance *inst,
			  struct cl_steering_info *ret)
{
	struct cl_steering *s = &inst->steering;

	mutex_lock(&s->lock);
	steering_fill_info(inst, ret);
	mutex_unlock(&s->lock);
}
