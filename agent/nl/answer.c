// SPDX-License-Identifier: GPL-2.0-or-later
#include "answer.h"

#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "codec.h"

/* Of the text, with its closing zero. */
#define TEXT_MAX CL_NL_TEXT_SIZE

static_assert(NLMSG_HDRLEN + sizeof(struct nlmsgerr) + 2 * MNL_ATTR_HDRLEN +
			      MNL_ALIGN(TEXT_MAX) + sizeof(u32) <=
		      CL_NL_ACK_MAX,
	      "an acknowledgment fits");

static struct nlmsghdr *begin(void *buf, const struct nlmsghdr *request,
			      u16 type, u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request->nlmsg_seq;
	return nlh;
}

/**
 * cl_nl_put_object() - write an object that was asked for
 * @buf: where to, aligned as a struct nlmsghdr
 * @size: bytes at @buf
 * @request: what was asked; a dump: the object is one of several
 * @m: the object
 *
 * Return: bytes written; as cl_nl_encode() if that fails.
 */
int cl_nl_put_object(void *buf, size_t size, const struct nlmsghdr *request,
		     const struct cl_nl_msg *m)
{
	const struct cl_nl_hdr h = {
		.family = request->nlmsg_type,
		.seq = request->nlmsg_seq,
	};
	struct nlmsghdr *nlh = buf;
	int len = cl_nl_encode(buf, size, &h, m);

	if (len < 0)
		return len;
	nlh->nlmsg_flags = request->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0;
	return len;
}

/**
 * cl_nl_put_ack() - write that a request is done, or why not
 * @buf: where to, aligned as a struct nlmsghdr
 * @size: bytes at @buf, at least CL_NL_ACK_MAX
 * @request: what was asked; of it only the header is repeated
 * @code: 0 or -errno
 * @text: why, "" or NULL: no words
 * @at: where in @request the attribute at fault begins, 0: none
 *
 * Return: bytes written, at most CL_NL_ACK_MAX; -EMSGSIZE if @size is too small.
 */
int cl_nl_put_ack(void *buf, size_t size, const struct nlmsghdr *request,
		  int code, const char *text, u32 at)
{
	struct nlmsghdr *nlh;
	struct nlmsgerr *e;
	char cut[TEXT_MAX];
	size_t len = text ? strnlen(text, TEXT_MAX - 1) : 0;

	if (size < CL_NL_ACK_MAX)
		return -EMSGSIZE;
	/* libmnl leaves the padding behind the text as it is. */
	memset(buf, 0, CL_NL_ACK_MAX);
	nlh = begin(buf, request, NLMSG_ERROR, NLM_F_CAPPED);
	e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));
	e->error = code;
	e->msg = *request;
	if (len) {
		memcpy(cut, text, len);
		cut[len] = '\0';
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, cut);
	}
	if (at)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, at);
	if (len || at)
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	return nlh->nlmsg_len;
}

/**
 * cl_nl_put_done() - write that all objects have been told
 * @buf: where to, aligned as a struct nlmsghdr
 * @size: bytes at @buf
 * @request: what was asked
 * @interrupted: they have changed meanwhile: some may be missing, some old
 *
 * Return: bytes written; -EMSGSIZE if @size is too small.
 */
int cl_nl_put_done(void *buf, size_t size, const struct nlmsghdr *request,
		   bool interrupted)
{
	struct nlmsghdr *nlh;
	int *code;

	if (size < NLMSG_HDRLEN + MNL_ALIGN(sizeof(*code)))
		return -EMSGSIZE;
	nlh = begin(buf, request, NLMSG_DONE,
		    NLM_F_MULTI | (interrupted ? NLM_F_DUMP_INTR : 0));
	code = mnl_nlmsg_put_extra_header(nlh, sizeof(*code));
	*code = 0;
	return nlh->nlmsg_len;
}
