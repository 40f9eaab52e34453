// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl.h"

#include <assert.h>

#include "agent/lib/compiler.h"
#include "schema.h"

#define FIELD(obj, id, member, label, meaning) \
	CL_NL_FIELD(cl_ctl_##obj, CL_CTL_A_##id, member, label, meaning)

/* clang-format off */
static const struct cl_nl_field status_fields[] = {
	FIELD(status, STATUS_NODE, node, "node", ID),
	FIELD(status, STATUS_NAME, name, "name", TEXT),
	FIELD(status, STATUS_CLUSTER, cluster, "cluster", HASH),
	FIELD(status, STATUS_PHASE, phase, "phase", PHASE),
	FIELD(status, STATUS_ROLE, role, "role", MEMBER_ROLE),
	FIELD(status, STATUS_LEADER, leader, "leader", NODE),
	FIELD(status, STATUS_LEADER_NAME, leader_name, "leader-name", TEXT),
	FIELD(status, STATUS_TERM, term, "term", ID),
	FIELD(status, STATUS_EPOCH, epoch, "epoch", ID),
	FIELD(status, STATUS_INDEX, index, "index", ID),
	FIELD(status, STATUS_COMMIT, commit, "commit", ID),
	FIELD(status, STATUS_LAST, last, "last", ID),
	FIELD(status, STATUS_MEMBERS, members, "members", COUNT),
	FIELD(status, STATUS_VOTERS, voters, "voters", COUNT),
	FIELD(status, STATUS_REACHABLE, reachable, "reachable", COUNT),
	FIELD(status, STATUS_NEEDED, needed, "needed", COUNT),
	FIELD(status, STATUS_QUORUM, quorum, "quorum", BOOL),
	FIELD(status, STATUS_ISOLATED, isolated, "isolated", COUNT),
	FIELD(status, STATUS_LEASE, lease_ns, "lease", NS),
	FIELD(status, STATUS_CLOCK, clock, "clock", STATE),
	FIELD(status, STATUS_REFUSED, refused, "refused", COUNT),
	FIELD(status, STATUS_REFUSAL, refusal, "refusal", TEXT),
	FIELD(status, STATUS_BAD_FRAMES, bad_frames, "bad-frames", COUNT),
	FIELD(status, STATUS_DIGEST, digest, "digest", TEXT),
};

static const struct cl_nl_field member_fields[] = {
	FIELD(member, MEMBER_NODE, node, "node", ID),
	FIELD(member, MEMBER_NAME, name, "name", TEXT),
	FIELD(member, MEMBER_ROLE, role, "role", MEMBER_ROLE),
	FIELD(member, MEMBER_SELF, self, "self", BOOL),
	FIELD(member, MEMBER_LINK, link, "link", BOOL),
	FIELD(member, MEMBER_WANTED, wanted, "wanted", BOOL),
	FIELD(member, MEMBER_TIME, time, "time-address", TEXT),
	FIELD(member, MEMBER_STREAM, stream, "stream-address", TEXT),
	FIELD(member, MEMBER_LAG, lag, "lag", COUNT),
	FIELD(member, MEMBER_ISOLATED, isolated_ns, "isolated", TAI),
	FIELD(member, MEMBER_RULE, rule, "rule", TEXT),
	FIELD(member, MEMBER_ACCUSERS, accusers, "accusers", COUNT),
	FIELD(member, MEMBER_READMITTED, readmitted_ns, "readmitted", TAI),
	FIELD(member, MEMBER_REPUTATION, reputation, "reputation", TEXT),
};

static const struct cl_nl_field accusation_fields[] = {
	FIELD(accusation, ACCUSATION_NODE, node, "node", ID),
	FIELD(accusation, ACCUSATION_ACCUSER, accuser, "accuser", ID),
	FIELD(accusation, ACCUSATION_RULE, rule, "rule", TEXT),
	FIELD(accusation, ACCUSATION_OFFSET, offset_ns, "offset", NS),
	FIELD(accusation, ACCUSATION_LIMIT, limit_ns, "limit", NS),
	FIELD(accusation, ACCUSATION_ROUND, round, "round", ID),
	FIELD(accusation, ACCUSATION_TERM, term, "term", ID),
};

static const struct cl_nl_field reputation_fields[] = {
	FIELD(reputation, REPUTATION_NODE, node, "node", ID),
	FIELD(reputation, REPUTATION_NAME, name, "name", TEXT),
	FIELD(reputation, REPUTATION_VOTER, voter, "voter", BOOL),
	FIELD(reputation, REPUTATION_STATE, state, "state", TEXT),
	FIELD(reputation, REPUTATION_WEIGHT, weight_m, "weight", MILLI),
	FIELD(reputation, REPUTATION_STRIKES, strikes_m, "strikes", MILLI),
	FIELD(reputation, REPUTATION_STRIKES_LIMIT, strikes_limit_m,
	      "strikes-limit", MILLI),
	FIELD(reputation, REPUTATION_PROOFS, proofs_m, "proofs", MILLI),
	FIELD(reputation, REPUTATION_PROOFS_LIMIT, proofs_limit_m,
	      "proofs-limit", MILLI),
	FIELD(reputation, REPUTATION_CUSUM, cusum_m, "cusum", MILLI),
	FIELD(reputation, REPUTATION_CUSUM_LIMIT, cusum_limit_m, "cusum-limit",
	      MILLI),
	FIELD(reputation, REPUTATION_EXCESS, excess_m, "excess", MILLI),
	FIELD(reputation, REPUTATION_EXCESS_LIMIT, excess_limit_m,
	      "excess-limit", MILLI),
	FIELD(reputation, REPUTATION_CLEAN, clean_ns, "clean", NS),
	FIELD(reputation, REPUTATION_SEEN, seen_ns, "seen", NS),
	FIELD(reputation, REPUTATION_CHANGED, changed_ns, "changed", NS),
	FIELD(reputation, REPUTATION_RULE, rule, "rule", TEXT),
	FIELD(reputation, REPUTATION_OFFSET, offset_ns, "offset", NS),
	FIELD(reputation, REPUTATION_LIMIT, limit_ns, "limit", NS),
	FIELD(reputation, REPUTATION_EVIDENCE, evidence_m, "evidence", MILLI),
	FIELD(reputation, REPUTATION_EVIDENCE_LIMIT, evidence_limit_m,
	      "evidence-limit", MILLI),
};

static const struct cl_nl_field event_fields[] = {
	FIELD(event, EVENT_NUMBER, number, "number", ID),
	FIELD(event, EVENT_TIME, utc_ns, "utc", UTC),
	FIELD(event, EVENT_NODE, node, "node", ID),
	FIELD(event, EVENT_NAME, name, "name", TEXT),
	FIELD(event, EVENT_VOTER, voter, "voter", BOOL),
	FIELD(event, EVENT_FROM, from, "from", TEXT),
	FIELD(event, EVENT_TO, to, "to", TEXT),
	FIELD(event, EVENT_RULE, rule, "rule", TEXT),
	FIELD(event, EVENT_OFFSET, offset_ns, "offset", NS),
	FIELD(event, EVENT_LIMIT, limit_ns, "limit", NS),
	FIELD(event, EVENT_EVIDENCE, evidence_m, "evidence", MILLI),
	FIELD(event, EVENT_EVIDENCE_LIMIT, evidence_limit_m, "evidence-limit",
	      MILLI),
};

static const struct cl_nl_field scale_fields[] = {
	FIELD(scale, SCALE_LEADING, leading, "leading", BOOL),
	FIELD(scale, SCALE_STEPS, steps, "steps", COUNT),
	FIELD(scale, SCALE_MEASURED, measured, "measured", COUNT),
	FIELD(scale, SCALE_AGE, age_ns, "age", NS),
	FIELD(scale, SCALE_PERSIST, persist_ns, "persist", NS),
	FIELD(scale, SCALE_CONSTANT, constant_ns, "constant", NS),
	FIELD(scale, SCALE_MEAN, mean_ns, "mean", NS),
	FIELD(scale, SCALE_FREQ, freq_ppt, "freq", PPT),
	FIELD(scale, SCALE_STEER, steer_ppt, "steer", PPT),
};

static const struct cl_nl_field voter_fields[] = {
	FIELD(voter, VOTER_NODE, node, "node", ID),
	FIELD(voter, VOTER_NAME, name, "name", TEXT),
	FIELD(voter, VOTER_KNOWN, known, "known", BOOL),
	FIELD(voter, VOTER_COUNTS, counts, "counts", BOOL),
	FIELD(voter, VOTER_ISOLATED, isolated, "isolated", BOOL),
	FIELD(voter, VOTER_MEASURED, measured, "measured", BOOL),
	FIELD(voter, VOTER_ABSENT, absent, "absent", BOOL),
	FIELD(voter, VOTER_WEIGHT, weight_m, "weight", MILLI),
	FIELD(voter, VOTER_RESIDUAL, residual_ns, "residual", NS),
	FIELD(voter, VOTER_RMS, rms_ns, "rms", NS),
	FIELD(voter, VOTER_FREQ, freq_ppt, "freq", PPT),
	FIELD(voter, VOTER_AGE, age_ns, "age", NS),
};

static const struct cl_nl_field sysclock_fields[] = {
	FIELD(sysclock, SYSCLOCK_STATE, state, "state", TEXT),
	FIELD(sysclock, SYSCLOCK_OWNER, owner, "owner", TEXT),
	FIELD(sysclock, SYSCLOCK_WHY, why, "why", TEXT),
	FIELD(sysclock, SYSCLOCK_OFFSET, offset_ns, "offset", NS),
	FIELD(sysclock, SYSCLOCK_FREQ, freq_ppt, "freq", PPT),
	FIELD(sysclock, SYSCLOCK_STEPPED, stepped_ns, "stepped", NS),
	FIELD(sysclock, SYSCLOCK_YIELDS, yields, "yields", COUNT),
	FIELD(sysclock, SYSCLOCK_DEVICE, device, "device", TEXT),
};

/* Names and forms are those of the instance. */
#define SETTING(id, member, label, meaning) \
	CL_NL_FIELD(cl_nl_instance, CLOCKLINK_A_INSTANCE_##id, member, label, \
		    meaning)

static const struct cl_nl_field settings_fields[] = {
	SETTING(INTERVAL, interval_ns, "interval", NS),
	SETTING(INTERVAL_MAX, interval_max_ns, "interval-max", NS_OFF),
	SETTING(ASYMMETRY, asymmetry_ns, "asymmetry", NS_AUTO),
	SETTING(WANDER, wander_ppt, "wander", PPT),
	SETTING(MAX_BOUND, max_bound_ns, "max-bound", NS),
	SETTING(PROBES, probes, "probes", COUNT),
	SETTING(PROBE_EVERY, probe_every, "probe-every", COUNT),
};

static const struct cl_nl_field join_fields[] = {
	FIELD(join, JOIN_CONTACTS, contacts, "contacts", TEXT),
	FIELD(join, JOIN_VOTE, vote, "vote", BOOL),
};

static const struct cl_nl_field act_fields[] = {
	FIELD(act, ACT_NODE, node, "node", ID),
	FIELD(act, ACT_NAME, name, "name", TEXT),
};

/* clang-format on */

/* A new attribute must enter its table. */
#define ALL_OF(set, END)                                                      \
	static_assert(ARRAY_SIZE(set##_fields) == __CL_CTL_A_##END##_END - 1, \
		      #set)

ALL_OF(status, STATUS);
ALL_OF(member, MEMBER);
ALL_OF(accusation, ACCUSATION);
ALL_OF(reputation, REPUTATION);
ALL_OF(event, EVENT);
ALL_OF(scale, SCALE);
ALL_OF(voter, VOTER);
ALL_OF(sysclock, SYSCLOCK);
ALL_OF(join, JOIN);
ALL_OF(act, ACT);

#define SCHEMA(obj)                                    \
	{                                              \
		obj##_fields, ARRAY_SIZE(obj##_fields) \
	}

/* No attributes at all. */
#define NOTHING               \
	{                     \
		act_fields, 0 \
	}

#define PLACE(cmd) (CL_CTL_##cmd - CL_CTL_STATUS_GET)

static const struct cl_nl_schema by_cmd[] = {
	[PLACE(STATUS_GET)] = SCHEMA(status),
	[PLACE(MEMBER_GET)] = SCHEMA(member),
	[PLACE(ACCUSATION_GET)] = SCHEMA(accusation),
	[PLACE(REPUTATION_GET)] = SCHEMA(reputation),
	[PLACE(EVENT_GET)] = SCHEMA(event),
	[PLACE(SCALE_GET)] = SCHEMA(scale),
	[PLACE(VOTER_GET)] = SCHEMA(voter),
	[PLACE(SYSCLOCK_GET)] = SCHEMA(sysclock),
	[PLACE(PHCCLOCK_GET)] = SCHEMA(sysclock),
	[PLACE(SETTINGS_GET)] = SCHEMA(settings),
	[PLACE(SETTINGS_SET)] = SCHEMA(settings),
	[PLACE(INIT)] = NOTHING,
	[PLACE(JOIN)] = SCHEMA(join),
	[PLACE(LEAVE)] = NOTHING,
	[PLACE(PROMOTE)] = SCHEMA(act),
	[PLACE(DEMOTE)] = SCHEMA(act),
	[PLACE(REMOVE)] = SCHEMA(act),
	[PLACE(EVICT)] = SCHEMA(act),
	[PLACE(TRANSFER)] = SCHEMA(act),
	[PLACE(NEW_TIME)] = NOTHING,
};

/**
 * cl_ctl_schema_of() - the attributes of a command of the control socket
 * @cmd: enum cl_ctl_cmd
 *
 * Return: the table, NULL for an unknown command.
 */
const struct cl_nl_schema *cl_ctl_schema_of(unsigned int cmd)
{
	cmd -= CL_CTL_STATUS_GET;
	if (cmd >= ARRAY_SIZE(by_cmd) || !by_cmd[cmd].fields)
		return NULL;
	return &by_cmd[cmd];
}

/**
 * cl_ctl_phase_name() - how far a node is
 * @phase: enum cl_ctl_phase
 *
 * Return: the phase in one word, "unknown" beyond it.
 */
const char *cl_ctl_phase_name(u32 phase)
{
	static const char *const names[] = {
		[CL_CTL_PHASE_ALONE] = "alone",
		[CL_CTL_PHASE_JOINING] = "joining",
		[CL_CTL_PHASE_MEMBER] = "member",
		[CL_CTL_PHASE_FAILED] = "failed",
	};

	return phase < ARRAY_SIZE(names) ? names[phase] : "unknown";
}

/**
 * cl_ctl_role_name() - what a member is
 * @role: enum cl_ctl_role
 *
 * Return: the role in one word, "unknown" beyond it.
 */
const char *cl_ctl_role_name(u32 role)
{
	static const char *const names[] = {
		[CL_CTL_ROLE_FOLLOWER] = "follower",
		[CL_CTL_ROLE_LEARNER] = "learner",
		[CL_CTL_ROLE_VOTER] = "voter",
		[CL_CTL_ROLE_LEADER] = "leader",
	};

	return role < ARRAY_SIZE(names) ? names[role] : "unknown";
}

/**
 * cl_ctl_share_name() - what a voter's oscillator has to do with cluster time
 * @v: the voter
 *
 * Return: isolated; unknown: nothing is told of it; absent: not measured for too long;
 * counts: it has weight, or gets some; trial: it is learnt, and has none yet.
 */
const char *cl_ctl_share_name(const struct cl_ctl_voter *v)
{
	if (v->isolated)
		return "isolated";
	if (!v->known)
		return "unknown";
	if (v->absent)
		return "absent";
	return v->counts ? "counts" : "trial";
}
