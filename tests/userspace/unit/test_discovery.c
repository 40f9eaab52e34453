// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Discovery in a network namespace of its own: members on a link that answer and
 * liars, and a name server.  Time is virtual; what comes from the kernel is waited for.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent/daemon/discovery.h"
#include "nameserver.h"
#include "unit.h"

#define CLUSTER 7
#define DEVICE "multicast:d0"

/* A wait for the kernel that lasts so long has failed. */
#define WAIT_MS 10000
/* What has not come after this will not. */
#define QUIET_MS 50

#define FOUND_MAX 64

static bool isolated;
static s64 now;
static u64 randoms;
static struct cl_tcp_address found[FOUND_MAX];
static unsigned int n_found;
static char error[CL_DISCOVERY_ERROR_SIZE];

static void on_found(void *ctx, const struct cl_tcp_address *at)
{
	assert_ptr_equal(ctx, &randoms);
	assert_true(n_found < FOUND_MAX);
	found[n_found++] = *at;
}

static u64 next_random(void *ctx)
{
	(void)ctx;
	return randoms += 0x9e3779b97f4a7c15ULL;
}

static const struct cl_discovery_ops ops = {
	.found = on_found,
	.random = next_random,
};

static struct cl_tcp_address address(const char *text, u16 port)
{
	struct cl_tcp_address a = { .port = port };

	assert_int_equal(inet_pton(AF_INET6, text, &a.addr), 1);
	return a;
}

static void assert_found(unsigned int i, const char *text)
{
	char buf[CL_TCP_ADDRESS_SIZE];

	assert_true(i < n_found);
	cl_tcp_text(buf, &found[i]);
	assert_string_equal(buf, text);
}

static void seek(struct cl_discovery *d, const char *spec)
{
	if (cl_discovery_open(d, &ops, &randoms, CLUSTER, 1, spec, error))
		fail_msg("%s", error);
	assert_true(cl_discovery_deadline(d) <= now);
}

static void serve(struct cl_discovery *d, u32 cluster, u32 node)
{
	const struct cl_tcp_address at = address("2001:db8::1", 1000 + node);

	if (cl_discovery_answer(d, cluster, node, &at, DEVICE, error))
		fail_msg("%s", error);
	assert_int_equal(cl_discovery_deadline(d), CL_DISCOVERY_NEVER);
}

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

static void take(struct cl_discovery *d)
{
	assert_true(readable(cl_discovery_fd(d), WAIT_MS));
	cl_discovery_handle(d, now);
}

static void look(struct cl_discovery *d)
{
	now = now > cl_discovery_deadline(d) ? now : cl_discovery_deadline(d);
	cl_discovery_run(d, now);
}

/* The third ask is for all. */
static void ask_all(struct cl_discovery *d)
{
	for (int i = 0; i < 3; i++)
		look(d);
	n_found = 0;
}

static int setup(void **unused)
{
	(void)unused;
	now = CL_NS_PER_SEC;
	n_found = 0;
	return 0;
}

/* To be called by a test: a set-up cannot skip it. */
static void need_network(void)
{
	if (!isolated)
		skip();
}

static void test_datagrams_are_checked(void **unused)
{
	const struct cl_beacon b = {
		.type = CL_BEACON_ANSWER,
		.share = 0x1234,
		.cluster = 0x89abcdef,
		.node = 0xfffffffe,
		.token = 0x1122334455667788,
		.at = address("::ffff:192.0.2.1", 20319),
	};
	static const char *const bad[] = {
		"::ffff:0.0.0.1",
		"::ffff:127.0.0.1",
		"::ffff:224.0.0.1",
		"::ffff:255.255.255.255",
		"::",
		"::1",
		"ff02::1",
	};
	u8 buf[CL_BEACON_LEN + 1] = { 0 }, again[CL_BEACON_LEN];
	struct cl_beacon x, y;

	(void)unused;
	cl_beacon_encode(&b, buf);
	assert_memory_equal(buf, "CLDM\0\2\x12\x34\x89\xab\xcd\xef", 12);
	assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN), 0);
	cl_beacon_encode(&x, again);
	assert_memory_equal(again, buf, CL_BEACON_LEN);
	assert_int_equal(x.share, b.share);
	assert_true(x.token == b.token);
	assert_true(cl_tcp_same(&x.at, &b.at));
	assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN - 1),
			 -EBADMSG);
	assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN + 1),
			 -EBADMSG);
	for (size_t i = 0; i < 6; i++) {
		buf[i] ^= 0x80;
		assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN),
				 -EBADMSG);
		buf[i] ^= 0x80;
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		y = b;
		y.at = address(bad[i], 20319);
		cl_beacon_encode(&y, buf);
		assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN),
				 -EBADMSG);
	}
	y = b;
	y.at.port = 0;
	cl_beacon_encode(&y, buf);
	assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN), -EBADMSG);
	y = b;
	y.node = 0;
	cl_beacon_encode(&y, buf);
	assert_int_equal(cl_beacon_decode(&x, buf, CL_BEACON_LEN), -EBADMSG);
}

static void test_an_ask_is_for_its_share(void **unused)
{
	struct cl_beacon b = { .share = CL_BEACON_SHARE_ALL >> 6 };
	unsigned int first = 0, both = 0;

	(void)unused;
	for (u32 node = 1; node <= 10000; node++) {
		bool chosen;

		b.token = 1;
		chosen = cl_beacon_chosen(&b, node);
		b.token = 2;
		first += chosen;
		both += chosen && cl_beacon_chosen(&b, node);
	}
	assert_in_range(first, 120, 200);
	assert_in_range(both, 0, 10);
	b.share = CL_BEACON_SHARE_ALL;
	for (u32 node = 1; node <= 10000; node++)
		assert_true(cl_beacon_chosen(&b, node));
}

static void test_members_on_the_link_are_found(void **unused)
{
	struct cl_discovery seeker, member[2], other, self;

	(void)unused;
	need_network();
	serve(&member[0], CLUSTER, 2);
	serve(&member[1], CLUSTER, 3);
	serve(&other, CLUSTER + 1, 4);
	serve(&self, CLUSTER, 1);
	/* By each of the families alone. */
	for (int i = 0; i < 2; i++) {
		seek(&seeker, DEVICE);
		close(seeker.multicast.fd[i]);
		seeker.multicast.fd[i] = -1;
		ask_all(&seeker);
		look(&seeker);
		take(&member[0]);
		take(&member[1]);
		cl_discovery_handle(&other, now);
		cl_discovery_handle(&self, now);
		while (n_found < 2)
			take(&seeker);
		assert_false(readable(cl_discovery_fd(&seeker), QUIET_MS));
		assert_int_equal(n_found, 2);
		assert_found(0, "[2001:db8::1]:1002");
		assert_found(1, "[2001:db8::1]:1003");
		cl_discovery_close(&seeker);
	}
	cl_discovery_close(&member[0]);
	cl_discovery_close(&member[1]);
	cl_discovery_close(&other);
	cl_discovery_close(&self);
}

static void test_looks_become_rare(void **unused)
{
	struct cl_discovery d;
	s64 last;

	(void)unused;
	need_network();
	seek(&d, DEVICE);
	look(&d);
	assert_int_equal(cl_discovery_deadline(&d),
			 now + CL_DISCOVERY_RETRY_MIN_NS);
	cl_discovery_run(&d, now);
	assert_int_equal(cl_discovery_deadline(&d),
			 now + CL_DISCOVERY_RETRY_MIN_NS);
	for (int i = 0; i < 10; i++)
		look(&d);
	last = now;
	look(&d);
	assert_int_equal(now - last, CL_DISCOVERY_RETRY_MAX_NS);
	cl_discovery_close(&d);
}

/* Ask so often at once; return: answers. */
static unsigned int flood(struct cl_discovery *d, struct cl_discovery *member,
			  unsigned int asks)
{
	const struct cl_beacon b = { .type = CL_BEACON_ASK,
				     .share = CL_BEACON_SHARE_ALL,
				     .cluster = CLUSTER,
				     .node = 9 };
	struct cl_multicast_from from;
	unsigned int answers = 0;
	u8 buf[CL_BEACON_LEN];

	cl_beacon_encode(&b, buf);
	while (asks--) {
		if (cl_multicast_send(&d->multicast, buf, sizeof(buf)))
			fail();
		take(member);
	}
	while (readable(cl_discovery_fd(d), QUIET_MS) &&
	       cl_multicast_receive(&d->multicast, buf, sizeof(buf), &from) > 0)
		answers++;
	return answers;
}

static void test_floods_of_asks_are_not_answered(void **unused)
{
	struct cl_discovery d, member;

	(void)unused;
	need_network();
	serve(&member, CLUSTER, 2);
	seek(&d, DEVICE);
	assert_int_equal(flood(&d, &member, 50), CL_DISCOVERY_ANSWERS);
	/* Later there are some again. */
	now += 2 * CL_DISCOVERY_ANSWER_NS;
	assert_int_equal(flood(&d, &member, 5), 2);
	cl_discovery_close(&d);
	cl_discovery_close(&member);
}

/* What a liar answers to an ask, changed in one place. */
static void lie(struct cl_discovery *d, struct cl_multicast *liar,
		void (*change)(struct cl_beacon *b, unsigned int i),
		unsigned int n)
{
	struct cl_multicast_from from;
	struct cl_beacon b;
	u8 buf[CL_BEACON_LEN];

	n_found = 0;
	look(d);
	assert_true(readable(liar->epoll_fd, WAIT_MS));
	assert_int_equal(cl_multicast_receive(liar, buf, sizeof(buf), &from),
			 CL_BEACON_LEN);
	while (cl_multicast_receive(liar, buf, sizeof(buf), &from) > 0)
		;
	assert_int_equal(cl_beacon_decode(&b, buf, sizeof(buf)), 0);
	for (unsigned int i = 0; i < n; i++) {
		struct cl_beacon a = b;

		a.type = CL_BEACON_ANSWER;
		a.node = 5;
		a.at = address("fe80::5", 5);
		change(&a, i);
		cl_beacon_encode(&a, buf);
		cl_multicast_answer(&from, buf, sizeof(buf));
	}
	while (readable(cl_discovery_fd(d), QUIET_MS))
		cl_discovery_handle(d, now);
}

static void change_nothing(struct cl_beacon *b, unsigned int i)
{
	(void)b;
	(void)i;
}

static void change_token(struct cl_beacon *b, unsigned int i)
{
	b->token += 1 + i;
}

static void change_cluster(struct cl_beacon *b, unsigned int i)
{
	b->cluster += 1 + i;
}

static void change_node(struct cl_beacon *b, unsigned int i)
{
	b->node = i;
}

static void change_type(struct cl_beacon *b, unsigned int i)
{
	b->type = i ? 3 : CL_BEACON_ASK;
}

static void change_port(struct cl_beacon *b, unsigned int i)
{
	b->at.port = i;
}

static void test_lies_are_few(void **unused)
{
	struct cl_multicast liar;
	struct cl_discovery d;

	(void)unused;
	need_network();
	seek(&d, DEVICE);
	assert_int_equal(cl_multicast_open(&liar, d.multicast.ifindex,
					   CL_BEACON_PORT, true),
			 0);
	lie(&d, &liar, change_nothing, 3);
	assert_int_equal(n_found, 1);
	/* A link-local address is on this link. */
	assert_int_equal(found[0].scope, d.multicast.ifindex);
	lie(&d, &liar, change_token, 2);
	assert_int_equal(n_found, 0);
	lie(&d, &liar, change_cluster, 2);
	assert_int_equal(n_found, 0);
	lie(&d, &liar, change_node, 2);
	assert_int_equal(n_found, 0);
	lie(&d, &liar, change_type, 2);
	assert_int_equal(n_found, 0);
	lie(&d, &liar, change_port, 40);
	assert_int_equal(n_found, CL_DISCOVERY_MAX);
	cl_multicast_close(&liar);
	cl_discovery_close(&d);
}

static void test_bad_places_are_refused(void **unused)
{
	const struct cl_tcp_address at = address("2001:db8::1", 1);
	static const struct {
		const char *spec;
		int err;
		const char *why;
	} bad[] = {
		{ "", -EINVAL,
		  "'' is neither srv:DOMAIN nor multicast:DEVICE" },
		{ "dns:a", -EINVAL,
		  "'dns:a' is neither srv:DOMAIN nor multicast:DEVICE" },
		{ "srv:", -EINVAL, "srv: '' is no domain" },
		{ "srv:a b", -EINVAL, "srv: 'a b' is no domain" },
		{ "srv:.a", -EINVAL, "srv: '.a' is no domain" },
		{ "multicast:nosuch", -ENODEV,
		  "multicast: there is no network device 'nosuch'" },
	};
	struct cl_discovery d;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(cl_discovery_open(&d, &ops, NULL, CLUSTER, 1,
						   bad[i].spec, error),
				 bad[i].err);
		assert_string_equal(error, bad[i].why);
	}
	assert_int_equal(cl_discovery_answer(&d, CLUSTER, 1, &at, "srv:a",
					     error),
			 -EOPNOTSUPP);
	assert_string_equal(error, "srv:a: answered by the DNS");
	assert_int_equal(cl_discovery_answer(&d, CLUSTER, 1, &at, "x", error),
			 -EINVAL);
}

static const struct nameserver_record records[] = {
	{ "_clocklink._tcp.test", ns_t_srv, 14, "\0\24\0\0\3\351\1b\4test\0",
	  1 },
	{ "_clocklink._tcp.test", ns_t_srv, 14, "\0\12\0\0\3\352\1a\4test\0",
	  1 },
	{ "_clocklink._tcp.test", ns_t_srv, 14, "\0\12\0\5\3\353\1c\4test\0",
	  1 },
	{ "_clocklink._tcp.test", ns_t_srv, 7, "\0\0\0\0\0\1\0", 1 },
	{ "_clocklink._tcp.test", ns_t_srv, 14, "\0\0\0\0\0\1\1d\4test\0", 1 },
	{ "_clocklink._tcp.test", ns_t_srv, 3, "\0\0\0", 1 },
	{ "_clocklink._tcp.test", ns_t_srv, 8, "\0\0\0\0\0\1\77x", 1 },
	{ "_clocklink._tcp.many", ns_t_srv, 14, "\0\0\0\0\0\1\1m\4test\0", 1 },
	{ "_clocklink._tcp.no", ns_t_srv, 7, "\0\0\0\0\0\1\0", 1 },
	{ "a.test", ns_t_a, 4, "\300\0\2\7", 1 },
	{ "a.test", ns_t_a, 3, "\300\0\2", 1 },
	{ "b.test", ns_t_a, 4, "\300\0\2\10", 1 },
	{ "b.test", ns_t_aaaa, 16, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\10", 1 },
	{ "c.test", ns_t_aaaa, 16, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\6", 1 },
	{ "m.test", ns_t_a, 4, "\300\0\2\10", 30 },
};

static pid_t name_server;

static int setup_names(void **unused)
{
	setup(unused);
	name_server =
		nameserver_start(records, sizeof(records) / sizeof(*records));
	return name_server > 0 ? 0 : -1;
}

static int teardown_names(void **unused)
{
	(void)unused;
	if (name_server > 0)
		nameserver_stop(name_server);
	name_server = 0;
	return 0;
}

static void wait_for_names(struct cl_discovery *d)
{
	n_found = 0;
	look(d);
	take(d);
	assert_false(d->srv.busy);
}

static void test_srv_records_are_found(void **unused)
{
	struct cl_discovery d;

	(void)unused;
	need_network();
	seek(&d, "srv:test");
	for (int i = 0; i < 2; i++) {
		wait_for_names(&d);
		assert_int_equal(n_found, 4);
		assert_found(0, "[2001:db8::6]:1003");
		assert_found(1, "192.0.2.7:1002");
		assert_found(2, "[2001:db8::8]:1001");
		assert_found(3, "192.0.2.8:1001");
		assert_false(d.failing);
	}
	cl_discovery_close(&d);
	seek(&d, "srv:many");
	wait_for_names(&d);
	assert_int_equal(n_found, CL_DISCOVERY_MAX);
	cl_discovery_close(&d);
}

static void test_domains_without_members(void **unused)
{
	static const char *const specs[] = { "srv:no", "srv:gone",
					     "srv:empty" };

	(void)unused;
	need_network();
	for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
		struct cl_discovery d;

		seek(&d, specs[i]);
		wait_for_names(&d);
		assert_int_equal(n_found, 0);
		assert_true(d.failing);
		assert_true(cl_discovery_deadline(&d) > now);
		cl_discovery_close(&d);
	}
}

static void test_silent_server_is_not_waited_for(void **unused)
{
	struct cl_discovery d;

	(void)unused;
	need_network();
	seek(&d, "srv:silent");
	look(&d);
	assert_true(d.srv.busy);
	assert_false(readable(cl_discovery_fd(&d), QUIET_MS));
	cl_discovery_handle(&d, now);
	/* Not another lookup before this one has ended. */
	look(&d);
	assert_true(d.srv.busy);
	cl_discovery_close(&d);
}

static bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool ok = fd >= 0 &&
		  write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* A network of our own, with a link and a resolver; false: we may not. */
static bool isolate(void)
{
	char path[] = "/tmp/test_discovery.XXXXXX";
	char map[32];
	int flags = CLONE_NEWNET | CLONE_NEWNS, fd;
	uid_t uid = geteuid();
	bool ok;

	if (uid)
		flags |= CLONE_NEWUSER;
	if (unshare(flags))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (uid && !put_file("/proc/self/uid_map", map))
		return false;
	fd = mkstemp(path);
	if (fd < 0)
		return false;
	close(fd);
	ok = put_file(path, "nameserver 127.0.0.1\n") &&
	     !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	     !mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL);
	unlink(path);
	return ok && !system("ip link set lo up") &&
	       !system("ip link add d0 type veth peer name d1") &&
	       put_file("/proc/sys/net/ipv6/conf/d0/accept_dad", "0") &&
	       !system("ip addr add 192.0.2.1/24 dev d0") &&
	       !system("ip link set d0 up") && !system("ip link set d1 up");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)
#define TEST_NAMES(name) \
	cmocka_unit_test_setup_teardown(name, setup_names, teardown_names)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_datagrams_are_checked),
		cmocka_unit_test(test_an_ask_is_for_its_share),
		cmocka_unit_test(test_bad_places_are_refused),
		TEST(test_members_on_the_link_are_found),
		TEST(test_looks_become_rare),
		TEST(test_floods_of_asks_are_not_answered),
		TEST(test_lies_are_few),
		TEST_NAMES(test_srv_records_are_found),
		TEST_NAMES(test_domains_without_members),
		TEST_NAMES(test_silent_server_is_not_waited_for),
	};

	isolated = isolate();
	if (!isolated)
		print_message("no network namespace: %s\n", strerror(errno));
	return cmocka_run_group_tests_name("discovery", tests, NULL, NULL);
}
