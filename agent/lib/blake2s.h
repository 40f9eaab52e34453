/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BLAKE2s-256 (RFC 7693), without a key: two nodes that have the same digest have
 * the same bytes, even if one of them lies.
 */
#ifndef _CL_LIB_BLAKE2S_H
#define _CL_LIB_BLAKE2S_H

#include "kmod/core/types.h"

#define CL_BLAKE2S_LEN 32
#define CL_BLAKE2S_BLOCK 64

/**
 * struct cl_blake2s - a digest in the making
 * @h: chained value
 * @count: bytes compressed
 * @block: bytes not yet compressed: the last block is treated otherwise
 * @used: number of them
 */
struct cl_blake2s {
	u32 h[8];
	u64 count;
	u8 block[CL_BLAKE2S_BLOCK];
	size_t used;
};

void cl_blake2s_init(struct cl_blake2s *s);
void cl_blake2s_update(struct cl_blake2s *s, const void *data, size_t len);
void cl_blake2s_final(struct cl_blake2s *s, u8 *digest);
void cl_blake2s(const void *data, size_t len, u8 *digest);

#endif /* _CL_LIB_BLAKE2S_H */
