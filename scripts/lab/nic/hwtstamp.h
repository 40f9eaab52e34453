/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test use: what a network device is asked to stamp.
 */
#ifndef _NIC_HWTSTAMP_H
#define _NIC_HWTSTAMP_H

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/netdevice.h>
#include <linux/version.h>

/* The kernel's own copy of the structure came in 6.11. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define nic_ts_info kernel_ethtool_ts_info
#else
#define nic_ts_info ethtool_ts_info
#endif

/**
 * struct nic_hwtstamp - configuration
 * @tx: HWTSTAMP_TX_ON or _OFF; written under RTNL, READ_ONCE()
 * @rx: HWTSTAMP_FILTER_NONE, _PTP_V2_EVENT or _ALL; as @tx
 */
struct nic_hwtstamp {
	int tx;
	int rx;
};

int nic_hwtstamp_ioctl(struct nic_hwtstamp *h, struct ifreq *ifr, int cmd);
void nic_hwtstamp_info(struct nic_ts_info *info, int phc_index);
bool nic_hwtstamp_tx(const struct nic_hwtstamp *h, const struct sk_buff *skb);
bool nic_hwtstamp_rx(const struct nic_hwtstamp *h, const struct sk_buff *skb);

#endif /* _NIC_HWTSTAMP_H */
