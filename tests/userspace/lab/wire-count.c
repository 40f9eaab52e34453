// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts time messages that come in by a network device, by type, and apart those to a
 * multicast group:
 *
 *	wire-count DEVICE SECONDS
 *
 * prints "request 12 request-group 3 ..." when the time is over.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "agent/lib/compiler.h"
#include "kmod/core/wire.h"

static const char *const names[] = {
	[CL_WIRE_REQUEST] = "request",
	[CL_WIRE_RESPONSE] = "response",
	[CL_WIRE_UPDATE] = "update",
	[CL_WIRE_UPDATE_REQUEST] = "update-request",
	[CL_WIRE_REPORT] = "report",
};

#define TYPES ARRAY_SIZE(names)

static unsigned int count[TYPES][2];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Payload of a UDP packet of ours, or NULL. */
static const u8 *payload(const u8 *p, size_t len, int protocol, bool *group)
{
	const struct ip6_hdr *six = (const void *)p;
	const struct iphdr *four = (const void *)p;
	const struct udphdr *udp;
	size_t head;

	if (protocol == ETH_P_IP && len >= sizeof(*four)) {
		head = four->ihl * 4U;
		*group = IN_MULTICAST(ntohl(four->daddr));
		if (four->protocol != IPPROTO_UDP)
			return NULL;
	} else if (protocol == ETH_P_IPV6 && len >= sizeof(*six)) {
		head = sizeof(*six);
		*group = IN6_IS_ADDR_MULTICAST(&six->ip6_dst);
		if (six->ip6_nxt != IPPROTO_UDP)
			return NULL;
	} else {
		return NULL;
	}
	udp = (const void *)(p + head);
	if (len < head + sizeof(*udp) + CL_WIRE_HDR_LEN ||
	    ntohs(udp->dest) != CL_WIRE_PORT)
		return NULL;
	return p + head + sizeof(*udp);
}

static void take(int s)
{
	u64 room[256];
	u8 *buf = (u8 *)room;
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t len = recvfrom(s, buf, sizeof(room), 0, (void *)&from, &size);
	struct cl_wire_msg m;
	bool group = false;
	const u8 *p;

	if (len < 0)
		err(1, "recvfrom");
	if (from.sll_pkttype == PACKET_OUTGOING)
		return;
	p = payload(buf, (size_t)len, ntohs(from.sll_protocol), &group);
	if (p && !cl_wire_decode(p, (size_t)(buf + len - p), &m))
		count[m.hdr.type][group]++;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL) };
	struct pollfd pfd = { .events = POLLIN };
	double end;

	if (argc != 3)
		errx(2, "usage: wire-count DEVICE SECONDS");
	at.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (!at.sll_ifindex)
		err(1, "%s", argv[1]);
	pfd.fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	if (pfd.fd < 0 || bind(pfd.fd, (void *)&at, sizeof(at)))
		err(1, "socket");
	end = now() + atof(argv[2]);
	while (now() < end)
		if (poll(&pfd, 1, 100) > 0)
			take(pfd.fd);
	for (unsigned int i = CL_WIRE_REQUEST; i < TYPES; i++)
		printf("%s %u %s-group %u ", names[i], count[i][0], names[i],
		       count[i][1]);
	putchar('\n');
	return 0;
}
