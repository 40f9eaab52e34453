// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "agent/watch/json.h"
#include "commands.h"
#include "replay.h"
#include "watching.h"

/* A replay and what has happened to it. */
struct playing {
	struct cl_replay replay;
	int err;
};

static void take_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *m)
{
	struct playing *p = ctx;

	(void)utc_ns;
	if (!p->err && m->cmd == CLOCKLINK_CMD_SAMPLE_NTF)
		p->err = cl_replay_sample(&p->replay, &m->sample);
}

static bool take_look(void *ctx, struct cl_look *l)
{
	struct playing *p = ctx;

	if (!p->err)
		p->err = cl_replay_look(&p->replay, l);
	return p->err;
}

/**
 * cl_stats_replay() - estimate once more from what was recorded
 * @o: options
 * @path: the record
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_stats_exit cl_stats_replay(const struct cl_stats_options *o,
				   const char *path)
{
	struct playing p = { .err = 0 };
	const struct cl_watcher w = {
		.look = take_look,
		.event = take_event,
		.ctx = &p,
	};
	enum cl_stats_exit ex = CL_STATS_OK;
	struct cl_source *s;

	if (cl_stats_open(&s, path, true))
		return CL_STATS_FAILURE;
	cl_replay_init(&p.replay);
	if (cl_watching(s, 0, &w))
		ex = cl_stats_fail("cannot replay", s->error);
	else if (p.err)
		ex = cl_stats_fail("cannot replay", "out of memory");
	else if (o->json)
		cl_json_print_line(cl_replay_json(&p.replay));
	else
		cl_replay_print(&p.replay);
	cl_replay_free(&p.replay);
	cl_source_close(s);
	return ex;
}
