// SPDX-License-Identifier: GPL-2.0-or-later
#include "node.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_codec.h"
#include "memory.h"

#define HEARTBEAT_NS (20 * CL_NS_PER_MS)
#define ELECTION_NS (200 * CL_NS_PER_MS)

/* Rates of clocks with the planted fault. */
#define WRONG_PPB 400000000

/* One in so many snapshots cannot be made or taken. */
#define NO_MEMORY 16

/* What a clock shows in the beginning, about. */
#define CLOCK_NS (1000 * CL_NS_PER_SEC)

/* What a founder, and those that begin together, know of a first entry. */
#define FIRST_INDEX 1
#define FIRST_TERM 1
#define FIRST_CHAIN 0x636c6f636b6c696eULL

/**
 * struct letter - a message as it travels
 * @parcel: first
 * @len: bytes
 * @bytes: by cl_raft_encode()
 */
struct letter {
	struct cs_parcel parcel;
	size_t len;
	u8 bytes[];
};

static s64 local(const struct cs_node *n)
{
	return cs_clock_read(&n->clock, n->world->heap.now);
}

static s64 watch_local(const struct cs_watch *w)
{
	return local(cs_of(w, struct cs_node, watch));
}

/**
 * cs_node_awake() - does it run?
 * @n: node
 *
 * Return: false if it is down, paused or has given up.
 */
bool cs_node_awake(const struct cs_node *n)
{
	return n->raft && !n->error && n->asleep_until <= n->world->heap.now;
}

/**
 * cs_node_leads() - does it take itself for the leader?
 * @n: node
 *
 * Return: true if it is awake and does.
 */
bool cs_node_leads(const struct cs_node *n)
{
	return cs_node_awake(n) && cl_raft_role(n->raft) == CL_RAFT_LEADER;
}

static void arm(struct cs_node *n)
{
	struct cs_heap *h = &n->world->heap;
	s64 deadline = cl_raft_deadline(n->raft), at;

	if (n->timer.place && deadline == n->deadline)
		return;
	n->deadline = deadline;
	if (deadline == CL_RAFT_NEVER) {
		cs_heap_drop(h, &n->timer);
		return;
	}
	at = cs_clock_when(&n->clock, deadline);
	cs_heap_put(h, &n->timer, at > n->asleep_until ? at : n->asleep_until);
}

/* After every call of the core. */
static void called(struct cs_node *n)
{
	arm(n);
	cs_check_node(&n->world->checks, &n->watch);
	if (n->error)
		n->world->failed(n->world, n);
}

static void timer(struct cs_event *e)
{
	struct cs_node *n = cs_of(e, struct cs_node, timer);

	if (n->error)
		return;
	cl_raft_run(n->raft, local(n));
	called(n);
}

static void post(struct cs_node *n, const struct cl_raft_msg *m)
{
	static u8 buf[CL_RAFT_MSG_MAX];
	int len = cl_raft_encode(m, buf, sizeof(buf));
	struct letter *l;

	if (len < 0) {
		cs_check_fail(&n->world->checks, CS_LIVENESS,
			      "node %u: message of type %d not encoded: %s",
			      n->id, m->type, strerror(-len));
		return;
	}
	l = malloc(sizeof(*l) + len);
	if (!l)
		err(2, "%d bytes", len);
	l->parcel.refs = 1;
	l->len = len;
	memcpy(l->bytes, buf, len);
	n->world->counts.messages++;
	cs_net_send(&n->world->net, m->from, m->to, &l->parcel);
	cs_parcel_put(&l->parcel);
}

static void trace_message(const struct cs_node *n, const char *what,
			  const struct cl_raft_msg *m)
{
	static const char *const name[] = { "prevote",	  "prevote-reply",
					    "vote",	  "vote-reply",
					    "append",	  "append-reply",
					    "snapshot",	  "snapshot-reply",
					    "timeout-now" };

	char text[160];

	if (!n->world->trace)
		return;
	snprintf(text, sizeof(text), "index %llu/%u commit %llu seq %llu",
		 (unsigned long long)m->index, m->log_term,
		 (unsigned long long)m->commit, (unsigned long long)m->seq);
	cs_trace(n->world, "node %u: %s %s %u->%u term %u %s entries %u%s%s%s",
		 n->id, what, name[m->type], m->from, m->to, m->term, text,
		 m->entries, m->granted ? " granted" : "",
		 m->refused ? " refused" : "", m->transfer ? " transfer" : "");
}

static void send(void *ctx, const struct cl_raft_msg *m)
{
	struct cs_node *n = ctx;
	struct cl_raft_msg sent = *m;

	if (n->world->fault == CS_FAULT_VOTE_TWICE &&
	    m->type == CL_RAFT_VOTE_REPLY)
		sent.granted = true;
	trace_message(n, "sends", &sent);
	cs_check_sent(&n->world->checks, &n->watch, &sent);
	post(n, &sent);
}

static void save(void *ctx, const struct cl_raft_write *w)
{
	struct cs_node *n = ctx;
	struct cs_write copy;

	cs_trace(n->world,
		 "node %u: writes %llu term %u vote %u from %llu entries %u%s",
		 n->id, (unsigned long long)w->number, w->term, w->vote,
		 (unsigned long long)w->from, w->entries,
		 w->snap ? " snapshot" : "");
	cs_write_init(&copy, w);
	cs_disk_write(&n->disk, &copy);
}

static u64 random_bits(void *ctx)
{
	struct cs_node *n = ctx;

	return vt_rng_next(&n->rng);
}

static bool valid(void *ctx, const struct cl_raft_entry *e)
{
	(void)ctx;
	return e->len >= sizeof(u64);
}

static u64 token_of(const struct cl_raft_entry *e)
{
	u64 token = 0;

	if (e->kind == CL_RAFT_DATA && e->len >= sizeof(token))
		memcpy(&token, e->data, sizeof(token));
	return token;
}

static void answer(struct cs_node *n, u64 index, u64 token)
{
	n->world->counts.answered++;
	cs_check_acked(&n->world->checks, index, token);
}

/* Clients learn what has become of their proposals up to an entry. */
static void settle(struct cs_node *n, u64 index, u64 token)
{
	u32 kept = 0;

	for (u32 i = 0; i < n->asked_count; i++) {
		const struct cs_asked a = n->asked[i];

		if (a.index == index && a.token == token)
			answer(n, index, token);
		else if (a.index > index)
			n->asked[kept++] = a;
	}
	n->asked_count = kept;
}

static void apply(void *ctx, const struct cl_raft_entry *e)
{
	struct cs_node *n = ctx;
	u64 token = token_of(e);

	if (e->index != n->machine.index + 1)
		cs_check_fail(&n->world->checks, CS_STATE,
			      "node %u: applies entry %llu after %llu", n->id,
			      (unsigned long long)e->index,
			      (unsigned long long)n->machine.index);
	if (n->world->fault == CS_FAULT_SKIP && !(vt_rng_next(&n->rng) % 64))
		n->machine.index = e->index;
	else
		cs_machine_apply(&n->machine, e);
	cs_check_applied(&n->world->checks, &n->watch, e, token);
	settle(n, e->index, token);
}

static u8 *freeze(void *ctx, u32 *len)
{
	struct cs_node *n = ctx;

	if (!(vt_rng_next(&n->rng) % NO_MEMORY))
		return NULL;
	*len = n->world->schedule->state_bytes;
	return cs_machine_freeze(&n->machine, *len);
}

static int thaw(void *ctx, const struct cl_raft_snapshot *s)
{
	struct cs_node *n = ctx;
	int err;

	if (n->runs && !(vt_rng_next(&n->rng) % NO_MEMORY))
		return -ENOMEM;
	err = cs_machine_thaw(&n->machine, s->data, s->len);
	cs_trace(n->world, "node %u: takes snapshot %llu", n->id,
		 (unsigned long long)s->index);
	if (err) {
		cs_check_fail(&n->world->checks, CS_STATE,
			      "node %u: snapshot %llu is damaged", n->id,
			      (unsigned long long)s->index);
		return err;
	}
	n->world->counts.snapshots++;
	cs_check_thawed(&n->world->checks, &n->watch, s);
	settle(n, s->index, 0);
	return 0;
}

static void changed(void *ctx)
{
	static const char *const role[] = { "follower", "precandidate",
					    "candidate", "leader" };
	const struct cs_node *n = ctx;

	cs_trace(n->world, "node %u: %s in term %u, leader %u", n->id,
		 role[cl_raft_role(n->raft)], cl_raft_term(n->raft),
		 cl_raft_leader(n->raft));
}

static void failed(void *ctx, int err)
{
	struct cs_node *n = ctx;

	cs_trace(n->world, "node %u: gives up: %s", n->id, strerror(err));
	n->error = err;
}

static const struct cl_raft_ops ops = {
	.send = send,
	.save = save,
	.random = random_bits,
	.valid = valid,
	.apply = apply,
	.freeze = freeze,
	.thaw = thaw,
	.changed = changed,
	.failed = failed,
};

static void stored(void *ctx)
{
	struct cs_node *n = ctx;

	cs_check_stored(&n->world->checks, &n->watch);
}

static void saved(void *ctx, u64 number, int err)
{
	struct cs_node *n = ctx;

	if (n->error)
		return;
	cl_raft_saved(n->raft, local(n), number, -err);
	called(n);
}

/**
 * cs_node_new() - a node with an empty disk; it does not run
 * @w: world
 * @id: its id, below CS_IDS; nobody has had it before
 *
 * Return: the node.
 */
struct cs_node *cs_node_new(struct cs_world *w, u32 id)
{
	const struct cs_schedule *s = w->schedule;
	s64 max = w->fault == CS_FAULT_CLOCKS ? WRONG_PPB : s->rate_ppb;
	struct cs_node *n = cs_alloc(sizeof(*n));

	n->world = w;
	n->id = id;
	n->timer.run = timer;
	vt_rng_init(&n->rng, s->seed, VT_STREAM_NODE, id, 0);
	vt_rng_init(&n->disk.rng, s->seed, VT_STREAM_DISK, id, 0);
	n->disk.mean_ns = s->write_ns;
	n->disk.early = w->fault == CS_FAULT_EARLY_SYNC;
	n->disk.done = saved;
	n->disk.stored = stored;
	n->disk.ctx = n;
	cs_disk_init(&n->disk, &w->heap);
	n->watch.id = id;
	n->watch.disk = &n->disk;
	n->watch.machine = &n->machine;
	n->watch.local = watch_local;
	w->checks.watch[id] = &n->watch;
	cs_node_turn(n, CLOCK_NS + (s64)(vt_rng_next(&n->rng) % CL_NS_PER_SEC),
		     (s64)(vt_rng_next(&n->rng) % (u64)(2 * max)) - max);
	return n;
}

/**
 * cs_node_free() - the end
 * @n: node
 */
void cs_node_free(struct cs_node *n)
{
	n->world->checks.watch[n->id] = NULL;
	cl_raft_free(n->raft);
	cs_disk_free(&n->disk);
	free(n->watch.log);
	free(n);
}

/* The beginning of a cluster; the caller drops it. */
static struct cs_snap *first_snap(struct cs_node *n,
				  const struct cl_raft_conf *conf)
{
	const struct cs_machine first = { FIRST_INDEX, FIRST_CHAIN };
	u32 len = n->world->schedule->state_bytes;
	u8 *data = cs_machine_freeze(&first, len);
	const struct cl_raft_snapshot s = {
		.index = FIRST_INDEX,
		.term = FIRST_TERM,
		.conf = *conf,
		.data = data,
		.len = len,
	};
	struct cs_snap *copy = cs_snap_copy(&s);

	free(data);
	if (!n->world->checks.history.committed)
		cs_check_first(&n->world->checks, copy);
	return copy;
}

/**
 * cs_node_begin() - put the beginning of a cluster onto the disk
 * @n: node, does not run
 * @conf: members
 */
void cs_node_begin(struct cs_node *n, const struct cl_raft_conf *conf)
{
	n->disk.image.snap = first_snap(n, conf);
	n->disk.image.term = FIRST_TERM;
}

static void new_raft(struct cs_node *n)
{
	const struct cl_raft_params p = {
		.id = n->id,
		.heartbeat_ns = HEARTBEAT_NS,
		.election_ns = ELECTION_NS,
		.snapshot_entries = n->world->schedule->snapshot_entries,
	};

	cs_trace(n->world, "node %u: starts", n->id);
	n->machine = (struct cs_machine){ .index = 0 };
	n->watch.commit = 0;
	cs_watch_restart(&n->watch, 0, 0, 0);
	n->raft = cl_raft_new(&p, &ops, n);
	if (!n->raft)
		errx(2, "out of memory");
	n->watch.raft = n->raft;
}

static void started(struct cs_node *n, int err)
{
	if (err)
		cs_check_fail(&n->world->checks, CS_DURABLE,
			      "node %u: does not start: %s", n->id,
			      cl_raft_why(n->raft));
	else
		called(n);
	n->runs = true;
}

/**
 * cs_node_start() - let a node run with what its disk has
 * @n: node, does not run
 */
void cs_node_start(struct cs_node *n)
{
	const struct cs_image *m = &n->disk.image;
	struct cl_raft_entry *e = cs_image_entries(m);
	const struct cl_raft_stored s = {
		.term = m->term,
		.vote = m->vote,
		.snap = m->snap ? &m->snap->raft : NULL,
		.entry = e,
		.entries = (u32)m->entries,
	};

	cs_check_started(&n->world->checks, &n->watch);
	new_raft(n);
	started(n, cl_raft_start(n->raft, local(n), &s));
	free(e);
}

/**
 * cs_node_found() - begin a cluster of this node alone
 * @n: node, does not run
 */
void cs_node_found(struct cs_node *n)
{
	const struct cl_raft_conf conf = { .voter = { n->id }, .voters = 1 };
	struct cs_snap *s = first_snap(n, &conf);

	new_raft(n);
	started(n, cl_raft_bootstrap(n->raft, local(n), FIRST_TERM,
				     s->raft.data, s->raft.len));
	cs_snap_put(s);
}

/* What a disk forgets that has one of the planted faults. */
static void forget(struct cs_node *n)
{
	struct cs_image *m = &n->disk.image;

	switch (n->world->fault) {
	case CS_FAULT_LOST_VOTE:
		m->vote = 0;
		break;
	case CS_FAULT_LOST_LOG:
		if (m->entries)
			cs_image_cut(m, cs_image_last(m));
		break;
	case CS_FAULT_AMNESIA:
		cs_image_free(m);
		break;
	case CS_FAULT_MEMBERS:
		if (m->snap && m->snap->raft.conf.voters > 1)
			m->snap->raft.conf.voters--;
		break;
	default:
		break;
	}
}

/**
 * cs_node_crash() - the power fails
 * @n: node, runs or not
 */
void cs_node_crash(struct cs_node *n)
{
	if (!n->raft)
		return;
	cs_trace(n->world, "node %u: crashes", n->id);
	cl_raft_free(n->raft);
	n->raft = NULL;
	n->watch.raft = NULL;
	n->error = 0;
	n->runs = false;
	n->asked_count = 0;
	n->asleep_until = n->world->heap.now;
	cs_heap_drop(&n->world->heap, &n->timer);
	cs_disk_crash(&n->disk);
	forget(n);
}

/**
 * cs_node_void_leases() - promises of voters are not kept, so leases mean nothing
 * @w: world
 * @from: the last of these promises is made before, ns of true time
 */
void cs_node_void_leases(struct cs_world *w, s64 from)
{
	s64 until = from + 2 * ELECTION_NS;

	if (w->checks.no_lease_until < until)
		w->checks.no_lease_until = until;
}

/**
 * cs_node_sleep() - let it do nothing for a while
 * @n: node
 * @until: ns of true time
 * @clock_too: its clock stands still as well; leases are void for a while then
 */
void cs_node_sleep(struct cs_node *n, s64 until, bool clock_too)
{
	s64 from = n->world->heap.now;

	if (from < n->asleep_until)
		from = n->asleep_until;
	if (until <= from)
		return;
	n->asleep_until = until;
	cs_disk_stall(&n->disk, until);
	if (clock_too) {
		/* Nothing reads it before it is back at what it shows now. */
		n->clock.base_true += until - from;
		cs_node_void_leases(n->world, until);
	}
	if (!n->raft)
		return;
	n->deadline = CL_RAFT_NEVER;
	arm(n);
}

/**
 * cs_node_turn() - change the clock
 * @n: node, does not sleep
 * @jump: ns ahead, at least 0; leases are void for a while if it is not 0
 * @ppb: rate error
 */
void cs_node_turn(struct cs_node *n, s64 jump, s64 ppb)
{
	struct cs_world *w = n->world;

	cs_clock_turn(&n->clock, w->heap.now, jump, ppb);
	if (!n->raft)
		return;
	if (jump)
		cs_node_void_leases(w, w->heap.now);
	n->deadline = CL_RAFT_NEVER;
	arm(n);
}

/* What a node hears that has one of the planted faults. */
static void mishear(struct cs_node *n, struct cl_raft_msg *m)
{
	bool asked = m->type == CL_RAFT_VOTE || m->type == CL_RAFT_PREVOTE;

	switch (n->world->fault) {
	case CS_FAULT_ANY_LOG:
		if (asked)
			m->log_term = m->term - 1;
		break;
	case CS_FAULT_NO_LEASE:
		if (m->type == CL_RAFT_APPEND && !(vt_rng_next(&n->rng) % 64))
			m->type = CL_RAFT_TIMEOUT_NOW;
		break;
	case CS_FAULT_CORRUPT:
		if (m->entries && m->entry[0].kind == CL_RAFT_DATA &&
		    !(vt_rng_next(&n->rng) % 64))
			((u8 *)m->entry[0].data)[0] ^= 1;
		break;
	case CS_FAULT_COMMIT_AHEAD:
		if (m->type == CL_RAFT_APPEND)
			m->commit = m->index + m->entries;
		break;
	default:
		break;
	}
}

/**
 * cs_node_receive() - a message arrives
 * @n: node, runs or not
 * @p: message
 */
void cs_node_receive(struct cs_node *n, const struct cs_packet *p)
{
	const struct letter *l = (const struct letter *)p->parcel;
	static struct cl_raft_entry entry[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m;

	if (!cs_node_awake(n))
		return;
	if (cl_raft_decode(&m, entry, l->bytes, l->len)) {
		cs_check_fail(&n->world->checks, CS_LIVENESS,
			      "node %u: message of node %u not decoded", n->id,
			      p->from);
		return;
	}
	mishear(n, &m);
	trace_message(n, "hears", &m);
	cl_raft_receive(n->raft, local(n), &m);
	called(n);
}

/**
 * cs_node_propose() - a client asks a node to take an entry
 * @n: node, awake
 * @token: tells it from others, not 0
 * @len: bytes, at least those of the token
 *
 * Return: did it take it?
 */
bool cs_node_propose(struct cs_node *n, u64 token, u32 len)
{
	static u8 data[CL_RAFT_DATA_MAX];
	u64 index;
	int err;

	if (n->asked_count == CS_ASKED_MAX)
		return false;
	memcpy(data, &token, sizeof(token));
	memset(data + sizeof(token), (u8)token, len - sizeof(token));
	err = cl_raft_propose(n->raft, local(n), data, len, &index);
	if (!err) {
		n->asked[n->asked_count++] = (struct cs_asked){ index, token };
		if (n->world->fault == CS_FAULT_EARLY_ANSWER)
			answer(n, index, token);
	}
	called(n);
	return !err;
}

/**
 * cs_node_change() - an operator asks a node for other members
 * @n: node, awake
 * @conf: members
 *
 * Return: 0 or -errno of the core.
 */
int cs_node_change(struct cs_node *n, const struct cl_raft_conf *conf)
{
	u64 index;
	int err = cl_raft_change(n->raft, local(n), conf, &index);

	n->world->counts.changes += !err;
	called(n);
	return err;
}

/**
 * cs_node_transfer() - an operator asks a leader to let another lead
 * @n: node, awake
 * @to: id, 0: whoever is best
 *
 * Return: does it try?
 */
bool cs_node_transfer(struct cs_node *n, u32 to)
{
	int err = cl_raft_transfer(n->raft, local(n), to);

	called(n);
	return !err;
}

/**
 * cs_node_distrust() - a node learns that most voters hold a leader for a liar
 * @n: node, awake
 * @term: of the leader
 */
void cs_node_distrust(struct cs_node *n, u32 term)
{
	cl_raft_distrust(n->raft, local(n), term);
	called(n);
}
