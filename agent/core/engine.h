/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What keeps the time: the kernel module, or a simulated one.  The rounds cannot
 * tell them apart.
 */
#ifndef _CL_CORE_ENGINE_H
#define _CL_CORE_ENGINE_H

#include "agent/nl/model.h"

#define CL_ENGINE_ERROR_SIZE 256

struct cl_engine;

/**
 * struct cl_engine_ops - calls of an engine
 * @get_instance: settings and state; -ENODEV if there is no instance
 * @add_instance: create it; the answer is as of @get_instance
 * @del_instance: delete it
 * @set_instance: change those settings that @have names
 * @add_peer: add a peer
 * @set_peer: change settings of a peer
 * @del_peer: forget a peer; -ENOENT if there is none
 * @get_peer: one peer, as by @list_peers; -ENOENT if there is none
 * @set_device: say what the stamps of a network device are wrong by
 * @set_temperature: say what a sensor near the oscillator shows, 1e-3 degrees
 *	Celsius
 * @report_event: report an event at a raw time by a channel of the PTP clock;
 *	-ENOTCONN: nobody listens
 * @get_clock: the published clock now
 * @steer: follow a parent, or lead; -ESTALE if the term is too old
 * @start_round: send a Sync Request to every peer
 * @send_update: send a Sync Update to every peer
 * @list_peers: call @each for every peer
 * @send_probe: send a Sync Request that is no round to one peer
 * @ask_update: ask a peer, the leader, to send its last Sync Update again
 *
 * All return 0 or -errno, and then have filled the engine's error.
 */
struct cl_engine_ops {
	int (*get_instance)(struct cl_engine *e, struct cl_nl_instance *ret);
	int (*add_instance)(struct cl_engine *e,
			    const struct cl_nl_instance *inst,
			    struct cl_nl_instance *ret);
	int (*del_instance)(struct cl_engine *e);
	int (*set_instance)(struct cl_engine *e,
			    const struct cl_nl_instance *set);
	int (*add_peer)(struct cl_engine *e, const struct cl_nl_peer *peer);
	int (*set_peer)(struct cl_engine *e, const struct cl_nl_peer *set);
	int (*del_peer)(struct cl_engine *e, const struct cl_nl_peer *peer);
	int (*get_peer)(struct cl_engine *e, u32 node, struct cl_nl_peer *ret);
	int (*set_device)(struct cl_engine *e, const struct cl_nl_device *d);
	int (*set_temperature)(struct cl_engine *e, s32 mk);
	int (*report_event)(struct cl_engine *e, u32 channel, s64 raw_ns);
	int (*get_clock)(struct cl_engine *e, struct cl_nl_clock *ret);
	int (*steer)(struct cl_engine *e, const struct cl_nl_steer *steer);
	int (*start_round)(struct cl_engine *e, const struct cl_nl_round *r);
	int (*send_update)(struct cl_engine *e, const struct cl_nl_round *r);
	int (*list_peers)(struct cl_engine *e,
			  void (*each)(void *ctx, const struct cl_nl_peer *p),
			  void *ctx);
	int (*send_probe)(struct cl_engine *e, u32 node);
	int (*ask_update)(struct cl_engine *e, u32 node);
};

/**
 * struct cl_engine - an engine
 * @ops: its calls
 * @error: why the last failed call failed, in words
 */
struct cl_engine {
	const struct cl_engine_ops *ops;
	char error[CL_ENGINE_ERROR_SIZE];
};

#endif /* _CL_CORE_ENGINE_H */
