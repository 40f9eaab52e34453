/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults that no correct node has, planted so that the checks have something to
 * find.  They are in the simulator: the product has none of them.
 */
#ifndef _CS_FAULT_H
#define _CS_FAULT_H

/* The order of their names in fault.c. */
enum cs_fault {
	CS_FAULT_NONE,
	CS_FAULT_VOTE_TWICE, /* every candidate gets a vote */
	CS_FAULT_ANY_LOG, /* votes for those whose log is behind */
	CS_FAULT_NO_LEASE, /* stands for election while the leader has a lease */
	CS_FAULT_CLOCKS, /* rates of clocks are off by more than a lease allows */
	CS_FAULT_EARLY_SYNC, /* the disk says done before it is */
	CS_FAULT_LOST_VOTE, /* the disk forgets the vote when the power fails */
	CS_FAULT_LOST_LOG, /* the disk forgets the end of the log */
	CS_FAULT_AMNESIA, /* the disk forgets all, the node keeps its id */
	CS_FAULT_CORRUPT, /* bytes of an entry change on the way */
	CS_FAULT_COMMIT_AHEAD, /* told that all it gets is committed */
	CS_FAULT_MEMBERS, /* the disk forgets a voter */
	CS_FAULT_EARLY_ANSWER, /* clients are told before the entry is committed */
	CS_FAULT_SKIP, /* an entry is not applied */
	CS_FAULT_UNHEALED, /* partitions stay */
	CS_FAULTS
};

const char *cs_fault_name(enum cs_fault f);
int cs_fault_find(const char *name);

#endif /* _CS_FAULT_H */
