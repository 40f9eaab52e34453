/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pulses of a PPS device of the kernel become external events of the PTP clock, in
 * cluster time.
 */
#ifndef _CL_DAEMON_PPS_H
#define _CL_DAEMON_PPS_H

#include "timepage.h"

#define CL_PPS_NEVER S64_MAX

/* Of the PTP clock; the others are for other programs. */
#define CL_PPS_CHANNEL 0

/*
 * A pulse per second is not missed, and how late it is told does not matter: what
 * counts is the kernel's stamp of it.
 */
#define CL_PPS_INTERVAL_NS (250 * CL_NS_PER_MS)

/**
 * struct cl_pps - a PPS device
 * @io: the world
 * @path: the device, NULL: there is none
 * @page: of the instance
 * @fd: the device, -1: not open
 * @number: that of the last pulse
 * @failing: the last pulse or the device was of no use, and that was logged
 * @next: next look, io time
 */
struct cl_pps {
	struct cl_io *io;
	const char *path;
	struct cl_timepage page;
	int fd;
	u32 number;
	bool failing;
	s64 next;
};

void cl_pps_init(struct cl_pps *p, struct cl_io *io, const char *path);
void cl_pps_close(struct cl_pps *p);
void cl_pps_settings(struct cl_pps *p, const struct cl_nl_instance *inst);
s64 cl_pps_deadline(const struct cl_pps *p);
void cl_pps_run(struct cl_pps *p);

#endif /* _CL_DAEMON_PPS_H */
