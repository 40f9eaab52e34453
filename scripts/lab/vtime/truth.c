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
	t->stamp = calloc(nodes, sizeof(*t->stamp));
	if (!t->stamp)
		return -ENOMEM;
	t->file = fopen(path, "w");
	if (!t->file) {
		free(t->stamp);
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

	free(t->stamp);
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
	fprintf(f, ",\"state\":\"%s\",\"rate_q48\":%lld,\"slew_q48\":%lld",
		cl_nl_state_name(i.state), (long long)a->rate_q48,
		(long long)a->slew_q48);
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
	struct vt_truth_stamp *stamp = &t->stamp[n->id];
	s64 local = vt_osc_local_ns(&n->osc, global);
	struct clocklink_page page;
	struct vtime_clock clock;
	struct vt_truth_stamp now;

	if (!n->pid || !read_memory(n, t->clock_addr, &clock, sizeof(clock)) ||
	    clock.magic != VTIME_MAGIC) {
		stamp->t = 0;
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
		ask_past(t->file, &page, &now, stamp);
	}
	fprintf(t->file, "}\n");
}
