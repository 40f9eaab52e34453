/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From structs to netlink attributes.  All functions write the attributes of
 * one set and return 0, or -EMSGSIZE if there is no room.
 */
#ifndef _CL_NLFILL_H
#define _CL_NLFILL_H

#include <linux/skbuff.h>

#include "instance.h"

/**
 * struct cl_nlfill_peer - a peer, and when it is looked at
 * @inst: instance
 * @known: a node that it knows
 * @now: own raw time
 */
struct cl_nlfill_peer {
	const struct cl_instance *inst;
	const struct cl_known *known;
	struct cl_raw now;
};

/**
 * struct cl_nlfill_sample - an exchange
 * @inst: instance
 * @m: exchange
 */
struct cl_nlfill_sample {
	const struct cl_instance *inst;
	const struct cl_measured *m;
};

/**
 * struct cl_nlfill_device - a network device, and when it is looked at
 * @device: entry of the map in use, lock of the namespace held
 * @now: CLOCK_MONOTONIC_RAW
 */
struct cl_nlfill_device {
	const struct cl_hwdevice *device;
	struct cl_raw now;
};

int cl_nlfill_instance(struct sk_buff *skb, const void *inst);
int cl_nlfill_gone(struct sk_buff *skb, const void *inst);
int cl_nlfill_peer(struct sk_buff *skb, const void *peer);
int cl_nlfill_clock(struct sk_buff *skb, const void *info);
int cl_nlfill_sent(struct sk_buff *skb, const void *sent);
int cl_nlfill_update(struct sk_buff *skb, const void *m);
int cl_nlfill_sample(struct sk_buff *skb, const void *sample);
int cl_nlfill_stats(struct sk_buff *skb, const void *inst);
int cl_nlfill_device(struct sk_buff *skb, const void *device);

#endif /* _CL_NLFILL_H */
