// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakekernel.h"

#include <errno.h>
#include <linux/clocklink.h>
#include <math.h>
#include <string.h>

/* 2026-06-30 12:00:00 UTC, the middle of a day that could end with a leap second. */
#define START_S 1782820800LL
#define DAY_S 86400
#define TAI_OFFSET 37

#define RONLY                                                           \
	(STA_PPSSIGNAL | STA_PPSJITTER | STA_PPSWANDER | STA_PPSERROR | \
	 STA_CLOCKERR | STA_NANO | STA_MODE | STA_CLK)

/**
 * fakekernel_init() - a machine that has booted
 * @k: the kernel; both clocks agree
 */
void fakekernel_init(struct fakekernel *k)
{
	memset(k, 0, sizeof(*k));
	k->real_s = START_S;
	k->time_s = START_S + TAI_OFFSET;
	k->tx.status = STA_UNSYNC;
	k->tx.tick = 10000;
	k->tx.maxerror = 16000000;
	k->tx.esterror = 16000000;
	k->tx.constant = 2;
	k->look.state = CLOCKLINK_STATE_SYNCED;
	k->look.tai_offset_s = TAI_OFFSET;
	k->look.bound_ns = 10000;
	k->look.hard_ns = 500000;
}

/* second_overflow(); the leap second is inserted when its day ends. */
static void next_second(struct fakekernel *k)
{
	s64 shift = lrint(floor(k->tx.offset / 4.0));

	k->real_s++;
	k->real -= CL_NS_PER_SEC;
	if (k->tx.status & STA_INS && k->real_s % DAY_S == 0 && !k->leaps) {
		k->real_s--;
		k->tx.tai++;
		k->leaps++;
	}
	k->second = shift;
	k->tx.offset -= shift;
	k->second += k->adjust_us > 500 ? 500e3 : k->adjust_us * 1e3;
	k->adjust_us = k->adjust_us > 500 ? k->adjust_us - 500 : 0;
	k->tx.maxerror += 500;
	if (k->tx.maxerror > 16000000) {
		k->tx.maxerror = 16000000;
		k->tx.status |= STA_UNSYNC;
	}
}

/**
 * fakekernel_advance() - let time go by
 * @k: the kernel
 * @raw_ns: how much, by the raw clock
 */
void fakekernel_advance(struct fakekernel *k, s64 raw_ns)
{
	double left = raw_ns, rate, part;

	k->raw += left;
	k->time += left * (1 + k->look.rate);
	while (k->time >= CL_NS_PER_SEC) {
		k->time -= CL_NS_PER_SEC;
		k->time_s++;
	}
	while (left > 0) {
		rate = 1 + k->tx.freq / 65536e6 + k->excess + k->second / 1e9;
		part = fmin(left, (CL_NS_PER_SEC - k->real) / rate);
		k->real += part * rate;
		left -= part;
		if (k->real > CL_NS_PER_SEC - 0.001)
			next_second(k);
	}
}

/**
 * fakekernel_set() - set the clock
 * @k: the kernel
 * @ns: by how much
 */
void fakekernel_set(struct fakekernel *k, s64 ns)
{
	k->real_s += ns / CL_NS_PER_SEC;
	k->real += ns % CL_NS_PER_SEC;
	if (k->real < 0) {
		k->real += CL_NS_PER_SEC;
		k->real_s--;
	}
	if (k->real >= CL_NS_PER_SEC) {
		k->real -= CL_NS_PER_SEC;
		k->real_s++;
	}
	k->tx.status |= STA_UNSYNC;
	k->tx.maxerror = 16000000;
	k->tx.esterror = 16000000;
	k->tx.offset = 0;
	k->second = 0;
	k->adjust_us = 0;
}

/**
 * fakekernel_offset() - cluster time in UTC minus the clock
 * @k: the kernel
 *
 * Return: the difference, ns.
 */
s64 fakekernel_offset(const struct fakekernel *k)
{
	return (k->time_s - k->look.tai_offset_s - k->real_s) * CL_NS_PER_SEC +
	       llrint(k->time - k->real);
}

static int look(void *ctx, struct cl_sysclock_look *ret)
{
	struct fakekernel *k = ctx;

	if (k->fail_look)
		return k->fail_look;
	*ret = k->look;
	ret->at.raw_ns = llrint(k->raw);
	ret->at.real_ns = k->real_s * CL_NS_PER_SEC + llrint(k->real);
	ret->time_ns = k->time_s * CL_NS_PER_SEC + llrint(k->time);
	return 0;
}

/* process_adjtimex_modes() */
static void set(struct fakekernel *k, const struct timex *tx)
{
	if (tx->modes & ADJ_STATUS)
		k->tx.status = (k->tx.status & RONLY) | (tx->status & ~RONLY);
	if (tx->modes & ADJ_NANO)
		k->tx.status |= STA_NANO;
	if (tx->modes & ADJ_FREQUENCY)
		k->tx.freq = tx->freq;
	if (tx->modes & ADJ_MAXERROR)
		k->tx.maxerror = tx->maxerror;
	if (tx->modes & ADJ_ESTERROR)
		k->tx.esterror = tx->esterror;
	if (tx->modes & ADJ_TIMECONST)
		k->tx.constant =
			tx->constant + (k->tx.status & STA_NANO ? 0 : 4);
	if (tx->modes & ADJ_TAI)
		k->tx.tai = tx->constant;
	if (tx->modes & ADJ_OFFSET && k->tx.status & STA_PLL)
		k->tx.offset = tx->offset;
	if (tx->modes & ADJ_TICK)
		k->tx.tick = tx->tick;
}

static int adjust(void *ctx, struct timex *tx)
{
	struct fakekernel *k = ctx;
	unsigned int modes = tx->modes;
	s64 before = k->adjust_us;

	if (k->fail)
		return k->fail;
	if (modes == ADJ_OFFSET_SINGLESHOT)
		k->adjust_us = tx->offset;
	else if (modes == ADJ_SETOFFSET + ADJ_NANO)
		fakekernel_set(k, tx->time.tv_sec * CL_NS_PER_SEC +
					  tx->time.tv_usec);
	else if (modes != ADJ_OFFSET_SS_READ)
		set(k, tx);
	k->calls += modes && modes != ADJ_OFFSET_SS_READ;
	k->steps += modes == (ADJ_SETOFFSET | ADJ_NANO);
	*tx = k->tx;
	if (modes == ADJ_OFFSET_SS_READ || modes == ADJ_OFFSET_SINGLESHOT)
		tx->offset = before;
	return 0;
}

static bool rivals(void *ctx, bool all, char who[CL_OWNER_WHO_SIZE])
{
	struct fakekernel *k = ctx;
	const char *name = k->rival ? k->rival : all ? k->suspect : NULL;

	if (name)
		strcpy(who, name);
	return name;
}

const struct cl_sysclock_ops fakekernel_ops = {
	.look = look,
	.adjust = adjust,
	.rivals = rivals,
};
