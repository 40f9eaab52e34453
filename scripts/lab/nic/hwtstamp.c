// SPDX-License-Identifier: GPL-2.0
#include "hwtstamp.h"

#include <linux/ptp_classify.h>
#include <linux/skbuff.h>
#include <linux/uaccess.h>

/* As cards do that can tell PTP's packets, but not all of its kinds. */
static int filter_of(int wanted)
{
	switch (wanted) {
	case HWTSTAMP_FILTER_NONE:
		return HWTSTAMP_FILTER_NONE;
	case HWTSTAMP_FILTER_PTP_V2_EVENT:
	case HWTSTAMP_FILTER_PTP_V2_L2_EVENT:
	case HWTSTAMP_FILTER_PTP_V2_L4_EVENT:
		return HWTSTAMP_FILTER_PTP_V2_EVENT;
	default:
		return HWTSTAMP_FILTER_ALL;
	}
}

/**
 * nic_hwtstamp_ioctl() - SIOCSHWTSTAMP and SIOCGHWTSTAMP
 * @h: configuration
 * @ifr: argument
 * @cmd: ioctl
 *
 * Context: process, RTNL.
 * Return: 0, -EFAULT, -ERANGE for a transmit type that is not known,
 * -EOPNOTSUPP for any other ioctl.
 */
int nic_hwtstamp_ioctl(struct nic_hwtstamp *h, struct ifreq *ifr, int cmd)
{
	struct hwtstamp_config cfg = {};

	switch (cmd) {
	case SIOCSHWTSTAMP:
		if (copy_from_user(&cfg, ifr->ifr_data, sizeof(cfg)))
			return -EFAULT;
		if (cfg.tx_type != HWTSTAMP_TX_OFF &&
		    cfg.tx_type != HWTSTAMP_TX_ON)
			return -ERANGE;
		/* Pair with nic_hwtstamp_tx() and _rx(). */
		WRITE_ONCE(h->tx, cfg.tx_type);
		WRITE_ONCE(h->rx, filter_of(cfg.rx_filter));
		break;
	case SIOCGHWTSTAMP:
		break;
	default:
		return -EOPNOTSUPP;
	}
	cfg.tx_type = h->tx;
	cfg.rx_filter = h->rx;
	return copy_to_user(ifr->ifr_data, &cfg, sizeof(cfg)) ? -EFAULT : 0;
}

/**
 * nic_hwtstamp_info() - what the device can
 * @info: gets it
 * @phc_index: number of its PTP clock
 */
void nic_hwtstamp_info(struct nic_ts_info *info, int phc_index)
{
	info->so_timestamping =
		SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE |
		SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = phc_index;
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) |
			   BIT(HWTSTAMP_FILTER_PTP_V2_EVENT) |
			   BIT(HWTSTAMP_FILTER_ALL);
}

/**
 * nic_hwtstamp_tx() - is a packet to be stamped that leaves
 * @h: configuration
 * @skb: packet
 *
 * Return: true if it is.
 */
bool nic_hwtstamp_tx(const struct nic_hwtstamp *h, const struct sk_buff *skb)
{
	/* Pairs with nic_hwtstamp_ioctl(). */
	return READ_ONCE(h->tx) == HWTSTAMP_TX_ON &&
	       skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP;
}

/**
 * nic_hwtstamp_rx() - is a packet to be stamped that has come
 * @h: configuration
 * @skb: packet, data at its Ethernet header
 *
 * Return: true if it is.
 */
bool nic_hwtstamp_rx(const struct nic_hwtstamp *h, const struct sk_buff *skb)
{
	/* Pairs with nic_hwtstamp_ioctl(). */
	switch (READ_ONCE(h->rx)) {
	case HWTSTAMP_FILTER_ALL:
		return true;
	case HWTSTAMP_FILTER_PTP_V2_EVENT:
		return (ptp_classify_raw(skb) & PTP_CLASS_VMASK) ==
		       PTP_CLASS_V2;
	default:
		return false;
	}
}
