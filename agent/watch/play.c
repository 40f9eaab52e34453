// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record as a source.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/lib/now.h"
#include "record.h"
#include "source.h"

/**
 * struct play - a source
 * @source: what others see of it
 * @r: the record
 * @path: its file, a copy
 * @timer: readable when @next is due
 * @how: how it is played
 * @ended: there is no frame any more, @next does not count
 * @at: offset of @next, or of what came before it and is passed over
 * @next: the frame that comes next
 * @shift_ns: CLOCK_MONOTONIC now minus that of the record
 */
struct play {
	struct cl_source source;
	struct cl_record_reader r;
	char *path;
	int timer;
	enum cl_play how;
	bool ended;
	u64 at;
	struct cl_record_frame next;
	s64 shift_ns;
};

static bool due(const struct play *p)
{
	return p->how != CL_PLAY_PACED ||
	       p->next.mono_ns + p->shift_ns <= cl_now_ns(CLOCK_MONOTONIC);
}

static int set_timer(struct play *p)
{
	struct itimerspec it = { 0 };
	s64 at = p->next.mono_ns + p->shift_ns;

	/* 0 would disarm it. */
	if (p->how != CL_PLAY_PACED || at <= 0)
		at = 1;
	if (!p->ended) {
		it.it_value.tv_sec = at / CL_NS_PER_SEC;
		it.it_value.tv_nsec = at % CL_NS_PER_SEC;
	}
	return timerfd_settime(p->timer, TFD_TIMER_ABSTIME, &it, NULL) ?
		       -errno :
		       0;
}

static int fail(struct play *p, int err, const char *why)
{
	snprintf(p->source.error, sizeof(p->source.error), "%s", why);
	p->ended = true;
	set_timer(p);
	return err;
}

/* The record ends for now; it goes on at a frame that is in no look. */
static int wait_at(struct play *p, u64 offset)
{
	int err = cl_record_again(&p->r, offset);

	p->ended = true;
	return err ? fail(p, err, p->r.error) : 0;
}

static int advance(struct play *p)
{
	int n;

	p->at = p->r.offset;
	n = cl_record_next(&p->r, &p->next);
	if (n < 0)
		return fail(p, n, p->r.error);
	p->ended = !n;
	if (p->ended && p->how == CL_PLAY_GROWING)
		return p->r.in_look ? 0 : wait_at(p, p->at);
	if (!n && p->r.torn)
		snprintf(p->source.error, sizeof(p->source.error),
			 "%.200s: the last frame, at offset %llu, is torn",
			 p->path, (unsigned long long)p->r.offset);
	return 0;
}

/* Up to the end of the look, which may be missing at the end of the record. */
static int read_look(struct play *p, struct cl_look *ret)
{
	u64 begin = p->at;
	int err = 0;

	while (!err && !p->ended && p->next.kind != CL_RECORD_END) {
		if (p->next.kind == CL_RECORD_OBJECT)
			err = cl_look_put(ret, &p->next.m);
		/* A message that has no place here is none of a look. */
		if (err == -ENOMSG)
			err = 0;
		if (!err)
			err = advance(p);
	}
	if (!err && p->ended && p->how == CL_PLAY_GROWING)
		err = wait_at(p, begin);
	if (err)
		return err;
	if (p->ended)
		return -ENODATA;
	ret->utc_ns = p->next.utc_ns;
	ret->mono_ns = p->next.mono_ns;
	strcpy(ret->error, p->next.text);
	cl_look_finish(ret);
	return advance(p);
}

static int play_look(struct cl_source *s, struct cl_look *ret)
{
	struct play *p = (struct play *)s;
	struct cl_look look = { 0 };
	int err = 0;

	while (!err && !p->ended && p->next.kind == CL_RECORD_EVENT && due(p))
		err = advance(p);
	if (!err && p->ended)
		err = -ENODATA;
	if (!err && !due(p))
		err = -EAGAIN;
	if (!err)
		err = read_look(p, &look);
	if (err) {
		cl_look_clear(&look);
	} else {
		cl_look_clear(ret);
		*ret = look;
	}
	set_timer(p);
	return err;
}

static int play_fd(const struct cl_source *s)
{
	const struct play *p = (const struct play *)s;

	/* A file that grows wakes nobody. */
	return p->how == CL_PLAY_GROWING ? -1 : p->timer;
}

static int play_events(struct cl_source *s, cl_source_event_t event, void *ctx)
{
	struct play *p = (struct play *)s;
	int err = 0;

	if (p->ended && p->how == CL_PLAY_GROWING && !*p->source.error)
		err = advance(p);
	while (!err && !p->ended && p->next.kind == CL_RECORD_EVENT && due(p)) {
		event(ctx, p->next.utc_ns, &p->next.m);
		err = advance(p);
	}
	set_timer(p);
	return err;
}

static void play_close(struct cl_source *s)
{
	struct play *p = (struct play *)s;

	cl_record_close(&p->r);
	if (p->timer >= 0)
		close(p->timer);
	free(p->path);
	free(p);
}

static int begin(struct play *p)
{
	int err;

	if (!p->path)
		return fail(p, -ENOMEM, "out of memory");
	err = cl_record_open(&p->r, p->path);
	if (err)
		return fail(p, err, p->r.error);
	p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (p->timer < 0)
		return fail(p, -errno, "no timer");
	err = advance(p);
	if (err)
		return err;
	if (!p->ended)
		p->shift_ns = cl_now_ns(CLOCK_MONOTONIC) - p->next.mono_ns;
	return set_timer(p);
}

/**
 * cl_source_play() - play a record
 * @ret: the source; to be closed
 * @path: its file
 * @how: how fast, and what its end is
 * @error: why it failed
 *
 * A record that was torn at its end plays up to there; then error of the source says so.
 *
 * Return: 0 or -errno.
 */
int cl_source_play(struct cl_source **ret, const char *path, enum cl_play how,
		   char error[CL_SOURCE_ERROR_SIZE])
{
	static const struct cl_source_ops ops = {
		.look = play_look,
		.fd = play_fd,
		.events = play_events,
		.close = play_close,
	};
	struct play *p = calloc(1, sizeof(*p));
	int err;

	if (!p) {
		strcpy(error, "out of memory");
		return -ENOMEM;
	}
	p->source.ops = &ops;
	p->timer = -1;
	p->how = how;
	p->path = strdup(path);
	err = begin(p);
	if (err) {
		strcpy(error, p->source.error);
		play_close(&p->source);
		return err;
	}
	*ret = &p->source;
	return 0;
}
