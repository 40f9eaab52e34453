/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams by which a node that wants to join finds members on its link.  An ask
 * is as long as an answer, so nobody is made to send more than was sent to it.
 */
#ifndef _CL_DAEMON_BEACON_H
#define _CL_DAEMON_BEACON_H

#include "tcp.h"

/* UDP port of members. */
#define CL_BEACON_PORT 20320

#define CL_BEACON_LEN 42

/* An ask for all members. */
#define CL_BEACON_SHARE_ALL 0xffff

enum cl_beacon_type {
	CL_BEACON_ASK = 1,
	CL_BEACON_ANSWER = 2,
};

/**
 * struct cl_beacon - a datagram
 * @type: enum cl_beacon_type
 * @share: ask: the part of the members that shall answer, of CL_BEACON_SHARE_ALL
 * @cluster: cluster id
 * @node: who sends it
 * @token: drawn at random for the ask, the same in its answers
 * @at: answer: where the member's streams are
 */
struct cl_beacon {
	u8 type;
	u16 share;
	u32 cluster;
	u32 node;
	u64 token;
	struct cl_tcp_address at;
};

void cl_beacon_encode(const struct cl_beacon *b, u8 buf[CL_BEACON_LEN]);
int cl_beacon_decode(struct cl_beacon *b, const u8 *data, size_t len);
bool cl_beacon_chosen(const struct cl_beacon *ask, u32 node);

#endif /* _CL_DAEMON_BEACON_H */
