// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"
#include "agent/core/testimony.h"
#include "kmod/core/fixed.h"

/* The wall clock when a run begins. */
#define UTC_NS 1700000000000000000LL
#define TAI_OFFSET_S 37
/* Hosts know the time as well as that, rms, before they are in a cluster. */
#define UTC_ERROR_NS (5 * CL_NS_PER_MS)
#define PPM_MAX 20.0
#define NETWORK 0x0a000000U
#define STREAM_PORT 20318

static struct cs_agent *of_io(struct cl_io *io)
{
	return cs_of(io, struct cs_agent, io);
}

static s64 io_now(struct cl_io *io)
{
	return cs_host_raw(&of_io(io)->host);
}

static s64 io_utc(struct cl_io *io)
{
	const struct cs_agent *a = of_io(io);

	return UTC_NS + a->realm->heap.now + a->utc_error_ns;
}

static s32 io_tai_offset(struct cl_io *io)
{
	(void)io;
	return TAI_OFFSET_S;
}

static u64 io_random(struct cl_io *io)
{
	return vt_rng_next(&of_io(io)->rng);
}

static void io_log(struct cl_io *io, const struct cl_io_line *line)
{
	const struct cs_agent *a = of_io(io);
	struct cs_realm *r = a->realm;

	r->warnings += line->prio <= CL_IO_WARNING;
	if (r->trace)
		fprintf(r->trace, "%lld.%06lld node %u: <%d> %s\n",
			(long long)(r->heap.now / CL_NS_PER_SEC),
			(long long)(r->heap.now % CL_NS_PER_SEC / 1000),
			cs_agent_id(a), line->prio, line->text);
}

static const struct cl_io_ops io_ops = {
	.now = io_now,
	.utc = io_utc,
	.tai_offset = io_tai_offset,
	.random = io_random,
	.log = io_log,
};

/* Put an event of the daemon into the heap. */
static void put(struct cs_agent *a, struct cs_event *e, s64 at)
{
	cs_heap_put(&a->realm->heap, e,
		    at > a->host.asleep_until ? at : a->host.asleep_until);
}

/* After every call of the core. */
static void called(struct cs_agent *a)
{
	s64 deadline;

	if (!a->core)
		return;
	deadline = cl_agent_deadline(a->core);
	if (deadline == CL_AGENT_NEVER)
		cs_heap_drop(&a->realm->heap, &a->timer);
	else
		put(a, &a->timer, cs_host_when(&a->host, deadline));
}

static void timer(struct cs_event *e)
{
	struct cs_agent *a = cs_of(e, struct cs_agent, timer);

	cl_agent_run(a->core);
	called(a);
}

static int op_send(void *ctx, u32 node, u8 type, const void *data, size_t len)
{
	struct cs_agent *a = ctx;

	return cs_streams_send(&a->realm->streams, cs_agent_id(a), node, type,
			       data, len);
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	struct cs_agent *a = ctx;
	struct cs_write copy;

	cs_write_init(&copy, w);
	cs_disk_write(&a->disk, &copy);
}

/* Who is connected with whom is settled by who has a vote. */
static void op_contacts(void *ctx)
{
	(void)ctx;
}

static void op_answered(void *ctx, u64 handle, int result, const char *why)
{
	struct cs_agent *a = ctx;

	a->realm->answered(a->realm->ctx, a, handle, result, why);
}

static const struct cl_agent_ops agent_ops = {
	.send = op_send,
	.save = op_save,
	.contacts = op_contacts,
	.answered = op_answered,
};

/* Settings are read again rather than taken from events. */
static void resync(struct cs_agent *a)
{
	struct cl_engine *e = &a->engine.module.engine;
	struct cl_nl_instance inst = { 0 };

	if (e->ops->get_instance(e, &inst))
		return;
	cl_agent_settings(a->core, &inst);
	cl_agent_state(a->core, inst.state);
}

/* As the daemon's loop; true: settings or peers have changed. */
static bool read_mail(struct cs_agent *a, const struct cl_nl_msg *m)
{
	switch (m->cmd) {
	case CLOCKLINK_CMD_INSTANCE_NTF:
	case CLOCKLINK_CMD_PEER_ADD_NTF:
	case CLOCKLINK_CMD_PEER_DEL_NTF:
		return true;
	case CLOCKLINK_CMD_STATE_NTF:
		cl_agent_state(a->core, m->clock.state);
		break;
	case CLOCKLINK_CMD_UPDATE_NTF:
		cl_agent_update(a->core, &m->update);
		break;
	case CLOCKLINK_CMD_SAMPLE_NTF:
		cl_agent_sample(a->core, &m->sample);
		break;
	}
	return false;
}

static struct cs_mail *take_mail(struct cs_agent *a)
{
	struct cs_mail *first = a->mail;

	a->mail = NULL;
	a->mail_end = &a->mail;
	return first;
}

static void wake(struct cs_event *e)
{
	struct cs_agent *a = cs_of(e, struct cs_agent, wake);
	struct cs_mail *mail = take_mail(a), *next;
	bool stale = false;

	for (; mail; mail = next) {
		next = mail->next;
		stale |= read_mail(a, &mail->m);
		free(mail);
	}
	if (stale)
		resync(a);
	called(a);
}

/* The module tells something. */
static void on_event(void *ctx, const struct cl_nl_msg *m)
{
	struct cs_agent *a = ctx;
	struct cs_mail *mail;

	if (!a->core)
		return;
	mail = cs_alloc(sizeof(*mail));
	mail->m = *m;
	*a->mail_end = mail;
	a->mail_end = &mail->next;
	if (!a->wake.place)
		put(a, &a->wake, a->realm->heap.now + a->host.law->wakeup_ns);
}

static void on_tamper(void *ctx, struct cl_wire_msg *m)
{
	struct cs_agent *a = ctx;

	cs_liar_tamper(&a->liar, a->realm->heap.now, m);
}

static void resume(struct cs_event *e)
{
	cs_host_suspend(&cs_of(e, struct cs_agent, resume)->host, false);
}

static void saved(void *ctx, u64 number, int error)
{
	struct cs_agent *a = ctx;

	if (!a->core)
		return;
	cl_agent_saved(a->core, number, -error);
	called(a);
	if (error)
		a->realm->failed(a->realm->ctx, a);
}

static void stored(void *ctx)
{
	(void)ctx;
}

static void make_host(struct cs_agent *a, u32 id)
{
	struct cs_realm *r = a->realm;
	struct vt_osc_model model = { .wander_ppt = r->wander_ppt };
	struct vt_rng rng;

	a->host = (struct cs_host){
		.heap = &r->heap,
		.net = &r->packets,
		.law = &r->law,
		.id = id,
		.event = on_event,
		.tamper = on_tamper,
		.ctx = a,
	};
	model.ppt = (s64)((2 * vt_rng_uniform(&a->rng) - 1) * PPM_MAX * 1e6);
	vt_rng_init(&rng, r->seed, VT_STREAM_OSC, id, 0);
	if (vt_osc_init(&a->host.osc, &model, rng, r->seconds))
		errx(2, "node %u: no oscillator", id);
	vt_rng_init(&a->host.rng, r->seed, VT_STREAM_GUEST, id, 0);
}

/**
 * cs_agent_new() - a node with an empty disk, off
 * @r: realm
 * @id: node id
 *
 * Return: the node.
 */
struct cs_agent *cs_agent_new(struct cs_realm *r, u32 id)
{
	struct cs_agent *a = cs_alloc(sizeof(*a));

	a->realm = r;
	vt_rng_init(&a->rng, r->seed, VT_STREAM_NODE, id, 0);
	vt_rng_init(&a->disk.rng, r->seed, VT_STREAM_DISK, id, 0);
	vt_rng_init(&a->liar.rng, r->seed, VT_STREAM_FAULTS, id, 0);
	make_host(a, id);
	a->utc_error_ns = (s64)(vt_rng_normal(&a->rng) * UTC_ERROR_NS);
	a->io = (struct cl_io){ .ops = &io_ops,
				.engine = &a->engine.module.engine };
	a->timer.run = timer;
	a->wake.run = wake;
	a->resume.run = resume;
	a->mail_end = &a->mail;
	a->disk.done = saved;
	a->disk.stored = stored;
	a->disk.ctx = a;
	cs_disk_init(&a->disk, &r->heap);
	return a;
}

/**
 * cs_agent_free() - the end
 * @a: node
 */
void cs_agent_free(struct cs_agent *a)
{
	cs_agent_halt(a);
	cs_disk_free(&a->disk);
	vt_osc_free(&a->host.osc);
	free(a);
}

static void add_peer(struct cs_agent *a, u32 id)
{
	const struct cl_nl_peer p = {
		.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_ADDR4),
		.node = id,
		.addr4.s_addr = htonl(NETWORK + id),
	};
	struct cl_engine *e = &a->engine.module.engine;

	if (e->ops->add_peer(e, &p))
		errx(2, "node %u: %s", cs_agent_id(a), e->error);
}

/* What a configuration without a cluster says. */
static void add_peers(struct cs_agent *a)
{
	for (u32 id = 1; id <= a->realm->named; id++)
		if (id != cs_agent_id(a) && (id == 1 || cs_agent_id(a) == 1))
			add_peer(a, id);
}

static void add_instance(struct cs_agent *a)
{
	struct cl_nl_instance inst = {
		.have = CL_NL_BIT(INSTANCE_NODE) | CL_NL_BIT(INSTANCE_CLUSTER),
		.node = cs_agent_id(a),
		.cluster = CS_CLUSTER_ID,
	};
	struct cl_engine *e = &a->engine.module.engine;
	struct cl_nl_instance got;

	if (a->realm->named) {
		inst.have |= CL_NL_BIT(INSTANCE_LEADER) |
			     CL_NL_BIT(INSTANCE_PROBES);
		inst.leader = 1;
	} else {
		inst.have |= CL_NL_BIT(INSTANCE_MANAGED);
		inst.managed = 1;
	}
	if (e->ops->add_instance(e, &inst, &got))
		errx(2, "node %u: %s", inst.node, e->error);
	add_peers(a);
	resync(a);
}

static void found(struct cs_agent *a, const struct cl_cluster_params *p)
{
	const struct cl_utc utc = { 0 };
	char error[CL_ENTRY_ERROR_SIZE];
	struct cl_member first;

	cs_agent_member(cs_agent_id(a), true, &first);
	if (cl_agent_found(a->core, p, &first, &utc, error))
		errx(2, "node %u: %s", cs_agent_id(a), error);
}

static void rejoin(struct cs_agent *a, const struct cl_cluster_params *p)
{
	const struct cs_image *m = &a->disk.image;
	struct cl_raft_entry *e = cs_image_entries(m);
	const struct cl_raft_stored s = {
		.term = m->term,
		.vote = m->vote,
		.snap = m->snap ? &m->snap->raft : NULL,
		.entry = e,
		.entries = (u32)m->entries,
	};
	const char *why = NULL;

	if (cl_agent_start(a->core, p, &s, &why))
		errx(2, "node %u does not start: %s", cs_agent_id(a),
		     why ? why : "no memory");
	free(e);
}

/**
 * cs_agent_start() - start a node's daemon
 * @a: node, on, its daemon is not running
 *
 * Is there an instance in the module, its clock has gone on.
 */
void cs_agent_start(struct cs_agent *a)
{
	struct cl_cluster_params p = {
		.raft = a->realm->raft,
		.cluster = CS_CLUSTER_ID,
	};
	struct cl_nl_instance inst = { 0 };
	struct cl_engine *e = &a->engine.module.engine;

	p.raft.id = cs_agent_id(a);
	cs_streams_end(&a->realm->streams, cs_agent_id(a));
	cs_engine_open(&a->engine, &a->host);
	a->core = cl_agent_new(&a->io, &agent_ops, a);
	if (!a->core)
		errx(2, "no memory for an agent");
	if (e->ops->get_instance(e, &inst))
		add_instance(a);
	else
		resync(a);
	if (a->founder && !a->disk.image.snap)
		found(a, &p);
	else if (!a->realm->named)
		rejoin(a, &p);
	called(a);
}

/**
 * cs_agent_boot() - switch a node on
 * @a: node, off
 */
void cs_agent_boot(struct cs_agent *a)
{
	/* Raw time begins anew, whatever it was. */
	a->host.raw_ns += (s64)(vt_rng_uniform(&a->rng) * CL_NS_PER_SEC);
	a->host.asleep_until = 0;
	a->boots++;
	cs_host_boot(&a->host);
	cs_agent_start(a);
}

/**
 * cs_agent_kill() - the daemon of a node dies; the module goes on
 * @a: node, on or off
 */
void cs_agent_kill(struct cs_agent *a)
{
	struct cs_mail *mail = take_mail(a), *next;

	cl_agent_free(a->core);
	a->core = NULL;
	for (; mail; mail = next) {
		next = mail->next;
		free(mail);
	}
	cs_heap_drop(&a->realm->heap, &a->timer);
	cs_heap_drop(&a->realm->heap, &a->wake);
	cs_disk_crash(&a->disk);
}

/**
 * cs_agent_halt() - the power fails
 * @a: node, on or off
 */
void cs_agent_halt(struct cs_agent *a)
{
	cs_agent_kill(a);
	cs_heap_drop(&a->realm->heap, &a->resume);
	cs_host_halt(&a->host);
}

/**
 * cs_agent_pause() - nothing on the host runs for a while, its clock goes on
 * @a: node
 * @until: ns of true time
 */
void cs_agent_pause(struct cs_agent *a, s64 until)
{
	a->host.asleep_until = until;
	if (a->timer.place)
		put(a, &a->timer, a->timer.at);
	if (a->wake.place)
		put(a, &a->wake, a->wake.at);
	cs_disk_stall(&a->disk, until);
}

/**
 * cs_agent_suspend() - the host sleeps for a while, its raw clock as well
 * @a: node, on
 * @until: ns of true time
 */
void cs_agent_suspend(struct cs_agent *a, s64 until)
{
	cs_host_suspend(&a->host, true);
	a->host.raw_ns -=
		cs_host_raw_at(&a->host, until) - cs_host_raw(&a->host);
	cs_agent_pause(a, until);
	cs_heap_put(&a->realm->heap, &a->resume, until);
}

/**
 * cs_agent_opened() - there is a stream to a node
 * @a: node
 * @other: the other node
 */
void cs_agent_opened(struct cs_agent *a, u32 other)
{
	cl_agent_opened(a->core, other);
	called(a);
}

/**
 * cs_agent_closed() - there is none any more
 * @a: node
 * @other: the other node
 */
void cs_agent_closed(struct cs_agent *a, u32 other)
{
	cl_agent_closed(a->core, other);
	called(a);
}

/* Who lies does not pass on what is said against it, nor gives up for it. */
static bool hides(const struct cs_agent *a, u32 from, u8 type, const u8 *data,
		  size_t len)
{
	struct cl_testimony t;
	u32 term;

	if (!cs_liar_lies(&a->liar, a->realm->heap.now) ||
	    cl_testimony_decode(&t, from, type, data, len))
		return false;
	if (type == CL_TESTIMONY_NO_CONFIDENCE)
		return cs_agent_elected(a, &term);
	return t.node == a->host.id;
}

/**
 * cs_agent_frame() - a frame has come
 * @a: node
 * @from: of whom
 * @type: its type
 * @data: its bytes
 * @len: how many
 */
void cs_agent_frame(struct cs_agent *a, u32 from, u8 type, const u8 *data,
		    size_t len)
{
	if (!hides(a, from, type, data, len))
		cl_agent_frame(a->core, from, type, data, len);
	called(a);
}

static void endpoint(u32 id, u16 port, struct cl_endpoint *e)
{
	const u32 addr = NETWORK + id;

	*e = (struct cl_endpoint){ .family = 4, .port = port };
	for (int i = 0; i < 4; i++)
		e->addr[i] = (u8)(addr >> (24 - 8 * i));
}

/**
 * cs_agent_member() - a node as member of the cluster
 * @id: node id
 * @voter: it shall vote
 * @ret: the member
 */
void cs_agent_member(u32 id, bool voter, struct cl_member *ret)
{
	*ret = (struct cl_member){ .id = id };
	snprintf(ret->name, sizeof(ret->name), "n%u", id);
	endpoint(id, CL_WIRE_PORT, &ret->time);
	endpoint(id, STREAM_PORT, &ret->stream);
	if (voter)
		ret->flags = CL_MEMBER_F_VOTER;
}

/**
 * cs_agent_put() - an operator asks a node to take a member in
 * @a: node that is asked
 * @id: the new member
 * @voter: it shall vote
 * @handle: for the answer
 *
 * Return: 0 or -errno: not begun.
 */
int cs_agent_put(struct cs_agent *a, u32 id, bool voter, u64 handle)
{
	struct cl_entry e = {
		.kind = CL_ENTRY_MEMBER_PUT,
		.requester = cs_agent_id(a),
		.request = vt_rng_next(&a->rng) | 1,
		.time_ns = io_utc(&a->io) + TAI_OFFSET_S * CL_NS_PER_SEC,
	};
	char error[CL_ENTRY_ERROR_SIZE];
	int result;

	cs_agent_member(id, voter, &e.put);
	result = cl_agent_request(a->core, &e, handle, error);
	called(a);
	return result;
}

/**
 * cs_agent_act() - an operator wants something of a member
 * @a: node that is asked
 * @act: what
 * @node: the member
 * @handle: for the answer
 *
 * Return: 0 or -errno: not begun.
 */
int cs_agent_act(struct cs_agent *a, enum cl_cluster_act act, u32 node,
		 u64 handle)
{
	char error[CL_ENTRY_ERROR_SIZE];
	int result = cl_agent_act(a->core, act, node, handle, error);

	called(a);
	return result;
}

/**
 * cs_agent_state() - what a node knows of what was agreed upon
 * @a: node
 *
 * Return: the state, NULL if it does not run.
 */
const struct cl_state *cs_agent_state(const struct cs_agent *a)
{
	const struct cl_cluster *c = a->core ? cl_agent_cluster(a->core) : NULL;

	return c ? cl_cluster_state(c) : NULL;
}

/**
 * cs_agent_elected() - does a node think that it leads?
 * @a: node
 * @term: gets its term
 *
 * Return: true if it runs and does.
 */
bool cs_agent_elected(const struct cs_agent *a, u32 *term)
{
	const struct cl_cluster *c = a->core ? cl_agent_cluster(a->core) : NULL;

	return c && cl_cluster_leader(c, term) == cs_agent_id(a);
}
