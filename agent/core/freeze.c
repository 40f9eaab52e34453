// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state as bytes: a snapshot of Raft's, and what nodes are given that do not
 * belong to Raft.  The same state gives the same bytes, and so the same digest, on
 * every node.
 *
 *	u32 magic, u16 version, u32 cluster, u32 epoch
 *	u8 length, members of Raft; u64 each of the common settings; TAI and UTC
 *	u8 number, answers; u16 number, members with standing
 *	BLAKE2s-256 of all before
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "raft_conf.h"
#include "state.h"

#define MAGIC 0x434c5354 /* "CLST" */
#define VERSION 1

struct record {
	struct cl_member member;
	struct cl_standing standing;
};

static void head_bytes(struct cl_layout *b, u32 *magic, u16 *version,
		       struct cl_state *s)
{
	cl_layout_u32(b, magic);
	cl_layout_u16(b, version);
	cl_layout_u32(b, &s->cluster);
	cl_layout_u32(b, &s->epoch);
}

static void common_bytes(struct cl_layout *b, struct cl_state *s)
{
	for (unsigned int i = 0; i < CL_COMMON_N; i++)
		cl_layout_u64(b, &s->common[i]);
	cl_entry_utc_bytes(b, &s->utc);
}

static void answers_bytes(struct cl_layout *b, struct cl_state *s)
{
	cl_layout_u8(b, &s->n_answers);
	for (unsigned int i = 0;
	     s->n_answers <= CL_STATE_ANSWERS && i < s->n_answers; i++) {
		cl_layout_u64(b, &s->answers[i].request);
		cl_layout_u8(b, &s->answers[i].answer);
	}
}

static void record_bytes(struct cl_layout *b, struct record *r)
{
	u8 isolated = r->standing.isolation.n != 0;

	cl_entry_member_bytes(b, &r->member);
	cl_layout_s64(b, &r->standing.readmitted_ns);
	cl_layout_u8(b, &isolated);
	if (!isolated)
		return;
	cl_layout_s64(b, &r->standing.isolated_ns);
	cl_entry_isolation_bytes(b, &r->standing.isolation);
}

static void write_state(struct cl_layout *b, const struct cl_state *state)
{
	const struct cl_member *m = NULL;
	struct cl_state s = *state;
	u8 conf[CL_RAFT_CONF_BYTES];
	u8 conf_len = cl_raft_conf_encode(&s.conf, conf);
	u16 version = VERSION, n = s.roster->n;
	u32 magic = MAGIC;

	head_bytes(b, &magic, &version, &s);
	cl_layout_u8(b, &conf_len);
	cl_layout_raw(b, conf, conf_len);
	common_bytes(b, &s);
	answers_bytes(b, &s);
	cl_layout_u16(b, &n);
	while ((m = cl_roster_next(s.roster, m ? m->id : 0))) {
		struct record r = {
			.member = *m,
			.standing = *cl_roster_standing(s.roster, m->id),
		};

		record_bytes(b, &r);
	}
}

/**
 * cl_state_freeze() - the state as bytes
 * @s: the state
 * @len: gets the number of them
 *
 * Return: the bytes, to be freed; NULL: no memory.
 */
u8 *cl_state_freeze(const struct cl_state *s, u32 *len)
{
	struct cl_layout count = { .size = 0 };
	struct cl_layout b = { .size = 0 };

	write_state(&count, s);
	b.size = count.at;
	b.to = malloc(count.at + CL_STATE_DIGEST_LEN);
	if (!b.to)
		return NULL;
	write_state(&b, s);
	cl_blake2s(b.to, b.at, b.to + b.at);
	*len = b.at + CL_STATE_DIGEST_LEN;
	return b.to;
}

/**
 * cl_state_digest() - digest of the state
 * @s: the state
 * @digest: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int cl_state_digest(const struct cl_state *s, u8 digest[CL_STATE_DIGEST_LEN])
{
	u32 len;
	u8 *bytes = cl_state_freeze(s, &len);

	if (!bytes)
		return -ENOMEM;
	memcpy(digest, bytes + len - CL_STATE_DIGEST_LEN, CL_STATE_DIGEST_LEN);
	free(bytes);
	return 0;
}

static int read_head(struct cl_layout *b, struct cl_state *s, char *error)
{
	u32 cluster = s->cluster, magic = 0;
	u16 version = 0;

	head_bytes(b, &magic, &version, s);
	if (magic != MAGIC)
		return cl_wrong(error, "state: not one of Clocklink");
	if (version != VERSION)
		return cl_wrong(error, "state: version %u, this program has %d",
				version, VERSION);
	if (s->cluster != cluster)
		return cl_wrong(error, "state: of cluster 0x%08x, not 0x%08x",
				s->cluster, cluster);
	return 0;
}

static int read_conf(struct cl_layout *b, struct cl_state *s,
		     const struct cl_raft_conf *expected, char *error)
{
	u8 conf[CL_RAFT_CONF_BYTES], other[CL_RAFT_CONF_BYTES], len = 0;

	cl_layout_u8(b, &len);
	if (len > sizeof(conf))
		return cl_wrong(error, "state: too many voters");
	cl_layout_raw(b, conf, len);
	if (!cl_raft_conf_decode(&s->conf, conf, len))
		return cl_wrong(error, "state: voters are wrong");
	if (expected && (cl_raft_conf_encode(expected, other) != len ||
			 memcmp(conf, other, len)))
		return cl_wrong(error,
				"state: voters are not those of the snapshot");
	return 0;
}

static int read_common(struct cl_layout *b, struct cl_state *s, char *error)
{
	char text[CL_ENTRY_ERROR_SIZE];

	common_bytes(b, s);
	for (unsigned int i = 0; i < CL_COMMON_N; i++)
		if (cl_common_check(i, s->common[i], text))
			return cl_wrong(error, "state: %.*s",
					CL_ENTRY_ERROR_SIZE / 2, text);
	if (s->common[CL_COMMON_INTERVAL_MAX] &&
	    s->common[CL_COMMON_INTERVAL_MAX] < s->common[CL_COMMON_INTERVAL])
		return cl_wrong(error, "state: interval-max is below interval");
	if (cl_utc_check(&s->utc, text))
		return cl_wrong(error, "state: utc: %.*s",
				CL_ENTRY_ERROR_SIZE / 2, text);
	return 0;
}

static int read_answers(struct cl_layout *b, struct cl_state *s, char *error)
{
	answers_bytes(b, s);
	if (s->n_answers > CL_STATE_ANSWERS)
		return cl_wrong(error, "state: too many answers");
	for (unsigned int i = 0; i < s->n_answers; i++)
		if (!s->answers[i].request ||
		    s->answers[i].answer >= CL_ANSWERS ||
		    cl_state_answer(s, s->answers[i].request) != &s->answers[i])
			return cl_wrong(error, "state: answer %u is wrong",
					i + 1);
	return 0;
}

static int check_record(const struct record *r, char *error)
{
	const struct cl_standing *st = &r->standing;
	char text[CL_ENTRY_ERROR_SIZE];

	if (cl_member_check(&r->member, text) ||
	    (st->isolation.n && cl_isolation_check(&st->isolation, text)))
		return cl_wrong(error, "state: member %u: %.*s", r->member.id,
				CL_ENTRY_ERROR_SIZE / 2, text);
	if (st->readmitted_ns < 0 || st->isolated_ns < 0 ||
	    (st->isolation.n && st->isolation.node != r->member.id))
		return cl_wrong(error, "state: member %u: isolation is wrong",
				r->member.id);
	return 0;
}

static int read_record(struct cl_layout *b, struct record *r, char *error)
{
	u8 isolated = 0;

	memset(r, 0, sizeof(*r));
	cl_entry_member_bytes(b, &r->member);
	cl_layout_s64(b, &r->standing.readmitted_ns);
	cl_layout_u8(b, &isolated);
	if (isolated > 1)
		return cl_wrong(error, "state: member %u: isolation is wrong",
				r->member.id);
	if (isolated) {
		cl_layout_s64(b, &r->standing.isolated_ns);
		cl_entry_isolation_bytes(b, &r->standing.isolation);
		if (!r->standing.isolation.n)
			return cl_wrong(error,
					"state: member %u: isolated by none",
					r->member.id);
	}
	return check_record(r, error);
}

static int read_members(struct cl_layout *b, struct cl_state *s, char *error)
{
	const struct cl_member *two[2];
	const char *what;
	struct record r;
	u32 last = 0;
	u16 n = 0;

	cl_layout_u16(b, &n);
	if (n > CL_ROSTER_MAX)
		return cl_wrong(error, "state: %u members, at most %d", n,
				CL_ROSTER_MAX);
	for (unsigned int i = 0; i < n; i++) {
		if (cl_layout_short(b))
			return cl_wrong(error, "state: ends in member %u", i);
		if (read_record(b, &r, error))
			return -EINVAL;
		if (r.member.id <= last)
			return cl_wrong(error,
					"state: members are not in order");
		last = r.member.id;
		cl_roster_put(s->roster, &r.member);
		cl_roster_stand(s->roster, last, &r.standing);
	}
	what = cl_roster_rivals(s->roster, two);
	if (what)
		return cl_wrong(error,
				"state: members %u and %u have the same %s",
				two[0]->id, two[1]->id, what);
	return 0;
}

static int read_state(struct cl_layout *b, struct cl_state *s,
		      const struct cl_raft_conf *conf, char *error)
{
	int err = read_head(b, s, error);

	if (!err)
		err = read_conf(b, s, conf, error);
	if (!err)
		err = read_common(b, s, error);
	if (!err)
		err = read_answers(b, s, error);
	if (!err)
		err = read_members(b, s, error);
	if (!err && b->at != b->size)
		err = cl_wrong(error, "state: %s",
			       cl_layout_short(b) ? "is cut off" :
						    "is too long");
	return err;
}

static int check_digest(const u8 *data, u32 len, char *error)
{
	u8 digest[CL_STATE_DIGEST_LEN];

	if (len < CL_STATE_DIGEST_LEN)
		return cl_wrong(error, "state: is cut off");
	len -= CL_STATE_DIGEST_LEN;
	cl_blake2s(data, len, digest);
	if (memcmp(digest, data + len, sizeof(digest)))
		return cl_wrong(error, "state: the digest is wrong");
	return 0;
}

/**
 * cl_state_thaw() - replace the state by one that was frozen
 * @s: the state, of the same cluster, or only its id and nothing else; unchanged after a
 *	failure
 * @snap: the bytes and their index; if it names voters, they must be the same
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0; -EINVAL if anything is wrong, -ENOMEM.
 */
int cl_state_thaw(struct cl_state *s, const struct cl_raft_snapshot *snap,
		  char *error)
{
	const struct cl_raft_conf *conf = snap->conf.voters ? &snap->conf :
							      NULL;
	struct cl_layout b = { .from = snap->data };
	struct cl_state next;
	int err;

	if (check_digest(snap->data, snap->len, error))
		return -EINVAL;
	b.size = snap->len - CL_STATE_DIGEST_LEN;
	err = cl_state_init(&next, s->cluster);
	if (err) {
		cl_wrong(error, "state: no memory");
		return err;
	}
	err = read_state(&b, &next, conf, error);
	if (err) {
		cl_state_fini(&next);
		return err;
	}
	next.index = snap->index;
	cl_state_fini(s);
	*s = next;
	return 0;
}
