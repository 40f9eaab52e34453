// SPDX-License-Identifier: GPL-2.0-or-later
#include "truth.h"

#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>

#include "agent/lib/page.h"
#include "agent/nl/schema.h"
#include "kernel/vtime.h"

/**
 * vt_truth_open() - start
 * @t: to be opened
 * @path: file to write
 * @clock_addr: address of vtime_clock in the kernel
 *
 * Return: 0 or -errno.
 */
int vt_truth_open(struct vt_truth *t, const char *path, u64 clock_addr)
{
	t->clock_addr = clock_addr;
	t->file = fopen(path, "w");
	return t->file ? 0 : -errno;
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

/* All but the past. */
#define HEAD_BYTES offsetof(struct clocklink_page, anchor)

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

/**
 * vt_truth_sample() - write what a node's clocks say
 * @t: open
 * @n: node that waits, or is down: then nothing is written
 * @global: instant, between the node's present and its next event, global ps
 */
void vt_truth_sample(struct vt_truth *t, const struct vt_node *n, s64 global)
{
	s64 raw, local = vt_osc_local_ns(&n->osc, global);
	struct clocklink_page page;
	struct vtime_clock clock;

	if (!n->pid || !read_memory(n, t->clock_addr, &clock, sizeof(clock)) ||
	    clock.magic != VTIME_MAGIC)
		return;
	raw = clock_at(&clock.raw, local);
	fprintf(t->file,
		"{\"t\":%lld,\"node\":%u,\"local\":%lld,\"real\":%lld,\"raw\":%lld",
		(long long)(global / VT_PS_PER_NS), n->id, (long long)local,
		(long long)clock_at(&clock.real, local), (long long)raw);
	if (clock.page && read_memory(n, clock.page, &page, HEAD_BYTES) &&
	    page.magic == CLOCKLINK_PAGE_MAGIC)
		print_clock(t->file, &page.now, raw);
	fprintf(t->file, "}\n");
}
