/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time stamps by network devices: switches them on where that is allowed,
 * measures the devices' clocks and tells the module.
 */
#ifndef _CL_DAEMON_HWSTAMP_H
#define _CL_DAEMON_HWSTAMP_H

#include "agent/core/io.h"
#include "agent/lib/hwdev.h"
#include "agent/lib/linefit.h"
#include "agent/nl/nlmnl.h"
#include "config.h"

/* As in the module. */
#define CL_HWSTAMP_DEVICES 8

/**
 * struct cl_hwstamp_device - a network device
 * @ifindex: interface index
 * @name: its name
 * @missed: looks in a row at which no peer's packets left by it
 * @state: enum clocklink_device_state, as the module was told
 * @told: the module was told
 * @phc_index: number of /dev/ptpN of its clock
 * @phc_fd: its clock, -1: not open
 * @changed: it was set to @ours and is to be set back to @before
 * @before: setting that was found
 * @ours: setting that was made
 * @fit: line from its clock to raw time
 * @width_ns: usual width of a reading of its clock
 * @odd: readings in a row that are far from the line
 */
struct cl_hwstamp_device {
	u32 ifindex;
	char name[IF_NAMESIZE];
	unsigned int missed;
	u32 state;
	bool told;
	int phc_index;
	int phc_fd;
	bool changed;
	struct hwtstamp_config before;
	struct hwtstamp_config ours;
	struct cl_linefit fit;
	s64 width_ns;
	unsigned int odd;
};

/**
 * struct cl_hwstamp - all devices
 * @io: time and log
 * @nl: socket for requests
 * @setting: which devices
 * @fd: socket for ioctl()
 * @device: devices
 * @n: number of @device
 * @present: the module has an instance
 * @period_ns: time between two readings of a clock
 * @scan_at: next look at devices and peers, io time
 * @read_at: next reading of the clocks, io time
 * @fallbacks: times that the module found too many stamps missing, U64_MAX: it
 *	was not asked yet
 * @warn_at: it may be said again from then on, io time
 */
struct cl_hwstamp {
	struct cl_io *io;
	struct cl_nlmnl *nl;
	const char *setting;
	int fd;
	struct cl_hwstamp_device device[CL_HWSTAMP_DEVICES];
	unsigned int n;
	bool present;
	s64 period_ns;
	s64 scan_at;
	s64 read_at;
	u64 fallbacks;
	s64 warn_at;
};

int cl_hwstamp_open(struct cl_hwstamp *h, struct cl_io *io, struct cl_nlmnl *nl,
		    const char *setting);
void cl_hwstamp_close(struct cl_hwstamp *h);
void cl_hwstamp_settings(struct cl_hwstamp *h,
			 const struct cl_nl_instance *inst);
void cl_hwstamp_forget(struct cl_hwstamp *h, int phc_index);
s64 cl_hwstamp_deadline(const struct cl_hwstamp *h);
void cl_hwstamp_run(struct cl_hwstamp *h);

#endif /* _CL_DAEMON_HWSTAMP_H */
