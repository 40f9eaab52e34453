// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/units.h"

#define DEFAULT_LISTEN "127.0.0.1:9779"
#define DEFAULT_METRICS_PEERS 1000
#define METRICS_PEERS_MAX 10000

#define HOST_SIZE 64

enum {
	OPT_LISTEN = 256,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_TOKEN_FILE,
	OPT_PLAY,
	OPT_PACE,
	OPT_FOLLOW,
	OPT_METRICS_PEERS,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "tls-cert", required_argument, NULL, OPT_TLS_CERT },
	{ "tls-key", required_argument, NULL, OPT_TLS_KEY },
	{ "token-file", required_argument, NULL, OPT_TOKEN_FILE },
	{ "play", required_argument, NULL, OPT_PLAY },
	{ "pace", no_argument, NULL, OPT_PACE },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "metrics-peers", required_argument, NULL, OPT_METRICS_PEERS },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int c, struct cl_monitor_options *ret)
{
	s64 v;

	switch (c) {
	case OPT_LISTEN:
		ret->listen = optarg;
		return 0;
	case OPT_TLS_CERT:
		ret->tls_cert = optarg;
		return 0;
	case OPT_TLS_KEY:
		ret->tls_key = optarg;
		return 0;
	case OPT_TOKEN_FILE:
		ret->token_file = optarg;
		return 0;
	case OPT_PLAY:
		ret->play = optarg;
		return 0;
	case OPT_PACE:
		ret->pace = true;
		return 0;
	case OPT_FOLLOW:
		ret->follow = true;
		return 0;
	case OPT_METRICS_PEERS:
		if (cl_units_parse_number(optarg, 0, METRICS_PEERS_MAX, &v))
			return -ERANGE;
		ret->metrics_peers = v;
		return 0;
	case OPT_VERSION:
		ret->version = true;
		return 0;
	default:
		ret->help = c == 'h';
		return c == 'h' ? 0 : -EINVAL;
	}
}

/* ADDRESS:PORT, IPv6 in brackets; no names, they may mean anything. */
static int parse_listen(struct cl_monitor_options *o)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(o->listen, ':'), *begin = o->listen;
	struct addrinfo *found;
	char host[HOST_SIZE];
	size_t len;

	if (!colon)
		return -EINVAL;
	len = colon - begin;
	if (*begin == '[' && len > 2 && colon[-1] == ']') {
		begin++;
		len -= 2;
	} else if (memchr(begin, ':', len)) {
		return -EINVAL;
	}
	if (!len || len >= sizeof(host))
		return -EINVAL;
	memcpy(host, begin, len);
	host[len] = '\0';
	if (getaddrinfo(host, colon + 1, &hints, &found))
		return -EINVAL;
	memcpy(&o->addr, found->ai_addr, found->ai_addrlen);
	o->addr_len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static bool is_loopback(const struct cl_monitor_options *o)
{
	const struct sockaddr_in6 *six = (const void *)&o->addr;
	const struct sockaddr_in *four = (const void *)&o->addr;

	if (o->addr.ss_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static int check(struct cl_monitor_options *o, char *error)
{
	const char *why = NULL;

	if (parse_listen(o)) {
		snprintf(error, CL_MONITOR_ERROR_SIZE,
			 "--listen: '%.64s' is not as %s or [::1]:9779",
			 o->listen, DEFAULT_LISTEN);
		return -EINVAL;
	}
	if (!o->tls_cert != !o->tls_key)
		why = "--tls-cert and --tls-key belong together";
	else if (!is_loopback(o) && (!o->tls_cert || !o->token_file))
		why = "others can reach --listen: it needs --tls-cert, --tls-key and --token-file";
	else if (o->pace && !o->play)
		why = "--pace belongs to --play";
	else if (o->follow && (!o->play || o->pace))
		why = "--follow belongs to --play without --pace";
	if (!why)
		return 0;
	snprintf(error, CL_MONITOR_ERROR_SIZE, "%s", why);
	return -EINVAL;
}

/**
 * cl_monitor_options_parse() - read the command line
 * @argc: as of main()
 * @argv: as of main(); the options point into it
 * @ret: the options
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int cl_monitor_options_parse(int argc, char **argv,
			     struct cl_monitor_options *ret,
			     char error[CL_MONITOR_ERROR_SIZE])
{
	int c, err;

	*ret = (struct cl_monitor_options){
		.listen = DEFAULT_LISTEN,
		.metrics_peers = DEFAULT_METRICS_PEERS,
	};
	/* 0 starts anew, for tests; the errors are written here. */
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		err = take_option(c, ret);
		if (err == -ERANGE)
			snprintf(error, CL_MONITOR_ERROR_SIZE,
				 "--metrics-peers: no number from 0 to %d",
				 METRICS_PEERS_MAX);
		else if (err)
			snprintf(error, CL_MONITOR_ERROR_SIZE,
				 "unknown option, or no value for it: '%.64s'",
				 argv[optind - 1]);
		if (err)
			return -EINVAL;
	}
	if (optind < argc) {
		snprintf(error, CL_MONITOR_ERROR_SIZE,
			 "unexpected argument '%.64s'", argv[optind]);
		return -EINVAL;
	}
	return ret->help || ret->version ? 0 : check(ret, error);
}
