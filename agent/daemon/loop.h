/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one event loop of the daemon: netlink events, streams, the disk, one timer,
 * signals.
 */
#ifndef _CL_DAEMON_LOOP_H
#define _CL_DAEMON_LOOP_H

#include "agent/nl/nlmnl.h"
#include "control.h"
#include "hwstamp.h"
#include "membership.h"
#include "pps.h"
#include "sensor.h"
#include "systime.h"

/**
 * struct cl_loop_parts - what the loop drives; all must outlive it
 * @nl: socket for requests about network devices
 * @membership: gets all that happens, it and its agent
 * @control: operators' way to @membership
 * @systime: the system's clock
 * @phctime: the clock of a device
 * @hwstamp: which devices stamp, see cl_hwstamp_open()
 * @temperature: file of a sensor, see cl_sensor_init()
 * @pps: PPS device, see cl_pps_init()
 */
struct cl_loop_parts {
	struct cl_nlmnl *nl;
	struct cl_membership *membership;
	struct cl_control *control;
	struct cl_systime *systime;
	struct cl_phctime *phctime;
	const char *hwstamp;
	const char *temperature;
	const char *pps;
};

/**
 * struct cl_loop - the loop
 * @io: the world, with the engine
 * @events: socket that has joined the groups
 * @membership: of a cluster, or of none; what the events and the timer drive
 * @agent: its agent
 * @control: operators' way in
 * @samples: the group of samples was joined
 * @hwstamp: time stamps by network devices
 * @sensor: temperature of the oscillator
 * @pps: pulses of a PPS device
 * @systime: the system's clock
 * @phctime: the clock of a device
 * @epoll_fd: waits for all
 * @timer_fd: next deadline of all
 * @signal_fd: SIGTERM and SIGINT
 * @watchdog_ns: time between two signs of life, 0: none wanted
 * @watchdog_at: next one, io time
 * @stale: settings must be read anew
 * @role: role and leader as logged last
 * @told: status as told last
 * @quorum: most voters can be reached, as logged last
 * @running: false ends the loop
 * @status: what it ends with, 0 or -errno
 */
struct cl_loop {
	struct cl_io *io;
	struct cl_nlmnl events;
	struct cl_membership *membership;
	struct cl_agent *agent;
	struct cl_control *control;
	bool samples;
	struct cl_hwstamp hwstamp;
	struct cl_sensor sensor;
	struct cl_pps pps;
	struct cl_systime *systime;
	struct cl_phctime *phctime;
	int epoll_fd;
	int timer_fd;
	int signal_fd;
	s64 watchdog_ns;
	s64 watchdog_at;
	bool stale;
	char role[64];
	char told[128];
	bool quorum;
	bool running;
	int status;
};

int cl_loop_open(struct cl_loop *l, struct cl_io *io,
		 const struct cl_loop_parts *parts);
void cl_loop_close(struct cl_loop *l);
int cl_loop_run(struct cl_loop *l);

#endif /* _CL_DAEMON_LOOP_H */
