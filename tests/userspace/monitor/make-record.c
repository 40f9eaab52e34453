// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a record of a cluster that never was, for tests and benchmarks of those who
 * look: node 1 follows, the leader changes in the middle, the last node lies from then
 * on and is isolated.
 *
 * usage: make-record FILE NODES SECONDS [lost|calm|cut-off]
 *
 * NODES is at least 5.  With "lost" daemon and module are gone at the end.  With "calm"
 * nobody lies and the daemon steers the clocks of system and device; so it does with
 * "cut-off", where node 1 reaches no majority in the second half: its clock is in holdover.
 */
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/nl/schema.h"
#include "agent/watch/record.h"

#define UTC_NS (1700000000 * CL_NS_PER_SEC)
#define MONO_NS (1000 * CL_NS_PER_SEC)
#define OWN 1
#define VOTERS 5
#define ROUNDS_PER_S 4

/* Nodes whose exchanges are told, so many of each per second. */
#define SAMPLED 200
#define SAMPLES 4

#define FLOOR_NS 1000000
#define QUEUE_NS 10000

/* What happens at the end. */
enum plot {
	PLOT_LIAR,
	PLOT_LOST,
	PLOT_CALM,
	PLOT_CUT_OFF,
};

/**
 * struct scene - what is made up
 * @w: the record
 * @plot: what happens
 * @nodes: members of the cluster; all but one are peers
 * @seconds: how long it lasts
 * @at: second of the look
 * @random: state of the random numbers
 */
struct scene {
	struct cl_record_writer w;
	enum plot plot;
	u32 nodes;
	unsigned int seconds;
	unsigned int at;
	u64 random;
};

static void __noreturn die(const char *why)
{
	fprintf(stderr, "make-record: %s\n", why);
	exit(EXIT_FAILURE);
}

/* splitmix64, S. Vigna */
static double uniform(struct scene *s)
{
	u64 z = s->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return ((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double queue(struct scene *s)
{
	return -QUEUE_NS * log(1 - uniform(s));
}

/* All attributes but some; those that were not set are 0. */
static u64 all_but(u8 cmd, u64 without)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(cmd);
	u64 have = 0;

	for (unsigned int i = 0; i < s->n; i++)
		have |= 1ULL << s->fields[i].attr;
	return have & ~without;
}

static void put(struct cl_look *l, struct cl_nl_msg *m, u64 without)
{
	m->have = all_but(m->cmd, without);
	if (cl_look_put(l, m))
		die("out of memory");
}

static u32 leader_of(const struct scene *s)
{
	return s->at < s->seconds / 2 ? 2 : 3;
}

static bool has_liar(const struct scene *s)
{
	return s->plot == PLOT_LIAR || s->plot == PLOT_LOST;
}

static bool lies(const struct scene *s, u32 node)
{
	return has_liar(s) && node == s->nodes && s->at > s->seconds / 2;
}

static bool is_cut_off(const struct scene *s)
{
	return s->plot == PLOT_CUT_OFF && s->at > s->seconds / 2;
}

static void put_module(const struct scene *s, struct cl_look *l)
{
	struct cl_nl_msg inst = { .cmd = CLOCKLINK_CMD_INSTANCE_GET };
	struct cl_nl_msg clock = { .cmd = CLOCKLINK_CMD_CLOCK_GET };
	struct cl_nl_msg stats = { .cmd = CLOCKLINK_CMD_STATS_GET };

	inst.instance.node = OWN;
	inst.instance.cluster = 7;
	inst.instance.port = 20319;
	inst.instance.leader = leader_of(s);
	inst.instance.role = CLOCKLINK_ROLE_FOLLOWER;
	inst.instance.term = leader_of(s) - 1;
	inst.instance.round = 1 + s->at * ROUNDS_PER_S;
	inst.instance.interval_ns = CL_NS_PER_SEC / ROUNDS_PER_S;
	inst.instance.peers = s->nodes - 1;
	inst.instance.state = CLOCKLINK_STATE_SYNCED;
	inst.instance.max_bound_ns = 100 * CL_NS_PER_MS;
	put(l, &inst, 0);
	clock.clock.raw_ns = MONO_NS + s->at * CL_NS_PER_SEC;
	clock.clock.time_ns = UTC_NS + (37 + s->at) * CL_NS_PER_SEC;
	clock.clock.rate_ppt = 12345678;
	clock.clock.bound_ns = 11000 + 1000 * sin(s->at / 20.0);
	clock.clock.hard_ns = s->at ? 520000 : U64_MAX;
	clock.clock.drift_ppt = 2000;
	clock.clock.state = s->at ? CLOCKLINK_STATE_SYNCED :
				    CLOCKLINK_STATE_JOINING;
	clock.clock.tai_offset_s = 37;
	clock.clock.error_ns = 80 * sin(s->at / 5.0);
	clock.clock.parent = leader_of(s);
	clock.clock.steps = 1;
	if (is_cut_off(s)) {
		clock.clock.state = CLOCKLINK_STATE_HOLDOVER;
		clock.clock.bound_ns = 2 * CL_NS_PER_MS;
	}
	put(l, &clock, 0);
	stats.stats.rx = 100ULL * s->at;
	stats.stats.tx = 100ULL * s->at;
	stats.stats.drop_seq = s->at / 10;
	stats.stats.rounds = s->at * ROUNDS_PER_S;
	put(l, &stats, 0);
}

static void put_peer(struct scene *s, struct cl_look *l, u32 node)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_PEER_GET };
	struct cl_nl_peer *p = &m.peer;

	p->node = node;
	p->addr4.s_addr = htonl(0x0a000000 + node);
	p->port = 20319;
	p->exchanges = s->at * SAMPLES;
	p->requests = p->exchanges;
	p->responses = p->exchanges - p->exchanges / 50;
	p->lost = p->exchanges / 50;
	p->offset_ns = node * 1000000LL;
	p->freq_ppt = (s64)(node % 40) * 1000000 - 20000000;
	p->freq_error_ppt = 500;
	p->error_ns = 60 + node % 7;
	p->min_rtt_ns = FLOOR_NS + node % 1000 * 100;
	p->excess_ns = QUEUE_NS + node % 10 * 100;
	p->wander_ppt = 1000 + node;
	p->age_ns = 20 * CL_NS_PER_MS;
	p->ready = s->at > 0;
	p->state = node % 50 ? CLOCKLINK_STATE_SYNCED :
			       CLOCKLINK_STATE_HOLDOVER;
	p->raw_ns = MONO_NS + s->at * CL_NS_PER_SEC;
	p->ahead_ns = (uniform(s) - 0.5) * 400;
	if (lies(s, node))
		p->ahead_ns += CL_NS_PER_MS;
	p->ahead_age_ns = 30 * CL_NS_PER_MS;
	put(l, &m, CL_NL_BIT(PEER_ADDR6) | CL_NL_BIT(PEER_SCOPE));
}

static void put_member(const struct scene *s, struct cl_look *l, u32 node)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_MEMBER_GET };
	u64 none = CL_CTL_BIT(MEMBER_LAG) | CL_CTL_BIT(MEMBER_READMITTED);

	m.member.node = node;
	snprintf(m.member.name, sizeof(m.member.name), "node-%05u", node);
	m.member.role = node <= VOTERS ? CL_CTL_ROLE_VOTER :
					 CL_CTL_ROLE_FOLLOWER;
	if (node == leader_of(s))
		m.member.role = CL_CTL_ROLE_LEADER;
	m.member.self = node == OWN;
	m.member.link = node != OWN;
	m.member.wanted = node <= VOTERS;
	snprintf(m.member.time, sizeof(m.member.time), "10.%u.%u.%u:20319",
		 node >> 16, node >> 8 & 255, node & 255);
	strcpy(m.member.stream, m.member.time);
	strcpy(m.member.reputation, "good");
	if (lies(s, node)) {
		m.member.isolated_ns = UTC_NS + s->seconds / 2 * CL_NS_PER_SEC;
		strcpy(m.member.rule, "strikes");
		m.member.accusers = 3;
	} else {
		none |= CL_CTL_BIT(MEMBER_ISOLATED) | CL_CTL_BIT(MEMBER_RULE) |
			CL_CTL_BIT(MEMBER_ACCUSERS);
	}
	put(l, &m, none);
}

static void put_reputation(const struct scene *s, struct cl_look *l, u32 node)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_REPUTATION_GET };
	u64 none = 0;

	m.reputation.node = node;
	snprintf(m.reputation.name, sizeof(m.reputation.name), "node-%05u",
		 node);
	m.reputation.voter = node <= VOTERS;
	strcpy(m.reputation.state, lies(s, node) ? "isolated" : "good");
	m.reputation.weight_m = lies(s, node) ? 0 : 1000;
	m.reputation.strikes_limit_m = 3000;
	m.reputation.proofs_limit_m = 4000;
	m.reputation.cusum_limit_m = 8000;
	m.reputation.excess_limit_m = 8000;
	if (lies(s, node)) {
		strcpy(m.reputation.rule, "strikes");
		m.reputation.offset_ns = CL_NS_PER_MS;
		m.reputation.limit_ns = 20000;
	} else {
		none = CL_CTL_BIT(REPUTATION_RULE) |
		       CL_CTL_BIT(REPUTATION_OFFSET) |
		       CL_CTL_BIT(REPUTATION_LIMIT);
	}
	put(l, &m, none);
}

/* One that the daemon is told to steer; @rival sets it, where somebody lies. */
static void put_clock_of_host(const struct scene *s, struct cl_look *l, u8 cmd,
			      const char *rival)
{
	struct cl_nl_msg m = { .cmd = cmd };
	struct cl_ctl_sysclock *c = &m.sysclock;
	u64 none = 0;

	if (cmd == CL_CTL_PHCCLOCK_GET)
		strcpy(c->device, "eth0");
	else
		none |= CL_CTL_BIT(SYSCLOCK_DEVICE);
	if (has_liar(s)) {
		none |= CL_CTL_BIT(SYSCLOCK_OFFSET) | CL_CTL_BIT(SYSCLOCK_FREQ);
		strcpy(c->state, "left-alone");
		strcpy(c->owner, rival);
		snprintf(c->why, sizeof(c->why), "%s (process 77) sets it",
			 rival);
		c->yields = 1;
	} else {
		none |= CL_CTL_BIT(SYSCLOCK_OWNER) | CL_CTL_BIT(SYSCLOCK_WHY);
		strcpy(c->state, "steered");
		c->offset_ns = 40 * sin(s->at / 3.0);
		c->freq_ppt = 4200000;
	}
	put(l, &m, none);
}

static void put_status(const struct scene *s, struct cl_look *l)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_STATUS_GET };
	struct cl_nl_msg settings = { .cmd = CL_CTL_SETTINGS_GET };

	m.status.node = OWN;
	strcpy(m.status.name, "node-00001");
	m.status.cluster = 7;
	m.status.phase = CL_CTL_PHASE_MEMBER;
	m.status.role = CL_CTL_ROLE_VOTER;
	m.status.leader = leader_of(s);
	snprintf(m.status.leader_name, sizeof(m.status.leader_name),
		 "node-%05u", leader_of(s));
	m.status.term = leader_of(s) - 1;
	m.status.members = s->nodes;
	m.status.voters = VOTERS;
	m.status.reachable = VOTERS;
	m.status.needed = VOTERS / 2 + 1;
	m.status.quorum = true;
	m.status.isolated = lies(s, s->nodes);
	m.status.clock = CLOCKLINK_STATE_SYNCED;
	if (is_cut_off(s)) {
		m.status.clock = CLOCKLINK_STATE_HOLDOVER;
		m.status.reachable = 1;
		m.status.quorum = false;
	}
	put(l, &m, CL_CTL_BIT(STATUS_LEASE) | CL_CTL_BIT(STATUS_REFUSAL));
	put_clock_of_host(s, l, CL_CTL_SYSCLOCK_GET, "chronyd");
	put_clock_of_host(s, l, CL_CTL_PHCCLOCK_GET, "ts2phc");
	settings.instance.interval_ns = CL_NS_PER_SEC / ROUNDS_PER_S;
	put(l, &settings, 0);
}

/* Another node leads and has told of them; the last one is on trial. */
static void put_voters(const struct scene *s, struct cl_look *l)
{
	struct cl_nl_msg scale = { .cmd = CL_CTL_SCALE_GET };
	u64 none = CL_CTL_BIT(VOTER_MEASURED) | CL_CTL_BIT(VOTER_RESIDUAL);
	struct cl_nl_msg m;

	scale.scale.age_ns = s->at * CL_NS_PER_SEC;
	scale.have = CL_CTL_BIT(SCALE_LEADING) | CL_CTL_BIT(SCALE_AGE);
	if (cl_look_put(l, &scale))
		die("out of memory");
	for (u32 node = 1; node <= VOTERS; node++) {
		m = (struct cl_nl_msg){ .cmd = CL_CTL_VOTER_GET };
		m.voter.node = node;
		snprintf(m.voter.name, sizeof(m.voter.name), "node-%05u", node);
		m.voter.known = true;
		m.voter.counts = node < VOTERS;
		m.voter.weight_m = node < VOTERS ? 1000 / (VOTERS - 1) : 0;
		m.voter.rms_ns = 10 + node;
		m.voter.freq_ppt = 1000000 * node;
		m.voter.age_ns = scale.scale.age_ns;
		put(l, &m, none);
	}
}

static void put_judgement(const struct scene *s, struct cl_look *l)
{
	struct cl_nl_msg why = { .cmd = CL_CTL_ACCUSATION_GET };
	struct cl_nl_msg m = { .cmd = CL_CTL_EVENT_GET };

	if (!lies(s, s->nodes))
		return;
	for (u32 i = OWN; i <= 3; i++) {
		why.accusation.node = s->nodes;
		why.accusation.accuser = i;
		strcpy(why.accusation.rule, "strikes");
		why.accusation.offset_ns = CL_NS_PER_MS;
		why.accusation.limit_ns = 20000;
		put(l, &why, 0);
	}
	m.event.number = 1;
	m.event.utc_ns = UTC_NS + (s->seconds / 2 + 1) * CL_NS_PER_SEC;
	m.event.node = s->nodes;
	snprintf(m.event.name, sizeof(m.event.name), "node-%05u", s->nodes);
	strcpy(m.event.from, "good");
	strcpy(m.event.to, "demoted");
	strcpy(m.event.rule, "strikes");
	m.event.offset_ns = CL_NS_PER_MS;
	m.event.limit_ns = 20000;
	put(l, &m, 0);
}

static void put_look(struct scene *s, bool module, bool daemon)
{
	struct cl_look l = { 0 };

	l.utc_ns = UTC_NS + s->at * CL_NS_PER_SEC;
	l.mono_ns = MONO_NS + s->at * CL_NS_PER_SEC;
	if (module)
		put_module(s, &l);
	if (daemon)
		put_status(s, &l);
	for (u32 node = 1; node <= s->nodes; node++) {
		if (module && node != OWN)
			put_peer(s, &l, node);
		if (daemon)
			put_member(s, &l, node);
		if (daemon && node != OWN)
			put_reputation(s, &l, node);
	}
	if (daemon) {
		put_voters(s, &l);
		put_judgement(s, &l);
	}
	if (!module || !daemon)
		snprintf(l.error, sizeof(l.error), "%s: it is gone",
			 module ? "daemon" : "module");
	cl_look_finish(&l);
	if (cl_record_look(&s->w, &l))
		die(s->w.error);
	cl_look_clear(&l);
}

static void put_event(struct scene *s, double after_s, struct cl_nl_msg *m)
{
	s64 after = (s->at + after_s) * CL_NS_PER_SEC;

	m->have = all_but(m->cmd, 0);
	if (cl_record_event(&s->w, UTC_NS + after, MONO_NS + after, m))
		die(s->w.error);
}

static void put_update(struct scene *s)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_UPDATE_NTF };

	m.update.sender = leader_of(s);
	m.update.term = leader_of(s) - 1;
	m.update.round = 1 + s->at * ROUNDS_PER_S;
	m.update.state = CLOCKLINK_STATE_SYNCED;
	m.update.bound_ns = 5000;
	m.update.interval_ns = CL_NS_PER_SEC / ROUNDS_PER_S;
	put_event(s, 0.01, &m);
}

static void put_samples(struct scene *s)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_SAMPLE_NTF };
	s64 one_way = FLOOR_NS / 2;

	for (u32 i = 0; i < SAMPLES * SAMPLED; i++) {
		m.sample.peer = 2 + i % SAMPLED;
		if (m.sample.peer > s->nodes)
			continue;
		m.sample.seq = i;
		m.sample.out_tx_ns = s->at * CL_NS_PER_SEC;
		m.sample.out_rx_ns = m.sample.out_tx_ns + one_way + queue(s);
		m.sample.in_tx_ns = m.sample.out_rx_ns + 20000;
		m.sample.in_rx_ns = m.sample.in_tx_ns + one_way + queue(s);
		put_event(s, 0.02 + 0.9 * i / (SAMPLES * SAMPLED), &m);
	}
}

static void parse_plot(struct scene *s, const char *word)
{
	if (!strcmp(word, "lost"))
		s->plot = PLOT_LOST;
	else if (!strcmp(word, "calm"))
		s->plot = PLOT_CALM;
	else if (!strcmp(word, "cut-off"))
		s->plot = PLOT_CUT_OFF;
	else
		die("neither lost nor calm nor cut-off");
}

int main(int argc, char **argv)
{
	struct scene s = { .random = 1 };

	if (argc < 4 || argc > 5)
		die("usage: make-record FILE NODES SECONDS [lost|calm|cut-off]");
	if (argc == 5)
		parse_plot(&s, argv[4]);
	s.nodes = strtoul(argv[2], NULL, 10);
	s.seconds = strtoul(argv[3], NULL, 10);
	if (s.nodes < VOTERS || s.seconds < 4)
		die("at least 5 nodes and 4 s");
	if (cl_record_create(&s.w, argv[1]))
		die(s.w.error);
	for (; s.at < s.seconds; s.at++) {
		put_look(&s, true, true);
		put_update(&s);
		put_samples(&s);
	}
	if (s.plot == PLOT_LOST) {
		put_look(&s, true, false);
		s.at++;
		put_look(&s, false, false);
	}
	if (cl_record_finish(&s.w))
		die(s.w.error);
	return EXIT_SUCCESS;
}
