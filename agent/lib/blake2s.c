// SPDX-License-Identifier: GPL-2.0-or-later
#include "blake2s.h"

#define ROUNDS 10

/* RFC 7693, 2.6: those of SHA-256. */
static const u32 iv[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* RFC 7693, 2.7. */
static const u8 sigma[ROUNDS][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
	{ 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
	{ 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
	{ 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
	{ 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
	{ 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
	{ 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
	{ 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
	{ 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static u32 rotate(u32 v, int bits)
{
	return v >> bits | v << (32 - bits);
}

static u32 little(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

/* G of RFC 7693, 3.1, on the words @a, @b, @c, @d. */
static void mix(u32 *v, int a, int b, int c, int d, u32 x, u32 y)
{
	v[a] += v[b] + x;
	v[d] = rotate(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 12);
	v[a] += v[b] + y;
	v[d] = rotate(v[d] ^ v[a], 8);
	v[c] += v[d];
	v[b] = rotate(v[b] ^ v[c], 7);
}

/* F of RFC 7693, 3.2, on the block that has been gathered. */
static void compress(struct cl_blake2s *s, bool last)
{
	u32 v[16], m[16];
	int i, r;

	s->count += s->used;
	for (i = 0; i < 8; i++) {
		v[i] = s->h[i];
		v[i + 8] = iv[i];
	}
	v[12] ^= (u32)s->count;
	v[13] ^= (u32)(s->count >> 32);
	if (last)
		v[14] = ~v[14];
	for (i = 0; i < 16; i++)
		m[i] = little(s->block + 4 * i);
	for (r = 0; r < ROUNDS; r++) {
		const u8 *p = sigma[r];

		mix(v, 0, 4, 8, 12, m[p[0]], m[p[1]]);
		mix(v, 1, 5, 9, 13, m[p[2]], m[p[3]]);
		mix(v, 2, 6, 10, 14, m[p[4]], m[p[5]]);
		mix(v, 3, 7, 11, 15, m[p[6]], m[p[7]]);
		mix(v, 0, 5, 10, 15, m[p[8]], m[p[9]]);
		mix(v, 1, 6, 11, 12, m[p[10]], m[p[11]]);
		mix(v, 2, 7, 8, 13, m[p[12]], m[p[13]]);
		mix(v, 3, 4, 9, 14, m[p[14]], m[p[15]]);
	}
	for (i = 0; i < 8; i++)
		s->h[i] ^= v[i] ^ v[i + 8];
	s->used = 0;
}

/**
 * cl_blake2s_init() - begin a digest
 * @s: the digest
 */
void cl_blake2s_init(struct cl_blake2s *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->h, iv, sizeof(iv));
	/* parameter block: length of digest, no key, fan-out 1, depth 1 */
	s->h[0] ^= 0x01010000 ^ CL_BLAKE2S_LEN;
}

/**
 * cl_blake2s_update() - go on with a digest
 * @s: the digest
 * @data: the next bytes
 * @len: number of them
 */
void cl_blake2s_update(struct cl_blake2s *s, const void *data, size_t len)
{
	const u8 *p = data;
	size_t n;

	while (len) {
		if (s->used == CL_BLAKE2S_BLOCK)
			compress(s, false);
		n = CL_BLAKE2S_BLOCK - s->used;
		if (n > len)
			n = len;
		memcpy(s->block + s->used, p, n);
		s->used += n;
		p += n;
		len -= n;
	}
}

/**
 * cl_blake2s_final() - end a digest
 * @s: the digest; to be begun anew before it is used again
 * @digest: gets CL_BLAKE2S_LEN bytes
 */
void cl_blake2s_final(struct cl_blake2s *s, u8 *digest)
{
	memset(s->block + s->used, 0, CL_BLAKE2S_BLOCK - s->used);
	compress(s, true);
	for (int i = 0; i < CL_BLAKE2S_LEN; i++)
		digest[i] = s->h[i / 4] >> 8 * (i % 4);
}

/**
 * cl_blake2s() - digest of some bytes
 * @data: the bytes
 * @len: number of them
 * @digest: gets CL_BLAKE2S_LEN bytes
 */
void cl_blake2s(const void *data, size_t len, u8 *digest)
{
	struct cl_blake2s s;

	cl_blake2s_init(&s);
	cl_blake2s_update(&s, data, len);
	cl_blake2s_final(&s, digest);
}
