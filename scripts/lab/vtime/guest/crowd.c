// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients of clocklink-monitor in a node of the virtual-time lab, bad ones among them.
 *
 *	crowd PERIOD_US SECONDS
 *
 * Once per period one of CLIENTS connections does one thing: it connects, asks, sends what is
 * no request, stops in the middle of one, or reads what has come and hangs up. So the work is
 * bounded in virtual time, in which code takes none: who asks again as soon as he has the
 * answer, as wrk does, would stand still there and never end.
 *
 * At the end it says what it has seen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "agent/lib/now.h"

#define CLIENTS 64
#define PORT 9779
#define NS_PER_US 1000

/* Things that a connection does before it is closed. */
#define TURNS 4
#define GARBAGE_SIZE 4096

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

static const char *const requests[] = {
	GET("/metrics"),
	GET("/api/v1/nodes?sort=name"),
	GET("/api/v1/nodes/2/latency"),
	GET("/api/v1/history?span=600s"),
	GET("/"),
	GET("/api/v1/nodes?sort=%00%ff&limit=-1"),
	GET("/../../etc/passwd"),
	"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
	"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Never-Ending: ",
};

/**
 * struct crowd - all clients
 * @fd: connections, 0: none
 * @turn: what each has done
 * @refused: connections that nobody took
 * @sent: requests and garbage
 * @answers: answers with status 200
 * @errors: answers with another one
 */
struct crowd {
	int fd[CLIENTS];
	unsigned int turn[CLIENTS];
	unsigned long refused;
	unsigned long sent;
	unsigned long answers;
	unsigned long errors;
};

/* xorshift, which is no worse garbage than any other and takes nothing from the kernel */
static u32 draw(void)
{
	static u32 x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void hang_up(struct crowd *c, unsigned int i)
{
	close(c->fd[i]);
	c->fd[i] = 0;
}

/* Connecting to the loopback device does not wait. */
static void dial(struct crowd *c, unsigned int i)
{
	const struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	c->fd[i] = s < 0 ? 0 : s;
	c->turn[i] = 0;
	if (s >= 0 &&
	    (!connect(s, (const struct sockaddr *)&addr, sizeof(addr)) ||
	     errno == EINPROGRESS))
		return;
	c->refused++;
	if (s >= 0)
		hang_up(c, i);
}

/* An answer begins a piece that is read: there is one question at a time. */
static void hear(struct crowd *c, unsigned int i)
{
	static char buf[65536];
	ssize_t n = recv(c->fd[i], buf, sizeof(buf) - 1, 0);

	if (n > 0) {
		buf[n] = '\0';
		if (!strncmp(buf, "HTTP/1.1 200 ", 13))
			c->answers++;
		else if (!strncmp(buf, "HTTP/1.1 ", 9))
			c->errors++;
	} else if (!n || errno != EAGAIN) {
		if (!c->turn[i])
			c->refused++;
		hang_up(c, i);
	}
}

static void say(struct crowd *c, unsigned int i)
{
	char garbage[GARBAGE_SIZE];
	unsigned int what = draw() % (ARRAY_SIZE(requests) + 1);
	const char *text = garbage;
	size_t size = sizeof(garbage);

	if (what < ARRAY_SIZE(requests)) {
		text = requests[what];
		size = strlen(text);
	} else {
		for (size_t k = 0; k < sizeof(garbage); k++)
			garbage[k] = (char)draw();
	}
	if (send(c->fd[i], text, size, MSG_NOSIGNAL) > 0)
		c->sent++;
}

static void act(struct crowd *c, unsigned int i)
{
	if (!c->fd[i]) {
		dial(c, i);
		return;
	}
	hear(c, i);
	if (!c->fd[i])
		return;
	if (c->turn[i]++ < TURNS)
		say(c, i);
	else
		hang_up(c, i);
}

static void work(struct crowd *c, s64 period, s64 end)
{
	struct timespec t;

	for (s64 now = cl_now_ns(CLOCK_MONOTONIC); now < end; now += period) {
		act(c, draw() % CLIENTS);
		t.tv_sec = now / CL_NS_PER_SEC;
		t.tv_nsec = now % CL_NS_PER_SEC;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	}
}

int main(int argc, char **argv)
{
	static struct crowd c;
	s64 period = argc == 3 ? atol(argv[1]) * NS_PER_US : 0;
	s64 length = argc == 3 ? atol(argv[2]) * CL_NS_PER_SEC : 0;

	if (period <= 0 || length <= 0) {
		fputs("usage: crowd PERIOD_US SECONDS\n", stderr);
		return 2;
	}
	work(&c, period, cl_now_ns(CLOCK_MONOTONIC) + length);
	printf("crowd: %lu sent, %lu answers, %lu errors, %lu refused\n",
	       c.sent, c.answers, c.errors, c.refused);
	return EXIT_SUCCESS;
}
