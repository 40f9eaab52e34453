// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/clocklink.h>
#include <stdio.h>
#include <string.h>

#include "agent/core/entry.h"
#include "agent/core/reputation.h"
#include "unit.h"

#define NOW 1700000000000000000LL
#define HOUR CL_READMIT_CLEAN_NS

static struct cl_entry head(u8 kind)
{
	return (struct cl_entry){
		.kind = kind, .requester = 1, .request = 77, .time_ns = NOW
	};
}

static struct cl_entry good_put(void)
{
	struct cl_entry e = head(CL_ENTRY_MEMBER_PUT);

	e.put = (struct cl_member){
		.id = 5,
		.name = "node-5.lan",
		.time = { 4, { 192, 0, 2, 5 }, 20319 },
		.stream = { 6, { 0x20, 1, 0xd, 0xb8, [15] = 5 }, 20320 },
		.key = { [31] = 9 },
		.flags = CL_MEMBER_F_VOTER,
	};
	return e;
}

static struct cl_entry good_del(void)
{
	struct cl_entry e = head(CL_ENTRY_MEMBER_DEL);

	e.del = 5;
	return e;
}

static struct cl_entry good_settings(void)
{
	struct cl_entry e = head(CL_ENTRY_SETTINGS);

	e.change.have = 1 << CL_COMMON_INTERVAL | 1 << CL_COMMON_PROBES;
	e.change.value[CL_COMMON_INTERVAL] = 50 * CL_NS_PER_MS;
	e.change.value[CL_COMMON_PROBES] = 4;
	return e;
}

static struct cl_entry good_utc(void)
{
	struct cl_entry e = head(CL_ENTRY_UTC);

	e.utc = (struct cl_utc){ 1483228837, 37, CLOCKLINK_LEAP_INSERT,
				 1900000038 };
	return e;
}

static struct cl_entry good_isolate(void)
{
	struct cl_entry e = head(CL_ENTRY_ISOLATE);

	e.isolate = (struct cl_isolation){
		.node = 5, .term = 3, .rule = CL_RULE_STRIKES, .n = 2,
		.accusations = {
			{ 1, CL_RULE_STRIKES, -50000, 1200, 900 },
			{ 2, CL_RULE_CUSUM, S64_MIN, 1300, 901 },
		},
	};
	return e;
}

static struct cl_entry good_readmit(void)
{
	struct cl_entry e = head(CL_ENTRY_READMIT);

	e.readmit = (struct cl_readmission){
		.node = 5, .n = 2,
		.reports = {
			{ 1, NOW - HOUR, NOW, 900, 1000 },
			{ 2, NOW - 2 * HOUR, NOW - HOUR, 0, 1 },
		},
	};
	return e;
}

static struct cl_entry (*const good[])(void) = {
	good_put, good_del, good_settings, good_utc, good_isolate, good_readmit,
};

#define N_GOOD (sizeof(good) / sizeof(*good))

static void test_every_kind_comes_back_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_GOOD; i++) {
		struct cl_entry e = good[i](), d;
		u8 a[CL_ENTRY_MAX], b[CL_ENTRY_MAX];
		char error[CL_ENTRY_ERROR_SIZE];
		int len = cl_entry_encode(&e, a, sizeof(a), error);

		assert_true(len > 0);
		assert_int_equal(cl_entry_decode(&d, a, len, error), 0);
		assert_int_equal(d.kind, i + 1);
		assert_int_equal(d.requester, 1);
		assert_int_equal(d.request, 77);
		assert_int_equal(d.time_ns, NOW);
		assert_int_equal(cl_entry_encode(&d, b, sizeof(b), error), len);
		assert_memory_equal(a, b, len);
	}
}

static void test_rules_are_those_of_the_judge(void **state)
{
	(void)state;
	assert_int_equal(CL_RULE_STRIKES, CL_REPUTATION_STRIKES);
	assert_int_equal(CL_RULE_PROOFS, CL_REPUTATION_PROOFS);
	assert_int_equal(CL_RULE_CUSUM, CL_REPUTATION_CUSUM);
	assert_int_equal(CL_RULE_EXCESS, CL_REPUTATION_EXCESS);
}

static void test_fields_come_back(void **state)
{
	struct cl_entry e = good_isolate(), d;
	char error[CL_ENTRY_ERROR_SIZE];
	u8 buf[CL_ENTRY_MAX];
	int len = cl_entry_encode(&e, buf, sizeof(buf), error);

	(void)state;
	assert_int_equal(cl_entry_decode(&d, buf, len, error), 0);
	assert_int_equal(d.isolate.node, 5);
	assert_int_equal(d.isolate.term, 3);
	assert_int_equal(d.isolate.n, 2);
	assert_int_equal(d.isolate.accusations[0].offset_ns, -50000);
	assert_int_equal(d.isolate.accusations[0].limit_ns, 1200);
	assert_int_equal(d.isolate.accusations[1].accuser, 2);
	assert_int_equal(d.isolate.accusations[1].rule, CL_RULE_CUSUM);
	assert_true(d.isolate.accusations[1].offset_ns == S64_MIN);
	assert_int_equal(d.isolate.accusations[1].round, 901);

	e = good_put();
	len = cl_entry_encode(&e, buf, sizeof(buf), error);
	assert_int_equal(cl_entry_decode(&d, buf, len, error), 0);
	assert_string_equal(d.put.name, "node-5.lan");
	assert_true(cl_endpoint_same(&d.put.time, &e.put.time));
	assert_true(cl_endpoint_same(&d.put.stream, &e.put.stream));
	assert_int_equal(d.put.key[31], 9);
	assert_int_equal(d.put.flags, CL_MEMBER_F_VOTER);
}

static void test_layout_does_not_change(void **state)
{
	static const u8 expected[] = {
		1,
		CL_ENTRY_UTC,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		77,
		0x17,
		0x97,
		0x9c,
		0xfe,
		0x36,
		0x2a,
		0,
		0, /* time */
		0,
		0,
		0,
		0,
		0x58,
		0x68,
		0x46,
		0xa5,
		0,
		37,
		CLOCKLINK_LEAP_INSERT,
		0,
		0,
		0,
		0,
		0x71,
		0x3f,
		0xb3,
		0x26,
	};
	struct cl_entry e = good_utc();
	char error[CL_ENTRY_ERROR_SIZE];
	u8 buf[CL_ENTRY_MAX];

	(void)state;
	assert_int_equal(cl_entry_encode(&e, buf, sizeof(buf), error),
			 sizeof(expected));
	assert_memory_equal(buf, expected, sizeof(expected));
}

static void test_longest_entry_fits(void **state)
{
	struct cl_entry e = good_isolate(), r = good_readmit();
	char error[CL_ENTRY_ERROR_SIZE];
	u8 buf[CL_ENTRY_MAX];

	(void)state;
	e.isolate.n = CL_ENTRY_PROOFS_MAX;
	r.readmit.n = CL_ENTRY_PROOFS_MAX;
	for (u32 i = 0; i < CL_ENTRY_PROOFS_MAX; i++) {
		e.isolate.accusations[i] = e.isolate.accusations[0];
		e.isolate.accusations[i].accuser = 100 + i;
		r.readmit.reports[i] = r.readmit.reports[0];
		r.readmit.reports[i].voter = 100 + i;
	}
	assert_true(cl_entry_encode(&e, buf, sizeof(buf), error) > 0);
	assert_true(cl_entry_encode(&r, buf, sizeof(buf), error) > 0);
	assert_int_equal(cl_entry_encode(&r, buf, 100, error), -EMSGSIZE);
}

static void test_any_other_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_GOOD; i++) {
		struct cl_entry e = good[i](), d;
		u8 buf[CL_ENTRY_MAX + 1] = { 0 };
		char error[CL_ENTRY_ERROR_SIZE], want[64];
		int len = cl_entry_encode(&e, buf, CL_ENTRY_MAX, error);

		for (int n = 0; n < len; n++) {
			assert_int_equal(cl_entry_decode(&d, buf, n, error),
					 -EINVAL);
			snprintf(want, sizeof(want),
				 "entry: ends after %d bytes", n);
			assert_string_equal(error, want);
		}
		buf[len] = 0;
		assert_int_equal(cl_entry_decode(&d, buf, len + 1, error),
				 -EINVAL);
		assert_non_null(strstr(error, "1 bytes too many"));
	}
}

static void test_other_version_and_kind_are_refused(void **state)
{
	struct cl_entry e = good_del(), d;
	char error[CL_ENTRY_ERROR_SIZE];
	u8 buf[CL_ENTRY_MAX];
	int len = cl_entry_encode(&e, buf, sizeof(buf), error);

	(void)state;
	buf[0] = 2;
	assert_int_equal(cl_entry_decode(&d, buf, len, error), -EINVAL);
	assert_string_equal(error, "entry: version 2, this program has 1");
	buf[0] = 1;
	buf[1] = CL_ENTRY_KINDS;
	assert_int_equal(cl_entry_decode(&d, buf, len, error), -EINVAL);
	assert_string_equal(error, "entry: unknown kind 7");
	buf[1] = 0;
	assert_int_equal(cl_entry_decode(&d, buf, len, error), -EINVAL);
	assert_string_equal(error, "entry: unknown kind 0");
}

/* Encodes a bad entry and compares the message. */
static void assert_refused(const struct cl_entry *e, const char *message)
{
	char error[CL_ENTRY_ERROR_SIZE] = "";
	u8 buf[CL_ENTRY_MAX];

	assert_int_equal(cl_entry_encode(e, buf, sizeof(buf), error), -EINVAL);
	assert_string_equal(error, message);
}

#define REFUSED(kind, change, message)             \
	do {                                       \
		struct cl_entry e = good_##kind(); \
		change;                            \
		assert_refused(&e, message);       \
	} while (0)

static void test_bad_head_is_named(void **state)
{
	(void)state;
	REFUSED(del, e.requester = 0, "entry: requester: 0 is no node id");
	REFUSED(del, e.requester = U32_MAX,
		"entry: requester: 4294967295 is no node id");
	REFUSED(del, e.request = 0, "entry: request: no id");
	REFUSED(del, e.time_ns = 0, "entry: time: none");
	REFUSED(del, e.time_ns = -1, "entry: time: none");
	REFUSED(del, e.del = 0, "member-del: id: 0 is no node id");
}

static void test_bad_member_is_named(void **state)
{
	(void)state;
	REFUSED(put, e.put.id = 0, "member-put: id: 0 is no node id");
	REFUSED(put, e.put.id = U32_MAX,
		"member-put: id: 4294967295 is no node id");
	REFUSED(put, memset(e.put.name, 0, CL_MEMBER_NAME_SIZE),
		"member-put: name: does not begin with a letter");
	REFUSED(put, e.put.name[0] = '5',
		"member-put: name: does not begin with a letter");
	REFUSED(put, e.put.name[3] = ' ',
		"member-put: name: byte 4: no letter, digit, -._");
	REFUSED(put, e.put.name[3] = (char)0xc3,
		"member-put: name: byte 4: no letter, digit, -._");
	REFUSED(put, memset(e.put.name, 'a', CL_MEMBER_NAME_SIZE),
		"member-put: name: more than 31 bytes");
	REFUSED(put, e.put.name[CL_MEMBER_NAME_SIZE - 1] = 'a',
		"member-put: name: bytes behind its end");
	REFUSED(put, e.put.flags |= 2,
		"member-put: flags: 0x3 has unknown bits");
}

static void test_bad_address_is_named(void **state)
{
	const struct cl_endpoint mapped = {
		6, { [10] = 255, [11] = 255, [12] = 10, [15] = 1 }, 1
	};

	(void)state;
	REFUSED(put, e.put.time.family = 5,
		"member-put: time address: family 5 is neither 4 nor 6");
	REFUSED(put, e.put.stream.family = 0,
		"member-put: stream address: family 0 is neither 4 nor 6");
	REFUSED(put, e.put.time.port = 0, "member-put: time address: port 0");
	REFUSED(put, memset(e.put.time.addr, 0, 16),
		"member-put: time address: 0.0.0.0:20319 is no address of a node");
	REFUSED(put, memset(e.put.stream.addr, 0, 16),
		"member-put: stream address: [::]:20320 is no address of a node");
	REFUSED(put, e.put.time.addr[4] = 1,
		"member-put: time address: 192.0.2.5:20319 has bytes beyond IPv4");
	REFUSED(put, e.put.time.addr[0] = 224,
		"member-put: time address: 224.0.2.5:20319 is the address of many");
	REFUSED(put, memset(e.put.time.addr, 255, 4),
		"member-put: time address: 255.255.255.255:20319 is the address of many");
	REFUSED(put, e.put.stream.addr[0] = 0xff,
		"member-put: stream address: [ff01:db8::5]:20320 is the address of many");
	REFUSED(put, (e.put.stream.addr[0] = 0xfe, e.put.stream.addr[1] = 0x80),
		"member-put: stream address: [fe80:db8::5]:20320 is link-local, other nodes do not know by which interface");
	REFUSED(put, e.put.stream = mapped,
		"member-put: stream address: [::ffff:10.0.0.1]:1 is an IPv4 address");
}

static void test_bad_setting_is_named(void **state)
{
	(void)state;
	REFUSED(settings, e.change.have = 0,
		"settings: set: 0x0 names no settings, or others");
	REFUSED(settings, e.change.have |= 1 << CL_COMMON_N,
		"settings: set: 0xa1 names no settings, or others");
	REFUSED(settings, e.change.value[CL_COMMON_INTERVAL] = 999999,
		"settings: interval: 999999 is out of range (1000000 to 1000000000000)");
	REFUSED(settings, e.change.value[CL_COMMON_PROBES] = 17,
		"settings: probes: 17 is out of range (0 to 16)");
	REFUSED(settings, e.change.value[CL_COMMON_PROBES] = U64_MAX,
		"settings: probes: 18446744073709551615 is out of range (0 to 16)");
	REFUSED(settings, e.change.value[CL_COMMON_WANDER] = 1,
		"settings: wander: a value, but not in the set");
}

static void test_bad_utc_is_named(void **state)
{
	(void)state;
	REFUSED(utc, e.utc.since_s = -1, "utc: since: -1 is no time");
	REFUSED(utc, e.utc.since_s = S64_MAX,
		"utc: since: 9223372036854775807 is no time");
	REFUSED(utc, e.utc.offset_s = 1001,
		"utc: offset: 1001 s is out of range (-1000 to 1000)");
	REFUSED(utc, e.utc.leap = 3, "utc: leap: unknown kind 3");
	REFUSED(utc, e.utc.leap = 0,
		"utc: leap: an instant, but no leap second");
	REFUSED(utc, e.utc.leap_s = e.utc.since_s,
		"utc: leap: not after the offset before it");
}

static void test_bad_accusation_is_named(void **state)
{
	(void)state;
	REFUSED(isolate, e.isolate.node = 0, "isolate: node: 0 is no node id");
	REFUSED(isolate, e.isolate.n = 0,
		"isolate: accusations: 0 of them, not 1 to 9");
	REFUSED(isolate, e.isolate.n = 10,
		"isolate: accusations: 10 of them, not 1 to 9");
	REFUSED(isolate, e.isolate.rule = CL_RULE_CUSUM,
		"isolate: rule: 3, the first accusation says 1");
	REFUSED(isolate, e.isolate.accusations[1].rule = CL_RULES,
		"isolate: rule: unknown rule 6");
	REFUSED(isolate, e.isolate.accusations[1].accuser = 0,
		"isolate: accuser: 0 is no node id");
	REFUSED(isolate, e.isolate.accusations[1].accuser = 1,
		"isolate: accuser: 1 is named twice");
	REFUSED(isolate, e.isolate.accusations[1].accuser = 5,
		"isolate: accuser: node 5 accuses itself");
	REFUSED(isolate, e.isolate.accusations[0].offset_ns = 1200,
		"isolate: offset: node 1 accuses one within its limit");
	REFUSED(isolate, e.isolate.accusations[0].offset_ns = -1200,
		"isolate: offset: node 1 accuses one within its limit");
}

static void test_bad_report_is_named(void **state)
{
	(void)state;
	REFUSED(readmit, e.readmit.node = 0, "readmit: node: 0 is no node id");
	REFUSED(readmit, e.readmit.n = 0,
		"readmit: reports: 0 of them, not 1 to 9");
	REFUSED(readmit, e.readmit.reports[0].voter = U32_MAX,
		"readmit: voter: 4294967295 is no node id");
	REFUSED(readmit, e.readmit.reports[0].voter = 5,
		"readmit: voter: node 5 speaks for itself");
	REFUSED(readmit, e.readmit.reports[1].voter = 1,
		"readmit: voter: 1 is named twice");
	REFUSED(readmit, e.readmit.reports[0].until_ns++,
		"readmit: until: impossible times of voter 1");
	REFUSED(readmit, e.readmit.reports[0].since_ns = S64_MIN,
		"readmit: until: impossible times of voter 1");
	REFUSED(readmit, e.readmit.reports[0].since_ns++,
		"readmit: until: voter 1 has watched less than 1 h");
	REFUSED(readmit, e.readmit.reports[0].worst_ns = 1001,
		"readmit: worst: voter 1 has seen a fault");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_comes_back_as_it_was),
		cmocka_unit_test(test_rules_are_those_of_the_judge),
		cmocka_unit_test(test_fields_come_back),
		cmocka_unit_test(test_layout_does_not_change),
		cmocka_unit_test(test_longest_entry_fits),
		cmocka_unit_test(test_any_other_length_is_refused),
		cmocka_unit_test(test_other_version_and_kind_are_refused),
		cmocka_unit_test(test_bad_head_is_named),
		cmocka_unit_test(test_bad_member_is_named),
		cmocka_unit_test(test_bad_address_is_named),
		cmocka_unit_test(test_bad_setting_is_named),
		cmocka_unit_test(test_bad_utc_is_named),
		cmocka_unit_test(test_bad_accusation_is_named),
		cmocka_unit_test(test_bad_report_is_named),
	};

	return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
