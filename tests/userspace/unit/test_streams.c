// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams of nodes that live in this process, over the loopback device.  Their
 * time is virtual; what comes from the kernel is waited for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/daemon/streams.h"
#include "unit.h"

#define CLUSTER 7

/* A wait for the kernel that lasts so long has failed. */
#define WAIT_MS 10000

static s64 now;

/* struct node - a node, and what its streams have told it */
struct node {
	struct cl_streams s;
	u16 port;
	u32 unwanted;
	int opened;
	int closed;
	int frames;
	u8 type;
	u32 last;
	size_t bytes;
	u32 answer_to;
};

static bool admit(void *ctx, u32 node)
{
	return node != ((struct node *)ctx)->unwanted;
}

static void opened(void *ctx, u32 node)
{
	struct node *n = ctx;

	n->opened++;
	n->last = node;
}

static void closed(void *ctx, u32 node)
{
	struct node *n = ctx;

	n->closed++;
	n->last = node;
}

static void frame(void *ctx, u32 node, const struct cl_frame *f)
{
	struct node *n = ctx;

	n->frames++;
	n->type = f->type;
	n->bytes += f->len;
	if (node == n->answer_to)
		cl_streams_send(&n->s, node, f->type, f->data, f->len);
}

static u64 fixed_random(void *ctx)
{
	return ((struct node *)ctx)->port * 0x9e3779b97f4a7c15ULL;
}

static const struct cl_streams_ops ops = {
	.admit = admit,
	.opened = opened,
	.closed = closed,
	.frame = frame,
	.random = fixed_random,
};

static struct cl_tcp_address loopback(u16 port)
{
	struct cl_tcp_address a = { .port = port };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.addr);
	return a;
}

static void begin(struct node *n, u32 id)
{
	const struct cl_tcp_address at = loopback(0);

	memset(n, 0, sizeof(*n));
	assert_int_equal(cl_streams_open(&n->s, &ops, n, CLUSTER, id), 0);
	assert_int_equal(cl_streams_listen(&n->s, &at, &n->port), 0);
}

static void keep(struct node *n, u32 id, const struct node *to)
{
	const struct cl_tcp_address at = loopback(to->port);

	assert_int_equal(cl_streams_keep(&n->s, now, id, &at), 0);
}

static void turn(struct node *n)
{
	if (cl_streams_deadline(&n->s) <= now)
		cl_streams_run(&n->s, now);
	cl_streams_handle(&n->s, now);
}

/* Let both work until *@what is @want. */
static void wait_for(struct node *a, struct node *b, const int *what, int want)
{
	struct pollfd fds[2] = {
		{ .fd = a->s.epoll_fd, .events = POLLIN },
		{ .fd = b->s.epoll_fd, .events = POLLIN },
	};

	for (;;) {
		turn(a);
		turn(b);
		if (*what == want)
			return;
		if (cl_streams_deadline(&a->s) > now &&
		    cl_streams_deadline(&b->s) > now)
			assert_true(poll(fds, 2, WAIT_MS) > 0);
	}
}

/* Let both do what is left; nothing more is expected. */
static void settle(struct node *a, struct node *b)
{
	for (int i = 0; i < 20; i++) {
		turn(a);
		turn(b);
		usleep(1000);
	}
}

static int setup(void **state)
{
	static struct node nodes[2];

	now = CL_NS_PER_SEC;
	begin(&nodes[0], 1);
	begin(&nodes[1], 2);
	*state = nodes;
	return 0;
}

static int teardown(void **state)
{
	struct node *n = *state;

	cl_streams_close(&n[0].s);
	cl_streams_close(&n[1].s);
	return 0;
}

static void test_frames_arrive_both_ways(void **state)
{
	struct node *a = *state, *b = a + 1;

	keep(a, 2, b);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	assert_int_equal(a->last, 2);
	assert_int_equal(b->last, 1);
	b->answer_to = 1;
	assert_int_equal(cl_streams_send(&a->s, 2, 16, "hello", 5), 0);
	wait_for(a, b, &a->frames, 1);
	assert_int_equal(a->type, 16);
	assert_int_equal(a->bytes, 5);
	assert_int_equal(b->bytes, 5);
	assert_int_equal(cl_streams_send(&a->s, 3, 16, "hello", 5), -ENOTCONN);
}

static void test_large_frames_wait_for_room(void **state)
{
	static u8 data[CL_FRAME_MAX - CL_FRAME_HEAD];
	struct node *a = *state, *b = a + 1;
	int sent = 0;

	keep(a, 2, b);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	/* Nobody reads: what the kernel does not take piles up, to a limit. */
	while (!cl_streams_send(&a->s, 2, 17, data, sizeof(data)) &&
	       sent < 100000)
		sent++;
	assert_true(sent > 15);
	assert_true(sent < 100000);
	assert_int_equal(cl_streams_send(&a->s, 2, 17, data, 1), -ENOTCONN);
	wait_for(a, b, &b->closed, 1);
	assert_int_equal(a->closed, 1);
	/* All frames that came are whole, and in front. */
	assert_int_equal(b->bytes, b->frames * sizeof(data));
	assert_true(b->frames > 0 && b->frames <= sent);
}

static void test_both_dial(void **state)
{
	struct node *a = *state, *b = a + 1;

	keep(a, 2, b);
	keep(b, 1, a);
	/* Both begin before either has heard of the other. */
	cl_streams_run(&a->s, now);
	cl_streams_run(&b->s, now);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	settle(a, b);
	assert_int_equal(a->opened - a->closed, 1);
	assert_int_equal(b->opened - b->closed, 1);
	assert_int_equal(a->s.count, 1);
	assert_int_equal(b->s.count, 1);
	/* The one that the lower id has dialled. */
	assert_true(a->s.first->dialled);
	assert_false(b->s.first->dialled);
	now += 100 * CL_NS_PER_SEC;
	settle(a, b);
	assert_int_equal(a->s.count, 1);
}

static void test_dials_again(void **state)
{
	struct node *a = *state, *b = a + 1;
	u16 port = b->port;
	struct cl_tcp_address at = loopback(port);
	int dials = 0;
	s64 first = now;

	keep(a, 2, b);
	wait_for(a, b, &a->opened, 1);
	cl_streams_close(&b->s);
	assert_int_equal(cl_streams_open(&b->s, &ops, b, CLUSTER, 2), 0);
	wait_for(a, b, &a->closed, 1);
	assert_false(cl_streams_has(&a->s, 2));
	/* Nobody listens: the attempts become rare. */
	while (now - first < 20 * CL_NS_PER_SEC) {
		assert_true(cl_streams_deadline(&a->s) < CL_STREAMS_NEVER);
		if (cl_streams_deadline(&a->s) > now)
			now = cl_streams_deadline(&a->s);
		cl_streams_run(&a->s, now);
		settle(a, b);
		dials++;
	}
	assert_in_range(dials, 10, 30);
	assert_int_equal(cl_streams_listen(&b->s, &at, &b->port), 0);
	now += CL_CONTACTS_RETRY_MAX_NS;
	wait_for(a, b, &a->opened, 2);
	assert_true(cl_streams_has(&a->s, 2));
}

static void test_strangers_are_refused(void **state)
{
	struct node *a = *state, *b = a + 1;

	b->unwanted = 1;
	keep(a, 2, b);
	cl_streams_run(&a->s, now);
	settle(a, b);
	assert_int_equal(a->opened + b->opened, 0);
	assert_int_equal(b->s.count, 0);
	assert_int_equal(b->s.strangers, 0);
	assert_true(a->s.contacts.contact[0].logged);
	/* Known by now. */
	b->unwanted = 0;
	now += CL_CONTACTS_RETRY_MAX_NS;
	wait_for(a, b, &a->opened, 1);
	assert_false(a->s.contacts.contact[0].logged);
}

static void test_wrong_cluster_or_node(void **state)
{
	struct node *a = *state, *b = a + 1;

	b->s.cluster = 8;
	keep(a, 2, b);
	cl_streams_run(&a->s, now);
	settle(a, b);
	assert_int_equal(a->opened + b->opened, 0);
	b->s.cluster = CLUSTER;
	b->s.node = 3;
	now += CL_CONTACTS_RETRY_MAX_NS;
	cl_streams_run(&a->s, now);
	settle(a, b);
	assert_int_equal(a->opened + b->opened, 0);
	assert_int_equal(b->s.count, 0);
}

static int dial_raw(const struct node *n)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(n->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void test_garbage_ends_a_stream(void **state)
{
	static const char *const garbage[] = {
		"GET / HTTP/1.1\r\n\r\n",
		"\0\0\0\5\1",
		"\0\0\0\5\20",
		"\0\0\0\22\1\1\0\0\0\7\0\0\0\0\0\0\0\2", /* from node 0 */
		"\0\0\0\22\2\1\0\0\0\7\0\0\0\2\0\0\0\2", /* a refusal */
	};
	static const size_t len[] = { 18, 5, 5, 18, 18 };
	struct node *a = *state, *b = a + 1;
	char c[64];
	int fd;

	for (size_t i = 0; i < sizeof(len) / sizeof(*len); i++) {
		fd = dial_raw(b);
		assert_int_equal(send(fd, garbage[i], len[i], 0), len[i]);
		settle(a, b);
		assert_int_equal(b->s.count, 0);
		/* A reason perhaps, then the end. */
		while (recv(fd, c, sizeof(c), 0) > 0)
			;
		close(fd);
	}
	assert_int_equal(b->opened, 0);
}

static void test_silence_ends_a_stream(void **state)
{
	struct node *a = *state, *b = a + 1;
	int fds[CL_STREAMS_STRANGERS_MAX + 8];
	size_t n = sizeof(fds) / sizeof(*fds);

	for (size_t i = 0; i < n; i++)
		fds[i] = dial_raw(b);
	settle(a, b);
	assert_int_equal(b->s.strangers, CL_STREAMS_STRANGERS_MAX);
	assert_int_equal(b->s.count, CL_STREAMS_STRANGERS_MAX);
	now += CL_STREAM_HELLO_NS - 1;
	settle(a, b);
	assert_int_equal(b->s.strangers, CL_STREAMS_STRANGERS_MAX);
	assert_int_equal(cl_streams_deadline(&b->s), now + 1);
	now++;
	settle(a, b);
	assert_int_equal(b->s.strangers, 0);
	assert_int_equal(b->s.count, 0);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	/* Now there is room for somebody who speaks. */
	keep(a, 2, b);
	wait_for(a, b, &b->opened, 1);
}

static void test_forgotten(void **state)
{
	struct node *a = *state, *b = a + 1;

	keep(a, 2, b);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	cl_streams_forget(&a->s, 2);
	assert_int_equal(cl_streams_send(&a->s, 2, 16, "x", 1), -ENOTCONN);
	wait_for(a, b, &b->closed, 1);
	assert_int_equal(a->closed, 1);
	assert_int_equal(cl_streams_deadline(&a->s), CL_STREAMS_NEVER);
	assert_int_equal(cl_streams_deadline(&b->s), CL_STREAMS_NEVER);
}

static void test_address_tells_who_is_there(void **state)
{
	struct node *a = *state, *b = a + 1;
	const struct cl_tcp_address at = loopback(b->port);
	struct cl_contact *c;

	assert_int_equal(cl_streams_ask(&a->s, now, &at), 0);
	assert_int_equal(cl_streams_ask(&a->s, now, &at), 0);
	assert_int_equal(a->s.contacts.n, 1);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	assert_int_equal(a->last, 2);
	assert_int_equal(b->last, 1);
	assert_int_equal(cl_streams_send(&a->s, 2, 16, "x", 1), 0);
	wait_for(a, b, &b->frames, 1);
	/* it is dialled for itself now: the same stream does */
	keep(a, 2, b);
	settle(a, b);
	now += 100 * CL_NS_PER_SEC;
	settle(a, b);
	assert_int_equal(a->s.count, 1);
	assert_int_equal(a->opened, 1);
	cl_streams_unask(&a->s, &at);
	assert_null(cl_contacts_at(&a->s.contacts, &at));
	settle(a, b);
	assert_true(cl_streams_has(&a->s, 2));
	/* and when it breaks, the node is dialled again */
	b->s.first->broken = -EPIPE;
	wait_for(a, b, &a->closed, 1);
	now += CL_CONTACTS_RETRY_MAX_NS;
	wait_for(a, b, &a->opened, 2);
	c = cl_contacts_find(&a->s.contacts, 2);
	assert_string_equal(c->why, "");
}

static void test_address_is_asked_again(void **state)
{
	struct node *a = *state, *b = a + 1;
	const struct cl_tcp_address at = loopback(b->port);
	struct cl_contact *c;

	b->unwanted = 1;
	assert_int_equal(cl_streams_ask(&a->s, now, &at), 0);
	cl_streams_run(&a->s, now);
	settle(a, b);
	c = cl_contacts_at(&a->s.contacts, &at);
	assert_string_equal(c->why, "it does not know this node");
	assert_int_equal(c->answered, 0);
	b->unwanted = 0;
	now += CL_CONTACTS_RETRY_MAX_NS;
	wait_for(a, b, &a->opened, 1);
	assert_int_equal(c->answered, 2);
	assert_string_equal(c->why, "");
	/* given up while it is being dialled */
	b->s.first->broken = -EPIPE;
	wait_for(a, b, &a->closed, 1);
	now += CL_CONTACTS_RETRY_MAX_NS;
	cl_streams_run(&a->s, now);
	assert_int_equal(a->s.count, 1);
	cl_streams_unask(&a->s, &at);
	settle(a, b);
	assert_int_equal(a->opened, 1);
	assert_int_equal(a->s.count, 0);
	assert_int_equal(cl_streams_deadline(&a->s), CL_STREAMS_NEVER);
}

/* Both an address and a stream that the other one has dialled. */
static void test_asked_node_dials_as_well(void **state)
{
	struct node *a = *state, *b = a + 1;
	const struct cl_tcp_address at = loopback(a->port);
	int opened;

	assert_int_equal(cl_streams_ask(&b->s, now, &at), 0);
	keep(a, 2, b);
	cl_streams_run(&a->s, now);
	cl_streams_run(&b->s, now);
	wait_for(a, b, &a->opened, 1);
	wait_for(a, b, &b->opened, 1);
	settle(a, b);
	opened = a->opened;
	for (int i = 0; i < 10; i++) {
		now += CL_CONTACTS_RETRY_MAX_NS;
		settle(a, b);
	}
	assert_int_equal(a->opened, opened);
	assert_int_equal(a->s.count, 1);
	assert_int_equal(b->s.count, 1);
}

static void test_own_address_opens_nothing(void **state)
{
	struct node *a = *state, *b = a + 1;
	const struct cl_tcp_address at = loopback(a->port);

	assert_int_equal(cl_streams_ask(&a->s, now, &at), 0);
	cl_streams_run(&a->s, now);
	settle(a, b);
	assert_int_equal(a->opened, 0);
	assert_int_equal(a->s.count, 0);
}

static void test_addresses_as_text(void **state)
{
	struct cl_tcp_address a = loopback(20319);
	char text[CL_TCP_ADDRESS_SIZE];

	(void)state;
	cl_tcp_text(text, &a);
	assert_string_equal(text, "127.0.0.1:20319");
	inet_pton(AF_INET6, "fe80::1", &a.addr);
	a.scope = 3;
	cl_tcp_text(text, &a);
	assert_string_equal(text, "[fe80::1%3]:20319");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_frames_arrive_both_ways,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_frames_wait_for_room,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_both_dial, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dials_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_strangers_are_refused,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_cluster_or_node,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage_ends_a_stream,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_silence_ends_a_stream,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_address_tells_who_is_there,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_address_is_asked_again,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_node_dials_as_well,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_address_opens_nothing,
						setup, teardown),
		cmocka_unit_test(test_addresses_as_text),
	};

	return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
