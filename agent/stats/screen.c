// SPDX-License-Identifier: GPL-2.0-or-later
#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Control sequences of ECMA-48, and xterm's other screen. */
#define OTHER_SCREEN "\033[?1049h\033[?25l"
#define FIRST_SCREEN "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define REST_OF_LINE "\033[K"
#define REST_OF_SCREEN "\033[J"

/**
 * cl_screen_open() - prepare the terminal
 * @s: the screen
 */
void cl_screen_open(struct cl_screen *s)
{
	struct termios raw;

	memset(s, 0, sizeof(*s));
	s->is_terminal = isatty(STDOUT_FILENO);
	if (!s->is_terminal)
		return;
	fputs(OTHER_SCREEN, stdout);
	if (tcgetattr(STDIN_FILENO, &s->was))
		return;
	raw = s->was;
	raw.c_lflag &= ~(ICANON | ECHO);
	s->reads_keys = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/**
 * cl_screen_begin() - begin a frame
 * @s: the screen
 *
 * Return: what to write it to; NULL: no memory.
 */
FILE *cl_screen_begin(struct cl_screen *s)
{
	s->f = open_memstream(&s->text, &s->size);
	return s->f;
}

static unsigned int rows(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || !w.ws_row)
		return 24;
	return w.ws_row;
}

/* As many lines as there is room for; what is longer than one is the user's. */
static void paint(const char *text)
{
	unsigned int room = rows();
	size_t len;

	fputs(HOME, stdout);
	while (*text && room) {
		len = strcspn(text, "\n");
		fwrite(text, 1, len, stdout);
		fputs(REST_OF_LINE, stdout);
		text += len;
		text += *text == '\n';
		if (--room && *text)
			putchar('\n');
	}
	fputs(REST_OF_SCREEN, stdout);
}

/**
 * cl_screen_show() - show the frame that was begun
 * @s: the screen
 */
void cl_screen_show(struct cl_screen *s)
{
	if (fclose(s->f) || !s->text)
		return;
	if (s->is_terminal)
		paint(s->text);
	else
		puts(s->text);
	fflush(stdout);
	free(s->text);
	s->text = NULL;
}

/**
 * cl_screen_close() - leave the terminal as it was
 * @s: the screen
 */
void cl_screen_close(struct cl_screen *s)
{
	if (s->reads_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->was);
	if (s->is_terminal)
		fputs(FIRST_SCREEN, stdout);
	fflush(stdout);
}
