/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line.
 */
#ifndef _CL_MONITOR_OPTIONS_H
#define _CL_MONITOR_OPTIONS_H

#include <sys/socket.h>

#include "kmod/core/types.h"

#define CL_MONITOR_ERROR_SIZE 256

/**
 * struct cl_monitor_options - the options
 * @help: print help instead
 * @version: print the version instead
 * @listen: address to listen on, as given
 * @addr: the same
 * @addr_len: bytes of @addr
 * @tls_cert: file of certificates, NULL: none
 * @tls_key: file of the private key, NULL: none
 * @token_file: file of the token, NULL: none
 * @play: record to play, NULL: look at the node
 * @pace: play it at its pace
 * @follow: play also what is appended to it later
 * @metrics_peers: with more peers than that /metrics leaves them out
 */
struct cl_monitor_options {
	bool help;
	bool version;
	const char *listen;
	struct sockaddr_storage addr;
	socklen_t addr_len;
	const char *tls_cert;
	const char *tls_key;
	const char *token_file;
	const char *play;
	bool pace;
	bool follow;
	unsigned int metrics_peers;
};

int cl_monitor_options_parse(int argc, char **argv,
			     struct cl_monitor_options *ret,
			     char error[CL_MONITOR_ERROR_SIZE]);

#endif /* _CL_MONITOR_OPTIONS_H */
