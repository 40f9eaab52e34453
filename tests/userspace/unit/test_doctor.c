// SPDX-License-Identifier: GPL-2.0-or-later
/* clocklink-stats doctor: finds nothing on a healthy node, and each fault by its name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "agent/stats/doctor.h"

#define PEERS 4

/* A node, twice looked at, in an array that the looks do not own. */
struct node {
	struct cl_look before;
	struct cl_look now;
	struct cl_host host;
	struct cl_nl_peer peers_before[PEERS];
	struct cl_nl_peer peers_now[PEERS];
	struct cl_ctl_member members_before[PEERS + 1];
	struct cl_ctl_member members_now[PEERS + 1];
	struct cl_ctl_reputation reputations[PEERS];
	struct cl_nl_device device_before;
	struct cl_nl_device device_now;
};

static struct cl_nl_peer healthy_peer(u32 node, u64 exchanges)
{
	return (struct cl_nl_peer){
		.have = CL_NL_BIT(PEER_AHEAD),
		.node = node,
		.requests = exchanges,
		.responses = exchanges,
		.exchanges = exchanges,
		.ready = true,
		.state = CLOCKLINK_STATE_SYNCED,
		.freq_ppt = 20000000 * ((s64)node - 3),
		.wander_ppt = 1000,
		.min_rtt_ns = 1000000,
		.excess_ns = 10000,
		.error_ns = 50,
		.noise_ns = 100,
		.ahead_ns = 20 * (s64)node,
		.ifindex = 2,
	};
}

static void fill(struct cl_look *l, struct cl_nl_peer *peers,
		 struct cl_ctl_member *members, u64 exchanges)
{
	*l = (struct cl_look){
		.has_instance = true,
		.has_daemon = true,
		.has_cluster = true,
		.peers = peers,
		.n_peers = PEERS,
		.members = members,
		.n_members = PEERS + 1,
	};
	l->instance.node = 1;
	l->instance.leader = 1;
	l->clock.state = CLOCKLINK_STATE_SYNCED;
	l->status.node = 1;
	l->status.role = CL_CTL_ROLE_LEADER;
	l->status.quorum = true;
	l->status.voters = 5;
	l->status.reachable = 5;
	l->status.needed = 3;
	for (u32 i = 0; i < PEERS; i++)
		peers[i] = healthy_peer(i + 2, exchanges);
	for (u32 i = 0; i <= PEERS; i++)
		members[i] = (struct cl_ctl_member){
			.node = i + 1,
			.role = i ? CL_CTL_ROLE_VOTER : CL_CTL_ROLE_LEADER,
			.self = !i,
			.link = i,
		};
}

static int set_up(void **state)
{
	static struct node n;

	memset(&n, 0, sizeof(n));
	fill(&n.before, n.peers_before, n.members_before, 1000);
	fill(&n.now, n.peers_now, n.members_now, 1050);
	strcpy(n.host.clocksource, "tsc");
	n.host.links[0] = (struct cl_host_link){ 2, "eth0", 1500, false };
	n.host.n_links = 1;
	*state = &n;
	return 0;
}

static const struct cl_findings *examine(const struct node *n)
{
	static struct cl_findings f;
	const struct cl_exam e = { &n->before, &n->now, &n->host };

	cl_doctor(&e, &f);
	return &f;
}

/* Just this is found, there, with words for what was seen and what to do. */
static void assert_found(const struct node *n, const char *name,
			 const char *where)
{
	const struct cl_findings *f = examine(n);

	assert_int_equal(f->n, 1);
	assert_string_equal(f->all[0].fault->name, name);
	assert_non_null(strstr(f->all[0].where, where));
	assert_true(strlen(f->all[0].what) > 10);
	assert_true(strlen(f->all[0].what) < CL_FINDING_TEXT_SIZE - 1);
	assert_true(strlen(f->all[0].fault->advice) > 20);
}

static void test_healthy(void **state)
{
	assert_int_equal(examine(*state)->n, 0);
}

static void test_follower(void **state)
{
	struct node *n = *state;

	/* It asks nobody, and hears its leader alone. */
	n->now.instance.leader = 2;
	n->now.status.role = CL_CTL_ROLE_VOTER;
	n->members_now[1].role = CL_CTL_ROLE_LEADER;
	for (int i = 0; i < PEERS; i++) {
		n->peers_now[i] = n->peers_before[i];
		n->members_now[i + 1].link = !i;
		n->members_before[i + 1].link = !i;
	}
	n->peers_now[0].answered += 50;
	n->peers_now[0].updates += 50;
	n->peers_now[0].exchanges += 50;
	assert_int_equal(examine(n)->n, 0);
	/* Its leader says nothing any more. */
	n->peers_now[0] = n->peers_before[0];
	assert_found(n, "silent", "node 2");
}

static void test_no_instance(void **state)
{
	struct node *n = *state;

	n->now = (struct cl_look){ .error = "module: it is not loaded" };
	assert_found(n, "no-instance", "namespace");
}

static void test_no_daemon(void **state)
{
	struct node *n = *state;

	n->now.has_daemon = false;
	n->now.has_cluster = false;
	strcpy(n->now.error, "daemon: none runs");
	assert_found(n, "no-daemon", "node 1");
}

static void test_no_quorum(void **state)
{
	struct node *n = *state;

	n->now.status.quorum = false;
	n->now.status.reachable = 2;
	assert_found(n, "no-quorum", "node 1");
}

static void test_refused(void **state)
{
	struct node *n = *state;

	n->now.status.refused = 3;
	assert_found(n, "refused-updates", "node 1");
}

static void test_isolated(void **state)
{
	struct node *n = *state;

	n->members_now[3].have = CL_CTL_BIT(MEMBER_ISOLATED);
	strcpy(n->members_now[3].rule, "strikes");
	assert_found(n, "isolated", "node 4");
	assert_int_equal(examine(n)->all[0].severity, CL_SEVERITY_WARNING);
	n->members_now[3].have = 0;
	n->members_now[0].have = CL_CTL_BIT(MEMBER_ISOLATED);
	assert_found(n, "isolated", "node 1");
	assert_int_equal(examine(n)->all[0].severity, CL_SEVERITY_CRITICAL);
}

static void test_suspect(void **state)
{
	struct node *n = *state;

	n->now.reputations = n->reputations;
	n->now.n_reputations = PEERS;
	for (int i = 0; i < PEERS; i++) {
		n->reputations[i].node = i + 2;
		strcpy(n->reputations[i].state, "trusted");
	}
	assert_int_equal(examine(n)->n, 0);
	strcpy(n->reputations[1].state, "suspicious");
	assert_found(n, "suspect", "node 3");
}

static void test_states(void **state)
{
	struct node *n = *state;

	n->now.clock.state = CLOCKLINK_STATE_HOLDOVER;
	assert_found(n, "holdover", "node 1");
	n->now.clock.state = CLOCKLINK_STATE_VOID;
	assert_found(n, "no-time", "node 1");
}

static void test_clock_source(void **state)
{
	struct node *n = *state;

	strcpy(n->host.clocksource, "hpet");
	assert_found(n, "clock-source", "host");
}

static void test_disturbed(void **state)
{
	struct node *n = *state;

	n->before.clock.disruptions = 7;
	n->now.clock.disruptions = 7;
	assert_int_equal(examine(n)->n, 0);
	n->now.clock.disruptions = 8;
	assert_found(n, "disturbed", "host");
}

static void test_crystal(void **state)
{
	struct node *n = *state;

	n->peers_now[1].freq_ppt = 300000000;
	assert_found(n, "crystal", "node 3");
}

/* All are off against the own: it is the own, and they are not to blame. */
static void test_own_crystal(void **state)
{
	struct node *n = *state;

	for (int i = 0; i < PEERS; i++)
		n->peers_now[i].freq_ppt -= 300000000;
	assert_found(n, "crystal", "node 1");
}

/* With two peers the own one decides between them, with one nobody does. */
static void test_crystal_of_few(void **state)
{
	struct node *n = *state;

	n->now.n_peers = 2;
	n->peers_now[1].freq_ppt = -300000000;
	assert_found(n, "crystal", "node 3");
	n->peers_now[0].freq_ppt = -300000000;
	assert_found(n, "crystal", "node 1");
	n->now.n_peers = 1;
	assert_found(n, "crystal", "node 1 or node 2");
}

static void test_wander(void **state)
{
	struct node *n = *state;

	/* What a fan blows at, learnt one step too large. */
	n->peers_now[2].wander_ppt = 31623;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[2].wander_ppt = 100000;
	assert_found(n, "wander", "node 4");
	/* Is it the own that it is found by first? */
	n->peers_now[0].wander_ppt = 10000;
	n->peers_now[1].wander_ppt = 10000;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].wander_ppt = 3162;
	assert_found(n, "wander", "node 4");
	for (int i = 0; i < PEERS - 1; i++)
		n->peers_now[i].wander_ppt = 100000;
	assert_found(n, "wander", "node 1");
	/* one peer that is calm is not enough to blame the two others */
	n->peers_now[2].wander_ppt = 1000;
	n->now.n_peers = 3;
	assert_int_equal(examine(n)->n, 0);
	n->now.n_peers = 1;
	assert_found(n, "wander", "node 1 or node 2");
}

static void test_owners(void **state)
{
	struct node *n = *state;

	strcpy(n->host.owners, "chronyd (process 7)");
	n->host.n_owners = 1;
	assert_int_equal(examine(n)->n, 0);
	n->now.sysclock.have = CL_CTL_BIT(SYSCLOCK_STATE);
	strcpy(n->now.sysclock.state, "left-alone");
	assert_found(n, "clock-owners", "host");
	strcpy(n->now.sysclock.state, "off");
	assert_int_equal(examine(n)->n, 0);
	n->host.n_owners = 2;
	assert_found(n, "clock-owners", "host");
}

static void silence(struct node *n, int i)
{
	n->peers_now[i].responses = n->peers_before[i].responses;
	n->peers_now[i].exchanges = n->peers_before[i].exchanges;
}

static void test_silent(void **state)
{
	struct node *n = *state;

	silence(n, 2);
	assert_found(n, "silent", "node 4");
	for (int i = 0; i < PEERS; i++)
		silence(n, i);
	assert_found(n, "cut-off", "node 1");
}

static void test_one_way(void **state)
{
	struct node *n = *state;

	silence(n, 0);
	n->peers_now[0].answered += 20;
	assert_found(n, "one-way", "node 2");
}

static void test_loss(void **state)
{
	struct node *n = *state;

	n->peers_now[3].lost += 4;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[3].lost += 6;
	assert_found(n, "loss", "node 5");
	/* They came, but late. */
	n->now.stats.drop_seq = 8;
	assert_int_equal(examine(n)->n, 0);
}

static void test_asymmetry(void **state)
{
	struct node *n = *state;

	n->peers_now[0].learnt_asymmetry_ns = -40000;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[0].learnt_asymmetry_ns = -60000;
	assert_found(n, "asymmetry", "node 2");
}

static void test_astray(void **state)
{
	struct node *n = *state;

	n->peers_now[2].ahead_ns = 50000;
	/* for a moment only */
	assert_int_equal(examine(n)->n, 0);
	n->peers_before[2].ahead_ns = -50000;
	assert_int_equal(examine(n)->n, 0);
	n->peers_before[2].ahead_ns = 45000;
	assert_found(n, "astray", "node 4");
}

static void test_stream(void **state)
{
	struct node *n = *state;

	n->members_now[4].link = false;
	assert_int_equal(examine(n)->n, 0);
	n->members_before[4].link = false;
	assert_found(n, "stream-blocked", "node 5");
}

static void test_mtu(void **state)
{
	struct node *n = *state;

	n->host.links[0].mtu = 500;
	assert_found(n, "mtu", "eth0");
}

static void test_drops(void **state)
{
	struct node *n = *state;

	n->now.stats.drop_cluster = 5;
	n->before.stats.drop_cluster = 5;
	assert_int_equal(examine(n)->n, 0);
	n->now.stats.drop_cluster++;
	assert_found(n, "foreign-cluster", "node 1");
	n->before = n->now;
	n->before.peers = n->peers_before;
	n->now.stats.drop_rate++;
	assert_found(n, "flood", "node 1");
}

static void test_missing_stamps(void **state)
{
	struct node *n = *state;

	n->peers_now[1].no_stamp += 2;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].no_stamp += 40;
	assert_found(n, "missing-stamps", "node 3");
	for (int i = 0; i < PEERS; i++)
		n->peers_now[i].no_stamp = 42;
	assert_found(n, "missing-stamps", "node 1");
	for (int i = 0; i < PEERS; i++)
		n->peers_now[i].no_stamp = 0;
	n->now.stats.tx = n->before.stats.tx + 100;
	assert_found(n, "no-transmit-stamps", "node 1");
	n->now.stats.tx_stamp = 1;
	assert_int_equal(examine(n)->n, 0);
}

/* A stamp is missing as well if the message that was to tell it is. */
static void test_excused_stamps(void **state)
{
	struct node *n = *state;

	n->peers_now[1].no_stamp = 15;
	n->peers_now[1].reordered = 4;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].reordered = 0;
	n->peers_now[1].lost = 4;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].lost = 0;
	n->peers_now[1].responses -= 4;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].responses += 1;
	assert_found(n, "missing-stamps", "node 3");
	/* It is not asked. */
	n->peers_now[1].requests = n->peers_before[1].requests;
	assert_int_equal(examine(n)->n, 0);
}

/* The device of the first link gives its stamps. */
static void use_device(struct node *n)
{
	n->before.devices = &n->device_before;
	n->now.devices = &n->device_now;
	n->before.n_devices = 1;
	n->now.n_devices = 1;
	n->device_now.ifindex = 2;
	n->device_before.ifindex = 2;
	n->device_now.state = CLOCKLINK_DEVICE_STATE_HARDWARE;
}

static void test_hardware_stamps(void **state)
{
	struct node *n = *state;

	n->host.links[0].stamps = true;
	assert_found(n, "unused-hardware-stamps", "eth0");
	use_device(n);
	assert_int_equal(examine(n)->n, 0);
	n->device_now.breaks = 1;
	assert_found(n, "device-clock-set", "eth0");
	n->device_now.breaks = 0;
}

/* The device forgets: it is named once, the peers are not to blame. */
static void test_lost_stamps(void **state)
{
	struct node *n = *state;

	n->host.links[0].stamps = true;
	use_device(n);
	for (int i = 0; i < PEERS; i++) {
		n->peers_before[i].hw_fallbacks = 3;
		n->peers_now[i].hw_fallbacks = 3;
		n->peers_before[i].stamps = CLOCKLINK_STAMPS_HARDWARE;
		n->peers_now[i].stamps = CLOCKLINK_STAMPS_HARDWARE;
	}
	/* long ago */
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[3].hw_lost = 15;
	assert_int_equal(examine(n)->n, 0);
	for (int i = 0; i < PEERS; i++) {
		n->peers_now[i].hw_lost = 10;
		n->peers_now[i].no_stamp = 10;
	}
	assert_found(n, "lost-hardware-stamps", "eth0");
	n->host.n_links = 0;
	assert_found(n, "lost-hardware-stamps", "device 2");
	for (int i = 0; i < PEERS; i++) {
		n->peers_now[i].hw_lost = 0;
		n->peers_now[i].no_stamp = 0;
	}
	n->peers_now[1].hw_fallbacks++;
	assert_found(n, "lost-hardware-stamps", "device 2");
	/* All the time of an examination with the kernel's. */
	n->peers_before[1].hw_fallbacks++;
	n->peers_before[1].stamps = CLOCKLINK_STAMPS_SOFTWARE;
	assert_int_equal(examine(n)->n, 0);
	n->peers_now[1].stamps = CLOCKLINK_STAMPS_SOFTWARE;
	assert_found(n, "lost-hardware-stamps", "device 2");
	/* Nothing is exchanged with it any more. */
	silence(n, 1);
	n->peers_now[1].responses++;
	assert_found(n, "one-way", "node 3");
}

/* There is no room for all, but they are counted. */
static void test_many(void **state)
{
	static struct cl_nl_peer before[200], now[200];
	struct node *n = *state;

	for (u32 i = 0; i < 200; i++) {
		before[i] = healthy_peer(i + 2, 100);
		now[i] = healthy_peer(i + 2, 200);
		now[i].freq_ppt = 0;
		before[i].freq_ppt = 0;
		now[i].ahead_ns = 0;
		before[i].ahead_ns = 0;
		now[i].lost = i ? 50 : 0;
	}
	n->before.peers = before;
	n->now.peers = now;
	n->before.n_peers = 200;
	n->now.n_peers = 200;
	assert_int_equal(examine(n)->n, CL_FINDINGS_MAX);
	assert_int_equal(examine(n)->more, 199 - CL_FINDINGS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_healthy, set_up),
		cmocka_unit_test_setup(test_follower, set_up),
		cmocka_unit_test_setup(test_no_instance, set_up),
		cmocka_unit_test_setup(test_no_daemon, set_up),
		cmocka_unit_test_setup(test_no_quorum, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_isolated, set_up),
		cmocka_unit_test_setup(test_suspect, set_up),
		cmocka_unit_test_setup(test_states, set_up),
		cmocka_unit_test_setup(test_clock_source, set_up),
		cmocka_unit_test_setup(test_disturbed, set_up),
		cmocka_unit_test_setup(test_crystal, set_up),
		cmocka_unit_test_setup(test_own_crystal, set_up),
		cmocka_unit_test_setup(test_crystal_of_few, set_up),
		cmocka_unit_test_setup(test_wander, set_up),
		cmocka_unit_test_setup(test_owners, set_up),
		cmocka_unit_test_setup(test_silent, set_up),
		cmocka_unit_test_setup(test_one_way, set_up),
		cmocka_unit_test_setup(test_loss, set_up),
		cmocka_unit_test_setup(test_asymmetry, set_up),
		cmocka_unit_test_setup(test_astray, set_up),
		cmocka_unit_test_setup(test_stream, set_up),
		cmocka_unit_test_setup(test_mtu, set_up),
		cmocka_unit_test_setup(test_drops, set_up),
		cmocka_unit_test_setup(test_missing_stamps, set_up),
		cmocka_unit_test_setup(test_excused_stamps, set_up),
		cmocka_unit_test_setup(test_hardware_stamps, set_up),
		cmocka_unit_test_setup(test_lost_stamps, set_up),
		cmocka_unit_test_setup(test_many, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
