/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libclocklink: cluster time for programs
 *
 * A reading is an interval that holds the true time, not a number that is wrong by
 * something unknown.  All times are ns; cluster time is TAI since 1970-01-01
 * 00:00:00 TAI.  Functions return 0 or a negative enum clocklink_error.
 *
 * A handle may be used by several threads at once and, without doing anything, by a
 * child after fork().  Nothing but clocklink_open() allocates; there are no
 * threads.
 */
#ifndef CLOCKLINK_H
#define CLOCKLINK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The clock of the initial network namespace. */
#define CLOCKLINK_DEVICE "/dev/clocklink"

/**
 * enum clocklink_error - what went wrong
 * @CLOCKLINK_OK: nothing
 * @CLOCKLINK_ERROR_ARGUMENT: an argument is out of its range
 * @CLOCKLINK_ERROR_DEVICE: no such device, or it cannot be opened: errno
 * @CLOCKLINK_ERROR_FORMAT: it is no time page
 * @CLOCKLINK_ERROR_VERSION: a time page of another version
 * @CLOCKLINK_ERROR_MEMORY: no memory
 * @CLOCKLINK_ERROR_NAMESPACE: the process is in a time namespace whose offset cannot be
 *	told
 * @CLOCKLINK_ERROR_UNSYNCED: the clock has no time yet
 * @CLOCKLINK_ERROR_VOID: its time has become useless
 * @CLOCKLINK_ERROR_GONE: it was deleted
 * @CLOCKLINK_ERROR_STUCK: the page stayed in the middle of a write
 * @CLOCKLINK_ERROR_PAST: a stamp is older than what is remembered
 * @CLOCKLINK_ERROR_FUTURE: a stamp is in the future
 * @CLOCKLINK_ERROR_CLOCK_SET: CLOCK_REALTIME was set near the stamp
 * @CLOCKLINK_ERROR_UTC: the difference of TAI and UTC is not known
 * @CLOCKLINK_ERROR_TIMEOUT: the time is over
 * @CLOCKLINK_ERROR_DISRUPTED: the clock was disturbed while it was waited for
 * @CLOCKLINK_ERROR_DRIFT: a time stamp of another node is further ahead than allowed
 */
enum clocklink_error {
	CLOCKLINK_OK = 0,
	CLOCKLINK_ERROR_ARGUMENT = -1,
	CLOCKLINK_ERROR_DEVICE = -2,
	CLOCKLINK_ERROR_FORMAT = -3,
	CLOCKLINK_ERROR_VERSION = -4,
	CLOCKLINK_ERROR_MEMORY = -5,
	CLOCKLINK_ERROR_NAMESPACE = -6,
	CLOCKLINK_ERROR_UNSYNCED = -7,
	CLOCKLINK_ERROR_VOID = -8,
	CLOCKLINK_ERROR_GONE = -9,
	CLOCKLINK_ERROR_STUCK = -10,
	CLOCKLINK_ERROR_PAST = -11,
	CLOCKLINK_ERROR_FUTURE = -12,
	CLOCKLINK_ERROR_CLOCK_SET = -13,
	CLOCKLINK_ERROR_UTC = -14,
	CLOCKLINK_ERROR_TIMEOUT = -15,
	CLOCKLINK_ERROR_DISRUPTED = -16,
	CLOCKLINK_ERROR_DRIFT = -17
};

/**
 * enum clocklink_level - what a reading is worth
 * @CLOCKLINK_LEVEL_NONE: nothing
 * @CLOCKLINK_LEVEL_SYNCED: the clock follows the cluster
 * @CLOCKLINK_LEVEL_UNVERIFIED: so, but too few nodes check the leader
 * @CLOCKLINK_LEVEL_HOLDOVER: it is on its own, the interval grows
 */
enum clocklink_level {
	CLOCKLINK_LEVEL_NONE,
	CLOCKLINK_LEVEL_SYNCED,
	CLOCKLINK_LEVEL_UNVERIFIED,
	CLOCKLINK_LEVEL_HOLDOVER
};

/**
 * enum clocklink_order - how two intervals lie
 * @CLOCKLINK_BEFORE: the first ended before the second began
 * @CLOCKLINK_OVERLAP: nobody can tell
 * @CLOCKLINK_AFTER: the first began after the second ended
 */
enum clocklink_order {
	CLOCKLINK_BEFORE = -1,
	CLOCKLINK_OVERLAP = 0,
	CLOCKLINK_AFTER = 1
};

/**
 * enum clocklink_source - clock of a stamp that is to be converted
 * @CLOCKLINK_RAW: CLOCK_MONOTONIC_RAW of the process
 * @CLOCKLINK_MONOTONIC: CLOCK_MONOTONIC of the process
 * @CLOCKLINK_REALTIME: CLOCK_REALTIME
 */
enum clocklink_source {
	CLOCKLINK_RAW,
	CLOCKLINK_MONOTONIC,
	CLOCKLINK_REALTIME
};

/* An open time page; opaque. */
struct clocklink;

/**
 * struct clocklink_interval - time at one instant
 * @earliest: the true time is not before this, ns
 * @latest: and not after this, ns
 */
struct clocklink_interval {
	int64_t earliest;
	int64_t latest;
};

/**
 * struct clocklink_utc - UTC at one instant
 * @time: the interval, ns since 1970-01-01 00:00:00 UTC as POSIX counts, without
 *	leap seconds
 * @leap_second: an inserted leap second may be going on: @time repeats the second
 *	before it
 */
struct clocklink_utc {
	struct clocklink_interval time;
	int leap_second;
};

/**
 * struct clocklink_status - what the clock says of itself
 * @time: now; all of time if there is none
 * @level: what it is worth
 * @error: 0 or why there is no time, enum clocklink_error
 * @bound_ns: error bound now; UINT64_MAX without one
 * @hard_ns: bound that assumes nothing about the network
 * @remaining_ns: raw time for which readings stay usable without the daemon
 * @disruptions: times that the clock was disturbed: suspend, copy of the machine
 * @node: node id
 * @cluster: cluster id
 * @tai_offset: TAI - UTC, s; 0: not known
 * @leap: +1 a second is going to be inserted, -1 left out, at @leap_time; 0
 * @leap_time: cluster time from which TAI - UTC is another, ns; 0: none known
 */
struct clocklink_status {
	struct clocklink_interval time;
	enum clocklink_level level;
	int error;
	uint64_t bound_ns;
	uint64_t hard_ns;
	int64_t remaining_ns;
	uint32_t disruptions;
	uint32_t node;
	uint32_t cluster;
	int32_t tai_offset;
	int32_t leap;
	int64_t leap_time;
};

int clocklink_open(const char *path, struct clocklink **ret);
void clocklink_close(struct clocklink *c);

int clocklink_now(const struct clocklink *c, struct clocklink_interval *ret);
int clocklink_now_hard(const struct clocklink *c,
		       struct clocklink_interval *ret);
int clocklink_now_utc(const struct clocklink *c, struct clocklink_utc *ret);
int clocklink_convert(const struct clocklink *c, enum clocklink_source source,
		      int64_t stamp, struct clocklink_interval *ret);
int clocklink_status(const struct clocklink *c, struct clocklink_status *ret);

enum clocklink_order clocklink_compare(const struct clocklink_interval *a,
				       const struct clocklink_interval *b);

int clocklink_wait_until_after(const struct clocklink *c, int64_t time,
			       int64_t timeout_ns);
int clocklink_wait_synced(const struct clocklink *c, uint64_t bound_ns,
			  int64_t timeout_ns);

const char *clocklink_error_text(int error);

#ifdef __cplusplus
}
#endif

#endif /* CLOCKLINK_H */
