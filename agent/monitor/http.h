/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The HTTP server.
 */
#ifndef _CL_MONITOR_HTTP_H
#define _CL_MONITOR_HTTP_H

#include "monitor.h"
#include "token.h"

/*
 * Clients at a time, of them from one address; what they may send of a request; s until
 * one that says nothing is cut off.
 */
#define CL_HTTP_CLIENTS 256
#define CL_HTTP_CLIENTS_EACH 128
#define CL_HTTP_MEMORY 16384
#define CL_HTTP_IDLE_S 10

struct MHD_Daemon;

/**
 * struct cl_http - the server
 * @mhd: libmicrohttpd's
 * @m: what is served
 * @token: what clients have to know
 */
struct cl_http {
	struct MHD_Daemon *mhd;
	struct cl_monitor *m;
	const struct cl_token *token;
};

int cl_http_open(struct cl_http *h, struct cl_monitor *m,
		 const struct cl_token *token, int listener, const char *cert,
		 const char *key);
void cl_http_close(struct cl_http *h);
int cl_http_fd(const struct cl_http *h);
int cl_http_timeout_ms(const struct cl_http *h);
void cl_http_run(struct cl_http *h);

#endif /* _CL_MONITOR_HTTP_H */
