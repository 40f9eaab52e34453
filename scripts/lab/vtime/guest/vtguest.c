// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tool of a node of the virtual-time lab.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "scripts/lab/vtime/kernel/vtime.h"

#define CLOCK_PAGE "/dev/clocklink0"
#define PAGE_BYTES 4096
#define COMMAND_MAX 1500
#define NS_PER_S 1000000000L

static const char usage[] =
	"usage: vtguest watch         give the page of " CLOCK_PAGE
	" to the controller\n"
	"       vtguest exec          run the commands that the controller sends\n"
	"       vtguest leap +1|-1|0  leap second at the end of the UTC day\n"
	"       vtguest shift NS      step CLOCK_REALTIME by up to 1 s\n"
	"       vtguest stamp         copy lines with CLOCK_MONOTONIC_RAW, ns,\n"
	"                             before each\n";

static int fail(const char *what)
{
	fprintf(stderr, "vtguest: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* The device appears when the daemon has made the instance. */
static int open_page(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int fd;

	while ((fd = open(CLOCK_PAGE, O_RDONLY)) < 0 &&
	       (errno == ENOENT || errno == ENXIO))
		nanosleep(&pause, NULL);
	return fd;
}

/* The page stays known as long as /dev/vtime is open: for ever. */
static int watch(void)
{
	int page = open_page(), vtime;
	u64 address;
	void *map;

	if (page < 0)
		return fail(CLOCK_PAGE);
	map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, page, 0);
	if (map == MAP_FAILED)
		return fail("mmap " CLOCK_PAGE);
	vtime = open("/dev/vtime", O_WRONLY);
	address = (uintptr_t)map;
	if (vtime < 0 || write(vtime, &address, sizeof(address)) < 0)
		return fail("/dev/vtime");
	for (;;)
		pause();
}

/* A command does not delay the next; nobody asks how it ended. */
static void spawn(const char *command)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return;
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static int serve_commands(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(VTIME_ETH_EXEC),
		.sll_ifindex = (int)if_nametoindex("eth0"),
	};
	int s = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char command[COMMAND_MAX + 1];
	ssize_t n;

	if (s < 0 || !address.sll_ifindex ||
	    bind(s, (struct sockaddr *)&address, sizeof(address)))
		return fail("eth0");
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		n = recv(s, command, COMMAND_MAX, 0);
		if (n < 0 && errno != EINTR)
			return fail("recv");
		if (n <= 0)
			continue;
		command[n] = '\0';
		spawn(command);
	}
}

static int set_leap(const char *what)
{
	struct timex t = { .modes = 0 };
	int status;

	if (!strcmp(what, "+1"))
		status = STA_INS;
	else if (!strcmp(what, "-1"))
		status = STA_DEL;
	else if (!strcmp(what, "0"))
		status = 0;
	else
		return -1;
	if (adjtimex(&t) < 0)
		return fail("adjtimex");
	t.modes = ADJ_STATUS;
	t.status = (t.status & ~(STA_INS | STA_DEL)) | status;
	if (adjtimex(&t) < 0)
		return fail("adjtimex");
	return EXIT_SUCCESS;
}

static int shift(const char *text)
{
	struct timex t = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	char *end;
	long ns;

	errno = 0;
	ns = strtol(text, &end, 10);
	if (errno || end == text || *end || ns > NS_PER_S || ns < -NS_PER_S)
		return -1;
	t.time.tv_sec = ns < 0 ? -1 : 0;
	/* nanoseconds, by ADJ_NANO */
	t.time.tv_usec = ns < 0 ? ns + NS_PER_S : ns;
	if (t.time.tv_usec == NS_PER_S) {
		t.time.tv_sec = 1;
		t.time.tv_usec = 0;
	}
	if (adjtimex(&t) < 0)
		return fail("adjtimex");
	return EXIT_SUCCESS;
}

/* Code takes no time here: a line is stamped when it was written. */
static int stamp(void)
{
	char *line = NULL;
	size_t room = 0;
	struct timespec t;

	while (getline(&line, &room, stdin) > 0) {
		clock_gettime(CLOCK_MONOTONIC_RAW, &t);
		printf("%lld ", (long long)t.tv_sec * NS_PER_S + t.tv_nsec);
		fputs(line, stdout);
		fflush(stdout);
	}
	free(line);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status = -1;

	if (argc == 2 && !strcmp(argv[1], "watch"))
		status = watch();
	else if (argc == 2 && !strcmp(argv[1], "exec"))
		status = serve_commands();
	else if (argc == 3 && !strcmp(argv[1], "leap"))
		status = set_leap(argv[2]);
	else if (argc == 3 && !strcmp(argv[1], "shift"))
		status = shift(argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "stamp"))
		status = stamp();
	if (status < 0) {
		fputs(usage, stderr);
		return 2;
	}
	return status;
}
