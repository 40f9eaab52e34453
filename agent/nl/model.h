/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the module and user space tell each other, as plain structs.
 *
 * Nothing here knows netlink: the agent core, the tools and the codec share
 * these structs.  Units are in the names: _ns, _ppt (1e-12).  Each struct starts
 * with a set of the attributes that are present, because a command carries only
 * those that are meant and an answer only those that the module knows.
 */
#ifndef _CL_NL_MODEL_H
#define _CL_NL_MODEL_H

#include <linux/clocklink.h>
#include <netinet/in.h>

#include "ctl.h"
#include "kmod/core/types.h"

/* The bit of attribute CLOCKLINK_A_<set>_<name> in have; ids stay below 64. */
#define CL_NL_BIT(attr) (1ULL << CLOCKLINK_A_##attr)
#define cl_nl_has(obj, attr) (((obj)->have & CL_NL_BIT(attr)) != 0)

/**
 * struct cl_nl_instance - settings and state of the namespace's instance
 * @have: attributes that are present
 * @id: number N of /dev/clocklinkN
 * @node: own node id
 * @cluster: cluster id
 * @port: local UDP port
 * @leader: node id of the leader, 0 if none
 * @interval_ns: time between two rounds
 * @asymmetry_ns: asymmetry budget of a link, 0: automatic
 * @stamp_noise_ns: rms of one time stamp
 * @wander_ppt: wander of the oscillators, per sqrt(s)
 * @max_bound_ns: the clock is void beyond this bound
 * @phc: a PTP clock is registered
 * @phc_index: number of /dev/ptpN, -1 if none
 * @gen: raw generation
 * @role: enum clocklink_role
 * @state: enum clocklink_state
 * @term: highest term obeyed
 * @round: last round led or obeyed
 * @peers: number of peers
 * @test: the module is a test build
 * @interval_max_ns: to which the leader may lengthen @interval_ns, 0: it may not
 * @unsettled: peers that have been heard and were neither synced nor unverified
 * @peer_changes: times that a peer's state or its path has changed or it was
 *	measured anew
 * @probes: followers to probe
 * @probe_every: rounds per probe of each
 * @managed: leader and peers come from a cluster
 * @multicast: group, IPv6 or IPv4 mapped, all zero: none
 * @multicast_ifindex: its network device, 0: as the route says
 * @multicast_hops: TTL or hop limit of packets to it
 */
struct cl_nl_instance {
	u64 have;
	u32 id;
	u32 node;
	u32 cluster;
	u16 port;
	u32 leader;
	u64 interval_ns;
	u32 asymmetry_ns;
	u32 stamp_noise_ns;
	u32 wander_ppt;
	u64 max_bound_ns;
	u8 phc;
	s32 phc_index;
	u32 gen;
	u32 role;
	u32 state;
	u32 term;
	u32 round;
	u32 peers;
	bool test;
	u64 interval_max_ns;
	u32 unsettled;
	u64 peer_changes;
	u32 probes;
	u32 probe_every;
	u8 managed;
	struct in6_addr multicast;
	u32 multicast_ifindex;
	u8 multicast_hops;
};

/**
 * struct cl_nl_peer - a peer and what was measured against it
 * @have: attributes that are present
 * @node: node id
 * @addr4: IPv4 address, network order
 * @addr6: IPv6 address
 * @scope: interface index of a link-local address
 * @port: UDP port, host order
 * @exchanges: complete exchanges
 * @offset_ns: own raw clock minus the peer's
 * @freq_ppt: frequency of the own raw clock against the peer's
 * @error_ns: standard deviation of @offset_ns
 * @freq_error_ppt: standard deviation of @freq_ppt
 * @min_rtt_ns: smallest recent round trip
 * @excess_ns: mean excess of the round trip over the smallest
 * @age_ns: raw time since the last exchange used
 * @requests: requests sent
 * @responses: responses accepted
 * @answered: requests of the peer answered
 * @updates: updates of the peer accepted
 * @lost: messages of the peer that never came
 * @duplicated: messages that came again
 * @reordered: messages that came after a later one
 * @stale: messages too old to tell
 * @no_stamp: exchanges lost for want of a time stamp
 * @late: exchanges out of order for the estimator
 * @rejected: exchanges with impossible stamps
 * @restarts: sessions restarted by a new raw generation
 * @ready: the estimator has an answer
 * @gen: raw generation of the peer
 * @stamps: enum clocklink_stamps of the own stamps of the last exchange
 * @ifindex: network device that the last message left by
 * @hw_lost: stamps that the network device was to make and did not
 * @hw_fallbacks: times that too many of them were missing
 * @asymmetry_ns: asymmetry budget of the path, 0: that of the instance
 * @delay_asymmetry_ns: half of what a packet of the peer takes longer than one
 *	to it
 * @state: enum clocklink_state of the peer
 * @estimator: enum clocklink_estimator
 * @wander_ppt: wander of the two oscillators as learnt, per sqrt(s)
 * @noise_ns: noise of a sample without excess
 * @learnt_asymmetry_ns: asymmetry by which the path has changed
 * @path_changes: changes of the path that were learnt
 * @clock_changes: times that one of the raw clocks had moved
 * @starts: times that the estimator was started anew
 * @doubt_ns: by how much the offset may be wrong while exchanges are kept back
 * @lines: times that it has told its cluster time
 * @raw_ns: own raw time at which all this holds
 * @ahead_ns: its cluster time, as it told it last, minus the own
 * @ahead_age_ns: raw time since then
 * @managed: the request comes from whoever manages the instance
 * @shadow: what it says of cluster time is not used
 * @multicast: it answers requests to the group
 */
struct cl_nl_peer {
	u64 have;
	u32 node;
	struct in_addr addr4;
	struct in6_addr addr6;
	u32 scope;
	u16 port;
	u64 exchanges;
	s64 offset_ns;
	s64 freq_ppt;
	u64 error_ns;
	u64 freq_error_ppt;
	u64 min_rtt_ns;
	u64 excess_ns;
	u64 age_ns;
	u64 requests;
	u64 responses;
	u64 answered;
	u64 updates;
	u64 lost;
	u64 duplicated;
	u64 reordered;
	u64 stale;
	u64 no_stamp;
	u64 late;
	u64 rejected;
	u64 restarts;
	bool ready;
	u32 gen;
	u32 stamps;
	u32 ifindex;
	u64 hw_lost;
	u64 hw_fallbacks;
	u32 asymmetry_ns;
	s32 delay_asymmetry_ns;
	u32 state;
	u32 estimator;
	u32 wander_ppt;
	u64 noise_ns;
	s64 learnt_asymmetry_ns;
	u64 path_changes;
	u64 clock_changes;
	u64 starts;
	u64 doubt_ns;
	u64 lines;
	s64 raw_ns;
	s64 ahead_ns;
	u64 ahead_age_ns;
	bool managed;
	u8 shadow;
	bool multicast;
};

/**
 * struct cl_nl_clock - the published clock at one instant
 * @have: attributes that are present
 * @raw_ns: raw time of the instant
 * @time_ns: cluster time at that instant, TAI
 * @rate_ppt: rate against raw time without the slew
 * @slew_ppt: extra rate while a slew lasts
 * @slew_left_ns: what the slew will still add
 * @bound_ns: error bound
 * @hard_ns: bound without an assumption on asymmetry
 * @drift_ppt: growth of both bounds
 * @void_raw_ns: raw time from which on readings are void
 * @state: enum clocklink_state
 * @tai_offset_s: TAI - UTC, 0 if not known
 * @leap: enum clocklink_leap
 * @error_ns: target minus clock at the last steering
 * @steps: times the clock was stepped
 * @slews: times the clock was slewed
 * @limited: times the slew limit held the clock back
 * @parent: node that is followed, own id for the leader, 0 if none
 * @steer_age_ns: raw time since the last steering
 * @disruptions: times that the raw clock was disturbed
 * @edges: peers besides the parent by which it was steered last
 * @edges_dropped: peers that disagreed with the majority then
 * @beside_ns: how far those peers moved the target
 * @temperature_mk: temperature of the oscillator, 1e-3 degrees Celsius
 * @tempco_ppt: change of its frequency as learnt, per kelvin
 * @tempco_error_ppt: standard deviation of that
 * @tempco_used: it corrects the clock in holdover
 * @widened_ns: what an order to hold over has added to both bounds
 */
struct cl_nl_clock {
	u64 have;
	s64 raw_ns;
	s64 time_ns;
	s64 rate_ppt;
	s64 slew_ppt;
	s64 slew_left_ns;
	u64 bound_ns;
	u64 hard_ns;
	u64 drift_ppt;
	s64 void_raw_ns;
	u32 state;
	s32 tai_offset_s;
	u32 leap;
	s64 error_ns;
	u64 steps;
	u64 slews;
	u64 limited;
	u32 parent;
	u64 steer_age_ns;
	u32 disruptions;
	u32 edges;
	u32 edges_dropped;
	s64 beside_ns;
	s32 temperature_mk;
	s64 tempco_ppt;
	u64 tempco_error_ppt;
	bool tempco_used;
	u64 widened_ns;
};

/**
 * struct cl_nl_steer - what to follow
 * @have: attributes that are present
 * @parent: peer to follow, or the own node id to lead
 * @term: term of the leader
 * @round: round that the map belongs to
 * @expiry_ns: holdover begins so long after the command
 * @interval_ns: time in which the clock reaches the target
 * @gen: raw generation of the parent
 * @raw_ns: anchor, parent's raw time
 * @time_ns: cluster time at the anchor, TAI
 * @rate_ppt: rate of cluster time against the parent's raw time
 * @bound_ns: the parent's bound at the anchor; to hold: what cannot be told apart
 * @hard_ns: the parent's hard bound at the anchor
 * @drift_ppt: growth of the parent's bounds
 * @tai_offset_s: TAI - UTC
 * @leap: enum clocklink_leap
 * @epoch: epoch of the replicated state
 * @hops: distance of the parent from the leader
 * @force: step to the target at once
 * @unverified: there are too few peers to check the parent
 * @hold: follow nobody, hold over; goes with term, round, bound, drift alone
 */
struct cl_nl_steer {
	u64 have;
	u32 parent;
	u32 term;
	u32 round;
	u64 expiry_ns;
	u64 interval_ns;
	u32 gen;
	s64 raw_ns;
	s64 time_ns;
	s64 rate_ppt;
	u64 bound_ns;
	u64 hard_ns;
	u64 drift_ppt;
	s32 tai_offset_s;
	u32 leap;
	u32 epoch;
	u8 hops;
	bool force;
	bool unverified;
	bool hold;
};

/**
 * struct cl_nl_round - start of a round, or order to send a Sync Update
 * @have: attributes that are present
 * @term: term of the leader
 * @round: round, or for an update the round that it opens
 * @epoch: epoch of the replicated state (update)
 * @sent: answer: messages sent
 * @interval_ns: time until the next update (update)
 */
struct cl_nl_round {
	u64 have;
	u32 term;
	u32 round;
	u32 epoch;
	u32 sent;
	u64 interval_ns;
};

/**
 * struct cl_nl_update - a Sync Update that has come
 * @have: attributes that are present
 * @sender: node that sent it
 * @term: its term
 * @round: the round that it opens
 * @gen: raw generation of the sender
 * @state: enum clocklink_state of the sender
 * @raw_ns: anchor, sender's raw time
 * @time_ns: cluster time at the anchor, TAI
 * @rate_ppt: rate of cluster time against the sender's raw time
 * @bound_ns: the sender's bound at the anchor
 * @hard_ns: the sender's hard bound at the anchor
 * @drift_ppt: growth of the sender's bounds
 * @interval_ns: time until the sender's next update
 * @tai_offset_s: TAI - UTC
 * @leap: enum clocklink_leap
 * @epoch: epoch of the replicated state
 * @hops: distance of the sender from the leader
 */
struct cl_nl_update {
	u64 have;
	u32 sender;
	u32 term;
	u32 round;
	u32 gen;
	u32 state;
	s64 raw_ns;
	s64 time_ns;
	s64 rate_ppt;
	u64 bound_ns;
	u64 hard_ns;
	u64 drift_ppt;
	u64 interval_ns;
	s32 tai_offset_s;
	u32 leap;
	u32 epoch;
	u8 hops;
};

/**
 * struct cl_nl_sample - one complete exchange
 * @have: attributes that are present
 * @peer: node id of the peer
 * @seq: sequence number of the request
 * @out_tx_ns: own raw time, our packet left
 * @out_rx_ns: peer's raw time, it arrived
 * @in_tx_ns: peer's raw time, the peer's packet left
 * @in_rx_ns: own raw time, it arrived
 * @excess_ns: round trip beyond the smallest
 * @ahead_ns: cluster time of the peer minus the own, by this exchange alone
 */
struct cl_nl_sample {
	u64 have;
	u32 peer;
	u32 seq;
	s64 out_tx_ns;
	s64 out_rx_ns;
	s64 in_tx_ns;
	s64 in_rx_ns;
	u64 excess_ns;
	s64 ahead_ns;
};

/**
 * struct cl_nl_stats - counters of the instance
 * @have: attributes that are present
 * @rx: packets received
 * @tx: packets sent
 * @tx_error: packets that could not be sent
 * @rx_no_stamp: packets without a receive stamp
 * @tx_stamp: transmit stamps received
 * @tx_stamp_again: second stamps of a packet, dropped
 * @stamp_held: stamps dropped after a disturbance of CLOCK_REALTIME
 * @drop_short: packets too short for their type
 * @drop_long: packets longer than 512 bytes
 * @drop_version: packets of an unknown version
 * @drop_type: packets of an unknown type
 * @drop_length: packets whose length field is wrong
 * @drop_field: packets with a value out of range
 * @drop_tlv: packets with a broken TLV
 * @drop_cluster: packets of another cluster
 * @drop_receiver: packets for another node
 * @drop_peer: packets of a node that is no peer
 * @drop_source: packets of a peer from a foreign address
 * @drop_key: packets with an unknown key
 * @drop_term: updates of an old term
 * @drop_seq: packets that were duplicates, stale or unasked
 * @drop_rate: packets beyond the budget of their source
 * @steers: steering commands accepted
 * @steer_refused: steering commands refused
 * @rounds: rounds led or obeyed
 * @hw_rx: receive stamps of network devices that were used
 * @hw_tx: transmit stamps of network devices
 * @hw_held: stamps of network devices dropped for want of a map
 * @asks: update requests sent
 * @resent: updates sent again
 * @drop_ask: update requests without an update to send again
 * @multicast_rx: packets received that were sent to the group
 * @multicast_tx: packets sent to the group
 * @drop_memory: packets without memory to measure the node
 */
struct cl_nl_stats {
	u64 have;
	u64 rx;
	u64 tx;
	u64 tx_error;
	u64 rx_no_stamp;
	u64 tx_stamp;
	u64 tx_stamp_again;
	u64 stamp_held;
	u64 drop_short;
	u64 drop_long;
	u64 drop_version;
	u64 drop_type;
	u64 drop_length;
	u64 drop_field;
	u64 drop_tlv;
	u64 drop_cluster;
	u64 drop_receiver;
	u64 drop_peer;
	u64 drop_source;
	u64 drop_key;
	u64 drop_term;
	u64 drop_seq;
	u64 drop_rate;
	u64 steers;
	u64 steer_refused;
	u64 rounds;
	u64 hw_rx;
	u64 hw_tx;
	u64 hw_held;
	u64 asks;
	u64 resent;
	u64 drop_ask;
	u64 multicast_rx;
	u64 multicast_tx;
	u64 drop_memory;
};

/**
 * struct cl_nl_device - a network device that stamps packets
 * @have: attributes that are present
 * @ifindex: interface index
 * @state: enum clocklink_device_state
 * @phc_index: number of /dev/ptpN of its clock, -1 if there is none
 * @phc_ns: anchor of the map, time of the device's clock
 * @raw_ns: raw time at the anchor
 * @rate_ppt: rate of raw time against the device's clock
 * @error_ns: standard deviation of a converted stamp
 * @expiry_ns: the map is good for so long after its anchor
 * @age_ns: raw time since the anchor
 * @residual_ns: last map minus the one before at the anchor
 * @breaks: maps that contradicted the one before
 * @rx_bias_ns: what the kernel's receive stamps are too late by
 * @tx_bias_ns: what the kernel's transmit stamps are too early by
 * @hw_rx_bias_ns: what the device's receive stamps are too late by
 * @hw_tx_bias_ns: what the device's transmit stamps are too early by
 */
struct cl_nl_device {
	u64 have;
	u32 ifindex;
	u32 state;
	s32 phc_index;
	s64 phc_ns;
	s64 raw_ns;
	s64 rate_ppt;
	u32 error_ns;
	u64 expiry_ns;
	u64 age_ns;
	s64 residual_ns;
	u64 breaks;
	s32 rx_bias_ns;
	s32 tx_bias_ns;
	s32 hw_rx_bias_ns;
	s32 hw_tx_bias_ns;
};

/**
 * struct cl_nl_test - synthetic faults of a test build
 * @have: attributes that are present
 * @osc_freq_ppt: frequency error of the synthetic oscillator
 * @lie_ns: added to every raw stamp, and every cluster time, of an exchange
 */
struct cl_nl_test {
	u64 have;
	s64 osc_freq_ppt;
	s64 lie_ns;
};

/**
 * struct cl_nl_extts - an external event, for readers of the PTP clock
 * @have: attributes that are present
 * @channel: channel of the PTP clock
 * @raw_ns: CLOCK_MONOTONIC_RAW at the event
 */
struct cl_nl_extts {
	u64 have;
	u32 channel;
	s64 raw_ns;
};

/**
 * struct cl_nl_msg - any message of the family, or of the control socket
 * @cmd: enum clocklink_cmd or enum cl_ctl_cmd; tells which member counts
 * @have: attributes that are present, alias of the member's
 * @instance: INSTANCE_GET, _ADD, _DEL, _SET, _NTF; SETTINGS_GET, _SET
 * @peer: PEER_GET, _ADD, _DEL, _SET, _ADD_NTF, _DEL_NTF, _SET_NTF, PROBE,
 *	UPDATE_ASK
 * @clock: CLOCK_GET, STATE_NTF, TEMPERATURE_SET
 * @steer: STEER
 * @round: ROUND_START, UPDATE_SEND
 * @update: UPDATE_NTF
 * @sample: SAMPLE_NTF
 * @stats: STATS_GET
 * @test: TEST_SET
 * @device: DEVICE_GET, _SET, _DEL
 * @extts: EXTTS_EVENT
 * @status: STATUS_GET
 * @member: MEMBER_GET
 * @accusation: ACCUSATION_GET
 * @reputation: REPUTATION_GET
 * @event: EVENT_GET
 * @scale: SCALE_GET
 * @voter: VOTER_GET
 * @sysclock: SYSCLOCK_GET, PHCCLOCK_GET
 * @join: JOIN
 * @act: INIT, LEAVE, PROMOTE, DEMOTE, REMOVE, EVICT, TRANSFER
 */
struct cl_nl_msg {
	u8 cmd;
	union {
		u64 have;
		struct cl_nl_instance instance;
		struct cl_nl_peer peer;
		struct cl_nl_clock clock;
		struct cl_nl_steer steer;
		struct cl_nl_round round;
		struct cl_nl_update update;
		struct cl_nl_sample sample;
		struct cl_nl_stats stats;
		struct cl_nl_test test;
		struct cl_nl_device device;
		struct cl_nl_extts extts;
		struct cl_ctl_status status;
		struct cl_ctl_member member;
		struct cl_ctl_accusation accusation;
		struct cl_ctl_reputation reputation;
		struct cl_ctl_event event;
		struct cl_ctl_scale scale;
		struct cl_ctl_voter voter;
		struct cl_ctl_sysclock sysclock;
		struct cl_ctl_join join;
		struct cl_ctl_act act;
	};
};

/* Round trip of an exchange without the time at the peer, ns; below 0: impossible stamps. */
static inline s64 cl_nl_sample_rtt(const struct cl_nl_sample *s)
{
	return (s->in_rx_ns - s->out_tx_ns) - (s->in_tx_ns - s->out_rx_ns);
}

/* Messages of a peer that came. */
static inline u64 cl_nl_peer_came(const struct cl_nl_peer *p)
{
	return p->responses + p->answered + p->updates;
}

#endif /* _CL_NL_MODEL_H */
