// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ensemble's table of arbitrary bytes (libFuzzer): what is accepted comes back,
 * and who leads with it keeps a line that is continuous and within its rates.
 */
#include <math.h>
#include <string.h>

#include "../fuzz.h"
#include "agent/core/ensemble.h"

#define STEPS 20

/* Lead as the first voter of the table; the others run as it says, or not at all. */
static void lead(const struct cl_ensemble_table *t)
{
	const struct cl_ensemble_params p = { .node = t->entry[0].node,
					      .wander_ppt = 1000 };
	struct cl_ensemble_obs obs[CL_ENSEMBLE_VOTERS];
	u32 ids[CL_ENSEMBLE_VOTERS];
	struct cl_ensemble_table again;
	struct cl_ensemble e;
	struct cl_raw now = cl_raw(t->entry[0].raw_ns & (S64_MAX >> 1));
	struct cl_map line = { now, cl_time(t->time_ns), 0 }, was;

	for (unsigned int i = 0; i < t->n; i++) {
		ids[i] = t->entry[i].node;
		obs[i] = (struct cl_ensemble_obs){ ids[i], t->entry[i].gen,
						   t->entry[i].raw_ns,
						   t->entry[i].s_ns16, 0 };
	}
	cl_ensemble_init(&e, &p);
	CHECK(!cl_ensemble_set_voters(&e, ids, t->n));
	cl_ensemble_put_table(&e, t);
	cl_ensemble_lead(&e, t->entry[0].gen, now, &line);
	for (int k = 0; k < STEPS; k++) {
		was = line;
		now = cl_raw_add(now, (t->entry[0].age_s + 1) * CL_NS_PER_MS);
		CHECK(!cl_ensemble_step(&e, now, obs, t->n, &line));
		CHECK(line.time.ns == cl_map_at(&was, now).ns);
		CHECK(fabs((double)line.rate_q48) < 0x1p38);
		CHECK(isfinite(e.mean_ns) && isfinite(e.time_s));
		for (unsigned int i = 0; i < e.n; i++)
			CHECK(e.voter[i].weight >= 0 &&
			      isfinite(e.voter[i].s2));
	}
	CHECK(!cl_ensemble_get_table(&e, &again));
}

/* Most inputs have the length that they speak of. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 8 == 0 || size < CL_ENSEMBLE_HEAD_LEN)
		return size;
	data[CL_ENSEMBLE_HEAD_LEN - 2] = 0;
	data[CL_ENSEMBLE_HEAD_LEN - 1] =
		(u8)((size - CL_ENSEMBLE_HEAD_LEN) / CL_ENSEMBLE_ENTRY_LEN);
	return CL_ENSEMBLE_HEAD_LEN +
	       data[CL_ENSEMBLE_HEAD_LEN - 1] * CL_ENSEMBLE_ENTRY_LEN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 bytes[CL_ENSEMBLE_TABLE_MAX];
	struct cl_ensemble_table t;

	if (cl_ensemble_table_decode(data, size, &t))
		return 0;
	CHECK(cl_ensemble_table_encode(&t, bytes) == size);
	CHECK(!memcmp(bytes, data, size));
	if (t.n)
		lead(&t);
	return 0;
}
