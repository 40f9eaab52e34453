// SPDX-License-Identifier: GPL-2.0-or-later
#include "state.h"

#include <errno.h>
#include <string.h>

#include "raft_conf.h"

/* The module's defaults. */
static const u64 defaults[CL_COMMON_N] = {
	[CL_COMMON_INTERVAL] = 100 * CL_NS_PER_MS,
	[CL_COMMON_WANDER] = 1000,
	[CL_COMMON_MAX_BOUND] = CL_NS_PER_SEC,
	[CL_COMMON_PROBES] = 8,
	[CL_COMMON_PROBE_EVERY] = 1,
};

static const char *const answer_names[] = {
	[CL_ANSWER_DONE] = "done",
	[CL_ANSWER_REQUESTER] = "requester may not ask for that",
	[CL_ANSWER_UNKNOWN] = "no such member",
	[CL_ANSWER_TAKEN] = "another member has that name, address or key",
	[CL_ANSWER_FULL] = "too many members",
	[CL_ANSWER_VOTES] = "the member votes",
	[CL_ANSWER_CONFLICT] = "contradicts what was agreed on",
	[CL_ANSWER_UNPROVEN] = "too few voters say so",
	[CL_ANSWER_MAJORITY] = "too few trusted voters would be left",
	[CL_ANSWER_SOON] = "too soon after the last time",
};

/**
 * cl_answer_name() - an answer in words
 * @a: the answer
 *
 * Return: the words.
 */
const char *cl_answer_name(enum cl_answer a)
{
	return a < CL_ANSWERS ? answer_names[a] : "unknown answer";
}

/**
 * cl_state_init() - the state before anything was agreed upon
 * @s: the state
 * @cluster: cluster id
 *
 * Return: 0 or -ENOMEM.
 */
int cl_state_init(struct cl_state *s, u32 cluster)
{
	memset(s, 0, sizeof(*s));
	s->cluster = cluster;
	memcpy(s->common, defaults, sizeof(defaults));
	s->roster = cl_roster_new();
	return s->roster ? 0 : -ENOMEM;
}

/**
 * cl_state_fini() - free what a state holds
 * @s: the state
 */
void cl_state_fini(struct cl_state *s)
{
	cl_roster_free(s->roster);
	s->roster = NULL;
}

/**
 * cl_state_found() - the state that a cluster begins with
 * @s: a state as from cl_state_init()
 * @first: the node that founds it, its only member and voter
 * @utc: TAI and UTC, all zero if not known
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int cl_state_found(struct cl_state *s, const struct cl_member *first,
		   const struct cl_utc *utc, char *error)
{
	struct cl_member m = *first;

	m.flags |= CL_MEMBER_F_VOTER;
	if (cl_member_check(&m, error) || cl_utc_check(utc, error))
		return -EINVAL;
	cl_roster_put(s->roster, &m);
	s->utc = *utc;
	s->conf.voter[0] = m.id;
	s->conf.voters = 1;
	s->epoch = 1;
	return 0;
}

/**
 * cl_state_role() - what a node is for Raft
 * @s: the state
 * @node: node id
 *
 * Return: the role; follower for whoever does not belong to Raft.
 */
enum cl_member_role cl_state_role(const struct cl_state *s, u32 node)
{
	if (cl_raft_conf_votes(&s->conf, node))
		return CL_MEMBER_VOTER;
	return cl_raft_conf_learns(&s->conf, node) ? CL_MEMBER_LEARNER :
						     CL_MEMBER_FOLLOWER;
}

/**
 * cl_state_isolated() - is a node isolated
 * @s: the state
 * @node: node id
 *
 * Return: true if it is a member and isolated.
 */
bool cl_state_isolated(const struct cl_state *s, u32 node)
{
	const struct cl_standing *st;

	/* As a rule, and it is asked all the time. */
	if (!s->roster->isolated)
		return false;
	st = cl_roster_standing(s->roster, node);
	return st && st->isolation.n;
}

/**
 * cl_state_proofs() - how many voters isolate or readmit a node
 * @s: the state
 *
 * One more than may be faulty, f = (voters - 1) / 3.  f is 0 with two and three
 * voters; but the word of one is not enough there either.
 *
 * Return: the number, at least 1.
 */
unsigned int cl_state_proofs(const struct cl_state *s)
{
	unsigned int v = s->conf.voters;

	if (v < 2)
		return 1;
	return v < 4 ? 2 : (v - 1) / 3 + 1;
}

/**
 * cl_state_answer() - what became of a request
 * @s: the state
 * @request: its id
 *
 * Return: the answer; NULL: it was not among the last CL_STATE_ANSWERS.
 */
const struct cl_state_answer *cl_state_answer(const struct cl_state *s,
					      u64 request)
{
	for (unsigned int i = 0; i < s->n_answers; i++)
		if (s->answers[i].request == request)
			return &s->answers[i];
	return NULL;
}

static void remember(struct cl_state *s, u64 request, enum cl_answer answer)
{
	if (s->n_answers == CL_STATE_ANSWERS) {
		s->n_answers--;
		memmove(s->answers, s->answers + 1,
			s->n_answers * sizeof(*s->answers));
	}
	s->answers[s->n_answers++] = (struct cl_state_answer){
		.request = request,
		.answer = answer,
	};
}

/**
 * cl_state_valid() - may an entry of the leader be appended
 * @s: the state
 * @e: the entry, of kind CL_RAFT_DATA
 * @table: this node's leap seconds, NULL: it has none
 * @error: CL_ENTRY_ERROR_SIZE bytes; if not, why
 *
 * While entries before it are not applied here, an entry that does not fit them is
 * appended; it will have no effect.
 *
 * Return: 0 or -EINVAL.
 */
int cl_state_valid(const struct cl_state *s, const struct cl_raft_entry *e,
		   const struct cl_leapfile *table, char *error)
{
	struct cl_entry entry;

	if (cl_entry_decode(&entry, e->data, e->len, error))
		return -EINVAL;
	if (entry.kind == CL_ENTRY_UTC &&
	    cl_utc_confirm(&entry.utc, &s->utc, table, error))
		return -EINVAL;
	if (cl_state_answer(s, entry.request) || e->index != s->index + 1)
		return 0;
	return cl_state_fits(s, &entry, error) ? -EINVAL : 0;
}

static u32 apply_put(struct cl_state *s, const struct cl_member *m)
{
	const struct cl_member *before = cl_roster_find(s->roster, m->id);

	if (before && !memcmp(before->name, m->name, sizeof(m->name)) &&
	    cl_endpoint_same(&before->time, &m->time) &&
	    cl_endpoint_same(&before->stream, &m->stream) &&
	    !memcmp(before->key, m->key, sizeof(m->key)) &&
	    before->flags == m->flags)
		return 0;
	cl_roster_put(s->roster, m);
	return CL_CHANGED_MEMBERS;
}

/**
 * cl_state_common() - settings after a change
 * @common: the settings, by enum cl_common; become those after it
 * @c: the change
 */
void cl_state_common(u64 *common, const struct cl_common_change *c)
{
	for (unsigned int i = 0; i < CL_COMMON_N; i++)
		if (c->have >> i & 1)
			common[i] = c->value[i];
}

static u32 apply_change(struct cl_state *s, const struct cl_common_change *c)
{
	u64 before[CL_COMMON_N];

	memcpy(before, s->common, sizeof(before));
	cl_state_common(s->common, c);
	return memcmp(before, s->common, sizeof(before)) ? CL_CHANGED_SETTINGS :
							   0;
}

static u32 apply_utc(struct cl_state *s, const struct cl_utc *u)
{
	const struct cl_utc *b = &s->utc;

	if (b->since_s == u->since_s && b->offset_s == u->offset_s &&
	    b->leap == u->leap && b->leap_s == u->leap_s)
		return 0;
	s->utc = *u;
	return CL_CHANGED_UTC;
}

static u32 apply_standing(struct cl_state *s, const struct cl_entry *e)
{
	struct cl_standing st;
	u32 node;

	if (e->kind == CL_ENTRY_ISOLATE) {
		node = e->isolate.node;
		st = *cl_roster_standing(s->roster, node);
		st.isolated_ns = e->time_ns;
		st.isolation = e->isolate;
	} else {
		node = e->readmit.node;
		memset(&st, 0, sizeof(st));
		st.readmitted_ns = e->time_ns;
	}
	cl_roster_stand(s->roster, node, &st);
	return CL_CHANGED_ISOLATION;
}

static u32 apply_entry(struct cl_state *s, const struct cl_entry *e)
{
	switch (e->kind) {
	case CL_ENTRY_MEMBER_PUT:
		return apply_put(s, &e->put);
	case CL_ENTRY_MEMBER_DEL:
		cl_roster_del(s->roster, e->del);
		return CL_CHANGED_MEMBERS;
	case CL_ENTRY_SETTINGS:
		return apply_change(s, &e->change);
	case CL_ENTRY_UTC:
		return apply_utc(s, &e->utc);
	default:
		return apply_standing(s, e);
	}
}

static int apply_data(struct cl_state *s, const struct cl_raft_entry *e,
		      u32 *changed, char *error)
{
	struct cl_entry entry;
	int answer;

	if (cl_entry_decode(&entry, e->data, e->len, error))
		return -EINVAL;
	if (cl_state_answer(s, entry.request))
		return 0;
	answer = cl_state_fits(s, &entry, error);
	remember(s, entry.request, answer);
	if (answer)
		return -EINVAL;
	*changed = apply_entry(s, &entry);
	return 0;
}

static int apply_conf(struct cl_state *s, const struct cl_raft_entry *e,
		      u32 *changed, char *error)
{
	u8 before[CL_RAFT_CONF_BYTES];
	u32 len = cl_raft_conf_encode(&s->conf, before);

	if (!cl_raft_conf_decode(&s->conf, e->data, e->len))
		return cl_wrong(error, "conf: wrong bytes");
	if (len != e->len || memcmp(before, e->data, len))
		*changed = CL_CHANGED_CONF;
	return 0;
}

/**
 * cl_state_apply() - an entry is committed
 * @s: the state
 * @e: the entry, the one after the last; any kind
 * @changed: what it has changed, enum cl_changed
 * @error: CL_ENTRY_ERROR_SIZE bytes; if it had no effect, why
 *
 * Return: 0; -EINVAL if it had no effect, which is the same on all nodes.
 */
int cl_state_apply(struct cl_state *s, const struct cl_raft_entry *e,
		   u32 *changed, char *error)
{
	int err = 0;

	*changed = 0;
	s->index = e->index;
	if (e->kind == CL_RAFT_DATA)
		err = apply_data(s, e, changed, error);
	else if (e->kind == CL_RAFT_CONF)
		err = apply_conf(s, e, changed, error);
	if (*changed)
		s->epoch++;
	return err;
}
