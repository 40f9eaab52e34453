// SPDX-License-Identifier: GPL-2.0-or-later
#include "census.h"

#include <errno.h>
#include <string.h>

#include "agent/nl/schema.h"
#include "layout.h"
#include "raft_conf.h"

/**
 * cl_census_begin() - nobody has answered yet
 * @c: census
 * @term: term of who asks
 * @again: the same search goes on in another term: who was passed over still is
 */
void cl_census_begin(struct cl_census *c, u32 term, bool again)
{
	if (!again)
		memset(c, 0, sizeof(*c));
	c->term = term;
	c->n = 0;
}

/**
 * cl_census_hear() - a voter has answered
 * @c: census
 * @node: who; the own node speaks for itself the same way
 * @w: its word; of another term it does not count
 */
void cl_census_hear(struct cl_census *c, u32 node,
		    const struct cl_census_word *w)
{
	unsigned int i = 0;

	if (w->term != c->term)
		return;
	while (i < c->n && c->from[i] != node)
		i++;
	/* As many as ever vote at once; cl_census_keep() makes room. */
	if (i == CL_RAFT_VOTERS_MAX)
		return;
	c->from[i] = node;
	c->word[i] = *w;
	if (i == c->n)
		c->n++;
}

/**
 * cl_census_keep() - forget the answers of those that do not vote any more
 * @c: census
 * @conf: who votes
 */
void cl_census_keep(struct cl_census *c, const struct cl_raft_conf *conf)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		if (!cl_raft_conf_votes(conf, c->from[i]))
			continue;
		c->from[n] = c->from[i];
		c->word[n++] = c->word[i];
	}
	c->n = n;
}

static bool is_passed(const struct cl_census *c, u32 node)
{
	for (unsigned int i = 0; i < c->n_passed; i++)
		if (c->passed[i] == node)
			return true;
	return false;
}

/**
 * cl_census_pass() - a voter is to lead; if it does not, others come first
 * @c: census
 * @node: the voter
 */
void cl_census_pass(struct cl_census *c, u32 node)
{
	if (!is_passed(c, node) && c->n_passed < CL_RAFT_VOTERS_MAX)
		c->passed[c->n_passed++] = node;
}

static enum cl_census_worth worth_of(const struct cl_census_word *w, u32 newest)
{
	bool steady = w->drift_ppt <= CL_CENSUS_STEADY_PPT;

	if (!cl_nl_state_usable(w->state))
		return CL_CENSUS_NONE;
	if (w->obeyed < newest)
		return steady ? CL_CENSUS_STEADY : CL_CENSUS_TIME;
	return steady ? CL_CENSUS_GOOD : CL_CENSUS_FRESH;
}

/* The last term of which somebody has taken a time that is still there. */
static u32 newest_term(const struct cl_census *c,
		       const struct cl_raft_conf *conf)
{
	u32 newest = 0;

	for (unsigned int i = 0; i < c->n; i++)
		if (cl_raft_conf_votes(conf, c->from[i]) &&
		    cl_nl_state_usable(c->word[i].state) &&
		    c->word[i].obeyed > newest)
			newest = c->word[i].obeyed;
	return newest;
}

/* Is a clock better than the own one, so that its node is to lead? */
static bool beats_own(const struct cl_census_count *n,
		      enum cl_census_worth worth, u64 drift_ppt)
{
	if (worth != n->worth)
		return worth > n->worth;
	return (worth == CL_CENSUS_TIME || worth == CL_CENSUS_FRESH) &&
	       drift_ppt < n->drift_ppt / 2;
}

/* And than the best so far? */
static bool beats_best(const struct cl_census *c,
		       const struct cl_census_count *n, unsigned int i,
		       enum cl_census_worth worth)
{
	bool passed = is_passed(c, c->from[i]);

	if (!n->best)
		return true;
	if (passed != is_passed(c, n->best))
		return !passed;
	if (worth != n->best_worth)
		return worth > n->best_worth;
	return c->word[i].drift_ppt < n->best_drift_ppt;
}

static void count_own(const struct cl_census *c, u32 own, u32 newest,
		      struct cl_census_count *ret)
{
	for (unsigned int i = 0; i < c->n; i++) {
		if (c->from[i] != own)
			continue;
		ret->worth = worth_of(&c->word[i], newest);
		ret->drift_ppt = c->word[i].drift_ppt;
	}
}

/**
 * cl_census_count() - count the answers
 * @c: census
 * @conf: who votes; answers of others do not count
 * @own: own node
 * @ret: gets the result
 */
void cl_census_count(const struct cl_census *c, const struct cl_raft_conf *conf,
		     u32 own, struct cl_census_count *ret)
{
	u32 newest = newest_term(c, conf);
	enum cl_census_worth worth;

	*ret = (struct cl_census_count){ .voters = conf->voters };
	count_own(c, own, newest, ret);
	for (unsigned int i = 0; i < c->n; i++) {
		if (!cl_raft_conf_votes(conf, c->from[i]))
			continue;
		worth = worth_of(&c->word[i], newest);
		ret->told++;
		ret->none += worth == CL_CENSUS_NONE;
		ret->weak += worth < CL_CENSUS_STEADY;
		if (c->from[i] != own &&
		    beats_own(ret, worth, c->word[i].drift_ppt) &&
		    beats_best(c, ret, i, worth)) {
			ret->best = c->from[i];
			ret->best_worth = worth;
			ret->best_drift_ppt = c->word[i].drift_ppt;
		}
	}
}

static void bytes(struct cl_layout *b, struct cl_census_word *w)
{
	u8 state = (u8)w->state;

	cl_layout_u32(b, &w->term);
	if (w->type != CL_CENSUS_TELL)
		return;
	cl_layout_u8(b, &state);
	cl_layout_u32(b, &w->obeyed);
	cl_layout_u64(b, &w->drift_ppt);
	w->state = state;
}

/**
 * cl_census_encode() - bytes of a word
 * @w: the word
 * @buf: CL_CENSUS_MAX bytes; gets them
 *
 * Return: number of bytes.
 */
size_t cl_census_encode(const struct cl_census_word *w, u8 *buf)
{
	struct cl_layout b = { .to = buf, .size = CL_CENSUS_MAX };
	struct cl_census_word copy = *w;

	bytes(&b, &copy);
	return b.at;
}

/**
 * cl_census_decode() - a word of bytes
 * @w: gets it; undefined after a failure
 * @type: type of the frame
 * @data: its bytes
 * @len: how many
 *
 * Return: 0; -EINVAL if the type is another one, the length is wrong, or there is no
 * term.
 */
int cl_census_decode(struct cl_census_word *w, u8 type, const u8 *data,
		     size_t len)
{
	struct cl_layout b = { .from = data, .size = len };

	*w = (struct cl_census_word){ .type = type };
	if (type != CL_CENSUS_ASK && type != CL_CENSUS_TELL)
		return -EINVAL;
	bytes(&b, w);
	return b.at == len && w->term ? 0 : -EINVAL;
}
