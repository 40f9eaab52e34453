/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The native protocol of systemd's journal.
 */
#ifndef _CL_DAEMON_JOURNAL_H
#define _CL_DAEMON_JOURNAL_H

#include "agent/core/io.h"

#define CL_JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Longest message, bytes; a line of the log has at most 511. */
#define CL_JOURNAL_MAX 4096

size_t cl_journal_encode(const struct cl_io_line *line, char *buf, size_t size);
int cl_journal_open(const char *path);
int cl_journal_send(int fd, const struct cl_io_line *line);

#endif /* _CL_DAEMON_JOURNAL_H */
