/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one event loop of the daemon: netlink events, one timer, signals.
 */
#ifndef _CL_DAEMON_LOOP_H
#define _CL_DAEMON_LOOP_H

#include "agent/core/probe.h"
#include "agent/core/round.h"
#include "agent/nl/nlmnl.h"
#include "hwstamp.h"
#include "sensor.h"

/**
 * struct cl_loop - the loop
 * @io: the world, with the engine
 * @events: socket that has joined the groups
 * @round: what the events and the timer drive
 * @probe: as @round, for a follower
 * @hwstamp: time stamps by network devices
 * @sensor: temperature of the oscillator
 * @epoll_fd: waits for all
 * @timer_fd: next deadline of rounds or watchdog
 * @signal_fd: SIGTERM and SIGINT
 * @watchdog_ns: time between two signs of life, 0: none wanted
 * @watchdog_at: next one, io time
 * @stale: settings must be read anew
 * @running: false ends the loop
 * @status: what it ends with, 0 or -errno
 */
struct cl_loop {
	struct cl_io *io;
	struct cl_nlmnl events;
	struct cl_round round;
	struct cl_probe probe;
	struct cl_hwstamp hwstamp;
	struct cl_sensor sensor;
	int epoll_fd;
	int timer_fd;
	int signal_fd;
	s64 watchdog_ns;
	s64 watchdog_at;
	bool stale;
	bool running;
	int status;
};

int cl_loop_open(struct cl_loop *l, struct cl_io *io, struct cl_nlmnl *nl,
		 const char *hwstamp, const char *temperature);
void cl_loop_close(struct cl_loop *l);
int cl_loop_run(struct cl_loop *l);

#endif /* _CL_DAEMON_LOOP_H */
