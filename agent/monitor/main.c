// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "agent/lib/now.h"
#include "confine.h"
#include "http.h"
#include "kmod/core/fixed.h"
#include "options.h"

#define EXIT_USAGE 2
#define BACKLOG 64

/* A key and a chain of certificates. */
#define PEM_MAX 65536

/*
 * A look per second; one that takes long, of a large cluster, is not to be all that node
 * and monitor do.
 */
#define LOOK_NS CL_NS_PER_SEC
#define LOOK_SHARE 10

/**
 * struct program - all of the process
 * @options: the command line
 * @token: what clients have to know
 * @cert: certificates, NULL: no TLS
 * @key: private key
 * @listener: socket that listens
 * @source: where looks come from
 * @m: what is known
 * @http: the server
 * @signals: SIGTERM and SIGINT
 * @next_ns: when to look again, CLOCK_MONOTONIC
 * @left_out: it was said that there are too many nodes
 */
struct program {
	struct cl_monitor_options options;
	struct cl_token token;
	char *cert;
	char *key;
	int listener;
	struct cl_source *source;
	struct cl_monitor *m;
	struct cl_http http;
	int signals;
	s64 next_ns;
	bool left_out;
};

static int __printf(1, 2) fail(const char *fmt, ...)
{
	va_list ap;

	fputs("clocklink-monitor: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return -EINVAL;
}

static void print_help(void)
{
	puts("Usage: clocklink-monitor [OPTION]...\n"
	     "Shows the cluster clock of this network namespace over HTTP: a page, a JSON\n"
	     "API (/api/v1/openapi.json) and metrics for Prometheus (/metrics).\n"
	     "\n"
	     "      --listen ADDRESS:PORT  where (default 127.0.0.1:9779); an address that\n"
	     "                             others can reach needs the next three\n"
	     "      --tls-cert FILE        certificate, with its chain (PEM)\n"
	     "      --tls-key FILE         its private key (PEM)\n"
	     "      --token-file FILE      one line, which clients have to know\n"
	     "      --metrics-peers N      with more peers than N (default 1000) /metrics\n"
	     "                             leaves them out\n"
	     "      --play FILE            show a record instead, up to its end at once\n"
	     "      --pace                 play it at its pace\n"
	     "      --follow               and go on when it grows\n"
	     "      --version              print the version and exit\n"
	     "  -h, --help                 print this and exit\n"
	     "\n"
	     "Needs no privilege and gives up those it has; changes nothing. Exit status: 0\n"
	     "after SIGTERM or SIGINT, 1 on failure, 2 on wrong usage.");
}

/* A file of PEM as a string, allocated; NULL: an error was printed. */
static char *load_pem(const char *option, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = calloc(1, PEM_MAX);
	ssize_t n = -1;

	if (fd >= 0 && text)
		n = read(fd, text, PEM_MAX - 1);
	if (n < 0)
		fail("%s: %s: %s", option, path, strerror(errno));
	else if (!strstr(text, "-----BEGIN "))
		n = fail("%s: %s: no PEM", option, path);
	if (fd >= 0)
		close(fd);
	if (n >= 0)
		return text;
	free(text);
	return NULL;
}

static int load_secrets(struct program *p)
{
	char error[CL_TOKEN_ERROR_SIZE];
	const struct cl_monitor_options *o = &p->options;

	if (o->token_file && cl_token_load(&p->token, o->token_file, error))
		return fail("--token-file: %s", error);
	if (!o->tls_cert)
		return 0;
	p->cert = load_pem("--tls-cert", o->tls_cert);
	p->key = p->cert ? load_pem("--tls-key", o->tls_key) : NULL;
	return p->key ? 0 : -EINVAL;
}

/* Port 0 is any: who starts this wants to know which. */
static void tell_port(struct program *p)
{
	struct sockaddr_in6 addr;
	socklen_t len = sizeof(addr);

	if (getsockname(p->listener, (struct sockaddr *)&addr, &len))
		return;
	/* sin_port and sin6_port have the same place */
	fprintf(stderr, "clocklink-monitor: %s: listens on port %u\n",
		p->options.listen, ntohs(addr.sin6_port));
}

static int listen_at(struct program *p)
{
	const struct cl_monitor_options *o = &p->options;
	int one = 1;

	p->listener = socket(o->addr.ss_family,
			     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->listener < 0 ||
	    setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one,
		       sizeof(one)) ||
	    bind(p->listener, (const struct sockaddr *)&o->addr, o->addr_len) ||
	    listen(p->listener, BACKLOG))
		return fail("--listen: %s: %s", o->listen, strerror(errno));
	return 0;
}

static int open_source(struct program *p)
{
	enum cl_play how = p->options.follow ? CL_PLAY_GROWING :
			   p->options.pace   ? CL_PLAY_PACED :
					       CL_PLAY_FAST;
	char error[CL_SOURCE_ERROR_SIZE];

	if (!p->options.play)
		return cl_source_live(&p->source, true);
	if (cl_source_play(&p->source, p->options.play, how, error))
		return fail("--play: %s", error);
	return 0;
}

static int open_signals(struct program *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signals < 0 ? -errno : 0;
}

/* All looks that a record has; returns why there is no other. */
static int look_all(struct program *p)
{
	int err;

	do {
		err = cl_monitor_events(p->m, p->source);
		if (!err)
			err = cl_monitor_look(p->m, p->source);
	} while (!err);
	return err;
}

/* A record that is not played at its pace: all of it, then what it says at its end. */
static int play_all(struct program *p)
{
	int err = look_all(p);

	if (err == -ENODATA && p->m->looks) {
		if (*p->source->error)
			fail("--play: %s", p->source->error);
		return 0;
	}
	return fail("--play: %s",
		    err == -ENODATA ? "no look in it" : p->source->error);
}

static int look(struct program *p)
{
	s64 now = cl_now_ns(CLOCK_MONOTONIC);
	int err;

	if (now < p->next_ns)
		return 0;
	err = p->options.follow ? look_all(p) :
				  cl_monitor_look(p->m, p->source);
	if (err == -ENOMEM && !p->left_out) {
		fail("some nodes are left out: %d at most, and no more than fit the memory",
		     CL_NODES_MAX);
		p->left_out = true;
	}
	if (err && err != -ENODATA && err != -EAGAIN && err != -ENOMEM)
		return fail("%s", p->source->error);
	p->next_ns = now + cl_max_s64(LOOK_NS, LOOK_SHARE * p->m->look_ns);
	return 0;
}

static int wait_ms(const struct program *p, bool looks)
{
	s64 left = p->next_ns - cl_now_ns(CLOCK_MONOTONIC);
	int ms = cl_http_timeout_ms(&p->http);

	if (!looks)
		return ms;
	left = left > 0 ? left / 1000000 + 1 : 0;
	return ms < 0 || left < ms ? left : ms;
}

/* What has been played to its end changes no more. */
static int serve(struct program *p, bool looks)
{
	struct pollfd fds[] = {
		{ .fd = p->signals, .events = POLLIN },
		{ .fd = cl_http_fd(&p->http), .events = POLLIN },
		{ .events = POLLIN },
	};
	int err = 0;

	while (!err) {
		fds[2].fd = looks ? cl_source_fd(p->source) : -1;
		if (poll(fds, ARRAY_SIZE(fds), wait_ms(p, looks)) < 0 &&
		    errno != EINTR)
			return fail("poll: %s", strerror(errno));
		if (fds[0].revents)
			return 0;
		if (looks)
			err = cl_monitor_events(p->m, p->source);
		if (err)
			return fail("%s", p->source->error);
		if (looks)
			err = look(p);
		cl_http_run(&p->http);
	}
	return err;
}

static int run(struct program *p)
{
	bool looks = !p->options.play || p->options.pace || p->options.follow;
	int err = open_source(p);

	if (err)
		return err;
	err = cl_confine();
	if (err)
		return fail("cannot give up privileges: %s", strerror(-err));
	err = cl_monitor_new(&p->m, p->options.metrics_peers);
	if (!err)
		err = open_signals(p);
	/* Who asks at once gets something. */
	if (!err)
		err = looks ? look(p) : play_all(p);
	if (err)
		return err;
	if (cl_http_open(&p->http, p->m, &p->token, p->listener, p->cert,
			 p->key))
		return fail("the server does not start%s",
			    p->cert ? ": is --tls-key that of --tls-cert?" :
				      "");
	tell_port(p);
	err = serve(p, looks);
	cl_http_close(&p->http);
	return err;
}

int main(int argc, char **argv)
{
	struct program p = { .listener = -1 };
	char error[CL_MONITOR_ERROR_SIZE];
	int err;

	if (cl_monitor_options_parse(argc, argv, &p.options, error)) {
		fail("%s", error);
		fputs("Try 'clocklink-monitor --help'.\n", stderr);
		return EXIT_USAGE;
	}
	if (p.options.help)
		print_help();
	if (p.options.version)
		puts("clocklink-monitor " CL_VERSION);
	if (p.options.help || p.options.version)
		return EXIT_SUCCESS;
	err = load_secrets(&p);
	if (!err)
		err = listen_at(&p);
	if (!err)
		err = run(&p);
	if (p.m)
		cl_monitor_free(p.m);
	if (p.source)
		cl_source_close(p.source);
	free(p.cert);
	if (p.key)
		explicit_bzero(p.key, PEM_MAX);
	free(p.key);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
