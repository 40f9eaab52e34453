// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/core/raft_codec.h"
#include "unit.h"

#define HEAD 52

static u8 data[CL_RAFT_DATA_MAX];
static u8 buf[CL_RAFT_MSG_MAX];

static struct cl_raft_msg a_message(enum cl_raft_type type)
{
	return (struct cl_raft_msg){
		.type = type,
		.from = 0x01020304,
		.to = 0x05060708,
		.term = 0x090a0b0c,
		.log_term = 0x0d0e0f10,
		.index = 0x1112131415161718,
		.commit = 0x191a1b1c1d1e1f20,
		.seq = 0x2122232425262728,
		.offset = 0x292a2b2c,
		.size = 0x2d2e2f30,
	};
}

static struct cl_raft_msg an_append(struct cl_raft_entry *e, u32 entries,
				    u32 len)
{
	struct cl_raft_msg m = a_message(CL_RAFT_APPEND);

	for (u32 i = 0; i < entries; i++)
		e[i] = (struct cl_raft_entry){
			.index = m.index + 1 + i,
			.term = 7 + i,
			.kind = i % 3,
			.data = len ? data : NULL,
			.len = len,
		};
	m.entry = e;
	m.entries = entries;
	return m;
}

static struct cl_raft_msg a_snapshot(u32 len)
{
	struct cl_raft_msg m = a_message(CL_RAFT_SNAPSHOT);

	m.snap = (struct cl_raft_snapshot){
		.index = 0x3132333435363738,
		.term = 0x393a3b3c,
		.conf = { { 1, 2, 3 }, { 4 }, 3, 1 },
		.data = len ? data : NULL,
		.len = len,
	};
	return m;
}

/* A copy of exact size: one byte read beyond it is an error. */
static int decode(struct cl_raft_msg *m, struct cl_raft_entry *e, size_t len)
{
	u8 *p = malloc(len ? len : 1);
	int err;

	memcpy(p, buf, len);
	err = cl_raft_decode(m, e, p, len);
	free(p);
	return err;
}

static void check_head(const struct cl_raft_msg *a, const struct cl_raft_msg *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->term, b->term);
	assert_int_equal(a->log_term, b->log_term);
	assert_int_equal(a->index, b->index);
	assert_int_equal(a->commit, b->commit);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->granted, b->granted);
	assert_int_equal(a->refused, b->refused);
	assert_int_equal(a->transfer, b->transfer);
}

static void test_head_goes_and_comes(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m, d;

	(void)state;
	for (u32 type = CL_RAFT_PREVOTE; type <= CL_RAFT_TIMEOUT_NOW; type++) {
		if (type == CL_RAFT_APPEND || type == CL_RAFT_SNAPSHOT)
			continue;
		for (u32 flags = 0; flags < 8; flags++) {
			m = a_message(type);
			m.granted = flags & 1;
			m.refused = flags & 2;
			m.transfer = flags & 4;
			assert_int_equal(cl_raft_encode(&m, buf, sizeof(buf)),
					 HEAD);
			assert_int_equal(decode(&d, e, HEAD), 0);
			check_head(&m, &d);
		}
	}
}

static void test_bytes_of_the_head(void **state)
{
	struct cl_raft_msg m = a_message(CL_RAFT_VOTE);

	(void)state;
	m.refused = true;
	assert_int_equal(cl_raft_encode(&m, buf, sizeof(buf)), HEAD);
	assert_int_equal(buf[0], CL_RAFT_VERSION);
	assert_int_equal(buf[1], CL_RAFT_VOTE);
	assert_int_equal(buf[2], 0);
	assert_int_equal(buf[3], 2);
	for (u32 i = 4; i < HEAD; i++)
		assert_int_equal(buf[i], i - 3);
}

static void test_entries_go_and_come(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX], got[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m, d;
	int n;

	(void)state;
	for (u32 entries = 0; entries <= CL_RAFT_BATCH_MAX; entries++) {
		m = an_append(e, entries, entries % 5);
		n = cl_raft_encode(&m, buf, sizeof(buf));
		assert_int_equal(n, HEAD + 2 + entries * (9 + entries % 5));
		assert_int_equal(cl_raft_decode(&d, got, buf, n), 0);
		check_head(&m, &d);
		assert_int_equal(d.entries, entries);
		for (u32 i = 0; i < entries; i++) {
			assert_int_equal(got[i].index, e[i].index);
			assert_int_equal(got[i].term, e[i].term);
			assert_int_equal(got[i].kind, e[i].kind);
			assert_int_equal(got[i].len, e[i].len);
			if (e[i].len)
				assert_memory_equal(got[i].data, e[i].data,
						    e[i].len);
		}
	}
}

static void test_snapshot_goes_and_comes(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m = a_snapshot(1000), d;
	int n = cl_raft_encode(&m, buf, sizeof(buf));

	(void)state;
	assert_int_equal(n, HEAD + 17 + 18 + 1000);
	assert_int_equal(cl_raft_decode(&d, e, buf, n), 0);
	check_head(&m, &d);
	assert_int_equal(d.snap.index, m.snap.index);
	assert_int_equal(d.snap.term, m.snap.term);
	assert_memory_equal(&d.snap.conf, &m.snap.conf, sizeof(m.snap.conf));
	assert_int_equal(d.snap.len, 1000);
	assert_memory_equal(d.snap.data, data, 1000);
}

static void test_largest_messages_fit(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m = an_append(e, 1, CL_RAFT_DATA_MAX), d;
	int n;

	(void)state;
	n = cl_raft_encode(&m, buf, sizeof(buf));
	assert_true(n > CL_RAFT_DATA_MAX);
	assert_int_equal(cl_raft_decode(&d, e, buf, n), 0);
	m = a_snapshot(CL_RAFT_CHUNK_MAX);
	n = cl_raft_encode(&m, buf, sizeof(buf));
	assert_true(n > CL_RAFT_CHUNK_MAX);
	assert_int_equal(cl_raft_decode(&d, e, buf, n), 0);
}

static void test_no_room(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m = an_append(e, 3, 10);
	int n = cl_raft_encode(&m, buf, sizeof(buf));

	(void)state;
	assert_int_equal(cl_raft_encode(&m, buf, n), n);
	assert_int_equal(cl_raft_encode(&m, buf, n - 1), -EMSGSIZE);
	assert_int_equal(cl_raft_encode(&m, buf, 0), -EMSGSIZE);
}

static void test_every_other_length_is_refused(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m, d;
	int n;

	(void)state;
	for (u32 type = CL_RAFT_PREVOTE; type <= CL_RAFT_TIMEOUT_NOW; type++) {
		m = a_message(type);
		if (type == CL_RAFT_APPEND)
			m = an_append(e, 3, 10);
		if (type == CL_RAFT_SNAPSHOT)
			m = a_snapshot(20);
		n = cl_raft_encode(&m, buf, sizeof(buf));
		buf[n] = 0;
		for (int len = 0; len <= n + 1; len++)
			assert_int_equal(decode(&d, e, len),
					 len == n ? 0 : -EBADMSG);
	}
}

/* One byte of a good message set to another value. */
static void spoil(const struct cl_raft_msg *m, u32 at, u8 value, int err)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg d;
	int n = cl_raft_encode(m, buf, sizeof(buf));

	buf[at] = value;
	assert_int_equal(decode(&d, e, n), err);
}

static void test_bad_values_are_refused(void **state)
{
	struct cl_raft_entry e[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m = a_message(CL_RAFT_VOTE);

	(void)state;
	spoil(&m, 0, CL_RAFT_VERSION + 1, -EPROTONOSUPPORT);
	spoil(&m, 1, CL_RAFT_TIMEOUT_NOW + 1, -EBADMSG);
	spoil(&m, 2, 1, -EBADMSG);
	spoil(&m, 3, 8, -EBADMSG);
	m = an_append(e, 2, 4);
	spoil(&m, HEAD, 1, -EBADMSG); /* 258 entries */
	spoil(&m, HEAD + 1, 3, -EBADMSG);
	spoil(&m, HEAD + 1, 1, -EBADMSG);
	spoil(&m, HEAD + 2 + 4, 3, -EBADMSG); /* kind */
	spoil(&m, HEAD + 2 + 5, 0x80, -EBADMSG); /* length */
	spoil(&m, HEAD + 2 + 8, 5, -EBADMSG);
	m.index = U64_MAX - 1;
	spoil(&m, 1, CL_RAFT_APPEND, -EBADMSG);
	m = a_snapshot(4);
	spoil(&m, HEAD + 12, 19, -EBADMSG); /* bytes of members */
	spoil(&m, HEAD + 12, 255, -EBADMSG);
	spoil(&m, HEAD + 13, 4, -EBADMSG); /* voters */
	spoil(&m, HEAD + 13 + 18, 0x80, -EBADMSG); /* length */
	spoil(&m, HEAD + 13 + 18 + 3, 3, -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_goes_and_comes),
		cmocka_unit_test(test_bytes_of_the_head),
		cmocka_unit_test(test_entries_go_and_come),
		cmocka_unit_test(test_snapshot_goes_and_comes),
		cmocka_unit_test(test_largest_messages_fit),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_bad_values_are_refused),
	};

	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = i * 13;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
