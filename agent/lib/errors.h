/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an error number means in Clocklink, in words that say what to do.
 */
#ifndef _CL_LIB_ERRORS_H
#define _CL_LIB_ERRORS_H

#include <stddef.h>

#include "agent/nl/codec.h"

const char *cl_error_text(int err);
void cl_error_explain(const struct cl_nl_error *e, char *buf, size_t size);

#endif /* _CL_LIB_ERRORS_H */
