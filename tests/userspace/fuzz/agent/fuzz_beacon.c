// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams of discovery of arbitrary bytes (libFuzzer): what is accepted is what
 * its fields make, and all are asked by an ask for all.
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/daemon/beacon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 again[CL_BEACON_LEN];
	struct cl_beacon b;

	if (cl_beacon_decode(&b, data, size))
		return 0;
	CHECK(b.node);
	CHECK(b.type == CL_BEACON_ASK || b.at.port);
	cl_beacon_encode(&b, again);
	CHECK(size == sizeof(again) && !memcmp(again, data, size));
	b.share = CL_BEACON_SHARE_ALL;
	CHECK(cl_beacon_chosen(&b, b.node));
	return 0;
}
