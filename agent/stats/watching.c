// SPDX-License-Identifier: GPL-2.0-or-later
#include "watching.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/lib/now.h"

/* A descriptor that is readable once somebody ends the program; -1: none. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool take_keys(const struct cl_watcher *w)
{
	char keys[16];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	for (ssize_t i = 0; i < n; i++)
		if (w->key(w->ctx, keys[i]))
			return true;
	/* Who presses keys has gone. */
	return !n;
}

/* Waits for events, keys, or the time of a look; 1: enough. */
static int wait_until(struct cl_source *s, int end, s64 until,
		      const struct cl_watcher *w)
{
	struct pollfd fds[] = {
		{ .fd = cl_source_fd(s), .events = POLLIN },
		{ .fd = w->key ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = end, .events = POLLIN },
	};
	s64 left = until - cl_now_ns(CLOCK_MONOTONIC);
	struct timespec ts = {
		.tv_sec = left > 0 ? left / CL_NS_PER_SEC : 0,
		.tv_nsec = left > 0 ? left % CL_NS_PER_SEC : 0,
	};

	if (ppoll(fds, 3, &ts, NULL) < 0)
		return errno == EINTR ? 0 : -errno;
	return fds[2].revents || (fds[1].revents && take_keys(w));
}

static void no_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *m)
{
	(void)ctx;
	(void)utc_ns;
	(void)m;
}

static int take_events(struct cl_source *s, const struct cl_watcher *w)
{
	return cl_source_events(s, w->event ? w->event : no_event, w->ctx);
}

/* Returns 1 if that was enough, and the end of a record is. */
static int look(struct cl_source *s, struct cl_look *l,
		const struct cl_watcher *w)
{
	int err = cl_source_look(s, l);

	if (err == -ENODATA)
		return 1;
	if (err)
		return err == -EAGAIN ? 0 : err;
	return w->look(w->ctx, l);
}

/**
 * cl_watching() - look until it is enough
 * @s: what to look at; a record ends it too, as SIGINT and SIGTERM do
 * @period_ns: time between two looks; 0: as fast as they come
 * @w: who watches
 *
 * Return: 0; -errno, then @s->error says why.
 */
int cl_watching(struct cl_source *s, s64 period_ns, const struct cl_watcher *w)
{
	s64 next = cl_now_ns(CLOCK_MONOTONIC);
	struct cl_look l = { 0 };
	int end = catch_signals();
	int err = 0;

	while (!err) {
		err = wait_until(s, end, next, w);
		if (!err)
			err = take_events(s, w);
		if (err || cl_now_ns(CLOCK_MONOTONIC) < next)
			continue;
		err = look(s, &l, w);
		next += period_ns;
	}
	if (end >= 0)
		close(end);
	cl_look_clear(&l);
	return err < 0 ? err : 0;
}
