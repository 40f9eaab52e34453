/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a scenario: those of its file and more of the command line.
 */
#ifndef _VT_LINES_H
#define _VT_LINES_H

#include "kmod/core/types.h"

#define VT_WORDS_MAX 128
/* What separates words. */
#define VT_BLANKS " \t\r\n"

/**
 * struct vt_words - a line cut at blanks
 * @text: the line, without blanks around it and without comment
 * @copy: its words, each ended by a zero byte
 * @word: where they start in @copy
 * @count: how many
 */
struct vt_words {
	char *text;
	char *copy;
	char *word[VT_WORDS_MAX];
	unsigned int count;
};

/**
 * struct vt_line - a line that says something
 * @extra: it is of the command line
 * @nr: its number in the file or among those, from 1
 * @words: what it says
 */
struct vt_line {
	bool extra;
	unsigned int nr;
	struct vt_words words;
};

/**
 * struct vt_lines - all lines, in order
 * @line: the lines
 * @count: how many
 */
struct vt_lines {
	struct vt_line *line;
	unsigned int count;
};

int vt_words_cut(struct vt_words *w, const char *text);
void vt_words_free(struct vt_words *w);
const char *vt_words_from(const struct vt_words *w, unsigned int i);

int vt_lines_read(struct vt_lines *l, const char *file, char *const extra[],
		  unsigned int extras, char *why, size_t why_len);
void vt_lines_free(struct vt_lines *l);

#endif /* _VT_LINES_H */
