/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node's network card: the back-end of its virtio device, by vhost-user.
 *
 * Kicks are messages that say when they are and are answered by how far the
 * guest may go; there are no calls, interrupts come with the guest's leave to
 * run (kernel/virtual-time.patch).
 */
#ifndef _VT_CARD_H
#define _VT_CARD_H

#include "kmod/core/types.h"

#define VT_CARD_REGIONS 2
/* The largest frame of a device without segmentation offload, and headers. */
#define VT_CARD_FRAME_MAX 2048

enum vt_card_queue {
	VT_CARD_RX,
	VT_CARD_TX,
	VT_CARD_QUEUES,
};

/**
 * struct vt_card_ops - what the owner of a card is told
 * @kick: the guest has frames to send; local is its time, ns
 * @sent: one of them
 * @kicked: all were given to @sent; the guest may go on without asking up to the
 *          local time that is returned, ns, 0: as before
 */
struct vt_card_ops {
	void (*kick)(void *ctx, u64 local);
	void (*sent)(void *ctx, const u8 *frame, size_t len);
	u64 (*kicked)(void *ctx);
};

/**
 * struct vt_card_region - a part of the guest's memory that is mapped here
 * @addr: its address in the guest
 * @len: bytes
 * @map: where it is mapped
 */
struct vt_card_region {
	u64 addr;
	u64 len;
	u8 *map;
};

/**
 * struct vt_card_vq - a virtqueue
 * @desc: address of the descriptors in the guest
 * @avail: address of the ring of available buffers
 * @used: address of the ring of used buffers
 * @num: size of the rings, a power of 2
 * @last: next entry of the available ring
 * @on: the guest has enabled it
 */
struct vt_card_vq {
	u64 desc;
	u64 avail;
	u64 used;
	u32 num;
	u16 last;
	bool on;
};

/**
 * struct vt_card - a card
 * @ops: callbacks
 * @ctx: their argument
 * @number: last byte of its address, 02:00:00:00:00:number
 * @listener: where the guest connects, -1: closed
 * @sock: requests of the guest, -1 before it has connected
 * @back: where calls would go, -1 before the guest has given it
 * @region: memory of the guest
 * @regions: how many
 * @vq: queues
 */
struct vt_card {
	const struct vt_card_ops *ops;
	void *ctx;
	u8 number;
	int listener;
	int sock;
	int back;
	struct vt_card_region region[VT_CARD_REGIONS];
	unsigned int regions;
	struct vt_card_vq vq[VT_CARD_QUEUES];
};

enum vt_card_put {
	VT_CARD_LOST, /* the guest has no buffer */
	VT_CARD_QUIET, /* taken, the guest polls */
	VT_CARD_CALL, /* taken, the guest wants a call */
};

int vt_card_open(struct vt_card *c, const char *path);
void vt_card_close(struct vt_card *c);
int vt_card_accept(struct vt_card *c);
int vt_card_request(struct vt_card *c);
enum vt_card_put vt_card_put(struct vt_card *c, const u8 *frame, size_t len);

#endif /* _VT_CARD_H */
