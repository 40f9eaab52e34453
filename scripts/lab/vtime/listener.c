// SPDX-License-Identifier: GPL-2.0-or-later
#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * vt_listener() - listen for one connection
 * @path: file name of the socket; what is there is removed
 *
 * Return: a stream socket, to be closed; -errno.
 */
int vt_listener(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int err, s;

	if ((size_t)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path) >=
	    sizeof(a.sun_path))
		return -ENAMETOOLONG;
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -errno;
	unlink(path);
	if (!bind(s, (struct sockaddr *)&a, sizeof(a)) && !listen(s, 1))
		return s;
	err = -errno;
	close(s);
	return err;
}
