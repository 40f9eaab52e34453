/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the scenario language.  What reads one returns NULL, or says what is
 * wrong with it and leaves the result alone.
 */
#ifndef _VT_VALUE_H
#define _VT_VALUE_H

#include "kmod/core/types.h"

/* Limit of delays and offsets, ps: an hour. */
#define VT_VALUE_HOUR 3600000000000000LL

const char *vt_value_number(const char *s, double min, double max, double *ret);
const char *vt_value_integer(const char *s, s64 min, s64 max, s64 *ret);
const char *vt_value_duration(const char *s, s64 min, s64 max, s64 *ret_ps);
const char *vt_value_frequency(const char *s, s64 *ret_ppt);
const char *vt_value_probability(const char *s, double *ret);
const char *vt_value_rate(const char *s, double *ret);
const char *vt_value_nodes(const char *s, unsigned int nodes,
			   unsigned int *ret_first, unsigned int *ret_last);

#endif /* _VT_VALUE_H */
