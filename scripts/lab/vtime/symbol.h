/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a kernel keeps its variables.
 */
#ifndef _VT_SYMBOL_H
#define _VT_SYMBOL_H

#include "kmod/core/types.h"

int vt_symbol(const char *file, const char *name, u64 *ret_addr);

#endif /* _VT_SYMBOL_H */
