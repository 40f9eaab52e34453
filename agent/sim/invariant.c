// SPDX-License-Identifier: GPL-2.0-or-later
#include "invariant.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/raft_conf.h"

static const char *const names[CS_INVARIANTS] = {
	"election", "matching", "complete", "state",  "acked",	 "committed",
	"vote",	    "durable",	"lease",    "config", "liveness"
};

/**
 * cs_invariant_name() - name of an invariant
 * @i: which
 *
 * Return: one word.
 */
const char *cs_invariant_name(enum cs_invariant i)
{
	return names[i];
}

/**
 * cs_invariant_find() - an invariant by its name
 * @name: one word
 *
 * Return: an enum cs_invariant; -1: there is none of that name.
 */
int cs_invariant_find(const char *name)
{
	for (int i = 0; i < CS_INVARIANTS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/**
 * cs_check_fail() - an invariant is broken; the first counts
 * @c: checks
 * @which: the invariant
 * @fmt: what was seen, as of printf()
 */
void cs_check_fail(struct cs_checks *c, enum cs_invariant which,
		   const char *fmt, ...)
{
	va_list ap;

	if (c->broken || !(c->wanted & 1U << which))
		return;
	c->broken = true;
	c->which = which;
	c->at = c->heap->now;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
}

static void fail_entry(struct cs_checks *c, enum cs_invariant which,
		       const struct cs_watch *w, u64 index, u32 term,
		       const char *what)
{
	cs_check_fail(c, which, "node %u: entry %llu of term %u: %s", w->id,
		      (unsigned long long)index, term, what);
}

/**
 * cs_check_first() - a cluster begins with a snapshot that nobody has voted on
 * @c: checks
 * @s: its snapshot
 */
void cs_check_first(struct cs_checks *c, const struct cs_snap *s)
{
	struct cs_fact *f = cs_history_fact(&c->history, s->raft.index);
	struct cs_made *m =
		cs_history_made(&c->history, s->raft.index, s->raft.term);

	m->chain = s->chain;
	m->members =
		cs_history_members(&c->history, s->raft.index, &s->raft.conf);
	*f = (struct cs_fact){ .chain = s->chain,
			       .term = s->raft.term,
			       .by = s->raft.term,
			       .applied = s->chain };
	c->history.committed = s->raft.index;
}

static u32 differing(const u32 *a, u32 n, const u32 *b, u32 m)
{
	u32 count = 0, i = 0, k = 0;

	while (i < n || k < m) {
		if (i < n && k < m && a[i] == b[k]) {
			i++;
			k++;
			continue;
		}
		if (k == m || (i < n && a[i] < b[k]))
			i++;
		else
			k++;
		count++;
	}
	return count;
}

/* A leader has made an entry that changes the members. */
static void check_change(struct cs_checks *c, const struct cs_watch *w,
			 const struct cl_raft_entry *e,
			 const struct cl_raft_conf *next, u32 before)
{
	const struct cs_members *old = &c->history.members[before];
	u64 commit = cl_raft_commit(w->raft);
	struct cs_line line;

	if (differing(old->conf.voter, old->conf.voters, next->voter,
		      next->voters) > 1)
		cs_check_fail(c, CS_CONFIG,
			      "node %u: entry %llu: two voters change", w->id,
			      (unsigned long long)e->index);
	if (old->index > commit)
		cs_check_fail(c, CS_CONFIG,
			      "node %u: entry %llu: %llu is not committed",
			      w->id, (unsigned long long)e->index,
			      (unsigned long long)old->index);
	if (!cs_watch_has(w, commit, &line) || line.term != e->term)
		cs_check_fail(c, CS_CONFIG,
			      "node %u: entry %llu: none of term %u committed",
			      w->id, (unsigned long long)e->index, e->term);
}

/* An entry that no log had before: what it makes of the members. */
static u32 members_after(struct cs_checks *c, const struct cs_watch *w,
			 const struct cl_raft_entry *e, u32 before)
{
	struct cl_raft_conf next;

	if (e->kind != CL_RAFT_CONF)
		return before;
	if (!cl_raft_conf_decode(&next, e->data, e->len)) {
		cs_check_fail(c, CS_CONFIG, "node %u: entry %llu: no members",
			      w->id, (unsigned long long)e->index);
		return before;
	}
	check_change(c, w, e, &next, before);
	return cs_history_members(&c->history, e->index, &next);
}

/* An entry has come to the end of a log. */
static void push(struct cs_checks *c, struct cs_watch *w,
		 const struct cl_raft_entry *e)
{
	struct cs_line before, line;
	struct cs_made *m;
	u32 members;

	cs_watch_has(w, w->last, &before);
	line = *cs_watch_push(w, e);
	m = cs_history_made(&c->history, e->index, e->term);
	if (m->chain) {
		if (m->chain != line.chain)
			fail_entry(c, CS_MATCHING, w, e->index, e->term,
				   "is another");
		return;
	}
	m->chain = line.chain;
	members =
		cs_history_made(&c->history, e->index - 1, before.term)->members;
	members = members_after(c, w, e, members);
	cs_history_made(&c->history, e->index, e->term)->members = members;
}

static void cut(struct cs_checks *c, struct cs_watch *w, u64 last)
{
	if (last < w->commit)
		cs_check_fail(c, CS_COMMITTED,
			      "node %u: removes entry %llu, committed is %llu",
			      w->id, (unsigned long long)last + 1,
			      (unsigned long long)w->commit);
	cs_watch_cut(w, last);
}

/* Bring the copy of the log to what the node has. */
static void follow(struct cs_checks *c, struct cs_watch *w)
{
	u64 last = cl_raft_last(w->raft);
	struct cl_raft_entry e;
	struct cs_line line;

	if (last < w->last)
		cut(c, w, last);
	while (w->last > w->base && cl_raft_entry(w->raft, w->last, &e) &&
	       cs_watch_has(w, w->last, &line) && line.term != e.term)
		cut(c, w, w->last - 1);
	while (w->last < last) {
		if (!cl_raft_entry(w->raft, w->last + 1, &e)) {
			cs_check_fail(c, CS_MATCHING,
				      "node %u: entry %llu is not there", w->id,
				      (unsigned long long)w->last + 1);
			return;
		}
		push(c, w, &e);
	}
}

/**
 * cs_check_stored() - the disk of a node has changed
 * @c: checks
 * @w: node
 */
void cs_check_stored(struct cs_checks *c, const struct cs_watch *w)
{
	const struct cs_image *m = &w->disk->image;
	u32 vote = m->vote, term;
	u64 last = cs_image_last(m), chain, made;
	u8 *known;

	if (w->disk->broken)
		cs_check_fail(c, CS_DURABLE, "node %u: the log has a gap",
			      w->id);
	if (last && cs_image_has(m, last, &term, &chain)) {
		made = cs_history_made(&c->history, last, term)->chain;
		/* The check that follows the event sees a new entry only then. */
		if (made && made != chain)
			cs_check_fail(c, CS_DURABLE,
				      "node %u: entry %llu is another on disk",
				      w->id, (unsigned long long)last);
	}
	if (!vote)
		return;
	term = m->term;
	known = &cs_history_term(&c->history, term)->vote[w->id];
	if (!*known)
		*known = (u8)vote;
	else if (*known != vote)
		cs_check_fail(c, CS_VOTE,
			      "node %u: vote for %u in term %u, before for %u",
			      w->id, vote, term, *known);
}

/**
 * cs_check_started() - a node begins to run with what its disk has
 * @c: checks
 * @w: node
 */
void cs_check_started(struct cs_checks *c, const struct cs_watch *w)
{
	const struct cs_image *m = &w->disk->image;
	u32 known = cs_history_term(&c->history, m->term)->vote[w->id];

	if (m->term < w->granted_term || (known && known != m->vote))
		cs_check_fail(c, CS_VOTE,
			      "node %u: starts with vote %u in term %u", w->id,
			      m->vote, m->term);
}

static void check_vote_sent(struct cs_checks *c, struct cs_watch *w,
			    const struct cl_raft_msg *m)
{
	if (m->term == w->granted_term && w->granted != m->to)
		cs_check_fail(c, CS_VOTE,
			      "node %u: votes for %u in term %u, before for %u",
			      w->id, m->to, m->term, w->granted);
	if (m->term >= w->granted_term) {
		w->granted_term = m->term;
		w->granted = m->to;
	}
	if (cs_history_term(&c->history, m->term)->vote[w->id] != m->to)
		cs_check_fail(c, CS_DURABLE,
			      "node %u: vote for %u in term %u not on disk",
			      w->id, m->to, m->term);
}

/**
 * cs_check_sent() - a node sends a message
 * @c: checks
 * @w: node
 * @m: message
 */
void cs_check_sent(struct cs_checks *c, struct cs_watch *w,
		   const struct cl_raft_msg *m)
{
	const struct cs_image *d = &w->disk->image;

	/* An answer to a heartbeat may promise nothing that is stored. */
	if (!m->granted)
		return;
	switch (m->type) {
	case CL_RAFT_VOTE_REPLY:
		check_vote_sent(c, w, m);
		break;
	case CL_RAFT_APPEND_REPLY:
	case CL_RAFT_SNAPSHOT_REPLY:
		/* A later term may have removed what was acknowledged. */
		if ((m->index && d->term < m->term) ||
		    (d->term == m->term && cs_image_last(d) < m->index))
			fail_entry(c, CS_DURABLE, w, m->index, m->term,
				   "acknowledged, not on disk");
		break;
	default:
		break;
	}
}

/**
 * cs_check_applied() - a node has applied an entry
 * @c: checks
 * @w: node
 * @e: entry
 * @token: what it carries, 0: nothing of a client
 */
void cs_check_applied(struct cs_checks *c, struct cs_watch *w,
		      const struct cl_raft_entry *e, u64 token)
{
	struct cs_fact *f = cs_history_fact(&c->history, e->index);
	struct cs_line line;

	/* It may be in a snapshot, and gone, when the event is over. */
	if (cs_watch_has(w, e->index, &line) && line.term != e->term)
		cut(c, w, e->index - 1);
	if (e->index == w->last + 1)
		push(c, w, e);

	if (!f->applied) {
		f->applied = w->machine->chain;
		f->token = token;
	}
	if (f->applied != w->machine->chain)
		cs_check_fail(c, CS_STATE,
			      "node %u: applies another entry %llu", w->id,
			      (unsigned long long)e->index);
	if (f->acked && f->acked != f->token)
		cs_check_fail(c, CS_ACKED,
			      "entry %llu: not what a client was told",
			      (unsigned long long)e->index);
}

/**
 * cs_check_thawed() - a node has taken a snapshot as its state
 * @c: checks
 * @w: node
 * @s: snapshot
 */
void cs_check_thawed(struct cs_checks *c, struct cs_watch *w,
		     const struct cl_raft_snapshot *s)
{
	const struct cs_fact *f = cs_history_fact(&c->history, s->index);

	if (w->machine->chain != f->applied || w->machine->index != s->index)
		cs_check_fail(c, CS_STATE, "node %u: snapshot %llu is another",
			      w->id, (unsigned long long)s->index);
	cs_watch_restart(w, s->index, s->term, w->machine->chain);
}

/**
 * cs_check_acked() - a client is told that its entry is there
 * @c: checks
 * @index: of the entry
 * @token: what it carries
 */
void cs_check_acked(struct cs_checks *c, u64 index, u64 token)
{
	struct cs_fact *f = cs_history_fact(&c->history, index);

	if (f->acked && f->acked != token)
		cs_check_fail(c, CS_ACKED, "entry %llu: two clients were told",
			      (unsigned long long)index);
	f->acked = token;
	if (index > c->history.acked)
		c->history.acked = index;
}

/* A node goes by the last members in its log. */
static void check_members(struct cs_checks *c, const struct cs_watch *w)
{
	const struct cl_raft_conf *conf = cl_raft_conf(w->raft);
	const struct cl_raft_conf *log;
	struct cs_line line;

	cs_watch_has(w, w->last, &line);
	log = &c->history
		       .members[cs_history_made(&c->history, w->last, line.term)
					->members]
		       .conf;
	if (differing(conf->voter, conf->voters, log->voter, log->voters))
		cs_check_fail(c, CS_CONFIG,
			      "node %u: other voters than its log says", w->id);
}

/* Its votes must be on the disks of a majority. */
static void check_elected(struct cs_checks *c, const struct cs_watch *w,
			  u32 term)
{
	struct cs_term *t = cs_history_term(&c->history, term);
	const struct cl_raft_conf *conf = cl_raft_conf(w->raft);
	u32 votes = 0;

	if (t->leader && t->leader != w->id)
		cs_check_fail(c, CS_ELECTION, "nodes %u and %u lead in term %u",
			      t->leader, w->id, term);
	t->leader = w->id;
	/* The state of a first node is its own vote. */
	for (u32 i = 0; i < conf->voters; i++)
		votes += t->vote[conf->voter[i]] == w->id;
	if (2 * votes <= conf->voters)
		cs_check_fail(c, CS_ELECTION,
			      "node %u leads in term %u with %u of %u votes",
			      w->id, term, votes, conf->voters);
}

static void check_complete(struct cs_checks *c, const struct cs_watch *w,
			   u32 term)
{
	u64 i = c->history.committed;
	struct cs_line line;

	while (i && cs_history_fact(&c->history, i)->by >= term)
		i--;
	if (i <= w->base)
		return;
	if (!cs_watch_has(w, i, &line) ||
	    line.chain != cs_history_fact(&c->history, i)->chain)
		cs_check_fail(c, CS_COMPLETE,
			      "node %u leads in term %u without entry %llu",
			      w->id, term, (unsigned long long)i);
}

/* Disks that hold an entry, or did when they were lost, must be a majority. */
static void check_majority(struct cs_checks *c, const struct cs_watch *w,
			   u64 index, const struct cs_line *line)
{
	const struct cl_raft_conf *conf = cl_raft_conf(w->raft);
	u32 disks = 0, found;
	u64 there;

	for (u32 i = 0; i < conf->voters; i++) {
		const struct cs_watch *v = c->watch[conf->voter[i]];
		const struct cs_image *d = v ? &v->disk->image : NULL;

		disks += d && ((d->snap && d->snap->raft.index > index) ||
			       (cs_image_has(d, index, &found, &there) &&
				there == line->chain));
	}
	if (2 * disks <= conf->voters)
		fail_entry(c, CS_DURABLE, w, index, line->term,
			   "committed, not on the disks of a majority");
	if (line->term != cl_raft_term(w->raft))
		fail_entry(c, CS_COMMITTED, w, index, line->term,
			   "counted in a later term");
}

static void settle(struct cs_checks *c, const struct cs_watch *w, u64 index,
		   const struct cs_line *line)
{
	struct cs_fact *f = cs_history_fact(&c->history, index);

	if (f->by) {
		if (f->chain != line->chain)
			fail_entry(c, CS_COMMITTED, w, index, line->term,
				   "committed, before it was another");
		return;
	}
	f->chain = line->chain;
	f->term = line->term;
	f->by = cl_raft_term(w->raft);
	if (index > c->history.committed)
		c->history.committed = index;
}

static void check_commit(struct cs_checks *c, const struct cs_watch *w,
			 u64 commit)
{
	u64 i = c->history.committed;
	struct cs_line line;

	if (commit < w->commit)
		cs_check_fail(c, CS_COMMITTED, "node %u: %llu, before %llu",
			      w->id, (unsigned long long)commit,
			      (unsigned long long)w->commit);
	if (i >= commit)
		i = commit - 1;
	while (++i <= commit) {
		if (!cs_watch_has(w, i, &line)) {
			cs_check_fail(c, CS_COMMITTED,
				      "node %u: entry %llu is not in its log",
				      w->id, (unsigned long long)i);
			return;
		}
		settle(c, w, i, &line);
	}
	if (cl_raft_role(w->raft) == CL_RAFT_LEADER) {
		check_majority(c, w, commit, &line);
		check_members(c, w);
	}
}

/**
 * cs_check_node() - something has happened to a node
 * @c: checks
 * @w: node
 */
void cs_check_node(struct cs_checks *c, struct cs_watch *w)
{
	u64 commit;
	u32 term;

	if (!w->raft)
		return;
	follow(c, w);
	term = cl_raft_term(w->raft);
	if (cl_raft_role(w->raft) == CL_RAFT_LEADER && w->led != term) {
		w->led = term;
		check_members(c, w);
		check_elected(c, w, term);
		check_complete(c, w, term);
	}
	commit = cl_raft_commit(w->raft);
	if (commit != w->commit)
		check_commit(c, w, commit);
	w->commit = commit;
}

static bool leads(const struct cs_watch *w)
{
	return w && w->raft && cl_raft_role(w->raft) == CL_RAFT_LEADER;
}

/* A lease says that nobody leads in a later term. */
static void check_lease(struct cs_checks *c, const struct cs_watch *w)
{
	u32 term = cl_raft_term(w->raft);

	for (u32 i = 0; i < CS_IDS; i++)
		if (leads(c->watch[i]) &&
		    cl_raft_term(c->watch[i]->raft) > term)
			cs_check_fail(c, CS_LEASE,
				      "node %u leads, node %u has a lease", i,
				      w->id);
}

/**
 * cs_check_leases() - look for a lease that another leader makes a lie
 * @c: checks
 */
void cs_check_leases(struct cs_checks *c)
{
	if (c->heap->now < c->no_lease_until)
		return;
	for (u32 i = 0; i < CS_IDS; i++) {
		const struct cs_watch *w = c->watch[i];

		if (leads(w) && w->local(w) < cl_raft_lease(w->raft))
			check_lease(c, w);
	}
}

/**
 * cs_check_end() - all was well for a while: what clients were told is everywhere
 * @c: checks
 */
void cs_check_end(struct cs_checks *c)
{
	struct cs_history *h = &c->history;

	for (u64 i = 1; i <= h->acked; i++)
		if (h->fact[i].acked && h->fact[i].acked != h->fact[i].token)
			cs_check_fail(c, CS_ACKED,
				      "entry %llu: told to a client, lost",
				      (unsigned long long)i);
}

/**
 * cs_checks_free() - the end
 * @c: checks
 */
void cs_checks_free(struct cs_checks *c)
{
	cs_history_free(&c->history);
}
