// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the file:
 *
 *	#$ N	last update, seconds since 1900
 *	#@ N	expiry
 *	N M	since N (UTC) TAI - UTC is M
 *	#h ...	SHA-1 (FIPS 180-4) of all these numbers, as digits without a gap
 *
 * '#' and a blank begin a comment.
 */
#include "leapfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/bytes.h"
#include "compiler.h"

#define LINE_SIZE 256
#define NTP_1970 2208988800LL
#define DAY_S 86400
#define HASH_WORDS 5
#define HASH_BLOCK 64

/**
 * struct reader - state of reading
 * @table: gets the rows
 * @path: for messages
 * @error: gets the message
 * @line: number of the current line
 * @updated: "#$" has come
 * @expires: "#@" has come
 * @hashed: "#h" has come
 * @h: chained value of SHA-1
 * @block: digits not yet hashed
 * @digits: all digits so far
 */
struct reader {
	struct cl_leapfile *table;
	const char *path;
	char *error;
	int line;
	bool updated;
	bool expires;
	bool hashed;
	u32 h[HASH_WORDS];
	u8 block[HASH_BLOCK];
	u64 digits;
};

static int __printf(2, 3) fail(struct reader *r, const char *fmt, ...)
{
	char text[CL_LEAPFILE_ERROR_SIZE / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(r->error, CL_LEAPFILE_ERROR_SIZE, "%s:%d: %s", r->path,
		 r->line, text);
	return -EINVAL;
}

static u32 rotate(u32 v, int bits)
{
	return v << bits | v >> (32 - bits);
}

/* FIPS 180-4, 6.1.2. */
static void hash_block(struct reader *r)
{
	static const u32 k[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
				 0xca62c1d6 };
	u32 a = r->h[0], b = r->h[1], c = r->h[2], d = r->h[3], e = r->h[4];
	u32 w[80], f, t;

	for (int i = 0; i < 16; i++)
		w[i] = cl_get_be32(r->block + 4 * i);
	for (int i = 16; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < 80; i++) {
		if (i < 20)
			f = (b & c) | (~b & d);
		else if (i >= 40 && i < 60)
			f = (b & c) | (b & d) | (c & d);
		else
			f = b ^ c ^ d;
		t = rotate(a, 5) + f + e + k[i / 20] + w[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = t;
	}
	r->h[0] += a;
	r->h[1] += b;
	r->h[2] += c;
	r->h[3] += d;
	r->h[4] += e;
}

static void hash_byte(struct reader *r, u8 byte)
{
	r->block[r->digits++ % HASH_BLOCK] = byte;
	if (!(r->digits % HASH_BLOCK))
		hash_block(r);
}

static void hash_end(struct reader *r)
{
	u64 bits = r->digits * 8;

	hash_byte(r, 0x80);
	while (r->digits % HASH_BLOCK != HASH_BLOCK - 8)
		hash_byte(r, 0);
	for (int i = 56; i >= 0; i -= 8)
		hash_byte(r, bits >> i);
}

/* A number without a sign; its digits are hashed.  @s goes behind it. */
static bool take_number(struct reader *r, const char **s, s64 *ret)
{
	const char *p = *s + strspn(*s, " \t");

	if (*p < '0' || *p > '9')
		return false;
	for (*ret = 0; *p >= '0' && *p <= '9'; p++) {
		if (*ret > S64_MAX / 10 - 1)
			return false;
		*ret = *ret * 10 + (*p - '0');
		hash_byte(r, *p);
	}
	*s = p;
	return true;
}

/* Nothing, or a comment. */
static bool at_end(const char *s)
{
	s += strspn(s, " \t\r\n");
	return !*s || *s == '#';
}

static int take_stamp(struct reader *r, const char *s, bool *seen, s64 *ret)
{
	if (*seen)
		return fail(r, "a second line #%c", s[-1]);
	if (!take_number(r, &s, ret) || !at_end(s))
		return fail(r, "want a number of seconds");
	*seen = true;
	return 0;
}

static int take_row(struct reader *r, const char *s)
{
	struct cl_leapfile *l = r->table;
	struct cl_leap row;
	s64 ntp, offset;

	if (!take_number(r, &s, &ntp) || !take_number(r, &s, &offset) ||
	    !at_end(s))
		return fail(r, "want seconds since 1900 and TAI - UTC");
	if (ntp % DAY_S || ntp < NTP_1970 || ntp > UINT32_MAX * 4LL)
		return fail(r, "%lld is no start of a day since 1970",
			    (long long)ntp);
	if (offset > 1000)
		return fail(r, "TAI - UTC is %lld s", (long long)offset);
	if (l->n == CL_LEAPFILE_ROWS)
		return fail(r, "more than %d rows", CL_LEAPFILE_ROWS);
	row.offset_s = offset;
	row.since_s = ntp - NTP_1970 + offset;
	if (l->n && row.since_s <= l->row[l->n - 1].since_s + DAY_S)
		return fail(r, "rows are not in order of time");
	if (l->n && abs(row.offset_s - l->row[l->n - 1].offset_s) != 1)
		return fail(r, "TAI - UTC changes by more or less than 1 s");
	l->row[l->n++] = row;
	return 0;
}

/* Leading zeros of a word may be missing. */
static int take_hash(struct reader *r, const char *s)
{
	char *end;

	if (r->hashed)
		return fail(r, "a second line #h");
	hash_end(r);
	for (int i = 0; i < HASH_WORDS; i++, s = end)
		if (strtoul(s, &end, 16) != r->h[i] || end == s)
			return fail(r, "wrong checksum");
	r->hashed = true;
	return 0;
}

static int take_line(struct reader *r, const char *s)
{
	s64 ignored;

	if (!strncmp(s, "#$", 2))
		return take_stamp(r, s + 2, &r->updated, &ignored);
	if (!strncmp(s, "#@", 2))
		return take_stamp(r, s + 2, &r->expires, &r->table->expires_s);
	if (!strncmp(s, "#h", 2))
		return take_hash(r, s + 2);
	if (at_end(s))
		return 0;
	if (r->hashed)
		return fail(r, "a row behind the checksum");
	return take_row(r, s);
}

static int finish(struct reader *r)
{
	struct cl_leapfile *l = r->table;

	if (!r->expires)
		return fail(r, "no line #@ with the expiry");
	if (!l->n)
		return fail(r, "no row");
	if (!r->hashed)
		return fail(r, "cut off: no line #h with the checksum");
	l->expires_s += l->row[l->n - 1].offset_s - NTP_1970;
	return 0;
}

/**
 * cl_leapfile_read() - read and check a table
 * @l: gets it; undefined after a failure
 * @path: name for messages
 * @f: what to read, to its end
 * @error: CL_LEAPFILE_ERROR_SIZE bytes; on failure file, line and what is wrong
 *
 * Return: 0; -EIO if it cannot be read, -EINVAL if it is wrong.
 */
int cl_leapfile_read(struct cl_leapfile *l, const char *path, FILE *f,
		     char *error)
{
	struct reader r = {
		.table = l,
		.path = path,
		.error = error,
		.h = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		       0xc3d2e1f0 },
	};
	char line[LINE_SIZE];
	int err = 0;

	memset(l, 0, sizeof(*l));
	while (!err && fgets(line, sizeof(line), f)) {
		r.line++;
		if (!strchr(line, '\n') && !feof(f))
			return fail(&r, "the line is too long");
		err = take_line(&r, line);
	}
	if (!err && ferror(f)) {
		fail(&r, "cannot be read");
		return -EIO;
	}
	return err ? err : finish(&r);
}

/**
 * cl_leapfile_load() - read and check a file
 * @l: gets the table; undefined after a failure
 * @path: the file
 * @error: CL_LEAPFILE_ERROR_SIZE bytes; on failure file, line and what is wrong
 *
 * Return: 0; -errno of opening it, else as cl_leapfile_read().
 */
int cl_leapfile_load(struct cl_leapfile *l, const char *path, char *error)
{
	FILE *f = fopen(path, "re");
	int err;

	if (!f) {
		err = -errno;
		snprintf(error, CL_LEAPFILE_ERROR_SIZE, "%s: %s", path,
			 strerror(-err));
		return err;
	}
	err = cl_leapfile_read(l, path, f, error);
	fclose(f);
	return err;
}

/**
 * cl_leapfile_at() - offset at a time
 * @l: the table
 * @tai_s: the time, s since 1970 TAI
 *
 * Return: the row in force; NULL before the first. After @l->expires_s another one
 * may be missing.
 */
const struct cl_leap *cl_leapfile_at(const struct cl_leapfile *l, s64 tai_s)
{
	const struct cl_leap *found = NULL;

	for (unsigned int i = 0; i < l->n && l->row[i].since_s <= tai_s; i++)
		found = &l->row[i];
	return found;
}
