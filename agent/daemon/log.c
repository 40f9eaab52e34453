// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process has one stderr. */
static bool to_journal;

/**
 * cl_log_init() - find out whether stderr leads to the journal
 *
 * systemd names device and inode of the stream that it gave us.
 */
void cl_log_init(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long dev, ino;
	struct stat st;

	to_journal = env && sscanf(env, "%lu:%lu", &dev, &ino) == 2 &&
		     !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
		     st.st_ino == ino;
}

/**
 * cl_log_line() - write one line
 * @prio: priority
 * @line: text without a line feed
 */
void cl_log_line(enum cl_io_prio prio, const char *line)
{
	if (to_journal)
		fprintf(stderr, "<%d>%s\n", prio, line);
	else
		fprintf(stderr, "clocklinkd: %s\n", line);
}

/**
 * cl_log() - write one formatted line
 * @prio: priority
 * @fmt: printf() format, no line feed; more than 511 bytes are cut
 */
void cl_log(enum cl_io_prio prio, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	cl_log_line(prio, line);
}
