/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes of a record, for its writer and its reader.
 */
#ifndef _CL_WATCH_RECORDLAYOUT_H
#define _CL_WATCH_RECORDLAYOUT_H

#include "agent/lib/compiler.h"
#include "kmod/core/types.h"

#define CL_RECORD_MAGIC "clocklink-record"
#define CL_RECORD_MAGIC_SIZE 16

/* Sums with it fit; 146 years. */
#define CL_RECORD_MONO_MAX (S64_MAX / 2)

/**
 * struct cl_record_head - begin of the file
 * @magic: CL_RECORD_MAGIC
 * @version: CL_RECORD_VERSION, little endian
 * @zero: 0
 */
struct cl_record_head {
	char magic[CL_RECORD_MAGIC_SIZE];
	u32 version;
	u32 zero;
};

/**
 * struct cl_record_lead - what stands before the content of a frame, little endian
 * @utc_ns: host's clock, ns since 1970 UTC
 * @mono_ns: CLOCK_MONOTONIC
 * @kind: enum cl_record_kind
 * @length: bytes of the content
 */
struct cl_record_lead {
	u64 utc_ns;
	u64 mono_ns;
	u16 kind;
	u16 length;
} __packed;

#endif /* _CL_WATCH_RECORDLAYOUT_H */
