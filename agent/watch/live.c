// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The node itself: module and daemon, asked without any privilege.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/lib/errors.h"
#include "agent/lib/now.h"
#include "agent/nl/nlmnl.h"
#include "ctlsocket.h"
#include "source.h"

/* A daemon answers at once, or hangs; then it is left in peace for a while. */
#define DAEMON_TIMEOUT_S 1
#define DAEMON_PAUSE_NS (10 * CL_NS_PER_SEC)

/**
 * struct live - a source
 * @source: what others see of it
 * @samples: samples are wanted too
 * @is_open: @requests and @events are open
 * @requests: for questions to the module
 * @events: has joined the groups
 * @event: who gets the events, while they are taken
 * @ctx: passed on
 * @left: the module went away
 * @pause_until: the daemon is asked again then, CLOCK_MONOTONIC
 */
struct live {
	struct cl_source source;
	bool samples;
	bool is_open;
	struct cl_nlmnl requests;
	struct cl_nlmnl events;
	cl_source_event_t event;
	void *ctx;
	bool left;
	s64 pause_until;
};

/* What a dump is gathered in. */
struct gather {
	struct cl_look *look;
	int err;
};

static void close_module(struct live *l)
{
	if (!l->is_open)
		return;
	cl_nlmnl_close(&l->requests);
	cl_nlmnl_close(&l->events);
	l->is_open = false;
}

static int join(struct live *l)
{
	int err = cl_nlmnl_watch_family(&l->events);

	for (int i = 0; !err && i < __CL_NL_GROUPS; i++)
		if (l->samples || i != CL_NL_GROUP_SAMPLE)
			err = cl_nlmnl_join(&l->events, i);
	return err;
}

static int open_module(struct live *l)
{
	int err;

	if (l->is_open)
		return 0;
	err = cl_nlmnl_open(&l->requests);
	if (err)
		return err;
	err = cl_nlmnl_open(&l->events);
	if (err) {
		cl_nlmnl_close(&l->requests);
		return err;
	}
	l->is_open = true;
	err = join(l);
	if (err)
		close_module(l);
	return err;
}

/* What is missing, and why; the first one counts most. */
static void missing(struct cl_look *ret, const char *what, const char *why)
{
	size_t used = strlen(ret->error);

	snprintf(ret->error + used, sizeof(ret->error) - used, "%s%s: %s",
		 used ? "; " : "", what, why);
}

static int get(struct live *l, u8 cmd, struct cl_look *ret)
{
	const struct cl_nl_msg req = { .cmd = cmd };
	struct cl_nl_msg m;
	int err = cl_nlmnl_call(&l->requests, &req, &m);

	return err ? err : cl_look_put(ret, &m);
}

static void take(void *ctx, const struct cl_nl_msg *m)
{
	struct gather *g = ctx;

	if (!g->err)
		g->err = cl_look_put(g->look, m);
}

static int dump(struct live *l, u8 cmd, struct cl_look *ret)
{
	const struct cl_nl_msg req = { .cmd = cmd };
	struct gather g = { .look = ret };
	int err = cl_nlmnl_dump(&l->requests, &req, take, &g);

	return err ? err : g.err;
}

static int ask_module(struct live *l, struct cl_look *ret)
{
	int err = open_module(l);

	if (!err)
		err = get(l, CLOCKLINK_CMD_INSTANCE_GET, ret);
	if (!err)
		err = get(l, CLOCKLINK_CMD_CLOCK_GET, ret);
	if (!err)
		err = get(l, CLOCKLINK_CMD_STATS_GET, ret);
	if (!err)
		err = dump(l, CLOCKLINK_CMD_PEER_GET, ret);
	if (!err)
		err = dump(l, CLOCKLINK_CMD_DEVICE_GET, ret);
	return err;
}

/*
 * Half a module's answers are none: an instance may go meanwhile. Clearing the look
 * takes them out, so the module is asked first.
 */
static void look_module(struct live *l, struct cl_look *ret)
{
	int err = ask_module(l, ret);

	if (!err)
		return;
	cl_look_clear(ret);
	missing(ret, "module", cl_error_text(err));
	/* Another module may have come: its family has another number. */
	if (err != -ENODEV)
		close_module(l);
}

static int ask_one(struct cl_ctlsocket *s, u8 cmd, struct cl_look *ret)
{
	const struct cl_nl_msg req = { .cmd = cmd };
	struct cl_nl_msg m;
	int err = cl_ctlsocket_call(s, &req, &m);

	/* Of no cluster, or one of another build that has no such thing. */
	if (err == -ENODEV || err == -EOPNOTSUPP)
		return 0;
	return err ? err : cl_look_put(ret, &m);
}

static int ask_all(struct cl_ctlsocket *s, u8 cmd, struct cl_look *ret)
{
	struct cl_nl_msg *all;
	int err, put = 0;
	size_t n;

	err = cl_ctlsocket_dump(s, cmd, &all, &n);
	/* They change all the time: the next look will have them. */
	if (err == -ENODEV || err == -EOPNOTSUPP || err == -EBUSY)
		return 0;
	if (err)
		return err;
	for (size_t i = 0; !put && i < n; i++)
		put = cl_look_put(ret, &all[i]);
	free(all);
	return put;
}

static int ask_daemon(struct cl_ctlsocket *s, struct cl_look *ret)
{
	static const u8 one[] = { CL_CTL_SYSCLOCK_GET, CL_CTL_PHCCLOCK_GET,
				  CL_CTL_STATUS_GET, CL_CTL_SETTINGS_GET,
				  CL_CTL_SCALE_GET };
	static const u8 all[] = { CL_CTL_MEMBER_GET, CL_CTL_REPUTATION_GET,
				  CL_CTL_ACCUSATION_GET, CL_CTL_VOTER_GET,
				  CL_CTL_EVENT_GET };
	int err = cl_ctlsocket_open(s);

	for (size_t i = 0; !err && i < ARRAY_SIZE(one); i++)
		err = ask_one(s, one[i], ret);
	/* Without a cluster all of these are refused. */
	for (size_t i = 0; !err && ret->status.members && i < ARRAY_SIZE(all);
	     i++)
		err = ask_all(s, all[i], ret);
	return err;
}

static void look_daemon(struct live *l, struct cl_look *ret)
{
	struct cl_ctlsocket s = { .timeout_s = DAEMON_TIMEOUT_S };
	int err;

	if (ret->mono_ns < l->pause_until) {
		missing(ret, "daemon", "it has not answered");
		return;
	}
	err = ask_daemon(&s, ret);
	if (err)
		missing(ret, "daemon",
			*s.error.text ? s.error.text : cl_error_text(err));
	/* What it has said before it hung holds. */
	if (err == -ETIMEDOUT)
		l->pause_until = cl_now_ns(CLOCK_MONOTONIC) + DAEMON_PAUSE_NS;
	cl_ctlsocket_close(&s);
}

static int live_look(struct cl_source *s, struct cl_look *ret)
{
	struct live *l = (struct live *)s;
	s64 mono = cl_now_ns(CLOCK_MONOTONIC);

	cl_look_clear(ret);
	look_module(l, ret);
	ret->utc_ns = cl_now_ns(CLOCK_REALTIME);
	ret->mono_ns = mono;
	look_daemon(l, ret);
	cl_look_finish(ret);
	return 0;
}

static int live_fd(const struct cl_source *s)
{
	const struct live *l = (const struct live *)s;

	return l->is_open ? cl_nlmnl_fd(&l->events) : -1;
}

static void on_event(void *ctx, const struct cl_nl_msg *m)
{
	struct live *l = ctx;

	l->event(l->ctx, cl_now_ns(CLOCK_REALTIME), m);
}

static void on_left(void *ctx)
{
	struct live *l = ctx;

	l->left = true;
}

static int live_events(struct cl_source *s, cl_source_event_t event, void *ctx)
{
	static const struct cl_nlmnl_handler handler = {
		.event = on_event,
		.left = on_left,
	};
	struct live *l = (struct live *)s;
	int err;

	if (!l->is_open)
		return 0;
	l->event = event;
	l->ctx = ctx;
	l->left = false;
	err = cl_nlmnl_receive(&l->events, &handler, l);
	/* What was lost is lost; what follows is still of use. */
	if (err == -ENOBUFS)
		s->overruns++;
	else if (err || l->left)
		close_module(l);
	return 0;
}

static void live_close(struct cl_source *s)
{
	struct live *l = (struct live *)s;

	close_module(l);
	free(l);
}

/**
 * cl_source_live() - look at the node of this network namespace
 * @ret: the source; to be closed
 * @samples: every exchange is an event too
 *
 * Needs no privilege. Module and daemon may come and go.
 *
 * Return: 0 or -ENOMEM.
 */
int cl_source_live(struct cl_source **ret, bool samples)
{
	static const struct cl_source_ops ops = {
		.look = live_look,
		.fd = live_fd,
		.events = live_events,
		.close = live_close,
	};
	struct live *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->source.ops = &ops;
	l->samples = samples;
	*ret = &l->source;
	return 0;
}
