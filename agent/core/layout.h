/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Big-endian fields in a buffer, read and written by the same calls: a layout is
 * described once and cannot differ between the two directions.
 */
#ifndef _CL_CORE_LAYOUT_H
#define _CL_CORE_LAYOUT_H

#include "kmod/core/types.h"

/**
 * struct cl_layout - place in a buffer
 * @to: buffer to write, NULL: reading, or only counting if @from is NULL as well
 * @from: buffer to read
 * @size: bytes of the buffer
 * @at: bytes done, also those that did not fit
 *
 * What does not fit is not written, and reads as zero; cl_layout_short() tells.
 */
struct cl_layout {
	u8 *to;
	const u8 *from;
	size_t size;
	size_t at;
};

void cl_layout_u8(struct cl_layout *b, u8 *v);
void cl_layout_u16(struct cl_layout *b, u16 *v);
void cl_layout_u32(struct cl_layout *b, u32 *v);
void cl_layout_u64(struct cl_layout *b, u64 *v);
void cl_layout_s64(struct cl_layout *b, s64 *v);
void cl_layout_raw(struct cl_layout *b, void *v, size_t len);
bool cl_layout_short(const struct cl_layout *b);

#endif /* _CL_CORE_LAYOUT_H */
