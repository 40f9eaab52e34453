// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decoder of testimony on arbitrary bytes (libFuzzer); the first one is the type.
 * What it accepts comes back from the encoder as it was, and an entry can be made
 * of it.
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/core/testimony.h"

#define FROM 7

/* A type that there is, mostly, and its length. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	static const size_t len[] = { 5, 26, 37 };

	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 8 == 0 || max_size < 37)
		return size;
	seed /= 8;
	if (size < len[seed % 3])
		memset(data + size, 0, len[seed % 3] - size);
	data[0] = CL_TESTIMONY_NO_CONFIDENCE + seed % 3;
	return len[seed % 3];
}

static void check_entry(const struct cl_testimony *t)
{
	struct cl_entry e = { .requester = FROM,
			      .request = 1,
			      .time_ns = t->report.until_ns };
	char error[CL_ENTRY_ERROR_SIZE];
	u8 buf[CL_ENTRY_MAX];

	if (t->type == CL_TESTIMONY_ACCUSE) {
		e.kind = CL_ENTRY_ISOLATE;
		e.time_ns = 1;
		e.isolate.node = t->node;
		e.isolate.rule = t->accusation.rule;
		e.isolate.n = 1;
		e.isolate.accusations[0] = t->accusation;
	} else {
		e.kind = CL_ENTRY_READMIT;
		e.readmit.node = t->node;
		e.readmit.n = 1;
		e.readmit.reports[0] = t->report;
	}
	CHECK(cl_entry_encode(&e, buf, sizeof(buf), error) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 buf[CL_TESTIMONY_MAX];
	struct cl_testimony t;
	uint8_t *copy;

	if (!size)
		return 0;
	/* A copy of exact size: one byte read beyond it is an error. */
	copy = malloc(size > 1 ? size - 1 : 1);
	CHECK(copy);
	memcpy(copy, data + 1, size - 1);
	if (!cl_testimony_decode(&t, FROM, data[0], copy, size - 1)) {
		CHECK(cl_testimony_encode(&t, buf) == size - 1);
		CHECK(!memcmp(buf, copy, size - 1));
		if (t.type != CL_TESTIMONY_NO_CONFIDENCE)
			check_entry(&t);
	}
	free(copy);
	return 0;
}
