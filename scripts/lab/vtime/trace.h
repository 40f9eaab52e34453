/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of measured numbers: delays in us, frequency errors in ppm.
 */
#ifndef _VT_TRACE_H
#define _VT_TRACE_H

#include "kmod/core/types.h"

/* Of a number: an hour in us. */
#define VT_TRACE_LIMIT 3600000000.0

/**
 * struct vt_trace - the numbers of one file, in millionths: ps or 1e-12
 * @next: of the list
 * @value: the numbers
 * @len: how many, at least 1
 * @min: the smallest
 * @max: the greatest
 * @name: of the file, as it was asked for
 */
struct vt_trace {
	struct vt_trace *next;
	s64 *value;
	unsigned int len;
	s64 min;
	s64 max;
	char name[];
};

/**
 * struct vt_traces - the files that were read, each once
 * @dir: relative names are relative to this directory; it must live as long
 * @first: list of them
 */
struct vt_traces {
	const char *dir;
	struct vt_trace *first;
};

const struct vt_trace *vt_traces_get(struct vt_traces *t, const char *name,
				     char *why, size_t why_len);
void vt_traces_free(struct vt_traces *t);

#endif /* _VT_TRACE_H */
