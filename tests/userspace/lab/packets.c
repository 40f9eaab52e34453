// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends time messages of node 2 to node 1, good and bad ones.
 *
 *	packets [-p PORT] [-s SEQUENCE] FROM TO KIND [COUNT]
 *
 * FROM and TO are addresses of one family; both ports are 20319, -p sets that of
 * the sender.  KIND is "good" (Sync Requests), "random" (messages with some bytes
 * changed, SEQUENCE is the seed) or a name of the table.  Cluster 7.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kmod/core/wire.h"

#define OFF_VERSION 0
#define OFF_TYPE 1
#define OFF_LENGTH 2
#define OFF_FLAGS 4
#define OFF_STATE 6
#define OFF_KEY 7
#define OFF_CLUSTER 8
#define OFF_SENDER 12
#define OFF_RECEIVER 16
#define OFF_GEN 32
#define OFF_TAG 36
#define OFF_T1 56
#define OFF_RATE 68
#define OFF_LEAP 102

/**
 * struct kind - how one bad packet differs from a good one
 * @name: on the command line
 * @type: message that it is made from
 * @len: bytes sent; 0: as they should be
 * @off: bytes that are overwritten
 * @n: how many
 * @bytes: by what
 */
struct kind {
	const char *name;
	enum cl_wire_type type;
	int len;
	int off;
	int n;
	unsigned char bytes[8];
};

static const struct kind kinds[] = {
	{ .name = "good", .type = CL_WIRE_REQUEST },
	{ .name = "update", .type = CL_WIRE_UPDATE },
	{ .name = "ask", .type = CL_WIRE_UPDATE_REQUEST },
	/* whom the packet is addressed to is what the receiver is checked against */
	{ "group",
	  CL_WIRE_REQUEST,
	  0,
	  OFF_RECEIVER,
	  4,
	  { 0xff, 0xff, 0xff, 0xff } },
	{ .name = "empty", .type = CL_WIRE_REQUEST, .len = -1 },
	{ .name = "short-header",
	  .type = CL_WIRE_REQUEST,
	  .len = CL_WIRE_HDR_LEN - 1 },
	{ "short-body", CL_WIRE_REQUEST, 60, OFF_LENGTH, 2, { 0, 60 } },
	{ .name = "long", .type = CL_WIRE_REQUEST, .len = CL_WIRE_MAX + 1 },
	{ "version", CL_WIRE_REQUEST, 0, OFF_VERSION, 1, { 2 } },
	{ "type-0", CL_WIRE_REQUEST, 0, OFF_TYPE, 1, { 0 } },
	{ "type-6", CL_WIRE_REQUEST, 0, OFF_TYPE, 1, { 6 } },
	{ .name = "length-small", .type = CL_WIRE_REQUEST, .len = 80 },
	{ "length-large", CL_WIRE_REQUEST, 0, OFF_LENGTH, 2, { 0, 200 } },
	{ "flags", CL_WIRE_REQUEST, 0, OFF_FLAGS, 2, { 0x80, 0 } },
	{ "state", CL_WIRE_REQUEST, 0, OFF_STATE, 1, { 7 } },
	{ "sender-0", CL_WIRE_REQUEST, 0, OFF_SENDER, 4, { 0, 0, 0, 0 } },
	{ "tag", CL_WIRE_REQUEST, 0, OFF_TAG, 1, { 1 } },
	{ "stamp", CL_WIRE_REQUEST, 0, OFF_T1, 8, { 0, 0, 0, 0, 0, 0, 0, 1 } },
	{ "rate", CL_WIRE_UPDATE, 0, OFF_RATE, 8, { 0x7f } },
	{ "leap", CL_WIRE_UPDATE, 0, OFF_LEAP, 1, { 3 } },
	{ "tlv",
	  CL_WIRE_REQUEST,
	  CL_WIRE_REQUEST_LEN + 4,
	  OFF_LENGTH,
	  2,
	  { 0, CL_WIRE_REQUEST_LEN + 4 } },
	{ "cluster", CL_WIRE_REQUEST, 0, OFF_CLUSTER, 4, { 0, 0, 0, 8 } },
	{ "receiver", CL_WIRE_REQUEST, 0, OFF_RECEIVER, 4, { 0, 0, 0, 3 } },
	{ "sender-9", CL_WIRE_REQUEST, 0, OFF_SENDER, 4, { 0, 0, 0, 9 } },
	{ "key", CL_WIRE_REQUEST, 0, OFF_KEY, 1, { 1 } },
	{ 0 },
};

/* A good message; returns its length. */
static int build(enum cl_wire_type type, u32 seq, u8 *buf)
{
	struct cl_wire_msg m = {
		.hdr.type = type,
		.hdr.cluster = 7,
		.hdr.sender = 2,
		.hdr.receiver = 1,
		.hdr.term = 1,
		.hdr.seq = seq,
		.hdr.gen = 1,
	};

	return cl_wire_encode(&m, buf, CL_WIRE_MAX);
}

static int build_kind(const struct kind *k, u32 seq, u8 *buf)
{
	int len = build(k->type, seq, buf);

	memcpy(buf + k->off, k->bytes, k->n);
	/* the TLV in the bytes that were added is longer than they are */
	buf[CL_WIRE_REQUEST_LEN + 3] = 4;
	if (k->len < 0)
		return 0;
	return k->len ? k->len : len;
}

/*
 * Some bytes of any message changed, sometimes its length.  Not the generation: a
 * new one makes the receiver count from 0.
 */
static int build_random(u32 seq, u8 *buf)
{
	int len = build(CL_WIRE_REQUEST + random() % 4, seq, buf);

	for (int changes = random() % 4; changes > 0; changes--) {
		int off = random() % len;

		if (off < OFF_GEN || off >= OFF_TAG)
			buf[off] = random();
	}
	return random() % 8 ? len : random() % (CL_WIRE_MAX + 88);
}

/* A socket bound to FROM and its port, connected to TO. */
static int open_socket(const char *from, const char *port, const char *to)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
					.ai_socktype = SOCK_DGRAM };
	struct addrinfo *a, *b;
	char to_port[8];
	int s;

	snprintf(to_port, sizeof(to_port), "%d", CL_WIRE_PORT);
	if (getaddrinfo(from, port, &hints, &a) ||
	    getaddrinfo(to, to_port, &hints, &b))
		errx(2, "bad address");
	s = socket(a->ai_family, SOCK_DGRAM, 0);
	if (s < 0 || bind(s, a->ai_addr, a->ai_addrlen) ||
	    connect(s, b->ai_addr, b->ai_addrlen))
		err(2, "socket");
	freeaddrinfo(a);
	freeaddrinfo(b);
	return s;
}

static const struct kind *find_kind(const char *name)
{
	for (const struct kind *k = kinds; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	errx(2, "unknown kind %s", name);
}

int main(int argc, char **argv)
{
	static u8 buf[2 * CL_WIRE_MAX];
	const struct kind *kind = NULL;
	const char *port = "20319";
	u32 seq = getpid() * 10000;
	int count = 1, opt, s;

	while ((opt = getopt(argc, argv, "p:s:")) != -1) {
		if (opt == 'p')
			port = optarg;
		else if (opt == 's')
			seq = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	argv += optind;
	argc -= optind;
	if (argc < 3 || argc > 4)
		errx(2,
		     "usage: packets [-p PORT] [-s SEQUENCE] FROM TO KIND [COUNT]");
	if (argc == 4)
		count = atoi(argv[3]);
	if (strcmp(argv[2], "random"))
		kind = find_kind(argv[2]);
	s = open_socket(argv[0], port, argv[1]);
	srandom(seq);
	for (int i = 0; i < count; i++) {
		int len;

		memset(buf, 0, sizeof(buf));
		len = kind ? build_kind(kind, seq + i, buf) :
			     build_random(seq + i, buf);
		if (send(s, buf, len, 0) != len)
			err(1, "send");
	}
	return 0;
}
