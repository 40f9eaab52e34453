/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Turns packets into exchanges and back.
 */
#ifndef _CL_ENGINE_H
#define _CL_ENGINE_H

#include <linux/types.h>

struct cl_endpoint;
struct cl_instance;
struct cl_peer;
struct netlink_ext_ack;

int cl_engine_open(struct cl_instance *inst, struct netlink_ext_ack *extack);
void cl_engine_close(struct cl_instance *inst);
int cl_engine_set_group(struct cl_instance *inst, const struct cl_endpoint *to,
			u8 hops, struct netlink_ext_ack *extack);
int cl_engine_send_probe(struct cl_instance *inst, struct cl_peer *peer);
int cl_engine_ask_update(struct cl_instance *inst, struct cl_peer *peer);

#endif /* _CL_ENGINE_H */
