// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Daemons' memberships in one process: streams over the loopback device, real disks,
 * virtual time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/daemon/cache.h"
#include "agent/daemon/membership.h"
#include "fakeio.h"
#include "unit.h"

#define CLUSTER 7
#define NODES 3
#define PENDING 99

/* A disk may take many steps. */
#define STEP_NS (4 * CL_NS_PER_MS)
#define STEP_US 200
#define STEPS_MAX 100000

/**
 * struct node - a daemon
 * @f: its world
 * @c: its file
 * @m: its membership, NULL: it is down
 * @result: of the operator's last wish, PENDING: none yet
 * @why: in words
 */
struct node {
	struct fakeio f;
	struct cl_config c;
	struct cl_membership *m;
	int result;
	char why[512];
};

static struct node node[NODES + 1];
static char dir[64];
static s64 now;

static void answered(void *ctx, u64 handle, int result, const char *why)
{
	struct node *n = ctx;

	assert_int_equal(handle, n - node);
	assert_int_equal(n->result, PENDING);
	n->result = result;
	snprintf(n->why, sizeof(n->why), "%s", why);
}

static const struct cl_membership_ops ops = {
	.answered = answered,
};

static u16 free_port(void)
{
	struct cl_tcp_address at = { 0 };
	u16 port;
	int fd;

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &at.addr);
	fd = cl_tcp_listen(&at, &port);
	assert_true(fd >= 0);
	close(fd);
	return port;
}

static void configure(u32 id)
{
	struct cl_config *c = &node[id].c;
	struct cl_clusterconf *k = &c->cluster;

	memset(&node[id], 0, sizeof(node[id]));
	node[id].result = PENDING;
	c->node.node = id;
	c->node.cluster = CLUSTER;
	cl_clusterconf_init(k);
	k->line = 1;
	snprintf(k->name, sizeof(k->name), "n%u", id);
	snprintf(k->state, sizeof(k->state), "%s/%u", dir, id);
	k->time = (struct cl_endpoint){ 4, { 127, 0, 0, 1 }, free_port() };
	k->stream = (struct cl_endpoint){ 4, { 127, 0, 0, 1 }, free_port() };
}

static void up(u32 id)
{
	struct node *n = &node[id];
	char error[CL_CONFIG_ERROR_SIZE];
	struct cl_nl_instance inst;

	fakeio_init(&n->f);
	n->f.now = now;
	n->f.rng = id;
	n->f.inst.node = n->c.node.node;
	n->f.inst.cluster = CLUSTER;
	n->f.inst.managed = 1;
	n->f.inst.peers = 0;
	n->f.inst.state = CLOCKLINK_STATE_SYNCED;
	if (cl_membership_open(&n->c, &n->f.io, &ops, n, &n->m, error))
		fail_msg("%s", error);
	inst = n->f.inst;
	assert_int_equal(cl_membership_begin(n->m, &inst, error), 0);
}

static void down(u32 id)
{
	cl_membership_close(node[id].m);
	node[id].m = NULL;
}

static void step(void)
{
	now += STEP_NS;
	for (struct node *n = node + 1; n <= node + NODES; n++) {
		if (!n->m)
			continue;
		n->f.now = now;
		cl_agent_run(cl_membership_agent(n->m));
		cl_membership_run(n->m);
	}
	usleep(STEP_US);
}

static void run(s64 ns)
{
	for (s64 until = now + ns; now < until;)
		step();
}

static enum cl_membership_phase phase(u32 id)
{
	return cl_membership_phase(node[id].m);
}

static const struct cl_state *state_of(u32 id)
{
	const struct cl_cluster *c =
		cl_agent_cluster(cl_membership_agent(node[id].m));

	return c ? cl_cluster_state(c) : NULL;
}

static void wait_role(u32 id, const char *role)
{
	for (int i = 0; strcmp(cl_membership_role(node[id].m), role); i++) {
		if (i == STEPS_MAX)
			fail_msg("node %u is %s, not %s: %s", id,
				 cl_membership_role(node[id].m), role,
				 node[id].f.line);
		step();
	}
}

static void wait_phase(u32 id, enum cl_membership_phase want)
{
	for (int i = 0; phase(id) != want; i++) {
		assert_true(i < STEPS_MAX);
		step();
	}
}

/* Until all that run agree on so many members. */
static void wait_members(u32 n)
{
	u32 id = 1;

	for (int i = 0; id <= NODES; i++) {
		assert_true(i < STEPS_MAX);
		step();
		for (id = 1; id <= NODES; id++)
			if (node[id].m && state_of(id) &&
			    state_of(id)->roster->n != n)
				break;
	}
}

static int outcome(u32 id)
{
	for (int i = 0; node[id].result == PENDING; i++) {
		assert_true(i < STEPS_MAX);
		step();
	}
	return node[id].result;
}

static void found(u32 id)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	node[id].result = PENDING;
	if (cl_membership_found(node[id].m, id, error))
		fail_msg("%s", error);
	assert_int_equal(outcome(id), 0);
	wait_role(id, "leader");
}

static struct cl_tcp_address address_of(u32 id)
{
	struct cl_tcp_address at;

	cl_tcp_endpoint(&at, &node[id].c.cluster.stream);
	return at;
}

static int join(u32 id, u32 contact, bool vote)
{
	const struct cl_tcp_address at = address_of(contact);
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	node[id].result = PENDING;
	if (cl_membership_join(node[id].m, &at, 1, vote, id, error))
		fail_msg("%s", error);
	return outcome(id);
}

static int leave(u32 id)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	node[id].result = PENDING;
	if (cl_membership_leave(node[id].m, id, error))
		fail_msg("%s", error);
	return outcome(id);
}

static void act(u32 at, enum cl_cluster_act what, u32 id)
{
	char error[CL_ENTRY_ERROR_SIZE];

	node[at].result = PENDING;
	if (cl_agent_act(cl_membership_agent(node[at].m), what, id, at, error))
		fail_msg("%s", error);
	if (outcome(at))
		fail_msg("%s", node[at].why);
}

static bool on_disk(u32 id, const char *file)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", node[id].c.cluster.state, file);
	return !access(path, F_OK);
}

static int set_up(void **state)
{
	(void)state;
	/* in memory if possible: virtual time does not wait for a disk */
	snprintf(dir, sizeof(dir), "%s/test_membership.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(dir))
		return -1;
	now = CL_NS_PER_SEC;
	for (u32 id = 1; id <= NODES; id++)
		configure(id);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	for (u32 id = 1; id <= NODES; id++)
		if (node[id].m)
			down(id);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void test_founder_leads_again_after_a_restart(void **state)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	(void)state;
	up(1);
	assert_int_equal(phase(1), CL_MEMBERSHIP_ALONE);
	assert_string_equal(cl_membership_role(node[1].m), "alone");
	found(1);
	assert_int_equal(state_of(1)->roster->n, 1);
	assert_int_equal(cl_membership_found(node[1].m, 1, error), -EBUSY);
	assert_string_equal(error, "init: this node is a member already");
	down(1);
	up(1);
	assert_int_equal(phase(1), CL_MEMBERSHIP_MEMBER);
	wait_role(1, "leader");
	assert_int_equal(state_of(1)->roster->n, 1);
}

static void test_nodes_join_with_and_without_a_vote(void **state)
{
	(void)state;
	for (u32 id = 1; id <= 3; id++)
		up(id);
	found(1);
	assert_int_equal(join(2, 1, true), 0);
	assert_int_equal(join(3, 1, false), 0);
	wait_role(2, "voter");
	wait_members(3);
	assert_string_equal(cl_membership_role(node[3].m), "follower");
	/* the peers that the engine has been given */
	run(100 * CL_NS_PER_MS);
	assert_true(node[1].f.peers >= 2);
}

static void test_follower_knows_the_members_at_its_start(void **state)
{
	(void)state;
	up(1);
	up(2);
	found(1);
	assert_int_equal(join(2, 1, false), 0);
	run(2 * CL_NS_PER_SEC);
	down(1);
	down(2);
	assert_true(on_disk(2, CL_CACHE_FILE));
	up(2);
	assert_int_equal(phase(2), CL_MEMBERSHIP_MEMBER);
	assert_int_equal(state_of(2)->roster->n, 2);
	assert_string_equal(cl_membership_role(node[2].m), "follower");
	/* and finds them by that */
	up(1);
	wait_role(1, "leader");
	up(3);
	assert_int_equal(join(3, 1, false), 0);
	wait_members(3);
}

static void test_join_by_the_file(void **state)
{
	struct cl_clusterconf *k = &node[2].c.cluster;

	(void)state;
	k->join[0] = address_of(2);
	k->join[1] = address_of(1);
	k->n_join = 2;
	/* long before there is a cluster */
	up(2);
	assert_int_equal(phase(2), CL_MEMBERSHIP_JOINING);
	run(3 * CL_NS_PER_SEC);
	up(1);
	run(CL_NS_PER_SEC);
	found(1);
	wait_phase(2, CL_MEMBERSHIP_MEMBER);
	wait_role(2, "voter");
	down(2);
	up(2);
	assert_int_equal(phase(2), CL_MEMBERSHIP_MEMBER);
	wait_role(2, "voter");
}

static u16 port_of(u32 at, u32 id)
{
	const struct cl_state *s = state_of(at);
	const struct cl_member *m =
		s && s->epoch ? cl_roster_find(s->roster, id) : NULL;

	return m ? m->stream.port : 0;
}

/* Its file was changed while it was down: voter and follower tell the others. */
static void test_new_address_is_told_after_a_restart(void **state)
{
	u16 port;

	(void)state;
	up(1);
	found(1);
	for (u32 id = 2; id <= 3; id++) {
		up(id);
		assert_int_equal(join(id, 1, id == 2), 0);
	}
	wait_role(2, "voter");
	for (u32 id = 3; id >= 2; id--) {
		down(id);
		port = free_port();
		node[id].c.cluster.stream.port = port;
		up(id);
		for (int i = 0; port_of(1, id) != port; i++) {
			assert_true(i < STEPS_MAX);
			step();
		}
		wait_role(id, id == 2 ? "voter" : "follower");
	}
	assert_int_equal(state_of(1)->roster->n, 3);
}

static void test_members_leave(void **state)
{
	(void)state;
	for (u32 id = 1; id <= 3; id++)
		up(id);
	found(1);
	assert_int_equal(join(2, 1, true), 0);
	assert_int_equal(join(3, 1, false), 0);
	wait_role(2, "voter");
	wait_members(3);
	assert_int_equal(leave(3), 0);
	assert_int_equal(phase(3), CL_MEMBERSHIP_ALONE);
	assert_false(on_disk(3, CL_STOREDB_FILE));
	assert_false(on_disk(3, CL_CACHE_FILE));
	/* the leader gives the lead away first */
	assert_int_equal(leave(1), 0);
	assert_int_equal(phase(1), CL_MEMBERSHIP_ALONE);
	assert_false(on_disk(1, CL_STOREDB_FILE));
	assert_int_equal(node[1].f.inst.leader, 0);
	wait_role(2, "leader");
	wait_members(1);
	/* they may come back */
	assert_int_equal(join(1, 2, true), 0);
	wait_role(1, "voter");
	assert_int_equal(join(3, 2, false), 0);
	wait_members(3);
}

static void test_last_member_takes_the_cluster_with_it(void **state)
{
	(void)state;
	up(1);
	up(2);
	found(1);
	assert_int_equal(join(2, 1, false), 0);
	assert_int_equal(leave(1), -EINVAL);
	assert_string_equal(node[1].why, "evict: node 1 is the only voter");
	assert_int_equal(leave(2), 0);
	assert_int_equal(leave(1), 0);
	assert_false(on_disk(1, CL_STOREDB_FILE));
	found(1);
	assert_int_equal(state_of(1)->roster->n, 1);
}

static void test_removed_node_stays_out(void **state)
{
	struct cl_clusterconf *k = &node[2].c.cluster;

	(void)state;
	k->join[0] = address_of(1);
	k->n_join = 1;
	k->vote = false;
	up(1);
	found(1);
	up(2);
	wait_phase(2, CL_MEMBERSHIP_MEMBER);
	run(CL_NS_PER_SEC);
	act(1, CL_CLUSTER_REMOVE, 2);
	wait_phase(2, CL_MEMBERSHIP_ALONE);
	down(2);
	up(2);
	run(2 * CL_NS_PER_SEC);
	assert_int_equal(phase(2), CL_MEMBERSHIP_ALONE);
	assert_int_equal(state_of(1)->roster->n, 1);
	/* until an operator wants it */
	assert_int_equal(join(2, 1, false), 0);
	wait_members(2);
}

/* It was down when it was removed. */
static void test_removal_is_learnt_late(void **state)
{
	(void)state;
	up(1);
	up(2);
	found(1);
	assert_int_equal(join(2, 1, false), 0);
	run(2 * CL_NS_PER_SEC);
	down(2);
	act(1, CL_CLUSTER_REMOVE, 2);
	up(2);
	assert_int_equal(phase(2), CL_MEMBERSHIP_MEMBER);
	wait_phase(2, CL_MEMBERSHIP_ALONE);
}

static void test_join_tells_what_it_has_met(void **state)
{
	char want[128];

	(void)state;
	up(2);
	assert_int_equal(join(2, 1, true), -ETIMEDOUT);
	snprintf(want, sizeof(want), "join: 127.0.0.1:%u: Connection refused",
		 node[1].c.cluster.stream.port);
	assert_string_equal(node[2].why, want);
	assert_int_equal(phase(2), CL_MEMBERSHIP_ALONE);
	assert_false(on_disk(2, CL_STOREDB_FILE));
	/* it is there, but of no cluster */
	up(1);
	assert_int_equal(join(2, 1, true), -ETIMEDOUT);
	assert_non_null(strstr(node[2].why, "it does not know this node"));
}

static void test_id_of_another_is_refused(void **state)
{
	(void)state;
	up(1);
	found(1);
	up(2);
	assert_int_equal(join(2, 1, false), 0);
	run(2 * CL_NS_PER_SEC);
	down(2);
	node[3].c.node.node = 2;
	up(3);
	assert_int_equal(join(3, 1, true), -EEXIST);
	assert_non_null(strstr(node[3].why, "node 2 is 'n2' at 127.0.0.1:"));
	assert_int_equal(phase(3), CL_MEMBERSHIP_ALONE);
	assert_false(on_disk(3, CL_STOREDB_FILE));
}

/* What it has promised it does not know any more. */
static void test_voter_without_its_disk_stays_out(void **state)
{
	(void)state;
	up(1);
	found(1);
	up(2);
	assert_int_equal(join(2, 1, true), 0);
	wait_role(2, "voter");
	down(2);
	snprintf(node[2].c.cluster.state, CL_CLUSTERCONF_PATH_SIZE, "%s/x",
		 dir);
	up(2);
	assert_int_equal(join(2, 1, true), -ETIMEDOUT);
	assert_non_null(strstr(node[2].why, "is there a member with this id?"));
	assert_false(on_disk(2, CL_STOREDB_FILE));
}

static void test_name_of_another_is_refused(void **state)
{
	(void)state;
	up(1);
	found(1);
	strcpy(node[2].c.cluster.name, "n1");
	up(2);
	assert_int_equal(join(2, 1, true), -EACCES);
	assert_non_null(strstr(node[2].why, "'n1'"));
	assert_int_equal(phase(2), CL_MEMBERSHIP_ALONE);
}

static void test_full_disk_ends_the_part_in_it(void **state)
{
	const struct rlimit none = { 0, RLIM_INFINITY };
	const struct cl_entry e = { .kind = CL_ENTRY_SETTINGS,
				    .change = { .have = 1 << CL_COMMON_PROBES,
						.value[CL_COMMON_PROBES] =
							3 } };
	char error[CL_MEMBERSHIP_ERROR_SIZE];
	struct rlimit before;

	(void)state;
	up(1);
	found(1);
	run(CL_NS_PER_SEC);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	node[1].result = PENDING;
	assert_int_equal(cl_agent_request(cl_membership_agent(node[1].m), &e, 1,
					  error),
			 0);
	wait_phase(1, CL_MEMBERSHIP_FAILED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(cl_membership_role(node[1].m), "failed");
	assert_true(outcome(1) < 0);
	assert_int_equal(cl_membership_leave(node[1].m, 1, error), -EBUSY);
	assert_string_equal(error, "leave: the disk has failed, see the log");
	/* what was acknowledged before is there */
	down(1);
	up(1);
	wait_role(1, "leader");
	assert_int_equal(state_of(1)->common[CL_COMMON_PROBES], 8);
}

static void test_corrupt_disk_is_not_used(void **state)
{
	char path[256], error[CL_MEMBERSHIP_ERROR_SIZE];
	FILE *f;

	(void)state;
	up(1);
	found(1);
	down(1);
	snprintf(path, sizeof(path), "%s/" CL_STOREDB_FILE,
		 node[1].c.cluster.state);
	f = fopen(path, "r+");
	assert_non_null(f);
	fputs("garbage", f);
	fclose(f);
	up(1);
	assert_int_equal(phase(1), CL_MEMBERSHIP_FAILED);
	assert_non_null(strstr(node[1].f.line, "no part in the cluster"));
	assert_non_null(strstr(node[1].f.line, path));
	assert_int_equal(node[1].f.events[CL_EVENT_DISK_FAILED], 1);
	run(CL_NS_PER_SEC);
	assert_int_equal(phase(1), CL_MEMBERSHIP_FAILED);
	assert_int_equal(cl_membership_found(node[1].m, 1, error), -EBUSY);
	assert_true(on_disk(1, CL_STOREDB_FILE));
}

static void test_without_a_section_there_is_no_cluster(void **state)
{
	char error[CL_MEMBERSHIP_ERROR_SIZE];

	(void)state;
	node[1].c.cluster.line = 0;
	up(1);
	assert_null(cl_membership_role(node[1].m));
	assert_int_equal(cl_membership_streams_fd(node[1].m), -1);
	assert_int_equal(cl_membership_store_fd(node[1].m), -1);
	assert_int_equal(cl_membership_deadline(node[1].m),
			 CL_MEMBERSHIP_NEVER);
	run(CL_NS_PER_SEC / 10);
	assert_int_equal(cl_membership_found(node[1].m, 1, error), -EOPNOTSUPP);
	assert_string_equal(error,
			    "init: the file of clocklinkd has no [cluster]");
	assert_int_equal(node[1].f.sets, 0);
}

static void test_used_address_is_named(void **state)
{
	char error[CL_CONFIG_ERROR_SIZE], want[128];
	struct cl_membership *m;

	(void)state;
	up(1);
	node[2].c.cluster.stream = node[1].c.cluster.stream;
	assert_int_equal(cl_membership_open(&node[2].c, &node[1].f.io, &ops,
					    &node[2], &m, error),
			 -EADDRINUSE);
	snprintf(want, sizeof(want),
		 "cannot listen at 127.0.0.1:%u: Address already in use",
		 node[1].c.cluster.stream.port);
	assert_string_equal(error, want);
}

static void shell(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

/* The same file everywhere: voters on the link answer, and one is the first. */
static void test_members_are_found_on_the_link(void **state)
{
	(void)state;
	/* the last test: it does not come back */
	if (unshare(CLONE_NEWNET))
		skip();
	shell("ip link set lo up");
	shell("ip link add d0 type veth peer name d1");
	shell("echo 0 > /proc/sys/net/ipv6/conf/d0/accept_dad");
	shell("ip addr add 192.0.2.1/24 dev d0");
	shell("ip link set d0 up && ip link set d1 up");
	for (u32 id = 1; id <= 3; id++) {
		strcpy(node[id].c.cluster.look[0], "multicast:d0");
		node[id].c.cluster.n_look = 1;
		memcpy(node[id].c.cluster.time.addr, "\xc0\0\2\1", 4);
		memcpy(node[id].c.cluster.stream.addr, "\xc0\0\2\1", 4);
		up(id);
		assert_int_equal(phase(id), CL_MEMBERSHIP_JOINING);
	}
	run(CL_NS_PER_SEC);
	found(1);
	wait_role(2, "voter");
	wait_role(3, "voter");
	wait_members(3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_founder_leads_again_after_a_restart),
		TEST(test_nodes_join_with_and_without_a_vote),
		TEST(test_follower_knows_the_members_at_its_start),
		TEST(test_join_by_the_file),
		TEST(test_new_address_is_told_after_a_restart),
		TEST(test_members_leave),
		TEST(test_last_member_takes_the_cluster_with_it),
		TEST(test_removed_node_stays_out),
		TEST(test_removal_is_learnt_late),
		TEST(test_join_tells_what_it_has_met),
		TEST(test_id_of_another_is_refused),
		TEST(test_voter_without_its_disk_stays_out),
		TEST(test_name_of_another_is_refused),
		TEST(test_full_disk_ends_the_part_in_it),
		TEST(test_corrupt_disk_is_not_used),
		TEST(test_without_a_section_there_is_no_cluster),
		TEST(test_used_address_is_named),
		TEST(test_members_are_found_on_the_link),
	};

	return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
