/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an error number means in Clocklink, in words that say what to do.
 */
#ifndef _CL_LIB_ERRORS_H
#define _CL_LIB_ERRORS_H

const char *cl_error_text(int err);

#endif /* _CL_LIB_ERRORS_H */
