// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "agent/lib/blake2s.h"
#include "unit.h"

static void assert_digest(const u8 *digest, const char *hex)
{
	char text[2 * CL_BLAKE2S_LEN + 1];

	for (int i = 0; i < CL_BLAKE2S_LEN; i++)
		sprintf(text + 2 * i, "%02x", digest[i]);
	assert_string_equal(text, hex);
}

/* RFC 7693, appendix B. */
static void test_digest_of_the_rfc(void **state)
{
	static const char *const hex =
		"508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982";
	u8 digest[CL_BLAKE2S_LEN];

	(void)state;
	cl_blake2s("abc", 3, digest);
	assert_digest(digest, hex);
}

/* Byte i of n is 7 i + n; digests by Python's hashlib. */
static void test_digests_around_the_ends_of_blocks(void **state)
{
	static const struct {
		size_t n;
		const char *hex;
	} cases[] = {
		{ 0,
		  "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9" },
		{ 1,
		  "fc87f4f1d721942d282aa61989c069b290d1447d20d4b811430f47ea0edf9991" },
		{ 63,
		  "5c9eb3e5acf93799a68777f27cdde8e90cb16d511b7983a875ac5dbfa8aca778" },
		{ 64,
		  "85de17b4e2581889b98b948346a970b5291b5d2a2a8ee75b1aa2bbb02b98b211" },
		{ 65,
		  "1c1a9619a26d7cd550199567e5c316eb3db33d96c29790a6c68ba7f1ee8a8803" },
		{ 128,
		  "46bf7abf397f8c8f86566279cba2505c9d255be7409760dc327ae520faaf356a" },
		{ 1000,
		  "802d01c1238627f67baee29885006cfaab1f07890532935a1ae9354d318df150" },
	};
	u8 data[1000], digest[CL_BLAKE2S_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t j = 0; j < cases[i].n; j++)
			data[j] = 7 * j + cases[i].n;
		cl_blake2s(data, cases[i].n, digest);
		assert_digest(digest, cases[i].hex);
	}
}

static void test_pieces_make_the_same_digest(void **state)
{
	u8 data[300], whole[CL_BLAKE2S_LEN], digest[CL_BLAKE2S_LEN];
	struct cl_blake2s s;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i;
	cl_blake2s(data, sizeof(data), whole);
	for (size_t piece = 1; piece <= 130; piece++) {
		cl_blake2s_init(&s);
		for (size_t at = 0; at < sizeof(data); at += piece) {
			size_t n = sizeof(data) - at;

			cl_blake2s_update(&s, data + at, n < piece ? n : piece);
		}
		cl_blake2s_final(&s, digest);
		assert_memory_equal(digest, whole, sizeof(whole));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest_of_the_rfc),
		cmocka_unit_test(test_digests_around_the_ends_of_blocks),
		cmocka_unit_test(test_pieces_make_the_same_digest),
	};

	return cmocka_run_group_tests_name("blake2s", tests, NULL, NULL);
}
