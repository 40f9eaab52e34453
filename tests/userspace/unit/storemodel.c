// SPDX-License-Identifier: GPL-2.0-or-later
#include "storemodel.h"

#include <stdlib.h>
#include <string.h>

#define SNAPSHOT_MAX 20000

/* Bytes of any entry and snapshot begin somewhere in here. */
static const u8 *bytes(u32 tag)
{
	static u8 all[SNAPSHOT_MAX + 256];

	if (!all[1])
		for (size_t i = 0; i < sizeof(all); i++)
			all[i] = i * 31 + i / 256;
	return all + tag % 256;
}

static struct cl_raft_entry entry_of(u64 index, u32 tag)
{
	struct cl_raft_entry e = {
		.index = index,
		.term = tag % 1000 + 1,
		.kind = tag % 5 ? CL_RAFT_DATA : CL_RAFT_NOOP,
	};

	if (e.kind == CL_RAFT_DATA) {
		e.data = bytes(tag);
		e.len = tag % 311;
	}
	return e;
}

static struct cl_raft_snapshot snapshot_of(u64 index, u32 tag)
{
	return (struct cl_raft_snapshot){
		.index = index,
		.term = tag % 1000 + 1,
		.conf = { .voter = { 1, 2 + tag % 5, 9 }, .voters = 3 },
		.data = bytes(tag),
		.len = tag % SNAPSHOT_MAX,
	};
}

static void append(struct model *m, struct model_write *r)
{
	r->w.entries = random() % (MODEL_BATCH + 1);
	for (u32 i = 0; i < r->w.entries; i++) {
		m->tag[++m->last] = random();
		r->entry[i] = entry_of(m->last, m->tag[m->last]);
	}
}

static void take_snapshot(struct model *m, struct model_write *r, u64 index,
			  u64 keep)
{
	m->snap = index;
	m->snap_tag = random();
	r->snap = snapshot_of(m->snap, m->snap_tag);
	r->w.snap = &r->snap;
	r->w.keep = keep;
	if (keep > m->base)
		m->base = keep;
	if (m->last < m->base)
		m->last = m->base;
}

/**
 * model_next() - a write such as Raft might ask for
 * @m: what the store knows; becomes what it knows after the write
 * @number: number of the write
 * @ret: gets the write; must not move
 */
void model_next(struct model *m, u64 number, struct model_write *ret)
{
	u64 keep;

	memset(ret, 0, sizeof(*ret));
	ret->w.number = number;
	ret->w.entry = ret->entry;
	switch (random() % 10) {
	case 0: /* another leader knew better */
		if (m->last > m->base && m->last > m->snap) {
			m->last--;
			ret->w.from = m->last + 1;
		}
		break;
	case 1: /* of what was applied */
		if (m->last > m->snap) {
			keep = m->base + random() % (m->last - m->base + 1);
			take_snapshot(m, ret, m->last, keep);
		}
		break;
	case 2: /* of another node, in place of all */
		if (random() % 4 || m->last + 100 > MODEL_ENTRIES)
			break;
		keep = m->last + random() % 20;
		m->last = m->base;
		ret->w.from = 1;
		take_snapshot(m, ret, keep, keep);
		break;
	}
	append(m, ret);
	m->term = number + 100;
	m->vote = random() % 9;
	ret->w.term = m->term;
	ret->w.vote = m->vote;
}

static bool same(const u8 *a, const u8 *b, u32 len)
{
	return !len || !memcmp(a, b, len);
}

static bool has_snapshot(const struct model *m,
			 const struct cl_raft_snapshot *s)
{
	struct cl_raft_snapshot want = snapshot_of(m->snap, m->snap_tag);

	return s->index == want.index && s->term == want.term &&
	       s->len == want.len && same(s->data, want.data, s->len) &&
	       s->conf.voters == 3 && !s->conf.learners &&
	       !memcmp(s->conf.voter, want.conf.voter, 3 * sizeof(u32));
}

/**
 * model_is() - is this what the store has to know
 * @m: what it has to know
 * @s: what it does
 *
 * Return: true if it is.
 */
bool model_is(const struct model *m, const struct cl_raft_stored *s)
{
	if (s->term != m->term || s->vote != m->vote || !s->snap != !m->snap ||
	    s->entries != m->last - m->base)
		return false;
	if (m->snap && !has_snapshot(m, s->snap))
		return false;
	for (u32 i = 0; i < s->entries; i++) {
		u64 index = m->base + 1 + i;
		struct cl_raft_entry want = entry_of(index, m->tag[index]);
		const struct cl_raft_entry *e = &s->entry[i];

		if (e->index != index || e->term != want.term ||
		    e->kind != want.kind || e->len != want.len ||
		    !same(e->data, want.data, e->len))
			return false;
	}
	return true;
}
