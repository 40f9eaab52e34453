/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold whatever happens, looked at after every event.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm"
 * (2014), figure 3, and what an implementation with disks, leases and members that
 * change promises beyond.  Each check sees only what has changed: a digest of an
 * entry and all before it stands for a log.
 */
#ifndef _CS_INVARIANT_H
#define _CS_INVARIANT_H

#include "agent/lib/compiler.h"
#include "history.h"
#include "watch.h"

/* The order of their names in invariant.c. */
enum cs_invariant {
	CS_ELECTION, /* one leader in a term, by a majority of votes on disks */
	CS_MATCHING, /* one index and term: the same entry and all before it */
	CS_COMPLETE, /* a leader has all that was committed in earlier terms */
	CS_STATE, /* at an index all apply the same, in order, each once */
	CS_ACKED, /* what a client was told is there and stays */
	CS_COMMITTED, /* what is committed is never another entry or removed */
	CS_VOTE, /* one vote in a term, whatever happens to the node */
	CS_DURABLE, /* nothing is promised or counted that is not on disks */
	CS_LEASE, /* while a lease is valid nobody leads in a later term */
	CS_CONFIG, /* one member at a time, after the one before is committed */
	CS_LIVENESS, /* some time after all is well, all goes on */
	CS_INVARIANTS
};

/**
 * struct cs_checks - the checks of a run
 * @history: what they know
 * @heap: the time
 * @watch: nodes, by id; NULL: none
 * @wanted: bit set of the invariants that are checked
 * @no_lease_until: clocks have jumped: leases mean nothing before, ns of true time
 * @broken: one is broken, which and when follows
 * @which: the invariant
 * @at: ns of true time
 * @text: what was seen
 */
struct cs_checks {
	struct cs_history history;
	const struct cs_heap *heap;
	struct cs_watch *watch[CS_IDS];
	u32 wanted;
	s64 no_lease_until;
	bool broken;
	enum cs_invariant which;
	s64 at;
	char text[200];
};

const char *cs_invariant_name(enum cs_invariant i);
int cs_invariant_find(const char *name);

void cs_check_fail(struct cs_checks *c, enum cs_invariant which,
		   const char *fmt, ...) __printf(3, 4);
void cs_check_first(struct cs_checks *c, const struct cs_snap *s);
void cs_check_started(struct cs_checks *c, const struct cs_watch *w);
void cs_check_stored(struct cs_checks *c, const struct cs_watch *w);
void cs_check_sent(struct cs_checks *c, struct cs_watch *w,
		   const struct cl_raft_msg *m);
void cs_check_applied(struct cs_checks *c, struct cs_watch *w,
		      const struct cl_raft_entry *e, u64 token);
void cs_check_thawed(struct cs_checks *c, struct cs_watch *w,
		     const struct cl_raft_snapshot *s);
void cs_check_acked(struct cs_checks *c, u64 index, u64 token);
void cs_check_node(struct cs_checks *c, struct cs_watch *w);
void cs_check_leases(struct cs_checks *c);
void cs_check_end(struct cs_checks *c);
void cs_checks_free(struct cs_checks *c);

#endif /* _CS_INVARIANT_H */
