// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded to the kernels of the virtual-time lab: the host's getrandom() gives
 * the same bytes in every run, so that a run can be repeated. Nothing that the
 * guests keep secret is secret.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kmod/core/types.h"

/* splitmix64, see scripts/lab/vtime/rng.c */
static u64 next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * getrandom() - replaces that of the C library
 * @buf: where the bytes go
 * @len: how many
 * @flags: without meaning here
 *
 * The stream depends on the environment variable VTIME_SEED only. The kernel's
 * host side has one thread.
 *
 * Return: @len.
 */
ssize_t getrandom(void *buf, size_t len, unsigned int flags)
{
	static u64 state;
	static int seeded;
	u64 word;
	size_t n;

	(void)flags;
	if (!seeded) {
		const char *seed = getenv("VTIME_SEED");

		state = seed ? strtoull(seed, NULL, 10) : 0;
		seeded = 1;
	}
	for (size_t i = 0; i < len; i += n) {
		word = next(&state);
		n = len - i < sizeof(word) ? len - i : sizeof(word);
		memcpy((char *)buf + i, &word, n);
	}
	return (ssize_t)len;
}
