// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema.h"

#include <assert.h>

#include "agent/lib/compiler.h"

#define FIELD(obj, id, member, label, meaning) \
	CL_NL_FIELD(cl_nl_##obj, CLOCKLINK_A_##id, member, label, meaning)

/* clang-format off */
static const struct cl_nl_field instance_fields[] = {
	FIELD(instance, INSTANCE_ID, id, "id", ID),
	FIELD(instance, INSTANCE_NODE, node, "node", ID),
	FIELD(instance, INSTANCE_CLUSTER, cluster, "cluster", HASH),
	FIELD(instance, INSTANCE_PORT, port, "port", ID),
	FIELD(instance, INSTANCE_LEADER, leader, "leader", NODE),
	FIELD(instance, INSTANCE_INTERVAL, interval_ns, "interval", NS),
	FIELD(instance, INSTANCE_ASYMMETRY, asymmetry_ns, "asymmetry",
	      NS_AUTO),
	FIELD(instance, INSTANCE_STAMP_NOISE, stamp_noise_ns, "stamp-noise", NS),
	FIELD(instance, INSTANCE_WANDER, wander_ppt, "wander", PPT),
	FIELD(instance, INSTANCE_MAX_BOUND, max_bound_ns, "max-bound", NS),
	FIELD(instance, INSTANCE_PHC, phc, "phc", BOOL),
	FIELD(instance, INSTANCE_PHC_INDEX, phc_index, "phc-index", INDEX),
	FIELD(instance, INSTANCE_GEN, gen, "gen", HASH),
	FIELD(instance, INSTANCE_ROLE, role, "role", ROLE),
	FIELD(instance, INSTANCE_STATE, state, "state", STATE),
	FIELD(instance, INSTANCE_TERM, term, "term", ID),
	FIELD(instance, INSTANCE_ROUND, round, "round", ID),
	FIELD(instance, INSTANCE_PEERS, peers, "peers", COUNT),
	FIELD(instance, INSTANCE_TEST, test, "test", BOOL),
	FIELD(instance, INSTANCE_INTERVAL_MAX, interval_max_ns, "interval-max",
	      NS_OFF),
	FIELD(instance, INSTANCE_UNSETTLED, unsettled, "unsettled", COUNT),
	FIELD(instance, INSTANCE_PEER_CHANGES, peer_changes, "peer-changes",
	      COUNT),
	FIELD(instance, INSTANCE_PROBES, probes, "probes", COUNT),
	FIELD(instance, INSTANCE_PROBE_EVERY, probe_every, "probe-every", COUNT),
	FIELD(instance, INSTANCE_MANAGED, managed, "managed", BOOL),
	FIELD(instance, INSTANCE_MULTICAST, multicast, "multicast", GROUP),
	FIELD(instance, INSTANCE_MULTICAST_IFINDEX, multicast_ifindex,
	      "multicast-ifindex", ADDR),
	FIELD(instance, INSTANCE_MULTICAST_HOPS, multicast_hops,
	      "multicast-hops", COUNT),
};

static const struct cl_nl_field peer_fields[] = {
	FIELD(peer, PEER_NODE, node, "node", ID),
	FIELD(peer, PEER_ADDR4, addr4, "addr4", ADDR),
	FIELD(peer, PEER_ADDR6, addr6, "addr6", ADDR),
	FIELD(peer, PEER_SCOPE, scope, "scope", ADDR),
	FIELD(peer, PEER_PORT, port, "port", ADDR),
	FIELD(peer, PEER_EXCHANGES, exchanges, "exchanges", COUNT),
	FIELD(peer, PEER_OFFSET, offset_ns, "offset", NS),
	FIELD(peer, PEER_FREQ, freq_ppt, "freq", PPT),
	FIELD(peer, PEER_ERROR, error_ns, "error", NS),
	FIELD(peer, PEER_FREQ_ERROR, freq_error_ppt, "freq-error", PPT),
	FIELD(peer, PEER_MIN_RTT, min_rtt_ns, "min-rtt", NS),
	FIELD(peer, PEER_EXCESS, excess_ns, "excess", NS),
	FIELD(peer, PEER_AGE, age_ns, "age", NS),
	FIELD(peer, PEER_REQUESTS, requests, "requests", COUNT),
	FIELD(peer, PEER_RESPONSES, responses, "responses", COUNT),
	FIELD(peer, PEER_ANSWERED, answered, "answered", COUNT),
	FIELD(peer, PEER_UPDATES, updates, "updates", COUNT),
	FIELD(peer, PEER_LOST, lost, "lost", COUNT),
	FIELD(peer, PEER_DUPLICATED, duplicated, "duplicated", COUNT),
	FIELD(peer, PEER_REORDERED, reordered, "reordered", COUNT),
	FIELD(peer, PEER_STALE, stale, "stale", COUNT),
	FIELD(peer, PEER_NO_STAMP, no_stamp, "no-stamp", COUNT),
	FIELD(peer, PEER_LATE, late, "late", COUNT),
	FIELD(peer, PEER_REJECTED, rejected, "rejected", COUNT),
	FIELD(peer, PEER_RESTARTS, restarts, "restarts", COUNT),
	FIELD(peer, PEER_READY, ready, "ready", BOOL),
	FIELD(peer, PEER_GEN, gen, "gen", HASH),
	FIELD(peer, PEER_STAMPS, stamps, "stamps", STAMPS),
	FIELD(peer, PEER_IFINDEX, ifindex, "ifindex", ID),
	FIELD(peer, PEER_HW_LOST, hw_lost, "hw-lost", COUNT),
	FIELD(peer, PEER_HW_FALLBACKS, hw_fallbacks, "hw-fallbacks", COUNT),
	FIELD(peer, PEER_ASYMMETRY, asymmetry_ns, "asymmetry", NS_AUTO),
	FIELD(peer, PEER_DELAY_ASYMMETRY, delay_asymmetry_ns,
	      "delay-asymmetry", NS),
	FIELD(peer, PEER_STATE, state, "state", STATE),
	FIELD(peer, PEER_ESTIMATOR, estimator, "estimator", ESTIMATOR),
	FIELD(peer, PEER_WANDER, wander_ppt, "wander", PPT),
	FIELD(peer, PEER_NOISE, noise_ns, "noise", NS),
	FIELD(peer, PEER_LEARNT_ASYMMETRY, learnt_asymmetry_ns,
	      "learnt-asymmetry", NS),
	FIELD(peer, PEER_PATH_CHANGES, path_changes, "path-changes", COUNT),
	FIELD(peer, PEER_CLOCK_CHANGES, clock_changes, "clock-changes", COUNT),
	FIELD(peer, PEER_STARTS, starts, "starts", COUNT),
	FIELD(peer, PEER_DOUBT, doubt_ns, "doubt", NS),
	FIELD(peer, PEER_LINES, lines, "lines", COUNT),
	FIELD(peer, PEER_RAW, raw_ns, "raw", RAW),
	FIELD(peer, PEER_AHEAD, ahead_ns, "ahead", NS),
	FIELD(peer, PEER_AHEAD_AGE, ahead_age_ns, "ahead-age", NS),
	FIELD(peer, PEER_MANAGED, managed, "managed", BOOL),
	FIELD(peer, PEER_SHADOW, shadow, "shadow", BOOL),
	FIELD(peer, PEER_MULTICAST, multicast, "multicast", BOOL),
};

static const struct cl_nl_field clock_fields[] = {
	FIELD(clock, CLOCK_RAW, raw_ns, "raw", RAW),
	FIELD(clock, CLOCK_TIME, time_ns, "time", TAI),
	FIELD(clock, CLOCK_RATE, rate_ppt, "rate", PPT),
	FIELD(clock, CLOCK_SLEW, slew_ppt, "slew", PPT),
	FIELD(clock, CLOCK_SLEW_LEFT, slew_left_ns, "slew-left", NS),
	FIELD(clock, CLOCK_BOUND, bound_ns, "bound", NS),
	FIELD(clock, CLOCK_HARD, hard_ns, "hard", NS),
	FIELD(clock, CLOCK_DRIFT, drift_ppt, "drift", PPT),
	FIELD(clock, CLOCK_VOID_RAW, void_raw_ns, "void-raw", RAW),
	FIELD(clock, CLOCK_STATE, state, "state", STATE),
	FIELD(clock, CLOCK_TAI_OFFSET, tai_offset_s, "tai-offset", S),
	FIELD(clock, CLOCK_LEAP, leap, "leap", LEAP),
	FIELD(clock, CLOCK_ERROR, error_ns, "error", NS),
	FIELD(clock, CLOCK_STEPS, steps, "steps", COUNT),
	FIELD(clock, CLOCK_SLEWS, slews, "slews", COUNT),
	FIELD(clock, CLOCK_LIMITED, limited, "limited", COUNT),
	FIELD(clock, CLOCK_PARENT, parent, "parent", NODE),
	FIELD(clock, CLOCK_STEER_AGE, steer_age_ns, "steer-age", NS),
	FIELD(clock, CLOCK_DISRUPTIONS, disruptions, "disruptions", COUNT),
	FIELD(clock, CLOCK_EDGES, edges, "edges", COUNT),
	FIELD(clock, CLOCK_EDGES_DROPPED, edges_dropped, "edges-dropped", COUNT),
	FIELD(clock, CLOCK_BESIDE, beside_ns, "beside", NS),
	FIELD(clock, CLOCK_TEMPERATURE, temperature_mk, "temperature", MK),
	FIELD(clock, CLOCK_TEMPCO, tempco_ppt, "tempco", PPT),
	FIELD(clock, CLOCK_TEMPCO_ERROR, tempco_error_ppt, "tempco-error", PPT),
	FIELD(clock, CLOCK_TEMPCO_USED, tempco_used, "tempco-used", BOOL),
	FIELD(clock, CLOCK_WIDENED, widened_ns, "widened", NS),
};

static const struct cl_nl_field steer_fields[] = {
	FIELD(steer, STEER_PARENT, parent, "parent", NODE),
	FIELD(steer, STEER_TERM, term, "term", ID),
	FIELD(steer, STEER_ROUND, round, "round", ID),
	FIELD(steer, STEER_EXPIRY, expiry_ns, "expiry", NS),
	FIELD(steer, STEER_INTERVAL, interval_ns, "interval", NS),
	FIELD(steer, STEER_GEN, gen, "gen", HASH),
	FIELD(steer, STEER_RAW, raw_ns, "raw", RAW),
	FIELD(steer, STEER_TIME, time_ns, "time", TAI),
	FIELD(steer, STEER_RATE, rate_ppt, "rate", PPT),
	FIELD(steer, STEER_BOUND, bound_ns, "bound", NS),
	FIELD(steer, STEER_HARD, hard_ns, "hard", NS),
	FIELD(steer, STEER_DRIFT, drift_ppt, "drift", PPT),
	FIELD(steer, STEER_TAI_OFFSET, tai_offset_s, "tai-offset", S),
	FIELD(steer, STEER_LEAP, leap, "leap", LEAP),
	FIELD(steer, STEER_EPOCH, epoch, "epoch", ID),
	FIELD(steer, STEER_HOPS, hops, "hops", COUNT),
	FIELD(steer, STEER_FORCE, force, "force", BOOL),
	FIELD(steer, STEER_UNVERIFIED, unverified, "unverified", BOOL),
	FIELD(steer, STEER_HOLD, hold, "hold", BOOL),
};

static const struct cl_nl_field round_fields[] = {
	FIELD(round, ROUND_TERM, term, "term", ID),
	FIELD(round, ROUND_ROUND, round, "round", ID),
	FIELD(round, ROUND_EPOCH, epoch, "epoch", ID),
	FIELD(round, ROUND_SENT, sent, "sent", COUNT),
	FIELD(round, ROUND_INTERVAL, interval_ns, "interval", NS),
};

static const struct cl_nl_field update_fields[] = {
	FIELD(update, UPDATE_SENDER, sender, "sender", ID),
	FIELD(update, UPDATE_TERM, term, "term", ID),
	FIELD(update, UPDATE_ROUND, round, "round", ID),
	FIELD(update, UPDATE_GEN, gen, "gen", HASH),
	FIELD(update, UPDATE_STATE, state, "state", STATE),
	FIELD(update, UPDATE_RAW, raw_ns, "raw", RAW),
	FIELD(update, UPDATE_TIME, time_ns, "time", TAI),
	FIELD(update, UPDATE_RATE, rate_ppt, "rate", PPT),
	FIELD(update, UPDATE_BOUND, bound_ns, "bound", NS),
	FIELD(update, UPDATE_HARD, hard_ns, "hard", NS),
	FIELD(update, UPDATE_DRIFT, drift_ppt, "drift", PPT),
	FIELD(update, UPDATE_INTERVAL, interval_ns, "interval", NS),
	FIELD(update, UPDATE_TAI_OFFSET, tai_offset_s, "tai-offset", S),
	FIELD(update, UPDATE_LEAP, leap, "leap", LEAP),
	FIELD(update, UPDATE_EPOCH, epoch, "epoch", ID),
	FIELD(update, UPDATE_HOPS, hops, "hops", COUNT),
};

static const struct cl_nl_field sample_fields[] = {
	FIELD(sample, SAMPLE_PEER, peer, "peer", ID),
	FIELD(sample, SAMPLE_SEQ, seq, "seq", ID),
	FIELD(sample, SAMPLE_OUT_TX, out_tx_ns, "out-tx", RAW),
	FIELD(sample, SAMPLE_OUT_RX, out_rx_ns, "out-rx", RAW),
	FIELD(sample, SAMPLE_IN_TX, in_tx_ns, "in-tx", RAW),
	FIELD(sample, SAMPLE_IN_RX, in_rx_ns, "in-rx", RAW),
	FIELD(sample, SAMPLE_EXCESS, excess_ns, "excess", NS),
	FIELD(sample, SAMPLE_AHEAD, ahead_ns, "ahead", NS),
};

static const struct cl_nl_field stats_fields[] = {
	FIELD(stats, STATS_RX, rx, "rx", COUNT),
	FIELD(stats, STATS_TX, tx, "tx", COUNT),
	FIELD(stats, STATS_TX_ERROR, tx_error, "tx-error", COUNT),
	FIELD(stats, STATS_RX_NO_STAMP, rx_no_stamp, "rx-no-stamp", COUNT),
	FIELD(stats, STATS_TX_STAMP, tx_stamp, "tx-stamp", COUNT),
	FIELD(stats, STATS_TX_STAMP_AGAIN, tx_stamp_again, "tx-stamp-again",
	      COUNT),
	FIELD(stats, STATS_STAMP_HELD, stamp_held, "stamp-held", COUNT),
	FIELD(stats, STATS_DROP_SHORT, drop_short, "drop-short", COUNT),
	FIELD(stats, STATS_DROP_LONG, drop_long, "drop-long", COUNT),
	FIELD(stats, STATS_DROP_VERSION, drop_version, "drop-version", COUNT),
	FIELD(stats, STATS_DROP_TYPE, drop_type, "drop-type", COUNT),
	FIELD(stats, STATS_DROP_LENGTH, drop_length, "drop-length", COUNT),
	FIELD(stats, STATS_DROP_FIELD, drop_field, "drop-field", COUNT),
	FIELD(stats, STATS_DROP_TLV, drop_tlv, "drop-tlv", COUNT),
	FIELD(stats, STATS_DROP_CLUSTER, drop_cluster, "drop-cluster", COUNT),
	FIELD(stats, STATS_DROP_RECEIVER, drop_receiver, "drop-receiver",
	      COUNT),
	FIELD(stats, STATS_DROP_PEER, drop_peer, "drop-peer", COUNT),
	FIELD(stats, STATS_DROP_SOURCE, drop_source, "drop-source", COUNT),
	FIELD(stats, STATS_DROP_KEY, drop_key, "drop-key", COUNT),
	FIELD(stats, STATS_DROP_TERM, drop_term, "drop-term", COUNT),
	FIELD(stats, STATS_DROP_SEQ, drop_seq, "drop-seq", COUNT),
	FIELD(stats, STATS_DROP_RATE, drop_rate, "drop-rate", COUNT),
	FIELD(stats, STATS_STEERS, steers, "steers", COUNT),
	FIELD(stats, STATS_STEER_REFUSED, steer_refused, "steer-refused", COUNT),
	FIELD(stats, STATS_ROUNDS, rounds, "rounds", COUNT),
	FIELD(stats, STATS_HW_RX, hw_rx, "hw-rx", COUNT),
	FIELD(stats, STATS_HW_TX, hw_tx, "hw-tx", COUNT),
	FIELD(stats, STATS_HW_HELD, hw_held, "hw-held", COUNT),
	FIELD(stats, STATS_ASKS, asks, "asks", COUNT),
	FIELD(stats, STATS_RESENT, resent, "resent", COUNT),
	FIELD(stats, STATS_DROP_ASK, drop_ask, "drop-ask", COUNT),
	FIELD(stats, STATS_MULTICAST_RX, multicast_rx, "multicast-rx", COUNT),
	FIELD(stats, STATS_MULTICAST_TX, multicast_tx, "multicast-tx", COUNT),
	FIELD(stats, STATS_DROP_MEMORY, drop_memory, "drop-memory", COUNT),
};

static const struct cl_nl_field test_fields[] = {
	FIELD(test, TEST_OSC_FREQ, osc_freq_ppt, "osc-freq", PPT),
	FIELD(test, TEST_LIE, lie_ns, "lie", NS),
};

static const struct cl_nl_field extts_fields[] = {
	FIELD(extts, EXTTS_CHANNEL, channel, "channel", ID),
	FIELD(extts, EXTTS_RAW, raw_ns, "raw", RAW),
};

static const struct cl_nl_field device_fields[] = {
	FIELD(device, DEVICE_IFINDEX, ifindex, "ifindex", ID),
	FIELD(device, DEVICE_STATE, state, "state", DEVICE_STATE),
	FIELD(device, DEVICE_PHC_INDEX, phc_index, "phc-index", INDEX),
	FIELD(device, DEVICE_PHC, phc_ns, "phc", RAW),
	FIELD(device, DEVICE_RAW, raw_ns, "raw", RAW),
	FIELD(device, DEVICE_RATE, rate_ppt, "rate", PPT),
	FIELD(device, DEVICE_ERROR, error_ns, "error", NS),
	FIELD(device, DEVICE_EXPIRY, expiry_ns, "expiry", NS),
	FIELD(device, DEVICE_AGE, age_ns, "age", NS),
	FIELD(device, DEVICE_RESIDUAL, residual_ns, "residual", NS),
	FIELD(device, DEVICE_BREAKS, breaks, "breaks", COUNT),
	FIELD(device, DEVICE_RX_BIAS, rx_bias_ns, "rx-bias", NS),
	FIELD(device, DEVICE_TX_BIAS, tx_bias_ns, "tx-bias", NS),
	FIELD(device, DEVICE_HW_RX_BIAS, hw_rx_bias_ns, "hw-rx-bias", NS),
	FIELD(device, DEVICE_HW_TX_BIAS, hw_tx_bias_ns, "hw-tx-bias", NS),
};

/* clang-format on */

/* A new attribute of the spec must enter its table. */
static_assert(ARRAY_SIZE(instance_fields) == CLOCKLINK_A_INSTANCE_MAX - 1,
	      "instance");
static_assert(ARRAY_SIZE(peer_fields) == CLOCKLINK_A_PEER_MAX - 1, "peer");
static_assert(ARRAY_SIZE(clock_fields) == CLOCKLINK_A_CLOCK_MAX - 1, "clock");
static_assert(ARRAY_SIZE(steer_fields) == CLOCKLINK_A_STEER_MAX - 1, "steer");
static_assert(ARRAY_SIZE(round_fields) == CLOCKLINK_A_ROUND_MAX, "round");
static_assert(ARRAY_SIZE(update_fields) == CLOCKLINK_A_UPDATE_MAX - 1,
	      "update");
static_assert(ARRAY_SIZE(sample_fields) == CLOCKLINK_A_SAMPLE_MAX - 1,
	      "sample");
static_assert(ARRAY_SIZE(stats_fields) == CLOCKLINK_A_STATS_MAX - 1, "stats");
static_assert(ARRAY_SIZE(test_fields) == CLOCKLINK_A_TEST_MAX - 1, "test");
static_assert(ARRAY_SIZE(extts_fields) == CLOCKLINK_A_EXTTS_MAX - 1, "extts");
static_assert(ARRAY_SIZE(device_fields) == CLOCKLINK_A_DEVICE_MAX - 1,
	      "device");

#define SCHEMA(obj)                                    \
	{                                              \
		obj##_fields, ARRAY_SIZE(obj##_fields) \
	}

static const struct cl_nl_schema by_cmd[CLOCKLINK_CMD_MAX + 1] = {
	[CLOCKLINK_CMD_INSTANCE_GET] = SCHEMA(instance),
	[CLOCKLINK_CMD_INSTANCE_ADD] = SCHEMA(instance),
	[CLOCKLINK_CMD_INSTANCE_DEL] = SCHEMA(instance),
	[CLOCKLINK_CMD_INSTANCE_SET] = SCHEMA(instance),
	[CLOCKLINK_CMD_INSTANCE_NTF] = SCHEMA(instance),
	[CLOCKLINK_CMD_PEER_GET] = SCHEMA(peer),
	[CLOCKLINK_CMD_PEER_ADD] = SCHEMA(peer),
	[CLOCKLINK_CMD_PEER_DEL] = SCHEMA(peer),
	[CLOCKLINK_CMD_PEER_ADD_NTF] = SCHEMA(peer),
	[CLOCKLINK_CMD_PEER_DEL_NTF] = SCHEMA(peer),
	[CLOCKLINK_CMD_CLOCK_GET] = SCHEMA(clock),
	[CLOCKLINK_CMD_STATE_NTF] = SCHEMA(clock),
	[CLOCKLINK_CMD_STEER] = SCHEMA(steer),
	[CLOCKLINK_CMD_ROUND_START] = SCHEMA(round),
	[CLOCKLINK_CMD_UPDATE_SEND] = SCHEMA(round),
	[CLOCKLINK_CMD_UPDATE_NTF] = SCHEMA(update),
	[CLOCKLINK_CMD_SAMPLE_NTF] = SCHEMA(sample),
	[CLOCKLINK_CMD_STATS_GET] = SCHEMA(stats),
	[CLOCKLINK_CMD_TEST_SET] = SCHEMA(test),
	[CLOCKLINK_CMD_DEVICE_GET] = SCHEMA(device),
	[CLOCKLINK_CMD_DEVICE_SET] = SCHEMA(device),
	[CLOCKLINK_CMD_DEVICE_DEL] = SCHEMA(device),
	[CLOCKLINK_CMD_PEER_SET] = SCHEMA(peer),
	[CLOCKLINK_CMD_PEER_SET_NTF] = SCHEMA(peer),
	[CLOCKLINK_CMD_PROBE] = SCHEMA(peer),
	[CLOCKLINK_CMD_TEMPERATURE_SET] = SCHEMA(clock),
	[CLOCKLINK_CMD_UPDATE_ASK] = SCHEMA(peer),
	[CLOCKLINK_CMD_EXTTS_EVENT] = SCHEMA(extts),
};

/**
 * cl_nl_schema_of() - the attributes of a command
 * @cmd: enum clocklink_cmd or enum cl_ctl_cmd
 *
 * Return: the table, NULL for an unknown command.
 */
const struct cl_nl_schema *cl_nl_schema_of(unsigned int cmd)
{
	if (cmd >= CL_CTL_STATUS_GET)
		return cl_ctl_schema_of(cmd);
	if (cmd >= ARRAY_SIZE(by_cmd) || !by_cmd[cmd].fields)
		return NULL;
	return &by_cmd[cmd];
}

/**
 * cl_nl_schema_find() - one attribute of a table
 * @s: the table
 * @attr: attribute id
 *
 * Return: its entry, NULL if it is not known.
 */
const struct cl_nl_field *cl_nl_schema_find(const struct cl_nl_schema *s,
					    unsigned int attr)
{
	for (unsigned int i = 0; i < s->n; i++)
		if (s->fields[i].attr == attr)
			return &s->fields[i];
	return NULL;
}

/**
 * cl_nl_field_u64() - value of a number or flag
 * @f: the field, of an unsigned type
 * @obj: struct that it lies in
 *
 * Return: the value.
 */
u64 cl_nl_field_u64(const struct cl_nl_field *f, const void *obj)
{
	const void *p = (const char *)obj + f->offset;

	switch (f->type) {
	case CL_NL_FLAG:
		return *(const bool *)p;
	case CL_NL_U8:
		return *(const u8 *)p;
	case CL_NL_U16:
		return *(const u16 *)p;
	case CL_NL_U32:
		return *(const u32 *)p;
	case CL_NL_U64:
		return *(const u64 *)p;
	default:
		return 0;
	}
}

/**
 * cl_nl_field_text() - value of a string
 * @f: the field
 * @obj: struct that it lies in
 *
 * Return: the string, NULL if the field is none.
 */
const char *cl_nl_field_text(const struct cl_nl_field *f, const void *obj)
{
	return f->type == CL_NL_STRING ? (const char *)obj + f->offset : NULL;
}

/**
 * cl_nl_field_s64() - value of a signed number
 * @f: the field
 * @obj: struct that it lies in
 *
 * Return: the value; an unsigned one saturates at S64_MAX.
 */
s64 cl_nl_field_s64(const struct cl_nl_field *f, const void *obj)
{
	const void *p = (const char *)obj + f->offset;
	u64 v;

	if (f->type == CL_NL_S32)
		return *(const s32 *)p;
	if (f->type == CL_NL_S64)
		return *(const s64 *)p;
	v = cl_nl_field_u64(f, obj);
	return v > S64_MAX ? S64_MAX : (s64)v;
}

/**
 * cl_nl_field_set() - give a number or flag a value
 * @f: the field, no address and no string
 * @obj: struct that it lies in; gets the field's bit as well
 * @v: the value, must fit the field's type
 */
void cl_nl_field_set(const struct cl_nl_field *f, void *obj, s64 v)
{
	void *p = (char *)obj + f->offset;

	switch (f->size) {
	case 0:
		*(bool *)p = v;
		break;
	case sizeof(u8):
		*(u8 *)p = v;
		break;
	case sizeof(u16):
		*(u16 *)p = v;
		break;
	case sizeof(u32):
		*(u32 *)p = v;
		break;
	case sizeof(u64):
		*(u64 *)p = v;
		break;
	}
	*(u64 *)obj |= 1ULL << f->attr;
}

/**
 * cl_nl_field_shown() - is a field to be shown by itself
 * @f: the field
 * @obj: struct that it lies in
 *
 * Return: true if it is there and no part of an address; a flag that is absent is
 * false.
 */
bool cl_nl_field_shown(const struct cl_nl_field *f, const void *obj)
{
	if (f->unit == CL_NL_UNIT_ADDR)
		return false;
	return f->type == CL_NL_FLAG || *(const u64 *)obj & (1ULL << f->attr);
}

/**
 * cl_nl_has_address() - does an object have an address
 * @m: the object
 *
 * Return: true if it is a peer with one.
 */
bool cl_nl_has_address(const struct cl_nl_msg *m)
{
	return cl_nl_schema_of(m->cmd) ==
		       cl_nl_schema_of(CLOCKLINK_CMD_PEER_GET) &&
	       m->have & (CL_NL_BIT(PEER_ADDR4) | CL_NL_BIT(PEER_ADDR6));
}

/**
 * cl_nl_state_usable() - may readings of a clock be used
 * @state: enum clocklink_state
 *
 * Return: true if it has a time.
 */
bool cl_nl_state_usable(u32 state)
{
	return state == CLOCKLINK_STATE_SYNCED ||
	       state == CLOCKLINK_STATE_UNVERIFIED ||
	       state == CLOCKLINK_STATE_HOLDOVER;
}

/**
 * cl_nl_state_name() - name of a clock state
 * @state: enum clocklink_state
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_state_name(u32 state)
{
	static const char *const names[] = {
		[CLOCKLINK_STATE_UNSYNCED] = "unsynced",
		[CLOCKLINK_STATE_JOINING] = "joining",
		[CLOCKLINK_STATE_SYNCED] = "synced",
		[CLOCKLINK_STATE_UNVERIFIED] = "unverified",
		[CLOCKLINK_STATE_HOLDOVER] = "holdover",
		[CLOCKLINK_STATE_VOID] = "void",
		[CLOCKLINK_STATE_GONE] = "gone",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

/**
 * cl_nl_role_name() - name of a role
 * @role: enum clocklink_role
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_role_name(u32 role)
{
	static const char *const names[] = {
		[CLOCKLINK_ROLE_NONE] = "none",
		[CLOCKLINK_ROLE_LEADER] = "leader",
		[CLOCKLINK_ROLE_FOLLOWER] = "follower",
	};

	return role < ARRAY_SIZE(names) ? names[role] : "unknown";
}

/**
 * cl_nl_leap_name() - name of a leap second
 * @leap: enum clocklink_leap
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_leap_name(u32 leap)
{
	static const char *const names[] = {
		[CLOCKLINK_LEAP_NONE] = "none",
		[CLOCKLINK_LEAP_INSERT] = "insert",
		[CLOCKLINK_LEAP_DELETE] = "delete",
	};

	return leap < ARRAY_SIZE(names) ? names[leap] : "unknown";
}

/**
 * cl_nl_stamps_name() - who makes the time stamps
 * @stamps: enum clocklink_stamps
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_stamps_name(u32 stamps)
{
	static const char *const names[] = {
		[CLOCKLINK_STAMPS_SOFTWARE] = "software",
		[CLOCKLINK_STAMPS_HARDWARE] = "hardware",
	};

	return stamps < ARRAY_SIZE(names) ? names[stamps] : "unknown";
}

/**
 * cl_nl_device_state_name() - name of a network device's state
 * @state: enum clocklink_device_state
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_device_state_name(u32 state)
{
	static const char *const names[] = {
		[CLOCKLINK_DEVICE_STATE_MEASURING] = "measuring",
		[CLOCKLINK_DEVICE_STATE_HARDWARE] = "hardware",
		[CLOCKLINK_DEVICE_STATE_IN_USE] = "in-use",
		[CLOCKLINK_DEVICE_STATE_UNSUPPORTED] = "unsupported",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

/**
 * cl_nl_estimator_name() - name of an estimator
 * @estimator: enum clocklink_estimator
 *
 * Return: the name in the netlink spec, "unknown" beyond it.
 */
const char *cl_nl_estimator_name(u32 estimator)
{
	static const char *const names[] = {
		[CLOCKLINK_ESTIMATOR_KALMAN] = "kalman",
		[CLOCKLINK_ESTIMATOR_CORRIDOR] = "corridor",
	};

	return estimator < ARRAY_SIZE(names) ? names[estimator] : "unknown";
}

/**
 * cl_nl_unit_word() - word for a number that is a name
 * @unit: enum cl_nl_unit, what the number means
 * @v: the number
 *
 * Return: the word, NULL: the number is none.
 */
const char *cl_nl_unit_word(u8 unit, u32 v)
{
	switch (unit) {
	case CL_NL_UNIT_STATE:
		return cl_nl_state_name(v);
	case CL_NL_UNIT_LEAP:
		return cl_nl_leap_name(v);
	case CL_NL_UNIT_ROLE:
		return cl_nl_role_name(v);
	case CL_NL_UNIT_STAMPS:
		return cl_nl_stamps_name(v);
	case CL_NL_UNIT_DEVICE_STATE:
		return cl_nl_device_state_name(v);
	case CL_NL_UNIT_ESTIMATOR:
		return cl_nl_estimator_name(v);
	case CL_NL_UNIT_PHASE:
		return cl_ctl_phase_name(v);
	case CL_NL_UNIT_MEMBER_ROLE:
		return cl_ctl_role_name(v);
	default:
		return NULL;
	}
}
