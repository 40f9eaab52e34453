/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up node for the tests of those who look.
 */
#ifndef _CL_TEST_WATCHKIT_H
#define _CL_TEST_WATCHKIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/watch/look.h"
#include "unit.h"

#define KIT_UTC (1700000000 * CL_NS_PER_SEC)

static inline void kit_put(struct cl_look *l, const struct cl_nl_msg *m)
{
	assert_int_equal(cl_look_put(l, m), 0);
}

/* A peer, of which only the smallest round trip is known. */
static inline void kit_peer(struct cl_look *l, u32 node, u64 rtt_ns)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_PEER_GET };

	m.peer.node = node;
	m.peer.min_rtt_ns = rtt_ns;
	m.have = CL_NL_BIT(PEER_NODE) | CL_NL_BIT(PEER_MIN_RTT);
	kit_put(l, &m);
}

/* Node 1 with the given peers, in no order; the look at second @at. */
static inline void kit_look(struct cl_look *l, unsigned int at, const u32 *peer,
			    unsigned int n)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_INSTANCE_GET };

	cl_look_clear(l);
	l->utc_ns = KIT_UTC + at * CL_NS_PER_SEC;
	l->mono_ns = at * CL_NS_PER_SEC;
	m.instance.node = 1;
	m.have = CL_NL_BIT(INSTANCE_NODE);
	kit_put(l, &m);
	memset(&m, 0, sizeof(m));
	m.cmd = CLOCKLINK_CMD_CLOCK_GET;
	m.clock.bound_ns = 1000 + at;
	m.clock.state = CLOCKLINK_STATE_SYNCED;
	m.have = CL_NL_BIT(CLOCK_BOUND) | CL_NL_BIT(CLOCK_STATE);
	kit_put(l, &m);
	for (unsigned int i = 0; i < n; i++)
		kit_peer(l, peer[i], 100 * peer[i] + at);
	cl_look_finish(l);
}

/* Name of a file in a directory of its own; it does not exist. */
static inline char *kit_path(void)
{
	static char path[64];
	static char dir[32];

	if (!*dir) {
		strcpy(dir, "/tmp/watchkit-XXXXXX");
		assert_non_null(mkdtemp(dir));
	}
	snprintf(path, sizeof(path), "%s/record", dir);
	unlink(path);
	return path;
}

/* The directory is gone with the test. */
static inline int kit_clean(void **state)
{
	char *path = kit_path();

	(void)state;
	*strrchr(path, '/') = '\0';
	return rmdir(path);
}

#endif /* _CL_TEST_WATCHKIT_H */
