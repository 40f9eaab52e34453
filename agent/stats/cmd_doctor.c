// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "agent/watch/json.h"
#include "commands.h"
#include "doctor.h"
#include "watching.h"

#define EXAM_NS (5 * CL_NS_PER_SEC)

/**
 * struct visit - an examination under way
 * @before: the first look
 * @now: the last one
 * @looks: looks so far
 * @for_ns: how long between both, 0: to the end of the record
 */
struct visit {
	struct cl_look before;
	struct cl_look now;
	u64 looks;
	s64 for_ns;
};

/* The source fills its look anew, so its content is ours. */
static void keep(struct cl_look *ret, struct cl_look *l)
{
	cl_look_clear(ret);
	*ret = *l;
	*l = (struct cl_look){ 0 };
}

static bool take_look(void *ctx, struct cl_look *l)
{
	struct visit *v = ctx;

	if (!v->looks++) {
		keep(&v->before, l);
		return false;
	}
	keep(&v->now, l);
	return v->for_ns && v->now.mono_ns - v->before.mono_ns >= v->for_ns;
}

static enum cl_stats_exit tell(const struct cl_stats_options *o,
			       const struct visit *v)
{
	static struct cl_findings findings;
	struct cl_host host = { 0 };
	const struct cl_exam exam = {
		.before = &v->before,
		.now = &v->now,
		.host = &host,
	};

	/* A record tells nothing of the host that it was made on. */
	if (!o->play)
		cl_host_look(&host, &v->now);
	cl_doctor(&exam, &findings);
	if (o->json)
		cl_json_print_line(cl_findings_json(&findings));
	else if (findings.n)
		cl_findings_print(&findings, stdout);
	else
		puts("nothing found");
	return findings.n ? CL_STATS_FOUND : CL_STATS_OK;
}

/**
 * cl_stats_doctor() - find the usual faults
 * @o: options
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_stats_exit cl_stats_doctor(const struct cl_stats_options *o)
{
	struct visit v = {
		.for_ns = o->for_ns || o->play ? o->for_ns : EXAM_NS,
	};
	const struct cl_watcher w = { .look = take_look, .ctx = &v };
	enum cl_stats_exit ex;
	struct cl_source *s;

	if (cl_stats_open(&s, o->play, false))
		return CL_STATS_FAILURE;
	if (cl_watching(s, o->play ? 0 : o->interval_ns, &w))
		ex = cl_stats_fail("cannot look any more", s->error);
	else if (v.looks < 2)
		ex = cl_stats_fail("cannot examine",
				   "that takes two looks at least");
	else
		ex = tell(o, &v);
	cl_look_clear(&v.before);
	cl_look_clear(&v.now);
	cl_source_close(s);
	return ex;
}
