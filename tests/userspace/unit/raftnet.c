// SPDX-License-Identifier: GPL-2.0-or-later
#include "raftnet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_codec.h"
#include "agent/core/raft_conf.h"
#include "kmod/core/bytes.h"

/* Bytes of a state that mean something: index and hash. */
#define STATE_BYTES 16

#define EXPECT(n, good, what, id)                                          \
	do {                                                               \
		if (good)                                                  \
			break;                                             \
		fprintf(stderr, "%s:%d: %lld ns, node %u: %s\n", __FILE__, \
			__LINE__, (long long)(n)->now, (u32)(id), what);   \
		abort();                                                   \
	} while (0)

/* Not malloc(): a test may have taken it from the core. */
static void *copy(const void *data, size_t len)
{
	void *p = calloc(1, len ? len : 1);

	if (!p)
		abort();
	if (len)
		memcpy(p, data, len);
	return p;
}

u64 raftnet_random(struct raftnet *n)
{
	u64 z = n->rng += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

struct raftnet_node *raftnet_node(struct raftnet *n, u32 id)
{
	return &n->node[id - 1];
}

/* What the clock of a node shows. */
s64 raftnet_clock(struct raftnet *n, u32 id)
{
	const struct raftnet_node *x = raftnet_node(n, id);

	return x->skew_ns + n->now + n->now / 1000 * x->drift_ppm / 1000;
}

/* When it shows @t; with drift up to 10 us before that. */
static s64 time_of(const struct raftnet_node *x, s64 t)
{
	if (t == CL_RAFT_NEVER || !x->drift_ppm)
		return t == CL_RAFT_NEVER ? t : t - x->skew_ns;
	return (t - x->skew_ns) / 1000 * 1000000 / (1000000 + x->drift_ppm) *
	       1000;
}

/* When it has to be called: its clock shows its deadline by then. */
static s64 deadline_of(const struct raftnet_node *x)
{
	s64 t = time_of(x, cl_raft_deadline(x->r));

	return x->drift_ppm && t != CL_RAFT_NEVER ? t + 10000 : t;
}

/* The state machine: a hash over all entries. */

static u64 mix(u64 hash, const void *data, size_t len)
{
	const u8 *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash;
}

static u64 hash_of(u64 before, const struct cl_raft_entry *e)
{
	u64 h = mix(before, &e->term, sizeof(e->term));

	h = mix(h, &e->kind, sizeof(e->kind));
	h = mix(h, e->data, e->len);
	return h ? h : 1;
}

static u64 first_hash(const struct raftnet *n, u64 index)
{
	return index < RAFTNET_ENTRIES ? n->hash[index] : 0;
}

static void apply(void *ctx, const struct cl_raft_entry *e)
{
	struct raftnet_node *x = ctx;
	struct raftnet *n = x->net;

	EXPECT(n, e, "applied an entry that it does not have", x->id);
	EXPECT(n, e->index == x->applied + 1, "applied out of order", x->id);
	x->hash = hash_of(x->hash, e);
	x->applied = e->index;
	EXPECT(n, e->index < RAFTNET_ENTRIES, "too many entries", x->id);
	if (!n->hash[e->index]) {
		n->hash[e->index] = x->hash;
		n->term[e->index] = e->term;
		n->committed = e->index;
	}
	EXPECT(n, n->hash[e->index] == x->hash,
	       "applied another entry than others", x->id);
}

static u8 *freeze(void *ctx, u32 *len)
{
	struct raftnet_node *x = ctx;
	u8 *p;

	if (x->starved)
		return NULL;
	*len = STATE_BYTES + x->net->state_bytes;
	p = calloc(1, *len);
	if (!p)
		abort();
	cl_put_be64(p, x->applied);
	cl_put_be64(p + 8, x->hash);
	for (u32 i = STATE_BYTES; i < *len; i++)
		p[i] = i * 7 + x->applied;
	return p;
}

static int thaw(void *ctx, const struct cl_raft_snapshot *s)
{
	struct raftnet_node *x = ctx;
	struct raftnet *n = x->net;

	if (x->picky || s->len < STATE_BYTES)
		return -EBADMSG;
	EXPECT(n, cl_get_be64(s->data) == s->index, "another index", x->id);
	for (u32 i = STATE_BYTES; i < s->len; i++)
		EXPECT(n, s->data[i] == (u8)(i * 7 + s->index),
		       "a snapshot was put together wrongly", x->id);
	x->applied = s->index;
	x->hash = cl_get_be64(s->data + 8);
	EXPECT(n, x->hash == first_hash(n, s->index),
	       "a snapshot of another state", x->id);
	return 0;
}

static bool valid(void *ctx, const struct cl_raft_entry *e)
{
	struct raftnet_node *x = ctx;

	return !(x->refuses && e->len && e->data[0] == RAFTNET_BAD);
}

static void changed(void *ctx)
{
	struct raftnet_node *x = ctx;

	x->changes++;
	if (cl_raft_role(x->r) == CL_RAFT_CANDIDATE ||
	    cl_raft_role(x->r) == CL_RAFT_PRECANDIDATE)
		x->elections++;
}

static void failed(void *ctx, int err)
{
	struct raftnet_node *x = ctx;

	EXPECT(x->net, err < 0, "gave up without an error", x->id);
	x->failures++;
	x->lease = 0;
}

static u64 random_of(void *ctx)
{
	struct raftnet_node *x = ctx;

	return raftnet_random(x->net);
}

/* Messages. */

static bool chance(struct raftnet *n, u32 ppm)
{
	return ppm && raftnet_random(n) % 1000000 < ppm;
}

static void put(struct raftnet *n, const struct cl_raft_msg *m, const u8 *buf,
		u32 len)
{
	s64 jitter =
		n->jitter_ns ? (s64)(raftnet_random(n) % (u64)n->jitter_ns) : 0;

	if (n->messages == RAFTNET_MESSAGES || chance(n, n->loss_ppm))
		return;
	n->message[n->messages++] = (struct raftnet_message){
		.due = n->now + n->delay_ns + jitter,
		.order = n->order++,
		.from = m->from,
		.to = m->to,
		.type = m->type,
		.bytes = copy(buf, len),
		.len = len,
	};
}

static void send_to(void *ctx, const struct cl_raft_msg *m)
{
	static u8 buf[CL_RAFT_MSG_MAX];
	struct raftnet_node *x = ctx;
	struct raftnet *n = x->net;
	int len = cl_raft_encode(m, buf, sizeof(buf));

	EXPECT(n, len > 0, "sent a message that is too long", x->id);
	EXPECT(n, m->from == x->id && m->to && m->to != x->id, "sent to nobody",
	       x->id);
	n->sent[m->type]++;
	n->bytes += len;
	if ((u32)len > n->largest)
		n->largest = len;
	if (m->to > RAFTNET_NODES || n->cut[m->from][m->to])
		return;
	put(n, m, buf, len);
	if (chance(n, n->copies_ppm))
		put(n, m, buf, len);
}

/* Disks. */

static struct cl_raft_entry *copy_entries(const struct cl_raft_entry *e, u32 n)
{
	struct cl_raft_entry *to = copy(e, n * sizeof(*e));

	for (u32 i = 0; i < n; i++)
		to[i].data = copy(e[i].data, e[i].len);
	return to;
}

static void free_entries(struct cl_raft_entry *e, u32 n)
{
	for (u32 i = 0; i < n; i++)
		free((void *)e[i].data);
	free(e);
}

static void save(void *ctx, const struct cl_raft_write *w)
{
	struct raftnet_node *x = ctx;
	struct raftnet_write *q = calloc(1, sizeof(*q)), **end = &x->writes;

	if (!q)
		abort();
	q->w = *w;
	q->due = x->net->now + x->disk_ns;
	q->w.entry = copy_entries(w->entry, w->entries);
	if (w->snap) {
		q->snap = *w->snap;
		q->snap.data = copy(w->snap->data, w->snap->len);
		q->w.snap = &q->snap;
	}
	while (*end)
		end = &(*end)->next;
	*end = q;
}

static void free_write(struct raftnet_write *q)
{
	free_entries((struct cl_raft_entry *)q->w.entry, q->w.entries);
	free((void *)q->snap.data);
	free(q);
}

static void remove_entries(struct raftnet_store *s, u32 from, u32 count)
{
	if (!count)
		return;
	for (u32 i = from; i < from + count; i++)
		free((void *)s->entry[i].data);
	memmove(s->entry + from, s->entry + from + count,
		(s->entries - from - count) * sizeof(*s->entry));
	s->entries -= count;
}

static void add_entries(struct raftnet_store *s, const struct raftnet_write *q)
{
	struct cl_raft_entry *e = copy_entries(q->w.entry, q->w.entries);
	struct cl_raft_entry *all =
		calloc(s->entries + q->w.entries + 1, sizeof(*all));

	if (!all)
		abort();
	if (s->entries)
		memcpy(all, s->entry, s->entries * sizeof(*all));
	memcpy(all + s->entries, e, q->w.entries * sizeof(*e));
	s->entries += q->w.entries;
	free(s->entry);
	free(e);
	s->entry = all;
}

static void store_write(struct raftnet_store *s, const struct raftnet_write *q)
{
	u32 n;

	s->term = q->w.term;
	s->vote = q->w.vote;
	for (n = 0; q->w.from && n < s->entries; n++)
		if (s->entry[n].index >= q->w.from)
			break;
	if (q->w.from)
		remove_entries(s, n, s->entries - n);
	add_entries(s, q);
	if (!q->w.snap)
		return;
	free((void *)s->snap.data);
	s->snap = q->snap;
	s->snap.data = copy(q->snap.data, q->snap.len);
	s->has_snap = true;
	for (n = 0; n < s->entries; n++)
		if (s->entry[n].index > q->w.keep)
			break;
	remove_entries(s, 0, n);
}

static struct raftnet_write *next_write(struct raftnet_node *x)
{
	struct raftnet_write *q = x->writes;

	if (q)
		x->writes = q->next;
	return q;
}

bool raftnet_written(struct raftnet *n, u32 id)
{
	struct raftnet_node *x = raftnet_node(n, id);
	struct raftnet_write *q = next_write(x);
	int err = x->disk_err;

	if (!q)
		return false;
	if (!err)
		store_write(&x->store, q);
	cl_raft_saved(x->r, raftnet_clock(n, id), q->w.number, err);
	free_write(q);
	raftnet_check(n);
	return true;
}

/* Nodes. */

struct raftnet *raftnet_new(u64 seed)
{
	struct raftnet *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->rng = seed;
	n->delay_ns = CL_NS_PER_MS;
	n->snapshot_entries = 64;
	n->trusts = true;
	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		raftnet_node(n, id)->net = n;
		raftnet_node(n, id)->id = id;
		raftnet_node(n, id)->disk_ns = CL_NS_PER_MS;
	}
	return n;
}

void raftnet_wipe(struct raftnet *n, u32 id)
{
	struct raftnet_store *s = &raftnet_node(n, id)->store;

	free_entries(s->entry, s->entries);
	free((void *)s->snap.data);
	memset(s, 0, sizeof(*s));
}

void raftnet_free(struct raftnet *n)
{
	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		raftnet_crash(n, id, 0);
		raftnet_wipe(n, id);
	}
	while (n->messages)
		raftnet_lose(n, 0);
	free(n);
}

static void make(struct raftnet_node *x)
{
	static const struct cl_raft_ops ops = {
		.send = send_to,
		.save = save,
		.random = random_of,
		.valid = valid,
		.apply = apply,
		.freeze = freeze,
		.thaw = thaw,
		.changed = changed,
		.failed = failed,
	};
	const struct cl_raft_params p = {
		.id = x->id,
		.heartbeat_ns = RAFTNET_HEARTBEAT,
		.election_ns = RAFTNET_ELECTION,
		.snapshot_entries = x->net->snapshot_entries,
	};

	x->applied = 0;
	x->hash = 0;
	x->disk_err = 0;
	x->r = cl_raft_new(&p, &ops, x);
	if (!x->r)
		abort();
}

void raftnet_boot(struct raftnet *n, u32 id)
{
	struct raftnet_node *x = raftnet_node(n, id);
	u8 state[STATE_BYTES];

	make(x);
	cl_put_be64(state, 1);
	cl_put_be64(state + 8, 1);
	n->hash[1] = 1;
	n->term[1] = 1;
	n->committed = 1;
	EXPECT(n,
	       !cl_raft_bootstrap(x->r, raftnet_clock(n, id), 1, state,
				  sizeof(state)),
	       cl_raft_why(x->r), id);
}

void raftnet_start(struct raftnet *n, u32 id)
{
	struct raftnet_node *x = raftnet_node(n, id);
	const struct cl_raft_stored s = {
		.term = x->store.term,
		.vote = x->store.vote,
		.snap = x->store.has_snap ? &x->store.snap : NULL,
		.entry = x->store.entry,
		.entries = x->store.entries,
	};

	EXPECT(n, !raftnet_try(n, id, &s), "cannot start", id);
}

int raftnet_try(struct raftnet *n, u32 id, const struct cl_raft_stored *s)
{
	struct raftnet_node *x = raftnet_node(n, id);
	int err;

	make(x);
	err = cl_raft_start(x->r, raftnet_clock(n, id), s);
	if (err) {
		cl_raft_free(x->r);
		x->r = NULL;
	}
	return err;
}

/* Of the writes under way, @written become durable. */
void raftnet_crash(struct raftnet *n, u32 id, u32 written)
{
	struct raftnet_node *x = raftnet_node(n, id);
	struct raftnet_write *q;

	while ((q = next_write(x))) {
		if (written && !x->disk_err) {
			written--;
			store_write(&x->store, q);
		}
		free_write(q);
	}
	cl_raft_free(x->r);
	x->r = NULL;
}

void raftnet_isolate(struct raftnet *n, u32 id, bool isolated)
{
	for (u32 i = 1; i <= RAFTNET_NODES; i++) {
		n->cut[id][i] = isolated;
		n->cut[i][id] = isolated;
	}
}

/* Events. */

void raftnet_lose(struct raftnet *n, u32 message)
{
	free(n->message[message].bytes);
	n->message[message] = n->message[--n->messages];
}

void raftnet_deliver(struct raftnet *n, u32 message, bool keep)
{
	struct cl_raft_entry entry[CL_RAFT_BATCH_MAX];
	struct raftnet_message q = n->message[message];
	struct raftnet_node *x = raftnet_node(n, q.to);
	struct cl_raft_msg m;

	q.bytes = copy(q.bytes, q.len);
	if (!keep)
		raftnet_lose(n, message);
	EXPECT(n, !cl_raft_decode(&m, entry, q.bytes, q.len),
	       "sent what cannot be decoded", q.from);
	if (x->r)
		cl_raft_receive(x->r, raftnet_clock(n, x->id), &m);
	free(q.bytes);
	raftnet_check(n);
}

void raftnet_tick(struct raftnet *n, u32 id)
{
	struct raftnet_node *x = raftnet_node(n, id);

	if (x->r)
		cl_raft_run(x->r, raftnet_clock(n, id));
	raftnet_check(n);
}

/* Until it leads again the last lease counts, unless it has left or failed. */
static void note_lease(struct raftnet_node *x)
{
	if (cl_raft_role(x->r) == CL_RAFT_LEADER)
		x->lease = time_of(x, cl_raft_lease(x->r));
	else if (cl_raft_conf(x->r)->voters &&
		 !cl_raft_conf_votes(cl_raft_conf(x->r), x->id))
		x->lease = 0;
}

static void check_leader(struct raftnet *n, struct raftnet_node *x)
{
	u32 term = cl_raft_term(x->r);
	struct cl_raft_entry e;

	EXPECT(n, term < RAFTNET_TERMS, "too many terms", x->id);
	if (n->leader[term] == x->id)
		return;
	EXPECT(n, !n->leader[term], "a second leader in its term", x->id);
	n->leader[term] = x->id;
	EXPECT(n, cl_raft_last(x->r) >= n->committed,
	       "elected without all that is committed", x->id);
	for (u64 i = cl_raft_commit(x->r) + 1; i <= n->committed; i++)
		EXPECT(n, cl_raft_entry(x->r, i, &e) && e.term == n->term[i],
		       "elected with another entry than the committed", x->id);
	for (u32 id = 1; id <= RAFTNET_NODES && n->trusts; id++)
		EXPECT(n, id == x->id || raftnet_node(n, id)->lease <= n->now,
		       "elected during the lease of another", x->id);
}

static bool same(const struct cl_raft_entry *a, const struct cl_raft_entry *b)
{
	return a->term == b->term && a->kind == b->kind && a->len == b->len &&
	       (!a->len || !memcmp(a->data, b->data, a->len));
}

/* From the end: once entries agree, all before have to. */
static void check_pair(struct raftnet *n, struct raftnet_node *x,
		       struct raftnet_node *y)
{
	u64 a = cl_raft_last(x->r), b = cl_raft_last(y->r);
	struct cl_raft_entry e, f;
	bool agree = false;

	for (u64 i = a < b ? a : b; i; i--) {
		if (!cl_raft_entry(x->r, i, &e) || !cl_raft_entry(y->r, i, &f))
			return;
		if (e.term == f.term)
			agree = true;
		EXPECT(n, !agree || same(&e, &f), "logs do not match", x->id);
	}
}

/* Logs change by events only; to compare them after each would take long. */
static void check_logs(struct raftnet *n)
{
	for (u32 i = 0; i < RAFTNET_NODES; i++)
		for (u32 j = 0; j < i; j++)
			if (n->node[i].r && n->node[j].r)
				check_pair(n, &n->node[i], &n->node[j]);
}

void raftnet_check(struct raftnet *n)
{
	static u32 calls;

	for (u32 i = 0; i < RAFTNET_NODES; i++)
		if (n->node[i].r)
			note_lease(&n->node[i]);
	for (u32 i = 0; i < RAFTNET_NODES; i++)
		if (n->node[i].r &&
		    cl_raft_role(n->node[i].r) == CL_RAFT_LEADER)
			check_leader(n, &n->node[i]);
	if (!(++calls % 16))
		check_logs(n);
}

/* The next thing that happens; nothing before @end: false. */
static bool next_event(struct raftnet *n, s64 end)
{
	s64 due = end;
	u64 order = U64_MAX;
	u32 message = RAFTNET_MESSAGES, write = 0, tick = 0;

	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		struct raftnet_node *x = raftnet_node(n, id);

		if (x->r && deadline_of(x) < due) {
			due = deadline_of(x);
			tick = id;
		}
		if (x->r && x->writes && !x->stalled && x->writes->due < due) {
			due = x->writes->due;
			write = id;
			tick = 0;
		}
	}
	for (u32 i = 0; i < n->messages; i++) {
		const struct raftnet_message *m = &n->message[i];

		if (m->due > due || (m->due == due && m->order >= order))
			continue;
		if (m->due == due && order == U64_MAX && (write || tick))
			continue;
		due = m->due;
		order = m->order;
		message = i;
	}
	if (due >= end)
		return false;
	if (due > n->now)
		n->now = due;
	if (message < RAFTNET_MESSAGES)
		raftnet_deliver(n, message, false);
	else if (tick)
		raftnet_tick(n, tick);
	else
		raftnet_written(n, write);
	return true;
}

void raftnet_run(struct raftnet *n, s64 ns)
{
	s64 end = n->now + ns;

	while (next_event(n, end))
		;
	n->now = end;
	check_logs(n);
}

/* What tests do again and again. */

u32 raftnet_leader(struct raftnet *n)
{
	u32 best = 0, term = 0;

	for (u32 id = 1; id <= RAFTNET_NODES; id++) {
		struct cl_raft *r = raftnet_node(n, id)->r;

		if (r && cl_raft_role(r) == CL_RAFT_LEADER &&
		    cl_raft_term(r) > term) {
			best = id;
			term = cl_raft_term(r);
		}
	}
	return best;
}

/* Until a leader has committed an entry of its term. */
u32 raftnet_await_leader(struct raftnet *n, s64 ns)
{
	s64 end = n->now + ns;
	u32 id;

	while (n->now < end) {
		id = raftnet_leader(n);
		if (id && n->term[n->committed] ==
				  cl_raft_term(raftnet_node(n, id)->r))
			return id;
		raftnet_run(n, CL_NS_PER_MS);
	}
	return 0;
}

u32 raftnet_other(struct raftnet *n, u32 id)
{
	for (u32 i = 1; i <= RAFTNET_NODES; i++)
		if (i != id && raftnet_node(n, i)->r)
			return i;
	return 0;
}

int raftnet_propose(struct raftnet *n, const char *text)
{
	u32 id = raftnet_leader(n);
	u64 index;
	int err;

	if (!id)
		return -EAGAIN;
	err = cl_raft_propose(raftnet_node(n, id)->r, raftnet_clock(n, id),
			      text, strlen(text), &index);
	raftnet_check(n);
	return err;
}

/* Rank 0: no member, 1: learner, 2: voter. */
int raftnet_change(struct raftnet *n, u32 id, int rank)
{
	u32 leader = raftnet_leader(n);
	struct cl_raft_conf c;
	u64 index;
	int err;

	if (!leader)
		return -EAGAIN;
	c = *cl_raft_conf(raftnet_node(n, leader)->r);
	cl_raft_conf_take_out(c.voter, &c.voters, id);
	cl_raft_conf_take_out(c.learner, &c.learners, id);
	if (rank == 2 && c.voters < CL_RAFT_VOTERS_MAX)
		cl_raft_conf_insert(c.voter, &c.voters, id);
	if (rank == 1 && c.learners < CL_RAFT_LEARNERS_MAX)
		cl_raft_conf_insert(c.learner, &c.learners, id);
	err = cl_raft_change(raftnet_node(n, leader)->r,
			     raftnet_clock(n, leader), &c, &index);
	raftnet_check(n);
	return err;
}

static void change_till_done(struct raftnet *n, u32 id, int rank)
{
	for (u32 tries = 0; tries < 1000; tries++) {
		if (!raftnet_change(n, id, rank))
			return;
		raftnet_run(n, 5 * CL_NS_PER_MS);
	}
	EXPECT(n, false, "cannot become a member", id);
}

/* Nodes 1 to @voters, the first leads. */
void raftnet_cluster(struct raftnet *n, u32 voters)
{
	raftnet_boot(n, 1);
	EXPECT(n, raftnet_await_leader(n, CL_NS_PER_SEC) == 1,
	       "does not lead alone", 1);
	for (u32 id = 2; id <= voters; id++) {
		raftnet_start(n, id);
		change_till_done(n, id, 1);
		change_till_done(n, id, 2);
	}
	raftnet_run(n, 100 * CL_NS_PER_MS);
	EXPECT(n, raftnet_agree(n), "does not come together", 1);
}

/* Have all nodes that are up applied all that anybody has? */
bool raftnet_agree(struct raftnet *n)
{
	for (u32 i = 0; i < RAFTNET_NODES; i++)
		if (n->node[i].r && n->node[i].applied != n->committed)
			return false;
	return true;
}
