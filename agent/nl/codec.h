/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink messages to structs and back, on a caller's buffer, without a socket:
 * the daemon (libmnl) and the tools (libnl) share it, and it can be tested.
 */
#ifndef _CL_NL_CODEC_H
#define _CL_NL_CODEC_H

#include <linux/netlink.h>

#include "model.h"

/*
 * The largest sets: that of a peer has 48 attributes of at most 20 bytes, that of
 * the status of a cluster four strings of 336 bytes besides 20 of at most 12.
 */
#define CL_NL_BUF_SIZE 1024
#define CL_NL_TEXT_SIZE 320

/**
 * struct cl_nl_hdr - the part of a request that is not its content
 * @family: id of the generic netlink family
 * @flags: NLM_F_ACK, NLM_F_DUMP; NLM_F_REQUEST is added
 * @seq: sequence number
 */
struct cl_nl_hdr {
	u16 family;
	u16 flags;
	u32 seq;
};

/**
 * struct cl_nl_error - why the kernel refused a request
 * @code: -errno, 0: no error, the request is done
 * @attr: name of the attribute at fault, NULL if none was named
 * @missing: @attr is missing
 * @text: the kernel's words, "" if it gave none
 */
struct cl_nl_error {
	int code;
	const char *attr;
	bool missing;
	char text[CL_NL_TEXT_SIZE];
};

int cl_nl_encode(void *buf, size_t size, const struct cl_nl_hdr *h,
		 const struct cl_nl_msg *m);
int cl_nl_decode(const struct nlmsghdr *nlh, struct cl_nl_msg *ret);
int cl_nl_decode_request(const struct nlmsghdr *nlh, struct cl_nl_msg *ret,
			 u32 *ret_at);
int cl_nl_decode_error(const struct nlmsghdr *nlh,
		       const struct nlmsghdr *request, struct cl_nl_error *ret);

#endif /* _CL_NL_CODEC_H */
