/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of members from the DNS: SRV records _clocklink._tcp of a domain.
 *
 * The resolver of the C library blocks, so it works in a thread of its own, which
 * has nothing in common with the daemon but a pipe.
 */
#ifndef _CL_DAEMON_SRV_H
#define _CL_DAEMON_SRV_H

#include "tcp.h"

#define CL_SRV_MAX 16

/* A domain; the prefix and the closing zero come on top. */
#define CL_SRV_NAME_MAX 230

/**
 * struct cl_srv_result - what a lookup has come to
 * @error: as of h_errno, 0: none
 * @n: how many addresses
 * @at: addresses, those to be preferred first
 */
struct cl_srv_result {
	int error;
	unsigned int n;
	struct cl_tcp_address at[CL_SRV_MAX];
};

/**
 * struct cl_srv - lookups of one domain
 * @name: _clocklink._tcp and the domain
 * @fd: pipe; the first end is readable when a lookup has ended
 * @busy: one is under way
 */
struct cl_srv {
	char name[CL_SRV_NAME_MAX + 24];
	int fd[2];
	bool busy;
};

int cl_srv_open(struct cl_srv *s, const char *domain);
void cl_srv_close(struct cl_srv *s);
int cl_srv_ask(struct cl_srv *s);
int cl_srv_result(struct cl_srv *s, struct cl_srv_result *ret);
const char *cl_srv_error(const struct cl_srv_result *r);

#endif /* _CL_DAEMON_SRV_H */
