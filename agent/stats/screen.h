/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal that is painted over and over; else frames one below the other.
 */
#ifndef _CL_STATS_SCREEN_H
#define _CL_STATS_SCREEN_H

#include <stdbool.h>
#include <stdio.h>
#include <termios.h>

/**
 * struct cl_screen - where frames go
 * @is_terminal: standard output is one
 * @reads_keys: standard input is one, and gives keys at once
 * @was: how that was set before
 * @f: the frame that is being written, NULL: none
 * @text: its text, allocated
 * @size: bytes of @text
 */
struct cl_screen {
	bool is_terminal;
	bool reads_keys;
	struct termios was;
	FILE *f;
	char *text;
	size_t size;
};

void cl_screen_open(struct cl_screen *s);
FILE *cl_screen_begin(struct cl_screen *s);
void cl_screen_show(struct cl_screen *s);
void cl_screen_close(struct cl_screen *s);

#endif /* _CL_STATS_SCREEN_H */
