/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The bytes on the wire.  Only wire.c knows them: everybody else sees the host
 * order structs below.  Layout, with offsets: Documentation/protocol.rst.
 *
 * Big-endian, fixed offsets.  Header 52 bytes, then the body of the type, then
 * TLVs; the length field covers all.  The tag lies at the end of the header, so
 * its place does not depend on what follows.
 */
#ifndef _CL_CORE_WIRE_H
#define _CL_CORE_WIRE_H

#include "cltime.h"
#include "types.h"

#define CL_WIRE_PORT 20319
#define CL_WIRE_VERSION 1
#define CL_WIRE_MAX 512 /* largest message, bytes of UDP payload */
#define CL_WIRE_TAG_LEN 16

#define CL_WIRE_HDR_LEN 52
#define CL_WIRE_REQUEST_LEN (CL_WIRE_HDR_LEN + 20)
#define CL_WIRE_REQUEST_MAP_LEN (CL_WIRE_REQUEST_LEN + 12)
#define CL_WIRE_RESPONSE_LEN (CL_WIRE_HDR_LEN + 40)
#define CL_WIRE_UPDATE_LEN (CL_WIRE_HDR_LEN + 56)
#define CL_WIRE_UPDATE_REQUEST_LEN CL_WIRE_HDR_LEN
#define CL_WIRE_REPORT_LEN (CL_WIRE_HDR_LEN + 16) /* without those heard */
#define CL_WIRE_HEARD_LEN 8
#define CL_WIRE_HEARD_MAX \
	((CL_WIRE_MAX - CL_WIRE_REPORT_LEN) / CL_WIRE_HEARD_LEN)

#define CL_NODE_NONE 0U /* no node has this id */
#define CL_NODE_ALL 0xffffffffU /* receiver: every node of the cluster */

/* Ranges: enum clocklink_state and enum clocklink_leap of the UAPI. */
#define CL_WIRE_STATE_MAX 6
#define CL_WIRE_LEAP_MAX 2
/* Rates stay below 2^-10, 977 ppm: no oscillator in use is off by that much. */
#define CL_WIRE_RATE_MAX_Q48 (1ULL << 38)
#define CL_WIRE_RATE_MAX_Q40 (1ULL << 30)

enum cl_wire_type {
	CL_WIRE_REQUEST = 1,
	CL_WIRE_RESPONSE,
	CL_WIRE_UPDATE,
	CL_WIRE_UPDATE_REQUEST,
	CL_WIRE_REPORT,
};

/* Flags of the header; undefined bits are sent as 0 and make a bad packet. */
enum cl_wire_flag {
	CL_WIRE_F_PREV_TX = 1 << 0, /* transmit stamp of prev_seq is valid */
	CL_WIRE_F_PREV_RX = 1 << 1, /* request: t4 of prev_seq */
	CL_WIRE_F_RX = 1 << 2, /* response: t2 is valid */
	CL_WIRE_F_MAP = 1 << 3, /* response, probe: time and rate are valid */
	CL_WIRE_F_PROBE = 1 << 4, /* peer probe, not a round of the leader */
	CL_WIRE_F_HW = 1 << 5, /* t1 and t4, or t2 and its t3, by hardware */
	CL_WIRE_F_GROUP = 1 << 6, /* response: to a request to the group */
};

/**
 * struct cl_wire_hdr - what every message carries
 * @type: enum cl_wire_type
 * @flags: enum cl_wire_flag
 * @state: clock state of the sender, enum clocklink_state of the UAPI
 * @key_id: key of the tag, 0: no tag, the tag field is zero
 * @cluster: cluster id
 * @sender: node id, never CL_NODE_NONE or CL_NODE_ALL
 * @receiver: node id, or CL_NODE_ALL: those in the group that it is sent to
 * @term: term of the leader that @sender obeys
 * @round: round of the leader
 * @seq: counts the sender's messages of this type to this receiver; response:
 *	that of the request it answers
 * @gen: raw generation of the sender
 * @tag: authenticates the message, bytes as sent
 */
struct cl_wire_hdr {
	u8 type;
	u16 flags;
	u8 state;
	u8 key_id;
	u32 cluster;
	u32 sender;
	u32 receiver;
	u32 term;
	u32 round;
	u32 seq;
	u32 gen;
	u8 tag[CL_WIRE_TAG_LEN];
};

/**
 * struct cl_wire_request - body of a Sync Request
 * @prev_seq: exchange that the stamps belong to
 * @t1: requester's raw transmit stamp of request @prev_seq (F_PREV_TX)
 * @t4: requester's raw receive stamp of its response (F_PREV_RX)
 * @time: requester's cluster time at @t1 (F_MAP; only with F_PROBE, F_PREV_TX)
 * @rate_q40: requester's map: (d time / d raw - 1) * 2^40 (F_MAP)
 */
struct cl_wire_request {
	u32 prev_seq;
	struct cl_raw t1;
	struct cl_raw t4;
	struct cl_time time;
	s32 rate_q40;
};

/**
 * struct cl_wire_response - body of a Sync Response
 * @prev_seq: exchange that @t3 belongs to
 * @t2: responder's raw receive stamp of request hdr.seq (F_RX)
 * @t3: responder's raw transmit stamp of response @prev_seq (F_PREV_TX)
 * @time: responder's cluster time at @t2 (F_MAP)
 * @rate_q40: responder's map: (d time / d raw - 1) * 2^40 (F_MAP)
 * @delay_ns: smallest one-way delay seen by the responder, saturated
 * @loss_ppt16: requests lost of those expected, times 2^16
 * @jitter_log2: mean excess of the round trip, log2 of ns
 * @queue_log2: largest excess since the last response, log2 of ns
 */
struct cl_wire_response {
	u32 prev_seq;
	struct cl_raw t2;
	struct cl_raw t3;
	struct cl_time time;
	s32 rate_q40;
	u32 delay_ns;
	u16 loss_ppt16;
	u8 jitter_log2;
	u8 queue_log2;
};

/**
 * struct cl_wire_update - body of a Sync Update
 * @map: sender's raw to cluster time; raw side in the sender's generation
 * @bound_ns: error bound of the sender at the anchor
 * @hard_ns: hard bound of the sender at the anchor
 * @drift_ppt: growth of both bounds, 1e-12
 * @interval_ns: time until the next update, for the receiver's slew; whole us are
 *	sent, up to 2^32 us
 * @tai_offset: TAI - UTC, s
 * @leap: enum clocklink_leap of the UAPI
 * @hops: 0 at the leader
 * @epoch: epoch of the replicated state
 */
struct cl_wire_update {
	struct cl_map map;
	u64 bound_ns;
	u64 hard_ns;
	u32 drift_ppt;
	u64 interval_ns;
	s16 tai_offset;
	u8 leap;
	u8 hops;
	u32 epoch;
};

/**
 * struct cl_wire_report - body of a Sync Report, the stamps that a request to the
 *			   group cannot carry
 * @request: sequence number of the request
 * @t1: requester's raw transmit stamp of it
 * @n: number of responses, up to CL_WIRE_HEARD_MAX
 * @heard: CL_WIRE_HEARD_LEN bytes for each, as sent: see cl_wire_put_heard(); lives as
 *	long as what was decoded
 */
struct cl_wire_report {
	u32 request;
	struct cl_raw t1;
	u16 n;
	const u8 *heard;
};

/**
 * struct cl_wire_msg - any message
 * @hdr: header; of an update request that is all
 * @req: if hdr.type is CL_WIRE_REQUEST
 * @resp: if hdr.type is CL_WIRE_RESPONSE
 * @upd: if hdr.type is CL_WIRE_UPDATE
 * @rep: if hdr.type is CL_WIRE_REPORT
 */
struct cl_wire_msg {
	struct cl_wire_hdr hdr;
	union {
		struct cl_wire_request req;
		struct cl_wire_response resp;
		struct cl_wire_update upd;
		struct cl_wire_report rep;
	};
};

/* Why a packet is not a message; also an index of the drop counters. */
enum cl_wire_error {
	CL_WIRE_OK,
	CL_WIRE_SHORT, /* shorter than the header, or than its body */
	CL_WIRE_LONG, /* longer than CL_WIRE_MAX */
	CL_WIRE_BAD_VERSION,
	CL_WIRE_BAD_TYPE,
	CL_WIRE_BAD_LENGTH, /* length field and packet disagree */
	CL_WIRE_BAD_FIELD, /* reserved bit set, node id or value out of range */
	CL_WIRE_BAD_TLV,
	__CL_WIRE_ERRORS,
};

int cl_wire_encode(const struct cl_wire_msg *m, u8 *buf, size_t size);
enum cl_wire_error cl_wire_decode(const u8 *buf, size_t len,
				  struct cl_wire_msg *m);
void cl_wire_put_heard(u8 *p, u32 node, u32 delay_ns);
bool cl_wire_heard(const struct cl_wire_report *r, u32 node, u32 *ret_delay_ns);
const char *cl_wire_error_name(enum cl_wire_error err);

#endif /* _CL_CORE_WIRE_H */
