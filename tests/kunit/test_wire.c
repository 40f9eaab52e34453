// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "core/wire.h"
#include "random.h"
#include "wire_vectors.h"

#define FILL 0x5a

static void test_vectors_encode_to_their_bytes(struct kunit *test)
{
	int id;

	for (id = 0; id < VEC_COUNT; id++) {
		const struct wire_vector *v = &wire_vectors[id];
		u8 want[CL_WIRE_MAX];
		u8 got[CL_WIRE_MAX];
		size_t len = wire_vector_bytes(id, want);

		KUNIT_ASSERT_EQ_MSG(test,
				    cl_wire_encode(&v->msg, got, sizeof(got)),
				    (int)len, "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(got, want, len), 0, "%s",
				    v->name);
	}
}

static void test_vectors_decode_to_the_same_message(struct kunit *test)
{
	int id;

	for (id = 0; id < VEC_COUNT; id++) {
		const struct wire_vector *v = &wire_vectors[id];
		struct cl_wire_msg m;
		u8 bytes[CL_WIRE_MAX];
		u8 again[CL_WIRE_MAX];
		size_t len = wire_vector_bytes(id, bytes);

		KUNIT_ASSERT_EQ_MSG(test, cl_wire_decode(bytes, len, &m),
				    CL_WIRE_OK, "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test,
				    cl_wire_encode(&m, again, sizeof(again)),
				    (int)len, "%s", v->name);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(bytes, again, len), 0, "%s",
				    v->name);
	}
}

static void test_decoded_fields_are_those_sent(struct kunit *test)
{
	const struct cl_wire_msg *want = &wire_vectors[VEC_update].msg;
	struct cl_wire_msg m;
	u8 bytes[CL_WIRE_MAX];
	size_t len = wire_vector_bytes(VEC_update, bytes);

	KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, len, &m), CL_WIRE_OK);
	KUNIT_EXPECT_EQ(test, m.hdr.seq, want->hdr.seq);
	KUNIT_EXPECT_EQ(test, m.upd.map.raw.ns, want->upd.map.raw.ns);
	KUNIT_EXPECT_EQ(test, m.upd.map.time.ns, want->upd.map.time.ns);
	KUNIT_EXPECT_EQ(test, m.upd.map.rate_q48, want->upd.map.rate_q48);
	KUNIT_EXPECT_EQ(test, m.upd.bound_ns, want->upd.bound_ns);
	KUNIT_EXPECT_EQ(test, m.upd.hard_ns, want->upd.hard_ns);
	KUNIT_EXPECT_EQ(test, m.upd.drift_ppt, want->upd.drift_ppt);
	KUNIT_EXPECT_EQ(test, m.upd.interval_ns, want->upd.interval_ns);
	KUNIT_EXPECT_EQ(test, m.upd.tai_offset, want->upd.tai_offset);
	KUNIT_EXPECT_EQ(test, m.upd.leap, want->upd.leap);
	KUNIT_EXPECT_EQ(test, m.upd.hops, want->upd.hops);
	KUNIT_EXPECT_EQ(test, m.upd.epoch, want->upd.epoch);
}

/* One field of a good message overwritten. */
static const struct {
	const char *what;
	enum wire_vector_id vector;
	u8 offset;
	u8 size;
	u64 value;
	enum cl_wire_error error;
} bad_fields[] = {
	/* clang-format off */
	{ "version 0", VEC_update, 0, 1, 0, CL_WIRE_BAD_VERSION },
	{ "version 2", VEC_update, 0, 1, 2, CL_WIRE_BAD_VERSION },
	{ "type 0", VEC_request_first, 1, 1, 0, CL_WIRE_BAD_TYPE },
	{ "type 6", VEC_request_first, 1, 1, 6, CL_WIRE_BAD_TYPE },
	{ "type 255", VEC_request_first, 1, 1, 255, CL_WIRE_BAD_TYPE },
	{ "request as response", VEC_request_first, 1, 1, 2, CL_WIRE_SHORT },
	{ "length too small", VEC_request_first, 2, 2, 71, CL_WIRE_BAD_LENGTH },
	{ "length too large", VEC_request_first, 2, 2, 73, CL_WIRE_BAD_LENGTH },
	{ "length 0", VEC_request_first, 2, 2, 0, CL_WIRE_BAD_LENGTH },
	{ "update request with a flag", VEC_update_request, 4, 2, 0x10,
	  CL_WIRE_BAD_FIELD },
	{ "update request of nobody", VEC_update_request, 12, 4, 0,
	  CL_WIRE_BAD_FIELD },
	{ "update request as update", VEC_update_request, 1, 1, 3,
	  CL_WIRE_SHORT },
	{ "undefined flag", VEC_request_first, 4, 2, 0x80, CL_WIRE_BAD_FIELD },
	{ "GROUP in a request", VEC_request_first, 4, 2, 0x40,
	  CL_WIRE_BAD_FIELD },
	{ "GROUP in an update", VEC_update, 4, 2, 0x40, CL_WIRE_BAD_FIELD },
	{ "HW in a request without stamps", VEC_request_first, 4, 2, 0x20,
	  CL_WIRE_BAD_FIELD },
	{ "HW in a response without t2", VEC_response_empty, 4, 2, 0x20,
	  CL_WIRE_BAD_FIELD },
	{ "HW in an update", VEC_update, 4, 2, 0x20, CL_WIRE_BAD_FIELD },
	{ "undefined high flag", VEC_request_first, 4, 2, 0x8000,
	  CL_WIRE_BAD_FIELD },
	{ "RX in a request", VEC_request_first, 4, 2, 0x04, CL_WIRE_BAD_FIELD },
	{ "MAP in a request without it", VEC_request_first, 4, 2, 0x08,
	  CL_WIRE_SHORT },
	{ "MAP in a request that is no probe", VEC_request_probe_line, 4, 2,
	  0x09, CL_WIRE_BAD_FIELD },
	{ "MAP in an update", VEC_update, 4, 2, 0x08, CL_WIRE_BAD_FIELD },
	{ "rate of a request 2^30", VEC_request_probe_line, 80, 4, 0x40000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate of a request smallest", VEC_request_probe_line, 80, 4,
	  0x80000000, CL_WIRE_BAD_FIELD },
	{ "PREV_RX in a response", VEC_response_empty, 4, 2, 0x02,
	  CL_WIRE_BAD_FIELD },
	{ "PREV_TX in an update", VEC_update, 4, 2, 0x01, CL_WIRE_BAD_FIELD },
	{ "PROBE in an update", VEC_update, 4, 2, 0x10, CL_WIRE_BAD_FIELD },
	{ "state 7", VEC_update, 6, 1, 7, CL_WIRE_BAD_FIELD },
	{ "sender none", VEC_update, 12, 4, 0, CL_WIRE_BAD_FIELD },
	{ "sender all", VEC_update, 12, 4, 0xffffffff, CL_WIRE_BAD_FIELD },
	{ "receiver none", VEC_update, 16, 4, 0, CL_WIRE_BAD_FIELD },
	{ "tag without key", VEC_request_tagged, 7, 1, 0, CL_WIRE_BAD_FIELD },
	{ "last byte of tag without key", VEC_update, 51, 1, 1,
	  CL_WIRE_BAD_FIELD },
	{ "prev_seq without stamp", VEC_request_first, 52, 4, 1,
	  CL_WIRE_BAD_FIELD },
	{ "t1 without PREV_TX", VEC_request_first, 56, 8, 1,
	  CL_WIRE_BAD_FIELD },
	{ "t4 without PREV_RX", VEC_request_probe, 64, 8, 1,
	  CL_WIRE_BAD_FIELD },
	{ "prev_seq without t3", VEC_response_empty, 52, 4, 1,
	  CL_WIRE_BAD_FIELD },
	{ "t2 without RX", VEC_response_empty, 56, 8, 1, CL_WIRE_BAD_FIELD },
	{ "t3 without PREV_TX", VEC_response_empty, 64, 8, 1,
	  CL_WIRE_BAD_FIELD },
	{ "time without MAP", VEC_response_empty, 72, 8, 1,
	  CL_WIRE_BAD_FIELD },
	{ "rate without MAP", VEC_response_empty, 80, 4, 1,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q40 2^30", VEC_response_all, 80, 4, 0x40000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q40 -2^30", VEC_response_all, 80, 4, 0xc0000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q40 smallest", VEC_response_all, 80, 4, 0x80000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q48 2^38", VEC_update, 68, 8, 0x4000000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q48 -2^38", VEC_update, 68, 8, 0xffffffc000000000,
	  CL_WIRE_BAD_FIELD },
	{ "rate_q48 smallest", VEC_update, 68, 8, 0x8000000000000000,
	  CL_WIRE_BAD_FIELD },
	{ "leap 3", VEC_update, 102, 1, 3, CL_WIRE_BAD_FIELD },
	{ "stamps in a request to all", VEC_request_probe, 16, 4, 0xffffffff,
	  CL_WIRE_BAD_FIELD },
	{ "a flag in a request to all", VEC_request_to_all, 4, 2, 0x10,
	  CL_WIRE_BAD_FIELD },
	{ "response to all", VEC_response_empty, 16, 4, 0xffffffff,
	  CL_WIRE_BAD_FIELD },
	{ "update request to all", VEC_update_request, 16, 4, 0xffffffff,
	  CL_WIRE_BAD_FIELD },
	{ "report to one", VEC_report, 16, 4, 2, CL_WIRE_BAD_FIELD },
	{ "report that is a probe", VEC_report, 4, 2, 0x10, CL_WIRE_BAD_FIELD },
	{ "report of nobody", VEC_report, 64, 2, 0, CL_WIRE_BAD_FIELD },
	{ "report of more than there are", VEC_report, 64, 2, 3,
	  CL_WIRE_SHORT },
	{ "report of 65535", VEC_report, 64, 2, 0xffff, CL_WIRE_SHORT },
	{ "reserved bytes of a report", VEC_report, 66, 2, 1,
	  CL_WIRE_BAD_FIELD },
	{ "report of less than there are", VEC_report, 64, 2, 1,
	  CL_WIRE_BAD_TLV },
	/* clang-format on */
};

static void test_bad_field_is_rejected(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_fields); i++) {
		u64 value = bad_fields[i].value;
		struct cl_wire_msg m;
		struct cl_wire_msg before;
		u8 bytes[CL_WIRE_MAX];
		size_t len = wire_vector_bytes(bad_fields[i].vector, bytes);
		u8 n = bad_fields[i].size;

		KUNIT_ASSERT_EQ_MSG(test, cl_wire_decode(bytes, len, &m),
				    CL_WIRE_OK, "%s", bad_fields[i].what);
		for (; n--; value >>= 8)
			bytes[bad_fields[i].offset + n] = (u8)value;
		memset(&m, FILL, sizeof(m));
		memset(&before, FILL, sizeof(before));
		KUNIT_ASSERT_EQ_MSG(test, cl_wire_decode(bytes, len, &m),
				    bad_fields[i].error, "%s",
				    bad_fields[i].what);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(&m, &before, sizeof(m)), 0,
				    "%s", bad_fields[i].what);
	}
}

static void test_limits_are_accepted(struct kunit *test)
{
	struct cl_wire_msg m = wire_vectors[VEC_update].msg;
	u8 bytes[CL_WIRE_MAX];
	int len;

	m.hdr.state = CL_WIRE_STATE_MAX;
	m.hdr.sender = 0xfffffffe;
	m.hdr.receiver = CL_NODE_ALL;
	m.upd.map.rate_q48 = CL_WIRE_RATE_MAX_Q48 - 1;
	m.upd.interval_ns = 1000ULL * U32_MAX;
	m.upd.tai_offset = -32768;
	m.upd.map.raw.ns = S64_MIN;
	m.upd.map.time.ns = S64_MAX;
	len = cl_wire_encode(&m, bytes, sizeof(bytes));
	KUNIT_ASSERT_EQ(test, len, CL_WIRE_UPDATE_LEN);
	memset(&m, FILL, sizeof(m));
	KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, len, &m), CL_WIRE_OK);
	KUNIT_EXPECT_EQ(test, m.upd.interval_ns, 1000ULL * U32_MAX);
	KUNIT_EXPECT_EQ(test, m.upd.tai_offset, -32768);
	KUNIT_EXPECT_EQ(test, m.upd.map.raw.ns, S64_MIN);
	KUNIT_EXPECT_EQ(test, m.upd.map.time.ns, S64_MAX);
	KUNIT_EXPECT_EQ(test, m.upd.map.rate_q48,
			(s64)CL_WIRE_RATE_MAX_Q48 - 1);
}

static void test_report_is_searched(struct kunit *test)
{
	struct cl_wire_msg m;
	u8 bytes[CL_WIRE_MAX];
	size_t len = wire_vector_bytes(VEC_report, bytes);
	u32 delay_ns = 0;

	KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, len, &m), CL_WIRE_OK);
	KUNIT_EXPECT_EQ(test, m.rep.request, 4U);
	KUNIT_EXPECT_EQ(test, m.rep.t1.ns, 1000LL);
	KUNIT_EXPECT_TRUE(test, cl_wire_heard(&m.rep, 3, &delay_ns));
	KUNIT_EXPECT_EQ(test, delay_ns, 0xfffffffeU);
	KUNIT_EXPECT_TRUE(test, cl_wire_heard(&m.rep, 2, &delay_ns));
	KUNIT_EXPECT_EQ(test, delay_ns, 1000000U);
	KUNIT_EXPECT_FALSE(test, cl_wire_heard(&m.rep, 4, &delay_ns));
	KUNIT_EXPECT_EQ(test, delay_ns, 1000000U);
}

static void test_full_report_fits(struct kunit *test)
{
	static u8 heard[(CL_WIRE_HEARD_MAX + 1) * CL_WIRE_HEARD_LEN];
	struct cl_wire_msg m = wire_vectors[VEC_report].msg;
	u8 bytes[CL_WIRE_MAX];
	u32 delay_ns = 0;
	unsigned int i;
	int len;

	for (i = 0; i <= CL_WIRE_HEARD_MAX; i++)
		cl_wire_put_heard(&heard[i * CL_WIRE_HEARD_LEN], i + 1, i);
	m.rep.heard = heard;
	m.rep.n = CL_WIRE_HEARD_MAX;
	len = cl_wire_encode(&m, bytes, sizeof(bytes));
	KUNIT_ASSERT_EQ(test, len,
			CL_WIRE_REPORT_LEN +
				CL_WIRE_HEARD_MAX * CL_WIRE_HEARD_LEN);
	KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, len, &m), CL_WIRE_OK);
	KUNIT_EXPECT_TRUE(test,
			  cl_wire_heard(&m.rep, CL_WIRE_HEARD_MAX, &delay_ns));
	KUNIT_EXPECT_EQ(test, delay_ns, CL_WIRE_HEARD_MAX - 1U);
	m.rep.heard = heard;
	m.rep.n++;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, sizeof(bytes)),
			-EINVAL);
}

static void test_any_shorter_packet_is_rejected(struct kunit *test)
{
	int id;

	for (id = 0; id < VEC_COUNT; id++) {
		struct cl_wire_msg m;
		u8 bytes[CL_WIRE_MAX];
		size_t len = wire_vector_bytes(id, bytes);
		size_t n;

		for (n = 0; n < len; n++) {
			enum cl_wire_error want = n < CL_WIRE_HDR_LEN ?
							  CL_WIRE_SHORT :
							  CL_WIRE_BAD_LENGTH;

			KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, n, &m),
					want);
			if (n < 4)
				continue;
			/* A length field that agrees does not help. */
			bytes[2] = (u8)(n >> 8);
			bytes[3] = (u8)n;
			KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, n, &m),
					CL_WIRE_SHORT);
			wire_vector_bytes(id, bytes);
		}
	}
}

static void test_longest_message_is_512_bytes(struct kunit *test)
{
	static u8 bytes[CL_WIRE_MAX + 1];
	size_t len = wire_vector_bytes(VEC_update, bytes);
	struct cl_wire_msg m;

	/* One TLV fills the message. */
	bytes[len + 2] = (u8)((CL_WIRE_MAX - len - 4) >> 8);
	bytes[len + 3] = (u8)(CL_WIRE_MAX - len - 4);
	bytes[2] = CL_WIRE_MAX >> 8;
	bytes[3] = CL_WIRE_MAX & 0xff;
	KUNIT_EXPECT_EQ(test, cl_wire_decode(bytes, CL_WIRE_MAX, &m),
			CL_WIRE_OK);
	bytes[3]++;
	KUNIT_EXPECT_EQ(test, cl_wire_decode(bytes, CL_WIRE_MAX + 1, &m),
			CL_WIRE_LONG);
}

/* Decode the update vector followed by @n bytes of TLVs. */
static enum cl_wire_error decode_tlvs(const u8 *tlvs, size_t n)
{
	struct cl_wire_msg m;
	u8 bytes[CL_WIRE_MAX];
	size_t len = wire_vector_bytes(VEC_update, bytes);

	memcpy(bytes + len, tlvs, n);
	bytes[3] = (u8)(len + n);
	return cl_wire_decode(bytes, len + n, &m);
}

static void test_unknown_tlvs_are_skipped(struct kunit *test)
{
	static const u8 tlvs[] = { 0, 1, 0, 0, 0xff, 0xff, 0, 3, 1, 2, 3 };

	KUNIT_EXPECT_EQ(test, decode_tlvs(tlvs, 0), CL_WIRE_OK);
	KUNIT_EXPECT_EQ(test, decode_tlvs(tlvs, 4), CL_WIRE_OK);
	KUNIT_EXPECT_EQ(test, decode_tlvs(tlvs, 11), CL_WIRE_OK);
}

static void test_broken_tlv_is_rejected(struct kunit *test)
{
	static const u8 tlvs[] = { 0, 1, 0, 0, 0xff, 0xff, 0, 3, 1, 2, 3 };
	static const u8 overrun[] = { 0, 1, 0, 4, 1, 2, 3 };
	static const u8 huge[] = { 0, 1, 0xff, 0xff, 1, 2, 3 };
	size_t n;

	for (n = 1; n < sizeof(tlvs); n++)
		if (n != 4)
			KUNIT_ASSERT_EQ_MSG(test, decode_tlvs(tlvs, n),
					    CL_WIRE_BAD_TLV, "%d bytes",
					    (int)n);
	KUNIT_EXPECT_EQ(test, decode_tlvs(overrun, sizeof(overrun)),
			CL_WIRE_BAD_TLV);
	KUNIT_EXPECT_EQ(test, decode_tlvs(huge, sizeof(huge)), CL_WIRE_BAD_TLV);
}

static void test_encode_stays_within_its_room(struct kunit *test)
{
	int id;

	for (id = 0; id < VEC_COUNT; id++) {
		const struct cl_wire_msg *m = &wire_vectors[id].msg;
		u8 bytes[CL_WIRE_MAX];
		size_t len = wire_vector_bytes(id, bytes);
		size_t n;

		memset(bytes, FILL, sizeof(bytes));
		for (n = 0; n < len; n++) {
			KUNIT_ASSERT_EQ(test, cl_wire_encode(m, bytes, n),
					-ENOSPC);
			KUNIT_ASSERT_EQ(test, bytes[n ? n - 1 : 0], FILL);
		}
		KUNIT_ASSERT_EQ(test, cl_wire_encode(m, bytes, len), (int)len);
		for (n = len; n < sizeof(bytes); n++)
			KUNIT_ASSERT_EQ(test, bytes[n], FILL);
	}
}

static void test_encode_refuses_what_decode_would(struct kunit *test)
{
	struct cl_wire_msg good = wire_vectors[VEC_update].msg;
	struct cl_wire_msg m;
	u8 bytes[CL_WIRE_MAX];

	memset(bytes, FILL, sizeof(bytes));
	m = good;
	m.hdr.type = 0;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.hdr.type = CL_WIRE_REPORT + 1;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.hdr.flags = CL_WIRE_F_RX;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.hdr.sender = CL_NODE_NONE;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.hdr.tag[0] = 1;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.upd.map.rate_q48 = -(s64)CL_WIRE_RATE_MAX_Q48;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = wire_vectors[VEC_request_probe_line].msg;
	m.hdr.flags &= ~CL_WIRE_F_PREV_TX;
	m.req.prev_seq = 0;
	m.req.t1.ns = 0;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	m = good;
	m.upd.interval_ns = 1000ULL << 32;
	KUNIT_EXPECT_EQ(test, cl_wire_encode(&m, bytes, 512), -EINVAL);
	KUNIT_EXPECT_EQ(test, bytes[0], FILL);
}

static void random_message(u64 *rng, struct cl_wire_msg *m)
{
	*m = (struct cl_wire_msg){
		.hdr = {
			.state = (u8)random_below(rng, CL_WIRE_STATE_MAX + 1),
			.cluster = (u32)random_u64(rng),
			.sender = 1 + random_below(rng, 0xfffffffe),
			.receiver = 1 + random_below(rng, 0xfffffffe),
			.term = (u32)random_u64(rng),
			.round = (u32)random_u64(rng),
			.seq = (u32)random_u64(rng),
			.gen = (u32)random_u64(rng),
		},
	};
	switch (random_below(rng, 4)) {
	case 0:
		m->hdr.type = CL_WIRE_REQUEST;
		m->hdr.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_PREV_RX;
		m->req.prev_seq = (u32)random_u64(rng);
		m->req.t1.ns = random_s64(rng);
		m->req.t4.ns = random_s64(rng);
		if (random_below(rng, 2))
			break;
		m->hdr.flags |= CL_WIRE_F_MAP | CL_WIRE_F_PROBE;
		m->req.time.ns = random_s64(rng);
		m->req.rate_q40 = (s32)random_u64(rng) >> 2;
		break;
	case 1:
		m->hdr.type = CL_WIRE_RESPONSE;
		m->hdr.flags = CL_WIRE_F_PREV_TX | CL_WIRE_F_RX | CL_WIRE_F_MAP;
		m->resp.prev_seq = (u32)random_u64(rng);
		m->resp.t2.ns = random_s64(rng);
		m->resp.t3.ns = random_s64(rng);
		m->resp.time.ns = random_s64(rng);
		m->resp.rate_q40 = (s32)random_u64(rng) >> 2;
		m->resp.delay_ns = (u32)random_u64(rng);
		break;
	case 2:
		m->hdr.type = CL_WIRE_UPDATE_REQUEST;
		break;
	default:
		m->hdr.type = CL_WIRE_UPDATE;
		m->upd.map.raw.ns = random_s64(rng);
		m->upd.map.time.ns = random_s64(rng);
		m->upd.map.rate_q48 = random_s64(rng) >> 26;
		m->upd.bound_ns = random_u64(rng);
		m->upd.leap = (u8)random_below(rng, CL_WIRE_LEAP_MAX + 1);
	}
}

static void test_random_messages_survive_the_round_trip(struct kunit *test)
{
	u64 rng = 7;
	int i;

	for (i = 0; i < 5000; i++) {
		struct cl_wire_msg in;
		struct cl_wire_msg out;
		u8 bytes[CL_WIRE_MAX];
		u8 again[CL_WIRE_MAX];
		int len;

		random_message(&rng, &in);
		/* -2^30 and -2^38 are just out of range */
		if (in.hdr.type == CL_WIRE_REQUEST && in.req.rate_q40)
			in.req.rate_q40 |= 1;
		if (in.hdr.type == CL_WIRE_RESPONSE)
			in.resp.rate_q40 |= 1;
		if (in.hdr.type == CL_WIRE_UPDATE)
			in.upd.map.rate_q48 |= 1;
		len = cl_wire_encode(&in, bytes, sizeof(bytes));
		KUNIT_ASSERT_TRUE(test, len > 0);
		KUNIT_ASSERT_EQ(test, cl_wire_decode(bytes, len, &out),
				CL_WIRE_OK);
		KUNIT_ASSERT_EQ(test, cl_wire_encode(&out, again, len), len);
		KUNIT_ASSERT_EQ(test, memcmp(bytes, again, len), 0);
		KUNIT_ASSERT_EQ(test, out.hdr.gen, in.hdr.gen);
		if (in.hdr.type == CL_WIRE_RESPONSE)
			KUNIT_ASSERT_EQ(test, out.resp.rate_q40,
					in.resp.rate_q40);
		if (in.hdr.type == CL_WIRE_REQUEST)
			KUNIT_ASSERT_EQ(test, out.req.time.ns, in.req.time.ns);
	}
}

static void test_every_error_has_its_own_name(struct kunit *test)
{
	int i, j;

	for (i = 0; i < __CL_WIRE_ERRORS; i++) {
		KUNIT_ASSERT_TRUE(test,
				  strcmp(cl_wire_error_name(i), "unknown"));
		for (j = 0; j < i; j++)
			KUNIT_ASSERT_TRUE(test, strcmp(cl_wire_error_name(i),
						       cl_wire_error_name(j)));
	}
	KUNIT_EXPECT_STREQ(test, cl_wire_error_name(__CL_WIRE_ERRORS),
			   "unknown");
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(test_vectors_encode_to_their_bytes),
	KUNIT_CASE(test_vectors_decode_to_the_same_message),
	KUNIT_CASE(test_decoded_fields_are_those_sent),
	KUNIT_CASE(test_bad_field_is_rejected),
	KUNIT_CASE(test_limits_are_accepted),
	KUNIT_CASE(test_report_is_searched),
	KUNIT_CASE(test_full_report_fits),
	KUNIT_CASE(test_any_shorter_packet_is_rejected),
	KUNIT_CASE(test_longest_message_is_512_bytes),
	KUNIT_CASE(test_unknown_tlvs_are_skipped),
	KUNIT_CASE(test_broken_tlv_is_rejected),
	KUNIT_CASE(test_encode_stays_within_its_room),
	KUNIT_CASE(test_encode_refuses_what_decode_would),
	KUNIT_CASE(test_random_messages_survive_the_round_trip),
	KUNIT_CASE(test_every_error_has_its_own_name),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "cl_wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
