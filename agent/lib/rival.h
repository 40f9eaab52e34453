/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs that set clocks.
 */
#ifndef _CL_LIB_RIVAL_H
#define _CL_LIB_RIVAL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum cl_rival_clock - a clock that others set
 * @CL_RIVAL_SYSTEM: the system's
 * @CL_RIVAL_SYSTEM_ANY: the same, also by programs that by their arguments do not
 * @CL_RIVAL_DEVICE: any of a device, as a network card has one
 */
enum cl_rival_clock {
	CL_RIVAL_SYSTEM,
	CL_RIVAL_SYSTEM_ANY,
	CL_RIVAL_DEVICE,
};

bool cl_rival_find(const char *proc, enum cl_rival_clock clock, char *who,
		   size_t size);

#endif /* _CL_LIB_RIVAL_H */
