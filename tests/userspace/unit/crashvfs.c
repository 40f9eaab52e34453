// SPDX-License-Identifier: GPL-2.0-or-later
#include "crashvfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define IMAGES 8

struct crashvfs crashvfs;

/* A write since the last sync; without data: the file was made so long. */
struct pending {
	struct pending *next;
	s64 offset;
	int len;
	u8 *data;
};

/* A file as the disk has it. */
struct image {
	char path[256];
	u8 *data;
	s64 size;
	struct pending *first;
	struct pending **end;
};

struct shim {
	sqlite3_file file;
	struct image *image;
	sqlite3_file *real;
};

static struct image images[IMAGES];
static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;

static void forget_pending(struct image *m)
{
	struct pending *p, *next;

	for (p = m->first; p; p = next) {
		next = p->next;
		free(p->data);
		free(p);
	}
	m->first = NULL;
	m->end = &m->first;
}

/* All that the file has now is on the disk. */
static void take_image(struct image *m)
{
	struct stat st = { 0 };
	int fd = open(m->path, O_RDONLY);

	free(m->data);
	m->data = NULL;
	if (fd >= 0) {
		fstat(fd, &st);
		m->data = malloc(st.st_size + 1);
		if (pread(fd, m->data, st.st_size, 0) != st.st_size)
			abort();
		close(fd);
	}
	m->size = st.st_size;
	forget_pending(m);
}

static struct image *image_of(const char *path)
{
	struct image *m = images;

	while (*m->path && strcmp(m->path, path))
		if (++m == images + IMAGES)
			abort();
	if (!*m->path) {
		snprintf(m->path, sizeof(m->path), "%s", path);
		take_image(m);
	}
	return m;
}

static void add_pending(struct image *m, s64 offset, int len, const void *data)
{
	struct pending *p = calloc(1, sizeof(*p));

	p->offset = offset;
	p->len = len;
	if (data) {
		p->data = malloc(len);
		memcpy(p->data, data, len);
	}
	*m->end = p;
	m->end = &p->next;
}

/* True: the power has gone; what is being written may still get to the disk. */
static bool count(void)
{
	crashvfs.writes++;
	return crashvfs.crash_at && crashvfs.writes >= crashvfs.crash_at;
}

static bool was_gone(void)
{
	return crashvfs.crash_at && crashvfs.writes > crashvfs.crash_at;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct shim *)f)->real;
}

static int shim_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	bool gone = count();

	if (crashvfs.full_at && crashvfs.writes >= crashvfs.full_at)
		return SQLITE_FULL;
	if (!was_gone())
		add_pending(((struct shim *)f)->image, at, n, p);
	if (gone)
		return SQLITE_IOERR_WRITE;
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	bool gone = count();

	if (!was_gone())
		add_pending(((struct shim *)f)->image, size, 0, NULL);
	if (gone)
		return SQLITE_IOERR_TRUNCATE;
	return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
	(void)flags;
	while (crashvfs.stall) {
		crashvfs.stalled = true;
		usleep(100);
	}
	crashvfs.stalled = false;
	if (count() ||
	    (crashvfs.sync_at && crashvfs.writes >= crashvfs.sync_at))
		return SQLITE_IOERR_FSYNC;
	take_image(((struct shim *)f)->image);
	return SQLITE_OK;
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int shim_lock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int shim_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int shim_check(sqlite3_file *f, int *ret)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int shim_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int shim_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_check,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_device,
};

static int shim_open(sqlite3_vfs *v, const char *name, sqlite3_file *f,
		     int flags, int *out)
{
	struct shim *s = (struct shim *)f;
	int rc;

	(void)v;
	s->file.pMethods = NULL;
	s->real = (sqlite3_file *)(s + 1);
	rc = real_vfs->xOpen(real_vfs, name, s->real, flags, out);
	if (rc != SQLITE_OK)
		return rc;
	s->image = image_of(name ? name : "");
	s->file.pMethods = &methods;
	return SQLITE_OK;
}

/**
 * crashvfs_use() - all files of SQLite are on this disk from now on
 */
void crashvfs_use(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "crash";
	vfs.szOsFile = sizeof(struct shim) + real_vfs->szOsFile;
	vfs.xOpen = shim_open;
	sqlite3_vfs_register(&vfs, 1);
}

static void resize(struct image *m, s64 size)
{
	m->data = realloc(m->data, size + 1);
	if (size > m->size)
		memset(m->data + m->size, 0, size - m->size);
	m->size = size;
}

/* Each sector of a write gets to the disk or not. */
static void replay(struct image *m, const struct pending *p)
{
	if (!p->data && random() % 2)
		resize(m, p->offset);
	for (s64 at = p->offset; p->data && at < p->offset + p->len;) {
		s64 end = (at / SECTOR + 1) * SECTOR;

		if (end > p->offset + p->len)
			end = p->offset + p->len;
		if (random() % 2) {
			if (end > m->size)
				resize(m, end);
			memcpy(m->data + at, p->data + (at - p->offset),
			       end - at);
		}
		at = end;
	}
}

/**
 * crashvfs_power() - the power is back, or the test is another: a disk without faults
 * @seed: after a crash: decides what the disk has of what was not synced
 *
 * All files have to be closed.
 */
void crashvfs_power(unsigned int seed)
{
	bool crashed = crashvfs.crash_at &&
		       crashvfs.writes >= crashvfs.crash_at;

	srandom(seed);
	for (struct image *m = images; m < images + IMAGES && *m->path; m++) {
		FILE *f;

		for (struct pending *p = m->first; crashed && p; p = p->next)
			replay(m, p);
		f = crashed ? fopen(m->path, "r+") : NULL;
		if (f) {
			if (ftruncate(fileno(f), 0) ||
			    fwrite(m->data, 1, m->size, f) != (size_t)m->size)
				abort();
			fclose(f);
		}
		forget_pending(m);
		free(m->data);
		memset(m, 0, sizeof(*m));
	}
	crashvfs = (struct crashvfs){ .writes = 0 };
}
