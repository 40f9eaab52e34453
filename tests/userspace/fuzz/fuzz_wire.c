// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder on arbitrary bytes (libFuzzer).  What it accepts must come back
 * from the encoder byte for byte, except TLVs, which are skipped.
 */
#include <string.h>

#include "core/wire.h"
#include "fuzz.h"
#include "random.h"
#include "wire_vectors.h"

#define LENGTH_OFFSET 2

static void put_length(u8 *buf, size_t length)
{
	buf[LENGTH_OFFSET] = (u8)(length >> 8);
	buf[LENGTH_OFFSET + 1] = (u8)length;
}

static void check_encoded(const struct cl_wire_msg *m, u8 *packet, size_t size)
{
	u8 again[CL_WIRE_MAX];
	int length = cl_wire_encode(m, again, sizeof(again));

	CHECK(length > 0 && (size_t)length <= size);
	/* with TLVs cut off the packet is shorter */
	put_length(packet, length);
	CHECK(!memcmp(packet, again, length));
	CHECK(cl_wire_encode(m, again, length) == length);
	CHECK(cl_wire_encode(m, again, length - 1) == -ENOSPC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cl_wire_msg m, before;
	enum cl_wire_error err;
	u8 *packet;

	/* A copy of exact size: one byte read beyond it is an error. */
	packet = malloc(size ? size : 1);
	CHECK(packet);
	memcpy(packet, data, size);
	memset(&m, 0x5a, sizeof(m));
	memset(&before, 0x5a, sizeof(before));
	err = cl_wire_decode(packet, size, &m);
	CHECK(strcmp(cl_wire_error_name(err), "unknown"));
	if (err == CL_WIRE_OK)
		check_encoded(&m, packet, size);
	else
		CHECK(!memcmp(&m, &before, sizeof(m)));
	free(packet);
	return 0;
}

/*
 * Without help nearly all mutants would end at the version or the length.  So
 * start from a vector now and then, and repair these two in most mutants.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	u64 rng = seed;

	if (max_size >= CL_WIRE_MAX && !random_below(&rng, 4))
		size = wire_vector_bytes(random_below(&rng, VEC_COUNT), data);
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size >= CL_WIRE_HDR_LEN && random_below(&rng, 8)) {
		data[0] = CL_WIRE_VERSION;
		put_length(data, size);
	}
	return size;
}
