// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver that does what one of virtio_uml does, and some that do worse.
 */
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "scripts/lab/vtime/card.h"
#include "unit.h"

#define MEM 65536
#define GUEST 0x10000000ULL
#define NUM 4
#define HEADER 12

/* Places in the guest's memory: two queues of NUM, then buffers. */
#define DESC(q) (0x1000 * (q))
#define AVAIL(q) (DESC(q) + 0x400)
#define USED(q) (DESC(q) + 0x800)
#define BUF(i) (0x4000 + 0x1000 * (i))

static char path[64];
static struct vt_card card;
static u8 *mem;
static int guest, memfd, back[2];
static u8 got[VT_CARD_FRAME_MAX];
static size_t got_len;
static unsigned int got_frames, got_kicks;
static u64 got_time, limit;

static void sent(void *ctx, const u8 *frame, size_t len)
{
	assert_ptr_equal(ctx, &card);
	memcpy(got, frame, len);
	got_len = len;
	got_frames++;
}

static void kick_begins(void *ctx, u64 local)
{
	assert_ptr_equal(ctx, &card);
	got_time = local;
}

static u64 kick_ends(void *ctx)
{
	assert_ptr_equal(ctx, &card);
	got_kicks++;
	return limit;
}

static const struct vt_card_ops ops = { kick_begins, sent, kick_ends };

/* Sends a request with NEED_REPLY and hands it to the card. */
static int request(u32 number, const void *payload, u32 size, int fd)
{
	u32 head[3] = { number, 1 | 8, size };
	struct iovec io[2] = { { head, sizeof(head) },
			       { (void *)payload, size } };
	char control[CMSG_SPACE(sizeof(int))] = {};
	struct msghdr m = { .msg_iov = io, .msg_iovlen = 2 };
	struct cmsghdr *c;

	if (fd >= 0) {
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	assert_int_equal(sendmsg(guest, &m, 0), sizeof(head) + size);
	return vt_card_request(&card);
}

/* The answer to it: its value, or -1 if there is none. */
static s64 answer(void)
{
	struct {
		u32 head[3];
		u64 value;
	} __packed a;

	if (recv(guest, &a, sizeof(a), MSG_DONTWAIT) != sizeof(a))
		return -1;
	assert_int_equal(a.head[1], 1 | 4);
	return a.value;
}

static void does(u32 number, const void *payload, u32 size, int fd)
{
	assert_int_equal(request(number, payload, size, fd), 0);
	assert_int_equal(answer(), 0);
}

static void setup_queue(u32 q)
{
	u32 num[2] = { q, NUM }, base[2] = { q, 0 }, on[2] = { q, 1 };
	struct {
		u32 index, flags;
		u64 desc, used, avail, log;
	} addr = { q, 0, GUEST + DESC(q), GUEST + USED(q), GUEST + AVAIL(q), 0 };

	does(8, num, sizeof(num), -1);
	does(9, &addr, sizeof(addr), -1);
	does(10, base, sizeof(base), -1);
	does(18, on, sizeof(on), -1);
}

static int setup(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	u64 features = 1ULL << VIRTIO_F_VERSION_1;
	struct {
		u32 num, pad;
		u64 addr, size, user, offset;
	} table = { 1, 0, GUEST, MEM, 0, 0 };

	(void)state;
	got_frames = 0;
	got_kicks = 0;
	got_time = 0;
	limit = 0;
	memset(&card, 0, sizeof(card));
	card.ops = &ops;
	card.ctx = &card;
	card.number = 3;
	assert_int_equal(vt_card_open(&card, path), 0);
	guest = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(a.sun_path, path);
	assert_int_equal(connect(guest, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(vt_card_accept(&card), 0);
	memfd = memfd_create("guest", 0);
	assert_int_equal(ftruncate(memfd, MEM), 0);
	mem = mmap(NULL, MEM, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, back), 0);
	does(2, &features, sizeof(features), -1);
	does(5, &table, sizeof(table), memfd);
	setup_queue(VT_CARD_RX);
	setup_queue(VT_CARD_TX);
	does(21, NULL, 0, back[1]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vt_card_close(&card);
	munmap(mem, MEM);
	close(memfd);
	close(guest);
	close(back[0]);
	close(back[1]);
	unlink(path);
	return 0;
}

static struct vring_desc *desc(u32 q)
{
	return (struct vring_desc *)(mem + DESC(q));
}

static struct vring_avail *avail(u32 q)
{
	return (struct vring_avail *)(mem + AVAIL(q));
}

static struct vring_used *used(u32 q)
{
	return (struct vring_used *)(mem + USED(q));
}

static void offer(u32 q, u16 head)
{
	avail(q)->ring[avail(q)->idx % NUM] = head;
	avail(q)->idx++;
}

static int kick(void)
{
	u32 kick[4] = { VT_CARD_TX, 0, 77, 0 };

	return request(35, kick, sizeof(kick), -1);
}

static void test_features_and_address_are_told(void **state)
{
	struct {
		u32 head[3];
		u32 config[3];
		u8 data[256];
	} __packed a;
	static const u8 mac[6] = { 2, 0, 0, 0, 0, 3 };
	u32 config[3 + 64] = { 0, 256, 0 };

	(void)state;
	assert_int_equal(request(1, NULL, 0, -1), 0);
	assert_true(answer() >> VIRTIO_F_VERSION_1 & 1);
	assert_int_equal(request(24, config, sizeof(config), -1), 0);
	assert_int_equal(recv(guest, &a, sizeof(a), MSG_DONTWAIT), sizeof(a));
	assert_memory_equal(a.data, mac, sizeof(mac));
}

static void test_chained_frame_is_sent(void **state)
{
	(void)state;
	memset(mem + BUF(0), 0, HEADER);
	memcpy(mem + BUF(1), "0123456789abcdef", 16);
	desc(VT_CARD_TX)[0] = (struct vring_desc){ GUEST + BUF(0), HEADER,
						   VRING_DESC_F_NEXT, 2 };
	desc(VT_CARD_TX)[2] = (struct vring_desc){ GUEST + BUF(1), 16, 0, 0 };
	offer(VT_CARD_TX, 0);
	assert_int_equal(kick(), 0);
	assert_int_equal(answer(), 0);
	assert_int_equal(got_frames, 1);
	assert_int_equal(got_kicks, 1);
	assert_int_equal(got_len, 16);
	assert_memory_equal(got, "0123456789abcdef", 16);
	assert_int_equal(used(VT_CARD_TX)->idx, 1);
	assert_int_equal(used(VT_CARD_TX)->ring[0].id, 0);
}

static void test_kick_has_a_time_and_its_answer_a_limit(void **state)
{
	(void)state;
	limit = 123456789012345;
	assert_int_equal(kick(), 0);
	assert_int_equal(got_time, 77);
	assert_int_equal(answer(), limit);
}

static void test_arriving_frame_fills_a_buffer(void **state)
{
	(void)state;
	desc(VT_CARD_RX)[1] =
		(struct vring_desc){ GUEST + BUF(0), HEADER,
				     VRING_DESC_F_NEXT | VRING_DESC_F_WRITE,
				     3 };
	desc(VT_CARD_RX)[3] = (struct vring_desc){ GUEST + BUF(1), 1514,
						   VRING_DESC_F_WRITE, 0 };
	assert_int_equal(vt_card_put(&card, (const u8 *)"hello", 5),
			 VT_CARD_LOST);
	offer(VT_CARD_RX, 1);
	assert_int_equal(vt_card_put(&card, (const u8 *)"hello", 5),
			 VT_CARD_CALL);
	assert_memory_equal(mem + BUF(1), "hello", 5);
	assert_int_equal(used(VT_CARD_RX)->ring[0].id, 1);
	assert_int_equal(used(VT_CARD_RX)->ring[0].len, HEADER + 5);
	avail(VT_CARD_RX)->flags = VRING_AVAIL_F_NO_INTERRUPT;
	offer(VT_CARD_RX, 1);
	assert_int_equal(vt_card_put(&card, (const u8 *)"world", 5),
			 VT_CARD_QUIET);
}

static void test_bad_descriptors_end_the_run(void **state)
{
	static const struct vring_desc bad[] = {
		{ GUEST + MEM - 8, 64, 0, 0 }, /* over the end */
		{ GUEST - 8, 64, 0, 0 }, /* before the start */
		{ ~0ULL - 8, 64, 0, 0 }, /* wraps */
		{ GUEST, VT_CARD_FRAME_MAX + HEADER + 1, 0, 0 },
		{ GUEST + BUF(0), 64, VRING_DESC_F_NEXT, 0 }, /* a circle */
		{ GUEST + BUF(0), HEADER, 0, 0 }, /* nothing in it */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		desc(VT_CARD_TX)[0] = bad[i];
		offer(VT_CARD_TX, 0);
		if (i == 4) /* as many parts as the queue is long, not more */
			assert_int_equal(kick(), 0);
		else
			assert_int_equal(kick(), -EPROTO);
	}
}

static void test_bad_requests_are_refused(void **state)
{
	u32 queue[2] = { VT_CARD_QUEUES, 4 }, odd[2] = { 0, 3 };
	u32 none[2] = { 0, 0 };
	u32 old_kick[2] = { VT_CARD_TX, 0 };
	u64 legacy = 0;

	(void)state;
	assert_int_equal(request(8, queue, sizeof(queue), -1), -EPROTO);
	assert_int_equal(request(8, odd, sizeof(odd), -1), -EPROTO);
	assert_int_equal(request(8, none, sizeof(none), -1), -EPROTO);
	assert_int_equal(request(2, &legacy, sizeof(legacy), -1), -EPROTO);
	assert_int_equal(request(35, old_kick, sizeof(old_kick), -1), -EPROTO);
	assert_int_equal(request(99, NULL, 0, -1), -EPROTO);
	assert_int_equal(request(21, NULL, 0, -1), -EPROTO);
	close(guest);
	guest = -1;
	assert_int_equal(vt_card_request(&card), -EPIPE);
}

#define on_card(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_card(test_features_and_address_are_told),
		on_card(test_chained_frame_is_sent),
		on_card(test_kick_has_a_time_and_its_answer_a_limit),
		on_card(test_arriving_frame_fills_a_buffer),
		on_card(test_bad_descriptors_end_the_run),
		on_card(test_bad_requests_are_refused),
	};

	char dir[] = "/tmp/vtime-card.XXXXXX";
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
