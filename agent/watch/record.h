/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record of looks and events in a file.
 *
 *	"clocklink-record"	16 bytes
 *	version			le32, CL_RECORD_VERSION
 *	0			le32
 *	frames:
 *	  utc_ns, mono_ns	le64 each, never negative; mono_ns never goes back
 *	  kind			le16, enum cl_record_kind
 *	  length		le16, of the rest
 *	  message		as agent/nl/codec.c writes it; text of CL_RECORD_END
 *
 * A look is a BEGIN, its objects, and an END. Events stand between looks. Only whole
 * frames are written, but a machine may fail: a torn last frame is cut off.
 */
#ifndef _CL_WATCH_RECORD_H
#define _CL_WATCH_RECORD_H

#include <stdio.h>

#include "look.h"

#define CL_RECORD_VERSION 1
#define CL_RECORD_ERROR_SIZE 512

/* What a frame is. */
enum cl_record_kind {
	CL_RECORD_EVENT = 1, /* an event of the module */
	CL_RECORD_BEGIN, /* a look begins, no content */
	CL_RECORD_OBJECT, /* an object of the look */
	CL_RECORD_END, /* the look is complete; why something is missing, if it is */
};

/**
 * struct cl_record_frame - a frame
 * @utc_ns: host's clock, ns since 1970 UTC
 * @mono_ns: CLOCK_MONOTONIC
 * @kind: what it is
 * @m: CL_RECORD_EVENT, CL_RECORD_OBJECT: the message
 * @text: CL_RECORD_END: the error of the look
 */
struct cl_record_frame {
	s64 utc_ns;
	s64 mono_ns;
	enum cl_record_kind kind;
	struct cl_nl_msg m;
	char text[CL_NL_TEXT_SIZE];
};

/**
 * struct cl_record_writer - a record that is being written
 * @fd: the file
 * @path: its name, the caller's
 * @buf: frames that are not written yet, allocated
 * @used: bytes of @buf
 * @room: bytes allocated
 * @written: bytes of the file
 * @mono_ns: of the last frame
 * @error: why the last call failed, with the name of the file
 */
struct cl_record_writer {
	int fd;
	const char *path;
	char *buf;
	size_t used;
	size_t room;
	u64 written;
	s64 mono_ns;
	char error[CL_RECORD_ERROR_SIZE];
};

/**
 * struct cl_record_reader - a record that is being read
 * @f: the file
 * @name: its name, the caller's
 * @offset: where the next frame begins
 * @mono_ns: of the last frame
 * @in_look: the last frame belongs to a look that is not complete
 * @torn: bytes of a torn last frame, 0: there was none
 * @error: why the last call failed, with name and offset
 */
struct cl_record_reader {
	FILE *f;
	const char *name;
	u64 offset;
	s64 mono_ns;
	bool in_look;
	u32 torn;
	char error[CL_RECORD_ERROR_SIZE];
};

int cl_record_create(struct cl_record_writer *w, const char *path);
int cl_record_event(struct cl_record_writer *w, s64 utc_ns, s64 mono_ns,
		    const struct cl_nl_msg *m);
int cl_record_look(struct cl_record_writer *w, const struct cl_look *l);
int cl_record_flush(struct cl_record_writer *w);
int cl_record_finish(struct cl_record_writer *w);

int cl_record_open(struct cl_record_reader *r, const char *path);
int cl_record_read(struct cl_record_reader *r, FILE *f, const char *name);
int cl_record_next(struct cl_record_reader *r, struct cl_record_frame *ret);
int cl_record_again(struct cl_record_reader *r, u64 offset);
void cl_record_close(struct cl_record_reader *r);

#endif /* _CL_WATCH_RECORD_H */
