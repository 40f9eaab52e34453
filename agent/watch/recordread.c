// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <string.h>

#include "record.h"
#include "recordlayout.h"

static int __printf(3, 4)
	fail(struct cl_record_reader *r, int err, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(r->error, sizeof(r->error),
		     "%.200s: offset %llu: ", r->name,
		     (unsigned long long)r->offset);
	va_start(ap, fmt);
	vsnprintf(r->error + n, sizeof(r->error) - n, fmt, ap);
	va_end(ap);
	return err;
}

/* 1: all bytes; 0: the file ends before, or at @size; -errno. */
static int get(struct cl_record_reader *r, void *buf, size_t size)
{
	size_t n = fread(buf, 1, size, r->f);

	if (n == size)
		return 1;
	if (ferror(r->f))
		return fail(r, -EIO, "cannot be read");
	r->torn += n;
	return 0;
}

static int read_head(struct cl_record_reader *r)
{
	struct cl_record_head head;
	int n = get(r, &head, sizeof(head));

	if (n < 0)
		return n;
	if (!n || memcmp(head.magic, CL_RECORD_MAGIC, sizeof(head.magic)))
		return fail(r, -EINVAL, "no record of Clocklink");
	if (le32toh(head.version) != CL_RECORD_VERSION || head.zero)
		return fail(r, -EPROTO, "version %u, known is %u",
			    le32toh(head.version), CL_RECORD_VERSION);
	r->offset = sizeof(head);
	return 0;
}

/**
 * cl_record_read() - begin to read a record
 * @r: the reader; to be closed
 * @f: the file, at its begin; owned by @r, even after an error
 * @name: its name for errors, has to stay
 *
 * Return: 0; -EINVAL: it is no record; -EPROTO: of another version; -EIO; then
 * @r->error says why.
 */
int cl_record_read(struct cl_record_reader *r, FILE *f, const char *name)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->f = f;
	r->name = name;
	err = read_head(r);
	if (err)
		cl_record_close(r);
	return err;
}

/**
 * cl_record_open() - open a record
 * @r: the reader; to be closed
 * @path: its file, has to stay
 *
 * Return: as cl_record_read(); -errno if it cannot be opened.
 */
int cl_record_open(struct cl_record_reader *r, const char *path)
{
	FILE *f = fopen(path, "re");

	if (f)
		return cl_record_read(r, f, path);
	memset(r, 0, sizeof(*r));
	snprintf(r->error, sizeof(r->error), "%.200s: %s", path,
		 strerror(errno));
	return -errno;
}

/* An event stands between looks, an object in one. */
static int check_lead(struct cl_record_reader *r,
		      const struct cl_record_lead *lead)
{
	u16 length = le16toh(lead->length);
	s64 utc = (s64)le64toh(lead->utc_ns);
	s64 mono = (s64)le64toh(lead->mono_ns);
	u16 kind = le16toh(lead->kind);
	bool inside = kind == CL_RECORD_OBJECT || kind == CL_RECORD_END;
	u16 max = CL_NL_BUF_SIZE;

	if (kind < CL_RECORD_EVENT || kind > CL_RECORD_END)
		return fail(r, -EBADMSG, "frame of kind %u", kind);
	if (inside != r->in_look)
		return fail(r, -EBADMSG, "%s",
			    inside ? "an object outside of a look" :
				     "a look that does not end");
	if (kind == CL_RECORD_BEGIN)
		max = 0;
	if (kind == CL_RECORD_END)
		max = CL_NL_TEXT_SIZE - 1;
	if (length > max)
		return fail(r, -EBADMSG, "%u bytes, at most %u", length, max);
	if (utc < 0 || mono < r->mono_ns || mono > CL_RECORD_MONO_MAX)
		return fail(r, -EBADMSG, "time goes back, or far ahead");
	return 0;
}

/* 1: done; 0: a message of a newer version; -errno. */
static int take_message(struct cl_record_reader *r, const char *content,
			u16 length, struct cl_record_frame *ret)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)content;
	int err = -EBADMSG;

	if (length >= sizeof(*nlh) && nlh->nlmsg_len == length)
		err = cl_nl_decode(nlh, &ret->m);
	if (err == -ENOMSG)
		return 0;
	return err ? fail(r, err, "a message that makes no sense") : 1;
}

/* Of what may come from anywhere and goes to a terminal. */
static int take_text(struct cl_record_reader *r, const char *content,
		     u16 length, struct cl_record_frame *ret)
{
	for (u16 i = 0; i < length; i++)
		if (content[i] < ' ' || content[i] > '~')
			return fail(r, -EBADMSG, "text that cannot be printed");
	memcpy(ret->text, content, length);
	ret->text[length] = '\0';
	return 1;
}

/* 1: a frame; 0: one that is not known; -ENODATA: the file ends. */
static int next(struct cl_record_reader *r, struct cl_record_frame *ret)
{
	alignas(NLMSG_ALIGNTO) char content[CL_NL_BUF_SIZE];
	struct cl_record_lead lead;
	u16 length;
	int n;

	n = get(r, &lead, sizeof(lead));
	if (n <= 0)
		return n ? n : -ENODATA;
	n = check_lead(r, &lead);
	if (n)
		return n;
	length = le16toh(lead.length);
	n = get(r, content, length);
	if (n <= 0) {
		r->torn += sizeof(lead);
		return n ? n : -ENODATA;
	}
	ret->utc_ns = (s64)le64toh(lead.utc_ns);
	ret->mono_ns = (s64)le64toh(lead.mono_ns);
	ret->kind = le16toh(lead.kind);
	n = 1;
	if (ret->kind == CL_RECORD_EVENT || ret->kind == CL_RECORD_OBJECT)
		n = take_message(r, content, length, ret);
	if (ret->kind == CL_RECORD_END)
		n = take_text(r, content, length, ret);
	if (n >= 0) {
		r->offset += sizeof(lead) + length;
		r->mono_ns = ret->mono_ns;
		r->in_look = ret->kind == CL_RECORD_BEGIN ||
			     ret->kind == CL_RECORD_OBJECT;
	}
	return n;
}

/**
 * cl_record_next() - the next frame
 * @r: the reader
 * @ret: the frame; messages of commands that are not known are passed over
 *
 * Return: 1; 0 at the end, and then @r->torn are the bytes of a last frame that is not
 * complete; -errno, then @r->error says what is wrong and where.
 */
int cl_record_next(struct cl_record_reader *r, struct cl_record_frame *ret)
{
	int n;

	do
		n = next(r, ret);
	while (!n);
	return n == -ENODATA ? 0 : n;
}

/**
 * cl_record_again() - read on from a frame, for a file that may have grown
 * @r: the reader
 * @offset: where a frame begins that is in no look, at most the reader's offset
 *
 * Return: 0 or -errno, then @r->error says why.
 */
int cl_record_again(struct cl_record_reader *r, u64 offset)
{
	/* also forgets that the file has ended */
	if (fseeko(r->f, (off_t)offset, SEEK_SET))
		return fail(r, -errno, "%s", strerror(errno));
	r->offset = offset;
	/* Frames that were read have been checked. */
	r->mono_ns = 0;
	r->in_look = false;
	r->torn = 0;
	return 0;
}

/**
 * cl_record_close() - end reading
 * @r: the reader; closed already: nothing is done
 */
void cl_record_close(struct cl_record_reader *r)
{
	if (r->f)
		fclose(r->f);
	r->f = NULL;
}
