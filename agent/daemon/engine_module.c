// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine_module.h"

#include <stddef.h>

#include "agent/lib/errors.h"

static struct cl_engine_module *to_module(struct cl_engine *e)
{
	return (struct cl_engine_module *)((char *)e -
					   offsetof(struct cl_engine_module,
						    engine));
}

static int call(struct cl_engine *e, const struct cl_nl_msg *req,
		struct cl_nl_msg *ret)
{
	struct cl_engine_module *m = to_module(e);
	int err = cl_nlmnl_call(&m->nl, req, ret);

	if (err)
		cl_error_explain(&m->nl.error, e->error, sizeof(e->error));
	return err;
}

static int get_instance(struct cl_engine *e, struct cl_nl_instance *ret)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_INSTANCE_GET };
	struct cl_nl_msg m = { 0 };
	int err = call(e, &req, &m);

	if (!err)
		*ret = m.instance;
	return err;
}

static int add_instance(struct cl_engine *e, const struct cl_nl_instance *inst,
			struct cl_nl_instance *ret)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_INSTANCE_ADD,
		.instance = *inst,
	};
	struct cl_nl_msg m = { 0 };
	int err = call(e, &req, &m);

	if (!err)
		*ret = m.instance;
	return err;
}

static int del_instance(struct cl_engine *e)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_INSTANCE_DEL };

	return call(e, &req, NULL);
}

static int set_instance(struct cl_engine *e, const struct cl_nl_instance *set)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_INSTANCE_SET,
		.instance = *set,
	};

	return call(e, &req, NULL);
}

static int call_peer(struct cl_engine *e, u8 cmd, const struct cl_nl_peer *peer)
{
	const struct cl_nl_msg req = { .cmd = cmd, .peer = *peer };

	return call(e, &req, NULL);
}

static int add_peer(struct cl_engine *e, const struct cl_nl_peer *peer)
{
	return call_peer(e, CLOCKLINK_CMD_PEER_ADD, peer);
}

static int set_peer(struct cl_engine *e, const struct cl_nl_peer *set)
{
	return call_peer(e, CLOCKLINK_CMD_PEER_SET, set);
}

static int del_peer(struct cl_engine *e, const struct cl_nl_peer *peer)
{
	return call_peer(e, CLOCKLINK_CMD_PEER_DEL, peer);
}

static int get_peer(struct cl_engine *e, u32 node, struct cl_nl_peer *ret)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_PEER_GET,
		.peer = { .have = CL_NL_BIT(PEER_NODE), .node = node },
	};
	struct cl_nl_msg m = { 0 };
	int err = call(e, &req, &m);

	if (!err)
		*ret = m.peer;
	return err;
}

static int set_device(struct cl_engine *e, const struct cl_nl_device *d)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_DEVICE_SET,
		.device = *d,
	};

	return call(e, &req, NULL);
}

static int set_temperature(struct cl_engine *e, s32 mk)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_TEMPERATURE_SET,
		.clock = { .have = CL_NL_BIT(CLOCK_TEMPERATURE),
			   .temperature_mk = mk },
	};

	return call(e, &req, NULL);
}

static int report_event(struct cl_engine *e, u32 channel, s64 raw_ns)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_EXTTS_EVENT,
		.extts = { .have = CL_NL_BIT(EXTTS_CHANNEL) |
				   CL_NL_BIT(EXTTS_RAW),
			   .channel = channel,
			   .raw_ns = raw_ns },
	};

	return call(e, &req, NULL);
}

static int get_clock(struct cl_engine *e, struct cl_nl_clock *ret)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_CLOCK_GET };
	struct cl_nl_msg m = { 0 };
	int err = call(e, &req, &m);

	if (!err)
		*ret = m.clock;
	return err;
}

static int steer(struct cl_engine *e, const struct cl_nl_steer *s)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_STEER,
		.steer = *s,
	};

	return call(e, &req, NULL);
}

static int start_round(struct cl_engine *e, const struct cl_nl_round *r)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_ROUND_START,
		.round = *r,
	};

	return call(e, &req, NULL);
}

static int send_update(struct cl_engine *e, const struct cl_nl_round *r)
{
	const struct cl_nl_msg req = {
		.cmd = CLOCKLINK_CMD_UPDATE_SEND,
		.round = *r,
	};

	return call(e, &req, NULL);
}

/* Whom a dump is for. */
struct listing {
	void (*each)(void *ctx, const struct cl_nl_peer *p);
	void *ctx;
};

static void list_one(void *ctx, const struct cl_nl_msg *m)
{
	struct listing *l = ctx;

	l->each(l->ctx, &m->peer);
}

static int list_peers(struct cl_engine *e,
		      void (*each)(void *ctx, const struct cl_nl_peer *p),
		      void *ctx)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_GET };
	struct cl_engine_module *m = to_module(e);
	struct listing l = { .each = each, .ctx = ctx };
	int err = cl_nlmnl_dump(&m->nl, &req, list_one, &l);

	if (err)
		cl_error_explain(&m->nl.error, e->error, sizeof(e->error));
	return err;
}

static int call_node(struct cl_engine *e, u8 cmd, u32 node)
{
	const struct cl_nl_peer peer = {
		.have = CL_NL_BIT(PEER_NODE),
		.node = node,
	};

	return call_peer(e, cmd, &peer);
}

static int send_probe(struct cl_engine *e, u32 node)
{
	return call_node(e, CLOCKLINK_CMD_PROBE, node);
}

static int ask_update(struct cl_engine *e, u32 node)
{
	return call_node(e, CLOCKLINK_CMD_UPDATE_ASK, node);
}

static const struct cl_engine_ops ops = {
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
	.report_event = report_event,
	.get_clock = get_clock,
	.steer = steer,
	.start_round = start_round,
	.send_update = send_update,
	.list_peers = list_peers,
	.send_probe = send_probe,
	.ask_update = ask_update,
};

/**
 * cl_engine_module_open() - find the module
 * @m: the engine; to be closed
 *
 * Return: 0; -EPROTONOSUPPORT if the module is not loaded, -errno else, and
 * the engine's error says why.
 */
int cl_engine_module_open(struct cl_engine_module *m)
{
	int err;

	m->engine.ops = &ops;
	m->engine.error[0] = '\0';
	err = cl_nlmnl_open(&m->nl);
	if (err)
		cl_error_explain(&m->nl.error, m->engine.error,
				 sizeof(m->engine.error));
	return err;
}

/**
 * cl_engine_module_close() - leave the module as it is
 * @m: the engine
 */
void cl_engine_module_close(struct cl_engine_module *m)
{
	cl_nlmnl_close(&m->nl);
}
