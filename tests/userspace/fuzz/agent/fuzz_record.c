// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record of arbitrary bytes (libFuzzer): frames come in order, a look is complete or
 * there is none, an error says where.
 */
#include <stdlib.h>
#include <string.h>

#include "../fuzz.h"
#include "agent/watch/record.h"
#include "agent/watch/recordlayout.h"

/* All frames; whole looks are put together. */
static void read_frames(struct cl_record_reader *r)
{
	struct cl_record_frame f;
	struct cl_look l = { 0 };
	s64 last = 0;
	int n;

	while ((n = cl_record_next(r, &f)) > 0) {
		CHECK(f.mono_ns >= last && f.utc_ns >= 0);
		last = f.mono_ns;
		if (f.kind == CL_RECORD_BEGIN)
			cl_look_clear(&l);
		if (f.kind == CL_RECORD_OBJECT)
			cl_look_put(&l, &f.m);
		if (f.kind != CL_RECORD_END)
			continue;
		cl_look_finish(&l);
		for (size_t i = 0; i < l.n_peers; i++)
			CHECK(cl_look_peer(&l, l.peers[i].node) == &l.peers[i]);
	}
	CHECK(n == 0 || *r->error);
	cl_look_clear(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cl_record_head head = { .version = CL_RECORD_VERSION };
	struct cl_record_reader r;
	char *file;
	FILE *f;

	/* It would take long to find: it is there as a rule. */
	memcpy(head.magic, CL_RECORD_MAGIC, sizeof(head.magic));
	file = malloc(sizeof(head) + size);
	CHECK(file);
	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), data, size);
	if (size && data[0] == 0xff)
		file[size % sizeof(head)] ^= 1;
	f = fmemopen(file, sizeof(head) + size, "r");
	CHECK(f);
	if (cl_record_read(&r, f, "fuzz")) {
		CHECK(*r.error);
	} else {
		read_frames(&r);
		cl_record_close(&r);
	}
	free(file);
	return 0;
}
