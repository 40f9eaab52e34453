/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Which time stamps to use with one peer: those of the network device, while
 * they come, else those of the kernel.
 */
#ifndef _CL_CORE_SOURCE_H
#define _CL_CORE_SOURCE_H

#include "cltime.h"
#include "types.h"

/* Stamps missing in a row after which the kernel's are used ... */
#define CL_SOURCE_MISSING_MAX 8
/* ... until the device gets another chance, ns ... */
#define CL_SOURCE_RETRY_NS (10 * CL_NS_PER_SEC)
/* ... of so many; a first one may still be on its way. */
#define CL_SOURCE_RETRY_MAX 2

/**
 * struct cl_source - source of stamps with one peer
 * @tx_missing: transmit stamps asked for since the last one came
 * @rx_missing: packets without a receive stamp since the last one with it
 * @tolerated: so many of either end the use of the device's stamps
 * @tx_seen: a transmit stamp has come since the last try
 * @rx_seen: a receive stamp has come since the last try
 * @off: the device's stamps are not used until @retry
 * @retry: raw time
 * @lost: stamps of the device that did not come
 * @fallbacks: times that the kernel's had to be used instead
 */
struct cl_source {
	u32 tx_missing;
	u32 rx_missing;
	u32 tolerated;
	bool tx_seen;
	bool rx_seen;
	bool off;
	struct cl_raw retry;
	u64 lost;
	u64 fallbacks;
};

void cl_source_init(struct cl_source *s);
bool cl_source_hardware(struct cl_source *s, struct cl_raw now);
void cl_source_asked(struct cl_source *s);
void cl_source_sent(struct cl_source *s);
void cl_source_received(struct cl_source *s, bool stamped);

#endif /* _CL_CORE_SOURCE_H */
