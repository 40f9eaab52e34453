// SPDX-License-Identifier: GPL-2.0-or-later
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "memory.h"

static u64 mix(u64 h, u64 x)
{
	h = (h ^ x) * 0xff51afd7ed558ccdULL;
	return h ^ (h >> 32);
}

/**
 * cs_digest() - digest of bytes
 * @data: bytes
 * @len: how many
 *
 * As FNV-1a (Fowler, Noll, Vo) but eight bytes at a time; nobody attacks it here.
 *
 * Return: 64 bits, equal only if the bytes are, but for chance.
 */
u64 cs_digest(const u8 *data, u32 len)
{
	u64 h = mix(0, len), x;
	u32 i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&x, data + i, sizeof(x));
		h = mix(h, x);
	}
	for (; i < len; i++)
		h = mix(h, data[i]);
	return h;
}

/**
 * cs_chain() - digest of an entry and all before it
 * @before: digest of those before
 * @index: of the entry
 * @term: of the entry
 * @kind: of the entry
 * @digest: of its bytes
 *
 * Return: 64 bits, equal only if all entries are, but for chance.
 */
u64 cs_chain(u64 before, u64 index, u32 term, enum cl_raft_kind kind,
	     u64 digest)
{
	u64 h = mix(before, index);

	h = mix(h, (u64)term << 32 | kind);
	return mix(h, digest);
}

static void blob_put(struct cs_blob *b)
{
	if (!--b->refs)
		free(b);
}

static struct cs_blob *blob_new(const void *data, u32 len)
{
	struct cs_blob *b = cs_alloc(sizeof(*b) + len);

	b->refs = 1;
	b->len = len;
	if (len)
		memcpy(b->data, data, len);
	b->digest = cs_digest(b->data, len);
	return b;
}

/**
 * cs_snap_copy() - a snapshot of our own
 * @s: the core's
 *
 * Return: copy with one holder.
 */
struct cs_snap *cs_snap_copy(const struct cl_raft_snapshot *s)
{
	struct cs_snap *c = cs_alloc(sizeof(*c) + s->len);

	c->refs = 1;
	c->raft = *s;
	c->raft.data = (u8 *)(c + 1);
	if (s->len)
		memcpy(c + 1, s->data, s->len);
	c->chain = cs_machine_chain(s->data, s->len);
	return c;
}

/**
 * cs_snap_put() - one less holds a snapshot
 * @s: snapshot or NULL, freed with the last
 */
void cs_snap_put(struct cs_snap *s)
{
	if (s && !--s->refs)
		free(s);
}

/**
 * cs_image_last() - end of the log
 * @m: image
 *
 * Return: index of the last entry, or of the snapshot; 0: nothing there.
 */
u64 cs_image_last(const struct cs_image *m)
{
	if (m->entries)
		return m->entry[m->entries - 1].index;
	return m->snap ? m->snap->raft.index : 0;
}

/**
 * cs_image_at() - look up an entry
 * @m: image
 * @index: of the entry
 *
 * Return: the entry; NULL: not there, or only in the snapshot.
 */
const struct cs_entry *cs_image_at(const struct cs_image *m, u64 index)
{
	u64 first = m->entries ? m->entry[0].index : 0;

	if (index < first || index - first >= m->entries)
		return NULL;
	return &m->entry[index - first];
}

/**
 * cs_image_has() - what is known of an index
 * @m: image
 * @index: of an entry, or the last of the snapshot
 * @term: gets its term
 * @chain: gets its digest
 *
 * Return: is it known? The start of all logs, 0, is.
 */
bool cs_image_has(const struct cs_image *m, u64 index, u32 *term, u64 *chain)
{
	const struct cs_entry *e = cs_image_at(m, index);

	if (m->snap && m->snap->raft.index == index) {
		*term = m->snap->raft.term;
		*chain = m->snap->chain;
		return true;
	}
	if (e) {
		*term = e->term;
		*chain = e->chain;
		return true;
	}
	*term = 0;
	*chain = 0;
	return !index && !m->entries && !m->snap;
}

/**
 * cs_image_cut() - remove the end of the log
 * @m: image
 * @from: first index that goes
 */
void cs_image_cut(struct cs_image *m, u64 from)
{
	while (m->entries && m->entry[m->entries - 1].index >= from)
		blob_put(m->entry[--m->entries].blob);
}

static void remove_first(struct cs_image *m, u64 up_to)
{
	size_t n = 0;

	if (!m->entries)
		return;
	while (n < m->entries && m->entry[n].index <= up_to)
		blob_put(m->entry[n++].blob);
	m->entries -= n;
	memmove(m->entry, m->entry + n, m->entries * sizeof(*m->entry));
}

static void append(struct cs_image *m, const struct cs_entry *e)
{
	struct cs_entry *new;
	u64 before;
	u32 term;

	cs_image_has(m, e->index - 1, &term, &before);
	m->entry =
		cs_grow(m->entry, &m->room, m->entries + 1, sizeof(*m->entry));
	new = &m->entry[m->entries++];
	*new = *e;
	new->chain =
		cs_chain(before, e->index, e->term, e->kind, e->blob->digest);
	e->blob->refs++;
}

/* No gap, neither in the log nor after the snapshot. */
static bool whole(const struct cs_image *m)
{
	u64 first;

	if (!m->entries)
		return true;
	first = m->entry[0].index;
	return cs_image_last(m) - first == m->entries - 1 &&
	       first <= (m->snap ? m->snap->raft.index : 0) + 1;
}

static void replace_snap(struct cs_image *m, struct cs_snap *s)
{
	s->refs++;
	cs_snap_put(m->snap);
	m->snap = s;
}

/**
 * cs_image_apply() - write
 * @m: image
 * @w: what
 *
 * Return: is the log without a gap afterwards?
 */
bool cs_image_apply(struct cs_image *m, const struct cs_write *w)
{
	struct cs_snap *snap = w->snap;

	m->term = w->term;
	m->vote = w->vote;
	if (w->from)
		cs_image_cut(m, w->from);
	for (size_t i = 0; i < w->entries; i++) {
		/* The digest of an entry starts from that of the snapshot. */
		if (snap && w->entry[i].index > snap->raft.index) {
			replace_snap(m, snap);
			snap = NULL;
		}
		append(m, &w->entry[i]);
	}
	if (snap)
		replace_snap(m, snap);
	if (w->snap)
		remove_first(m, w->keep);
	return whole(m);
}

/**
 * cs_image_free() - empty an image
 * @m: image, may be used again
 */
void cs_image_free(struct cs_image *m)
{
	cs_image_cut(m, 0);
	cs_snap_put(m->snap);
	free(m->entry);
	*m = (struct cs_image){ .term = 0 };
}

/**
 * cs_write_init() - copy a write of the core
 * @to: gets it
 * @w: the core's
 */
void cs_write_init(struct cs_write *to, const struct cl_raft_write *w)
{
	*to = (struct cs_write){
		.number = w->number,
		.term = w->term,
		.vote = w->vote,
		.from = w->from,
		.entries = w->entries,
		.snap = w->snap ? cs_snap_copy(w->snap) : NULL,
		.keep = w->keep,
	};
	if (!w->entries)
		return;
	to->entry = cs_alloc(w->entries * sizeof(*to->entry));
	for (u32 i = 0; i < w->entries; i++)
		to->entry[i] = (struct cs_entry){
			.index = w->entry[i].index,
			.term = w->entry[i].term,
			.kind = w->entry[i].kind,
			.blob = blob_new(w->entry[i].data, w->entry[i].len),
		};
}

/**
 * cs_write_free() - a write is over
 * @w: write
 */
void cs_write_free(struct cs_write *w)
{
	for (size_t i = 0; i < w->entries; i++)
		blob_put(w->entry[i].blob);
	free(w->entry);
	cs_snap_put(w->snap);
}

/**
 * cs_image_entries() - its log, as the core takes it
 * @m: the disk
 *
 * Return: entries, which point into it; memory that free() frees.
 */
struct cl_raft_entry *cs_image_entries(const struct cs_image *m)
{
	struct cl_raft_entry *e = cs_alloc((m->entries + 1) * sizeof(*e));

	for (size_t i = 0; i < m->entries; i++)
		e[i] = (struct cl_raft_entry){
			.index = m->entry[i].index,
			.term = m->entry[i].term,
			.kind = m->entry[i].kind,
			.data = m->entry[i].blob->data,
			.len = m->entry[i].blob->len,
		};
	return e;
}
