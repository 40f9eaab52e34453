/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Numbers as bytes, big-endian, at any address.  Byte by byte without a loop:
 * compilers make one load or store of each.
 */
#ifndef _CL_CORE_BYTES_H
#define _CL_CORE_BYTES_H

#include "types.h"

static inline void cl_put_be16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static inline void cl_put_be32(u8 *p, u32 v)
{
	cl_put_be16(p, (u16)(v >> 16));
	cl_put_be16(p + 2, (u16)v);
}

static inline void cl_put_be64(u8 *p, u64 v)
{
	cl_put_be32(p, (u32)(v >> 32));
	cl_put_be32(p + 4, (u32)v);
}

static inline u16 cl_get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 cl_get_be32(const u8 *p)
{
	return (u32)cl_get_be16(p) << 16 | cl_get_be16(p + 2);
}

static inline u64 cl_get_be64(const u8 *p)
{
	return (u64)cl_get_be32(p) << 32 | cl_get_be32(p + 4);
}

#endif /* _CL_CORE_BYTES_H */
