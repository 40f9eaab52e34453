// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One datagram per message: lines "NAME=value", or for a value with a line feed in it
 * NAME, line feed, length (64 bits, little-endian), value, line feed.
 * Source: systemd, "Native Journal Protocol".
 */
#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * struct out - message that is made
 * @buf: bytes
 * @size: room for so many
 * @len: length, also of what is beyond @size
 */
struct out {
	char *buf;
	size_t size;
	size_t len;
};

static void put(struct out *o, const void *data, size_t len)
{
	if (o->len <= o->size && len <= o->size - o->len)
		memcpy(o->buf + o->len, data, len);
	o->len += len;
}

static void put_field(struct out *o, const char *prefix, const char *name,
		      const char *value)
{
	size_t len = strlen(value);
	u8 bytes[8];

	put(o, prefix, strlen(prefix));
	put(o, name, strlen(name));
	if (strchr(value, '\n')) {
		for (unsigned int i = 0; i < sizeof(bytes); i++)
			bytes[i] = (u64)len >> 8 * i;
		put(o, "\n", 1);
		put(o, bytes, sizeof(bytes));
	} else {
		put(o, "=", 1);
	}
	put(o, value, len);
	put(o, "\n", 1);
}

/**
 * cl_journal_encode() - a line of the log as a message
 * @line: the line
 * @buf: room
 * @size: for so many bytes
 *
 * Return: length; 0 if there is not enough room.
 */
size_t cl_journal_encode(const struct cl_io_line *line, char *buf, size_t size)
{
	struct out o = { .buf = buf, .size = size };
	const char *id = cl_event_id(line->event);
	const struct cl_event_value *v;
	char number[24];

	put_field(&o, "", "MESSAGE", line->text);
	snprintf(number, sizeof(number), "%d", line->prio);
	put_field(&o, "", "PRIORITY", number);
	put_field(&o, "", "SYSLOG_IDENTIFIER", "clocklinkd");
	if (id)
		put_field(&o, "", "MESSAGE_ID", id);
	for (v = line->values; v && v->name; v++) {
		snprintf(number, sizeof(number), "%lld", (long long)v->number);
		put_field(&o, "CLOCKLINK_", v->name, v->text ?: number);
	}
	return o.len <= size ? o.len : 0;
}

/**
 * cl_journal_open() - connect to the journal
 * @path: its socket, CL_JOURNAL_SOCKET
 *
 * Return: a descriptor, or -errno.
 */
int cl_journal_open(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -EINVAL;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * cl_journal_send() - send a line of the log
 * @fd: by cl_journal_open()
 * @line: the line
 *
 * Never waits: a daemon that keeps time must not stand still for its log.
 *
 * Return: 0, -EMSGSIZE if it is too long, or another -errno if the journal does not
 * take it.
 */
int cl_journal_send(int fd, const struct cl_io_line *line)
{
	char buf[CL_JOURNAL_MAX];
	size_t len = cl_journal_encode(line, buf, sizeof(buf));

	if (!len)
		return -EMSGSIZE;
	if (send(fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}
