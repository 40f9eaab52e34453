/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames on their way to a node, ordered by arrival.
 */
#ifndef _VT_INBOX_H
#define _VT_INBOX_H

#include "kmod/core/types.h"

/**
 * struct vt_frame - a frame on its way
 * @at: when the node sees it, global ps
 * @src: node that sent it
 * @ord: number of the frame among those of its sender
 * @len: bytes of @data
 * @data: Ethernet frame without check sequence
 */
struct vt_frame {
	s64 at;
	u32 src;
	u64 ord;
	size_t len;
	u8 data[];
};

/**
 * struct vt_inbox - a heap of frames
 * @heap: the first is the next to arrive
 * @len: frames in it
 * @room: for how many there is memory
 */
struct vt_inbox {
	struct vt_frame **heap;
	size_t len;
	size_t room;
};

int vt_inbox_put(struct vt_inbox *in, s64 at, u32 src, u64 ord, const u8 *data,
		 size_t len, const void *tail, size_t tail_len);
struct vt_frame *vt_inbox_take(struct vt_inbox *in);
void vt_inbox_clear(struct vt_inbox *in);

/* Arrival of the first frame, global ps; VT_NEVER if there is none. */
static inline s64 vt_inbox_next(const struct vt_inbox *in)
{
	return in->len ? in->heap[0]->at : INT64_MAX;
}

#endif /* _VT_INBOX_H */
