/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames in a stream of bytes: 4 bytes length of all, big-endian, 1 byte type,
 * then the data.
 */
#ifndef _CL_DAEMON_FRAMES_H
#define _CL_DAEMON_FRAMES_H

#include <stddef.h>

#include "kmod/core/types.h"

#define CL_FRAME_HEAD 5
#define CL_FRAME_MAX (64 * 1024)

/* Who does not take what is sent faster than it piles up to this is cut off. */
#define CL_FRAMES_QUEUE_MAX (1024 * 1024)

/**
 * struct cl_frame - one frame
 * @type: what it is
 * @data: of the sender; belongs to who gave the frame
 * @len: bytes of @data
 */
struct cl_frame {
	u8 type;
	const u8 *data;
	size_t len;
};

/**
 * struct cl_frames - bytes on their way, in one direction
 * @buf: memory, NULL: none yet
 * @room: bytes of @buf
 * @at: first byte that counts
 * @end: after the last one
 *
 * All zero is an empty one.
 */
struct cl_frames {
	u8 *buf;
	size_t room;
	size_t at;
	size_t end;
};

u8 *cl_frames_space(struct cl_frames *f, size_t *ret_size);
void cl_frames_add(struct cl_frames *f, size_t n);
int cl_frames_next(struct cl_frames *f, struct cl_frame *ret);
int cl_frames_put(struct cl_frames *f, u8 type, const void *data, size_t len);
const u8 *cl_frames_bytes(const struct cl_frames *f, size_t *ret_len);
void cl_frames_drop(struct cl_frames *f, size_t n);
void cl_frames_free(struct cl_frames *f);

#endif /* _CL_DAEMON_FRAMES_H */
