/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One stream of frames between two nodes.
 *
 *	who dials                                  who is dialled
 *	   |-- HELLO version, cluster, from, to ------> |
 *	   | <------ HELLO, or REFUSED why, and the end |
 *	   |-- frames ----------------------------- ... |
 *
 * The node id is believed: whom to trust is the bearer's business.
 */
#ifndef _CL_DAEMON_STREAM_H
#define _CL_DAEMON_STREAM_H

#include "bearer.h"
#include "frames.h"
#include "tcp.h"

#define CL_STREAM_VERSION 1

/* Frames of the streams themselves; those of their users begin with 16. */
#define CL_STREAM_HELLO 1
#define CL_STREAM_REFUSED 2
#define CL_STREAM_USER 16

/* Who has not said hello by then is cut off. */
#define CL_STREAM_HELLO_NS (5 * CL_NS_PER_SEC)

enum cl_stream_state {
	CL_STREAM_DIALLING, /* not connected yet */
	CL_STREAM_GREETING, /* waits for a hello */
	CL_STREAM_OPEN,
	CL_STREAM_DEAD, /* only to be freed */
};

/* Why a hello is not answered by one. */
enum cl_stream_refusal {
	CL_STREAM_REFUSED_VERSION = 1,
	CL_STREAM_REFUSED_CLUSTER,
	CL_STREAM_REFUSED_RECEIVER,
	CL_STREAM_REFUSED_SENDER,
	CL_STREAM_REFUSED_FULL,
};

/**
 * struct cl_hello - who speaks
 * @version: CL_STREAM_VERSION
 * @cluster: cluster id
 * @from: own node id
 * @to: node id of the other end, 0: whoever it is
 */
struct cl_hello {
	u8 version;
	u32 cluster;
	u32 from;
	u32 to;
};

/**
 * struct cl_stream - one stream
 * @bearer: carries it, unless dead
 * @address: of the other end
 * @state: how far it is
 * @dialled: by us
 * @asked: by us, whoever is there
 * @node: the other end; 0: not known yet
 * @began: when it was dialled or accepted, ns
 * @in: bytes that have come
 * @out: bytes to be sent
 * @writing: waits for room to write
 * @broken: -errno: it is to be closed; 0: it works
 * @next: of all streams
 */
struct cl_stream {
	struct cl_bearer bearer;
	struct cl_tcp_address address;
	enum cl_stream_state state;
	bool dialled;
	bool asked;
	u32 node;
	s64 began;
	struct cl_frames in;
	struct cl_frames out;
	bool writing;
	int broken;
	struct cl_stream *next;
};

int cl_stream_flush(struct cl_stream *s);
int cl_stream_fill(struct cl_stream *s);
int cl_stream_greet(struct cl_stream *s, const struct cl_hello *h);
int cl_stream_refuse(struct cl_stream *s, enum cl_stream_refusal why);
int cl_stream_read_hello(const struct cl_frame *f, struct cl_hello *ret);
const char *cl_stream_why(const struct cl_frame *f);
void cl_stream_close(struct cl_stream *s);

#endif /* _CL_DAEMON_STREAM_H */
