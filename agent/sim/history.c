// SPDX-License-Identifier: GPL-2.0-or-later
#include "history.h"

#include <stdlib.h>

#include "memory.h"

/**
 * cs_history_term() - look up a term
 * @h: history
 * @term: number
 *
 * Return: its record, valid until the next call.
 */
struct cs_term *cs_history_term(struct cs_history *h, u32 term)
{
	h->term =
		cs_grow(h->term, &h->terms, (size_t)term + 1, sizeof(*h->term));
	return &h->term[term];
}

/**
 * cs_history_fact() - look up an index
 * @h: history
 * @index: of an entry
 *
 * Return: its record, valid until the next call.
 */
struct cs_fact *cs_history_fact(struct cs_history *h, u64 index)
{
	h->fact = cs_grow(h->fact, &h->facts, (size_t)index + 1,
			  sizeof(*h->fact));
	return &h->fact[index];
}

static size_t place(const struct cs_history *h, u64 index, u32 term)
{
	u64 x = (index << 20 ^ term) * 0x9e3779b97f4a7c15ULL;
	size_t i = (x >> 20) & (h->made_room - 1);

	while (h->made[i].term &&
	       (h->made[i].index != index || h->made[i].term != term))
		i = (i + 1) & (h->made_room - 1);
	return i;
}

static void enlarge(struct cs_history *h)
{
	struct cs_made *old = h->made;
	size_t room = h->made_room;

	h->made_room = room ? 2 * room : 1024;
	h->made = cs_alloc(h->made_room * sizeof(*h->made));
	for (size_t i = 0; i < room; i++)
		if (old[i].term)
			h->made[place(h, old[i].index, old[i].term)] = old[i];
	free(old);
}

/**
 * cs_history_made() - look up an entry
 * @h: history
 * @index: its place
 * @term: its term, above 0
 *
 * Return: its record, valid until the next call; a new one has no digest yet.
 */
struct cs_made *cs_history_made(struct cs_history *h, u64 index, u32 term)
{
	struct cs_made *m;

	if (2 * h->made_count >= h->made_room)
		enlarge(h);
	m = &h->made[place(h, index, term)];
	if (!m->term) {
		*m = (struct cs_made){ .index = index, .term = term };
		h->made_count++;
	}
	return m;
}

/**
 * cs_history_members() - new members
 * @h: history
 * @index: of the entry that makes them
 * @conf: the members
 *
 * Return: their number.
 */
u32 cs_history_members(struct cs_history *h, u64 index,
		       const struct cl_raft_conf *conf)
{
	h->members = cs_grow(h->members, &h->members_room, h->members_count + 1,
			     sizeof(*h->members));
	h->members[h->members_count].index = index;
	h->members[h->members_count].conf = *conf;
	return (u32)h->members_count++;
}

/**
 * cs_history_free() - forget all
 * @h: history
 */
void cs_history_free(struct cs_history *h)
{
	free(h->term);
	free(h->fact);
	free(h->made);
	free(h->members);
}
