// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "recordlayout.h"

/* Frames are gathered up to here. */
#define FLUSH_SIZE 65536

static int fail(struct cl_record_writer *w, int err)
{
	snprintf(w->error, sizeof(w->error), "%s: %s", w->path, strerror(-err));
	return err;
}

static int append(struct cl_record_writer *w, const void *data, size_t size)
{
	char *buf;

	if (w->used + size > w->room) {
		buf = realloc(w->buf, 2 * (w->used + size));
		if (!buf)
			return fail(w, -ENOMEM);
		w->buf = buf;
		w->room = 2 * (w->used + size);
	}
	memcpy(w->buf + w->used, data, size);
	w->used += size;
	return 0;
}

static int append_frame(struct cl_record_writer *w, s64 utc_ns, s64 mono_ns,
			enum cl_record_kind kind, const void *content,
			size_t size)
{
	const struct cl_record_lead lead = {
		.utc_ns = htole64(utc_ns),
		.mono_ns = htole64(mono_ns),
		.kind = htole16(kind),
		.length = htole16(size),
	};
	int err;

	if (utc_ns < 0 || mono_ns < w->mono_ns || mono_ns > CL_RECORD_MONO_MAX)
		return fail(w, -EINVAL);
	err = append(w, &lead, sizeof(lead));
	if (err)
		return err;
	err = append(w, content, size);
	if (err) {
		w->used -= sizeof(lead);
		return err;
	}
	w->mono_ns = mono_ns;
	return 0;
}

static int append_message(struct cl_record_writer *w, s64 utc_ns, s64 mono_ns,
			  enum cl_record_kind kind, const struct cl_nl_msg *m)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct cl_nl_hdr h = { .family = 0 };
	int size = cl_nl_encode(buf, sizeof(buf), &h, m);

	if (size < 0)
		return fail(w, size);
	return append_frame(w, utc_ns, mono_ns, kind, buf, size);
}

/**
 * cl_record_create() - begin a record
 * @w: the writer; to be finished
 * @path: the file, which must not exist; has to stay
 *
 * Return: 0; -EEXIST, -errno else; then @w->error says why.
 */
int cl_record_create(struct cl_record_writer *w, const char *path)
{
	struct cl_record_head head = { .version = htole32(CL_RECORD_VERSION) };
	int err;

	memcpy(head.magic, CL_RECORD_MAGIC, sizeof(head.magic));
	memset(w, 0, sizeof(*w));
	w->path = path;
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return fail(w, -errno);
	err = append(w, &head, sizeof(head));
	if (!err)
		err = cl_record_flush(w);
	if (err) {
		unlink(path);
		close(w->fd);
		free(w->buf);
		w->buf = NULL;
		w->fd = -1;
	}
	return err;
}

static int flush_much(struct cl_record_writer *w)
{
	return w->used < FLUSH_SIZE ? 0 : cl_record_flush(w);
}

/**
 * cl_record_event() - record an event
 * @w: the writer
 * @utc_ns: host's clock, ns since 1970 UTC
 * @mono_ns: CLOCK_MONOTONIC, not before that of the last one
 * @m: the event
 *
 * Return: 0 or -errno; then @w->error says why, and it is not in the record.
 */
int cl_record_event(struct cl_record_writer *w, s64 utc_ns, s64 mono_ns,
		    const struct cl_nl_msg *m)
{
	int err = append_message(w, utc_ns, mono_ns, CL_RECORD_EVENT, m);

	return err ? err : flush_much(w);
}

/**
 * struct part - where an object of a look goes
 * @w: the writer
 * @l: the look
 */
struct part {
	struct cl_record_writer *w;
	const struct cl_look *l;
};

static int put_object(void *ctx, const struct cl_nl_msg *m)
{
	const struct part *p = ctx;

	return append_message(p->w, p->l->utc_ns, p->l->mono_ns,
			      CL_RECORD_OBJECT, m);
}

/**
 * cl_record_look() - record a look
 * @w: the writer
 * @l: the look, finished
 *
 * Return: 0 or -errno; then @w->error says why, and it is not in the record.
 */
int cl_record_look(struct cl_record_writer *w, const struct cl_look *l)
{
	struct part p = { .w = w, .l = l };
	size_t used = w->used;
	int err;

	err = append_frame(w, l->utc_ns, l->mono_ns, CL_RECORD_BEGIN, "", 0);
	if (!err)
		err = cl_look_each(l, put_object, &p);
	if (!err)
		err = append_frame(w, l->utc_ns, l->mono_ns, CL_RECORD_END,
				   l->error, strlen(l->error));
	if (err) {
		w->used = used;
		return err;
	}
	return flush_much(w);
}

static int write_all(struct cl_record_writer *w)
{
	size_t done = 0;
	ssize_t n;

	while (done < w->used) {
		n = write(w->fd, w->buf + done, w->used - done);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += n;
	}
	return 0;
}

/**
 * cl_record_flush() - write what has been gathered to the file
 * @w: the writer
 *
 * Return: 0 or -errno; then @w->error says why, and what was gathered since the last
 * time is not in the file.
 */
int cl_record_flush(struct cl_record_writer *w)
{
	int err = write_all(w);

	/* Half of it, on a disk that is full, would be a torn frame in the middle. */
	if (err && ftruncate(w->fd, w->written))
		err = -errno;
	if (!err)
		w->written += w->used;
	w->used = 0;
	return err ? fail(w, err) : 0;
}

/**
 * cl_record_finish() - write the rest and close
 * @w: a writer that was created
 *
 * Return: 0 or -errno; then @w->error says why.
 */
int cl_record_finish(struct cl_record_writer *w)
{
	int err = cl_record_flush(w);

	if (close(w->fd) && !err)
		err = fail(w, -errno);
	free(w->buf);
	w->buf = NULL;
	w->fd = -1;
	return err;
}
