/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes under the names that the kernel gives them.
 */
#ifndef _CL_LIB_COMPILER_H
#define _CL_LIB_COMPILER_H

#define __printf(fmt, args) __attribute((__format__(__printf__, fmt, args)))

#endif /* _CL_LIB_COMPILER_H */
