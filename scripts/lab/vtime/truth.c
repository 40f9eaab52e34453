// SPDX-License-Identifier: GPL-2.0-or-later
#include "truth.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "agent/lib/past.h"
#include "agent/nl/schema.h"
#include "kernel/vtime.h"

/**
 * vt_truth_open() - start
 * @t: to be opened, clock_addr is set
 * @path: file to write
 * @nodes: number of nodes, > 0
 *
 * Return: 0 or -errno.
 */
int vt_truth_open(struct vt_truth *t, const char *path, unsigned int nodes)
{
	t->node = calloc(nodes, sizeof(*t->node));
	if (!t->node)
		return -ENOMEM;
	t->file = fopen(path, "w");
	if (!t->file) {
		free(t->node);
		return -errno;
	}
	return 0;
}

/**
 * vt_truth_close() - all is written
 * @t: open
 *
 * Return: 0 or -errno if something could not be written.
 */
int vt_truth_close(struct vt_truth *t)
{
	int bad = ferror(t->file);

	free(t->node);
	return fclose(t->file) || bad ? -EIO : 0;
}

static bool read_memory(const struct vt_node *n, u64 addr, void *buf,
			size_t len)
{
	struct iovec local = { buf, len }, remote = { (void *)addr, len };

	return process_vm_readv(n->pid, &local, 1, &remote, 1, 0) ==
	       (ssize_t)len;
}

static s64 clock_at(const struct vtime_base *b, s64 local)
{
	unsigned __int128 frac =
		(unsigned __int128)(local - b->cycles) * b->mult + b->frac;

	return b->ns + (s64)(frac >> b->shift);
}

static void print_clock(FILE *f, const struct clocklink_anchor *a, s64 raw)
{
	struct cl_interval i;
	s64 err;

	if (cl_page_eval(a, cl_raw(raw), &i)) {
		fprintf(f, ",\"time\":null,\"bound\":null,\"hard\":null");
	} else {
		err = cl_time_sub(i.latest, i.earliest) / 2;
		fprintf(f, ",\"time\":%lld,\"bound\":%lld,\"hard\":%lld",
			(long long)(i.earliest.ns + err), (long long)err,
			(long long)(a->hard_ns +
				    cl_page_grown(a, cl_raw(raw))));
	}
	fprintf(f, ",\"state\":\"%s\"", cl_nl_state_name(i.state));
}

/* What a line gains on raw time from its anchor to @raw, ns times 2^48. */
static __int128 gained_q48(const struct clocklink_anchor *line, s64 raw)
{
	s64 d = raw - line->raw;

	return (__int128)d * line->rate_q48 +
	       (__int128)cl_min_s64(d, line->slew_ns) * line->slew_q48;
}

/*
 * What rates and slews say that the clock gained on raw time since the sample before:
 * those of all its lines, of which there may have been several.  Nothing if the first
 * of them is not known; one that page->first leaves out is in its place all the same.
 */
static void print_gain(FILE *f, const struct clocklink_page *page,
		       const struct vt_truth_node *was, s64 raw)
{
	__int128 sum = 0;
	s64 from = was->raw;

	if (!was->updates || page->updates < was->updates ||
	    page->updates - was->updates >= CLOCKLINK_PAGE_ANCHORS)
		return;
	for (u64 n = was->updates; n <= page->updates; n++) {
		const struct clocklink_anchor *line =
			&page->anchor[n % CLOCKLINK_PAGE_ANCHORS];
		s64 to = raw;

		if (n < page->updates)
			to = page->anchor[(n + 1) % CLOCKLINK_PAGE_ANCHORS].raw;
		sum += gained_q48(line, to) - gained_q48(line, from);
		from = to;
	}
	fprintf(f, ",\"gain\":%lld", (long long)(sum >> CL_Q48_SHIFT));
}

static void print_past(FILE *f, const struct clocklink_page *page,
		       const struct clocklink_stamp *end,
		       enum cl_past_clock clock, s64 ns)
{
	struct cl_interval i;

	if (cl_past_read(page, end, clock, ns, &i))
		fprintf(f, ",null,null");
	else
		fprintf(f, ",%lld,%lld", (long long)i.earliest.ns,
			(long long)i.latest.ns);
}

/*
 * What the page says of the stamp that is remembered.  When it says nothing of it any
 * more the one of now is: so it is asked for stamps of all ages.
 */
static void ask_past(FILE *f, const struct clocklink_page *page,
		     const struct vt_truth_stamp *now,
		     struct vt_truth_stamp *stamp)
{
	/* Its count is that of the last anchor: nothing here sets a clock later. */
	const struct clocklink_stamp end = {
		.raw = now->raw,
		.monotonic =
			now->real - page->now.realtime + page->now.monotonic,
		.realtime = now->real,
		.set = page->now.set,
	};
	struct cl_interval i;

	if (stamp->t &&
	    !cl_past_read(page, &end, CL_PAST_RAW, stamp->raw, &i)) {
		fprintf(f, ",\"past\":[%lld", (long long)stamp->t);
		print_past(f, page, &end, CL_PAST_RAW, stamp->raw);
		print_past(f, page, &end, CL_PAST_REALTIME, stamp->real);
		fprintf(f, "]");
	} else {
		*stamp = *now;
	}
}

/**
 * vt_truth_sample() - write what a node's clocks say
 * @t: open
 * @n: node that waits, or is down: then nothing is written
 * @global: instant, between the node's present and its next event, global ps, > 0
 */
void vt_truth_sample(struct vt_truth *t, const struct vt_node *n, s64 global)
{
	struct vt_truth_node *was = &t->node[n->id];
	s64 local = vt_osc_local_ns(&n->osc, global);
	struct clocklink_page page;
	struct vtime_clock clock;
	struct vt_truth_stamp now;
	u64 updates = 0;

	if (!n->pid || !read_memory(n, t->clock_addr, &clock, sizeof(clock)) ||
	    clock.magic != VTIME_MAGIC) {
		*was = (struct vt_truth_node){};
		return;
	}
	now.t = global / VT_PS_PER_NS;
	now.raw = clock_at(&clock.raw, local);
	now.real = clock_at(&clock.real, local);
	fprintf(t->file,
		"{\"t\":%lld,\"node\":%u,\"local\":%lld,\"real\":%lld,\"raw\":%lld",
		(long long)now.t, n->id, (long long)local, (long long)now.real,
		(long long)now.raw);
	if (clock.page && read_memory(n, clock.page, &page, sizeof(page)) &&
	    page.magic == CLOCKLINK_PAGE_MAGIC) {
		print_clock(t->file, &page.now, now.raw);
		print_gain(t->file, &page, was, now.raw);
		ask_past(t->file, &page, &now, &was->stamp);
		updates = page.updates;
	}
	was->raw = now.raw;
	was->updates = updates;
	fprintf(t->file, "}\n");
}
