/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that a log tells apart by more than their text: kinds with an id that stays
 * the same for ever, and values with names.
 */
#ifndef _CL_CORE_EVENT_H
#define _CL_CORE_EVENT_H

#include "kmod/core/types.h"

enum cl_event {
	CL_EVENT_NONE, /* a line that programs need not find */
	CL_EVENT_CLOCK_STATE, /* the clock can be used, or not yet */
	CL_EVENT_CLOCK_HOLDOVER, /* it follows nobody */
	CL_EVENT_CLOCK_VOID, /* it is worth nothing */
	CL_EVENT_LEADER, /* another one leads, this node or one that it obeys */
	CL_EVENT_NO_LEADER,
	CL_EVENT_LEASE_OVER, /* a leader without a majority is silent */
	CL_EVENT_QUORUM_LOST, /* most voters cannot be reached */
	CL_EVENT_QUORUM_REGAINED,
	CL_EVENT_UPDATE_REFUSED, /* the leader is not believed */
	CL_EVENT_NO_CONFIDENCE, /* others do not believe it either */
	CL_EVENT_NODE_ACCUSED, /* this voter finds a node guilty */
	CL_EVENT_NODE_JUDGED, /* and thinks otherwise of it than before */
	CL_EVENT_NODE_ISOLATED, /* all do */
	CL_EVENT_NODE_READMITTED,
	CL_EVENT_MEMBER, /* there is a new member, or other data of one */
	CL_EVENT_MEMBER_GONE,
	CL_EVENT_VOTERS, /* others vote */
	CL_EVENT_JOINED, /* this node is a member */
	CL_EVENT_LEFT, /* it is none any more */
	CL_EVENT_TIME_BEGINS, /* nobody had a time to go on with */
	CL_EVENT_DISK_FAILED, /* full, broken or corrupt */
	CL_EVENT_CLOCK_OWNER, /* somebody else sets a clock of the host */
	CL_EVENT_CLOCK_TAKEN, /* it follows cluster time */
	CL_EVENT_CLOCK_STEPPED, /* one of the host, by this daemon */
	CL_EVENT_STAMPS_LOST, /* of network devices */
	CL_EVENT_STAMPS, /* others are used */
	__CL_EVENTS,
};

/**
 * struct cl_event_value - a value of an event
 * @name: capital letters, digits, '_'; NULL: the end of a list
 * @text: the value, NULL: @number
 * @number: the value
 */
struct cl_event_value {
	const char *name;
	const char *text;
	s64 number;
};

/* A list for cl_io_event(); lives as long as the block that it is in. */
#define CL_VALUES(...) \
	((const struct cl_event_value[]){ __VA_ARGS__, { .name = NULL } })

static inline struct cl_event_value cl_text(const char *name, const char *text)
{
	return (struct cl_event_value){ .name = name, .text = text };
}

static inline struct cl_event_value cl_int(const char *name, s64 n)
{
	return (struct cl_event_value){ .name = name, .number = n };
}

/* Last in a list, which ends before it if the number is not @known. */
static inline struct cl_event_value cl_int_if(const char *name, bool known,
					      s64 n)
{
	return (struct cl_event_value){ .name = known ? name : NULL,
					.number = n };
}

const char *cl_event_id(enum cl_event e);

#endif /* _CL_CORE_EVENT_H */
