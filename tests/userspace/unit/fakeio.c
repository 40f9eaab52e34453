// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakeio.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/nl/schema.h"

static struct fakeio *of_io(struct cl_io *io)
{
	return (struct fakeio *)((char *)io - offsetof(struct fakeio, io));
}

static struct fakeio *of_engine(struct cl_engine *e)
{
	return (struct fakeio *)((char *)e - offsetof(struct fakeio, engine));
}

static s64 fake_now(struct cl_io *io)
{
	struct fakeio *f = of_io(io);

	f->now += f->tick;
	return f->now;
}

static s64 fake_utc(struct cl_io *io)
{
	return FAKE_UTC + of_io(io)->now;
}

static s32 fake_tai_offset(struct cl_io *io)
{
	(void)io;
	return FAKE_TAI_OFFSET;
}

static u64 fake_random(struct cl_io *io)
{
	struct fakeio *f = of_io(io);
	u64 z;

	/* splitmix64 */
	f->rng += 0x9e3779b97f4a7c15ULL;
	z = (f->rng ^ f->rng >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static void note_values(struct fakeio *f, const struct cl_event_value *v)
{
	size_t n = 0;

	f->values[0] = '\0';
	for (; v && v->name && n < sizeof(f->values); v++) {
		if (v->text)
			n += snprintf(f->values + n, sizeof(f->values) - n,
				      " %s=%s", v->name, v->text);
		else
			n += snprintf(f->values + n, sizeof(f->values) - n,
				      " %s=%lld", v->name,
				      (long long)v->number);
	}
}

static void fake_log(struct cl_io *io, const struct cl_io_line *line)
{
	struct fakeio *f = of_io(io);

	f->lines++;
	f->events[line->event]++;
	note_values(f, line->values);
	snprintf(f->line, sizeof(f->line), "%s", line->text);
}

static const struct cl_io_ops io_ops = {
	.now = fake_now,
	.utc = fake_utc,
	.tai_offset = fake_tai_offset,
	.random = fake_random,
	.log = fake_log,
};

static int result(struct fakeio *f, int err)
{
	if (err)
		snprintf(f->engine.error, sizeof(f->engine.error), "error %d",
			 -err);
	return err;
}

static int get_instance(struct cl_engine *e, struct cl_nl_instance *ret)
{
	struct fakeio *f = of_engine(e);

	*ret = f->inst;
	return result(f, f->fail_get);
}

static int add_instance(struct cl_engine *e, const struct cl_nl_instance *inst,
			struct cl_nl_instance *ret)
{
	struct fakeio *f = of_engine(e);

	f->adds++;
	f->inst = *inst;
	*ret = f->inst;
	return result(f, f->fail);
}

static int del_instance(struct cl_engine *e)
{
	struct fakeio *f = of_engine(e);

	f->dels++;
	return result(f, f->fail);
}

static struct cl_nl_peer *find_peer(struct fakeio *f, u32 node)
{
	for (u32 i = 0; i < f->inst.peers; i++)
		if (f->peer[i].node == node)
			return &f->peer[i];
	return NULL;
}

static int add_peer(struct cl_engine *e, const struct cl_nl_peer *peer)
{
	struct fakeio *f = of_engine(e);

	int err = ++f->peers == f->fail_peer ? -EEXIST : f->fail;

	if (!err && find_peer(f, peer->node))
		err = -EEXIST;
	if (!err && f->inst.peers == FAKE_PEERS)
		err = -ENOSPC;
	if (!err)
		f->peer[f->inst.peers++] = *peer;
	return result(f, err);
}

static int set_instance(struct cl_engine *e, const struct cl_nl_instance *set)
{
	const struct cl_nl_schema *schema =
		cl_nl_schema_of(CLOCKLINK_CMD_INSTANCE_SET);
	struct fakeio *f = of_engine(e);

	f->sets++;
	f->set = *set;
	for (unsigned int i = 0; !f->fail && i < schema->n; i++)
		if (set->have & 1ULL << schema->fields[i].attr)
			cl_nl_field_set(&schema->fields[i], &f->inst,
					cl_nl_field_s64(&schema->fields[i],
							set));
	return result(f, f->fail);
}

static int set_peer(struct cl_engine *e, const struct cl_nl_peer *set)
{
	struct fakeio *f = of_engine(e);
	struct cl_nl_peer *p = find_peer(f, set->node);

	f->peer_sets++;
	f->peer_set = *set;
	if (!f->fail && p && cl_nl_has(set, PEER_SHADOW))
		p->shadow = set->shadow;
	return result(f, f->fail);
}

static int del_peer(struct cl_engine *e, const struct cl_nl_peer *peer)
{
	struct fakeio *f = of_engine(e);
	struct cl_nl_peer *p = find_peer(f, peer->node);

	f->peer_dels++;
	f->peer_del = peer->node;
	if (!f->fail && p)
		*p = f->peer[--f->inst.peers];
	return result(f, f->fail || p ? f->fail : -ENOENT);
}

static int get_peer(struct cl_engine *e, u32 node, struct cl_nl_peer *ret)
{
	struct fakeio *f = of_engine(e);

	const struct cl_nl_peer *p = find_peer(f, node);

	if (!p)
		return result(f, -ENOENT);
	*ret = *p;
	return result(f, f->fail_get);
}

static int set_device(struct cl_engine *e, const struct cl_nl_device *d)
{
	struct fakeio *f = of_engine(e);

	f->devices++;
	f->device = *d;
	return result(f, f->fail_device ? f->fail_device : f->fail);
}

static int set_temperature(struct cl_engine *e, s32 mk)
{
	struct fakeio *f = of_engine(e);

	f->temperatures++;
	f->mk = mk;
	return result(f, f->fail);
}

static int get_clock(struct cl_engine *e, struct cl_nl_clock *ret)
{
	struct fakeio *f = of_engine(e);

	*ret = f->clock;
	return result(f, f->fail_get);
}

static int steer(struct cl_engine *e, const struct cl_nl_steer *s)
{
	struct fakeio *f = of_engine(e);

	f->steers++;
	f->steer = *s;
	return result(f, f->fail);
}

static int start_round(struct cl_engine *e, const struct cl_nl_round *r)
{
	struct fakeio *f = of_engine(e);

	f->asks++;
	f->ask = *r;
	f->asked_at = f->now;
	return result(f, f->fail);
}

static int send_update(struct cl_engine *e, const struct cl_nl_round *r)
{
	struct fakeio *f = of_engine(e);

	f->tells++;
	f->tell = *r;
	f->told_at = f->now;
	return result(f, f->fail);
}

static int list_peers(struct cl_engine *e,
		      void (*each)(void *ctx, const struct cl_nl_peer *p),
		      void *ctx)
{
	struct fakeio *f = of_engine(e);

	f->lists++;
	for (u32 i = 0; i < f->inst.peers; i++)
		each(ctx, &f->peer[i]);
	return result(f, f->fail);
}

static int send_probe(struct cl_engine *e, u32 node)
{
	struct fakeio *f = of_engine(e);

	f->probes++;
	for (u32 i = 0; i < f->inst.peers; i++) {
		if (f->peer[i].node != node)
			continue;
		f->probed[i]++;
		f->peer[i].lines += !f->deaf[i];
	}
	return result(f, f->fail);
}

static int ask_update(struct cl_engine *e, u32 node)
{
	struct fakeio *f = of_engine(e);

	f->update_asks++;
	f->update_asked = node;
	return result(f, f->fail);
}

static const struct cl_engine_ops engine_ops = {
	.get_instance = get_instance,
	.add_instance = add_instance,
	.del_instance = del_instance,
	.set_instance = set_instance,
	.add_peer = add_peer,
	.set_peer = set_peer,
	.del_peer = del_peer,
	.get_peer = get_peer,
	.set_device = set_device,
	.set_temperature = set_temperature,
	.get_clock = get_clock,
	.steer = steer,
	.start_round = start_round,
	.send_update = send_update,
	.list_peers = list_peers,
	.send_probe = send_probe,
	.ask_update = ask_update,
};

/**
 * fakeio_init() - a world at time 0 with an unsynced instance: node 1, no
 * leader, peers 2 to 5, 100 ms, two of them to be probed
 * @f: the world
 */
void fakeio_init(struct fakeio *f)
{
	memset(f, 0, sizeof(*f));
	f->io.ops = &io_ops;
	f->io.engine = &f->engine;
	f->engine.ops = &engine_ops;
	f->inst.node = 1;
	f->inst.interval_ns = 100 * CL_NS_PER_MS;
	f->inst.peers = 4;
	f->inst.probes = 2;
	f->inst.probe_every = 1;
	for (u32 i = 0; i < FAKE_PEERS; i++)
		f->peer[i].node = i + 2;
	f->inst.gen = 0xabc;
	f->clock.raw_ns = 5 * CL_NS_PER_SEC;
	f->clock.time_ns = 123;
}
