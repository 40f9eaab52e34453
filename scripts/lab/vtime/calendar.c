// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conservative simulation in windows.  At the start of a window every node
 * waits.  A node may do what lies before its horizon: the earliest time at
 * which another node, doing its next thing, could reach it by the shortest way.
 * All nodes that have something to do before their horizons do it at the same
 * time, each in a process of its own; frames they send arrive behind
 * the horizons of their receivers.  So what a node sees does not depend on who
 * was faster on the host, and neither do the windows: all decisions are made of
 * virtual times.
 */
#include "calendar.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "agent/lib/compiler.h"

/* No kernel computes so long without a message unless it hangs. */
#define HANG_MS 60000
#define BATCH 64

static enum vt_result __printf(3, 4)
	fail(char *why, size_t why_len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, why_len, fmt, ap);
	va_end(ap);
	return VT_RESULT_ERROR;
}

static enum vt_result fail_node(char *why, size_t why_len,
				const struct vt_node *n, int err)
{
	return fail(why, why_len, "node %u: %s", n->id, strerror(-err));
}

/* Puts the descriptors of a node that are new into epoll. */
static int watch(struct vt_calendar *c, struct vt_node *n)
{
	for (unsigned int i = 0; i < VT_FDS; i++) {
		int *known = &c->fd[n->id * VT_FDS + i], fd = vt_node_fd(n, i);
		struct epoll_event e = { .events = EPOLLIN,
					 .data.u32 = n->id * VT_FDS + i };

		if (*known == fd)
			continue;
		/* A closed descriptor has left epoll by itself. */
		if (*known >= 0 && i == VT_FD_LISTENER)
			epoll_ctl(c->epoll, EPOLL_CTL_DEL, *known, NULL);
		if (fd >= 0 && epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &e))
			return -errno;
		*known = fd;
	}
	return 0;
}

static int start_node(struct vt_calendar *c, struct vt_node *n, s64 now)
{
	int err = vt_node_start(n, now);

	for (unsigned int i = 0; i < VT_FDS; i++)
		c->fd[n->id * VT_FDS + i] = -1;
	return err ? err : watch(c, n);
}

/*
 * One message of one node; then it goes on as far as it may.
 *
 * Return: 0 or -errno.
 */
static int serve(struct vt_calendar *c, unsigned int tag)
{
	struct vt_node *n = &c->node[tag / VT_FDS];
	int err;

	/* It may have ended by an earlier message of the same batch. */
	if (!n->pid || vt_node_fd(n, tag % VT_FDS) < 0)
		return 0;
	err = vt_node_message(n, tag % VT_FDS);
	if (err || !n->pid)
		return err;
	if (tag % VT_FDS != VT_FD_TIME)
		err = watch(c, n);
	if (!err && !vt_node_busy(n))
		err = vt_node_step(n);
	return err;
}

static unsigned int count_busy(const struct vt_calendar *c)
{
	unsigned int busy = 0;

	for (unsigned int i = 0; i < c->scenario->nodes; i++)
		busy += vt_node_busy(&c->node[i]);
	return busy;
}

static const struct vt_node *any_busy(const struct vt_calendar *c)
{
	for (unsigned int i = 0; i < c->scenario->nodes; i++)
		if (vt_node_busy(&c->node[i]))
			return &c->node[i];
	return NULL;
}

/* Serves the nodes until all of them wait. */
static enum vt_result settle(struct vt_calendar *c, char *why, size_t why_len)
{
	struct epoll_event e[BATCH];
	unsigned int busy = count_busy(c);

	while (busy) {
		int n = epoll_wait(c->epoll, e, BATCH, HANG_MS);

		if (n < 0 && errno != EINTR)
			return fail(why, why_len, "epoll_wait: %m");
		if (!n) {
			const struct vt_node *hung = any_busy(c);

			fail(why, why_len,
			     "node %u has hung at %.9f s: nothing in %d s",
			     hung->id, (double)hung->now / VT_PS_PER_SEC,
			     HANG_MS / 1000);
			return VT_RESULT_HUNG;
		}
		for (int i = 0; i < n; i++) {
			struct vt_node *node = &c->node[e[i].data.u32 / VT_FDS];
			bool was = vt_node_busy(node);
			int err = serve(c, e[i].data.u32);

			if (err)
				return fail_node(why, why_len, node, err);
			busy += vt_node_busy(node) - was;
		}
	}
	return VT_RESULT_DONE;
}

/* Nothing that other nodes do from now on can reach node @to before. */
static s64 horizon(const struct vt_calendar *c, unsigned int to, s64 end)
{
	unsigned int n = c->scenario->nodes;

	for (unsigned int i = 0; i < n; i++) {
		s64 reach;

		if (i == to || c->next[i] >= end)
			continue;
		reach = c->next[i] + c->net->near[i * n + to];
		if (reach < end)
			end = reach;
	}
	return end;
}

/* Lets all nodes run that may, at most up to @end. */
static enum vt_result window(struct vt_calendar *c, s64 end, char *why,
			     size_t why_len)
{
	unsigned int n = c->scenario->nodes;
	int err;

	c->windows++;
	for (unsigned int i = 0; i < n; i++)
		if (c->next[i] < end)
			c->node[i].horizon = horizon(c, i, end);
	for (unsigned int i = 0; i < n; i++) {
		if (c->next[i] >= end || c->next[i] >= c->node[i].horizon)
			continue;
		c->runs++;
		err = vt_node_step(&c->node[i]);
		if (err)
			return fail_node(why, why_len, &c->node[i], err);
	}
	return settle(c, why, why_len);
}

/* The earliest event of all nodes, after noting that of each. */
static s64 look(struct vt_calendar *c)
{
	s64 first = VT_NEVER;

	for (unsigned int i = 0; i < c->scenario->nodes; i++) {
		c->next[i] = vt_node_next(&c->node[i]);
		if (c->next[i] < first)
			first = c->next[i];
	}
	return first;
}

static int node_event(struct vt_calendar *c, struct vt_node *n,
		      const struct vt_event *e)
{
	switch (e->kind) {
	case VT_EVENT_KILL:
		vt_node_kill(n, VT_END_KILLED);
		return 0;
	case VT_EVENT_RESTART:
		vt_node_kill(n, VT_END_KILLED);
		return start_node(c, n, e->at);
	case VT_EVENT_PAUSE:
		n->paused = true;
		return 0;
	case VT_EVENT_RESUME:
		if (!n->paused || !n->pid)
			return 0;
		n->paused = false;
		n->now = e->at;
		n->now_local = vt_osc_local_ns(&n->osc, e->at);
		return 0;
	case VT_EVENT_LOSE:
		c->scenario->node[n->id].phc.lose = e->lose;
		return 0;
	default:
		return n->pid ? vt_net_exec(n, e->at, e->text) : 0;
	}
}

static enum vt_result do_event(struct vt_calendar *c, const struct vt_event *e,
			       char *why, size_t why_len)
{
	int err;

	if (e->kind == VT_EVENT_NETWORK) {
		vt_scenario_apply(c->scenario, e);
		vt_net_changed(c->net);
		return VT_RESULT_DONE;
	}
	for (unsigned int i = e->first; i <= e->last; i++) {
		err = node_event(c, &c->node[i], e);
		if (err)
			return fail_node(why, why_len, &c->node[i], err);
	}
	/* A kernel that boots must come to its first wait. */
	return settle(c, why, why_len);
}

static void sample(struct vt_calendar *c)
{
	for (unsigned int i = 0; i < c->scenario->nodes; i++)
		vt_truth_sample(c->truth, &c->node[i], c->sample);
	c->sample += c->scenario->truth_every;
}

/* Samples and events up to @first; then the end of the next window. */
static enum vt_result due(struct vt_calendar *c, s64 first, s64 *ret_end,
			  char *why, size_t why_len)
{
	const struct vt_scenario *s = c->scenario;
	enum vt_result r;
	s64 at;

	*ret_end = s->duration;
	if (c->event < s->events && s->event[c->event].at < *ret_end)
		*ret_end = s->event[c->event].at;
	if (c->sample < *ret_end)
		*ret_end = c->sample;
	if (first < *ret_end || *ret_end == s->duration)
		return VT_RESULT_DONE;
	at = *ret_end;
	/* The truth is what was before the events of the same instant. */
	if (c->sample == at)
		sample(c);
	while (c->event < s->events && s->event[c->event].at == at) {
		r = do_event(c, &s->event[c->event++], why, why_len);
		if (r)
			return r;
	}
	*ret_end = at;
	return VT_RESULT_DONE;
}

static enum vt_result run(struct vt_calendar *c, char *why, size_t why_len)
{
	const struct vt_scenario *s = c->scenario;
	enum vt_result r;
	int err;

	for (unsigned int i = 0; i < s->nodes; i++) {
		err = start_node(c, &c->node[i], 0);
		if (err)
			return fail_node(why, why_len, &c->node[i], err);
	}
	r = settle(c, why, why_len);
	while (!r) {
		s64 first = look(c), end;

		r = due(c, first, &end, why, why_len);
		if (r || (first >= end && end == s->duration))
			break;
		if (first < end)
			r = window(c, end, why, why_len);
	}
	return r;
}

/**
 * vt_calendar_run() - run the scenario to its end
 * @c: run; scenario, node, net and truth are set, the rest is 0
 * @why: what went wrong
 * @why_len: bytes of @why
 *
 * Nodes are up afterwards; vt_node_kill() ends them.
 *
 * Return: how it ended; @why is set unless it is VT_RESULT_DONE.
 */
enum vt_result vt_calendar_run(struct vt_calendar *c, char *why, size_t why_len)
{
	unsigned int n = c->scenario->nodes;
	enum vt_result r;

	c->fd = malloc(n * VT_FDS * sizeof(*c->fd));
	c->next = calloc(n, sizeof(*c->next));
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	c->sample = c->scenario->truth_every;
	if (!c->fd || !c->next || c->epoll < 0)
		r = fail(why, why_len, "%m");
	else
		r = run(c, why, why_len);
	free(c->fd);
	free(c->next);
	if (c->epoll >= 0)
		close(c->epoll);
	return r;
}
