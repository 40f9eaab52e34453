/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has happened, the last of it.
 */
#ifndef _CL_MONITOR_EVENTLOG_H
#define _CL_MONITOR_EVENTLOG_H

#include "agent/lib/compiler.h"
#include "agent/nl/ctl.h"

#define CL_EVENTLOG_SIZE 2048
#define CL_EVENTLOG_TEXT_SIZE 192

/* What an event is about. */
enum cl_event_kind {
	CL_EVENT_STATE,
	CL_EVENT_LEADER,
	CL_EVENT_REPUTATION,
	CL_EVENT_PEER,
	CL_EVENT_QUORUM,
	CL_EVENT_CLOCK_OWNER,
	CL_EVENT_ANOMALY,
	CL_EVENT_DAEMON,
};

enum cl_event_severity {
	CL_EVENT_INFO,
	CL_EVENT_WARNING,
	CL_EVENT_CRITICAL,
};

/**
 * struct cl_event - an event
 * @number: counts from 1
 * @utc_ns: when, by the host's clock, ns since 1970 UTC
 * @kind: what it is about
 * @severity: how bad it is
 * @node: of whom, 0: of the cluster
 * @text: what has happened
 * @rule: by which a node was judged, "": it was not
 * @offset_ns: with @rule, how far it was off
 * @limit_ns: with @rule, how far it might have been, U64_MAX: without limit
 */
struct cl_event {
	u64 number;
	s64 utc_ns;
	enum cl_event_kind kind;
	enum cl_event_severity severity;
	u32 node;
	char text[CL_EVENTLOG_TEXT_SIZE];
	char rule[CL_CTL_WORD_SIZE];
	s64 offset_ns;
	u64 limit_ns;
};

/**
 * struct cl_eventlog - the log
 * @event: ring, event of number n at n modulo its size
 * @last: number of the last one, 0: there is none
 * @utc_ns: by which events are dated
 */
struct cl_eventlog {
	struct cl_event event[CL_EVENTLOG_SIZE];
	u64 last;
	s64 utc_ns;
};

struct cl_event *__printf(5, 6)
	cl_eventlog_add(struct cl_eventlog *l, enum cl_event_kind kind,
			enum cl_event_severity severity, u32 node,
			const char *fmt, ...);
const struct cl_event *cl_eventlog_next(const struct cl_eventlog *l, u64 after);
const char *cl_event_kind_name(enum cl_event_kind kind);
const char *cl_event_severity_name(enum cl_event_severity severity);

#endif /* _CL_MONITOR_EVENTLOG_H */
