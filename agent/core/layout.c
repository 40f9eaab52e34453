// SPDX-License-Identifier: GPL-2.0-or-later
#include "layout.h"

#include <string.h>

/**
 * cl_layout_raw() - some bytes as they are
 * @b: place
 * @v: the bytes, read or written
 * @len: number of them
 */
void cl_layout_raw(struct cl_layout *b, void *v, size_t len)
{
	bool fits = b->at <= b->size && len <= b->size - b->at;

	if (b->to && fits)
		memcpy(b->to + b->at, v, len);
	else if (b->from && fits)
		memcpy(v, b->from + b->at, len);
	else if (b->from)
		memset(v, 0, len);
	b->at += len;
}

/* The lowest @len bytes of a number. */
static void number(struct cl_layout *b, u64 *v, unsigned int len)
{
	u8 raw[8];
	unsigned int i;

	for (i = 0; i < len; i++)
		raw[i] = *v >> 8 * (len - 1 - i);
	cl_layout_raw(b, raw, len);
	for (*v = 0, i = 0; i < len; i++)
		*v = *v << 8 | raw[i];
}

/**
 * cl_layout_u8() - a number of one byte
 * @b: place
 * @v: the number, read or written
 */
void cl_layout_u8(struct cl_layout *b, u8 *v)
{
	cl_layout_raw(b, v, 1);
}

/**
 * cl_layout_u16() - a number of two bytes
 * @b: place
 * @v: the number, read or written
 */
void cl_layout_u16(struct cl_layout *b, u16 *v)
{
	u64 n = *v;

	number(b, &n, 2);
	*v = n;
}

/**
 * cl_layout_u32() - a number of four bytes
 * @b: place
 * @v: the number, read or written
 */
void cl_layout_u32(struct cl_layout *b, u32 *v)
{
	u64 n = *v;

	number(b, &n, 4);
	*v = n;
}

/**
 * cl_layout_u64() - a number of eight bytes
 * @b: place
 * @v: the number, read or written
 */
void cl_layout_u64(struct cl_layout *b, u64 *v)
{
	number(b, v, 8);
}

/**
 * cl_layout_s64() - a number of eight bytes with a sign, as two's complement
 * @b: place
 * @v: the number, read or written
 */
void cl_layout_s64(struct cl_layout *b, s64 *v)
{
	u64 n = *v;

	number(b, &n, 8);
	*v = n;
}

/**
 * cl_layout_short() - was the buffer too short
 * @b: place
 *
 * Return: true if something did not fit, or was read beyond the end.
 */
bool cl_layout_short(const struct cl_layout *b)
{
	return b->at > b->size;
}
