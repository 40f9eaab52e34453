// SPDX-License-Identifier: GPL-2.0-or-later
#include "roster.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static_assert(CL_ROSTER_MAX <= 65536, "places are u16");

/**
 * cl_roster_new() - a roster without members
 *
 * It takes 4.6 MB of addresses, but memory only for members that there are: pages of
 * its own, which are zero until they are written.  calloc() would reuse others and
 * write them all.
 *
 * Return: the roster; NULL: no memory.
 */
struct cl_roster *cl_roster_new(void)
{
	struct cl_roster *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1, 0);

	return r == MAP_FAILED ? NULL : r;
}

/**
 * cl_roster_free() - free a roster
 * @r: the roster, or NULL
 */
void cl_roster_free(struct cl_roster *r)
{
	if (r)
		munmap(r, sizeof(*r));
}

/* Rank of the first member whose id is at least @id. */
static u32 rank_of(const struct cl_roster *r, u32 id)
{
	u32 low = 0, high = r->n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (r->member[r->order[mid]].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Place of a member, -1: there is none. */
static int place_of(const struct cl_roster *r, u32 id)
{
	u32 rank = rank_of(r, id);

	if (rank == r->n || r->member[r->order[rank]].id != id)
		return -1;
	return r->order[rank];
}

/**
 * cl_roster_find() - a member by its id
 * @r: the roster
 * @id: node id
 *
 * Return: the member, valid until the roster changes; NULL: there is none.
 */
const struct cl_member *cl_roster_find(const struct cl_roster *r, u32 id)
{
	int place = place_of(r, id);

	return place < 0 ? NULL : &r->member[place];
}

/**
 * cl_roster_named() - a member by its name
 * @r: the roster
 * @name: the name
 *
 * Return: as cl_roster_find().
 */
const struct cl_member *cl_roster_named(const struct cl_roster *r,
					const char *name)
{
	for (u32 i = 0; i < r->n; i++)
		if (!strcmp(r->member[i].name, name))
			return &r->member[i];
	return NULL;
}

/**
 * cl_roster_next() - walk the members by ascending id
 * @r: the roster
 * @id: id of the one before, 0 for the start
 *
 * Return: the member after it; NULL: it was the last.
 */
const struct cl_member *cl_roster_next(const struct cl_roster *r, u32 id)
{
	u32 rank = rank_of(r, id + 1);

	return rank == r->n ? NULL : &r->member[r->order[rank]];
}

/**
 * cl_roster_standing() - how a member stands
 * @r: the roster
 * @id: node id
 *
 * Return: its standing, valid until the roster changes; NULL: there is no such
 * member.
 */
const struct cl_standing *cl_roster_standing(const struct cl_roster *r, u32 id)
{
	int place = place_of(r, id);

	return place < 0 ? NULL : &r->standing[place];
}

/* What is the same is not written: most pages of standings stay zero. */
static void place_standing(struct cl_roster *r, u32 place,
			   const struct cl_standing *s)
{
	struct cl_standing *st = &r->standing[place];

	r->isolated -= st->isolation.n != 0;
	r->isolated += s->isolation.n != 0;
	if (memcmp(st, s, sizeof(*st)))
		*st = *s;
}

/**
 * cl_roster_stand() - set how a member stands
 * @r: the roster
 * @id: a member
 * @s: its standing
 */
void cl_roster_stand(struct cl_roster *r, u32 id, const struct cl_standing *s)
{
	place_standing(r, place_of(r, id), s);
}

static int compare_endpoint(const struct cl_endpoint *a,
			    const struct cl_endpoint *b)
{
	int c = memcmp(a->addr, b->addr, sizeof(a->addr));

	if (!c)
		c = a->family - b->family;
	return c ? c : a->port - b->port;
}

static int compare_name(const struct cl_member *a, const struct cl_member *b)
{
	return strcmp(a->name, b->name);
}

static int compare_time(const struct cl_member *a, const struct cl_member *b)
{
	return compare_endpoint(&a->time, &b->time);
}

static int compare_stream(const struct cl_member *a, const struct cl_member *b)
{
	return compare_endpoint(&a->stream, &b->stream);
}

static int compare_key(const struct cl_member *a, const struct cl_member *b)
{
	return memcmp(a->key, b->key, sizeof(a->key));
}

typedef int compare_fn(const struct cl_member *, const struct cl_member *);

/* What no two members may have in common. */
static const struct {
	const char *what;
	compare_fn *compare;
} unique[] = {
	{ "name", compare_name },
	{ "time address", compare_time },
	{ "stream address", compare_stream },
	{ "key", compare_key },
};

#define N_UNIQUE (sizeof(unique) / sizeof(*unique))

/* Any number of members may have no key. */
static bool same(unsigned int i, const struct cl_member *a,
		 const struct cl_member *b)
{
	static const struct cl_member none;

	if (unique[i].compare(a, b))
		return false;
	return unique[i].compare != compare_key || compare_key(a, &none);
}

/**
 * cl_roster_rival() - has another member what must be one's own
 * @r: the roster
 * @m: a member, in the roster or not
 * @ret: gets the other one
 *
 * Return: what they have in common, in words; NULL: nothing.
 */
const char *cl_roster_rival(const struct cl_roster *r,
			    const struct cl_member *m,
			    const struct cl_member **ret)
{
	for (u32 k = 0; k < r->n; k++) {
		const struct cl_member *o = &r->member[k];

		for (unsigned int i = 0; o->id != m->id && i < N_UNIQUE; i++)
			if (same(i, o, m)) {
				*ret = o;
				return unique[i].what;
			}
	}
	return NULL;
}

static int compare_places(const void *a, const void *b, void *ctx)
{
	const struct cl_member *const *m = a, *const *o = b;
	compare_fn *const *compare = ctx;

	return (*compare)(*m, *o);
}

/**
 * cl_roster_rivals() - have any two members what must be one's own
 * @r: the roster
 * @ret: gets the two
 *
 * Return: what they have in common, in words; NULL: nothing.
 */
const char *cl_roster_rivals(const struct cl_roster *r,
			     const struct cl_member *ret[2])
{
	const struct cl_member *sorted[CL_ROSTER_MAX];

	for (u32 k = 0; k < r->n; k++)
		sorted[k] = &r->member[k];
	for (unsigned int i = 0; i < N_UNIQUE; i++) {
		compare_fn *compare = unique[i].compare;

		qsort_r(sorted, r->n, sizeof(*sorted), compare_places,
			&compare);
		for (u32 k = 1; k < r->n; k++)
			if (same(i, sorted[k - 1], sorted[k])) {
				ret[0] = sorted[k - 1];
				ret[1] = sorted[k];
				return unique[i].what;
			}
	}
	return NULL;
}

/**
 * cl_roster_put() - add a member, or replace what is known of one
 * @r: the roster; a new member needs room
 * @m: the member
 *
 * A member that is replaced keeps its standing.
 */
void cl_roster_put(struct cl_roster *r, const struct cl_member *m)
{
	int place = place_of(r, m->id);
	u32 rank;

	if (place < 0) {
		rank = rank_of(r, m->id);
		memmove(r->order + rank + 1, r->order + rank,
			(r->n - rank) * sizeof(*r->order));
		place = r->n++;
		r->order[rank] = place;
	}
	r->member[place] = *m;
}

/**
 * cl_roster_del() - remove a member
 * @r: the roster
 * @id: a member
 */
void cl_roster_del(struct cl_roster *r, u32 id)
{
	static const struct cl_standing none;
	u32 rank = rank_of(r, id);
	u32 place = r->order[rank];

	r->n--;
	memmove(r->order + rank, r->order + rank + 1,
		(r->n - rank) * sizeof(*r->order));
	/* the last one fills the gap */
	if (place != r->n) {
		r->order[rank_of(r, r->member[r->n].id)] = place;
		r->member[place] = r->member[r->n];
		place_standing(r, place, &r->standing[r->n]);
	}
	place_standing(r, r->n, &none);
}
