// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commit wait: a transaction gets the latest time that it can be now and is not
 * acknowledged before that time is over everywhere.  Whatever begins after that, on
 * any node, gets a later time stamp.
 *
 *	commit-wait [DEVICE]
 *	cc commit-wait.c $(pkg-config --cflags --libs libclocklink)
 */
#include <clocklink.h>
#include <inttypes.h>
#include <stdio.h>

#define SECOND 1000000000LL

/* Returns 0 once the transaction may be acknowledged, its time stamp in *ret. */
static int commit(const struct clocklink *clock, int64_t *ret)
{
	struct clocklink_interval now;
	int err;

	err = clocklink_now(clock, &now);
	if (err)
		return err;
	*ret = now.latest;
	/* Here the transaction would be written, which the wait overlaps. */
	return clocklink_wait_until_after(clock, now.latest, SECOND);
}

int main(int argc, char **argv)
{
	struct clocklink *clock;
	int64_t stamp;
	int err;

	err = clocklink_open(argc > 1 ? argv[1] : CLOCKLINK_DEVICE, &clock);
	if (!err)
		err = clocklink_wait_synced(clock, UINT64_MAX, 10 * SECOND);
	if (!err)
		err = commit(clock, &stamp);
	if (err) {
		fprintf(stderr, "commit-wait: %s\n", clocklink_error_text(err));
		return 1;
	}
	printf("committed at %" PRId64 "\n", stamp);
	clocklink_close(clock);
	return 0;
}
