// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Encoder and decoder.  Both go through the same tables, one line per field
 * on the wire, and through the same check: what one makes the other accepts.
 */
#include "wire.h"

#define IPV4_UDP_LEN 28

static_assert(CL_WIRE_REQUEST_LEN + CL_WIRE_RESPONSE_LEN + 2 * IPV4_UDP_LEN <=
		      224,
	      "an exchange per second must cost no more than 1.8 kbit/s");
static_assert(CL_WIRE_UPDATE_LEN <= CL_WIRE_MAX, "update fits a message");

enum {
	OFF_VERSION = 0,
	OFF_TYPE = 1,
	OFF_LENGTH = 2,
	OFF_TAG = CL_WIRE_HDR_LEN - CL_WIRE_TAG_LEN,
	TLV_HDR_LEN = 4, /* type u16, length u16 of the value */
};

/**
 * struct field - a big-endian integer on the wire
 * @wire: offset in the message
 * @size: bytes on the wire and in struct cl_wire_msg; 0 ends a table
 * @member: offset in struct cl_wire_msg
 */
struct field {
	u8 wire;
	u8 size;
	u8 member;
};

#define FIELD(off, m)                                                        \
	{                                                                    \
		.wire = (off), .size = sizeof(((struct cl_wire_msg *)0)->m), \
		.member = offsetof(struct cl_wire_msg, m),                   \
	}
#define BODY(off, m) FIELD(CL_WIRE_HDR_LEN + (off), m)

/* clang-format off */
static const struct field hdr_fields[] = {
	FIELD(OFF_TYPE, hdr.type),
	FIELD(4, hdr.flags),
	FIELD(6, hdr.state),
	FIELD(7, hdr.key_id),
	FIELD(8, hdr.cluster),
	FIELD(12, hdr.sender),
	FIELD(16, hdr.receiver),
	FIELD(20, hdr.term),
	FIELD(24, hdr.round),
	FIELD(28, hdr.seq),
	FIELD(32, hdr.gen),
	{},
};

static const struct field request_fields[] = {
	BODY(0, req.prev_seq),
	BODY(4, req.t1),
	BODY(12, req.t4),
	{},
};

static const struct field response_fields[] = {
	BODY(0, resp.prev_seq),
	BODY(4, resp.t2),
	BODY(12, resp.t3),
	BODY(20, resp.time),
	BODY(28, resp.rate_q40),
	BODY(32, resp.delay_ns),
	BODY(36, resp.loss_ppt16),
	BODY(38, resp.jitter_log2),
	BODY(39, resp.queue_log2),
	{},
};

static const struct field update_fields[] = {
	BODY(0, upd.map.raw),
	BODY(8, upd.map.time),
	BODY(16, upd.map.rate_q48),
	BODY(24, upd.bound_ns),
	BODY(32, upd.hard_ns),
	BODY(40, upd.drift_ppt),
	BODY(44, upd.interval_ns),
	BODY(48, upd.tai_offset),
	BODY(50, upd.leap),
	BODY(51, upd.hops),
	BODY(52, upd.epoch),
	{},
};

/* clang-format on */

/* What a type consists of; without fields: there is no such type. */
static const struct {
	const struct field *fields;
	u16 length;
	u16 flags;
} types[] = {
	[CL_WIRE_REQUEST] = {
		.fields = request_fields,
		.length = CL_WIRE_REQUEST_LEN,
		.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX |
			 CL_WIRE_F_PROBE,
	},
	[CL_WIRE_RESPONSE] = {
		.fields = response_fields,
		.length = CL_WIRE_RESPONSE_LEN,
		.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_RX | CL_WIRE_F_MAP |
			 CL_WIRE_F_PROBE,
	},
	[CL_WIRE_UPDATE] = {
		.fields = update_fields,
		.length = CL_WIRE_UPDATE_LEN,
	},
};

static bool type_known(u8 type)
{
	return type <= CL_WIRE_UPDATE && types[type].fields;
}

static u64 get_be(const u8 *p, unsigned int size)
{
	u64 v = 0;

	while (size--)
		v = v << 8 | *p++;
	return v;
}

static void put_be(u8 *p, unsigned int size, u64 v)
{
	while (size--) {
		p[size] = (u8)v;
		v >>= 8;
	}
}

static void encode_fields(const struct field *f, const struct cl_wire_msg *m,
			  u8 *buf)
{
	for (; f->size; f++) {
		const void *member = (const u8 *)m + f->member;
		u64 v;

		if (f->size == 8)
			v = *(const u64 *)member;
		else if (f->size == 4)
			v = *(const u32 *)member;
		else if (f->size == 2)
			v = *(const u16 *)member;
		else
			v = *(const u8 *)member;
		put_be(buf + f->wire, f->size, v);
	}
}

static void decode_fields(const struct field *f, const u8 *buf,
			  struct cl_wire_msg *m)
{
	for (; f->size; f++) {
		void *member = (u8 *)m + f->member;
		u64 v = get_be(buf + f->wire, f->size);

		if (f->size == 8)
			*(u64 *)member = v;
		else if (f->size == 4)
			*(u32 *)member = (u32)v;
		else if (f->size == 2)
			*(u16 *)member = (u16)v;
		else
			*(u8 *)member = (u8)v;
	}
}

static bool hdr_valid(const struct cl_wire_hdr *h)
{
	unsigned int i;

	if (h->flags & ~types[h->type].flags)
		return false;
	if (h->state > CL_WIRE_STATE_MAX)
		return false;
	if (h->sender == CL_NODE_NONE || h->sender == CL_NODE_ALL ||
	    h->receiver == CL_NODE_NONE)
		return false;
	if (h->key_id)
		return true;
	for (i = 0; i < CL_WIRE_TAG_LEN; i++)
		if (h->tag[i])
			return false;
	return true;
}

static bool request_valid(const struct cl_wire_request *r, u16 flags)
{
	if (!(flags & (CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX)) && r->prev_seq)
		return false;
	if (!(flags & CL_WIRE_F_PREV_TX) && r->t1.ns)
		return false;
	return flags & CL_WIRE_F_PREV_RX || !r->t4.ns;
}

static bool response_valid(const struct cl_wire_response *r, u16 flags)
{
	if (!(flags & CL_WIRE_F_PREV_TX) && (r->prev_seq || r->t3.ns))
		return false;
	if (!(flags & CL_WIRE_F_RX) && r->t2.ns)
		return false;
	if (!(flags & CL_WIRE_F_MAP) && (r->time.ns || r->rate_q40))
		return false;
	return cl_abs_s64(r->rate_q40) < CL_WIRE_RATE_MAX_Q40;
}

static bool update_valid(const struct cl_wire_update *u)
{
	return cl_abs_s64(u->map.rate_q48) < CL_WIRE_RATE_MAX_Q48 &&
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
	default:
		return update_valid(&m->upd);
	}
}

/* TLVs of later versions are skipped, but they must not lie about lengths. */
static bool tlvs_valid(const u8 *p, size_t len)
{
	while (len) {
		size_t value;

		if (len < TLV_HDR_LEN)
			return false;
		value = get_be(p + 2, 2);
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
	length = types[m->hdr.type].length;
	if (size < length)
		return -ENOSPC;
	put_be(buf + OFF_VERSION, 1, CL_WIRE_VERSION);
	put_be(buf + OFF_LENGTH, 2, length);
	memcpy(buf + OFF_TAG, m->hdr.tag, CL_WIRE_TAG_LEN);
	encode_fields(hdr_fields, m, buf);
	encode_fields(types[m->hdr.type].fields, m, buf);
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
	if (get_be(buf + OFF_LENGTH, 2) != len)
		return CL_WIRE_BAD_LENGTH;
	length = types[buf[OFF_TYPE]].length;
	if (len < length)
		return CL_WIRE_SHORT;

	decode_fields(hdr_fields, buf, &msg);
	memcpy(msg.hdr.tag, buf + OFF_TAG, CL_WIRE_TAG_LEN);
	decode_fields(types[msg.hdr.type].fields, buf, &msg);
	if (!msg_valid(&msg))
		return CL_WIRE_BAD_FIELD;
	if (!tlvs_valid(buf + length, len - length))
		return CL_WIRE_BAD_TLV;
	*m = msg;
	return CL_WIRE_OK;
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
