// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "commands.h"

/**
 * cl_stats_fail() - say why a command failed
 * @what: what could not be done
 * @why: why
 *
 * Return: CL_STATS_FAILURE.
 */
enum cl_stats_exit cl_stats_fail(const char *what, const char *why)
{
	fprintf(stderr, "clocklink-stats: %s: %s\n", what, why);
	return CL_STATS_FAILURE;
}

/**
 * cl_stats_open() - open what a command looks at
 * @ret: the source, to be closed
 * @play: name of a record, played as fast as it goes; NULL: this host
 * @samples: exchanges are wanted too
 *
 * Return: 0; -errno, and what is wrong is printed.
 */
int cl_stats_open(struct cl_source **ret, const char *play, bool samples)
{
	char error[CL_SOURCE_ERROR_SIZE];
	int err;

	if (play) {
		err = cl_source_play(ret, play, CL_PLAY_FAST, error);
		if (err)
			cl_stats_fail("cannot play", error);
		return err;
	}
	err = cl_source_live(ret, samples);
	if (err)
		cl_stats_fail("cannot look at this host", strerror(-err));
	return err;
}
