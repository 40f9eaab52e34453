/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries and clusters for tests of the replicated state.
 */
#ifndef _CL_TEST_STATEKIT_H
#define _CL_TEST_STATEKIT_H

#include <errno.h>
#include <linux/clocklink.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/raft_conf.h"
#include "agent/core/state.h"
#include "unit.h"

#define CLUSTER 0xc1c1
#define NOW 1700000000000000000LL
#define HOUR CL_READMIT_CLEAN_NS
#define DAY CL_STATE_READMIT_NS

/* Since 2017: 37 s; a leap second is announced. */
#define SINCE 1483228837
#define LEAP 1900000038

static char error[CL_ENTRY_ERROR_SIZE];
static u32 changed;
static u64 requests;

static inline struct cl_member member(u32 id)
{
	struct cl_member m = {
		.id = id,
		.time = { 4, { 10, id >> 16, id >> 8, id }, 20319 },
		.stream = { 4, { 10, id >> 16, id >> 8, id }, 20320 },
	};

	snprintf(m.name, sizeof(m.name), "n%u", id);
	return m;
}

static inline struct cl_entry entry(u8 kind)
{
	return (struct cl_entry){ .kind = kind,
				  .requester = 1,
				  .request = ++requests,
				  .time_ns = NOW };
}

static inline struct cl_entry put(const struct cl_member *m)
{
	struct cl_entry e = entry(CL_ENTRY_MEMBER_PUT);

	e.put = *m;
	return e;
}

static inline struct cl_entry put_id(u32 id, u16 flags)
{
	struct cl_member m = member(id);

	m.flags = flags;
	return put(&m);
}

static inline struct cl_entry del(u32 id)
{
	struct cl_entry e = entry(CL_ENTRY_MEMBER_DEL);

	e.del = id;
	return e;
}

/* Accused by the voters 1 to n, but not by itself. */
static inline struct cl_entry isolate(u32 node, unsigned int n)
{
	struct cl_entry e = entry(CL_ENTRY_ISOLATE);
	u32 voter = 0;

	e.isolate.node = node;
	e.isolate.rule = CL_RULE_STRIKES;
	while (e.isolate.n < n) {
		if (++voter == node)
			continue;
		e.isolate.accusations[e.isolate.n++] =
			(struct cl_accusation){ voter, CL_RULE_STRIKES, 50000,
						1000, 7 };
	}
	return e;
}

/* Reported clean by the voters 1 to n for the hour before @when. */
static inline struct cl_entry readmit(u32 node, unsigned int n, s64 when)
{
	struct cl_entry e = entry(CL_ENTRY_READMIT);
	u32 voter = 0;

	e.time_ns = when;
	e.readmit.node = node;
	while (e.readmit.n < n) {
		if (++voter == node)
			continue;
		e.readmit.reports[e.readmit.n++] =
			(struct cl_report){ voter, when - HOUR, when, 10,
					    1000 };
	}
	return e;
}

static inline int apply(struct cl_state *s, const struct cl_entry *e)
{
	u8 buf[CL_ENTRY_MAX];
	struct cl_raft_entry r = { .index = s->index + 1,
				   .kind = CL_RAFT_DATA,
				   .data = buf };
	int len = cl_entry_encode(e, buf, sizeof(buf), error);

	assert_true(len > 0);
	r.len = len;
	*error = '\0';
	return cl_state_apply(s, &r, &changed, error);
}

static inline void agree(struct cl_state *s, struct cl_entry e)
{
	if (apply(s, &e))
		fail_msg("%s", error);
}

/* It is applied, but has no effect: another answer, and nothing else. */
static inline void refuse(struct cl_state *s, struct cl_entry e,
			  enum cl_answer answer, const char *message)
{
	u32 epoch = s->epoch;

	assert_int_equal(apply(s, &e), -EINVAL);
	assert_string_equal(error, message);
	assert_int_equal(changed, 0);
	assert_int_equal(s->epoch, epoch);
	assert_int_equal(cl_state_answer(s, e.request)->answer, answer);
}

static inline void set_conf(struct cl_state *s, u32 voters)
{
	struct cl_raft_conf c = { .voters = voters };
	u8 buf[CL_RAFT_CONF_BYTES];
	struct cl_raft_entry r = { .index = s->index + 1,
				   .kind = CL_RAFT_CONF,
				   .data = buf };

	for (u32 i = 0; i < voters; i++)
		c.voter[i] = i + 1;
	r.len = cl_raft_conf_encode(&c, buf);
	assert_int_equal(cl_state_apply(s, &r, &changed, error), 0);
}

static inline void found(struct cl_state *s)
{
	const struct cl_utc utc = { SINCE, 37, CLOCKLINK_LEAP_NONE, 0 };
	struct cl_member m = member(1);

	assert_int_equal(cl_state_init(s, CLUSTER), 0);
	assert_int_equal(cl_state_found(s, &m, &utc, error), 0);
}

/* Voters 1 to @voters, followers up to @nodes. */
static inline void make(struct cl_state *s, u32 voters, u32 nodes)
{
	found(s);
	for (u32 id = 2; id <= nodes; id++)
		agree(s, put_id(id, id <= voters ? CL_MEMBER_F_VOTER : 0));
	set_conf(s, voters);
}

static inline struct cl_entry utc(s64 since, s16 offset, u8 leap, s64 when)
{
	struct cl_entry e = entry(CL_ENTRY_UTC);

	e.utc = (struct cl_utc){ since, offset, leap, when };
	return e;
}

#endif /* _CL_TEST_STATEKIT_H */
