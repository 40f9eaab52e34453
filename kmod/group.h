/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multicast group by which a leader reaches many followers with one packet.
 */
#ifndef _CL_GROUP_H
#define _CL_GROUP_H

#include <linux/spinlock.h>

#include "core/session.h"
#include "core/source.h"
#include "core/wire.h"
#include "socket.h"

/**
 * struct cl_group_stamp - transmit stamp of a request to the group
 * @known: there is one
 * @seq: sequence number of the request
 * @t: the stamp
 */
struct cl_group_stamp {
	bool known;
	u32 seq;
	struct cl_stamped t;
};

/**
 * struct cl_group - the group of an instance
 * @path: its address; the way is used by commands alone
 * @next_request: sequence number of the next request, used by commands alone, as the
 *	next two
 * @next_update: of the next update
 * @next_report: of the next report
 * @heard: room for one report, used by commands alone
 * @lock: protects all fields below, and @path.to for who is no command; taken with
 *	bottom halves disabled, inside a peer's lock
 * @member: there is a group
 * @source: whether requests to it are stamped by the network device
 * @stamp: of the last requests, in slot seq % CL_SESSION_GROUP_SLOTS
 */
struct cl_group {
	struct cl_path path;
	u32 next_request;
	u32 next_update;
	u32 next_report;
	u8 heard[CL_WIRE_HEARD_MAX * CL_WIRE_HEARD_LEN];
	spinlock_t lock; /* the fields below */
	bool member;
	struct cl_source source;
	struct cl_group_stamp stamp[CL_SESSION_GROUP_SLOTS];
};

int cl_group_init(struct cl_group *g);
void cl_group_exit(struct cl_group *g);
void cl_group_set(struct cl_group *g, const struct cl_endpoint *to, u8 hops);
bool cl_group_is(struct cl_group *g, const struct in6_addr *to, u32 ifindex);
bool cl_group_hardware(struct cl_group *g, struct cl_raw now);
void cl_group_stamped(struct cl_group *g);
void cl_group_note(struct cl_group *g, u32 seq, struct cl_stamped t);
bool cl_group_stamp(struct cl_group *g, u32 seq, struct cl_stamped *ret);
void cl_group_forget_hardware(struct cl_group *g);

/* For commands: is there a group? */
static inline bool cl_group_used(const struct cl_group *g)
{
	return g->member;
}

#endif /* _CL_GROUP_H */
