// SPDX-License-Identifier: GPL-2.0
/*
 * Test use: the card with time stamps and a PTP clock of a node of the
 * virtual-time lab.
 *
 * It stands on the node's virtio device.  Each frame on the virtio device ends
 * in a trailer (vtime.h): the controller tells by it what the card's counter was
 * at the arrival, and is told by it which frames are to be stamped; their stamps
 * come back in frames of their own, or are lost.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

#include "hwtstamp.h"
#include "phc.h"
#include "vtime.h"

/* Frames that wait for their stamp; a stamp that is lost leaves one behind. */
#define VIRTUAL_WAITING 32

static char *lower = "eth0";
module_param(lower, charp, 0444);
MODULE_PARM_DESC(lower, "device that it stands on");

/**
 * struct vcard - the card
 * @dev: its network device
 * @lower: the virtio device, with a reference
 * @phc: its PTP clock
 * @rnd: noise of its readings; protected by @lock
 * @lock: see @rnd
 * @stamps: what is to be stamped
 * @waiting: frames that have left and are to be stamped
 * @id: of the newest of them, under the transmit lock
 */
struct vcard {
	struct net_device *dev;
	struct net_device *lower;
	struct nic_phc phc;
	struct rnd_state rnd;
	spinlock_t lock; /* rnd */
	struct nic_hwtstamp stamps;
	struct sk_buff_head waiting;
	u32 id;
};

static struct net_device *card;

/* The part of a reading's time after which the counter is latched, ns. */
static u64 virtual_late(struct vcard *v)
{
	unsigned long flags;
	u64 late;

	if (!vtime_phc.read_ns)
		return 0;
	spin_lock_irqsave(&v->lock, flags);
	late = prandom_u32_state(&v->rnd);
	spin_unlock_irqrestore(&v->lock, flags);
	return late * (vtime_phc.read_ns + 1) >> 32;
}

/* Nothing takes time here, so the end of a reading is computed. */
static u64 virtual_counter(struct nic_phc *phc,
			   struct ptp_system_timestamp *sts)
{
	struct vcard *v = container_of(phc, struct vcard, phc);
	u64 local = vtime_local_ns();

	ptp_read_system_prets(sts);
	if (sts) {
		sts->post_ts = sts->pre_ts;
		timespec64_add_ns(&sts->post_ts, vtime_phc.read_ns);
	}
	return vtime_phc_counter(local + virtual_late(v));
}

static u32 *virtual_slot(struct sk_buff *skb)
{
	return (u32 *)skb->cb;
}

/* Keeps a frame for its stamp and gives it a number. */
static u32 virtual_wait(struct vcard *v, struct sk_buff *skb)
{
	if (!++v->id) /* 0: none wanted */
		v->id++;
	skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	*virtual_slot(skb) = v->id;
	skb_queue_tail(&v->waiting, skb);
	if (skb_queue_len(&v->waiting) > VIRTUAL_WAITING)
		consume_skb(skb_dequeue(&v->waiting));
	return v->id;
}

static struct sk_buff *virtual_waiting(struct vcard *v, u32 id)
{
	struct sk_buff *skb, *found = NULL;

	spin_lock(&v->waiting.lock);
	skb_queue_walk(&v->waiting, skb)
	{
		if (*virtual_slot(skb) == id) {
			found = skb;
			__skb_unlink(skb, &v->waiting);
			break;
		}
	}
	spin_unlock(&v->waiting.lock);
	return found;
}

static netdev_tx_t virtual_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vcard *v = netdev_priv(dev);
	struct vtime_trailer tail = { .magic = htonl(VTIME_TRAILER) };
	struct sk_buff *copy;

	copy = skb_copy_expand(skb, LL_RESERVED_SPACE(v->lower), sizeof(tail),
			       GFP_ATOMIC);
	skb_tx_timestamp(skb);
	if (!copy) {
		DEV_STATS_INC(dev, tx_dropped);
		consume_skb(skb);
		return NETDEV_TX_OK;
	}
	if (nic_hwtstamp_tx(&v->stamps, skb))
		tail.id = virtual_wait(v, skb);
	else
		consume_skb(skb);
	skb_put_data(copy, &tail, sizeof(tail));
	copy->dev = v->lower;
	DEV_STATS_INC(dev, tx_packets);
	dev_queue_xmit(copy);
	return NETDEV_TX_OK;
}

static void virtual_take_stamp(struct vcard *v, struct sk_buff *skb)
{
	struct skb_shared_hwtstamps hw = {};
	struct vtime_trailer stamp;
	struct sk_buff *sent;

	if (skb_copy_bits(skb, 0, &stamp, sizeof(stamp)) ||
	    stamp.magic != htonl(VTIME_TRAILER))
		return;
	sent = virtual_waiting(v, stamp.id);
	if (!sent)
		return;
	hw.hwtstamp = nic_phc_at(&v->phc, be64_to_cpu(stamp.stamp));
	skb_tstamp_tx(sent, &hw);
	consume_skb(sent);
}

/* Takes the trailer off; data is behind the Ethernet header. */
static void virtual_strip(struct vcard *v, struct sk_buff *skb)
{
	struct vtime_trailer tail;
	bool stamp;

	if (skb->len < sizeof(tail) ||
	    skb_copy_bits(skb, skb->len - sizeof(tail), &tail, sizeof(tail)) ||
	    tail.magic != htonl(VTIME_TRAILER) ||
	    pskb_trim(skb, skb->len - sizeof(tail)))
		return;
	__skb_push(skb, ETH_HLEN);
	stamp = nic_hwtstamp_rx(&v->stamps, skb);
	__skb_pull(skb, ETH_HLEN);
	if (stamp)
		skb_hwtstamps(skb)->hwtstamp =
			nic_phc_at(&v->phc, be64_to_cpu(tail.stamp));
}

/* Softirq, RCU read side. */
static rx_handler_result_t virtual_receive(struct sk_buff **pskb)
{
	struct sk_buff *skb = skb_share_check(*pskb, GFP_ATOMIC);
	struct vcard *v;

	*pskb = skb;
	if (!skb)
		return RX_HANDLER_CONSUMED;
	v = rcu_dereference(skb->dev->rx_handler_data);
	switch (ntohs(skb->protocol)) {
	case VTIME_ETH_EXEC:
		return RX_HANDLER_PASS;
	case VTIME_ETH_STAMP:
		virtual_take_stamp(v, skb);
		consume_skb(skb);
		return RX_HANDLER_CONSUMED;
	default:
		virtual_strip(v, skb);
		skb->dev = v->dev;
		DEV_STATS_INC(v->dev, rx_packets);
		return RX_HANDLER_ANOTHER;
	}
}

static int virtual_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
	struct vcard *v = netdev_priv(dev);

	return nic_hwtstamp_ioctl(&v->stamps, ifr, cmd);
}

static int virtual_ts_info(struct net_device *dev, struct nic_ts_info *info)
{
	struct vcard *v = netdev_priv(dev);

	nic_hwtstamp_info(info, ptp_clock_index(v->phc.ptp));
	return 0;
}

static const struct net_device_ops virtual_netdev_ops = {
	.ndo_start_xmit = virtual_xmit,
	.ndo_eth_ioctl = virtual_ioctl,
	.ndo_validate_addr = eth_validate_addr,
};

static const struct ethtool_ops virtual_ethtool_ops = {
	.get_link = ethtool_op_get_link,
	.get_ts_info = virtual_ts_info,
};

static void virtual_setup(struct net_device *dev, struct net_device *below)
{
	struct vcard *v = netdev_priv(dev);

	v->dev = dev;
	v->lower = below;
	spin_lock_init(&v->lock);
	skb_queue_head_init(&v->waiting);
	v->phc.counter = virtual_counter;
	/* Different on each node, the same in each run. */
	prandom_seed_state(&v->rnd, ether_addr_to_u64(below->dev_addr));
	strscpy(dev->name, "hw%d", IFNAMSIZ);
	dev->netdev_ops = &virtual_netdev_ops;
	dev->ethtool_ops = &virtual_ethtool_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->mtu = below->mtu - sizeof(struct vtime_trailer);
	eth_hw_addr_inherit(dev, below);
	netdev_lockdep_set_classes(dev);
}

static int virtual_create(struct net_device *below)
{
	struct net_device *dev = alloc_etherdev(sizeof(struct vcard));
	struct vcard *v;
	int err;

	if (!dev)
		return -ENOMEM;
	virtual_setup(dev, below);
	v = netdev_priv(dev);
	err = nic_phc_register(&v->phc, "nic_virtual");
	if (err)
		goto free;
	err = register_netdev(dev);
	if (err)
		goto unregister_phc;
	rtnl_lock();
	err = netdev_rx_handler_register(below, virtual_receive, v);
	rtnl_unlock();
	if (err)
		goto unregister_dev;
	card = dev;
	return 0;

unregister_dev:
	unregister_netdev(dev);
unregister_phc:
	nic_phc_unregister(&v->phc);
free:
	free_netdev(dev);
	return err;
}

static int __init virtual_init(void)
{
	struct net_device *below;
	int err;

	if (!vtime_phc.knots)
		return -ENODEV; /* the scenario gives this node no clock */
	below = dev_get_by_name(&init_net, lower);
	if (!below)
		return -ENODEV;
	err = virtual_create(below);
	if (err)
		dev_put(below);
	return err;
}

static void __exit virtual_exit(void)
{
	struct vcard *v = netdev_priv(card);
	struct net_device *below = v->lower;

	rtnl_lock();
	netdev_rx_handler_unregister(below);
	rtnl_unlock();
	unregister_netdev(card);
	skb_queue_purge(&v->waiting);
	nic_phc_unregister(&v->phc);
	free_netdev(card);
	dev_put(below);
}

module_init(virtual_init);
module_exit(virtual_exit);
MODULE_DESCRIPTION("Test use: network card of the virtual-time lab");
MODULE_LICENSE("GPL");
