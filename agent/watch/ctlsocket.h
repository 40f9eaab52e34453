/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's control socket, as those see it who ask.
 */
#ifndef _CL_WATCH_CTLSOCKET_H
#define _CL_WATCH_CTLSOCKET_H

#include "agent/nl/codec.h"

/* What an operator wants may need three requests and wait for others meanwhile. */
#define CL_CTLSOCKET_TIMEOUT_S 60

/**
 * struct cl_ctlsocket - a connection to the daemon
 * @fd: the socket, 0 until it is needed
 * @timeout_s: longest wait for an answer, s; 0: CL_CTLSOCKET_TIMEOUT_S
 * @seq: sequence number of the last request
 * @error: why the last call failed
 */
struct cl_ctlsocket {
	int fd;
	int timeout_s;
	u32 seq;
	struct cl_nl_error error;
};

int cl_ctlsocket_open(struct cl_ctlsocket *s);
void cl_ctlsocket_close(struct cl_ctlsocket *s);
int cl_ctlsocket_call(struct cl_ctlsocket *s, const struct cl_nl_msg *req,
		      struct cl_nl_msg *ret);
int cl_ctlsocket_dump(struct cl_ctlsocket *s, u8 cmd, struct cl_nl_msg **ret,
		      size_t *ret_n);

#endif /* _CL_WATCH_CTLSOCKET_H */
