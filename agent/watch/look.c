// SPDX-License-Identifier: GPL-2.0-or-later
#include "look.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"

/**
 * struct place - where objects of a command lie in a look
 * @cmd: the command
 * @many: they are the elements of an array, at @at a pointer
 * @at: offset in struct cl_look
 * @n: offset of their number
 * @size: of one
 * @key: offset of the u32 or u64 that they are sorted by, in one
 * @key_size: of that
 * @key2: offset of a second u32, 0: none
 */
struct place {
	u8 cmd;
	bool many;
	u16 at;
	u16 n;
	u16 size;
	u16 key;
	u8 key_size;
	u16 key2;
};

#define MEMBER(m) (((struct cl_look *)0)->m)

/* clang-format off */
#define ONE(c, m)						\
	{							\
		.cmd = (c),					\
		.at = offsetof(struct cl_look, m),		\
		.size = sizeof(MEMBER(m)),			\
	}

#define MANY(c, m, k)						\
	{							\
		.cmd = (c), .many = true,			\
		.at = offsetof(struct cl_look, m),		\
		.n = offsetof(struct cl_look, n_##m),		\
		.size = sizeof(*MEMBER(m)),			\
		.key = offsetof(typeof(*MEMBER(m)), k),		\
		.key_size = sizeof(MEMBER(m)->k),		\
	}
/* clang-format on */

/* In the order in which they are written to a record. */
static const struct place places[] = {
	ONE(CLOCKLINK_CMD_INSTANCE_GET, instance),
	ONE(CLOCKLINK_CMD_CLOCK_GET, clock),
	ONE(CLOCKLINK_CMD_STATS_GET, stats),
	MANY(CLOCKLINK_CMD_PEER_GET, peers, node),
	MANY(CLOCKLINK_CMD_DEVICE_GET, devices, ifindex),
	ONE(CL_CTL_STATUS_GET, status),
	ONE(CL_CTL_SETTINGS_GET, settings),
	ONE(CL_CTL_SCALE_GET, scale),
	ONE(CL_CTL_SYSCLOCK_GET, sysclock),
	ONE(CL_CTL_PHCCLOCK_GET, phcclock),
	MANY(CL_CTL_MEMBER_GET, members, node),
	MANY(CL_CTL_REPUTATION_GET, reputations, node),
	{
		.cmd = CL_CTL_ACCUSATION_GET,
		.many = true,
		.at = offsetof(struct cl_look, accusations),
		.n = offsetof(struct cl_look, n_accusations),
		.size = sizeof(struct cl_ctl_accusation),
		.key = offsetof(struct cl_ctl_accusation, node),
		.key_size = sizeof(u32),
		.key2 = offsetof(struct cl_ctl_accusation, accuser),
	},
	MANY(CL_CTL_VOTER_GET, voters, node),
	MANY(CL_CTL_EVENT_GET, events, number),
};

static void *array_of(const struct cl_look *l, const struct place *p)
{
	return *(void *const *)((const char *)l + p->at);
}

static size_t number_of(const struct cl_look *l, const struct place *p)
{
	return *(const size_t *)((const char *)l + p->n);
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct place *p = arg;
	u64 x = 0, y = 0;
	u32 x2 = 0, y2 = 0;

	memcpy(&x, (const char *)a + p->key, p->key_size);
	memcpy(&y, (const char *)b + p->key, p->key_size);
	if (p->key2) {
		memcpy(&x2, (const char *)a + p->key2, sizeof(x2));
		memcpy(&y2, (const char *)b + p->key2, sizeof(y2));
	}
	if (x != y)
		return x < y ? -1 : 1;
	return x2 < y2 ? -1 : x2 > y2;
}

/**
 * cl_look_clear() - forget all, give back the arrays
 * @l: a look, or zero
 */
void cl_look_clear(struct cl_look *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].many)
			free(array_of(l, &places[i]));
	memset(l, 0, sizeof(*l));
}

/**
 * cl_look_put() - put one object into its place
 * @l: a look that is being made
 * @m: the object; one that was put before is replaced, or joined by it in an array
 *
 * Return: 0; -ENOMSG for what has no place in a look, -ENOMEM.
 */
int cl_look_put(struct cl_look *l, const struct cl_nl_msg *m)
{
	const struct place *p = NULL;
	char *array, *more;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].cmd == m->cmd)
			p = &places[i];
	if (!p)
		return -ENOMSG;
	if (!p->many) {
		memcpy((char *)l + p->at, &m->have, p->size);
		return 0;
	}
	array = array_of(l, p);
	n = number_of(l, p);
	/* Room doubles: 1, 2, 4... */
	if (!(n & (n - 1))) {
		more = reallocarray(array, n ? 2 * n : 1, p->size);
		if (!more)
			return -ENOMEM;
		*(void **)((char *)l + p->at) = more;
		array = more;
	}
	memcpy(array + n * p->size, &m->have, p->size);
	*(size_t *)((char *)l + p->n) = n + 1;
	return 0;
}

/**
 * cl_look_each() - all objects of a look, one after the other
 * @l: the look
 * @each: gets them; what it returns but 0 ends it
 * @ctx: passed on
 *
 * Return: 0 or what @each has returned.
 */
int cl_look_each(const struct cl_look *l,
		 int (*each)(void *ctx, const struct cl_nl_msg *m), void *ctx)
{
	struct cl_nl_msg m;
	const char *obj;
	size_t n;
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		obj = places[i].many ? array_of(l, &places[i]) :
				       (const char *)l + places[i].at;
		n = places[i].many ? number_of(l, &places[i]) : 1;
		for (; n--; obj += places[i].size) {
			m.cmd = places[i].cmd;
			memcpy(&m.have, obj, places[i].size);
			if (!m.have)
				continue;
			err = each(ctx, &m);
			if (err)
				return err;
		}
	}
	return 0;
}

/* A dump of what changes meanwhile may tell the same twice: the last one counts. */
static void sort(struct cl_look *l, const struct place *p)
{
	size_t n = number_of(l, p), kept = 0;
	char *array = array_of(l, p);

	if (!n)
		return;
	qsort_r(array, n, p->size, compare, (void *)p);
	for (size_t i = 1; i < n; i++) {
		if (compare(array + kept * p->size, array + i * p->size,
			    (void *)p))
			kept++;
		if (kept != i)
			memcpy(array + kept * p->size, array + i * p->size,
			       p->size);
	}
	*(size_t *)((char *)l + p->n) = kept + 1;
}

/**
 * cl_look_finish() - sort the arrays, and say what there is
 * @l: a look into which all objects have been put
 */
void cl_look_finish(struct cl_look *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].many)
			sort(l, &places[i]);
	l->has_instance = l->instance.have && l->clock.have;
	l->has_daemon = l->status.have || l->sysclock.have;
	l->has_cluster = cl_ctl_has(&l->status, STATUS_MEMBERS) &&
			 l->status.phase == CL_CTL_PHASE_MEMBER;
}

/* All that are looked for begin with have and node. */
static const void *find(const void *array, size_t n, size_t size, u32 node)
{
	size_t low = 0, high = n, mid;
	u32 found;

	while (low < high) {
		mid = low + (high - low) / 2;
		memcpy(&found,
		       (const char *)array + mid * size +
			       offsetof(struct cl_nl_peer, node),
		       sizeof(found));
		if (found == node)
			return (const char *)array + mid * size;
		if (found < node)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/**
 * cl_look_peer() - a peer
 * @l: a finished look
 * @node: its node id
 *
 * Return: the peer, owned by @l; NULL if there is none.
 */
const struct cl_nl_peer *cl_look_peer(const struct cl_look *l, u32 node)
{
	return find(l->peers, l->n_peers, sizeof(*l->peers), node);
}

/**
 * cl_look_member() - a member of the cluster
 * @l: a finished look
 * @node: its node id
 *
 * Return: the member, owned by @l; NULL if there is none.
 */
const struct cl_ctl_member *cl_look_member(const struct cl_look *l, u32 node)
{
	return find(l->members, l->n_members, sizeof(*l->members), node);
}

/**
 * cl_look_reputation() - what the node thinks of another
 * @l: a finished look
 * @node: id of the other
 *
 * Return: the reputation, owned by @l; NULL if there is none.
 */
const struct cl_ctl_reputation *cl_look_reputation(const struct cl_look *l,
						   u32 node)
{
	return find(l->reputations, l->n_reputations, sizeof(*l->reputations),
		    node);
}

/**
 * cl_look_voter() - a voter's oscillator
 * @l: a finished look
 * @node: its node id
 *
 * Return: the voter, owned by @l; NULL if there is none.
 */
const struct cl_ctl_voter *cl_look_voter(const struct cl_look *l, u32 node)
{
	return find(l->voters, l->n_voters, sizeof(*l->voters), node);
}

static_assert(offsetof(struct cl_nl_peer, node) ==
			      offsetof(struct cl_ctl_member, node) &&
		      offsetof(struct cl_nl_peer, node) ==
			      offsetof(struct cl_ctl_reputation, node) &&
		      offsetof(struct cl_nl_peer, node) ==
			      offsetof(struct cl_ctl_voter, node),
	      "find()");
