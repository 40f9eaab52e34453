/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire vectors as a table.
 */
#ifndef _CL_TESTS_WIRE_VECTORS_H
#define _CL_TESTS_WIRE_VECTORS_H

#include "core/wire.h"

enum wire_vector_id {
#define WIRE_VECTOR(id, hex, ...) VEC_##id,
#include "wire.inc"
#undef WIRE_VECTOR
	VEC_COUNT
};

static const struct wire_vector {
	const char *name;
	const char *hex;
	struct cl_wire_msg msg;
} wire_vectors[] = {
#define WIRE_VECTOR(id, hex_, ...) \
	[VEC_##id] = { .name = #id, .hex = (hex_), .msg = { __VA_ARGS__ } },
#include "wire.inc"
#undef WIRE_VECTOR
};

static inline u8 wire_nibble(char c)
{
	return (u8)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Bytes of a vector; returns their number. */
static inline size_t wire_vector_bytes(enum wire_vector_id id, u8 *buf)
{
	const char *hex = wire_vectors[id].hex;
	size_t n;

	for (n = 0; hex[2 * n]; n++)
		buf[n] = (u8)(wire_nibble(hex[2 * n]) << 4 |
			      wire_nibble(hex[2 * n + 1]));
	return n;
}

#endif /* _CL_TESTS_WIRE_VECTORS_H */
