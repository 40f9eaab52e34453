// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "value.h"

static void free_trace(struct vt_trace *t)
{
	free(t->value);
	free(t);
}

/* Room is doubled whenever the length reaches a power of two. */
static bool append(struct vt_trace *t, s64 v)
{
	if (!(t->len & (t->len - 1))) {
		size_t room = t->len ? 2 * (size_t)t->len : 1;
		s64 *more = reallocarray(t->value, room, sizeof(v));

		if (!more)
			return false;
		t->value = more;
	}
	if (!t->len || v < t->min)
		t->min = v;
	if (!t->len || v > t->max)
		t->max = v;
	t->value[t->len++] = v;
	return true;
}

/* One number, alone on its line; empty lines and # comments are left out. */
static const char *read_line(struct vt_trace *t, char *line)
{
	char *word, *save;
	const char *bad;
	double v;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, VT_BLANKS, &save);
	if (!word)
		return NULL;
	if (strtok_r(NULL, VT_BLANKS, &save))
		return "more than a number";
	bad = vt_value_number(word, -VT_TRACE_LIMIT, VT_TRACE_LIMIT, &v);
	if (!bad && !append(t, llround(v * 1e6)))
		bad = "out of memory";
	return bad;
}

static bool read_file(struct vt_trace *t, FILE *f, char *why, size_t why_len)
{
	const char *bad = NULL;
	unsigned int nr = 0;
	char *line = NULL;
	size_t room = 0;

	while (!bad && getline(&line, &room, f) >= 0) {
		nr++;
		bad = read_line(t, line);
	}
	free(line);
	if (bad)
		snprintf(why, why_len, "%s:%u: %s", t->name, nr, bad);
	else if (ferror(f))
		snprintf(why, why_len, "%s: cannot be read", t->name);
	else if (!t->len)
		snprintf(why, why_len, "%s: no numbers in it", t->name);
	else
		return true;
	return false;
}

static FILE *open_file(const char *dir, const char *name)
{
	char *path;
	FILE *f;

	if (*name == '/')
		return fopen(name, "re");
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return NULL;
	f = fopen(path, "re");
	free(path);
	return f;
}

/**
 * vt_traces_get() - the numbers of a file
 * @t: files read before; gets this one
 * @name: of the file: one number per line, with a point and without exponent, at
 *	most VT_TRACE_LIMIT in size; # starts a comment
 * @why: gets what is wrong
 * @why_len: size of @why
 *
 * Return: the numbers, which live as long as @t; NULL if there is an error.
 */
const struct vt_trace *vt_traces_get(struct vt_traces *t, const char *name,
				     char *why, size_t why_len)
{
	struct vt_trace *new;
	FILE *f;
	bool ok;

	for (new = t->first; new; new = new->next)
		if (!strcmp(new->name, name))
			return new;
	new = calloc(1, sizeof(*new) + strlen(name) + 1);
	if (!new) {
		snprintf(why, why_len, "out of memory");
		return NULL;
	}
	strcpy(new->name, name);
	f = open_file(t->dir, name);
	if (!f) {
		snprintf(why, why_len, "%s: %s", name, strerror(errno));
		free_trace(new);
		return NULL;
	}
	ok = read_file(new, f, why, why_len);
	fclose(f);
	if (!ok) {
		free_trace(new);
		return NULL;
	}
	new->next = t->first;
	t->first = new;
	return new;
}

/**
 * vt_traces_free() - forget all files
 * @t: the files; nothing may use their numbers any more
 */
void vt_traces_free(struct vt_traces *t)
{
	while (t->first) {
		struct vt_trace *next = t->first->next;

		free_trace(t->first);
		t->first = next;
	}
}
