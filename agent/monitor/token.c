// SPDX-License-Identifier: GPL-2.0-or-later
#include "token.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEME "Bearer "

/* A word of RFC 6750, without what a shell or a file might change. */
static bool is_word(const char *s)
{
	size_t len = strlen(s);

	if (len < CL_TOKEN_MIN || len > CL_TOKEN_MAX)
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-._~+/=", *s))
			return false;
	return true;
}

static int check_mode(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return st.st_mode & (0006) ? -EPERM : 0;
}

/**
 * cl_token_load() - read the token from its file
 * @t: the token
 * @path: the file: one line
 * @error: why it failed
 *
 * Return: 0; -EPERM: others may read or write the file; -EINVAL: it holds no token;
 * -errno else.
 */
int cl_token_load(struct cl_token *t, const char *path,
		  char error[CL_TOKEN_ERROR_SIZE])
{
	char text[CL_TOKEN_MAX + 3] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : check_mode(fd);
	ssize_t n;

	if (!err) {
		n = read(fd, text, sizeof(text) - 1);
		err = n < 0 ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	text[strcspn(text, "\n")] = '\0';
	if (!err && !is_word(text))
		err = -EINVAL;
	if (err == -EPERM)
		snprintf(error, CL_TOKEN_ERROR_SIZE,
			 "%.128s: others may read or write it, chmod o-rw",
			 path);
	else if (err == -EINVAL)
		snprintf(error, CL_TOKEN_ERROR_SIZE,
			 "%.128s: no token: %d to %d of A-Za-z0-9-._~+/=", path,
			 CL_TOKEN_MIN, CL_TOKEN_MAX);
	else if (err)
		snprintf(error, CL_TOKEN_ERROR_SIZE, "%.128s: %s", path,
			 strerror(-err));
	else
		strcpy(t->text, text);
	explicit_bzero(text, sizeof(text));
	return err;
}

/**
 * cl_token_allows() - does a client know the token
 * @t: the token
 * @authorization: what it says, NULL: nothing
 *
 * Takes the same time for every wrong one of a length.
 *
 * Return: true if it does, or if there is no token.
 */
bool cl_token_allows(const struct cl_token *t, const char *authorization)
{
	size_t len = strlen(t->text);
	unsigned char diff = 0;

	if (!len)
		return true;
	if (!authorization ||
	    strncasecmp(authorization, SCHEME, strlen(SCHEME)))
		return false;
	authorization += strlen(SCHEME);
	if (strlen(authorization) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		diff |= authorization[i] ^ t->text[i];
	return !diff;
}
