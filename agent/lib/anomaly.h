/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warns before synchronization by a link degrades: from what the module says of a peer
 * once a second.  Documentation/anomaly.rst says how, and how often it is wrong.
 */
#ifndef _CL_LIB_ANOMALY_H
#define _CL_LIB_ANOMALY_H

#include "drift.h"
#include "level.h"
#include "reach.h"

/**
 * enum cl_anomaly_kind - what a warning is of
 * @CL_ANOMALY_JITTER: delays vary more
 * @CL_ANOMALY_FLOOR: the smallest delay has changed: another route
 * @CL_ANOMALY_LOSS: more is lost
 * @CL_ANOMALY_OFFSET: the offset is known less well, or the clocks differ by more
 * @CL_ANOMALY_FREQUENCY: the frequency runs away: temperature, age, a bad crystal
 * @CL_ANOMALY_BOUND: the bound will exceed its limit
 * @CL_ANOMALY_KINDS: their number
 */
enum cl_anomaly_kind {
	CL_ANOMALY_JITTER,
	CL_ANOMALY_FLOOR,
	CL_ANOMALY_LOSS,
	CL_ANOMALY_OFFSET,
	CL_ANOMALY_FREQUENCY,
	CL_ANOMALY_BOUND,
	CL_ANOMALY_KINDS,
};

/* The kinds before these are of a level; all before the bound are of a link. */
#define CL_ANOMALY_LEVELS CL_ANOMALY_FREQUENCY
#define CL_ANOMALY_OF_LINK CL_ANOMALY_BOUND

/**
 * struct cl_anomaly_record - what is known of a link at one instant
 *
 * Names in brackets are the attributes of the module's peers.
 *
 * @at_ns: instant [raw]; later than that of the record before
 * @ready: the estimator has an answer [ready]; else those up to @freq_ppt mean nothing
 * @starts: changes when it has begun anew [starts]
 * @exchanges: exchanges so far [exchanges]
 * @min_rtt_ns: smallest round trip [min-rtt]
 * @err_ns: standard deviation of the offset to the peer [error]
 * @excess_ns: mean excess of the round trip over it [excess]
 * @offset_ns: own raw clock minus the peer's [offset]
 * @freq_ppt: frequency against the peer, 1e-12 [freq]
 * @came: messages of the peer that came so far [answered + responses + updates]
 * @lost: messages of the peer that did not come so far [lost]
 * @has_ahead: @ahead_ns is there
 * @ahead_ns: cluster time of the peer minus the own [ahead]
 * @has_bound: @bound_ns is there; for the node's parent, or a link that stands for the
 *	node itself
 * @bound_ns: the node's error bound [clock: bound]
 */
struct cl_anomaly_record {
	s64 at_ns;
	bool ready;
	u64 starts;
	u64 exchanges;
	u64 min_rtt_ns;
	u64 err_ns;
	u64 excess_ns;
	s64 offset_ns;
	s64 freq_ppt;
	u64 came;
	u64 lost;
	bool has_ahead;
	s64 ahead_ns;
	bool has_bound;
	u64 bound_ns;
};

/**
 * struct cl_anomaly_warning - a warning
 *
 * @usual and @now are in ns for jitter (mean excess of the round trip), floor
 * (smallest round trip), offset (root mean square of its deviation and of the
 * difference of cluster times) and bound, shares of 1 for loss, and
 * 1e-12 per s for frequency, of which @usual is the size either way.
 *
 * @kind: what it is of
 * @since_ns: when it seems to have begun
 * @warned_ns: when it was noticed
 * @strength: evidence, in multiples of what a warning needs
 * @usual: what the figure is usually, of the bound its limit
 * @now: what it is now
 * @exceeds_in_ns: of the bound, when the limit will be exceeded: from now, 0 if it is
 *	exceeded; -1 of others
 */
struct cl_anomaly_warning {
	enum cl_anomaly_kind kind;
	s64 since_ns;
	s64 warned_ns;
	double strength;
	double usual;
	double now;
	s64 exceeds_in_ns;
};

/**
 * enum cl_anomaly_change - what has become of a warning
 * @CL_ANOMALY_RAISED: it is new
 * @CL_ANOMALY_CLEARED: all is as before
 * @CL_ANOMALY_ACCEPTED: it has lasted for so long that it is usual now
 */
enum cl_anomaly_change {
	CL_ANOMALY_RAISED,
	CL_ANOMALY_CLEARED,
	CL_ANOMALY_ACCEPTED,
};

/**
 * struct cl_anomaly_event - a change
 * @change: what has happened
 * @warning: to which warning
 */
struct cl_anomaly_event {
	enum cl_anomaly_change change;
	struct cl_anomaly_warning warning;
};

/**
 * struct cl_anomaly_figure - a level and its warning
 * @level: the figure
 * @quiet_ns: when nothing spoke for a change last
 * @warned_ns: when the warning was raised
 */
struct cl_anomaly_figure {
	struct cl_level level;
	s64 quiet_ns;
	s64 warned_ns;
};

/**
 * struct cl_anomaly - a link
 * @limit_ns: the bound that must not be exceeded, 0: there is none
 * @raised: bit of each kind that is warned of
 * @open: a span of records has begun
 * @begin: the first record of it
 * @last_ns: instant of the last record
 * @settled_ns: from here on the estimator has found its figures
 * @squares: sum of the squares of ahead_ns in the span, ns^2
 * @aheads: how many
 * @figure: figures that have a usual level
 * @drift: its frequency
 * @bound: the node's bound
 */
struct cl_anomaly {
	u64 limit_ns;
	u8 raised;
	bool open;
	struct cl_anomaly_record begin;
	s64 last_ns;
	s64 settled_ns;
	double squares;
	u32 aheads;
	struct cl_anomaly_figure figure[CL_ANOMALY_LEVELS];
	struct cl_drift drift;
	struct cl_reach bound;
};

void cl_anomaly_init(struct cl_anomaly *a, u64 limit_ns);
unsigned int cl_anomaly_feed(struct cl_anomaly *a,
			     const struct cl_anomaly_record *r,
			     struct cl_anomaly_event ret[CL_ANOMALY_KINDS]);
unsigned int
cl_anomaly_warnings(const struct cl_anomaly *a,
		    struct cl_anomaly_warning ret[CL_ANOMALY_KINDS]);
const char *cl_anomaly_kind_name(enum cl_anomaly_kind kind);
const char *cl_anomaly_change_name(enum cl_anomaly_change change);

#endif /* _CL_LIB_ANOMALY_H */
