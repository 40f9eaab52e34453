// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder of Raft's messages on arbitrary bytes (libFuzzer).  What it accepts
 * must come back from the encoder as it was.
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/core/raft_codec.h"

/* One of 52 bytes, to begin with; see raft_codec.h. */
static void put_head(uint8_t *p, unsigned int seed)
{
	p[0] = CL_RAFT_VERSION;
	p[1] = seed % (CL_RAFT_TIMEOUT_NOW + 1);
	p[2] = 0;
	p[3] &= 7;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size >= 4 && seed % 8)
		put_head(data, seed / 8);
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[CL_RAFT_MSG_MAX];
	struct cl_raft_entry entry[CL_RAFT_BATCH_MAX];
	struct cl_raft_msg m;
	uint8_t *copy;

	/* A copy of exact size: one byte read beyond it is an error. */
	copy = malloc(size ? size : 1);
	CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	if (!cl_raft_decode(&m, entry, copy, size)) {
		CHECK(m.entries <= CL_RAFT_BATCH_MAX);
		if (size <= sizeof(again)) {
			CHECK(cl_raft_encode(&m, again, sizeof(again)) ==
			      (int)size);
			CHECK(!memcmp(again, copy, size));
		}
	}
	free(copy);
	return 0;
}
