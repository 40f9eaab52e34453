// SPDX-License-Identifier: GPL-2.0-or-later
#include "inbox.h"

#include <errno.h>
#include <stdlib.h>

/*
 * The order of frames of one instant must not depend on the order in which
 * their senders ran.
 */
static bool before(const struct vt_frame *a, const struct vt_frame *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	if (a->src != b->src)
		return a->src < b->src;
	return a->ord < b->ord;
}

static int make_room(struct vt_inbox *in)
{
	size_t room = in->room ? 2 * in->room : 16;
	struct vt_frame **heap;

	if (in->len < in->room)
		return 0;
	heap = reallocarray(in->heap, room, sizeof(struct vt_frame *));
	if (!heap)
		return -ENOMEM;
	in->heap = heap;
	in->room = room;
	return 0;
}

/**
 * vt_inbox_put() - a frame will arrive
 * @in: inbox of its receiver
 * @at: when, global ps
 * @src: its sender
 * @ord: its number among the frames of its sender
 * @data: frame, copied
 * @len: its bytes
 * @tail: bytes that follow it, copied
 * @tail_len: how many
 *
 * Return: 0 or -ENOMEM.
 */
int vt_inbox_put(struct vt_inbox *in, s64 at, u32 src, u64 ord, const u8 *data,
		 size_t len, const void *tail, size_t tail_len)
{
	struct vt_frame *f;
	size_t i;

	if (make_room(in))
		return -ENOMEM;
	f = malloc(sizeof(*f) + len + tail_len);
	if (!f)
		return -ENOMEM;
	f->at = at;
	f->src = src;
	f->ord = ord;
	f->len = len + tail_len;
	memcpy(f->data, data, len);
	if (tail_len)
		memcpy(f->data + len, tail, tail_len);
	for (i = in->len++; i && before(f, in->heap[(i - 1) / 2]);
	     i = (i - 1) / 2)
		in->heap[i] = in->heap[(i - 1) / 2];
	in->heap[i] = f;
	return 0;
}

/**
 * vt_inbox_take() - the frame that arrives next
 * @in: inbox, not empty
 *
 * Return: the frame, to be freed by the caller.
 */
struct vt_frame *vt_inbox_take(struct vt_inbox *in)
{
	struct vt_frame *first = in->heap[0], *last = in->heap[--in->len];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < in->len) {
		if (child + 1 < in->len &&
		    before(in->heap[child + 1], in->heap[child]))
			child++;
		if (!before(in->heap[child], last))
			break;
		in->heap[i] = in->heap[child];
		i = child;
	}
	in->heap[i] = last;
	return first;
}

/**
 * vt_inbox_clear() - forget all frames
 * @in: inbox; may be used again
 */
void vt_inbox_clear(struct vt_inbox *in)
{
	while (in->len)
		free(in->heap[--in->len]);
	free(in->heap);
	*in = (struct vt_inbox){};
}
