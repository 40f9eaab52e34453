// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "schema.h"

/* libmnl's own rounds up, past the end of a message that is not padded. */
static const char *end_of(const struct nlmsghdr *nlh)
{
	return (const char *)nlh + nlh->nlmsg_len;
}

static bool attr_ok(const struct nlattr *attr, const char *end)
{
	return mnl_attr_ok(attr, end - (const char *)attr);
}

static bool put_field(struct nlmsghdr *nlh, size_t size,
		      const struct cl_nl_field *f, const struct cl_nl_msg *m)
{
	const char *value = (const char *)&m->have + f->offset;
	size_t len = f->size;

	if (f->type == CL_NL_FLAG && !cl_nl_field_u64(f, &m->have))
		return true;
	if (f->type == CL_NL_STRING)
		len = strnlen(value, len - 1) + 1;
	return mnl_attr_put_check(nlh, size, f->attr, len, value);
}

/**
 * cl_nl_encode() - write a request
 * @buf: where to, aligned as a struct nlmsghdr
 * @size: bytes at @buf
 * @h: family, flags and sequence number
 * @m: the command and the attributes that it has; strings end with a zero
 *
 * Return: bytes written; -EINVAL for an unknown command, -EMSGSIZE if @size is
 * too small.
 */
int cl_nl_encode(void *buf, size_t size, const struct cl_nl_hdr *h,
		 const struct cl_nl_msg *m)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	if (!s)
		return -EINVAL;
	if (size < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EMSGSIZE;
	/* libmnl leaves the padding behind short values as it is. */
	memset(buf, 0, size);
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = h->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | h->flags;
	nlh->nlmsg_seq = h->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = m->cmd;
	genl->version = CLOCKLINK_FAMILY_VERSION;
	for (unsigned int i = 0; i < s->n; i++) {
		if (!(m->have & (1ULL << s->fields[i].attr)))
			continue;
		if (!put_field(nlh, size, &s->fields[i], m))
			return -EMSGSIZE;
	}
	return nlh->nlmsg_len;
}

/* One zero, at the end, and before it what can be printed on any terminal. */
static bool is_string(const char *s, size_t len)
{
	if (!len || s[len - 1])
		return false;
	for (size_t i = 0; i < len - 1; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return true;
}

static int get_field(const struct nlattr *attr, const struct cl_nl_field *f,
		     struct cl_nl_msg *m)
{
	const void *payload = mnl_attr_get_payload(attr);
	char *value = (char *)&m->have + f->offset;
	size_t len = mnl_attr_get_payload_len(attr);

	if (attr->nla_type & (NLA_F_NESTED | NLA_F_NET_BYTEORDER))
		return -EBADMSG;
	if (f->type == CL_NL_STRING ?
		    len > f->size || !is_string(payload, len) :
		    len != f->size)
		return -EBADMSG;
	if (f->type == CL_NL_STRING)
		memset(value, 0, f->size);
	if (f->type == CL_NL_FLAG)
		*(bool *)value = true;
	else
		memcpy(value, payload, len);
	m->have |= 1ULL << f->attr;
	return 0;
}

/* @at: where the first attribute is that is not known, had or right; NULL: skip those. */
static int decode(const struct nlmsghdr *nlh, struct cl_nl_msg *ret, u32 *at)
{
	const struct cl_nl_schema *s;
	const struct cl_nl_field *f;
	const struct nlattr *attr;
	const char *end;
	int err;

	if (nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return -EBADMSG;
	memset(ret, 0, sizeof(*ret));
	ret->cmd = ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
	s = cl_nl_schema_of(ret->cmd);
	if (!s)
		return -ENOMSG;
	end = end_of(nlh);
	attr = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	for (; attr_ok(attr, end); attr = mnl_attr_next(attr)) {
		f = cl_nl_schema_find(s, mnl_attr_get_type(attr));
		if (at)
			*at = (const char *)attr - (const char *)nlh;
		if (at && (!f || ret->have & (1ULL << f->attr)))
			return -EINVAL;
		err = f ? get_field(attr, f, ret) : 0;
		if (err)
			return err;
	}
	if (at)
		*at = 0;
	/* Less than an attribute may not be left over. */
	return (const char *)attr < end ? -EBADMSG : 0;
}

/**
 * cl_nl_decode() - read an answer or an event
 * @nlh: a message of the family, complete as its length says
 * @ret: the message; attributes that are not known are skipped, so that a newer
 *	module can be talked to
 *
 * Return: 0; -ENOMSG if the command is not known, -EBADMSG if the message is
 * short, cut off or an attribute has the wrong length or type.  @ret is
 * unspecified then.
 */
int cl_nl_decode(const struct nlmsghdr *nlh, struct cl_nl_msg *ret)
{
	return decode(nlh, ret, NULL);
}

/**
 * cl_nl_decode_request() - read a request, in which nothing may be unknown
 * @nlh: the request, complete as its length says
 * @ret: the message
 * @ret_at: after -EINVAL and -EBADMSG where in @nlh the attribute at fault begins, 0:
 *	none
 *
 * Return: as cl_nl_decode(); -EINVAL for an attribute that is not known or comes
 * twice.
 */
int cl_nl_decode_request(const struct nlmsghdr *nlh, struct cl_nl_msg *ret,
			 u32 *ret_at)
{
	*ret_at = 0;
	return decode(nlh, ret, ret_at);
}

static const struct cl_nl_schema *schema_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return cl_nl_schema_of(genl->cmd);
}

/* Name of the request's attribute that begins at an offset of its message. */
static const char *name_at(const struct nlmsghdr *request, u32 offset)
{
	const struct cl_nl_schema *s = schema_of(request);
	const struct cl_nl_field *f;
	const struct nlattr *attr;
	const char *end;

	end = end_of(request);
	attr = mnl_nlmsg_get_payload_offset(request, GENL_HDRLEN);
	for (; s && attr_ok(attr, end); attr = mnl_attr_next(attr)) {
		if ((const char *)attr - (const char *)request != offset)
			continue;
		f = cl_nl_schema_find(s, mnl_attr_get_type(attr));
		return f ? f->name : NULL;
	}
	return NULL;
}

static const char *name_of(const struct nlmsghdr *request, u32 type)
{
	const struct cl_nl_schema *s = schema_of(request);
	const struct cl_nl_field *f = s ? cl_nl_schema_find(s, type) : NULL;

	return f ? f->name : NULL;
}

static void get_extack(const struct nlattr *attr,
		       const struct nlmsghdr *request, struct cl_nl_error *ret)
{
	u16 len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		if (len >= sizeof(ret->text))
			len = sizeof(ret->text) - 1;
		memcpy(ret->text, mnl_attr_get_payload(attr), len);
		ret->text[len] = '\0';
		break;
	case NLMSGERR_ATTR_OFFS:
		if (len == sizeof(u32) && request)
			ret->attr = name_at(request, mnl_attr_get_u32(attr));
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		ret->missing = true;
		if (len == sizeof(u32) && request)
			ret->attr = name_of(request, mnl_attr_get_u32(attr));
		break;
	}
}

/**
 * cl_nl_decode_error() - read an acknowledgment or the end of a dump
 * @nlh: message of type NLMSG_ERROR or NLMSG_DONE
 * @request: what was asked, to name the attribute at fault; may be NULL
 * @ret: the kernel's answer
 *
 * Return: 0; -EBADMSG if the message is short.
 */
int cl_nl_decode_error(const struct nlmsghdr *nlh,
		       const struct nlmsghdr *request, struct cl_nl_error *ret)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(int);
	const struct nlattr *attr;
	const char *end;

	memset(ret, 0, sizeof(*ret));
	if (nlh->nlmsg_type == NLMSG_ERROR)
		skip = sizeof(*e);
	if (nlh->nlmsg_len < NLMSG_HDRLEN + skip)
		return -EBADMSG;
	memcpy(&ret->code, e, sizeof(ret->code));
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	/* A failed request is sent back in full unless the socket cut it. */
	if (nlh->nlmsg_type == NLMSG_ERROR &&
	    !(nlh->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += MNL_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
	if (nlh->nlmsg_len < NLMSG_HDRLEN + skip)
		return -EBADMSG;
	end = end_of(nlh);
	attr = mnl_nlmsg_get_payload_offset(nlh, skip);
	for (; attr_ok(attr, end); attr = mnl_attr_next(attr))
		get_extack(attr, request, ret);
	return 0;
}
