/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The only header of the core that knows where it is compiled: fixed-width
 * types, bool and error numbers for the kernel and for user space.
 */
#ifndef _CL_CORE_TYPES_H
#define _CL_CORE_TYPES_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>
#else
#include <asm-generic/errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define static_assert _Static_assert

#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN
#define U64_MAX UINT64_MAX
#define U32_MAX UINT32_MAX

/* The compiler may call these; nothing else of a C library is used. */
void *memcpy(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
#endif

#ifndef __SIZEOF_INT128__
#error "the core needs a 64-bit machine with 128-bit products"
#endif

#define CL_NS_PER_US 1000LL
#define CL_NS_PER_MS 1000000LL
#define CL_NS_PER_SEC 1000000000LL

#endif /* _CL_CORE_TYPES_H */
