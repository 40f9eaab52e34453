// SPDX-License-Identifier: GPL-2.0-or-later
#include "watch.h"

#include "memory.h"

/**
 * cs_watch_restart() - the log begins anew, after a snapshot
 * @w: node
 * @base: index of the snapshot, 0: none
 * @term: its term
 * @chain: digest of what is in it
 */
void cs_watch_restart(struct cs_watch *w, u64 base, u32 term, u64 chain)
{
	w->base = base;
	w->base_term = term;
	w->base_chain = chain;
	w->last = base;
}

/**
 * cs_watch_cut() - the end of the log went
 * @w: node
 * @last: what is now its last index
 */
void cs_watch_cut(struct cs_watch *w, u64 last)
{
	if (last < w->last)
		w->last = last > w->base ? last : w->base;
}

/**
 * cs_watch_has() - what is in the log
 * @w: node
 * @index: of the entry
 * @line: gets what is known of it
 *
 * Return: is it known? It is not if it is before the beginning or after the end.
 */
bool cs_watch_has(const struct cs_watch *w, u64 index, struct cs_line *line)
{
	if (index == w->base) {
		line->term = w->base_term;
		line->chain = w->base_chain;
		return true;
	}
	if (index < w->base || index > w->last)
		return false;
	*line = w->log[index - w->base - 1];
	return true;
}

/**
 * cs_watch_push() - an entry comes to the end of the log
 * @w: node
 * @e: entry
 *
 * Return: what is known of it, valid until the next call.
 */
struct cs_line *cs_watch_push(struct cs_watch *w, const struct cl_raft_entry *e)
{
	size_t n = w->last - w->base;
	u64 before = n ? w->log[n - 1].chain : w->base_chain;

	w->log = cs_grow(w->log, &w->room, n + 1, sizeof(*w->log));
	w->log[n].term = e->term;
	w->log[n].chain = cs_chain(before, e->index, e->term, e->kind,
				   cs_digest(e->data, e->len));
	w->last++;
	return &w->log[n];
}
