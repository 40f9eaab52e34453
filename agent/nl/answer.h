/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers to requests, as the kernel would write them: what the daemon says over its
 * control socket, and the client cannot tell from the module.
 */
#ifndef _CL_NL_ANSWER_H
#define _CL_NL_ANSWER_H

#include <linux/netlink.h>

#include "model.h"

/* Bytes of the longest acknowledgment, its text is cut. */
#define CL_NL_ACK_MAX 512

int cl_nl_put_object(void *buf, size_t size, const struct nlmsghdr *request,
		     const struct cl_nl_msg *m);
int cl_nl_put_ack(void *buf, size_t size, const struct nlmsghdr *request,
		  int code, const char *text, u32 at);
int cl_nl_put_done(void *buf, size_t size, const struct nlmsghdr *request,
		   bool interrupted);

#endif /* _CL_NL_ANSWER_H */
