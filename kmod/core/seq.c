// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * A window of 64 sequence numbers behind the highest one seen.
 */
#include "seq.h"

/* No __builtin_popcountll(): without SSE4.2 it is a call into libgcc. */
static unsigned int count_ones(u64 v)
{
	unsigned int n;

	for (n = 0; v; n++)
		v &= v - 1;
	return n;
}

/* Expected numbers of the window that have not arrived, one bit each. */
static u64 missing(const struct cl_seq *s)
{
	u64 expected = s->span < CL_SEQ_WINDOW ? (1ULL << s->span) - 1 : ~0ULL;

	return expected & ~s->seen;
}

/* Move the window forward by @by > 0 numbers; @s->highest has not arrived. */
static void advance(struct cl_seq *s, u32 by)
{
	u64 gap = missing(s);

	if (by < CL_SEQ_WINDOW) {
		s->lost += count_ones(gap >> (CL_SEQ_WINDOW - by));
		s->seen <<= by;
	} else {
		s->lost += count_ones(gap) + by - CL_SEQ_WINDOW;
		s->seen = 0;
	}
	s->span = by < CL_SEQ_WINDOW - s->span ? s->span + by : CL_SEQ_WINDOW;
	s->highest += by;
}

static bool far_away(const struct cl_seq *s, u32 seq)
{
	u32 ahead = seq - s->highest;

	return ahead > CL_SEQ_JUMP && -ahead > CL_SEQ_JUMP;
}

/* Begin with @seq; the counters go on. */
static void begin(struct cl_seq *s, u32 seq)
{
	s->started = true;
	s->highest = seq;
	s->seen = 0;
	s->span = 1;
}

/**
 * cl_seq_reset() - forget a stream
 * @s: accounting; all counters become zero
 */
void cl_seq_reset(struct cl_seq *s)
{
	*s = (struct cl_seq){ .started = false };
}

/**
 * cl_seq_check() - what accepting a number would say
 * @s: accounting
 * @seq: number received
 *
 * Return: the verdict; nothing is changed.
 */
enum cl_seq_verdict cl_seq_check(const struct cl_seq *s, u32 seq)
{
	u32 behind = s->highest - seq;

	if (!s->started)
		return CL_SEQ_NEW;
	if (far_away(s, seq))
		return s->suspicious && seq == s->suspect ? CL_SEQ_RESTART :
							    CL_SEQ_DUPLICATE;
	if (cl_seq_after(seq, s->highest))
		return CL_SEQ_NEW;
	if (behind >= CL_SEQ_WINDOW || s->seen >> behind & 1)
		return CL_SEQ_DUPLICATE;
	return CL_SEQ_LATE;
}

/**
 * cl_seq_accept() - account for a number received
 * @s: accounting
 * @seq: number received
 *
 * Return: as cl_seq_check() before the call.
 */
enum cl_seq_verdict cl_seq_accept(struct cl_seq *s, u32 seq)
{
	enum cl_seq_verdict verdict = cl_seq_check(s, seq);
	u32 behind;

	s->suspicious = verdict == CL_SEQ_DUPLICATE && far_away(s, seq);
	s->suspect = s->suspicious ? seq + 1 : 0;
	if (!s->started || verdict == CL_SEQ_RESTART)
		begin(s, seq);
	else if (verdict == CL_SEQ_NEW)
		advance(s, seq - s->highest);
	behind = s->highest - seq;
	if (verdict == CL_SEQ_DUPLICATE) {
		if (behind < CL_SEQ_WINDOW)
			s->duplicated++;
		else
			s->stale++;
		return verdict;
	}
	s->seen |= 1ULL << behind;
	s->received++;
	if (verdict == CL_SEQ_LATE) {
		s->reordered++;
		if (behind >= s->span)
			s->span = behind + 1;
	}
	return verdict;
}

/**
 * cl_seq_missing() - numbers that may still come
 * @s: accounting
 *
 * Return: expected numbers of the window that have not arrived.
 */
u64 cl_seq_missing(const struct cl_seq *s)
{
	return count_ones(missing(s));
}
