// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scripts/lab/vtime/kernel/vtime.h"
#include "scripts/lab/vtime/net.h"
#include "unit.h"

#define US 1000000LL /* ps */
#define NODES 3

static struct vt_scenario scenario;
static struct vt_node node[NODES];
static struct vt_net net;

/* A network of three nodes that are up at 1 s; lines may change it. */
static void make(char *const lines[], unsigned int count)
{
	static const char text[] = "nodes 3\nduration 10s\nwarmup 2s\n"
				   "link * * delay=500us\n";
	char path[] = "/tmp/vtime-net.XXXXXX", why[256] = "";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	if (vt_scenario_load(&scenario, path, 1, lines, count, why,
			     sizeof(why)))
		fail_msg("%s", why);
	unlink(path);
	memset(node, 0, sizeof(node));
	for (unsigned int i = 0; i < NODES; i++) {
		struct vt_rng rng = {};

		node[i].id = i;
		node[i].pid = 1;
		node[i].now = 1000000 * US;
		assert_int_equal(vt_osc_init(&node[i].phc,
					     &(struct vt_osc_model){ .ppt = 0 },
					     rng, 20),
				 0);
		node[i].has_phc = scenario.node[i].phc.on;
		node[i].phc_granularity_ns =
			scenario.node[i].phc.granularity_ns;
	}
	assert_int_equal(vt_net_init(&net, &scenario, node), 0);
}

static void drop(void)
{
	for (unsigned int i = 0; i < NODES; i++) {
		vt_inbox_clear(&node[i].inbox);
		vt_osc_free(&node[i].phc);
	}
	vt_net_free(&net);
	vt_scenario_free(&scenario);
}

static s64 send_to(u8 number, s64 at, size_t len)
{
	u8 frame[128] = { 0x02, 0, 0, 0, 0, number, 0x02, 0, 0, 0, 0, 1 };

	node[0].now = at;
	node[0].frames++;
	return vt_net_sent(&net, &node[0], frame, len);
}

static void test_frame_goes_to_its_receiver_only(void **state)
{
	s64 at = 1000000 * US;

	(void)state;
	make(NULL, 0);
	assert_int_equal(send_to(2, at, 64), at + 1000 * US);
	assert_int_equal(node[1].inbox.len, 1);
	assert_int_equal(node[2].inbox.len, 0);
	assert_int_equal(vt_inbox_next(&node[1].inbox), at + 500 * US);
	drop();
}

static void test_group_frame_goes_to_all_others(void **state)
{
	u8 frame[64] = { 0x01, 0x00, 0x5e };

	(void)state;
	make(NULL, 0);
	vt_net_sent(&net, &node[0], frame, sizeof(frame));
	assert_int_equal(node[0].inbox.len, 0);
	assert_int_equal(node[1].inbox.len, 1);
	assert_int_equal(node[2].inbox.len, 1);
	drop();
}

static void test_node_that_is_down_gets_nothing(void **state)
{
	(void)state;
	make(NULL, 0);
	node[1].pid = 0;
	send_to(2, 1000000 * US, 64);
	assert_int_equal(node[1].inbox.len, 0);
	assert_int_equal(node[1].lost, 1);
	drop();
}

static void test_near_is_the_shortest_way(void **state)
{
	static char *const lines[] = { "path 0 2 delay=100us",
				       "path 2 1 delay=50us",
				       "node 2 rx=7us tx=5us+exp:1us" };

	(void)state;
	make(lines, 3);
	/* over node 2: its noise lies on the way in and out */
	assert_int_equal(net.near[0 * NODES + 1], (100 + 7 + 5 + 50) * US);
	assert_int_equal(net.near[1 * NODES + 0], 500 * US);
	assert_int_equal(net.near[1 * NODES + 2], 507 * US);
	assert_int_equal(net.near[2 * NODES + 0], 505 * US);
	drop();
}

static void test_noise_of_hosts_adds_to_the_way(void **state)
{
	static char *const lines[] = { "node 0 tx=3us", "node 1 rx=4us" };
	s64 at = 1000000 * US;

	(void)state;
	make(lines, 2);
	send_to(2, at, 64);
	assert_int_equal(vt_inbox_next(&node[1].inbox), at + 507 * US);
	drop();
}

static void test_only_frames_after_the_warmup_are_counted(void **state)
{
	(void)state;
	make(NULL, 0);
	send_to(2, 2000000 * US - 1, 64);
	assert_int_equal(net.tx_frames[0], 0);
	send_to(2, 2000000 * US, 100);
	assert_int_equal(net.tx_frames[0], 1);
	assert_int_equal(net.tx_bytes[0], 100);
	drop();
}

static u64 last_stamp(struct vt_inbox *in, u32 id)
{
	struct vt_frame *f = vt_inbox_take(in);
	struct vtime_trailer t;

	memcpy(&t, f->data + (id ? 14 : f->len - sizeof(t)), sizeof(t));
	free(f);
	assert_int_equal(be32toh(t.magic), VTIME_TRAILER);
	assert_int_equal(t.id, id);
	return be64toh(t.stamp);
}

static void test_cards_stamp_departure_and_arrival(void **state)
{
	static char *const lines[] = { "phc 0-1 granularity=8ns",
				       "node 0 tx=3us", "node 1 rx=4us" };
	struct vtime_trailer t = { .magic = htobe32(VTIME_TRAILER), .id = 9 };
	u8 frame[64 + sizeof(t)] = { 0x02, 0, 0, 0, 0, 2 };
	s64 at = 1000000 * US + 5000;

	(void)state;
	make(lines, 3);
	memcpy(frame + 64, &t, sizeof(t));
	node[0].now = at;
	vt_net_sent(&net, &node[0], frame, sizeof(frame));
	/* the trailer was taken off and one with the stamp put on */
	assert_int_equal(node[1].inbox.heap[0]->len, 64 + sizeof(t));
	assert_int_equal(last_stamp(&node[1].inbox, 0), 1000503000);
	assert_int_equal(vt_inbox_next(&node[0].inbox), at + 4 * US);
	assert_int_equal(last_stamp(&node[0].inbox, 9), 1000003000);
	drop();
}

static void test_lost_stamp_is_not_reported(void **state)
{
	static char *const lines[] = { "phc 0 lose=100%" };
	struct vtime_trailer t = { .magic = htobe32(VTIME_TRAILER), .id = 9 };
	u8 frame[64 + sizeof(t)] = { 0x02, 0, 0, 0, 0, 2 };

	(void)state;
	make(lines, 1);
	memcpy(frame + 64, &t, sizeof(t));
	vt_net_sent(&net, &node[0], frame, sizeof(frame));
	assert_int_equal(node[0].inbox.len, 0);
	assert_int_equal(node[1].inbox.heap[0]->len, 64);
	drop();
}

static void test_command_reaches_a_node(void **state)
{
	struct vt_frame *f;

	(void)state;
	make(NULL, 0);
	assert_int_equal(vt_net_exec(&node[1], 5 * US, "vtguest leap +1"), 0);
	f = vt_inbox_take(&node[1].inbox);
	assert_int_equal(f->at, 5 * US);
	assert_int_equal(f->data[12] << 8 | f->data[13], VTIME_ETH_EXEC);
	assert_string_equal((char *)f->data + 14, "vtguest leap +1");
	free(f);
	drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame_goes_to_its_receiver_only),
		cmocka_unit_test(test_group_frame_goes_to_all_others),
		cmocka_unit_test(test_node_that_is_down_gets_nothing),
		cmocka_unit_test(test_near_is_the_shortest_way),
		cmocka_unit_test(test_noise_of_hosts_adds_to_the_way),
		cmocka_unit_test(test_only_frames_after_the_warmup_are_counted),
		cmocka_unit_test(test_cards_stamp_departure_and_arrival),
		cmocka_unit_test(test_lost_stamp_is_not_reported),
		cmocka_unit_test(test_command_reaches_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
