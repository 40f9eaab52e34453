// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Encoder and decoder, one line per field on the wire; both go through the same
 * check: what one makes the other accepts.  A message is decoded and another one
 * encoded between the stamps of an answer, so no table is interpreted here.
 */
#include "wire.h"

#include "bytes.h"

#define IPV4_UDP_LEN 28

/* An interval is sent in us: up to 71 minutes fit. */
#define INTERVAL_UNIT_NS CL_NS_PER_US

static_assert(CL_WIRE_REQUEST_LEN + CL_WIRE_RESPONSE_LEN + 2 * IPV4_UDP_LEN <=
		      224,
	      "an exchange per second must cost no more than 1.8 kbit/s");
static_assert(CL_WIRE_UPDATE_LEN <= CL_WIRE_MAX, "update fits a message");

enum {
	OFF_VERSION = 0,
	OFF_TYPE = 1,
	OFF_LENGTH = 2,
	OFF_FLAGS = 4,
	OFF_TAG = CL_WIRE_HDR_LEN - CL_WIRE_TAG_LEN,
	OFF_HEARD_N = CL_WIRE_HDR_LEN + 12,
	TLV_HDR_LEN = 4, /* type u16, length u16 of the value */
};

/* What a type consists of; without a length: there is no such type. */
static const struct {
	u16 length;
	u16 flags;
} types[] = {
	[CL_WIRE_REQUEST] = {
		.length = CL_WIRE_REQUEST_LEN,
		.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX |
			 CL_WIRE_F_MAP | CL_WIRE_F_PROBE | CL_WIRE_F_HW,
	},
	[CL_WIRE_RESPONSE] = {
		.length = CL_WIRE_RESPONSE_LEN,
		.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_RX | CL_WIRE_F_MAP |
			 CL_WIRE_F_PROBE | CL_WIRE_F_HW | CL_WIRE_F_GROUP,
	},
	[CL_WIRE_UPDATE] = {
		.length = CL_WIRE_UPDATE_LEN,
	},
	[CL_WIRE_UPDATE_REQUEST] = {
		.length = CL_WIRE_UPDATE_REQUEST_LEN,
	},
	[CL_WIRE_REPORT] = {
		.length = CL_WIRE_REPORT_LEN,
		.flags = CL_WIRE_F_HW,
	},
};

static bool type_known(u8 type)
{
	return type <= CL_WIRE_REPORT && types[type].length;
}

/*
 * Length without TLVs and without those heard of a report: the line of a request is
 * there only if its flag is.
 */
static u16 msg_length(u8 type, u16 flags)
{
	if (type == CL_WIRE_REQUEST && flags & CL_WIRE_F_MAP)
		return CL_WIRE_REQUEST_MAP_LEN;
	return types[type].length;
}

static void encode_hdr(const struct cl_wire_hdr *h, u16 length, u8 *p)
{
	p[OFF_VERSION] = CL_WIRE_VERSION;
	cl_put_be16(p + OFF_LENGTH, length);
	p[OFF_TYPE] = h->type;
	cl_put_be16(p + OFF_FLAGS, h->flags);
	p[6] = h->state;
	p[7] = h->key_id;
	cl_put_be32(p + 8, h->cluster);
	cl_put_be32(p + 12, h->sender);
	cl_put_be32(p + 16, h->receiver);
	cl_put_be32(p + 20, h->term);
	cl_put_be32(p + 24, h->round);
	cl_put_be32(p + 28, h->seq);
	cl_put_be32(p + 32, h->gen);
	memcpy(p + OFF_TAG, h->tag, CL_WIRE_TAG_LEN);
}

static void decode_hdr(const u8 *p, struct cl_wire_hdr *h)
{
	h->type = p[OFF_TYPE];
	h->flags = cl_get_be16(p + OFF_FLAGS);
	h->state = p[6];
	h->key_id = p[7];
	h->cluster = cl_get_be32(p + 8);
	h->sender = cl_get_be32(p + 12);
	h->receiver = cl_get_be32(p + 16);
	h->term = cl_get_be32(p + 20);
	h->round = cl_get_be32(p + 24);
	h->seq = cl_get_be32(p + 28);
	h->gen = cl_get_be32(p + 32);
	memcpy(h->tag, p + OFF_TAG, CL_WIRE_TAG_LEN);
}

static void encode_request(const struct cl_wire_request *r, u16 flags, u8 *p)
{
	cl_put_be32(p, r->prev_seq);
	cl_put_be64(p + 4, (u64)r->t1.ns);
	cl_put_be64(p + 12, (u64)r->t4.ns);
	if (!(flags & CL_WIRE_F_MAP))
		return;
	cl_put_be64(p + 20, (u64)r->time.ns);
	cl_put_be32(p + 28, (u32)r->rate_q40);
}

static void decode_request(const u8 *p, u16 flags, struct cl_wire_request *r)
{
	r->prev_seq = cl_get_be32(p);
	r->t1.ns = (s64)cl_get_be64(p + 4);
	r->t4.ns = (s64)cl_get_be64(p + 12);
	if (!(flags & CL_WIRE_F_MAP))
		return;
	r->time.ns = (s64)cl_get_be64(p + 20);
	r->rate_q40 = (s32)cl_get_be32(p + 28);
}

static void encode_response(const struct cl_wire_response *r, u8 *p)
{
	cl_put_be32(p, r->prev_seq);
	cl_put_be64(p + 4, (u64)r->t2.ns);
	cl_put_be64(p + 12, (u64)r->t3.ns);
	cl_put_be64(p + 20, (u64)r->time.ns);
	cl_put_be32(p + 28, (u32)r->rate_q40);
	cl_put_be32(p + 32, r->delay_ns);
	cl_put_be16(p + 36, r->loss_ppt16);
	p[38] = r->jitter_log2;
	p[39] = r->queue_log2;
}

static void decode_response(const u8 *p, struct cl_wire_response *r)
{
	r->prev_seq = cl_get_be32(p);
	r->t2.ns = (s64)cl_get_be64(p + 4);
	r->t3.ns = (s64)cl_get_be64(p + 12);
	r->time.ns = (s64)cl_get_be64(p + 20);
	r->rate_q40 = (s32)cl_get_be32(p + 28);
	r->delay_ns = cl_get_be32(p + 32);
	r->loss_ppt16 = cl_get_be16(p + 36);
	r->jitter_log2 = p[38];
	r->queue_log2 = p[39];
}

static void encode_update(const struct cl_wire_update *u, u8 *p)
{
	cl_put_be64(p, (u64)u->map.raw.ns);
	cl_put_be64(p + 8, (u64)u->map.time.ns);
	cl_put_be64(p + 16, (u64)u->map.rate_q48);
	cl_put_be64(p + 24, u->bound_ns);
	cl_put_be64(p + 32, u->hard_ns);
	cl_put_be32(p + 40, u->drift_ppt);
	cl_put_be32(p + 44, (u32)(u->interval_ns / INTERVAL_UNIT_NS));
	cl_put_be16(p + 48, (u16)u->tai_offset);
	p[50] = u->leap;
	p[51] = u->hops;
	cl_put_be32(p + 52, u->epoch);
}

static void decode_update(const u8 *p, struct cl_wire_update *u)
{
	u->map.raw.ns = (s64)cl_get_be64(p);
	u->map.time.ns = (s64)cl_get_be64(p + 8);
	u->map.rate_q48 = (s64)cl_get_be64(p + 16);
	u->bound_ns = cl_get_be64(p + 24);
	u->hard_ns = cl_get_be64(p + 32);
	u->drift_ppt = cl_get_be32(p + 40);
	u->interval_ns = (u64)cl_get_be32(p + 44) * INTERVAL_UNIT_NS;
	u->tai_offset = (s16)cl_get_be16(p + 48);
	u->leap = p[50];
	u->hops = p[51];
	u->epoch = cl_get_be32(p + 52);
}

static void encode_report(const struct cl_wire_report *r, u8 *p)
{
	cl_put_be32(p, r->request);
	cl_put_be64(p + 4, (u64)r->t1.ns);
	cl_put_be16(p + 12, r->n);
	cl_put_be16(p + 14, 0);
	memcpy(p + 16, r->heard, r->n * CL_WIRE_HEARD_LEN);
}

static void decode_report(const u8 *p, struct cl_wire_report *r)
{
	r->request = cl_get_be32(p);
	r->t1.ns = (s64)cl_get_be64(p + 4);
	r->n = cl_get_be16(p + 12);
	r->heard = p + 16;
}

static void encode_body(const struct cl_wire_msg *m, u8 *p)
{
	switch (m->hdr.type) {
	case CL_WIRE_REQUEST:
		encode_request(&m->req, m->hdr.flags, p);
		break;
	case CL_WIRE_RESPONSE:
		encode_response(&m->resp, p);
		break;
	case CL_WIRE_UPDATE:
		encode_update(&m->upd, p);
		break;
	case CL_WIRE_REPORT:
		encode_report(&m->rep, p);
		break;
	}
}

static void decode_body(const u8 *p, struct cl_wire_msg *m)
{
	switch (m->hdr.type) {
	case CL_WIRE_REQUEST:
		decode_request(p, m->hdr.flags, &m->req);
		break;
	case CL_WIRE_RESPONSE:
		decode_response(p, &m->resp);
		break;
	case CL_WIRE_UPDATE:
		decode_update(p, &m->upd);
		break;
	case CL_WIRE_REPORT:
		decode_report(p, &m->rep);
		break;
	}
}

/* A request to the group carries no stamps: it would have to for each that gets it. */
static bool receiver_valid(const struct cl_wire_hdr *h)
{
	if (h->receiver != CL_NODE_ALL)
		return h->receiver != CL_NODE_NONE && h->type != CL_WIRE_REPORT;
	return (h->type == CL_WIRE_REQUEST && !h->flags) ||
	       h->type == CL_WIRE_UPDATE || h->type == CL_WIRE_REPORT;
}

static bool hdr_valid(const struct cl_wire_hdr *h)
{
	if (h->flags & ~types[h->type].flags)
		return false;
	if (h->state > CL_WIRE_STATE_MAX)
		return false;
	if (h->sender == CL_NODE_NONE || h->sender == CL_NODE_ALL ||
	    !receiver_valid(h))
		return false;
	return h->key_id || !(cl_get_be64(h->tag) | cl_get_be64(h->tag + 8));
}

static bool request_valid(const struct cl_wire_request *r, u16 flags)
{
	if (!(flags & (CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX)) && r->prev_seq)
		return false;
	if (!(flags & CL_WIRE_F_PREV_TX) && (r->t1.ns || flags & CL_WIRE_F_HW))
		return false;
	if (flags & CL_WIRE_F_MAP &&
	    (~flags & (CL_WIRE_F_PREV_TX | CL_WIRE_F_PROBE) ||
	     cl_abs_s64(r->rate_q40) >= CL_WIRE_RATE_MAX_Q40))
		return false;
	return flags & CL_WIRE_F_PREV_RX || !r->t4.ns;
}

static bool response_valid(const struct cl_wire_response *r, u16 flags)
{
	if (!(flags & CL_WIRE_F_PREV_TX) && (r->prev_seq || r->t3.ns))
		return false;
	if (!(flags & CL_WIRE_F_RX) && (r->t2.ns || flags & CL_WIRE_F_HW))
		return false;
	if (!(flags & CL_WIRE_F_MAP) && (r->time.ns || r->rate_q40))
		return false;
	return cl_abs_s64(r->rate_q40) < CL_WIRE_RATE_MAX_Q40;
}

static bool update_valid(const struct cl_wire_update *u)
{
	return cl_abs_s64(u->map.rate_q48) < CL_WIRE_RATE_MAX_Q48 &&
	       u->interval_ns / INTERVAL_UNIT_NS <= U32_MAX &&
	       u->leap <= CL_WIRE_LEAP_MAX;
}

static bool msg_valid(const struct cl_wire_msg *m)
{
	if (!hdr_valid(&m->hdr))
		return false;
	switch (m->hdr.type) {
	case CL_WIRE_REQUEST:
		return request_valid(&m->req, m->hdr.flags);
	case CL_WIRE_RESPONSE:
		return response_valid(&m->resp, m->hdr.flags);
	case CL_WIRE_UPDATE:
		return update_valid(&m->upd);
	case CL_WIRE_REPORT:
		return m->rep.n && m->rep.n <= CL_WIRE_HEARD_MAX;
	default:
		return true;
	}
}

/* TLVs of later versions are skipped, but they must not lie about lengths. */
static bool tlvs_valid(const u8 *p, size_t len)
{
	while (len) {
		size_t value;

		if (len < TLV_HDR_LEN)
			return false;
		value = cl_get_be16(p + 2);
		if (value > len - TLV_HDR_LEN)
			return false;
		p += TLV_HDR_LEN + value;
		len -= TLV_HDR_LEN + value;
	}
	return true;
}

/**
 * cl_wire_encode() - bytes of a message
 * @m: message
 * @buf: where to put them
 * @size: room at @buf; not a byte more is written
 *
 * Return: length, or -EINVAL if cl_wire_decode() would not accept the message,
 * or -ENOSPC.
 */
int cl_wire_encode(const struct cl_wire_msg *m, u8 *buf, size_t size)
{
	u16 length;

	if (!type_known(m->hdr.type) || !msg_valid(m))
		return -EINVAL;
	length = msg_length(m->hdr.type, m->hdr.flags);
	if (m->hdr.type == CL_WIRE_REPORT)
		length += m->rep.n * CL_WIRE_HEARD_LEN;
	if (size < length)
		return -ENOSPC;
	encode_hdr(&m->hdr, length, buf);
	encode_body(m, buf + CL_WIRE_HDR_LEN);
	return length;
}

/**
 * cl_wire_decode() - message of bytes received
 * @buf: bytes, nothing is assumed of them
 * @len: their number
 * @m: message; untouched unless CL_WIRE_OK is returned
 *
 * Length and version are checked before anything else is looked at.
 *
 * Return: CL_WIRE_OK, or why it is not a message.
 */
enum cl_wire_error cl_wire_decode(const u8 *buf, size_t len,
				  struct cl_wire_msg *m)
{
	struct cl_wire_msg msg = { .hdr.type = 0 };
	size_t length;

	if (len < CL_WIRE_HDR_LEN)
		return CL_WIRE_SHORT;
	if (len > CL_WIRE_MAX)
		return CL_WIRE_LONG;
	if (buf[OFF_VERSION] != CL_WIRE_VERSION)
		return CL_WIRE_BAD_VERSION;
	if (!type_known(buf[OFF_TYPE]))
		return CL_WIRE_BAD_TYPE;
	if (cl_get_be16(buf + OFF_LENGTH) != len)
		return CL_WIRE_BAD_LENGTH;
	length = msg_length(buf[OFF_TYPE], cl_get_be16(buf + OFF_FLAGS));
	if (len < length)
		return CL_WIRE_SHORT;
	if (buf[OFF_TYPE] == CL_WIRE_REPORT) {
		length += cl_get_be16(buf + OFF_HEARD_N) * CL_WIRE_HEARD_LEN;
		if (len < length)
			return CL_WIRE_SHORT;
		if (cl_get_be16(buf + OFF_HEARD_N + 2))
			return CL_WIRE_BAD_FIELD;
	}

	decode_hdr(buf, &msg.hdr);
	decode_body(buf + CL_WIRE_HDR_LEN, &msg);
	if (!msg_valid(&msg))
		return CL_WIRE_BAD_FIELD;
	if (!tlvs_valid(buf + length, len - length))
		return CL_WIRE_BAD_TLV;
	*m = msg;
	return CL_WIRE_OK;
}

/**
 * cl_wire_put_heard() - one that was heard, for a report
 * @p: CL_WIRE_HEARD_LEN bytes
 * @node: responder
 * @delay_ns: when its response came, after the request had left, ns
 */
void cl_wire_put_heard(u8 *p, u32 node, u32 delay_ns)
{
	cl_put_be32(p, node);
	cl_put_be32(p + 4, delay_ns);
}

/**
 * cl_wire_heard() - was a node heard?
 * @r: report, decoded
 * @node: responder
 * @ret_delay_ns: when its response came, after the request had left, ns
 *
 * Return: false if it is not in the report, @ret_delay_ns is untouched then.
 */
bool cl_wire_heard(const struct cl_wire_report *r, u32 node, u32 *ret_delay_ns)
{
	const u8 *p = r->heard;
	unsigned int i;

	for (i = 0; i < r->n; i++, p += CL_WIRE_HEARD_LEN) {
		if (cl_get_be32(p) != node)
			continue;
		*ret_delay_ns = cl_get_be32(p + 4);
		return true;
	}
	return false;
}

/**
 * cl_wire_error_name() - name of a decoder's result
 * @err: result
 *
 * Return: a word for logs and counters, never NULL.
 */
const char *cl_wire_error_name(enum cl_wire_error err)
{
	static const char *const names[__CL_WIRE_ERRORS] = {
		[CL_WIRE_OK] = "ok",
		[CL_WIRE_SHORT] = "short",
		[CL_WIRE_LONG] = "long",
		[CL_WIRE_BAD_VERSION] = "bad-version",
		[CL_WIRE_BAD_TYPE] = "bad-type",
		[CL_WIRE_BAD_LENGTH] = "bad-length",
		[CL_WIRE_BAD_FIELD] = "bad-field",
		[CL_WIRE_BAD_TLV] = "bad-tlv",
	};

	return (unsigned int)err < __CL_WIRE_ERRORS ? names[err] : "unknown";
}
