// SPDX-License-Identifier: GPL-2.0
/*
 * Test use: two network devices, each the other's wire, with time stamps of
 * their own and a PTP clock each.  They may be moved to network namespaces.
 *
 * The truth is known: a packet that leaves port a at CLOCK_MONOTONIC_RAW time r
 * is stamped by a's counter at r, and by b's counter at r + delay.  A port's
 * counter is raw time with a constant error of its frequency; the PTP clock is
 * the counter, corrected by whoever steers it.
 *
 * The packet itself is delivered at once: a receive stamp lies up to the delay
 * in the future.
 */
#include <linux/etherdevice.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "hwtstamp.h"
#include "phc.h"

#define PAIR_PORTS 2

static int drift_ppb[PAIR_PORTS];
module_param_array(drift_ppb, int, NULL, 0444);
MODULE_PARM_DESC(drift_ppb, "frequency error of each counter, ppb");

static unsigned int delay_ns[PAIR_PORTS] = { 500, 500 };
module_param_array(delay_ns, uint, NULL, 0644);
MODULE_PARM_DESC(delay_ns, "delay from each port to the other, ns");

static bool tx_late = true;
module_param(tx_late, bool, 0644);
MODULE_PARM_DESC(tx_late, "report transmit stamps from a work item");

static unsigned int tx_lose;
module_param(tx_lose, uint, 0644);
MODULE_PARM_DESC(tx_lose, "lose every n-th transmit stamp, 0: none");

static unsigned int rx_lose;
module_param(rx_lose, uint, 0644);
MODULE_PARM_DESC(rx_lose, "lose every n-th receive stamp, 0: none");

/**
 * struct port - one of the two devices
 * @dev: network device
 * @peer: the other port; as long as the module
 * @index: 0 or 1
 * @phc: its PTP clock
 * @raw0: raw time at which the counter is 0
 * @stamps: what is to be stamped
 * @sent: packets that wait for the report of their transmit stamp
 * @work: reports them
 * @tx_stamps: transmit stamps made, of those one in tx_lose is lost
 * @rx_stamps: receive stamps made; as @tx_stamps, under the peer's queue lock
 */
struct port {
	struct net_device *dev;
	struct port *peer;
	unsigned int index;
	struct nic_phc phc;
	u64 raw0;
	struct nic_hwtstamp stamps;
	struct sk_buff_head sent;
	struct work_struct work;
	unsigned int tx_stamps;
	unsigned int rx_stamps;
};

static struct net_device *ports[PAIR_PORTS];

static u64 port_counter_at(const struct port *p, u64 raw)
{
	s64 d = raw - p->raw0;

	return d + div_s64(d, NSEC_PER_SEC) * drift_ppb[p->index] +
	       div_s64(d % NSEC_PER_SEC * drift_ppb[p->index], NSEC_PER_SEC);
}

static u64 port_counter(struct nic_phc *phc, struct ptp_system_timestamp *sts)
{
	struct port *p = container_of(phc, struct port, phc);
	u64 raw;

	ptp_read_system_prets(sts);
	raw = ktime_get_raw_ns();
	ptp_read_system_postts(sts);
	return port_counter_at(p, raw);
}

static ktime_t port_stamp(struct port *p, u64 raw)
{
	return nic_phc_at(&p->phc, port_counter_at(p, raw));
}

/* While the driver owns a packet its control buffer is the driver's. */
static ktime_t *port_slot(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(ktime_t) > sizeof(skb->cb));
	return (ktime_t *)skb->cb;
}

static void port_report(struct sk_buff *skb)
{
	struct skb_shared_hwtstamps hw = { .hwtstamp = *port_slot(skb) };

	skb_tstamp_tx(skb, &hw);
	consume_skb(skb);
}

static void port_work(struct work_struct *w)
{
	struct port *p = container_of(w, struct port, work);
	struct sk_buff *skb;

	while ((skb = skb_dequeue(&p->sent)))
		port_report(skb);
}

static bool port_loses(unsigned int *stamps, unsigned int nth)
{
	return nth && ++*stamps % nth == 0;
}

/*
 * A deep copy, as DMA makes it: the original's shared info is still the
 * sender's.  The copy carries no socket and no stamps.
 */
static void port_deliver(struct port *to, const struct sk_buff *skb, u64 raw)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);
	bool stamp;

	if (!copy)
		goto drop;
	stamp = nic_hwtstamp_rx(&to->stamps, copy) &&
		!port_loses(&to->rx_stamps, READ_ONCE(rx_lose));
	if (__dev_forward_skb(to->dev, copy)) /* frees it */
		goto drop;
	__net_timestamp(copy);
	if (stamp)
		skb_hwtstamps(copy)->hwtstamp = port_stamp(to, raw);
	DEV_STATS_INC(to->dev, rx_packets);
	netif_rx(copy);
	return;
drop:
	DEV_STATS_INC(to->dev, rx_dropped);
}

static netdev_tx_t port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct port *p = netdev_priv(dev);
	bool stamp = nic_hwtstamp_tx(&p->stamps, skb);
	u64 raw;

	if (stamp)
		skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	skb_tx_timestamp(skb);
	DEV_STATS_INC(dev, tx_packets);
	raw = ktime_get_raw_ns();
	port_deliver(p->peer, skb, raw + READ_ONCE(delay_ns[p->index]));
	if (!stamp || port_loses(&p->tx_stamps, READ_ONCE(tx_lose))) {
		consume_skb(skb);
		return NETDEV_TX_OK;
	}
	*port_slot(skb) = port_stamp(p, raw);
	if (READ_ONCE(tx_late)) {
		skb_queue_tail(&p->sent, skb);
		schedule_work(&p->work);
	} else {
		port_report(skb);
	}
	return NETDEV_TX_OK;
}

static int port_stop(struct net_device *dev)
{
	struct port *p = netdev_priv(dev);

	netif_tx_disable(dev);
	cancel_work_sync(&p->work);
	skb_queue_purge(&p->sent);
	return 0;
}

static int port_open(struct net_device *dev)
{
	netif_start_queue(dev);
	return 0;
}

static int port_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	struct port *p = netdev_priv(dev);

	return nic_hwtstamp_ioctl(&p->stamps, ifr, cmd);
}

static int port_ts_info(struct net_device *dev, struct nic_ts_info *info)
{
	struct port *p = netdev_priv(dev);

	nic_hwtstamp_info(info, ptp_clock_index(p->phc.ptp));
	return 0;
}

static const struct net_device_ops port_netdev_ops = {
	.ndo_open = port_open,
	.ndo_stop = port_stop,
	.ndo_start_xmit = port_xmit,
	.ndo_eth_ioctl = port_ioctl,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static const struct ethtool_ops port_ethtool_ops = {
	.get_link = ethtool_op_get_link,
	.get_ts_info = port_ts_info,
};

static int port_create(unsigned int index)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct port));
	struct port *p;
	int err;

	if (!dev)
		return -ENOMEM;
	p = netdev_priv(dev);
	p->dev = dev;
	p->index = index;
	p->raw0 = ktime_get_raw_ns();
	skb_queue_head_init(&p->sent);
	INIT_WORK(&p->work, port_work);
	p->phc.counter = port_counter;
	err = nic_phc_register(&p->phc, "nic_pair");
	if (err) {
		free_netdev(dev);
		return err;
	}
	strscpy(dev->name, "nic%d", IFNAMSIZ);
	dev->netdev_ops = &port_netdev_ops;
	dev->ethtool_ops = &port_ethtool_ops;
	eth_hw_addr_random(dev);
	ports[index] = dev;
	return 0;
}

static void port_destroy(unsigned int index)
{
	struct port *p = netdev_priv(ports[index]);

	nic_phc_unregister(&p->phc);
	free_netdev(ports[index]);
}

static void pair_join(void)
{
	struct port *a = netdev_priv(ports[0]);
	struct port *b = netdev_priv(ports[1]);

	a->peer = b;
	b->peer = a;
}

static int __init pair_init(void)
{
	unsigned int made, up = 0;
	int err;

	for (made = 0; made < PAIR_PORTS; made++) {
		err = port_create(made);
		if (err)
			goto undo;
	}
	pair_join();
	for (; up < PAIR_PORTS; up++) {
		err = register_netdev(ports[up]);
		if (err)
			goto undo;
	}
	return 0;

undo:
	while (up--)
		unregister_netdev(ports[up]);
	while (made--)
		port_destroy(made);
	return err;
}

/* Both devices stop before either goes: each sends into the other. */
static void __exit pair_exit(void)
{
	unsigned int i;

	for (i = 0; i < PAIR_PORTS; i++)
		unregister_netdev(ports[i]);
	for (i = 0; i < PAIR_PORTS; i++)
		port_destroy(i);
}

module_init(pair_init);
module_exit(pair_exit);
MODULE_DESCRIPTION("Test use: pair of network devices with time stamps");
MODULE_LICENSE("GPL");
