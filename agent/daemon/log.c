// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

/* A process has one stderr: does it lead to the journal? */
static bool to_journal;
/* The journal's socket, -1: there is none, or not any more. */
static int journal_fd = -1;

static bool stderr_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long dev, ino;
	struct stat st;

	return env && sscanf(env, "%lu:%lu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
	       st.st_ino == ino;
}

/**
 * cl_log_init() - find out whether stderr leads to the journal
 * @journal: the journal's socket
 *
 * systemd names device and inode of the stream that it gave us.
 */
void cl_log_init(const char *journal)
{
	if (journal_fd >= 0)
		close(journal_fd);
	to_journal = stderr_is_journal();
	journal_fd = to_journal ? cl_journal_open(journal) : -1;
}

/**
 * cl_log_line() - write one line
 * @line: the line
 *
 * What the journal does not take by its socket it gets as text.
 */
void cl_log_line(const struct cl_io_line *line)
{
	if (journal_fd >= 0 && !cl_journal_send(journal_fd, line))
		return;
	if (to_journal)
		fprintf(stderr, "<%d>%s\n", line->prio, line->text);
	else
		fprintf(stderr, "clocklinkd: %s\n", line->text);
}

/**
 * cl_log() - write one formatted line
 * @prio: priority
 * @fmt: printf() format, no line feed; more than 511 bytes are cut
 */
void cl_log(enum cl_io_prio prio, const char *fmt, ...)
{
	char text[512];
	const struct cl_io_line line = { .prio = prio, .text = text };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cl_log_line(&line);
}
