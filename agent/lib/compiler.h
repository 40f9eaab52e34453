/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes and ARRAY_SIZE() under the names that the kernel gives them.
 */
#ifndef _CL_LIB_COMPILER_H
#define _CL_LIB_COMPILER_H

#define __printf(fmt, args) __attribute((__format__(__printf__, fmt, args)))
#define __noreturn __attribute((__noreturn__))
#define noinline __attribute((__noinline__))
#define __packed __attribute((__packed__))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif /* _CL_LIB_COMPILER_H */
