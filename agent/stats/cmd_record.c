// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "agent/watch/record.h"
#include "commands.h"
#include "watching.h"

#define BYTES_PER_MB 1000000

/**
 * struct recording - a record that is being made
 * @w: the file
 * @err: it cannot be written
 * @until_ns: CLOCK_MONOTONIC of the last look, 0: there is none
 * @for_ns: how long to record, 0: until somebody ends it
 * @limit: bytes of the file, from which on it ends
 * @mono_ns: of the last look, which events since are given
 * @looks: looks so far
 * @events: events so far
 */
struct recording {
	struct cl_record_writer w;
	int err;
	s64 until_ns;
	s64 for_ns;
	u64 limit;
	s64 mono_ns;
	u64 looks;
	u64 events;
};

static void take_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *m)
{
	struct recording *r = ctx;

	/* What was before the first look has no place. */
	if (r->err || !r->looks)
		return;
	r->err = cl_record_event(&r->w, utc_ns, r->mono_ns, m);
	r->events++;
}

static bool take_look(void *ctx, struct cl_look *l)
{
	struct recording *r = ctx;

	if (!r->looks && r->for_ns)
		r->until_ns = l->mono_ns + r->for_ns;
	r->looks++;
	r->mono_ns = l->mono_ns;
	if (!r->err)
		r->err = cl_record_look(&r->w, l);
	if (!r->err)
		r->err = cl_record_flush(&r->w);
	return r->err || r->w.written >= r->limit ||
	       (r->until_ns && l->mono_ns >= r->until_ns);
}

/**
 * cl_stats_record() - write all measurements into a file
 * @o: options
 * @path: the file; one that exists is refused
 *
 * Return: exit status; what is wrong is printed.
 */
enum cl_stats_exit cl_stats_record(const struct cl_stats_options *o,
				   const char *path)
{
	struct recording r = {
		.for_ns = o->for_ns,
		.limit = o->limit_mb * BYTES_PER_MB,
	};
	const struct cl_watcher w = {
		.look = take_look,
		.event = take_event,
		.ctx = &r,
	};
	struct cl_source *s;
	int err;

	if (cl_stats_open(&s, o->play, true))
		return CL_STATS_FAILURE;
	if (cl_record_create(&r.w, path)) {
		cl_source_close(s);
		return cl_stats_fail("cannot record", r.w.error);
	}
	err = cl_watching(s, o->interval_ns, &w);
	if (cl_record_finish(&r.w) || r.err)
		r.err = -1;
	if (err)
		cl_stats_fail("cannot look any more", s->error);
	if (s->overruns)
		fprintf(stderr,
			"clocklink-stats: events were lost %llu times, they came too fast\n",
			(unsigned long long)s->overruns);
	cl_source_close(s);
	if (r.err)
		return cl_stats_fail("cannot record", r.w.error);
	if (r.w.written >= r.limit)
		fprintf(stderr,
			"clocklink-stats: %s: ends, it has %lld MB (--limit)\n",
			path, (long long)o->limit_mb);
	printf("%s: %llu looks, %llu events, %llu bytes\n", path,
	       (unsigned long long)r.looks, (unsigned long long)r.events,
	       (unsigned long long)r.w.written);
	return err ? CL_STATS_FAILURE : CL_STATS_OK;
}
