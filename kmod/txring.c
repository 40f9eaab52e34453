// SPDX-License-Identifier: GPL-2.0
#include "txring.h"

#include <linux/errno.h>

enum {
	TX_FREE,
	TX_WAITING,
	TX_STAMPED,
};

/**
 * cl_txring_init() - an empty ring
 * @r: ring, zeroed
 */
void cl_txring_init(struct cl_txring *r)
{
	spin_lock_init(&r->lock);
}

/**
 * cl_txring_add() - remember a message before it is sent
 * @r: ring
 * @kind: which one
 * @node: its receiver, of a request to the group 0
 * @seq: its sequence number
 * @ifindex: device that is to stamp it, 0: the kernel is
 *
 * Before, because many drivers report the stamp before the call that sends the
 * packet returns.
 *
 * Context: bottom halves disabled.
 * Return: the key to give to the network stack.
 */
u32 cl_txring_add(struct cl_txring *r, enum cl_tx_kind kind, u32 node, u32 seq,
		  u32 ifindex)
{
	u32 key;

	spin_lock(&r->lock);
	key = r->next++;
	r->slot[key % CL_TXRING_SIZE] = (struct cl_tx){
		.key = key,
		.node = node,
		.seq = seq,
		.ifindex = ifindex,
		.kind = kind,
		.state = TX_WAITING,
	};
	spin_unlock(&r->lock);
	return key;
}

/**
 * cl_txring_take() - find the message of a stamp
 * @r: ring
 * @key: key that came with the stamp
 * @hardware: a network device has made it
 * @ret: the message
 *
 * A packet that crosses several devices (veth, bridge, veth) is stamped by
 * each; only the first stamp is the one of this host's departure.
 *
 * Context: bottom halves disabled.
 * Return: 0, -EALREADY for a second stamp, -ENOENT if the entry was
 * overwritten or the stamp is of the other source (*@ret is untouched on
 * errors).
 */
int cl_txring_take(struct cl_txring *r, u32 key, bool hardware,
		   struct cl_tx *ret)
{
	struct cl_tx *tx = &r->slot[key % CL_TXRING_SIZE];
	int err = 0;

	spin_lock(&r->lock);
	if (tx->key != key || tx->state == TX_FREE ||
	    !tx->ifindex == hardware) {
		err = -ENOENT;
	} else if (tx->state == TX_STAMPED) {
		err = -EALREADY;
	} else {
		tx->state = TX_STAMPED;
		*ret = *tx;
	}
	spin_unlock(&r->lock);
	return err;
}
