// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/core/raft_conf.h"
#include "agent/lib/errors.h"
#include "agent/nl/schema.h"
#include "kmod/core/fixed.h"
#include "log.h"
#include "notify.h"

#define MAX_EVENTS 8

static void stop(struct cl_loop *l, int status)
{
	l->running = false;
	l->status = status;
}

static void take_event(void *ctx, const struct cl_nl_msg *m)
{
	struct cl_loop *l = ctx;

	switch (m->cmd) {
	case CLOCKLINK_CMD_INSTANCE_NTF:
	case CLOCKLINK_CMD_PEER_ADD_NTF:
	case CLOCKLINK_CMD_PEER_DEL_NTF:
		l->stale = true;
		break;
	case CLOCKLINK_CMD_STATE_NTF:
		cl_agent_state(l->agent, m->clock.state);
		break;
	case CLOCKLINK_CMD_UPDATE_NTF:
		cl_agent_update(l->agent, &m->update);
		break;
	case CLOCKLINK_CMD_SAMPLE_NTF:
		cl_agent_sample(l->agent, &m->sample);
		break;
	default:
		break;
	}
}

static void take_left(void *ctx)
{
	cl_log(CL_IO_ERR, "the clocklink module was removed");
	stop(ctx, -EPROTONOSUPPORT);
}

static const struct cl_nlmnl_handler handler = {
	.event = take_event,
	.left = take_left,
};

/* In a cluster: what this node is, and who leads. */
static void print_role(const struct cl_loop *l, u32 node, char *text,
		       size_t size)
{
	const struct cl_cluster *c = cl_agent_cluster(l->agent);
	u32 term = 0, leader = c ? cl_cluster_leader(c, &term) : 0;
	const char *role = cl_membership_role(l->membership);

	if (leader)
		snprintf(text, size, "node %u, %s, leader %u, term %u", node,
			 role, leader, term);
	else
		snprintf(text, size, "node %u, %s, no leader", node, role);
}

/* For the service manager if it has changed; for the log if roles have. */
static void tell_status(struct cl_loop *l)
{
	const struct cl_nl_instance *inst = cl_agent_instance(l->agent);
	char role[sizeof(l->role)] = "", text[sizeof(l->told)];

	if (inst && cl_membership_role(l->membership))
		print_role(l, inst->node, role, sizeof(role));
	else if (inst)
		snprintf(role, sizeof(role), "node %u, leader %u", inst->node,
			 inst->leader);
	if (!inst)
		snprintf(text, sizeof(text), "STATUS=no instance, waiting");
	else
		snprintf(text, sizeof(text), "STATUS=%s, %s", role,
			 cl_nl_state_name(cl_agent_clock_state(l->agent)));
	if (!strcmp(text, l->told))
		return;
	strcpy(l->told, text);
	cl_notify(text);
	if (inst && cl_membership_role(l->membership) && strcmp(role, l->role))
		cl_log(CL_IO_NOTICE, "%s", role);
	strcpy(l->role, role);
}

/* A voter says when most of the voters can be reached, and when not any more. */
static void tell_quorum(struct cl_loop *l)
{
	const struct cl_cluster *c = cl_agent_cluster(l->agent);
	const struct cl_raft_conf *conf = c ? &cl_cluster_state(c)->conf : NULL;
	const struct cl_nl_instance *inst = cl_agent_instance(l->agent);
	unsigned int needed, n;
	bool quorum;

	if (!inst || !conf || !cl_raft_conf_votes(conf, inst->node)) {
		l->quorum = false;
		return;
	}
	needed = cl_raft_conf_quorum(conf);
	n = cl_cluster_reachable(c);
	quorum = n >= needed;
	if (l->quorum == quorum)
		return;
	l->quorum = quorum;
	cl_io_event(l->io, l->quorum ? CL_IO_NOTICE : CL_IO_WARNING,
		    l->quorum ? CL_EVENT_QUORUM_REGAINED : CL_EVENT_QUORUM_LOST,
		    CL_VALUES(cl_int("NODE", inst->node),
			      cl_int("LEADER", inst->leader),
			      cl_int("TERM", inst->term),
			      cl_int("REACHABLE", n), cl_int("NEEDED", needed),
			      cl_int("VOTERS", conf->voters)),
		    "quorum %s: %u of %u voters can be reached, %u are needed",
		    l->quorum ? "there" : "lost", n, conf->voters, needed);
}

/*
 * The engine is asked rather than the event believed: what counts is what is
 * true now, and an event may have been lost.
 */
static void resync(struct cl_loop *l)
{
	struct cl_nl_instance inst = { 0 };
	int err;

	err = l->io->engine->ops->get_instance(l->io->engine, &inst);
	if (err && err != -ENODEV) {
		cl_log(CL_IO_ERR, "cannot read the instance: %s",
		       l->io->engine->error);
		return;
	}
	cl_agent_settings(l->agent, err ? NULL : &inst);
	cl_hwstamp_settings(&l->hwstamp, err ? NULL : &inst);
	cl_sensor_settings(&l->sensor, !err);
	cl_pps_settings(&l->pps, err ? NULL : &inst);
	cl_systime_settings(l->systime, err ? NULL : &inst);
	cl_phctime_settings(l->phctime, err ? NULL : &inst);
}

static void take_netlink(struct cl_loop *l)
{
	int err;

	err = cl_nlmnl_receive(&l->events, &handler, l);
	if (err) {
		cl_log(CL_IO_WARNING, "netlink events: %s", cl_error_text(err));
		l->stale = true;
	}
	if (l->running && l->stale) {
		resync(l);
		l->stale = false;
	}
}

/* Only voters judge, and there may be many samples. */
static void hear_samples(struct cl_loop *l)
{
	const struct cl_cluster *c = cl_agent_cluster(l->agent);
	const struct cl_nl_instance *inst = cl_agent_instance(l->agent);
	bool want = c && inst &&
		    cl_state_role(cl_cluster_state(c), inst->node) ==
			    CL_MEMBER_VOTER;
	int err;

	if (want == l->samples)
		return;
	l->samples = want;
	err = want ? cl_nlmnl_join(&l->events, CL_NL_GROUP_SAMPLE) :
		     cl_nlmnl_leave(&l->events, CL_NL_GROUP_SAMPLE);
	if (err)
		cl_log(CL_IO_WARNING, "samples of the module: %s",
		       cl_error_text(err));
}

static void take_signal(struct cl_loop *l)
{
	struct signalfd_siginfo info;

	if (read(l->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	cl_log(CL_IO_NOTICE, "%s, the clock coasts from here on",
	       strsignal(info.ssi_signo));
	stop(l, 0);
}

static void take_timer(struct cl_loop *l)
{
	s64 now = l->io->ops->now(l->io);
	u64 count;

	/* Only empties it; what is due is known by the time. */
	if (read(l->timer_fd, &count, sizeof(count)) < 0)
		return;
	if (l->watchdog_ns && now >= l->watchdog_at) {
		cl_notify("WATCHDOG=1");
		l->watchdog_at = now + l->watchdog_ns;
	}
	cl_agent_run(l->agent);
	cl_membership_run(l->membership);
	cl_control_run(l->control);
	cl_hwstamp_run(&l->hwstamp);
	cl_sensor_run(&l->sensor);
	cl_pps_run(&l->pps);
	cl_systime_run(l->systime);
	if (cl_phctime_run(l->phctime))
		cl_hwstamp_forget(&l->hwstamp, l->phctime->index);
}

static int arm_timer(struct cl_loop *l)
{
	struct itimerspec its = { 0 };
	s64 at = cl_min_s64(cl_agent_deadline(l->agent),
			    cl_hwstamp_deadline(&l->hwstamp));

	at = cl_min_s64(at, cl_membership_deadline(l->membership));
	at = cl_min_s64(at, cl_control_deadline(l->control));
	at = cl_min_s64(at, cl_sensor_deadline(&l->sensor));
	at = cl_min_s64(at, cl_pps_deadline(&l->pps));
	at = cl_min_s64(at, cl_systime_deadline(l->systime));
	at = cl_min_s64(at, cl_phctime_deadline(l->phctime));
	if (l->watchdog_ns)
		at = cl_min_s64(at, l->watchdog_at);
	/* All zero disarms it. */
	if (at != CL_AGENT_NEVER) {
		/* what is long overdue must not look like never */
		at = cl_max_s64(at, 1);
		its.it_value.tv_sec = at / CL_NS_PER_SEC;
		its.it_value.tv_nsec = at % CL_NS_PER_SEC;
	}
	if (timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &its, NULL))
		return -errno;
	return 0;
}

static int watch(struct cl_loop *l, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

/* Without a cluster there is nothing to wait for. */
static int watch_membership(struct cl_loop *l)
{
	int streams = cl_membership_streams_fd(l->membership);
	int store = cl_membership_store_fd(l->membership);
	int err = streams < 0 ? 0 : watch(l, streams);

	return err || store < 0 ? err : watch(l, store);
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd >= 0 && sigprocmask(SIG_BLOCK, &set, NULL)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int open_events(struct cl_loop *l)
{
	static const enum cl_nl_group groups[] = {
		CL_NL_GROUP_CONFIG,
		CL_NL_GROUP_STATE,
		CL_NL_GROUP_UPDATE,
	};
	int err;

	err = cl_nlmnl_open(&l->events);
	if (err)
		return err;
	err = cl_nlmnl_watch_family(&l->events);
	for (size_t i = 0; !err && i < sizeof(groups) / sizeof(*groups); i++)
		err = cl_nlmnl_join(&l->events, groups[i]);
	if (err)
		cl_nlmnl_close(&l->events);
	return err;
}

/**
 * cl_loop_open() - prepare the loop
 * @l: the loop; to be closed
 * @io: the world; must outlive @l
 * @parts: what it drives
 *
 * From here on no event is lost: read or change settings after this.
 *
 * Return: 0 or -errno.
 */
int cl_loop_open(struct cl_loop *l, struct cl_io *io,
		 const struct cl_loop_parts *parts)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->io = io;
	l->membership = parts->membership;
	l->agent = cl_membership_agent(l->membership);
	l->control = parts->control;
	l->systime = parts->systime;
	l->phctime = parts->phctime;
	l->watchdog_ns = cl_notify_watchdog_ns();
	cl_sensor_init(&l->sensor, io, parts->temperature);
	cl_pps_init(&l->pps, io, parts->pps);
	err = cl_hwstamp_open(&l->hwstamp, io, parts->nl, parts->hwstamp);
	if (err)
		return err;
	err = open_events(l);
	if (err) {
		cl_hwstamp_close(&l->hwstamp);
		return err;
	}
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	l->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	l->signal_fd = open_signals();
	if (l->epoll_fd < 0 || l->timer_fd < 0 || l->signal_fd < 0)
		err = -errno;
	if (!err)
		err = watch(l, cl_nlmnl_fd(&l->events));
	if (!err)
		err = watch(l, l->timer_fd);
	if (!err)
		err = watch(l, l->signal_fd);
	if (!err)
		err = watch(l, cl_control_fd(l->control));
	if (!err)
		err = watch_membership(l);
	if (err)
		cl_loop_close(l);
	return err;
}

/**
 * cl_loop_close() - give everything back; the engine stays as it is, but that
 *		      network devices are as they were
 * @l: the loop
 */
void cl_loop_close(struct cl_loop *l)
{
	/* One that could not be opened is -1: closing it does no harm. */
	close(l->epoll_fd);
	close(l->timer_fd);
	close(l->signal_fd);
	cl_nlmnl_close(&l->events);
	cl_hwstamp_close(&l->hwstamp);
	cl_pps_close(&l->pps);
}

static void dispatch(struct cl_loop *l, int fd)
{
	if (fd == l->timer_fd)
		take_timer(l);
	else if (fd == l->signal_fd)
		take_signal(l);
	else if (fd == cl_nlmnl_fd(&l->events))
		take_netlink(l);
	else if (fd == cl_control_fd(l->control))
		cl_control_handle(l->control);
	else
		cl_membership_run(l->membership);
}

/**
 * cl_loop_run() - serve until told to stop
 * @l: the loop
 *
 * Return: 0 after SIGTERM or SIGINT; -EPROTONOSUPPORT if the module was
 * removed, -errno if waiting failed.
 */
int cl_loop_run(struct cl_loop *l)
{
	struct epoll_event events[MAX_EVENTS];
	int n, err;

	l->running = true;
	l->watchdog_at = l->io->ops->now(l->io);
	resync(l);
	cl_notify("READY=1");
	while (l->running) {
		hear_samples(l);
		tell_status(l);
		tell_quorum(l);
		err = arm_timer(l);
		if (err)
			return err;
		n = epoll_wait(l->epoll_fd, events, MAX_EVENTS, -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n && l->running; i++)
			dispatch(l, events[i].data.fd);
	}
	cl_notify("STOPPING=1");
	return l->status;
}
