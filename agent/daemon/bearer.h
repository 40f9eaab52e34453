/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carries the bytes of a stream between two nodes.
 */
#ifndef _CL_DAEMON_BEARER_H
#define _CL_DAEMON_BEARER_H

#include <stddef.h>
#include <sys/types.h>

struct cl_bearer;

/**
 * struct cl_bearer_ops - a kind of bearer
 * @ready: after it was dialled and may be written to for the first time: is
 *	there a connection?  0 or -errno
 * @read: bytes read, 0: the other end has closed; -EAGAIN: none now; -errno
 * @write: bytes taken; -EAGAIN: none now; -errno
 * @close: give everything back
 */
struct cl_bearer_ops {
	int (*ready)(struct cl_bearer *b);
	ssize_t (*read)(struct cl_bearer *b, void *buf, size_t size);
	ssize_t (*write)(struct cl_bearer *b, const void *buf, size_t len);
	void (*close)(struct cl_bearer *b);
};

/**
 * struct cl_bearer - one bearer
 * @ops: its calls
 * @fd: to be waited for: readable, writable
 */
struct cl_bearer {
	const struct cl_bearer_ops *ops;
	int fd;
};

#endif /* _CL_DAEMON_BEARER_H */
