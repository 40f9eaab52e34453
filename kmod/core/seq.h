/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Sequence accounting: loss, duplication and reordering, counted apart.
 */
#ifndef _CL_CORE_SEQ_H
#define _CL_CORE_SEQ_H

#include "types.h"

#define CL_SEQ_WINDOW 64

/*
 * A number further away than this, in either direction, is not believed: 100 s
 * of ten messages per second.  Its successor is, and begins the stream anew
 * (RFC 3550, A.1): the sender has forgotten us and chosen another start.
 */
#define CL_SEQ_JUMP 1000

/**
 * struct cl_seq - what has arrived of one stream
 * @highest: highest sequence number seen
 * @span: numbers of the window that are expected: none before the first that
 *	has arrived
 * @seen: bit i: @highest - i has arrived
 * @suspect: number that would begin the stream anew, if @suspicious
 * @started: a first number has been seen
 * @suspicious: the last number was too far away
 * @received: numbers accepted
 * @lost: numbers that left the window without having arrived
 * @duplicated: numbers that came again
 * @reordered: numbers that came after a higher one
 * @stale: numbers older than the window, or too far away to be believed
 */
struct cl_seq {
	u32 highest;
	u32 span;
	u64 seen;
	u32 suspect;
	bool started;
	bool suspicious;
	u64 received;
	u64 lost;
	u64 duplicated;
	u64 reordered;
	u64 stale;
};

enum cl_seq_verdict {
	CL_SEQ_NEW, /* next, or after a gap */
	CL_SEQ_LATE, /* reordered, first arrival */
	CL_SEQ_DUPLICATE, /* or older than the window: must change nothing */
	CL_SEQ_RESTART, /* a new stream: what belongs to the old one is void */
};

/* a is newer than b; the numbers wrap around. */
static inline bool cl_seq_after(u32 a, u32 b)
{
	return (s32)(a - b) > 0;
}

void cl_seq_reset(struct cl_seq *s);
enum cl_seq_verdict cl_seq_check(const struct cl_seq *s, u32 seq);
enum cl_seq_verdict cl_seq_accept(struct cl_seq *s, u32 seq);
u64 cl_seq_missing(const struct cl_seq *s);

#endif /* _CL_CORE_SEQ_H */
