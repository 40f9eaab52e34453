/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where looks and events come from: the node itself, or a record of one.
 *
 *	for (;;) {
 *		poll() cl_source_fd() and a timer
 *		cl_source_events()
 *		if the timer says so: cl_source_look()
 *	}
 */
#ifndef _CL_WATCH_SOURCE_H
#define _CL_WATCH_SOURCE_H

#include "look.h"

/* Of a message why a record cannot be played, with the name of its file. */
#define CL_SOURCE_ERROR_SIZE 512

struct cl_source;

/* How a record is played. */
enum cl_play {
	CL_PLAY_FAST, /* as fast as it is asked for */
	CL_PLAY_PACED, /* at the pace of the record, from now */
	CL_PLAY_GROWING, /* as CL_PLAY_FAST, and what is appended later as well */
};

/* Gets an event of the module: a sample, an update, a state... */
typedef void (*cl_source_event_t)(void *ctx, s64 utc_ns,
				  const struct cl_nl_msg *m);

/**
 * struct cl_source_ops - a kind of source
 * @look: see cl_source_look()
 * @fd: see cl_source_fd()
 * @events: see cl_source_events()
 * @close: see cl_source_close()
 */
struct cl_source_ops {
	int (*look)(struct cl_source *s, struct cl_look *ret);
	int (*fd)(const struct cl_source *s);
	int (*events)(struct cl_source *s, cl_source_event_t event, void *ctx);
	void (*close)(struct cl_source *s);
};

/**
 * struct cl_source - a source
 * @ops: what it does
 * @overruns: times that events were lost because they were not taken fast enough
 * @error: why the last call failed, "" else
 */
struct cl_source {
	const struct cl_source_ops *ops;
	u64 overruns;
	char error[CL_SOURCE_ERROR_SIZE];
};

int cl_source_live(struct cl_source **ret, bool samples);
int cl_source_play(struct cl_source **ret, const char *path, enum cl_play how,
		   char error[CL_SOURCE_ERROR_SIZE]);

/**
 * cl_source_look() - look at the node
 * @s: the source
 * @ret: a look or zero; filled anew if 0 is returned, to be cleared
 *
 * A live source takes at most some seconds; a module or a daemon that is missing is
 * told in the look. A record gives the next of its looks, once its time has come; events
 * before it that were not taken are passed over.
 *
 * Return: 0; -EAGAIN: the next look of the record is not due yet; -ENODATA: the
 * record has ended, or, if it grows, ends for now; -errno else, then @s->error says why.
 */
static inline int cl_source_look(struct cl_source *s, struct cl_look *ret)
{
	return s->ops->look(s, ret);
}

/**
 * cl_source_fd() - what to wait for
 * @s: the source
 *
 * Return: a descriptor that is readable when events, or a look of a record, wait; -1:
 * there is none now. It may be another one after every call.
 */
static inline int cl_source_fd(const struct cl_source *s)
{
	return s->ops->fd(s);
}

/**
 * cl_source_events() - take all events that wait
 * @s: the source
 * @event: gets them, with the host's time, ns since 1970 UTC
 * @ctx: passed on
 *
 * Of a record: those before the next look that are due. Of one that grows this also finds
 * the looks that were appended.
 *
 * Return: 0; -errno, then @s->error says why.
 */
static inline int cl_source_events(struct cl_source *s, cl_source_event_t event,
				   void *ctx)
{
	return s->ops->events(s, event, ctx);
}

/**
 * cl_source_close() - give a source back
 * @s: the source
 */
static inline void cl_source_close(struct cl_source *s)
{
	s->ops->close(s);
}

#endif /* _CL_WATCH_SOURCE_H */
