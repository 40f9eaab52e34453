/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: operators' way to the daemon.  Everyone on the host may look;
 * changes are for root of the daemon's user namespace.
 *
 * One datagram is one request.  Who asks and does not read the answer is cut off.
 */
#ifndef _CL_DAEMON_CONTROL_H
#define _CL_DAEMON_CONTROL_H

#include "membership.h"
#include "phctime.h"
#include "systime.h"

/* Clients at a time, and those of them that are not root. */
#define CL_CONTROL_CLIENTS 16
#define CL_CONTROL_GUESTS 12

/* Who asks nothing, or reads nothing, for so long is cut off. */
#define CL_CONTROL_IDLE_NS (10 * CL_NS_PER_SEC)

#define CL_CONTROL_NEVER S64_MAX
#define CL_CONTROL_PATH_SIZE 108

struct cl_control_client;

/**
 * struct cl_control - the socket and its clients
 * @m: what is controlled
 * @io: the world
 * @systime: the system's clock
 * @phctime: the clock of a device
 * @epoll_fd: waits for all
 * @listener: accepts
 * @path: where
 * @client: clients, NULL: free
 * @handle: that was given last
 */
struct cl_control {
	struct cl_membership *m;
	struct cl_io *io;
	const struct cl_systime *systime;
	const struct cl_phctime *phctime;
	int epoll_fd;
	int listener;
	char path[CL_CONTROL_PATH_SIZE];
	struct cl_control_client *client[CL_CONTROL_CLIENTS];
	u64 handle;
};

int cl_control_open(struct cl_control *c, struct cl_membership *m,
		    struct cl_io *io, const struct cl_systime *systime,
		    const struct cl_phctime *phctime, const char *path);
void cl_control_close(struct cl_control *c);
int cl_control_fd(const struct cl_control *c);
void cl_control_handle(struct cl_control *c);
s64 cl_control_deadline(const struct cl_control *c);
void cl_control_run(struct cl_control *c);
void cl_control_answered(struct cl_control *c, u64 handle, int result,
			 const char *why);

#endif /* _CL_DAEMON_CONTROL_H */
