/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test use: a PTP clock on top of a counter that runs free, as a network card
 * has it.
 */
#ifndef _NIC_PHC_H
#define _NIC_PHC_H

#include <linux/ptp_clock_kernel.h>
#include <linux/seqlock.h>

#define NIC_PHC_Q48 48

/**
 * struct nic_phc - PTP clock
 * @info: operations given to the PTP core
 * @ptp: registered clock
 * @counter: reads the counter, ns, if @sts is not NULL between two readings of
 *	the system's clock
 * @lock: protects @base, @base_ns and @freq_q48; taken with interrupts off
 * @base: counter at the base point
 * @base_ns: time of the clock there
 * @freq_q48: correction of the frequency, times 2^48
 */
struct nic_phc {
	struct ptp_clock_info info;
	struct ptp_clock *ptp;
	u64 (*counter)(struct nic_phc *phc, struct ptp_system_timestamp *sts);
	seqlock_t lock;
	u64 base;
	s64 base_ns;
	s64 freq_q48;
};

int nic_phc_register(struct nic_phc *phc, const char *name);
void nic_phc_unregister(struct nic_phc *phc);
ktime_t nic_phc_at(struct nic_phc *phc, u64 counter);

#endif /* _NIC_PHC_H */
