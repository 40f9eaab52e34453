/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node tells others wrong.  Its own clock is right: only what it says is not.
 */
#ifndef _CS_LIAR_H
#define _CS_LIAR_H

#include "kmod/core/wire.h"
#include "scripts/lab/vtime/rng.h"

/* The order of their names in liar.c. */
enum cs_lie {
	CS_LIE_NONE,
	CS_LIE_CONSTANT, /* all times are later by its size */
	CS_LIE_TWO_FACED, /* to half of the nodes later, to the others earlier */
	CS_LIE_RANDOM, /* each message by another amount, up to its size */
	CS_LIE_NOW_AND_THEN, /* constant, in 3 of 10 rounds */
	CS_LIE_DRIFT, /* later by its size each second */
	CS_LIE_LINE, /* stamps are right, cluster time is not */
	CS_LIES
};

/**
 * struct cs_liar - a node that may lie
 * @lie: how
 * @size_ns: by how much
 * @since: from when on, ns of true time
 * @rng: for random ones
 */
struct cs_liar {
	enum cs_lie lie;
	s64 size_ns;
	s64 since;
	struct vt_rng rng;
};

const char *cs_lie_name(enum cs_lie l);
int cs_lie_find(const char *name);
bool cs_liar_lies(const struct cs_liar *l, s64 now);
void cs_liar_tamper(struct cs_liar *l, s64 now, struct cl_wire_msg *m);

#endif /* _CS_LIAR_H */
