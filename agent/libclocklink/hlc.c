// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical Physical Clocks", OPODIS 2014,
 * figure 5, with the latest end of the interval as the physical clock.
 */
#include "handle.h"

#include <pthread.h>
#include <stdlib.h>

#include "kmod/core/bytes.h"
#include "wiped.h"

#pragma GCC visibility push(default)
#include "clocklink_hlc.h"
#pragma GCC visibility pop

/* 31 years; cluster time and this together are far from the end of int64_t. */
#define MAX_AHEAD_NS (1000000000LL * CL_NS_PER_SEC)

/**
 * struct clocklink_hlc - an HLC
 * @clock: the physical clock
 * @max_ahead_ns: how far another node's stamp may be ahead of it, ns
 * @lock: protects @last; wiped in a child, whose parent's other threads may have held
 *	it
 * @last: the latest stamp given or received
 */
struct clocklink_hlc {
	const struct clocklink *clock;
	int64_t max_ahead_ns;
	pthread_mutex_t *lock;
	struct clocklink_hlc_stamp last;
};

/**
 * clocklink_hlc_compare() - order of two stamps
 * @a: stamp
 * @b: stamp
 *
 * An event that can have caused another has the earlier stamp; equal ones are of
 * different HLCs, and neither caused the other.
 *
 * Return: -1 if @a is earlier, 0 if they are equal, 1 if it is later.
 */
int clocklink_hlc_compare(const struct clocklink_hlc_stamp *a,
			  const struct clocklink_hlc_stamp *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->count > b->count) - (a->count < b->count);
}

/*
 * The time first: a child forked between both stores sees a stamp that is no
 * earlier than the one before.
 */
static void store(struct clocklink_hlc_stamp *last,
		  const struct clocklink_hlc_stamp *s)
{
	__atomic_store_n(&last->time, s->time, __ATOMIC_RELEASE);
	__atomic_store_n(&last->count, s->count, __ATOMIC_RELEASE);
}

/* The next stamp at the same time; when the count is used up, of the next ns. */
static struct clocklink_hlc_stamp next(const struct clocklink_hlc_stamp *s)
{
	struct clocklink_hlc_stamp n = { .time = s->time,
					 .count = s->count + 1 };

	if (!n.count)
		n.time++;
	return n;
}

/* A stamp later than all that is known, and of now if now is later than that. */
static void advance(struct clocklink_hlc *h, int64_t now,
		    const struct clocklink_hlc_stamp *theirs,
		    struct clocklink_hlc_stamp *ret)
{
	struct clocklink_hlc_stamp stamp = { .time = now };
	const struct clocklink_hlc_stamp *known = &h->last;

	pthread_mutex_lock(h->lock);
	if (theirs && clocklink_hlc_compare(theirs, known) > 0)
		known = theirs;
	if (known->time >= now)
		stamp = next(known);
	store(&h->last, &stamp);
	pthread_mutex_unlock(h->lock);
	*ret = stamp;
}

/**
 * clocklink_hlc_new() - make an HLC
 * @c: the clock, which must stay open
 * @max_ahead_ns: how far stamps of others may be ahead of the own latest time, ns,
 *	0 to 10^18; twice the largest bound that nodes may have is not too
 *	little
 * @ret: the HLC, for clocklink_hlc_free(); NULL if it fails
 *
 * One per process: stamps of two have no order but that of their messages. That of a
 * child goes on after its parent's stamps, but both may give the same ones.
 *
 * Return: 0; CLOCKLINK_ERROR_ARGUMENT, CLOCKLINK_ERROR_MEMORY.
 */
int clocklink_hlc_new(const struct clocklink *c, int64_t max_ahead_ns,
		      struct clocklink_hlc **ret)
{
	struct clocklink_hlc *h;

	if (!ret)
		return CLOCKLINK_ERROR_ARGUMENT;
	*ret = NULL;
	if (!c || max_ahead_ns < 0 || max_ahead_ns > MAX_AHEAD_NS)
		return CLOCKLINK_ERROR_ARGUMENT;
	h = calloc(1, sizeof(*h));
	if (!h)
		return CLOCKLINK_ERROR_MEMORY;
	/* Memory that is zero is an open mutex in every C library of Linux. */
	h->lock = cl_wiped_new(sizeof(*h->lock));
	if (!h->lock) {
		free(h);
		return CLOCKLINK_ERROR_MEMORY;
	}
	h->clock = c;
	h->max_ahead_ns = max_ahead_ns;
	h->last.time = INT64_MIN;
	*ret = h;
	return CLOCKLINK_OK;
}

/**
 * clocklink_hlc_free() - free an HLC
 * @h: HLC that no thread uses any more, or NULL
 */
void clocklink_hlc_free(struct clocklink_hlc *h)
{
	if (!h)
		return;
	cl_wiped_free(h->lock, sizeof(*h->lock));
	free(h);
}

/**
 * clocklink_hlc_now() - stamp an event, or a message to be sent
 * @h: the HLC
 * @ret: the stamp, later than all that @h has given or received; unchanged if it
 *	fails
 *
 * Not before the true time.  Without a usable clock there is no stamp: one that
 * only counts on would be bound to no time.
 *
 * Context: any thread.
 * Return: 0; as clocklink_now().
 */
int clocklink_hlc_now(struct clocklink_hlc *h, struct clocklink_hlc_stamp *ret)
{
	struct clocklink_interval iv;
	int err;

	err = clocklink_now(h->clock, &iv);
	if (err)
		return err;
	advance(h, iv.latest, NULL, ret);
	return CLOCKLINK_OK;
}

/**
 * clocklink_hlc_receive() - take over the stamp of a message
 * @h: the HLC
 * @theirs: the message's stamp
 * @ret: stamp of the receipt, later than @theirs and all before; unchanged if it
 *	fails; may be @theirs
 *
 * A stamp that is too far ahead is refused and changes nothing, so that one
 * node whose clock is wrong does not take all with it.
 *
 * Context: any thread.
 * Return: 0; CLOCKLINK_ERROR_DRIFT; as clocklink_now().
 */
int clocklink_hlc_receive(struct clocklink_hlc *h,
			  const struct clocklink_hlc_stamp *theirs,
			  struct clocklink_hlc_stamp *ret)
{
	struct clocklink_interval iv;
	int err;

	err = clocklink_now(h->clock, &iv);
	if (err)
		return err;
	if (theirs->time > iv.latest + h->max_ahead_ns)
		return CLOCKLINK_ERROR_DRIFT;
	advance(h, iv.latest, theirs, ret);
	return CLOCKLINK_OK;
}

/**
 * clocklink_hlc_wait() - wait until a stamp is certainly in the past
 * @h: the HLC
 * @stamp: an own stamp, or one received
 * @timeout_ns: as clocklink_wait_until_after() has it
 *
 * After it every stamp that any node gives, whether it has heard of this one or
 * not, is later: external consistency.
 *
 * Context: any thread; sleeps.
 * Return: as clocklink_wait_until_after().
 */
int clocklink_hlc_wait(struct clocklink_hlc *h,
		       const struct clocklink_hlc_stamp *stamp,
		       int64_t timeout_ns)
{
	return clocklink_wait_until_after(h->clock, stamp->time, timeout_ns);
}

/**
 * clocklink_hlc_pack() - stamp as bytes that sort (memcmp()) as the stamps do
 * @stamp: the stamp
 * @ret: time with its sign bit turned, then count, both big-endian
 */
void clocklink_hlc_pack(const struct clocklink_hlc_stamp *stamp,
			unsigned char ret[CLOCKLINK_HLC_BYTES])
{
	cl_put_be64(ret, (u64)stamp->time ^ 1ULL << 63);
	cl_put_be32(ret + 8, stamp->count);
}

/**
 * clocklink_hlc_unpack() - stamp from its bytes
 * @bytes: what clocklink_hlc_pack() made; any bytes are some stamp
 * @ret: the stamp
 */
void clocklink_hlc_unpack(const unsigned char bytes[CLOCKLINK_HLC_BYTES],
			  struct clocklink_hlc_stamp *ret)
{
	ret->time = (int64_t)(cl_get_be64(bytes) ^ 1ULL << 63);
	ret->count = cl_get_be32(bytes + 8);
}
