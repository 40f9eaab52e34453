// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raft, the replicated state and the disk of one node together.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/core/raft.h"
#include "agent/daemon/store.h"
#include "crashvfs.h"
#include "statekit.h"

#define PATIENCE_MS 60000
#define STEP_NS (10 * CL_NS_PER_MS)

/**
 * struct node - a node that is up
 * @r: its Raft
 * @s: its state
 * @store: its disk
 * @now: its time
 * @asked: writes begun
 * @saved: writes ended
 * @applied: entries of the state machine applied
 * @failed: what failed
 */
struct node {
	struct cl_raft *r;
	struct cl_state s;
	struct cl_store *store;
	s64 now;
	u64 asked;
	u64 saved;
	unsigned int applied;
	int failed;
};

static char dir[64];
static char why[CL_STOREDB_ERROR_SIZE];
static struct node n;

static void op_send(void *ctx, const struct cl_raft_msg *m)
{
	(void)ctx;
	(void)m;
	fail_msg("a message to nobody");
}

static void op_save(void *ctx, const struct cl_raft_write *w)
{
	(void)ctx;
	n.asked = w->number;
	cl_store_save(n.store, w);
}

static u64 op_random(void *ctx)
{
	(void)ctx;
	return random();
}

static bool op_valid(void *ctx, const struct cl_raft_entry *e)
{
	(void)ctx;
	return !cl_state_valid(&n.s, e, NULL, error);
}

static void op_apply(void *ctx, const struct cl_raft_entry *e)
{
	(void)ctx;
	assert_int_equal(cl_state_apply(&n.s, e, &changed, error), 0);
	n.applied += e->kind == CL_RAFT_DATA;
}

static u8 *op_freeze(void *ctx, u32 *len)
{
	(void)ctx;
	return cl_state_freeze(&n.s, len);
}

static int op_thaw(void *ctx, const struct cl_raft_snapshot *s)
{
	(void)ctx;
	return cl_state_thaw(&n.s, s, error);
}

static void op_changed(void *ctx)
{
	(void)ctx;
}

static void op_failed(void *ctx, int err)
{
	(void)ctx;
	n.failed = err;
}

static const struct cl_raft_ops ops = {
	.send = op_send,
	.save = op_save,
	.random = op_random,
	.valid = op_valid,
	.apply = op_apply,
	.freeze = op_freeze,
	.thaw = op_thaw,
	.changed = op_changed,
	.failed = op_failed,
};

static const struct cl_raft_params params = {
	.id = 1,
	.heartbeat_ns = 20 * CL_NS_PER_MS,
	.election_ns = 200 * CL_NS_PER_MS,
	.snapshot_entries = 16,
};

/* Time passes; what is on its way to the disk gets there. */
static void step(void)
{
	struct cl_store_done d;

	while (n.saved < n.asked) {
		struct pollfd p = { cl_store_fd(n.store), POLLIN, 0 };

		if (!cl_store_next(n.store, &d)) {
			assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
			continue;
		}
		n.saved = d.number;
		cl_raft_saved(n.r, n.now, d.number, d.err);
	}
	n.now += STEP_NS;
	cl_raft_run(n.r, n.now);
}

/* A cluster of this node alone. */
static int found_cluster(void)
{
	const struct cl_utc utc = { 0 };
	struct cl_member m = member(1);
	u32 len;
	u8 *p;
	int err;

	assert_int_equal(cl_state_found(&n.s, &m, &utc, error), 0);
	p = cl_state_freeze(&n.s, &len);
	err = cl_raft_bootstrap(n.r, n.now, 1, p, len);
	free(p);
	return err;
}

static void start(bool create)
{
	const struct cl_store_params p = { dir, CLUSTER, 1, create };
	int err;

	memset(&n, 0, sizeof(n));
	if (cl_store_open(&p, &n.store, why))
		fail_msg("%s", why);
	assert_int_equal(cl_state_init(&n.s, CLUSTER), 0);
	n.r = cl_raft_new(&params, &ops, NULL);
	assert_non_null(n.r);
	if (create)
		err = found_cluster();
	else
		err = cl_raft_start(n.r, n.now, cl_store_stored(n.store));
	assert_int_equal(err, 0);
	cl_store_forget(n.store);
}

static void stop(void)
{
	cl_store_close(n.store);
	cl_raft_free(n.r);
	cl_state_fini(&n.s);
}

static bool leads(void)
{
	return cl_raft_role(n.r) == CL_RAFT_LEADER &&
	       n.s.index == cl_raft_last(n.r);
}

static void lead(void)
{
	for (int i = 0; !leads(); i++) {
		assert_true(i < 1000);
		step();
	}
}

/* As a leader has to: nothing is proposed before all is applied. */
static int propose(const struct cl_entry *e)
{
	u8 buf[CL_ENTRY_MAX];
	int len = cl_entry_encode(e, buf, sizeof(buf), error);
	unsigned int before = n.applied;
	u64 index;

	assert_int_equal(cl_state_check(&n.s, cl_raft_last(n.r) + 1, e, error),
			 0);
	assert_int_equal(cl_raft_propose(n.r, n.now, buf, len, &index), 0);
	for (int i = 0; i < 1000 && n.applied == before && !n.failed; i++)
		step();
	return n.failed ? -1 : 0;
}

static int set_up(void **state)
{
	(void)state;
	srandom(1);
	strcpy(dir, "/tmp/durable-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return 0;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	crashvfs_power(0);
	snprintf(path, sizeof(path), "%s/" CL_STOREDB_FILE, dir);
	unlink(path);
	strcat(path, "-journal");
	unlink(path);
	rmdir(dir);
	return 0;
}

static void test_node_goes_on_where_it_was(void **state)
{
	u8 before[CL_STATE_DIGEST_LEN], after[CL_STATE_DIGEST_LEN];
	u32 term = 0, id = 2;

	(void)state;
	start(true);
	for (int life = 0; life < 8; life++) {
		lead();
		assert_true(cl_raft_term(n.r) > term);
		term = cl_raft_term(n.r);
		if (life) {
			assert_int_equal(cl_state_digest(&n.s, after), 0);
			assert_memory_equal(before, after, sizeof(before));
		}
		for (int i = 0; i < 9 + life; i++, id++) {
			struct cl_entry e = put_id(id, 0);

			assert_int_equal(propose(&e), 0);
		}
		assert_int_equal(n.s.roster->n, id - 1);
		assert_int_equal(cl_state_digest(&n.s, before), 0);
		stop();
		start(false);
	}
	/* most of it came from a snapshot */
	assert_true(n.s.index > 60);
	stop();
}

static void test_full_disk_ends_the_part_of_the_node(void **state)
{
	u32 id = 2, acked;

	(void)state;
	start(true);
	lead();
	crashvfs.full_at = crashvfs.writes + 100;
	for (struct cl_entry e = put_id(id, 0); !propose(&e);
	     e = put_id(++id, 0))
		;
	acked = id - 1;
	assert_int_equal(n.failed, -ENOSPC);
	assert_int_equal(cl_raft_error(n.r), -ENOSPC);
	assert_true(acked > 4);
	for (int i = 0; i < 100; i++)
		step();
	assert_int_not_equal(cl_raft_role(n.r), CL_RAFT_LEADER);
	assert_int_equal(n.s.roster->n, acked);
	stop();
	crashvfs.full_at = 0; /* there is room again */
	start(false);
	lead();
	assert_int_equal(n.s.roster->n, acked);
	stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_node_goes_on_where_it_was),
		TEST(test_full_disk_ends_the_part_of_the_node),
	};

	crashvfs_use();
	return cmocka_run_group_tests_name("durable", tests, NULL, NULL);
}
