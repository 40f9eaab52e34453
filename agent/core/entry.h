/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cluster agrees upon, one entry of the log at a time, as a struct and as
 * bytes.  Here an entry is checked by itself; whether it fits what was agreed
 * before is for state.c.
 *
 * Big-endian, no gaps.  First what all have in common: version u8, kind u8,
 * requester u32, request u64, time s64; then the fields of the kind in the order
 * of its struct.  Another version is another protocol: it is refused.
 */
#ifndef _CL_CORE_ENTRY_H
#define _CL_CORE_ENTRY_H

#include "agent/lib/compiler.h"
#include "kmod/core/types.h"

#define CL_ENTRY_VERSION 1
#define CL_ENTRY_ERROR_SIZE 192
#define CL_ENTRY_MAX 384 /* bytes of the longest, a full isolation */

#define CL_MEMBER_NAME_SIZE 32 /* with the closing zero */
#define CL_MEMBER_KEY_LEN 32
#define CL_MEMBER_ID_MAX 0xfffffffeU
#define CL_MEMBER_TEXT_SIZE 80

/* One of each voter. */
#define CL_ENTRY_PROOFS_MAX 9

/* Range of TAI - UTC in the netlink spec, s. */
#define CL_UTC_OFFSET_MAX 1000

/* A node is readmitted after so long without a fault in the eyes of each. */
#define CL_READMIT_CLEAN_NS (3600 * CL_NS_PER_SEC)

enum cl_entry_kind {
	CL_ENTRY_MEMBER_PUT = 1, /* a new member, or other data of one */
	CL_ENTRY_MEMBER_DEL,
	CL_ENTRY_SETTINGS,
	CL_ENTRY_UTC,
	CL_ENTRY_ISOLATE,
	CL_ENTRY_READMIT,
	CL_ENTRY_KINDS,
};

/* What a node was found guilty by: the first four as the judge counts them. */
enum cl_rule {
	CL_RULE_STRIKES =
		1, /* R1, exchanges that prove another time: in a row */
	CL_RULE_PROOFS, /* R1: now and then */
	CL_RULE_CUSUM, /* R2, filtered offsets: for rounds */
	CL_RULE_EXCESS, /* R2: for long */
	CL_RULE_CONFIDENCE, /* R4: followers could not accept what it told */
	CL_RULES,
};

/* Settings that all nodes share. */
enum cl_common {
	CL_COMMON_INTERVAL, /* ns */
	CL_COMMON_INTERVAL_MAX, /* ns, 0: off */
	CL_COMMON_ASYMMETRY, /* ns, 0: automatic */
	CL_COMMON_WANDER, /* 1e-12 per sqrt(s) */
	CL_COMMON_MAX_BOUND, /* ns */
	CL_COMMON_PROBES,
	CL_COMMON_PROBE_EVERY, /* rounds */
	CL_COMMON_N,
};

enum cl_member_flag {
	CL_MEMBER_F_VOTER = 1 << 0, /* the operator wants it to vote */
};

/**
 * struct cl_endpoint - where a node is reached
 * @family: 4 or 6
 * @addr: address as on the wire; of IPv4 the first four bytes, the others zero
 * @port: port, host order
 */
struct cl_endpoint {
	u8 family;
	u8 addr[16];
	u16 port;
};

/**
 * struct cl_member - a node of the cluster
 * @id: node id, 1 to CL_MEMBER_ID_MAX
 * @name: begins with a letter; letters, digits, '-', '.', '_'
 * @time: where it takes time messages (UDP)
 * @stream: where it takes streams of other daemons (TCP)
 * @key: public key, Ed25519; zero: none
 * @flags: enum cl_member_flag
 */
struct cl_member {
	u32 id;
	char name[CL_MEMBER_NAME_SIZE];
	struct cl_endpoint time;
	struct cl_endpoint stream;
	u8 key[CL_MEMBER_KEY_LEN];
	u16 flags;
};

/**
 * struct cl_common_change - settings to be changed
 * @have: bit by enum cl_common: is changed
 * @value: by enum cl_common; 0 if not changed
 */
struct cl_common_change {
	u16 have;
	u64 value[CL_COMMON_N];
};

/**
 * struct cl_utc - TAI and UTC
 * @since_s: @offset_s holds since then, s since 1970 TAI
 * @offset_s: TAI - UTC, s
 * @leap: announced leap second, enum clocklink_leap
 * @leap_s: the next offset holds from then on, s since 1970 TAI; 0 without @leap
 */
struct cl_utc {
	s64 since_s;
	s16 offset_s;
	u8 leap;
	s64 leap_s;
};

/**
 * struct cl_accusation - what one voter says against a node
 * @accuser: the voter
 * @rule: enum cl_rule
 * @offset_ns: by how much the node was wrong
 * @limit_ns: how much it might have been, less than the size of @offset_ns
 * @round: round of the measurement
 */
struct cl_accusation {
	u32 accuser;
	u8 rule;
	s64 offset_ns;
	u64 limit_ns;
	u32 round;
};

/**
 * struct cl_isolation - a node that has no weight and is not asked any more
 * @node: the node
 * @term: term of the leader that gathered the accusations
 * @rule: enum cl_rule, that of the first accusation
 * @n: number of accusations; 0 in the state: not isolated
 * @accusations: of different voters
 */
struct cl_isolation {
	u32 node;
	u32 term;
	u8 rule;
	u8 n;
	struct cl_accusation accusations[CL_ENTRY_PROOFS_MAX];
};

/**
 * struct cl_report - a voter that finds no fault any more
 * @voter: the voter
 * @since_ns: it has watched since then, cluster time
 * @until_ns: until then, at least CL_READMIT_CLEAN_NS later
 * @worst_ns: largest offset in that time
 * @limit_ns: how much it might have been, at least @worst_ns
 */
struct cl_report {
	u32 voter;
	s64 since_ns;
	s64 until_ns;
	u64 worst_ns;
	u64 limit_ns;
};

/**
 * struct cl_readmission - the end of an isolation
 * @node: the node
 * @n: number of reports
 * @reports: of different voters
 */
struct cl_readmission {
	u32 node;
	u8 n;
	struct cl_report reports[CL_ENTRY_PROOFS_MAX];
};

/**
 * struct cl_entry - one thing to be agreed upon
 * @kind: enum cl_entry_kind
 * @requester: MEMBER_PUT, MEMBER_DEL, SETTINGS: member that an operator has asked;
 *	others: voter that saw the need
 * @request: drawn at random by who asks first, not 0: the same again changes nothing
 * @time_ns: cluster time of the request
 * @put: MEMBER_PUT
 * @del: MEMBER_DEL, node id
 * @change: SETTINGS
 * @utc: UTC
 * @isolate: ISOLATE
 * @readmit: READMIT
 */
struct cl_entry {
	u8 kind;
	u32 requester;
	u64 request;
	s64 time_ns;
	union {
		struct cl_member put;
		u32 del;
		struct cl_common_change change;
		struct cl_utc utc;
		struct cl_isolation isolate;
		struct cl_readmission readmit;
	};
};

struct cl_layout;

int __printf(2, 3) cl_wrong(char *error, const char *fmt, ...);
int cl_entry_encode(const struct cl_entry *e, u8 *buf, size_t size,
		    char *error);
int cl_entry_decode(struct cl_entry *e, const u8 *data, size_t len,
		    char *error);

int cl_common_check(enum cl_common c, u64 value, char *error);
int cl_utc_check(const struct cl_utc *u, char *error);
int cl_member_check(const struct cl_member *m, char *error);
int cl_isolation_check(const struct cl_isolation *i, char *error);
bool cl_endpoint_same(const struct cl_endpoint *a, const struct cl_endpoint *b);
const char *cl_endpoint_text(char *buf, const struct cl_endpoint *e);
const char *cl_rule_name(enum cl_rule rule);

/* Parts of entries that are parts of the state as well. */
void cl_entry_member_bytes(struct cl_layout *b, struct cl_member *m);
void cl_entry_utc_bytes(struct cl_layout *b, struct cl_utc *u);
void cl_entry_isolation_bytes(struct cl_layout *b, struct cl_isolation *i);

#endif /* _CL_CORE_ENTRY_H */
