/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All streams of a node: whom it dials, who may dial it.
 *
 * There is at most one open stream between two nodes.  When both have dialled, the
 * one that the lower node id has dialled stays.  Frames arrive in the order in
 * which they were sent, or the stream breaks; what was on its way then is lost.
 * An address may be dialled without knowing who is there; the hello tells.
 */
#ifndef _CL_DAEMON_STREAMS_H
#define _CL_DAEMON_STREAMS_H

#include "contacts.h"
#include "stream.h"

#define CL_STREAMS_MAX 4096
#define CL_STREAMS_NEVER CL_CONTACTS_NEVER

/* Who has dialled and not said hello yet. */
#define CL_STREAMS_STRANGERS_MAX 64

/**
 * struct cl_streams_ops - what the owner of the streams has to say
 * @admit: may this node, which has dialled us, have a stream?
 * @opened: there is a stream to this node
 * @closed: there is none any more
 * @frame: a frame of this node; type CL_STREAM_USER or above
 * @random: uniform over 64 bits
 *
 * All may call cl_streams_send(), _keep() and _forget().
 */
struct cl_streams_ops {
	bool (*admit)(void *ctx, u32 node);
	void (*opened)(void *ctx, u32 node);
	void (*closed)(void *ctx, u32 node);
	void (*frame)(void *ctx, u32 node, const struct cl_frame *f);
	u64 (*random)(void *ctx);
};

/**
 * struct cl_streams - all streams
 * @ops: calls of the owner
 * @ctx: its argument
 * @cluster: cluster id
 * @node: own node id
 * @epoll_fd: waits for all of them, and the listener
 * @listener: accepts, -1: nobody can dial us
 * @deaf: nobody is accepted for want of files or memory, until @listen_at
 * @listen_at: when that is tried again, ns
 * @first: list of the streams
 * @count: how many, dead ones as well
 * @strangers: those of them that others have dialled and that are not open
 * @contacts: nodes and addresses that are dialled
 */
struct cl_streams {
	const struct cl_streams_ops *ops;
	void *ctx;
	u32 cluster;
	u32 node;
	int epoll_fd;
	int listener;
	bool deaf;
	s64 listen_at;
	struct cl_stream *first;
	unsigned int count;
	unsigned int strangers;
	struct cl_contacts contacts;
};

int cl_streams_open(struct cl_streams *s, const struct cl_streams_ops *ops,
		    void *ctx, u32 cluster, u32 node);
int cl_streams_listen(struct cl_streams *s, const struct cl_tcp_address *at,
		      u16 *ret_port);
void cl_streams_close(struct cl_streams *s);
int cl_streams_keep(struct cl_streams *s, s64 now, u32 node,
		    const struct cl_tcp_address *at);
void cl_streams_forget(struct cl_streams *s, u32 node);
void cl_streams_forget_all(struct cl_streams *s);
int cl_streams_ask(struct cl_streams *s, s64 now,
		   const struct cl_tcp_address *at);
void cl_streams_unask(struct cl_streams *s, const struct cl_tcp_address *at);
int cl_streams_send(struct cl_streams *s, u32 node, u8 type, const void *data,
		    size_t len);
bool cl_streams_has(const struct cl_streams *s, u32 node);
s64 cl_streams_deadline(const struct cl_streams *s);
void cl_streams_run(struct cl_streams *s, s64 now);
void cl_streams_handle(struct cl_streams *s, s64 now);

#endif /* _CL_DAEMON_STREAMS_H */
