// SPDX-License-Identifier: GPL-2.0-or-later
#include "srv.h"

#include <arpa/nameser.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmod/core/bytes.h"

#define SERVICE "_clocklink._tcp."

/* Of a server that does not answer, s, and how often it is asked. */
#define TIMEOUT_S 2
#define TRIES 2

/* Data of an SRV record before its target: priority, weight, port. */
#define SRV_HEAD 6

static_assert(sizeof(struct cl_srv_result) <= PIPE_BUF, "written as a whole");

/**
 * struct target - an SRV record
 * @priority: the lowest is asked first
 * @weight: of the same priority, the highest first
 * @port: TCP port
 * @name: host
 */
struct target {
	u16 priority;
	u16 weight;
	u16 port;
	char name[NS_MAXDNAME];
};

/**
 * struct job - what a thread has to do; it owns it
 * @fd: end of the pipe for the result
 * @name: as in struct cl_srv
 * @resolver: state of the resolver
 * @answer: an answer
 * @len: its bytes
 * @target: records found
 * @n: how many
 * @result: what is found
 */
struct job {
	int fd;
	char name[CL_SRV_NAME_MAX + 24];
	struct __res_state resolver;
	u8 answer[NS_MAXMSG];
	int len;
	struct target target[CL_SRV_MAX];
	unsigned int n;
	struct cl_srv_result result;
};

/* Ask and call @each for the records of that type. */
static int look_up(struct job *j, const char *name, ns_type type,
		   void (*each)(struct job *j, const ns_msg *m, const ns_rr *rr,
				u16 port),
		   u16 port)
{
	ns_msg m;
	ns_rr rr;

	j->len = res_nquery(&j->resolver, name, ns_c_in, type, j->answer,
			    sizeof(j->answer));
	if (j->len < 0)
		return j->resolver.res_h_errno;
	if (j->len > (int)sizeof(j->answer) ||
	    ns_initparse(j->answer, j->len, &m))
		return NO_RECOVERY;
	for (int i = 0; i < ns_msg_count(m, ns_s_an); i++) {
		if (ns_parserr(&m, ns_s_an, i, &rr))
			return NO_RECOVERY;
		if (ns_rr_type(rr) == type && ns_rr_class(rr) == ns_c_in)
			each(j, &m, &rr, port);
	}
	return 0;
}

static void add_target(struct job *j, const ns_msg *m, const ns_rr *rr,
		       u16 unused)
{
	const u8 *data = ns_rr_rdata(*rr);
	struct target *t = &j->target[j->n];

	(void)unused;
	if (j->n == CL_SRV_MAX || ns_rr_rdlen(*rr) <= SRV_HEAD)
		return;
	t->priority = cl_get_be16(data);
	t->weight = cl_get_be16(data + 2);
	t->port = cl_get_be16(data + 4);
	if (ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m), data + SRV_HEAD,
			       t->name, sizeof(t->name)) < 0)
		return;
	/* An empty target: there is no such service. */
	if (t->port && *t->name && strcmp(t->name, "."))
		j->n++;
}

static void add_address(struct job *j, const ns_msg *unused, const ns_rr *rr,
			u16 port)
{
	struct cl_tcp_address a = { .port = port };

	(void)unused;
	if (ns_rr_type(*rr) == ns_t_a && ns_rr_rdlen(*rr) == 4) {
		a.addr.s6_addr[10] = 0xff;
		a.addr.s6_addr[11] = 0xff;
		memcpy(&a.addr.s6_addr[12], ns_rr_rdata(*rr), 4);
	} else if (ns_rr_type(*rr) == ns_t_aaaa && ns_rr_rdlen(*rr) == 16) {
		memcpy(&a.addr, ns_rr_rdata(*rr), 16);
	} else {
		return;
	}
	if (j->result.n < CL_SRV_MAX)
		j->result.at[j->result.n++] = a;
}

static int order(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x->weight < y->weight) - (x->weight > y->weight);
}

/* A target without an address does not keep the others from being found. */
static int resolve(struct job *j)
{
	int err = 0;

	if (res_ninit(&j->resolver))
		return NO_RECOVERY;
	j->resolver.retrans = TIMEOUT_S;
	j->resolver.retry = TRIES;
	err = look_up(j, j->name, ns_t_srv, add_target, 0);
	qsort(j->target, j->n, sizeof(*j->target), order);
	for (unsigned int i = 0; i < j->n && j->result.n < CL_SRV_MAX; i++) {
		const struct target *t = &j->target[i];
		int err6 = look_up(j, t->name, ns_t_aaaa, add_address, t->port);
		int err4 = look_up(j, t->name, ns_t_a, add_address, t->port);

		if (err6 && err4)
			err = err4;
	}
	res_nclose(&j->resolver);
	if (j->result.n)
		return 0;
	return err ? err : NO_DATA;
}

static void *work(void *arg)
{
	struct job *j = arg;
	struct cl_srv_result result;
	ssize_t n;

	j->result.error = resolve(j);
	result = j->result;
	/* If nobody waits for it any more, that is as well. */
	n = write(j->fd, &result, sizeof(result));
	(void)n;
	close(j->fd);
	free(j);
	return NULL;
}

/**
 * cl_srv_open() - prepare lookups
 * @s: to be filled
 * @domain: whose members are looked for
 *
 * Return: 0; -EINVAL: it is no domain; -errno.
 */
int cl_srv_open(struct cl_srv *s, const char *domain)
{
	size_t len = strlen(domain);

	if (!len || len > CL_SRV_NAME_MAX || *domain == '.')
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = domain[i];

		if (!isalnum(c) && !strchr("-_.", c))
			return -EINVAL;
	}
	snprintf(s->name, sizeof(s->name), SERVICE "%s", domain);
	s->busy = false;
	return pipe2(s->fd, O_CLOEXEC | O_NONBLOCK) ? -errno : 0;
}

/**
 * cl_srv_close() - forget all lookups
 * @s: lookups; one that is under way ends by itself
 */
void cl_srv_close(struct cl_srv *s)
{
	close(s->fd[0]);
	close(s->fd[1]);
}

/* The daemon's signals are not for the thread, nor is SIGPIPE. */
static int start(struct job *j)
{
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = pthread_create(&thread, &attr, work, j);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

/**
 * cl_srv_ask() - begin a lookup
 * @s: lookups
 *
 * Return: 0; -EBUSY: one is under way; -errno.
 */
int cl_srv_ask(struct cl_srv *s)
{
	struct job *j;
	int err;

	if (s->busy)
		return -EBUSY;
	j = calloc(1, sizeof(*j));
	if (!j)
		return -ENOMEM;
	memcpy(j->name, s->name, sizeof(j->name));
	j->fd = fcntl(s->fd[1], F_DUPFD_CLOEXEC, 0);
	err = j->fd < 0 ? -errno : start(j);
	if (err) {
		if (j->fd >= 0)
			close(j->fd);
		free(j);
		return err;
	}
	s->busy = true;
	return 0;
}

/**
 * cl_srv_result() - the result of a lookup
 * @s: lookups
 * @ret: gets it
 *
 * Return: 0; -EAGAIN: it has not ended.
 */
int cl_srv_result(struct cl_srv *s, struct cl_srv_result *ret)
{
	if (read(s->fd[0], ret, sizeof(*ret)) != sizeof(*ret))
		return -EAGAIN;
	s->busy = false;
	return 0;
}

/**
 * cl_srv_error() - why nothing was found
 * @r: result
 *
 * Return: in words.
 */
const char *cl_srv_error(const struct cl_srv_result *r)
{
	return hstrerror(r->error);
}
