/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a store has to know after each of a sequence of random writes.
 */
#ifndef _CL_TEST_STOREMODEL_H
#define _CL_TEST_STOREMODEL_H

#include "agent/core/raft.h"

#define MODEL_ENTRIES 2048
#define MODEL_BATCH 4

/**
 * struct model - contents of a store
 * @term: term
 * @vote: vote
 * @base: index before the first entry
 * @last: index of the last
 * @tag: by index: decides what is in the entry
 * @snap: index of the snapshot, 0: none
 * @snap_tag: decides what is in it
 */
struct model {
	u32 term;
	u32 vote;
	u64 base;
	u64 last;
	u32 tag[MODEL_ENTRIES];
	u64 snap;
	u32 snap_tag;
};

/**
 * struct model_write - a write, with all that it points to
 * @w: the write
 * @entry: its entries
 * @snap: its snapshot
 */
struct model_write {
	struct cl_raft_write w;
	struct cl_raft_entry entry[MODEL_BATCH];
	struct cl_raft_snapshot snap;
};

void model_next(struct model *m, u64 number, struct model_write *ret);
bool model_is(const struct model *m, const struct cl_raft_stored *s);

#endif /* _CL_TEST_STOREMODEL_H */
