// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of @s up to its last word, or the last before a comment. */
static size_t content(const char *s)
{
	size_t n, end = 0;

	for (;;) {
		n = end + strspn(s + end, VT_BLANKS);
		if (!s[n] || s[n] == '#')
			return end;
		end = n + strcspn(s + n, VT_BLANKS);
	}
}

/**
 * vt_words_cut() - cut a line
 * @w: to be filled
 * @text: the line; # at the start of a word begins a comment
 *
 * Return: 0; -ENOMEM; -E2BIG if there are more than VT_WORDS_MAX words.  @w is
 * empty then.
 */
int vt_words_cut(struct vt_words *w, const char *text)
{
	char *s, *word;

	*w = (struct vt_words){};
	text += strspn(text, VT_BLANKS);
	w->text = strndup(text, content(text));
	w->copy = w->text ? strdup(w->text) : NULL;
	if (!w->copy) {
		vt_words_free(w);
		return -ENOMEM;
	}
	s = w->copy;
	while ((word = strsep(&s, VT_BLANKS))) {
		if (!*word)
			continue;
		if (w->count == VT_WORDS_MAX) {
			vt_words_free(w);
			return -E2BIG;
		}
		w->word[w->count++] = word;
	}
	return 0;
}

/**
 * vt_words_free() - free what a line holds
 * @w: the line; empty afterwards
 */
void vt_words_free(struct vt_words *w)
{
	free(w->text);
	free(w->copy);
	*w = (struct vt_words){};
}

/**
 * vt_words_from() - the end of a line as it was written
 * @w: the line
 * @i: first word of the end
 *
 * Return: the text from there on, with its blanks.
 */
const char *vt_words_from(const struct vt_words *w, unsigned int i)
{
	return w->text + (w->word[i] - w->copy);
}

/* Add a line unless it is empty. */
static const char *add(struct vt_lines *l, const char *text, bool extra,
		       unsigned int nr)
{
	struct vt_line new = { .extra = extra, .nr = nr };
	struct vt_line *more;

	switch (vt_words_cut(&new.words, text)) {
	case 0:
		break;
	case -E2BIG:
		return "too many words";
	default:
		return "out of memory";
	}
	if (!new.words.count) {
		vt_words_free(&new.words);
		return NULL;
	}
	more = reallocarray(l->line, l->count + 1, sizeof(new));
	if (!more) {
		vt_words_free(&new.words);
		return "out of memory";
	}
	l->line = more;
	l->line[l->count++] = new;
	return NULL;
}

static int add_file(struct vt_lines *l, FILE *f, const char *file, char *why,
		    size_t why_len)
{
	const char *bad = NULL;
	unsigned int nr = 0;
	char *text = NULL;
	size_t room = 0;

	while (!bad && getline(&text, &room, f) >= 0)
		bad = add(l, text, false, ++nr);
	free(text);
	if (bad)
		snprintf(why, why_len, "%s:%u: %s", file, nr, bad);
	else if (ferror(f))
		snprintf(why, why_len, "%s: cannot be read", file);
	else
		return 0;
	return -EINVAL;
}

/**
 * vt_lines_read() - get all lines of a scenario
 * @l: to be filled
 * @file: name of the file
 * @extra: lines after those of the file
 * @extras: how many
 * @why: gets what is wrong, and where
 * @why_len: size of @why
 *
 * Return: 0; -EINVAL if something is wrong.  @l is empty then.
 */
int vt_lines_read(struct vt_lines *l, const char *file, char *const extra[],
		  unsigned int extras, char *why, size_t why_len)
{
	FILE *f = fopen(file, "re");
	int err;

	*l = (struct vt_lines){};
	if (!f) {
		snprintf(why, why_len, "%s: %s", file, strerror(errno));
		return -EINVAL;
	}
	err = add_file(l, f, file, why, why_len);
	fclose(f);
	for (unsigned int i = 0; !err && i < extras; i++) {
		const char *bad = add(l, extra[i], true, i + 1);

		if (!bad)
			continue;
		snprintf(why, why_len, "-x %u: %s", i + 1, bad);
		err = -EINVAL;
	}
	if (err)
		vt_lines_free(l);
	return err;
}

/**
 * vt_lines_free() - free lines
 * @l: the lines; empty afterwards
 */
void vt_lines_free(struct vt_lines *l)
{
	for (unsigned int i = 0; i < l->count; i++)
		vt_words_free(&l->line[i].words);
	free(l->line);
	*l = (struct vt_lines){};
}
