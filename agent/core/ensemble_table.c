// SPDX-License-Identifier: GPL-2.0-or-later
#include "ensemble_table.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define WEIGHT_ONE (1 << 15)

static void put(u8 **p, u64 v, unsigned int bytes)
{
	u64 be = htobe64(v << (64 - 8 * bytes));

	memcpy(*p, &be, bytes);
	*p += bytes;
}

static u64 get(const u8 **p, unsigned int bytes)
{
	u64 be = 0;

	memcpy(&be, *p, bytes);
	*p += bytes;
	return be64toh(be) >> (64 - 8 * bytes);
}

/**
 * cl_ensemble_table_encode() - make bytes of a table
 * @t: table; as cl_ensemble_get_table() fills it
 * @buf: room for CL_ENSEMBLE_TABLE_MAX bytes
 *
 * All numbers are big-endian.  Head: cluster time (8 bytes), persistence of errors (2), version 0
 * (1), number of entries (1).  Entry: node (4), generation (2), raw time (8), rate
 * (4), residual (4), weight (2), age (2).
 *
 * Return: length.
 */
size_t cl_ensemble_table_encode(const struct cl_ensemble_table *t, u8 *buf)
{
	u8 *p = buf;

	put(&p, (u64)t->time_ns, 8);
	put(&p, t->persist_s4, 2);
	put(&p, 0, 1);
	put(&p, t->n, 1);
	for (unsigned int i = 0; i < t->n; i++) {
		const struct cl_ensemble_entry *x = &t->entry[i];

		put(&p, x->node, 4);
		put(&p, x->gen, 2);
		put(&p, (u64)x->raw_ns, 8);
		put(&p, (u32)x->rate_q40, 4);
		put(&p, x->s_ns16, 4);
		put(&p, x->weight_q15, 2);
		put(&p, x->age_s, 2);
	}
	return (size_t)(p - buf);
}

static bool entry_valid(const struct cl_ensemble_table *t, unsigned int i)
{
	const struct cl_ensemble_entry *x = &t->entry[i];

	for (unsigned int j = 0; j < i; j++) {
		if (t->entry[j].node == x->node)
			return false;
	}
	return x->node && x->rate_q40 < CL_ENSEMBLE_RATE_MAX_Q40 &&
	       x->rate_q40 > -CL_ENSEMBLE_RATE_MAX_Q40 && x->s_ns16 &&
	       x->weight_q15 <= WEIGHT_ONE;
}

/**
 * cl_ensemble_table_decode() - make a table of bytes
 * @buf: bytes of anybody
 * @len: how many
 * @ret: gets the table
 *
 * Return: 0; -EPROTONOSUPPORT: another version; -EBADMSG: the length is not that
 * of so many entries, a value is out of its range, or a node is there twice.
 * Then @ret is untouched.
 */
int cl_ensemble_table_decode(const u8 *buf, size_t len,
			     struct cl_ensemble_table *ret)
{
	struct cl_ensemble_table t = { 0 };
	const u8 *p = buf;

	if (len < CL_ENSEMBLE_HEAD_LEN)
		return -EBADMSG;
	t.time_ns = (s64)get(&p, 8);
	t.persist_s4 = (u16)get(&p, 2);
	if (get(&p, 1))
		return -EPROTONOSUPPORT;
	t.n = (unsigned int)get(&p, 1);
	if (t.n > CL_ENSEMBLE_VOTERS || !t.persist_s4 ||
	    len != CL_ENSEMBLE_HEAD_LEN + t.n * CL_ENSEMBLE_ENTRY_LEN)
		return -EBADMSG;
	for (unsigned int i = 0; i < t.n; i++) {
		struct cl_ensemble_entry *x = &t.entry[i];

		x->node = (u32)get(&p, 4);
		x->gen = (u16)get(&p, 2);
		x->raw_ns = (s64)get(&p, 8);
		x->rate_q40 = (s32)(u32)get(&p, 4);
		x->s_ns16 = (u32)get(&p, 4);
		x->weight_q15 = (u16)get(&p, 2);
		x->age_s = (u16)get(&p, 2);
		if (!entry_valid(&t, i))
			return -EBADMSG;
	}
	*ret = t;
	return 0;
}
