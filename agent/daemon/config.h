/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The INI file.  It seeds an instance; a running one has its own settings.
 */
#ifndef _CL_DAEMON_CONFIG_H
#define _CL_DAEMON_CONFIG_H

#include <net/if.h>
#include <stdio.h>

#include "agent/nl/model.h"
#include "clusterconf.h"

#define CL_CONFIG_ERROR_SIZE 320
#define CL_CONFIG_NAME_SIZE 32
#define CL_CONFIG_PATH_SIZE 128

/* The module's default. */
#define CL_CONFIG_INTERVAL_NS (100 * CL_NS_PER_MS)

/* TAI - UTC since 2017; used if neither kernel nor file know better. */
#define CL_CONFIG_TAI_OFFSET 37

/* The system's clock is stepped at the start if it is off by more. */
#define CL_CONFIG_STEP_NS CL_NS_PER_SEC

/* Settings of hwstamp that are no name of a network device. */
#define CL_CONFIG_HWSTAMP_AUTO "auto"
#define CL_CONFIG_HWSTAMP_OFF "off"

/* As in the module. */
#define CL_CONFIG_DEVICES 8

/**
 * struct cl_config_peer - a section [peer NAME]
 * @name: NAME
 * @line: line of the section
 * @peer: its settings
 */
struct cl_config_peer {
	char name[CL_CONFIG_NAME_SIZE];
	int line;
	struct cl_nl_peer peer;
};

/**
 * struct cl_config_device - a section [device NAME]
 * @name: NAME of the network device
 * @line: line of the section
 * @device: its settings
 */
struct cl_config_device {
	char name[IF_NAMESIZE];
	int line;
	struct cl_nl_device device;
};

/**
 * struct cl_config - a configuration
 * @node_line: line of the section [node], 0: there is none
 * @node: its settings
 * @leader_line: line of its key leader, 0: there is none
 * @cluster: section [cluster]
 * @tai_offset_s: TAI - UTC for a new cluster time if the kernel has none
 * @hwstamp: network device whose time stamps may be used, or auto, or off
 * @temperature: file of a sensor near the oscillator, or empty
 * @pps: PPS device whose pulses are events of the PTP clock, or empty
 * @phc_steer: network device, or path of a PTP clock, that the daemon steers, or empty
 * @system_clock: the daemon steers CLOCK_REALTIME
 * @system_clock_step_ns: at its start it may step it if it is off by more; 0: never
 * @peers: the peers, allocated
 * @n_peers: number of @peers
 * @devices: network devices whose stamps are known to be wrong
 * @n_devices: number of @devices
 * @error: what is wrong, with file and line
 */
struct cl_config {
	int node_line;
	struct cl_nl_instance node;
	int leader_line;
	struct cl_clusterconf cluster;
	s32 tai_offset_s;
	char hwstamp[IF_NAMESIZE];
	char temperature[CL_CONFIG_PATH_SIZE];
	char pps[CL_CONFIG_PATH_SIZE];
	char phc_steer[CL_CONFIG_PATH_SIZE];
	bool system_clock;
	s64 system_clock_step_ns;
	struct cl_config_peer *peers;
	size_t n_peers;
	struct cl_config_device devices[CL_CONFIG_DEVICES];
	size_t n_devices;
	char error[CL_CONFIG_ERROR_SIZE];
};

int cl_config_read(struct cl_config *c, const char *path, FILE *f);
int cl_config_load(struct cl_config *c, const char *path);
void cl_config_free(struct cl_config *c);

#endif /* _CL_DAEMON_CONFIG_H */
