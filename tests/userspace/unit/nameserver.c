// SPDX-License-Identifier: GPL-2.0-or-later
#include "nameserver.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <resolv.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/core/bytes.h"

#define QUESTION_MAX 512
#define ANSWER_MAX 4096

/* Flags of an answer, and of one that there is no such name. */
#define FLAGS 0x8180
#define FLAGS_UNKNOWN 0x8183

/* The name of the question, which is behind the header. */
#define NAME 0xc00c

static size_t put_record(u8 *p, const struct nameserver_record *r, u8 number)
{
	cl_put_be16(p, NAME);
	cl_put_be16(p + 2, r->type);
	cl_put_be16(p + 4, ns_c_in);
	cl_put_be32(p + 6, 60);
	cl_put_be16(p + 10, r->len);
	memcpy(p + 12, r->data, r->len);
	p[12 + r->len - 1] += number;
	return 12 + r->len;
}

/* Answer a question in place. */
static size_t reply(u8 *buf, size_t len,
		    const struct nameserver_record *records, size_t n)
{
	char name[NS_MAXDNAME];
	u16 answers = 0, type;
	int used = ns_name_uncompress(buf, buf + len, buf + NS_HFIXEDSZ, name,
				      sizeof(name));

	if (used < 0)
		return 0;
	type = cl_get_be16(buf + NS_HFIXEDSZ + used);
	len = NS_HFIXEDSZ + used + NS_QFIXEDSZ;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, records[i].name) || type != records[i].type)
			continue;
		for (u8 k = 0; k < records[i].times; k++, answers++)
			len += put_record(buf + len, &records[i], k);
	}
	cl_put_be16(buf + 2, strstr(name, "gone") ? FLAGS_UNKNOWN : FLAGS);
	cl_put_be16(buf + 6, answers);
	cl_put_be16(buf + 8, 0);
	cl_put_be16(buf + 10, 0);
	return len;
}

static void serve(int fd, const struct nameserver_record *records, size_t n)
{
	for (;;) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		u8 buf[ANSWER_MAX];
		ssize_t len = recvfrom(fd, buf, QUESTION_MAX, 0,
				       (struct sockaddr *)&from, &from_len);

		if (len <= NS_HFIXEDSZ || memmem(buf, len, "silent", 6))
			continue;
		len = (ssize_t)reply(buf, (size_t)len, records, n);
		sendto(fd, buf, (size_t)len, 0, (struct sockaddr *)&from,
		       from_len);
	}
}

/**
 * nameserver_start() - start it
 * @records: what it knows; names with "gone" do not exist, questions with "silent"
 *	are not answered
 * @n: how many
 *
 * Return: its process id, or -errno.
 */
pid_t nameserver_start(const struct nameserver_record *records, size_t n)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(NS_DEFAULTPORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t pid;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at))) {
		close(fd);
		return -errno;
	}
	pid = fork();
	if (!pid)
		serve(fd, records, n);
	close(fd);
	return pid;
}

/**
 * nameserver_stop() - stop it
 * @pid: of nameserver_start()
 */
void nameserver_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
