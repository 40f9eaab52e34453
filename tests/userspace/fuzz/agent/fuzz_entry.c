// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries and snapshots of the replicated state with arbitrary bytes (libFuzzer).
 *
 * The first byte says which.  What is accepted has one form: it is encoded to the
 * same bytes.  An entry that is accepted is applied, and the state that it makes
 * survives a snapshot.  A snapshot gets its digest here: no fuzzer finds it.
 */
#include <string.h>

#include "../fuzz.h"
#include "agent/core/raft_conf.h"
#include "agent/core/state.h"

#define CLUSTER 5
#define NOW 1700000000000000000LL

static char error[CL_ENTRY_ERROR_SIZE];

static struct cl_member member(u32 id)
{
	struct cl_member m = {
		.id = id,
		.name = { 'n', 'a' + id % 26 },
		.time = { 4, { 10, 0, 0, id }, 1 },
		.stream = { 6, { 0x20, [15] = id }, 2 },
		.flags = CL_MEMBER_F_VOTER,
	};

	return m;
}

static void apply(struct cl_state *s, enum cl_raft_kind kind, const u8 *data,
		  u32 len)
{
	const struct cl_raft_entry e = {
		.index = s->index + 1,
		.kind = kind,
		.data = data,
		.len = len,
	};
	u32 epoch = s->epoch, changed;
	int err = cl_state_apply(s, &e, &changed, error);

	CHECK(!err || !changed);
	CHECK(s->epoch == epoch + (changed != 0));
}

static void apply_entry(struct cl_state *s, const struct cl_entry *e)
{
	u8 buf[CL_ENTRY_MAX];
	int len = cl_entry_encode(e, buf, sizeof(buf), error);

	CHECK(len > 0);
	apply(s, CL_RAFT_DATA, buf, len);
}

static struct cl_entry an_entry(u8 kind, u64 request)
{
	return (struct cl_entry){
		.kind = kind,
		.requester = 1,
		.request = request,
		.time_ns = NOW,
	};
}

static struct cl_entry an_isolation(u32 node)
{
	struct cl_entry e = an_entry(CL_ENTRY_ISOLATE, 100 + node);

	e.isolate = (struct cl_isolation){
		.node = node,
		.rule = CL_RULE_CUSUM,
		.n = 2,
		.accusations = { { 1, CL_RULE_CUSUM, 9, 5, 1 },
				 { 2, CL_RULE_STRIKES, -9, 5, 2 } },
	};
	return e;
}

/* Five voters, two followers of which one is isolated. */
static void make(struct cl_state *s)
{
	const struct cl_raft_conf conf = { .voter = { 1, 2, 3, 4, 5 },
					   .voters = 5 };
	const struct cl_utc utc = { .since_s = 1483228837, .offset_s = 37 };
	struct cl_member m = member(1);
	struct cl_entry e = an_isolation(7);
	u8 buf[CL_RAFT_CONF_BYTES];

	CHECK(!cl_state_init(s, CLUSTER));
	CHECK(!cl_state_found(s, &m, &utc, error));
	for (u32 id = 2; id <= 7; id++) {
		struct cl_entry p = an_entry(CL_ENTRY_MEMBER_PUT, id);

		p.put = member(id);
		apply_entry(s, &p);
	}
	apply(s, CL_RAFT_CONF, buf, cl_raft_conf_encode(&conf, buf));
	apply_entry(s, &e);
	CHECK(cl_state_isolated(s, 7));
}

static void check_snapshot(struct cl_state *s, const u8 *data, size_t size)
{
	struct cl_raft_snapshot snap = { .index = 9 };
	u32 len;
	u8 *again, *p = malloc(size + CL_STATE_DIGEST_LEN);

	memcpy(p, data, size);
	cl_blake2s(p, size, p + size);
	snap.data = p;
	snap.len = size + CL_STATE_DIGEST_LEN;
	if (!cl_state_thaw(s, &snap, error)) {
		again = cl_state_freeze(s, &len);
		CHECK(len == snap.len && !memcmp(again, p, len));
		free(again);
	} else {
		CHECK(!strncmp(error, "state: ", 7));
	}
	free(p);
}

static void check_entry(struct cl_state *s, const u8 *data, size_t size)
{
	struct cl_raft_snapshot snap = { .index = 9 };
	u8 buf[CL_ENTRY_MAX];
	struct cl_entry e;

	if (cl_entry_decode(&e, data, size, error)) {
		CHECK(strchr(error, ':'));
		return;
	}
	CHECK(cl_entry_encode(&e, buf, sizeof(buf), error) == (int)size);
	CHECK(!memcmp(buf, data, size));
	apply(s, CL_RAFT_DATA, data, size);
	CHECK(cl_state_answer(s, e.request));
	snap.data = cl_state_freeze(s, &snap.len);
	CHECK(snap.data);
	CHECK(!cl_state_thaw(s, &snap, error));
	free((void *)snap.data);
}

/* An entry of each kind that would be taken. */
static size_t good_entry(u8 *buf, size_t size, unsigned int seed)
{
	struct cl_entry e = an_entry(seed % (CL_ENTRY_KINDS - 1) + 1, seed);
	int len;

	if (e.kind == CL_ENTRY_MEMBER_PUT)
		e.put = member(8 + seed % 50);
	else if (e.kind == CL_ENTRY_MEMBER_DEL)
		e.del = 6;
	else if (e.kind == CL_ENTRY_SETTINGS)
		e.change =
			(struct cl_common_change){ 1 << CL_COMMON_PROBES,
						   { [CL_COMMON_PROBES] = 3 } };
	else if (e.kind == CL_ENTRY_UTC)
		e.utc = (struct cl_utc){ 1483228837, 37, 1, 1900000038 };
	else if (e.kind == CL_ENTRY_ISOLATE)
		e.isolate = an_isolation(6).isolate;
	else
		e.readmit = (struct cl_readmission){
			7,
			2,
			{ { 1, NOW, NOW + CL_READMIT_CLEAN_NS, 1, 2 },
			  { 3, NOW, NOW + CL_READMIT_CLEAN_NS, 1, 2 } }
		};
	e.time_ns += CL_READMIT_CLEAN_NS;
	e.request++;
	len = cl_entry_encode(&e, buf, size, error);
	return len > 0 ? len : 0;
}

static size_t good_snapshot(u8 *buf, size_t size)
{
	struct cl_state s;
	u32 len;
	u8 *p;

	make(&s);
	p = cl_state_freeze(&s, &len);
	len -= CL_STATE_DIGEST_LEN;
	if (len <= size)
		memcpy(buf, p, len);
	else
		len = 0;
	free(p);
	cl_state_fini(&s);
	return len;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed)
{
	if (seed % 4 == 0 && max_size > 1) {
		data[0] = seed / 4 % 4;
		size = 1 + (data[0] ? good_entry(data + 1, max_size - 1,
						 seed / 16) :
				      good_snapshot(data + 1, max_size - 1));
		if (seed / 16 % 4 == 0)
			return size;
	}
	return LLVMFuzzerMutate(data, size, max_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cl_state s;

	if (!size)
		return 0;
	make(&s);
	if (data[0])
		check_entry(&s, data + 1, size - 1);
	else
		check_snapshot(&s, data + 1, size - 1);
	cl_state_fini(&s);
	return 0;
}
