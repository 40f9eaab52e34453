// SPDX-License-Identifier: GPL-2.0-or-later
#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../memory.h"

/* The same for both directions; the factor is that of the golden ratio. */
static struct cs_stream **bucket_of(const struct cs_streams *s, u32 a, u32 b)
{
	u64 pair = a < b ? (u64)a << 32 | b : (u64)b << 32 | a;

	return &s->bucket[(pair * 0x9e3779b97f4a7c15ULL >> 32) &
			  (s->buckets - 1)];
}

static struct cs_stream *find(const struct cs_streams *s, u32 a, u32 b)
{
	struct cs_stream *t = s->buckets ? *bucket_of(s, a, b) : NULL;

	while (t && !(t->end[0] == a && t->end[1] == b) &&
	       !(t->end[0] == b && t->end[1] == a))
		t = t->next;
	return t;
}

static void file(struct cs_streams *s, struct cs_stream *t)
{
	struct cs_stream **b = bucket_of(s, t->end[0], t->end[1]);

	t->next = *b;
	*b = t;
}

/* Twice as many buckets when there are more streams. */
static void add(struct cs_streams *s, struct cs_stream *t)
{
	s->stream = cs_grow(s->stream, &s->room, s->count + 1, sizeof(t));
	s->stream[s->count++] = t;
	if (s->count <= s->buckets) {
		file(s, t);
		return;
	}
	free(s->bucket);
	s->buckets = s->buckets ? 2 * s->buckets : 64;
	s->bucket = cs_alloc(s->buckets * sizeof(t));
	for (size_t i = 0; i < s->count; i++)
		file(s, s->stream[i]);
}

static bool passes(const struct cs_stream *t)
{
	const struct cs_streams *s = t->streams;

	return cs_net_loss(s->net, t->end[0], t->end[1]) < 1 &&
	       cs_net_loss(s->net, t->end[1], t->end[0]) < 1 &&
	       s->until(s->ctx, t->end[0]) <= s->heap->now &&
	       s->until(s->ctx, t->end[1]) <= s->heap->now;
}

static void drop(struct cs_way *w)
{
	while (w->first) {
		struct cs_frame *f = w->first;

		w->first = f->next;
		free(f);
	}
	w->last = &w->first;
	w->count = 0;
	cs_heap_drop(w->stream->streams->heap, &w->event);
}

static void close_stream(struct cs_stream *t)
{
	struct cs_streams *s = t->streams;

	t->open = false;
	drop(&t->way[0]);
	drop(&t->way[1]);
	for (int i = 0; i < 2; i++)
		if (s->until(s->ctx, t->end[i]) != S64_MAX)
			s->closed(s->ctx, t->end[i], t->end[!i]);
}

/* TCP keeps what was lost; what cannot pass is tried again. */
static void arrive(struct cs_event *e)
{
	struct cs_way *w = cs_of(e, struct cs_way, event);
	struct cs_stream *t = w->stream;
	struct cs_streams *s = t->streams;
	int to = w == &t->way[1];
	struct cs_frame *f = w->first;

	if (!passes(t)) {
		cs_heap_put(s->heap, e, s->heap->now + CS_STREAMS_RETRY_NS);
		return;
	}
	t->passed = s->heap->now;
	w->first = f->next;
	if (!w->first)
		w->last = &w->first;
	w->count--;
	if (w->first)
		cs_heap_put(s->heap, e, w->first->at);
	s->frame(s->ctx, t->end[to], t->end[!to], f->type, f->data, f->len);
	free(f);
}

static void look(struct cs_event *e)
{
	struct cs_stream *t = cs_of(e, struct cs_stream, event);
	struct cs_streams *s = t->streams;
	s64 now = s->heap->now;

	cs_heap_put(s->heap, e, now + CS_STREAMS_DIAL_NS);
	if (passes(t))
		t->passed = now;
	if (t->open && now - t->passed >= CS_STREAMS_SILENCE_NS) {
		close_stream(t);
	} else if (!t->open && passes(t)) {
		t->open = true;
		s->opened(s->ctx, t->end[0], t->end[1]);
		s->opened(s->ctx, t->end[1], t->end[0]);
	}
}

/**
 * cs_streams_keep() - keep two nodes connected from now on
 * @s: streams
 * @a: node id
 * @b: another node id
 */
void cs_streams_keep(struct cs_streams *s, u32 a, u32 b)
{
	struct cs_stream *t = find(s, a, b);

	if (t)
		return;
	t = cs_alloc(sizeof(*t));
	t->streams = s;
	t->end[0] = a;
	t->end[1] = b;
	t->event.run = look;
	for (int i = 0; i < 2; i++) {
		t->way[i].stream = t;
		t->way[i].event.run = arrive;
		t->way[i].last = &t->way[i].first;
	}
	add(s, t);
	cs_heap_put(s->heap, &t->event,
		    s->heap->now + (s64)(vt_rng_uniform(&s->rng) *
					 (double)CS_STREAMS_DIAL_NS));
}

/**
 * cs_streams_send() - send a frame
 * @s: streams
 * @from: node id
 * @to: node id
 * @type: of the frame
 * @data: its bytes
 * @len: how many
 *
 * Return: 0; -ENOTCONN there is no stream; -ENOBUFS too much is on its way.
 */
int cs_streams_send(struct cs_streams *s, u32 from, u32 to, u8 type,
		    const void *data, size_t len)
{
	struct cs_stream *t = find(s, from, to);
	struct cs_frame *f;
	struct cs_way *w;

	if (!t || !t->open)
		return -ENOTCONN;
	w = &t->way[t->end[1] == to];
	if (w->count == CS_STREAMS_QUEUE)
		return -ENOBUFS;
	f = malloc(sizeof(*f) + len);
	if (!f)
		return -ENOBUFS;
	s->sent++;
	*f = (struct cs_frame){
		.at = s->heap->now + cs_net_delay(s->net),
		.type = type,
		.len = len,
	};
	if (vt_rng_uniform(&s->rng) < cs_net_loss(s->net, from, to))
		f->at += CS_STREAMS_RETRY_NS;
	memcpy(f->data, data, len);
	*w->last = f;
	w->last = &f->next;
	if (!w->count++)
		cs_heap_put(s->heap, &w->event, f->at);
	return 0;
}

/**
 * cs_streams_end() - a node's daemon ends
 * @s: streams
 * @id: node
 *
 * Others learn it when the node is there again, or nothing passes for long.
 */
void cs_streams_end(struct cs_streams *s, u32 id)
{
	for (size_t i = 0; i < s->count; i++) {
		struct cs_stream *t = s->stream[i];

		if (t->end[0] != id && t->end[1] != id)
			continue;
		if (t->open)
			close_stream(t);
	}
}

/**
 * cs_streams_free() - the end
 * @s: streams
 */
void cs_streams_free(struct cs_streams *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct cs_stream *t = s->stream[i];

		drop(&t->way[0]);
		drop(&t->way[1]);
		cs_heap_drop(s->heap, &t->event);
		free(t);
	}
	free(s->stream);
	free(s->bucket);
}
