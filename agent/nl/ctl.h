/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon and the command line tell each other, as plain structs: commands and
 * attributes that the module does not know, in messages of the same form.
 *
 * One request is one datagram of the control socket.  It is answered by objects,
 * and at their end, or instead of them, by an acknowledgment as the kernel makes it.
 * Both programs are of one build: numbers may change with the version.
 */
#ifndef _CL_NL_CTL_H
#define _CL_NL_CTL_H

#include "kmod/core/types.h"

/* Type of the messages, in the place of the id of a family. */
#define CL_CTL_TYPE 0x436c

/* A datagram is no longer. */
#define CL_CTL_DATAGRAM_MAX 16384

#define CL_CTL_NAME_SIZE 32 /* with the closing zero, as the others */
#define CL_CTL_WORD_SIZE 16
#define CL_CTL_ADDR_SIZE 64
#define CL_CTL_DIGEST_SIZE 65
#define CL_CTL_TEXT_SIZE 192
#define CL_CTL_CONTACTS_SIZE 256

/* Commands; above all those of the module. */
enum cl_ctl_cmd {
	CL_CTL_STATUS_GET = 128,
	CL_CTL_MEMBER_GET, /* dump */
	CL_CTL_ACCUSATION_GET, /* dump */
	CL_CTL_REPUTATION_GET, /* dump */
	CL_CTL_EVENT_GET, /* dump */
	CL_CTL_SCALE_GET,
	CL_CTL_VOTER_GET, /* dump */
	CL_CTL_SYSCLOCK_GET, /* also of a node without a cluster */
	CL_CTL_PHCCLOCK_GET, /* the same of a device's clock */
	CL_CTL_SETTINGS_GET, /* struct cl_nl_instance, as SETTINGS_SET */
	CL_CTL_SETTINGS_SET,
	CL_CTL_INIT,
	CL_CTL_JOIN,
	CL_CTL_LEAVE,
	CL_CTL_PROMOTE,
	CL_CTL_DEMOTE,
	CL_CTL_REMOVE,
	CL_CTL_EVICT,
	CL_CTL_TRANSFER,
	CL_CTL_NEW_TIME,
	CL_CTL_CMD_END,
};

/* The bit of attribute CL_CTL_A_<set>_<name> in have; ids stay below 64. */
#define CL_CTL_BIT(attr) (1ULL << CL_CTL_A_##attr)
#define cl_ctl_has(obj, attr) (((obj)->have & CL_CTL_BIT(attr)) != 0)

/* How far a node is, as enum cl_membership_phase. */
enum cl_ctl_phase {
	CL_CTL_PHASE_ALONE,
	CL_CTL_PHASE_JOINING,
	CL_CTL_PHASE_MEMBER,
	CL_CTL_PHASE_FAILED,
};

/* What a member is; the first three as enum cl_member_role. */
enum cl_ctl_role {
	CL_CTL_ROLE_FOLLOWER,
	CL_CTL_ROLE_LEARNER,
	CL_CTL_ROLE_VOTER,
	CL_CTL_ROLE_LEADER,
};

enum cl_ctl_status_attr {
	CL_CTL_A_STATUS_NODE = 1,
	CL_CTL_A_STATUS_NAME,
	CL_CTL_A_STATUS_CLUSTER,
	CL_CTL_A_STATUS_PHASE,
	CL_CTL_A_STATUS_ROLE,
	CL_CTL_A_STATUS_LEADER,
	CL_CTL_A_STATUS_LEADER_NAME,
	CL_CTL_A_STATUS_TERM,
	CL_CTL_A_STATUS_EPOCH,
	CL_CTL_A_STATUS_INDEX,
	CL_CTL_A_STATUS_COMMIT,
	CL_CTL_A_STATUS_LAST,
	CL_CTL_A_STATUS_MEMBERS,
	CL_CTL_A_STATUS_VOTERS,
	CL_CTL_A_STATUS_REACHABLE,
	CL_CTL_A_STATUS_NEEDED,
	CL_CTL_A_STATUS_QUORUM,
	CL_CTL_A_STATUS_ISOLATED,
	CL_CTL_A_STATUS_LEASE,
	CL_CTL_A_STATUS_CLOCK,
	CL_CTL_A_STATUS_REFUSED,
	CL_CTL_A_STATUS_REFUSAL,
	CL_CTL_A_STATUS_BAD_FRAMES,
	CL_CTL_A_STATUS_DIGEST,
	__CL_CTL_A_STATUS_END,
};

/**
 * struct cl_ctl_status - a node's part in its cluster
 * @have: attributes that are present
 * @node: own node id
 * @name: own name
 * @cluster: cluster id
 * @phase: enum cl_ctl_phase
 * @role: enum cl_ctl_role
 * @leader: who leads, 0: nobody, or not known
 * @leader_name: its name
 * @term: term of Raft
 * @epoch: entries that have changed the state
 * @index: last entry applied
 * @commit: last entry committed
 * @last: last entry of the log
 * @members: members of the cluster
 * @voters: those of them that vote
 * @reachable: voters that this node reaches, itself among them
 * @needed: voters of a majority
 * @quorum: @reachable is not less than @needed
 * @isolated: members that are isolated
 * @lease_ns: this node leads for sure for so long, S64_MAX: for ever
 * @clock: enum clocklink_state of the own clock
 * @refused: updates of leaders that this node has not obeyed
 * @refusal: why the last one, if it was the last update of all
 * @bad_frames: frames of other nodes that made no sense
 * @digest: of the state, hexadecimal
 */
struct cl_ctl_status {
	u64 have;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
	u32 cluster;
	u32 phase;
	u32 role;
	u32 leader;
	char leader_name[CL_CTL_NAME_SIZE];
	u32 term;
	u32 epoch;
	u64 index;
	u64 commit;
	u64 last;
	u32 members;
	u32 voters;
	u32 reachable;
	u32 needed;
	bool quorum;
	u32 isolated;
	u64 lease_ns;
	u32 clock;
	u64 refused;
	char refusal[CL_CTL_TEXT_SIZE];
	u64 bad_frames;
	char digest[CL_CTL_DIGEST_SIZE];
};

enum cl_ctl_member_attr {
	CL_CTL_A_MEMBER_NODE = 1,
	CL_CTL_A_MEMBER_NAME,
	CL_CTL_A_MEMBER_ROLE,
	CL_CTL_A_MEMBER_SELF,
	CL_CTL_A_MEMBER_LINK,
	CL_CTL_A_MEMBER_WANTED,
	CL_CTL_A_MEMBER_TIME,
	CL_CTL_A_MEMBER_STREAM,
	CL_CTL_A_MEMBER_LAG,
	CL_CTL_A_MEMBER_ISOLATED,
	CL_CTL_A_MEMBER_RULE,
	CL_CTL_A_MEMBER_ACCUSERS,
	CL_CTL_A_MEMBER_READMITTED,
	CL_CTL_A_MEMBER_REPUTATION,
	__CL_CTL_A_MEMBER_END,
};

/**
 * struct cl_ctl_member - a member of the cluster
 * @have: attributes that are present
 * @node: node id
 * @name: its name
 * @role: enum cl_ctl_role
 * @self: it is the node that answers
 * @link: the node that answers has a stream to it
 * @wanted: an operator wants it to vote
 * @time: where it takes time messages
 * @stream: where it takes streams
 * @lag: entries that it lacks, as far as the leader knows
 * @isolated_ns: cluster time of its isolation
 * @rule: of the isolation
 * @accusers: voters that have accused it
 * @readmitted_ns: cluster time of its last readmission
 * @reputation: what the node that answers thinks of it
 */
struct cl_ctl_member {
	u64 have;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
	u32 role;
	bool self;
	bool link;
	bool wanted;
	char time[CL_CTL_ADDR_SIZE];
	char stream[CL_CTL_ADDR_SIZE];
	u64 lag;
	s64 isolated_ns;
	char rule[CL_CTL_WORD_SIZE];
	u32 accusers;
	s64 readmitted_ns;
	char reputation[CL_CTL_WORD_SIZE];
};

enum cl_ctl_accusation_attr {
	CL_CTL_A_ACCUSATION_NODE = 1,
	CL_CTL_A_ACCUSATION_ACCUSER,
	CL_CTL_A_ACCUSATION_RULE,
	CL_CTL_A_ACCUSATION_OFFSET,
	CL_CTL_A_ACCUSATION_LIMIT,
	CL_CTL_A_ACCUSATION_ROUND,
	CL_CTL_A_ACCUSATION_TERM,
	__CL_CTL_A_ACCUSATION_END,
};

/**
 * struct cl_ctl_accusation - why a member is isolated, by one voter
 * @have: attributes that are present
 * @node: the member
 * @accuser: the voter
 * @rule: what it was found guilty by
 * @offset_ns: by how much it was wrong
 * @limit_ns: how much it might have been
 * @round: round of the measurement
 * @term: of the leader that gathered the accusations
 */
struct cl_ctl_accusation {
	u64 have;
	u32 node;
	u32 accuser;
	char rule[CL_CTL_WORD_SIZE];
	s64 offset_ns;
	u64 limit_ns;
	u32 round;
	u32 term;
};

enum cl_ctl_reputation_attr {
	CL_CTL_A_REPUTATION_NODE = 1,
	CL_CTL_A_REPUTATION_NAME,
	CL_CTL_A_REPUTATION_VOTER,
	CL_CTL_A_REPUTATION_STATE,
	CL_CTL_A_REPUTATION_WEIGHT,
	CL_CTL_A_REPUTATION_STRIKES,
	CL_CTL_A_REPUTATION_STRIKES_LIMIT,
	CL_CTL_A_REPUTATION_PROOFS,
	CL_CTL_A_REPUTATION_PROOFS_LIMIT,
	CL_CTL_A_REPUTATION_CUSUM,
	CL_CTL_A_REPUTATION_CUSUM_LIMIT,
	CL_CTL_A_REPUTATION_EXCESS,
	CL_CTL_A_REPUTATION_EXCESS_LIMIT,
	CL_CTL_A_REPUTATION_CLEAN,
	CL_CTL_A_REPUTATION_SEEN,
	CL_CTL_A_REPUTATION_CHANGED,
	CL_CTL_A_REPUTATION_RULE,
	CL_CTL_A_REPUTATION_OFFSET,
	CL_CTL_A_REPUTATION_LIMIT,
	CL_CTL_A_REPUTATION_EVIDENCE,
	CL_CTL_A_REPUTATION_EVIDENCE_LIMIT,
	__CL_CTL_A_REPUTATION_END,
};

/**
 * struct cl_ctl_reputation - what a voter thinks of a node
 * @have: attributes that are present
 * @node: node id
 * @name: its name
 * @voter: it votes
 * @state: what it is thought of
 * @weight_m: of its clock, 1000: full
 * @strikes_m: proofs in a row, 1e-3
 * @strikes_limit_m: it is demoted from there on
 * @proofs_m: proofs now and then, 1e-3
 * @proofs_limit_m: it is demoted from there on
 * @cusum_m: sum of deviations for rounds, 1e-3
 * @cusum_limit_m: it is demoted from there on
 * @excess_m: deviations for long, 1e-3
 * @excess_limit_m: it is demoted from there on
 * @clean_ns: it has been watched for so long without evidence
 * @seen_ns: time since it was measured last
 * @changed_ns: time since @state has changed
 * @rule: by which it has
 * @offset_ns: how far it was from the median then
 * @limit_ns: how far it might have been
 * @evidence_m: of that rule then, 1e-3
 * @evidence_limit_m: what that might have been
 */
struct cl_ctl_reputation {
	u64 have;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
	bool voter;
	char state[CL_CTL_WORD_SIZE];
	u32 weight_m;
	u32 strikes_m;
	u32 strikes_limit_m;
	u32 proofs_m;
	u32 proofs_limit_m;
	u32 cusum_m;
	u32 cusum_limit_m;
	u32 excess_m;
	u32 excess_limit_m;
	u64 clean_ns;
	u64 seen_ns;
	u64 changed_ns;
	char rule[CL_CTL_WORD_SIZE];
	s64 offset_ns;
	u64 limit_ns;
	u32 evidence_m;
	u32 evidence_limit_m;
};

enum cl_ctl_event_attr {
	CL_CTL_A_EVENT_NUMBER = 1,
	CL_CTL_A_EVENT_TIME,
	CL_CTL_A_EVENT_NODE,
	CL_CTL_A_EVENT_NAME,
	CL_CTL_A_EVENT_VOTER,
	CL_CTL_A_EVENT_FROM,
	CL_CTL_A_EVENT_TO,
	CL_CTL_A_EVENT_RULE,
	CL_CTL_A_EVENT_OFFSET,
	CL_CTL_A_EVENT_LIMIT,
	CL_CTL_A_EVENT_EVIDENCE,
	CL_CTL_A_EVENT_EVIDENCE_LIMIT,
	__CL_CTL_A_EVENT_END,
};

/**
 * struct cl_ctl_event - a voter has changed its mind
 * @have: attributes that are present
 * @number: counts from 1
 * @utc_ns: when, by the host's clock, ns since 1970 UTC
 * @node: of whom
 * @name: its name
 * @voter: it votes
 * @from: what it was thought of
 * @to: what it is thought of
 * @rule: that decided
 * @offset_ns: how far it was from the median
 * @limit_ns: how far it might have been
 * @evidence_m: of the rule, 1e-3
 * @evidence_limit_m: what that might have been; 0: depends on it
 */
struct cl_ctl_event {
	u64 have;
	u64 number;
	s64 utc_ns;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
	bool voter;
	char from[CL_CTL_WORD_SIZE];
	char to[CL_CTL_WORD_SIZE];
	char rule[CL_CTL_WORD_SIZE];
	s64 offset_ns;
	u64 limit_ns;
	u32 evidence_m;
	u32 evidence_limit_m;
};

enum cl_ctl_scale_attr {
	CL_CTL_A_SCALE_LEADING = 1,
	CL_CTL_A_SCALE_STEPS,
	CL_CTL_A_SCALE_MEASURED,
	CL_CTL_A_SCALE_AGE,
	CL_CTL_A_SCALE_PERSIST,
	CL_CTL_A_SCALE_CONSTANT,
	CL_CTL_A_SCALE_MEAN,
	CL_CTL_A_SCALE_FREQ,
	CL_CTL_A_SCALE_STEER,
	__CL_CTL_A_SCALE_END,
};

/**
 * struct cl_ctl_scale - cluster time as its leader makes it
 * @have: attributes that are present
 * @leading: the node that answers makes it
 * @steps: done since it leads
 * @measured: other voters measured at the last one
 * @age_ns: the ensemble has been learnt for so long
 * @persist_ns: how long the error of a measurement persists
 * @constant_ns: T: time constant of the loop
 * @mean_ns: D: ensemble minus line at the last step
 * @freq_ppt: g: frequency of cluster time against the own oscillator
 * @steer_ppt: u: what pulls the line to the ensemble
 */
struct cl_ctl_scale {
	u64 have;
	bool leading;
	u64 steps;
	u32 measured;
	u64 age_ns;
	u64 persist_ns;
	u64 constant_ns;
	s64 mean_ns;
	s64 freq_ppt;
	s64 steer_ppt;
};

enum cl_ctl_voter_attr {
	CL_CTL_A_VOTER_NODE = 1,
	CL_CTL_A_VOTER_NAME,
	CL_CTL_A_VOTER_KNOWN,
	CL_CTL_A_VOTER_COUNTS,
	CL_CTL_A_VOTER_ISOLATED,
	CL_CTL_A_VOTER_MEASURED,
	CL_CTL_A_VOTER_ABSENT,
	CL_CTL_A_VOTER_WEIGHT,
	CL_CTL_A_VOTER_RESIDUAL,
	CL_CTL_A_VOTER_RMS,
	CL_CTL_A_VOTER_FREQ,
	CL_CTL_A_VOTER_AGE,
	__CL_CTL_A_VOTER_END,
};

/**
 * struct cl_ctl_voter - a voter's oscillator
 * @have: attributes that are present
 * @node: the voter
 * @name: its name
 * @known: there is a prediction of it
 * @counts: it has weight, or gets some
 * @isolated: it is isolated
 * @measured: it was, at the last step; only who makes cluster time knows, as @residual_ns
 * @absent: it was not, for too long to count
 * @weight_m: its share of the ensemble, 1000: all
 * @residual_ns: prediction minus ensemble, at its last measurement
 * @rms_ns: s: standard deviation of that
 * @freq_ppt: frequency of cluster time against it
 * @age_ns: it has been learnt for so long
 */
struct cl_ctl_voter {
	u64 have;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
	bool known;
	bool counts;
	bool isolated;
	bool measured;
	bool absent;
	u32 weight_m;
	s64 residual_ns;
	u64 rms_ns;
	s64 freq_ppt;
	u64 age_ns;
};

enum cl_ctl_sysclock_attr {
	CL_CTL_A_SYSCLOCK_STATE = 1,
	CL_CTL_A_SYSCLOCK_OWNER,
	CL_CTL_A_SYSCLOCK_WHY,
	CL_CTL_A_SYSCLOCK_OFFSET,
	CL_CTL_A_SYSCLOCK_FREQ,
	CL_CTL_A_SYSCLOCK_STEPPED,
	CL_CTL_A_SYSCLOCK_YIELDS,
	CL_CTL_A_SYSCLOCK_DEVICE,
	__CL_CTL_A_SYSCLOCK_END,
};

/**
 * struct cl_ctl_sysclock - what the daemon does with CLOCK_REALTIME, or with the clock of
 *	a device
 * @have: attributes that are present
 * @state: off, waiting, left-alone, steered
 * @owner: who sets it, as far as known
 * @why: why it is not steered
 * @offset_ns: cluster time, for CLOCK_REALTIME in UTC, minus the clock, as seen last
 * @freq_ppt: frequency set, of CLOCK_REALTIME that against the own oscillator
 * @stepped_ns: what it was stepped by, 0: it was not
 * @yields: times that it was steered and then left to somebody else
 * @device: name of the device, or path of its clock
 */
struct cl_ctl_sysclock {
	u64 have;
	char state[CL_CTL_WORD_SIZE];
	char owner[CL_CTL_TEXT_SIZE];
	char why[CL_CTL_TEXT_SIZE];
	s64 offset_ns;
	s64 freq_ppt;
	s64 stepped_ns;
	u64 yields;
	char device[CL_CTL_TEXT_SIZE];
};

enum cl_ctl_join_attr {
	CL_CTL_A_JOIN_CONTACTS = 1,
	CL_CTL_A_JOIN_VOTE,
	__CL_CTL_A_JOIN_END,
};

/**
 * struct cl_ctl_join - become a member
 * @have: attributes that are present
 * @contacts: addresses of members, separated by blanks
 * @vote: it shall vote
 */
struct cl_ctl_join {
	u64 have;
	char contacts[CL_CTL_CONTACTS_SIZE];
	bool vote;
};

enum cl_ctl_act_attr {
	CL_CTL_A_ACT_NODE = 1,
	CL_CTL_A_ACT_NAME,
	__CL_CTL_A_ACT_END,
};

/**
 * struct cl_ctl_act - do something with a member
 * @have: attributes that are present
 * @node: its node id
 * @name: its name; one of both
 */
struct cl_ctl_act {
	u64 have;
	u32 node;
	char name[CL_CTL_NAME_SIZE];
};

const char *cl_ctl_phase_name(u32 phase);
const char *cl_ctl_role_name(u32 role);
const char *cl_ctl_share_name(const struct cl_ctl_voter *v);

#endif /* _CL_NL_CTL_H */
