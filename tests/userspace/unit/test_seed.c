// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "agent/daemon/seed.h"
#include "fakeio.h"
#include "unit.h"

static struct cl_config_peer peers[3] = {
	{ .name = "a", .peer.node = 2 },
	{ .name = "b", .peer.node = 3 },
	{ .name = "c", .peer.node = 4 },
};

static const struct cl_config config = {
	.node.node = 9,
	.peers = peers,
	.n_peers = 3,
};

static void test_missing_instance_is_made(void **state)
{
	struct fakeio f;

	(void)state;
	fakeio_init(&f);
	f.fail_get = -ENODEV;
	assert_int_equal(cl_seed(&f.io, &config), 0);
	assert_int_equal(f.adds, 1);
	assert_int_equal(f.inst.node, 9);
	assert_int_equal(f.peers, 3);
	assert_int_equal(f.dels, 0);
}

static void test_existing_instance_is_left_alone(void **state)
{
	struct fakeio f;

	(void)state;
	fakeio_init(&f);
	assert_int_equal(cl_seed(&f.io, &config), 0);
	assert_int_equal(cl_seed(&f.io, NULL), 0);
	assert_int_equal(f.adds + f.peers + f.dels, 0);
}

static void test_cluster_takes_its_own_instance_only(void **state)
{
	struct cl_config with = config;
	struct fakeio f;

	(void)state;
	with.cluster.line = 3;
	with.node.cluster = 5;
	with.n_peers = 0;
	fakeio_init(&f);
	f.inst.node = 9;
	f.inst.cluster = 5;
	assert_int_equal(cl_seed(&f.io, &with), -EEXIST);
	assert_non_null(strstr(f.line, "not managed by a cluster: delete"));
	f.inst.managed = 1;
	assert_int_equal(cl_seed(&f.io, &with), 0);
	f.inst.cluster = 6;
	assert_int_equal(cl_seed(&f.io, &with), -EEXIST);
	assert_non_null(strstr(f.line, "node 9 of cluster 6: delete it"));
	f.inst.cluster = 5;
	f.inst.node = 8;
	assert_int_equal(cl_seed(&f.io, &with), -EEXIST);
	assert_int_equal(f.adds + f.peers + f.dels + f.sets, 0);
}

static void test_half_a_seed_is_taken_back(void **state)
{
	struct fakeio f;

	(void)state;
	fakeio_init(&f);
	f.fail_get = -ENODEV;
	f.fail_peer = 2;
	assert_int_equal(cl_seed(&f.io, &config), -EEXIST);
	assert_int_equal(f.peers, 2);
	assert_int_equal(f.dels, 1);
	assert_string_equal(f.line, "cannot add peer 'b': error 17");
}

static void test_biases_are_set_before_peers(void **state)
{
	struct cl_config with = config;
	struct fakeio f;

	(void)state;
	with.n_devices = 1;
	strcpy(with.devices[0].name, "lo");
	with.devices[0].device.rx_bias_ns = 7;
	with.devices[0].device.have = CL_NL_BIT(DEVICE_RX_BIAS);
	fakeio_init(&f);
	f.fail_get = -ENODEV;
	assert_int_equal(cl_seed(&f.io, &with), 0);
	assert_int_equal(f.devices, 1);
	assert_int_equal(f.device.ifindex, if_nametoindex("lo"));
	assert_int_equal(f.device.rx_bias_ns, 7);
	assert_true(f.device.have ==
		    (CL_NL_BIT(DEVICE_IFINDEX) | CL_NL_BIT(DEVICE_RX_BIAS)));
	assert_int_equal(f.peers, 3);

	fakeio_init(&f);
	f.fail_get = -ENODEV;
	f.fail_device = -ENOSPC;
	assert_int_equal(cl_seed(&f.io, &with), -ENOSPC);
	assert_string_equal(f.line, "cannot set device 'lo': error 28");
	assert_int_equal(f.peers, 0);
	assert_int_equal(f.dels, 1);

	strcpy(with.devices[0].name, "no/such");
	assert_int_equal(cl_seed(&f.io, &with), -ENODEV);
	assert_string_equal(f.line, "there is no network device 'no/such'");
	assert_int_equal(f.devices, 1);
	assert_int_equal(f.dels, 2);
}

static void test_failure_changes_nothing(void **state)
{
	struct fakeio f;

	(void)state;
	fakeio_init(&f);
	f.fail_get = -ENODEV;
	assert_int_equal(cl_seed(&f.io, NULL), -ENODEV);
	assert_int_equal(f.adds, 0);
	f.fail = -EPERM;
	assert_int_equal(cl_seed(&f.io, &config), -EPERM);
	assert_string_equal(f.line, "cannot create the instance: error 1");
	assert_int_equal(f.peers + f.dels, 0);
	f.fail_get = -EIO;
	assert_int_equal(cl_seed(&f.io, &config), -EIO);
	assert_int_equal(f.adds, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_instance_is_made),
		cmocka_unit_test(test_existing_instance_is_left_alone),
		cmocka_unit_test(test_cluster_takes_its_own_instance_only),
		cmocka_unit_test(test_half_a_seed_is_taken_back),
		cmocka_unit_test(test_biases_are_set_before_peers),
		cmocka_unit_test(test_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
