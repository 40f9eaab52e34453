/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node as the checks see it, and a copy of its log in digests.
 */
#ifndef _CS_WATCH_H
#define _CS_WATCH_H

#include "disk.h"
#include "machine.h"

/**
 * struct cs_line - an entry in a log
 * @term: its term
 * @chain: digest of it and all before it
 */
struct cs_line {
	u32 term;
	u64 chain;
};

/**
 * struct cs_watch - a node as the checks see it
 * @id: of the node
 * @raft: NULL: it does not run
 * @disk: its disk; after it was lost as it was then
 * @machine: its state
 * @local: its clock, ns
 * @log: what is in its log, as far back as the checks have seen
 * @base: index before the first of @log
 * @base_term: its term
 * @base_chain: its digest
 * @last: index of the last of @log, or @base
 * @room: of @log
 * @commit: seen last
 * @led: last term that it was seen to lead in
 * @granted_term: last term that it was heard to vote in
 * @granted: for whom
 */
struct cs_watch {
	u32 id;
	const struct cl_raft *raft;
	const struct cs_disk *disk;
	const struct cs_machine *machine;
	s64 (*local)(const struct cs_watch *w);
	struct cs_line *log;
	u64 base;
	u32 base_term;
	u64 base_chain;
	u64 last;
	size_t room;
	u64 commit;
	u32 led;
	u32 granted_term;
	u32 granted;
};

void cs_watch_restart(struct cs_watch *w, u64 base, u32 term, u64 chain);
void cs_watch_cut(struct cs_watch *w, u64 last);
struct cs_line *cs_watch_push(struct cs_watch *w,
			      const struct cl_raft_entry *e);
bool cs_watch_has(const struct cs_watch *w, u64 index, struct cs_line *line);

#endif /* _CS_WATCH_H */
