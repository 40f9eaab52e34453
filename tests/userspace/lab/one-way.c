// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One-way delay between two network namespaces of one machine, which have one
 * clock: one process holds a socket in each.
 *
 *	one-way FROM TO ADDRESS COUNT
 *
 * Sends COUNT UDP packets from namespace FROM to the IPv4 ADDRESS in namespace
 * TO, each after the last has arrived and a short random pause, and prints the
 * delay of each in ns. It includes what the two system calls take.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT 7777
#define TIMEOUT_S 2
#define PAUSE_MAX_NS 3000000L

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* A UDP socket in a namespace made by "ip netns". */
static int socket_in(const char *netns)
{
	const struct timeval timeout = { .tv_sec = TIMEOUT_S };
	char path[256];
	int ns, sock;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(2, "%s", path);
	close(ns);
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	if (sock < 0 || setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout,
				   sizeof(timeout)))
		err(2, "socket");
	return sock;
}

static void pause_some(void)
{
	const struct timespec ts = { .tv_nsec = random() % PAUSE_MAX_NS };

	nanosleep(&ts, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };
	int from_sock, to_sock, count;

	if (argc != 5 || inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		errx(2, "usage: one-way FROM TO ADDRESS COUNT");
	count = atoi(argv[4]);
	from_sock = socket_in(argv[1]);
	to_sock = socket_in(argv[2]);
	if (bind(to_sock, (struct sockaddr *)&to, sizeof(to)))
		err(2, "bind %s", argv[3]);
	/* two packets that do not count fill the caches */
	for (int i = -2; i < count; i++) {
		long long sent = now_ns(), received;
		int got;

		if (sendto(from_sock, &i, sizeof(i), 0, (struct sockaddr *)&to,
			   sizeof(to)) != sizeof(i))
			err(1, "send");
		if (recv(to_sock, &got, sizeof(got), 0) != sizeof(got))
			err(1, "packet %d was lost", i);
		received = now_ns();
		if (got != i)
			errx(1, "sent %d, received %d", i, got);
		if (i >= 0)
			printf("%lld\n", received - sent);
		pause_some();
	}
	return 0;
}
