/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CL_COMPAT_DEVICE_H
#define _CL_COMPAT_DEVICE_H

#include <linux/device.h>
#include <linux/version.h>

/* The argument of a class's callbacks became const in 6.2. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define CL_CLASS_CONST
#else
#define CL_CLASS_CONST const
#endif

#endif /* _CL_COMPAT_DEVICE_H */
