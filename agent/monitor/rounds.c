// SPDX-License-Identifier: GPL-2.0-or-later
#include "rounds.h"

/**
 * cl_rounds_update() - an update of a leader has come
 * @r: the log
 * @u: the update
 */
void cl_rounds_update(struct cl_rounds *r, const struct cl_nl_update *u)
{
	r->update = *u;
}

/* What the leader says of itself, if it is this node or its update came. */
static void put_leader(const struct cl_rounds *r, const struct cl_look *look,
		       struct cl_round *ret)
{
	const struct cl_nl_update *u = &r->update;

	ret->leader = look->instance.leader;
	ret->interval_ns = look->instance.interval_ns;
	ret->bound_ns = U64_MAX;
	if (look->instance.role == CLOCKLINK_ROLE_LEADER) {
		ret->leader = look->instance.node;
		ret->bound_ns = look->clock.bound_ns;
		ret->state = look->clock.state;
		ret->has_state = true;
	} else if (u->have && u->sender == ret->leader &&
		   u->term == look->instance.term) {
		ret->bound_ns = u->bound_ns;
		ret->state = u->state;
		ret->has_state = true;
		if (cl_nl_has(u, UPDATE_INTERVAL))
			ret->interval_ns = u->interval_ns;
	}
}

static u64 risen(u64 now, u64 before)
{
	return now > before ? now - before : 0;
}

/**
 * cl_rounds_look() - what a look says of the rounds since the last one
 * @r: the log
 * @look: the look, finished
 */
void cl_rounds_look(struct cl_rounds *r, const struct cl_look *look)
{
	u64 requests = 0, responses = 0, lost = 0;
	struct cl_round *last;

	if (!look->has_instance) {
		r->has_before = false;
		return;
	}
	for (size_t i = 0; i < look->n_peers; i++) {
		requests += look->peers[i].requests;
		responses += look->peers[i].responses;
		lost += look->peers[i].lost;
	}
	if (r->has_before && look->stats.rounds > r->counted) {
		last = &r->round[r->n++ % CL_ROUNDS_SIZE];
		*last = (struct cl_round){
			.utc_ns = look->utc_ns,
			.term = look->instance.term,
			.round = look->instance.round,
			.rounds = look->stats.rounds - r->counted,
			.requests = risen(requests, r->requests),
			.responses = risen(responses, r->responses),
			.lost = risen(lost, r->lost),
		};
		put_leader(r, look, last);
	}
	r->has_before = true;
	r->counted = look->stats.rounds;
	r->requests = requests;
	r->responses = responses;
	r->lost = lost;
}
