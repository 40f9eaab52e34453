/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams between daemons: what is sent comes in order and once, or the stream ends.
 * Loss only makes it late.
 */
#ifndef _CS_STREAMS_H
#define _CS_STREAMS_H

#include "../net.h"

/* After a loss, and between attempts while nothing passes. */
#define CS_STREAMS_RETRY_NS (200 * CL_NS_PER_MS)
/* A stream on which nothing has passed for so long has ended. */
#define CS_STREAMS_SILENCE_NS (2 * CL_NS_PER_SEC)
/* Between attempts to dial. */
#define CS_STREAMS_DIAL_NS (250 * CL_NS_PER_MS)
/* Frames on their way in one direction. */
#define CS_STREAMS_QUEUE 1024

struct cs_streams;

/**
 * struct cs_frame - a frame on its way
 * @next: after it
 * @at: earliest arrival, ns of true time
 * @type: its type
 * @len: bytes
 * @data: the bytes
 */
struct cs_frame {
	struct cs_frame *next;
	s64 at;
	u8 type;
	size_t len;
	u8 data[];
};

/**
 * struct cs_way - one direction of a stream
 * @event: arrival of the first frame
 * @stream: of which stream
 * @first: frames on their way
 * @last: where the next one goes
 * @count: how many
 */
struct cs_way {
	struct cs_event event;
	struct cs_stream *stream;
	struct cs_frame *first;
	struct cs_frame **last;
	unsigned int count;
};

/**
 * struct cs_stream - a pair of nodes
 * @next: in the same bucket
 * @event: dials, or looks whether something passes
 * @streams: all of them
 * @end: node ids
 * @way: by direction: to @end[i]
 * @open: there is a stream
 * @passed: something passed in both directions, ns of true time
 */
struct cs_stream {
	struct cs_stream *next;
	struct cs_event event;
	struct cs_streams *streams;
	u32 end[2];
	struct cs_way way[2];
	bool open;
	s64 passed;
};

/**
 * struct cs_streams - all of them
 * @heap: when
 * @net: whose law, parts and cuts count
 * @rng: for delays
 * @stream: pairs that are kept connected
 * @count: how many
 * @room: of @stream
 * @bucket: the same by their nodes
 * @buckets: how many, a power of two, not less than @count
 * @until: how long a node takes nothing, ns of true time; S64_MAX: it is down
 * @opened: there is a stream to a node
 * @closed: there is none any more
 * @frame: a frame has come
 * @ctx: for these
 * @sent: frames sent
 */
struct cs_streams {
	struct cs_heap *heap;
	struct cs_net *net;
	struct vt_rng rng;
	struct cs_stream **stream;
	size_t count;
	size_t room;
	struct cs_stream **bucket;
	size_t buckets;
	s64 (*until)(void *ctx, u32 id);
	void (*opened)(void *ctx, u32 id, u32 other);
	void (*closed)(void *ctx, u32 id, u32 other);
	void (*frame)(void *ctx, u32 id, u32 from, u8 type, const u8 *data,
		      size_t len);
	void *ctx;
	u64 sent;
};

void cs_streams_keep(struct cs_streams *s, u32 a, u32 b);
int cs_streams_send(struct cs_streams *s, u32 from, u32 to, u8 type,
		    const void *data, size_t len);
void cs_streams_end(struct cs_streams *s, u32 id);
void cs_streams_free(struct cs_streams *s);

#endif /* _CS_STREAMS_H */
