/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host says that matters for time, asked without any privilege.
 */
#ifndef _CL_STATS_HOST_H
#define _CL_STATS_HOST_H

#include <net/if.h>
#include <stdbool.h>

#include "agent/watch/look.h"

#define CL_HOST_WORD_SIZE 32
#define CL_HOST_OWNERS_SIZE 192

/* Network devices that are told; more are not looked at. */
#define CL_HOST_LINKS 16

/**
 * struct cl_host_link - a network device that peers are reached by
 * @ifindex: interface index
 * @name: its name
 * @mtu: longest IP packet, bytes
 * @stamps: it can stamp every packet both ways, and has a clock
 */
struct cl_host_link {
	u32 ifindex;
	char name[IF_NAMESIZE];
	u32 mtu;
	bool stamps;
};

/**
 * struct cl_host - the host
 * @clocksource: the kernel's clock source, "" if it cannot be read
 * @tsc_offered: the processor's counter is among those that may be chosen
 * @owners: programs that set the system's clock, "" if there are none
 * @n_owners: how many
 * @links: devices
 * @n_links: number of @links
 */
struct cl_host {
	char clocksource[CL_HOST_WORD_SIZE];
	bool tsc_offered;
	char owners[CL_HOST_OWNERS_SIZE];
	unsigned int n_owners;
	struct cl_host_link links[CL_HOST_LINKS];
	unsigned int n_links;
};

void cl_host_look(struct cl_host *ret, const struct cl_look *l);

#endif /* _CL_STATS_HOST_H */
