// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file: u32 magic, u64 index of the last entry, the state by freeze.c, BLAKE2s-256
 * of all before.
 */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "kmod/core/bytes.h"

#define MAGIC 0x434c4341 /* "CLCA" */
#define HEAD 12
#define NEW_FILE CL_CACHE_FILE ".new"

static int __printf(3, 4) fail(char *error, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_CACHE_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return err;
}

static void sum(const u8 *head, const u8 *data, size_t len, u8 *ret)
{
	struct cl_blake2s b;

	cl_blake2s_init(&b);
	cl_blake2s_update(&b, head, HEAD);
	cl_blake2s_update(&b, data, len);
	cl_blake2s_final(&b, ret);
}

static int open_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int write_file(int dir, const u8 *head, const u8 *data, size_t len)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, NEW_FILE, flags, 0600);
	u8 digest[CL_BLAKE2S_LEN];
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	int err;

	if (!f) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	sum(head, data, len, digest);
	err = fwrite(head, HEAD, 1, f) != 1 || fwrite(data, len, 1, f) != 1 ||
	      fwrite(digest, sizeof(digest), 1, f) != 1;
	if (fclose(f) || err)
		return errno ? -errno : -EIO;
	return renameat(dir, NEW_FILE, dir, CL_CACHE_FILE) ? -errno : 0;
}

/**
 * cl_cache_save() - keep a state
 * @dir: directory, of this node alone
 * @s: the state
 * @error: CL_CACHE_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0 or -errno; then the one before is still there.
 */
int cl_cache_save(const char *dir, const struct cl_state *s, char *error)
{
	u8 head[HEAD];
	int fd, err;
	u32 len;
	u8 *data;

	fd = open_dir(dir);
	if (fd < 0)
		return fail(error, fd, "%s: %s", dir, strerror(-fd));
	data = cl_state_freeze(s, &len);
	cl_put_be32(head, MAGIC);
	cl_put_be64(head + 4, s->index);
	errno = 0;
	err = data ? write_file(fd, head, data, len) : -ENOMEM;
	if (err) {
		unlinkat(fd, NEW_FILE, 0);
		fail(error, err, "%s/" CL_CACHE_FILE ": %s", dir,
		     strerror(-err));
	}
	free(data);
	close(fd);
	return err;
}

/* NULL: errno says why, 0: it cannot be one. */
static u8 *read_file(int fd, size_t *ret_len)
{
	struct stat st;
	u8 *data;

	errno = 0;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_size <= HEAD + CL_BLAKE2S_LEN ||
	    st.st_size > CL_RAFT_SNAPSHOT_MAX)
		return NULL;
	*ret_len = st.st_size;
	data = malloc(*ret_len);
	if (data && read(fd, data, *ret_len) != st.st_size) {
		free(data);
		return NULL;
	}
	return data;
}

/**
 * cl_cache_load() - what was kept
 * @dir: directory
 * @ret: gets index and bytes of the state, to be freed; cl_state_thaw() reads them
 * @error: CL_CACHE_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0; -ENOENT: nothing; -EBADMSG: not ours, or torn; -errno.
 */
int cl_cache_load(const char *dir, struct cl_raft_snapshot *ret, char *error)
{
	u8 digest[CL_BLAKE2S_LEN];
	int at, fd, err;
	size_t len = 0;
	u8 *data;

	memset(ret, 0, sizeof(*ret));
	at = open_dir(dir);
	fd = at < 0 ? at :
		      openat(at, CL_CACHE_FILE,
			     O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	err = at < 0 ? at : -errno;
	if (at >= 0)
		close(at);
	if (fd < 0)
		return fail(error, err, "%s/" CL_CACHE_FILE ": %s", dir,
			    strerror(-err));
	data = read_file(fd, &len);
	err = errno ? -errno : -EBADMSG;
	close(fd);
	if (data) {
		len -= HEAD + CL_BLAKE2S_LEN;
		sum(data, data + HEAD, len, digest);
	}
	if (!data || cl_get_be32(data) != MAGIC ||
	    memcmp(digest, data + HEAD + len, sizeof(digest))) {
		free(data);
		return fail(error, err, "%s/" CL_CACHE_FILE ": not a state",
			    dir);
	}
	ret->index = cl_get_be64(data + 4);
	ret->len = len;
	memmove(data, data + HEAD, len);
	ret->data = data;
	return 0;
}

/**
 * cl_cache_remove() - forget what was kept
 * @dir: directory
 */
void cl_cache_remove(const char *dir)
{
	int fd = open_dir(dir);

	if (fd < 0)
		return;
	unlinkat(fd, CL_CACHE_FILE, 0);
	unlinkat(fd, NEW_FILE, 0);
	close(fd);
}
