/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as bytes, big-endian, at any address.
 */
#ifndef _CL_LIB_BYTES_H
#define _CL_LIB_BYTES_H

#include "kmod/core/types.h"

static inline void cl_put_be16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void cl_put_be32(u8 *p, u32 v)
{
	cl_put_be16(p, v >> 16);
	cl_put_be16(p + 2, v);
}

static inline void cl_put_be64(u8 *p, u64 v)
{
	cl_put_be32(p, v >> 32);
	cl_put_be32(p + 4, v);
}

static inline u16 cl_get_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 cl_get_be32(const u8 *p)
{
	return (u32)cl_get_be16(p) << 16 | cl_get_be16(p + 2);
}

static inline u64 cl_get_be64(const u8 *p)
{
	return (u64)cl_get_be32(p) << 32 | cl_get_be32(p + 4);
}

#endif /* _CL_LIB_BYTES_H */
