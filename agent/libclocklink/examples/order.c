// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Order: two events and which of them was first, by intervals and by a hybrid
 * logical clock.  Of intervals that overlap nobody can tell; stamps of the logical
 * clock have an order wherever one event can have caused the other.
 *
 *	order [DEVICE]
 *	cc order.c $(pkg-config --cflags --libs libclocklink)
 */
#include <clocklink_hlc.h>
#include <inttypes.h>
#include <stdio.h>

/* Stamps from further ahead come of a clock that is wrong. */
#define MAX_AHEAD 10000000LL /* 10 ms */

static const char *order_name(enum clocklink_order order)
{
	switch (order) {
	case CLOCKLINK_BEFORE:
		return "before";
	case CLOCKLINK_AFTER:
		return "after";
	default:
		return "perhaps before, perhaps after";
	}
}

static int by_interval(const struct clocklink *clock)
{
	struct clocklink_interval first, second;
	int err;

	err = clocklink_now(clock, &first);
	if (!err)
		err = clocklink_now(clock, &second);
	if (err)
		return err;
	printf("interval: the first was %s the second\n",
	       order_name(clocklink_compare(&first, &second)));
	return 0;
}

/* One HLC for sender and receiver here; in life each process has its own. */
static int by_message(const struct clocklink *clock)
{
	struct clocklink_hlc_stamp sent, received;
	struct clocklink_hlc *hlc;
	int err;

	err = clocklink_hlc_new(clock, MAX_AHEAD, &hlc);
	if (err)
		return err;
	err = clocklink_hlc_now(hlc, &sent);
	if (!err)
		err = clocklink_hlc_receive(hlc, &sent, &received);
	if (!err)
		printf("message: sent %" PRId64 ".%" PRIu32
		       ", received %" PRId64 ".%" PRIu32 "\n",
		       sent.time, sent.count, received.time, received.count);
	clocklink_hlc_free(hlc);
	return err;
}

int main(int argc, char **argv)
{
	struct clocklink *clock;
	int err;

	err = clocklink_open(argc > 1 ? argv[1] : CLOCKLINK_DEVICE, &clock);
	if (!err)
		err = by_interval(clock);
	if (!err)
		err = by_message(clock);
	if (err) {
		fprintf(stderr, "order: %s\n", clocklink_error_text(err));
		return 1;
	}
	clocklink_close(clock);
	return 0;
}
