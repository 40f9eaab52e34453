// SPDX-License-Identifier: GPL-2.0-or-later
#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/bytes.h"

#define FIRST_ROOM 4096

/* Room for @n more bytes; false if there is no memory. */
static bool make_room(struct cl_frames *f, size_t n)
{
	size_t len = f->end - f->at;
	size_t room = f->room ? f->room : FIRST_ROOM;
	u8 *buf;

	if (f->room - f->end >= n && f->buf)
		return true;
	while (room < len + n)
		room *= 2;
	if (room != f->room) {
		buf = malloc(room);
		if (!buf)
			return false;
		if (len)
			memcpy(buf, f->buf + f->at, len);
		free(f->buf);
		f->buf = buf;
		f->room = room;
	} else {
		memmove(f->buf, f->buf + f->at, len);
	}
	f->at = 0;
	f->end = len;
	return true;
}

/**
 * cl_frames_space() - where to put bytes that have come
 * @f: incoming bytes
 * @ret_size: room there
 *
 * Frames that were taken before are not valid any more.
 *
 * Return: the place, or NULL without memory.
 */
u8 *cl_frames_space(struct cl_frames *f, size_t *ret_size)
{
	size_t want = FIRST_ROOM / 2;
	size_t len = f->end - f->at;

	/* The rest of a frame that has begun, if that is more. */
	if (len >= CL_FRAME_HEAD &&
	    cl_get_be32(f->buf + f->at) <= CL_FRAME_MAX &&
	    cl_get_be32(f->buf + f->at) > len + want)
		want = cl_get_be32(f->buf + f->at) - len;
	if (!make_room(f, want))
		return NULL;
	*ret_size = f->room - f->end;
	return f->buf + f->end;
}

/**
 * cl_frames_add() - bytes were put there
 * @f: incoming bytes
 * @n: how many
 */
void cl_frames_add(struct cl_frames *f, size_t n)
{
	f->end += n;
}

/**
 * cl_frames_next() - take a frame
 * @f: incoming bytes
 * @ret: the frame, valid until the next cl_frames_space()
 *
 * Return: 1; 0: none is complete; -EMSGSIZE: a length is out of range, what
 * follows cannot be read.
 */
int cl_frames_next(struct cl_frames *f, struct cl_frame *ret)
{
	size_t have = f->end - f->at;
	const u8 *head;
	u32 len;

	if (have < CL_FRAME_HEAD)
		return 0;
	head = f->buf + f->at;
	len = cl_get_be32(head);
	if (len < CL_FRAME_HEAD || len > CL_FRAME_MAX)
		return -EMSGSIZE;
	if (have < len)
		return 0;
	ret->type = head[4];
	ret->data = head + CL_FRAME_HEAD;
	ret->len = len - CL_FRAME_HEAD;
	cl_frames_drop(f, len);
	return 1;
}

/**
 * cl_frames_put() - append a frame
 * @f: outgoing bytes
 * @type: what it is
 * @data: its data; copied
 * @len: bytes of @data
 *
 * Return: 0; -EMSGSIZE: too long; -ENOBUFS: too much is waiting; -ENOMEM.  Then
 * nothing was appended.
 */
int cl_frames_put(struct cl_frames *f, u8 type, const void *data, size_t len)
{
	if (len > CL_FRAME_MAX - CL_FRAME_HEAD)
		return -EMSGSIZE;
	if (f->end - f->at + CL_FRAME_HEAD + len > CL_FRAMES_QUEUE_MAX)
		return -ENOBUFS;
	if (!make_room(f, CL_FRAME_HEAD + len))
		return -ENOMEM;
	cl_put_be32(f->buf + f->end, (u32)(CL_FRAME_HEAD + len));
	f->buf[f->end + 4] = type;
	if (len)
		memcpy(f->buf + f->end + CL_FRAME_HEAD, data, len);
	f->end += CL_FRAME_HEAD + len;
	return 0;
}

/**
 * cl_frames_bytes() - what is to be sent
 * @f: outgoing bytes
 * @ret_len: how many
 *
 * Return: the bytes, valid until something is appended; NULL if there are none.
 */
const u8 *cl_frames_bytes(const struct cl_frames *f, size_t *ret_len)
{
	*ret_len = f->end - f->at;
	return *ret_len ? f->buf + f->at : NULL;
}

/**
 * cl_frames_drop() - the first bytes are done
 * @f: bytes
 * @n: how many of them
 */
void cl_frames_drop(struct cl_frames *f, size_t n)
{
	f->at += n;
	if (f->at == f->end) {
		f->at = 0;
		f->end = 0;
	}
}

/**
 * cl_frames_free() - forget all and give the memory back
 * @f: bytes; may be used again
 */
void cl_frames_free(struct cl_frames *f)
{
	free(f->buf);
	memset(f, 0, sizeof(*f));
}
