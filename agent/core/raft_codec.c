// SPDX-License-Identifier: GPL-2.0-or-later
#include "raft_codec.h"

#include <errno.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "raft_conf.h"

#define FLAG_GRANTED 1
#define FLAG_REFUSED 2
#define FLAG_TRANSFER 4
#define FLAGS (FLAG_GRANTED | FLAG_REFUSED | FLAG_TRANSFER)

/* Fixed beginning, head of an entry, snapshot without members and data. */
#define HEAD_BYTES 52
#define ENTRY_BYTES 9
#define SNAPSHOT_BYTES 17

/* The largest messages fit, and the heads agree with the description. */
static_assert(HEAD_BYTES + 2 + CL_RAFT_BATCH_MAX * ENTRY_BYTES +
			      CL_RAFT_BATCH_BYTES <=
		      CL_RAFT_MSG_MAX,
	      "a batch of entries is one message");
static_assert(CL_RAFT_DATA_MAX <= CL_RAFT_BATCH_BYTES,
	      "a single entry is one message");
static_assert(HEAD_BYTES + SNAPSHOT_BYTES + CL_RAFT_CONF_BYTES +
			      CL_RAFT_CHUNK_MAX <=
		      CL_RAFT_MSG_MAX,
	      "a part of a snapshot is one message");

static u16 flags_of(const struct cl_raft_msg *m)
{
	return (m->granted ? FLAG_GRANTED : 0) |
	       (m->refused ? FLAG_REFUSED : 0) |
	       (m->transfer ? FLAG_TRANSFER : 0);
}

static void put_head(u8 *p, const struct cl_raft_msg *m)
{
	p[0] = CL_RAFT_VERSION;
	p[1] = m->type;
	cl_put_be16(p + 2, flags_of(m));
	cl_put_be32(p + 4, m->from);
	cl_put_be32(p + 8, m->to);
	cl_put_be32(p + 12, m->term);
	cl_put_be32(p + 16, m->log_term);
	cl_put_be64(p + 20, m->index);
	cl_put_be64(p + 28, m->commit);
	cl_put_be64(p + 36, m->seq);
	cl_put_be32(p + 44, m->offset);
	cl_put_be32(p + 48, m->size);
}

static size_t put_entries(u8 *buf, const struct cl_raft_msg *m)
{
	u8 *p = buf + 2;

	cl_put_be16(buf, m->entries);
	for (u32 i = 0; i < m->entries; i++) {
		const struct cl_raft_entry *e = &m->entry[i];

		cl_put_be32(p, e->term);
		p[4] = e->kind;
		cl_put_be32(p + 5, e->len);
		if (e->len)
			memcpy(p + ENTRY_BYTES, e->data, e->len);
		p += ENTRY_BYTES + e->len;
	}
	return p - buf;
}

static size_t put_snapshot(u8 *buf, const struct cl_raft_snapshot *s)
{
	u32 n = cl_raft_conf_encode(&s->conf, buf + 13);
	u8 *p = buf + 13 + n;

	cl_put_be64(buf, s->index);
	cl_put_be32(buf + 8, s->term);
	buf[12] = n;
	cl_put_be32(p, s->len);
	if (s->len)
		memcpy(p + 4, s->data, s->len);
	return p + 4 + s->len - buf;
}

static size_t bytes_of(const struct cl_raft_msg *m)
{
	size_t n = HEAD_BYTES;

	if (m->type == CL_RAFT_APPEND) {
		n += 2;
		for (u32 i = 0; i < m->entries; i++)
			n += ENTRY_BYTES + m->entry[i].len;
	} else if (m->type == CL_RAFT_SNAPSHOT) {
		n += SNAPSHOT_BYTES + CL_RAFT_CONF_BYTES + m->snap.len;
	}
	return n;
}

/**
 * cl_raft_encode() - a message as bytes
 * @m: a message that a node has sent
 * @buf: room for it
 * @size: its bytes, CL_RAFT_MSG_MAX is always enough
 *
 * Return: bytes used, or -EMSGSIZE.
 */
int cl_raft_encode(const struct cl_raft_msg *m, u8 *buf, size_t size)
{
	size_t n = HEAD_BYTES;

	if (bytes_of(m) > size)
		return -EMSGSIZE;
	put_head(buf, m);
	if (m->type == CL_RAFT_APPEND)
		n += put_entries(buf + n, m);
	else if (m->type == CL_RAFT_SNAPSHOT)
		n += put_snapshot(buf + n, &m->snap);
	return n;
}

static bool get_head(struct cl_raft_msg *m, const u8 *p)
{
	u16 flags = cl_get_be16(p + 2);

	if (p[0] != CL_RAFT_VERSION || p[1] > CL_RAFT_TIMEOUT_NOW ||
	    flags & ~FLAGS)
		return false;
	*m = (struct cl_raft_msg){
		.type = p[1],
		.from = cl_get_be32(p + 4),
		.to = cl_get_be32(p + 8),
		.term = cl_get_be32(p + 12),
		.log_term = cl_get_be32(p + 16),
		.index = cl_get_be64(p + 20),
		.commit = cl_get_be64(p + 28),
		.seq = cl_get_be64(p + 36),
		.offset = cl_get_be32(p + 44),
		.size = cl_get_be32(p + 48),
		.granted = flags & FLAG_GRANTED,
		.refused = flags & FLAG_REFUSED,
		.transfer = flags & FLAG_TRANSFER,
	};
	return true;
}

/* Returns the bytes of the entry, 0 if it is not good. */
static size_t get_entry(struct cl_raft_entry *e, const u8 *p, size_t len)
{
	if (len < ENTRY_BYTES)
		return 0;
	e->term = cl_get_be32(p);
	e->kind = p[4];
	e->len = cl_get_be32(p + 5);
	if (e->kind > CL_RAFT_DATA || e->len > CL_RAFT_DATA_MAX ||
	    e->len > len - ENTRY_BYTES)
		return 0;
	e->data = e->len ? p + ENTRY_BYTES : NULL;
	return ENTRY_BYTES + e->len;
}

static bool get_entries(struct cl_raft_msg *m, struct cl_raft_entry *entry,
			const u8 *p, size_t len)
{
	size_t n;

	if (len < 2 || cl_get_be16(p) > CL_RAFT_BATCH_MAX)
		return false;
	m->entries = cl_get_be16(p);
	m->entry = m->entries ? entry : NULL;
	if (m->index > CL_RAFT_INDEX_MAX)
		return false;
	p += 2;
	len -= 2;
	for (u32 i = 0; i < m->entries; i++) {
		n = get_entry(&entry[i], p, len);
		if (!n)
			return false;
		entry[i].index = m->index + 1 + i;
		p += n;
		len -= n;
	}
	return !len;
}

static bool get_snapshot(struct cl_raft_snapshot *s, const u8 *p, size_t len)
{
	u32 n;

	if (len < SNAPSHOT_BYTES || len - SNAPSHOT_BYTES < p[12])
		return false;
	s->index = cl_get_be64(p);
	s->term = cl_get_be32(p + 8);
	n = p[12];
	if (!cl_raft_conf_decode(&s->conf, p + 13, n))
		return false;
	s->len = cl_get_be32(p + 13 + n);
	if (s->len > CL_RAFT_CHUNK_MAX || s->len != len - SNAPSHOT_BYTES - n)
		return false;
	s->data = s->len ? p + SNAPSHOT_BYTES + n : NULL;
	return true;
}

/**
 * cl_raft_decode() - a message from bytes
 * @m: the message; points into @entry and @buf
 * @entry: room for its entries
 * @buf: the bytes, of anybody
 * @len: how many; they have to be one message and nothing else
 *
 * What it says is not judged here, only that every length and kind is in range.
 *
 * Return: 0; -EPROTONOSUPPORT another version; -EBADMSG malformed.
 */
int cl_raft_decode(struct cl_raft_msg *m,
		   struct cl_raft_entry entry[CL_RAFT_BATCH_MAX], const u8 *buf,
		   size_t len)
{
	if (len && buf[0] != CL_RAFT_VERSION)
		return -EPROTONOSUPPORT;
	if (len < HEAD_BYTES || !get_head(m, buf))
		return -EBADMSG;
	buf += HEAD_BYTES;
	len -= HEAD_BYTES;
	switch (m->type) {
	case CL_RAFT_APPEND:
		return get_entries(m, entry, buf, len) ? 0 : -EBADMSG;
	case CL_RAFT_SNAPSHOT:
		return get_snapshot(&m->snap, buf, len) ? 0 : -EBADMSG;
	default:
		return len ? -EBADMSG : 0;
	}
}
