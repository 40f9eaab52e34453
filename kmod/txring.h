/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which message a transmit stamp belongs to: the network stack returns a
 * 32-bit key with the stamp.
 */
#ifndef _CL_TXRING_H
#define _CL_TXRING_H

#include <linux/spinlock.h>
#include <linux/types.h>

/*
 * Messages whose stamp has not come yet.  A leader with 64 children sends 64
 * requests at once; 1024 leaves room for a slow device.  An overwritten entry
 * costs one sample.
 */
#define CL_TXRING_SIZE 1024

enum cl_tx_kind {
	CL_TX_REQUEST,
	CL_TX_RESPONSE,
	CL_TX_GROUP_REQUEST, /* without a receiver */
	CL_TX_GROUP_RESPONSE, /* to a request to the group */
};

/**
 * struct cl_tx - a message under way
 * @key: key given to the network stack
 * @node: receiver
 * @seq: its sequence number
 * @ifindex: device that is to stamp it, 0: the kernel is
 * @kind: enum cl_tx_kind
 * @state: free, waiting for its stamp, or stamped
 */
struct cl_tx {
	u32 key;
	u32 node;
	u32 seq;
	u32 ifindex;
	u8 kind;
	u8 state;
};

/**
 * struct cl_txring - messages under way
 * @lock: protects all fields; taken with bottom halves disabled
 * @next: next key
 * @slot: message of key k in slot k % CL_TXRING_SIZE
 */
struct cl_txring {
	spinlock_t lock; /* all fields */
	u32 next;
	struct cl_tx slot[CL_TXRING_SIZE];
};

void cl_txring_init(struct cl_txring *r);
u32 cl_txring_add(struct cl_txring *r, enum cl_tx_kind kind, u32 node, u32 seq,
		  u32 ifindex);
int cl_txring_take(struct cl_txring *r, u32 key, bool hardware,
		   struct cl_tx *ret);

#endif /* _CL_TXRING_H */
