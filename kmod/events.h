/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens inside an instance, told to whoever created it.  So the engine
 * and the steering know nothing of netlink.
 */
#ifndef _CL_EVENTS_H
#define _CL_EVENTS_H

#include "core/session.h"
#include "core/wire.h"

struct cl_instance;
struct cl_steering_info;

/**
 * struct cl_events - receivers of events; none may sleep
 * @state: the state of the clock has changed; worker or netlink command, with
 *	the steering's lock held
 * @update: a valid Sync Update has come; softirq
 * @sample: an exchange with @peer is complete; softirq
 */
struct cl_events {
	void (*state)(struct cl_instance *inst,
		      const struct cl_steering_info *info);
	void (*update)(struct cl_instance *inst, const struct cl_wire_msg *m);
	void (*sample)(struct cl_instance *inst, u32 peer,
		       const struct cl_exchange *x);
};

#endif /* _CL_EVENTS_H */
