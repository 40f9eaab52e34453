// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of the network: who is silent, what is lost on the way, paths that are not what
 * they seem.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "doctor.h"
#include "median.h"

/* Fewer in an examination say nothing. */
#define ASKED_MIN 3

/* A message of 512 bytes with its headers of IPv6. */
#define MTU_MIN 560

/* Loss that is worth a word. */
#define LOSS_PERCENT 5
#define LOSS_MIN 5

/* What a path's asymmetry is at least for a word: small ones are learnt daily. */
#define ASYMMETRY_NS 1000

/* Clocks whose median means something. */
#define AHEAD_MIN 3
#define AHEAD_MAX 256
#define AHEAD_NS 2000

static const struct cl_fault silent = {
	.name = "silent",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Is that host up, and does its clocklinkd run? Then a firewall drops the UDP port, or the address is not the right one.",
};

static const struct cl_fault one_way = {
	.name = "one-way",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Packets get through one way only: a firewall of one of both hosts, or on the way, drops the UDP port, or routes differ. Time stamps that are missing look the same, see missing-stamps.",
};

static const struct cl_fault loss = {
	.name = "loss",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Time stays right, but is measured less often. Look for a link at its limit, a full queue or a bad cable: \"ip -s link\", \"ethtool -S\".",
};

static const struct cl_fault asymmetry = {
	.name = "asymmetry",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"The path has changed in one direction; the clock was not moved by it. If the change is there to stay and known, set the peer's asymmetry; else find the route or queue that delays one way.",
};

static const struct cl_fault astray = {
	.name = "astray",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Either its clock is wrong, or the path to it takes longer one way than the other by twice as much: compare what other nodes say of it; a known asymmetry can be set.",
};

static const struct cl_fault stream_blocked = {
	.name = "stream-blocked",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"A firewall drops the TCP port, or large packets get lost on the way (a path with a smaller MTU whose ICMP messages are filtered): try \"ping -M do -s 1472\" and \"nc\" to that port.",
};

static const struct cl_fault cut_off = {
	.name = "cut-off",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Look at this host first: its link, its routes, and a firewall that drops the UDP port.",
};

static const struct cl_fault mtu = {
	.name = "mtu",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Give the device an MTU of at least 1280 (ip link set dev NAME mtu 1500).",
};

/**
 * struct traffic - what happened with a peer during the examination
 * @asked: requests sent
 * @heard: messages of the peer
 * @asks: of them requests
 * @exchanges: complete exchanges
 * @lost: messages of the peer that did not come
 * @is_leader: the node follows it
 */
struct traffic {
	u64 asked;
	u64 heard;
	u64 asks;
	u64 exchanges;
	u64 lost;
	bool is_leader;
};

/* A peer that was not there before has no traffic that could be told. */
static bool traffic_of(const struct cl_exam *e, const struct cl_nl_peer *p,
		       struct traffic *ret)
{
	const struct cl_nl_peer *was = cl_look_peer(e->before, p->node);

	if (!was)
		return false;
	*ret = (struct traffic){
		.asked = cl_doctor_since(p->requests, was->requests),
		.asks = cl_doctor_since(p->answered, was->answered),
		.exchanges = cl_doctor_since(p->exchanges, was->exchanges),
		.lost = cl_doctor_since(p->lost, was->lost),
		.is_leader = p->node == e->now->instance.leader,
	};
	ret->heard = cl_doctor_since(p->responses, was->responses) +
		     cl_doctor_since(p->updates, was->updates) + ret->asks;
	return true;
}

static bool is_silent(const struct traffic *t)
{
	return !t->heard && (t->asked >= ASKED_MIN || t->is_leader);
}

static void put_peer(struct cl_finding *f, const struct cl_look *l,
		     const struct cl_nl_peer *p)
{
	const struct cl_ctl_member *m = cl_look_member(l, p->node);
	char host[CL_UNITS_ADDR_SIZE];

	cl_finding_where(f, "node %u%s%s, %s", p->node, m ? ", " : "",
			 m ? m->name : "", cl_units_address(host, p));
}

static void check_silent(const struct cl_look *l, const struct cl_nl_peer *p,
			 const struct traffic *t, struct cl_findings *f)
{
	struct cl_finding *one;

	one = cl_findings_add(f, &silent);
	put_peer(one, l, p);
	cl_finding_what(one, "It was asked %llu times, nothing came%s.",
			(unsigned long long)t->asked,
			t->is_leader ? "; it is the leader" : "");
}

static void check_one_way(const struct cl_look *l, const struct cl_nl_peer *p,
			  const struct traffic *t, struct cl_findings *f)
{
	struct cl_finding *one;

	if (!t->heard || t->exchanges ||
	    (t->asked < ASKED_MIN && t->asks < ASKED_MIN))
		return;
	one = cl_findings_add(f, &one_way);
	put_peer(one, l, p);
	cl_finding_what(one, "%llu messages came, but no complete exchange.",
			(unsigned long long)t->heard);
}

/* Messages that come so late that nobody waits for them any more are not lost. */
static void check_loss(const struct cl_exam *e, const struct cl_nl_peer *p,
		       const struct traffic *t, struct cl_findings *f)
{
	u64 late = cl_doctor_since(e->now->stats.drop_seq,
				   e->before->stats.drop_seq);
	u64 lost = cl_doctor_since(t->lost, late);
	u64 all = t->lost + t->heard;
	struct cl_finding *one;

	if (lost < LOSS_MIN || lost * 100 < all * LOSS_PERCENT)
		return;
	one = cl_findings_add(f, &loss);
	put_peer(one, e->now, p);
	cl_finding_what(one, "%llu of %llu messages of it were lost.",
			(unsigned long long)lost, (unsigned long long)all);
}

static void check_learnt(const struct cl_look *l, const struct cl_nl_peer *p,
			 struct cl_findings *f)
{
	const char *way = p->learnt_asymmetry_ns > 0 ? "from" : "to";
	char longer[CL_UNITS_SIZE], rtt[CL_UNITS_SIZE];
	s64 limit = ASYMMETRY_NS;
	struct cl_finding *one;

	if (!p->ready)
		return;
	if (limit < (s64)(4 * p->noise_ns))
		limit = 4 * p->noise_ns;
	if (limit < (s64)(p->min_rtt_ns / 20))
		limit = p->min_rtt_ns / 20;
	if (llabs(p->learnt_asymmetry_ns) <= limit)
		return;
	one = cl_findings_add(f, &asymmetry);
	put_peer(one, l, p);
	cl_units_duration(longer, 2 * llabs(p->learnt_asymmetry_ns));
	cl_units_duration(rtt, p->min_rtt_ns);
	cl_finding_what(one, "The way %s it is longer by %s; round trip %s.",
			way, longer, rtt);
}

static bool tells_ahead(const struct cl_nl_peer *p)
{
	return p->ready && cl_nl_has(p, PEER_AHEAD) &&
	       cl_nl_state_usable(p->state);
}

/* Median of the own cluster time and that of the peers, minus the own. */
static bool median_ahead(const struct cl_look *l, s64 *ret)
{
	s64 ahead[AHEAD_MAX] = { 0 };
	size_t n = 1;

	for (size_t i = 0; i < l->n_peers && n < AHEAD_MAX; i++)
		if (tells_ahead(&l->peers[i]))
			ahead[n++] = l->peers[i].ahead_ns;
	*ret = cl_median(ahead, n);
	return n > AHEAD_MIN;
}

/* How far a peer is from the median; 0: not told, or no further than may be. */
static s64 stray_of(const struct cl_look *l, u32 node)
{
	const struct cl_nl_peer *p = cl_look_peer(l, node);
	s64 median, limit = AHEAD_NS, off;

	if (!p || !tells_ahead(p) || !median_ahead(l, &median))
		return 0;
	if (limit < (s64)(6 * p->error_ns + p->excess_ns))
		limit = 6 * p->error_ns + p->excess_ns;
	off = p->ahead_ns - median;
	return llabs(off) > limit ? off : 0;
}

/* One that keeps to one side of all others. */
static void check_astray(const struct cl_exam *e, const struct cl_nl_peer *p,
			 struct cl_findings *f)
{
	s64 was = stray_of(e->before, p->node), is = stray_of(e->now, p->node);
	struct cl_finding *one;
	char off[CL_UNITS_SIZE];

	if (!was || !is || (was ^ is) < 0)
		return;
	one = cl_findings_add(f, &astray);
	put_peer(one, e->now, p);
	cl_finding_what(one, "It keeps %s from the median of all others.",
			cl_units_offset(off, is));
}

/* Streams lead to the leader, and from it to all others. */
static bool expects_stream(const struct cl_look *l,
			   const struct cl_ctl_member *m)
{
	return !m->self && (m->role == CL_CTL_ROLE_LEADER ||
			    l->status.role == CL_CTL_ROLE_LEADER);
}

static void check_stream(const struct cl_exam *e, const struct cl_nl_peer *p,
			 const struct traffic *t, struct cl_findings *f)
{
	const struct cl_ctl_member *is = cl_look_member(e->now, p->node);
	const struct cl_ctl_member *was = cl_look_member(e->before, p->node);
	struct cl_finding *one;

	if (!t->heard || !is || !was || is->link || was->link ||
	    !expects_stream(e->now, is))
		return;
	one = cl_findings_add(f, &stream_blocked);
	put_peer(one, e->now, p);
	cl_finding_what(one, "Time messages come, but no stream to %s.",
			is->stream);
}

static void check_peer(const struct cl_exam *e, const struct cl_nl_peer *p,
		       struct cl_findings *f)
{
	struct traffic t;

	check_learnt(e->now, p, f);
	check_astray(e, p, f);
	if (!traffic_of(e, p, &t))
		return;
	check_one_way(e->now, p, &t, f);
	check_loss(e, p, &t, f);
	check_stream(e, p, &t, f);
}

/* All of several peers are silent: it is not they. */
static void check_silence(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_look *l = e->now;
	struct cl_finding *one;
	size_t mute = 0, spoken = 0;
	struct traffic t;

	for (size_t i = 0; i < l->n_peers; i++)
		if (traffic_of(e, &l->peers[i], &t)) {
			mute += is_silent(&t);
			spoken += t.heard > 0;
		}
	if (mute > 1 && !spoken) {
		one = cl_findings_add(f, &cut_off);
		cl_finding_where(one, "node %u", l->instance.node);
		cl_finding_what(one, "None of %zu peers is heard.", mute);
		return;
	}
	for (size_t i = 0; i < l->n_peers; i++)
		if (traffic_of(e, &l->peers[i], &t) && is_silent(&t))
			check_silent(l, &l->peers[i], &t, f);
}

static void check_mtu(const struct cl_host_link *h, struct cl_findings *f)
{
	struct cl_finding *one;

	if (h->mtu >= MTU_MIN)
		return;
	one = cl_findings_add(f, &mtu);
	cl_finding_where(one, "device %s", h->name);
	cl_finding_what(one, "Its MTU is %u; messages have up to 560 bytes.",
			h->mtu);
}

static const struct cl_fault foreign_cluster = {
	.name = "foreign-cluster",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Two clusters share a network and a port: give one another port, or correct the cluster id of the node that sends them.",
};

static const struct cl_fault foreign_version = {
	.name = "foreign-version",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"A node has another version of Clocklink, or another program uses the port: bring all nodes to one version.",
};

static const struct cl_fault unknown_node = {
	.name = "unknown-node",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"A node was taken out of the cluster and still runs, or settings of peers differ: compare \"clocklinkctl cluster members\" on both.",
};

static const struct cl_fault foreign_address = {
	.name = "foreign-address",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Address translation, several addresses of one host, or a changed one: packets must leave from the address that the cluster knows.",
};

static const struct cl_fault flood = {
	.name = "flood",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Somebody floods the port, or a node is set to a much shorter interval.",
};

/**
 * struct drop - packets that are dropped for a reason that somebody should know
 * @attr: counter of the instance
 * @what: what they are
 * @fault: what that means
 */
struct drop {
	u16 attr;
	const char *what;
	const struct cl_fault *fault;
};

static const struct drop drops[] = {
	{ CLOCKLINK_A_STATS_DROP_CLUSTER, "packets of another cluster came",
	  &foreign_cluster },
	{ CLOCKLINK_A_STATS_DROP_VERSION, "packets of an unknown version came",
	  &foreign_version },
	{ CLOCKLINK_A_STATS_DROP_PEER,
	  "packets of nodes came that are no peers", &unknown_node },
	{ CLOCKLINK_A_STATS_DROP_SOURCE,
	  "packets of peers came from an address that is not theirs",
	  &foreign_address },
	{ CLOCKLINK_A_STATS_DROP_RATE,
	  "packets came beyond the budget of their source", &flood },
};

static void check_drops(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_nl_msg kind = { .cmd = CLOCKLINK_CMD_STATS_GET };
	const struct cl_nl_schema *s = cl_nl_schema_of(kind.cmd);
	const struct cl_nl_field *field;
	struct cl_finding *one;
	u64 n;

	for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
		field = cl_nl_schema_find(s, drops[i].attr);
		n = cl_doctor_since(cl_nl_field_u64(field, &e->now->stats),
				    cl_nl_field_u64(field, &e->before->stats));
		if (!n || !e->before->has_instance)
			continue;
		one = cl_findings_add(f, drops[i].fault);
		cl_finding_where(one, "node %u", e->now->instance.node);
		cl_finding_what(one, "%llu %s.", (unsigned long long)n,
				drops[i].what);
	}
}

/**
 * cl_doctor_links() - examine a node's network
 * @e: what is known
 * @f: gets what is wrong
 */
void cl_doctor_links(const struct cl_exam *e, struct cl_findings *f)
{
	check_silence(e, f);
	for (size_t i = 0; i < e->now->n_peers; i++)
		check_peer(e, &e->now->peers[i], f);
	for (unsigned int i = 0; i < e->host->n_links; i++)
		check_mtu(&e->host->links[i], f);
	check_drops(e, f);
}
