// SPDX-License-Identifier: GPL-2.0-or-later
#include "stream.h"

#include <errno.h>

#include "agent/lib/compiler.h"
#include "kmod/core/bytes.h"

/* Version, cluster, from, to; more may follow in a later version. */
#define HELLO_LEN 13

/* Not more at once: others want to be heard, too. */
#define READS_MAX 8

/**
 * cl_stream_flush() - send what is waiting, as far as that is possible now
 * @s: connected stream
 *
 * Return: 0, or -errno: the stream has broken.
 */
int cl_stream_flush(struct cl_stream *s)
{
	const u8 *bytes;
	ssize_t n;
	size_t len;

	for (;;) {
		bytes = cl_frames_bytes(&s->out, &len);
		if (!len)
			return 0;
		n = s->bearer.ops->write(&s->bearer, bytes, len);
		if (n == -EAGAIN)
			return 0;
		if (n < 0)
			return (int)n;
		cl_frames_drop(&s->out, (size_t)n);
	}
}

/**
 * cl_stream_fill() - read what has come, or a part of it
 * @s: connected stream
 *
 * Return: 0; -ECONNRESET: the other end has closed it; -errno.
 */
int cl_stream_fill(struct cl_stream *s)
{
	size_t size;
	ssize_t n;
	u8 *to;

	for (int i = 0; i < READS_MAX; i++) {
		to = cl_frames_space(&s->in, &size);
		if (!to)
			return -ENOMEM;
		n = s->bearer.ops->read(&s->bearer, to, size);
		if (n == -EAGAIN)
			return 0;
		if (n <= 0)
			return n ? (int)n : -ECONNRESET;
		cl_frames_add(&s->in, (size_t)n);
		if ((size_t)n < size)
			return 0;
	}
	return 0;
}

/**
 * cl_stream_greet() - say who we are
 * @s: stream
 * @h: who
 *
 * Return: as cl_frames_put().
 */
int cl_stream_greet(struct cl_stream *s, const struct cl_hello *h)
{
	u8 data[HELLO_LEN];

	data[0] = h->version;
	cl_put_be32(data + 1, h->cluster);
	cl_put_be32(data + 5, h->from);
	cl_put_be32(data + 9, h->to);
	return cl_frames_put(&s->out, CL_STREAM_HELLO, data, sizeof(data));
}

/**
 * cl_stream_refuse() - say why there is no hello
 * @s: stream, which is to be closed then
 * @why: reason
 *
 * Return: 0 if that could be sent at once, else -errno.
 */
int cl_stream_refuse(struct cl_stream *s, enum cl_stream_refusal why)
{
	const u8 data = why;
	int err = cl_frames_put(&s->out, CL_STREAM_REFUSED, &data, 1);

	return err ? err : cl_stream_flush(s);
}

/**
 * cl_stream_read_hello() - who speaks
 * @f: first frame of a stream
 * @ret: who
 *
 * Return: 0, -EPROTO if it is no hello.
 */
int cl_stream_read_hello(const struct cl_frame *f, struct cl_hello *ret)
{
	if (f->type != CL_STREAM_HELLO || f->len < HELLO_LEN)
		return -EPROTO;
	ret->version = f->data[0];
	ret->cluster = cl_get_be32(f->data + 1);
	ret->from = cl_get_be32(f->data + 5);
	ret->to = cl_get_be32(f->data + 9);
	return 0;
}

/**
 * cl_stream_why() - why our hello was refused
 * @f: first frame of a stream
 *
 * Return: reason in words, NULL if it is no refusal.
 */
const char *cl_stream_why(const struct cl_frame *f)
{
	static const char *const texts[] = {
		[CL_STREAM_REFUSED_VERSION] = "it speaks another version",
		[CL_STREAM_REFUSED_CLUSTER] = "it belongs to another cluster",
		[CL_STREAM_REFUSED_RECEIVER] = "it is another node",
		[CL_STREAM_REFUSED_SENDER] = "it does not know this node",
		[CL_STREAM_REFUSED_FULL] = "it has too many streams",
	};

	if (f->type != CL_STREAM_REFUSED)
		return NULL;
	if (f->len < 1 || f->data[0] >= ARRAY_SIZE(texts) || !texts[f->data[0]])
		return "it does not say why";
	return texts[f->data[0]];
}

/**
 * cl_stream_close() - end it
 * @s: stream; dead from here on, and to be freed by who has allocated it
 */
void cl_stream_close(struct cl_stream *s)
{
	if (s->state == CL_STREAM_DEAD)
		return;
	s->bearer.ops->close(&s->bearer);
	cl_frames_free(&s->in);
	cl_frames_free(&s->out);
	s->state = CL_STREAM_DEAD;
}
