// SPDX-License-Identifier: GPL-2.0-or-later
#include "store.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/**
 * struct job - a write in the queue, with a copy of all that it points to
 * @next: the one after it
 * @w: the write
 * @snap: what @w.snap points to
 * @entry: what @w.entry points to; the bytes of all follow
 */
struct job {
	struct job *next;
	struct cl_raft_write w;
	struct cl_raft_snapshot snap;
	struct cl_raft_entry entry[];
};

/**
 * struct cl_store - a store
 * @db: the file; the thread's, once that runs
 * @stored: what the file held
 * @thread: the writer
 * @fd: eventfd, readable if a write has ended
 * @told: writes that cl_store_next() has told of; not the thread's
 * @lock: protects all below
 * @wake: there is a job, or an end
 * @first: queue
 * @last: end of the queue, valid if @first
 * @length: jobs in it
 * @closing: the thread shall end after the queue
 * @asked: number of the last write asked for
 * @saved: number of the last durable one
 * @err: -errno of the first failure: no write after it is tried
 * @error: what failed
 */
struct cl_store {
	struct cl_storedb db;
	struct cl_raft_stored stored;
	pthread_t thread;
	int fd;
	u64 told;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job *first;
	struct job *last;
	unsigned int length;
	bool closing;
	u64 asked;
	u64 saved;
	int err;
	char error[CL_STOREDB_ERROR_SIZE];
};

static void free_jobs(struct job *j)
{
	struct job *next;

	for (; j; j = next) {
		next = j->next;
		free(j);
	}
}

/* NULL: no memory. */
static struct job *copy_write(const struct cl_raft_write *w)
{
	size_t size = sizeof(struct job) + w->entries * sizeof(*w->entry);
	struct job *j;
	u8 *p;

	for (u32 i = 0; i < w->entries; i++)
		size += w->entry[i].len;
	j = malloc(size + (w->snap ? w->snap->len : 0));
	if (!j)
		return NULL;
	j->next = NULL;
	j->w = *w;
	j->w.entry = j->entry;
	p = (u8 *)(j->entry + w->entries);
	for (u32 i = 0; i < w->entries; i++) {
		j->entry[i] = w->entry[i];
		j->entry[i].data = p;
		if (w->entry[i].len)
			memcpy(p, w->entry[i].data, w->entry[i].len);
		p += w->entry[i].len;
	}
	if (w->snap) {
		j->snap = *w->snap;
		j->snap.data = p;
		if (w->snap->len)
			memcpy(p, w->snap->data, w->snap->len);
		j->w.snap = &j->snap;
	}
	return j;
}

/* Caller holds the lock.  eventfd counts to 2^64: a write cannot fail. */
static void signal_end(struct cl_store *s)
{
	const u64 one = 1;
	ssize_t n = write(s->fd, &one, sizeof(one));

	(void)n;
}

/* Caller holds the lock. */
static void fail_all(struct cl_store *s, int err, const char *error)
{
	if (s->err)
		return;
	s->err = err;
	snprintf(s->error, sizeof(s->error), "%s", error);
	signal_end(s);
}

/* All in one transaction: with a slow disk, fewer and larger ones. */
static int write_jobs(struct cl_storedb *db, const struct job *j)
{
	int err = cl_storedb_begin(db);

	for (; !err && j; j = j->next)
		err = cl_storedb_write(db, &j->w);
	return err ? err : cl_storedb_commit(db);
}

/* Caller holds the lock; false: this was the end. */
static bool write_queue(struct cl_store *s)
{
	struct job *jobs = s->first;
	u64 number = jobs ? s->last->w.number : 0;
	int err;

	s->first = NULL;
	s->length = 0;
	if (!jobs || s->err) {
		free_jobs(jobs);
		return !s->closing && !s->err;
	}
	pthread_mutex_unlock(&s->lock);
	err = write_jobs(&s->db, jobs);
	free_jobs(jobs);
	pthread_mutex_lock(&s->lock);
	if (err) {
		fail_all(s, err, s->db.error);
		return false;
	}
	s->saved = number;
	signal_end(s);
	return true;
}

/*
 * What is in a file after a failed sync nobody knows, not even who reads it, so the
 * file is closed at the first failure.  The next start rolls back.
 */
static void *writer(void *arg)
{
	struct cl_store *s = arg;

	pthread_mutex_lock(&s->lock);
	do {
		while (!s->first && !s->closing && !s->err)
			pthread_cond_wait(&s->wake, &s->lock);
	} while (write_queue(s));
	pthread_mutex_unlock(&s->lock);
	cl_storedb_close(&s->db);
	return NULL;
}

/* Signals are the main thread's. */
static int start_writer(struct cl_store *s)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&s->thread, NULL, writer, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static int open_store(struct cl_store *s, const struct cl_store_params *p,
		      char *error)
{
	int err =
		cl_storedb_open(&s->db, p->dir, p->cluster, p->node, p->create);

	if (!err)
		err = cl_storedb_read(&s->db, &s->stored);
	if (err) {
		memcpy(error, s->db.error, CL_STOREDB_ERROR_SIZE);
		return err;
	}
	s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = s->fd < 0 ? -errno : start_writer(s);
	if (err)
		snprintf(error, CL_STOREDB_ERROR_SIZE,
			 "cannot start the writer: %s", strerror(-err));
	return err;
}

/**
 * cl_store_open() - open or make the state of a node
 * @p: which
 * @ret: gets the store
 * @error: on failure what is wrong with which file
 *
 * Context: May wait for the disk.
 * Return: 0; -errno as cl_storedb_open() and cl_storedb_read(), or of making a
 * thread.
 */
int cl_store_open(const struct cl_store_params *p, struct cl_store **ret,
		  char error[CL_STOREDB_ERROR_SIZE])
{
	struct cl_store *s = calloc(1, sizeof(*s));
	int err;

	if (!s) {
		snprintf(error, CL_STOREDB_ERROR_SIZE, "no memory");
		return -ENOMEM;
	}
	s->fd = -1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	err = open_store(s, p, error);
	if (!err) {
		*ret = s;
		return 0;
	}
	if (s->fd >= 0)
		close(s->fd);
	cl_storedb_close(&s->db);
	cl_storedb_forget(&s->stored);
	free(s);
	return err;
}

/**
 * cl_store_close() - write what is in the queue, and end
 * @s: the store, or NULL
 *
 * Context: May wait for the disk.
 */
void cl_store_close(struct cl_store *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	free_jobs(s->first);
	cl_storedb_forget(&s->stored);
	close(s->fd);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/**
 * cl_store_stored() - what the file held when it was opened
 * @s: the store
 *
 * Return: that, valid until cl_store_forget().
 */
const struct cl_raft_stored *cl_store_stored(const struct cl_store *s)
{
	return &s->stored;
}

/**
 * cl_store_forget() - free what the file held
 * @s: the store
 */
void cl_store_forget(struct cl_store *s)
{
	cl_storedb_forget(&s->stored);
}

/**
 * cl_store_fd() - what to wait for
 * @s: the store
 *
 * Return: a file descriptor, readable if cl_store_next() has something to tell.
 */
int cl_store_fd(const struct cl_store *s)
{
	return s->fd;
}

/**
 * cl_store_save() - begin a write
 * @s: the store
 * @w: the write; copied.  Numbers count from 1 without a gap
 *
 * It ends by cl_store_next(), always.  A queue that is full, or no memory for the
 * copy, is a failed write.
 */
void cl_store_save(struct cl_store *s, const struct cl_raft_write *w)
{
	struct job *j = copy_write(w);

	pthread_mutex_lock(&s->lock);
	s->asked = w->number;
	if (!j) {
		fail_all(s, -ENOMEM, "no memory for a write");
	} else if (s->err || s->length == CL_STORE_QUEUE) {
		fail_all(s, -ENOBUFS, "the disk does not keep up");
		free(j);
		/* the write before this one may have been told of already */
		signal_end(s);
	} else {
		if (s->first)
			s->last->next = j;
		else
			s->first = j;
		s->last = j;
		s->length++;
	}
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

/**
 * cl_store_next() - which write has ended
 * @s: the store
 * @ret: the next one, in order
 *
 * Return: false if no other has, and then cl_store_fd() is not readable any more.
 */
bool cl_store_next(struct cl_store *s, struct cl_store_done *ret)
{
	bool ended;
	ssize_t n;
	u64 count;

	pthread_mutex_lock(&s->lock);
	ended = s->told < s->saved || (s->err && s->told < s->asked);
	if (ended) {
		ret->number = ++s->told;
		ret->err = ret->number <= s->saved ? 0 : s->err;
	} else {
		/* under the lock, or an end in between would be missed */
		n = read(s->fd, &count, sizeof(count));
		(void)n;
	}
	pthread_mutex_unlock(&s->lock);
	return ended;
}

/**
 * cl_store_error() - why writes fail
 * @s: the store
 *
 * Return: what failed first; NULL: nothing.
 */
const char *cl_store_error(struct cl_store *s)
{
	const char *error;

	pthread_mutex_lock(&s->lock);
	error = s->err ? s->error : NULL;
	pthread_mutex_unlock(&s->lock);
	return error;
}
