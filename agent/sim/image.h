/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a disk holds: term, vote, snapshot and log; and one write to it.
 */
#ifndef _CS_IMAGE_H
#define _CS_IMAGE_H

#include "agent/core/raft.h"

/**
 * struct cs_blob - bytes of an entry, shared by all that hold it
 * @refs: holders
 * @digest: of the bytes
 * @len: bytes
 * @data: the bytes
 */
struct cs_blob {
	unsigned int refs;
	u64 digest;
	u32 len;
	u8 data[];
};

/**
 * struct cs_entry - an entry of a log
 * @index: counts up by one
 * @term: of the leader that made it
 * @kind: what it is
 * @chain: digest of this entry and all before it; known once it is in an image
 * @blob: its bytes
 */
struct cs_entry {
	u64 index;
	u32 term;
	enum cl_raft_kind kind;
	u64 chain;
	struct cs_blob *blob;
};

/**
 * struct cs_snap - a snapshot, shared by all that hold it
 * @refs: holders
 * @raft: as the core has it; data points behind this struct
 * @chain: digest of all entries that are in it
 */
struct cs_snap {
	unsigned int refs;
	struct cl_raft_snapshot raft;
	u64 chain;
};

/**
 * struct cs_image - a disk
 * @term: stored term
 * @vote: stored vote in that term, 0: none
 * @snap: snapshot, NULL: none
 * @entry: log, ascending without gap
 * @entries: how many
 * @room: of @entry
 */
struct cs_image {
	u32 term;
	u32 vote;
	struct cs_snap *snap;
	struct cs_entry *entry;
	size_t entries;
	size_t room;
};

/**
 * struct cs_write - a change of a disk, done as a whole or not at all
 * @number: the core's
 * @term: stored term
 * @vote: stored vote
 * @from: entries of this index and above go first, 0: none
 * @entry: then these come
 * @entries: how many
 * @snap: then replaces the old snapshot unless NULL
 * @keep: with @snap: and entries up to this index go
 */
struct cs_write {
	u64 number;
	u32 term;
	u32 vote;
	u64 from;
	struct cs_entry *entry;
	size_t entries;
	struct cs_snap *snap;
	u64 keep;
};

u64 cs_digest(const u8 *data, u32 len);
u64 cs_chain(u64 before, u64 index, u32 term, enum cl_raft_kind kind,
	     u64 digest);
struct cs_snap *cs_snap_copy(const struct cl_raft_snapshot *s);
void cs_snap_put(struct cs_snap *s);

u64 cs_image_last(const struct cs_image *m);
const struct cs_entry *cs_image_at(const struct cs_image *m, u64 index);
bool cs_image_has(const struct cs_image *m, u64 index, u32 *term, u64 *chain);
bool cs_image_apply(struct cs_image *m, const struct cs_write *w);
void cs_image_cut(struct cs_image *m, u64 from);
struct cl_raft_entry *cs_image_entries(const struct cs_image *m);
void cs_image_free(struct cs_image *m);

void cs_write_init(struct cs_write *to, const struct cl_raft_write *w);
void cs_write_free(struct cs_write *w);

#endif /* _CS_IMAGE_H */
