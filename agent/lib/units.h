/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers with units, times and addresses as people write them.
 */
#ifndef _CL_LIB_UNITS_H
#define _CL_LIB_UNITS_H

#include "agent/nl/model.h"
#include "kmod/core/types.h"

/* Enough for every text that is made here. */
#define CL_UNITS_SIZE 64
/* [address%interface]:port */
#define CL_UNITS_ADDR_SIZE 80

int cl_units_parse_duration(const char *s, s64 *ret_ns);
int cl_units_parse_freq(const char *s, s64 *ret_ppt);
int cl_units_parse_number(const char *s, s64 min, s64 max, s64 *ret);
int cl_units_parse_bool(const char *s, bool *ret);
int cl_units_parse_address(const char *s, struct cl_nl_peer *ret);
int cl_units_parse_group(const char *s, struct cl_nl_instance *ret);

const char *cl_units_duration(char *buf, s64 ns);
const char *cl_units_bound(char *buf, u64 ns);
const char *cl_units_offset(char *buf, s64 ns);
const char *cl_units_freq(char *buf, s64 ppt);
const char *cl_units_drift(char *buf, u64 ppt);
const char *cl_units_time(char *buf, s64 ns);
const char *cl_units_host(char *buf, const struct cl_nl_peer *p);
const char *cl_units_address(char *buf, const struct cl_nl_peer *p);
const char *cl_units_group(char *buf, const struct cl_nl_instance *inst);

#endif /* _CL_LIB_UNITS_H */
