// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Entries of the first allocation; it doubles from there. */
#define ROOM_MIN 64

static void drop(struct cl_raft_log *l, u32 first, u32 count)
{
	for (u32 i = first; i < first + count; i++)
		free((void *)l->entry[i].data);
}

/**
 * cl_raft_log_free() - free all memory
 * @l: the log; zeroed memory is an empty one, and so it is afterwards
 */
void cl_raft_log_free(struct cl_raft_log *l)
{
	drop(l, 0, l->count);
	free(l->entry);
	free(l->end);
	memset(l, 0, sizeof(*l));
}

/**
 * cl_raft_log_reset() - forget all entries and begin after another
 * @l: the log
 * @base: index of the entry before the first
 * @base_term: its term
 */
void cl_raft_log_reset(struct cl_raft_log *l, u64 base, u32 base_term)
{
	drop(l, 0, l->count);
	l->count = 0;
	l->base = base;
	l->base_term = base_term;
}

/**
 * cl_raft_log_last() - index of the last entry
 * @l: the log
 *
 * Return: the index; that of the base if there are no entries.
 */
u64 cl_raft_log_last(const struct cl_raft_log *l)
{
	return l->base + l->count;
}

/**
 * cl_raft_log_at() - an entry
 * @l: the log
 * @index: its index
 *
 * Return: the entry, the following ones behind it; NULL if it is not here.
 */
const struct cl_raft_entry *cl_raft_log_at(const struct cl_raft_log *l,
					   u64 index)
{
	if (index <= l->base || index > cl_raft_log_last(l))
		return NULL;
	return &l->entry[index - l->base - 1];
}

/**
 * cl_raft_log_term() - term of an entry
 * @l: the log
 * @index: its index, may be that of the base
 *
 * Return: the term; 0 if the entry is not here.
 */
u32 cl_raft_log_term(const struct cl_raft_log *l, u64 index)
{
	const struct cl_raft_entry *e = cl_raft_log_at(l, index);

	if (e)
		return e->term;
	return index == l->base ? l->base_term : 0;
}

static u64 end_of(const struct cl_raft_log *l, u64 index)
{
	return index <= l->base ? l->base_end : l->end[index - l->base - 1];
}

/**
 * cl_raft_log_bytes() - memory of some entries
 * @l: the log
 * @from: index before the first
 * @to: index of the last, at most that of the log; below @from: none
 *
 * Return: bytes, without those of entries that are gone.
 */
u64 cl_raft_log_bytes(const struct cl_raft_log *l, u64 from, u64 to)
{
	return to > from ? end_of(l, to) - end_of(l, from) : 0;
}

/**
 * cl_raft_log_batch() - how many entries go into one message
 * @l: the log
 * @index: of the first
 *
 * Return: at least one if there is one; at most CL_RAFT_BATCH_MAX, and
 * CL_RAFT_BATCH_BYTES if they are more than one.
 */
u32 cl_raft_log_batch(const struct cl_raft_log *l, u64 index)
{
	const struct cl_raft_entry *e = cl_raft_log_at(l, index);
	u32 bytes = 0, n = 0, limit;

	if (!e)
		return 0;
	limit = cl_raft_log_last(l) - index + 1 < CL_RAFT_BATCH_MAX ?
			cl_raft_log_last(l) - index + 1 :
			CL_RAFT_BATCH_MAX;
	for (; n < limit; n++) {
		bytes += e[n].len;
		if (n && bytes > CL_RAFT_BATCH_BYTES)
			break;
	}
	return n;
}

/**
 * cl_raft_log_floor() - the last entry that another log may have too
 * @l: the log
 * @index: the other log may agree up to here
 * @term: its term there
 *
 * Terms never fall along a log.  What is here in a higher term than there is not
 * the same, so whole terms are passed over at once.
 *
 * Return: the largest index up to @index whose term is not above @term; one below
 * the base if that is not among the entries here.
 */
u64 cl_raft_log_floor(const struct cl_raft_log *l, u64 index, u32 term)
{
	if (index > cl_raft_log_last(l))
		index = cl_raft_log_last(l);
	while (index >= l->base && index && cl_raft_log_term(l, index) > term)
		index--;
	return index;
}

/**
 * cl_raft_log_conf() - the last change of members
 * @l: the log
 * @after: look only at entries after this one
 * @index: and up to this one
 *
 * Return: its index, 0 if there is none.
 */
u64 cl_raft_log_conf(const struct cl_raft_log *l, u64 after, u64 index)
{
	for (; index > after && index > l->base; index--)
		if (cl_raft_log_at(l, index)->kind == CL_RAFT_CONF)
			return index;
	return 0;
}

static int make_room(struct cl_raft_log *l)
{
	u32 room = l->room ? 2 * l->room : ROOM_MIN;
	struct cl_raft_entry *entry;
	u64 *end;

	if (l->count < l->room)
		return 0;
	entry = realloc(l->entry, room * sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	l->entry = entry;
	end = realloc(l->end, room * sizeof(*end));
	if (!end)
		return -ENOMEM;
	l->end = end;
	l->room = room;
	return 0;
}

/**
 * cl_raft_log_append() - add an entry at the end
 * @l: the log
 * @term: not below that of the last
 * @kind: of the data
 * @data: copied
 * @len: its bytes
 *
 * Return: 0, or -ENOMEM with the log as it was.
 */
int cl_raft_log_append(struct cl_raft_log *l, u32 term, enum cl_raft_kind kind,
		       const void *data, u32 len)
{
	u64 end = end_of(l, cl_raft_log_last(l));
	u8 *copy = NULL;

	if (make_room(l))
		return -ENOMEM;
	if (len) {
		copy = malloc(len);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, data, len);
	}
	l->entry[l->count] = (struct cl_raft_entry){
		.index = cl_raft_log_last(l) + 1,
		.term = term,
		.kind = kind,
		.data = copy,
		.len = len,
	};
	l->end[l->count] = end + sizeof(*l->entry) + len;
	l->count++;
	return 0;
}

/**
 * cl_raft_log_truncate() - forget the end
 * @l: the log
 * @from: index of the first that goes, above the base
 */
void cl_raft_log_truncate(struct cl_raft_log *l, u64 from)
{
	u32 keep;

	if (from > cl_raft_log_last(l))
		return;
	keep = from - l->base - 1;
	drop(l, keep, l->count - keep);
	l->count = keep;
}

/**
 * cl_raft_log_trim() - forget the beginning
 * @l: the log
 * @index: of the last that goes, at most that of the log
 */
void cl_raft_log_trim(struct cl_raft_log *l, u64 index)
{
	u32 n;

	if (index <= l->base)
		return;
	n = index - l->base;
	l->base_term = cl_raft_log_term(l, index);
	l->base_end = end_of(l, index);
	l->base = index;
	drop(l, 0, n);
	l->count -= n;
	memmove(l->entry, l->entry + n, l->count * sizeof(*l->entry));
	memmove(l->end, l->end + n, l->count * sizeof(*l->end));
}
