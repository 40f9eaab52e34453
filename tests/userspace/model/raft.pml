/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elections, replication and changes of members one at a time, as agent/core/raft*.c
 * do them, without time: whoever may stand for election does at any moment, any
 * message comes late or never, writes reach the disk late, any node crashes.  Pre-vote,
 * leases and check-quorum only forbid some of these runs.  Snapshots are not here: a
 * log begins with the members that a first snapshot has.
 *
 * Bounds: NODES, TERMS, ENTRIES (of a log), FIRST (members in the beginning, as bits).
 * Faults that have to be found: COUNT_OLD commits an entry of an earlier term by
 * counting, HURRY changes members before an entry of the own term is committed,
 * TWO_AT_ONCE while another change is not, FORGET loses the vote in a crash, EARLY
 * acknowledges what is not on the disk, ANY_LOG votes for a log that is behind.
 */
#ifndef NODES
#define NODES 3
#endif
#ifndef TERMS
#define TERMS 3
#endif
#ifndef ENTRIES
#define ENTRIES 3
#endif
#ifndef FIRST
#define FIRST 7
#endif

#if defined(FIXED)
#define STANDS true
#define CHANGES false
#define CRASHES true
#elif defined(PAIR)
#define STANDS (a < 2)
#define CHANGES ((a == 0 && b == 4) || (a == 1 && b == 0))
#define CRASHES false
#else
#define STANDS true
#define CHANGES true
#define CRASHES true
#endif

#define NOBODY NODES
#define AT(n, i) ((n) * ENTRIES + (i) - 1)
#define HAS(set, n) (((set) >> (n)) & 1)
#define ELECTING 1
#define LEADING 2

byte term[NODES], vote[NODES], role[NODES];
byte votes[NODES];			/* who has voted for it, bits */
byte size[NODES], stored[NODES];		/* of the log; of it on the disk */
byte entry[NODES * ENTRIES];		/* term of the entry */
byte conf[NODES * ENTRIES];		/* members that it makes, 0: none */
byte match[NODES * NODES];		/* leader: what each has acknowledged */
byte commit[NODES];			/* leader */

/* What no node knows */
byte led[TERMS + 1];			/* 1 + who led the term */
byte settled, settled_term[ENTRIES + 1], settled_conf[ENTRIES + 1],
	settled_by[ENTRIES + 1];

/* For use within one step only */
hidden byte i, k, set, at, n, m, count;

/* set: members by the log of a node; at: index of the entry that made them */
inline members(x)
{
	set = FIRST;
	at = 0;
	for (i : 1 .. size[x]) {
		if
		:: conf[AT(x, i)] -> set = conf[AT(x, i)]; at = i
		:: else
		fi
	}
}

/* count: members in both sets; m: members */
inline tally(some)
{
	count = 0;
	m = 0;
	for (i : 0 .. NODES - 1) {
		m = m + HAS(set, i);
		count = count + (HAS(set, i) && HAS(some, i))
	}
}

inline last_term(x, t)
{
	t = (size[x] == 0 -> 0 : entry[AT(x, size[x])])
}

/* What only a candidate or a leader knows is forgotten, or states would differ */
inline follow(x)
{
	role[x] = 0;
	votes[x] = 0;
	commit[x] = 0;
	for (i : 0 .. NODES - 1) {
		match[x * NODES + i] = 0
	}
}

inline enter(x, t)
{
	if
	:: term[x] < t ->
		term[x] = t;
		vote[x] = NOBODY;
		follow(x)
	:: else
	fi
}

inline stand(x)
{
	members(x);
	if
	:: HAS(set, x) ->
		term[x] = term[x] + 1;
		vote[x] = x;
		role[x] = ELECTING;
		votes[x] = 1 << x;
		stored[x] = size[x]
	:: else
	fi
}

inline grant(x, y)
{
	last_term(x, k);
	last_term(y, n);
	if
#ifndef ANY_LOG
	:: n < k || (n == k && size[y] < size[x])
#endif
	:: else ->
		enter(x, term[y]);
		if
		:: vote[x] == NOBODY || vote[x] == y ->
			vote[x] = y;
			votes[y] = votes[y] | (1 << x)
		:: else
		fi
	fi
}

inline put(x, what)
{
	size[x] = size[x] + 1;
	entry[AT(x, size[x])] = term[x];
	conf[AT(x, size[x])] = what;
	stored[x] = (CRASHES -> stored[x] : size[x])
}

inline lead(x)
{
	members(x);
	tally(votes[x]);
	if
	:: 2 * count > m ->
		assert(led[term[x]] == 0 || led[term[x]] == 1 + x);
		led[term[x]] = 1 + x;
		role[x] = LEADING;
		votes[x] = 0;
		/* Leader completeness */
		for (i : 1 .. ENTRIES) {
			assert(i > settled || settled_by[i] >= term[x] ||
			       (i <= size[x] &&
				entry[AT(x, i)] == settled_term[i] &&
				conf[AT(x, i)] == settled_conf[i]))
		}
		/* An entry of its own, if there is room */
		if
		:: size[x] < ENTRIES -> put(x, 0)
		:: else
		fi
	:: else
	fi
}

/* One member more or less */
inline change(x, who)
{
	members(x);
	if
#ifndef TWO_AT_ONCE
	:: at > commit[x]
#endif
#ifndef HURRY
	:: commit[x] == 0 || entry[AT(x, commit[x])] != term[x]
#endif
	:: (set ^ (1 << who)) == 0 || size[x] == ENTRIES
	:: else -> put(x, set ^ (1 << who))
	fi
}

/* The first entry that the other has not, or has otherwise */
inline replicate(x, y)
{
	enter(y, term[x]);
	follow(y);
	k = 1;
	do
	:: k <= size[x] && k <= size[y] && entry[AT(x, k)] == entry[AT(y, k)] ->
		k++
	:: else -> break
	od;
	if
	:: k <= size[x] ->
		for (i : k .. size[y]) {
			entry[AT(y, i)] = 0;
			conf[AT(y, i)] = 0
		}
		size[y] = k;
		entry[AT(y, k)] = entry[AT(x, k)];
		conf[AT(y, k)] = conf[AT(x, k)];
		stored[y] = (stored[y] < k - 1 -> stored[y] : k - 1);
		stored[y] = (CRASHES -> stored[y] : k)
	:: else
	fi
}

#ifdef EARLY
#define KEPT(y) size[y]
#else
#define KEPT(y) stored[y]
#endif

inline acknowledge(x, y)
{
	k = 0;
	do
	:: k < size[x] && k < KEPT(y) &&
	   entry[AT(x, k + 1)] == entry[AT(y, k + 1)] -> k++
	:: else -> break
	od;
	if
	:: k > match[x * NODES + y] -> match[x * NODES + y] = k
	:: else
	fi
}

inline settle(x)
{
	members(x);
	for (k : commit[x] + 1 .. size[x]) {
		count = 0;
		m = 0;
		for (i : 0 .. NODES - 1) {
			m = m + HAS(set, i);
			count = count + (HAS(set, i) &&
				(i == x -> KEPT(x) >= k : match[x * NODES + i] >= k))
		}
		if
#ifndef COUNT_OLD
		:: entry[AT(x, k)] != term[x]
#endif
		:: 2 * count <= m
		:: else -> commit[x] = k
		fi
	}
	/* What is committed is never another */
	for (i : 1 .. commit[x]) {
		if
		:: i <= settled ->
			assert(settled_term[i] == entry[AT(x, i)] &&
			       settled_conf[i] == conf[AT(x, i)])
		:: else ->
			settled = i;
			settled_term[i] = entry[AT(x, i)];
			settled_conf[i] = conf[AT(x, i)];
			settled_by[i] = term[x]
		fi
	}
}

inline crash(x)
{
	follow(x);
	for (i : stored[x] + 1 .. size[x]) {
		entry[AT(x, i)] = 0;
		conf[AT(x, i)] = 0
	}
	size[x] = stored[x];
#ifdef FORGET
	vote[x] = NOBODY
#endif
}

init {
	byte a, b;

	d_step {
		for (i : 0 .. NODES - 1) {
			vote[i] = NOBODY
		}
	}
	do
	:: atomic {
		select(a : 0 .. NODES - 1);
		select(b : 0 .. NODES - 1);
		if
		:: d_step { role[a] != LEADING && term[a] < TERMS && STANDS ->
			stand(a); skip }
		:: d_step { role[a] == ELECTING && a != b && term[b] <= term[a] ->
			grant(b, a); skip }
		:: d_step { role[a] == ELECTING -> lead(a); skip }
		:: d_step { role[a] == LEADING && CHANGES ->
			change(a, b); skip }
		:: d_step { role[a] == LEADING && a != b && term[b] <= term[a] ->
			replicate(a, b); skip }
		:: d_step { stored[a] < size[a] -> stored[a] = size[a] }
		:: d_step { role[a] == LEADING && a != b && term[b] == term[a] ->
			acknowledge(a, b); skip }
		:: d_step { role[a] == LEADING -> settle(a); skip }
		:: d_step { role[a] == LEADING ||
			    (CRASHES && (role[a] != 0 || stored[a] < size[a])) ->
			crash(a); skip }
		:: else
		fi;
		a = 0;
		b = 0
	}
	od
}
