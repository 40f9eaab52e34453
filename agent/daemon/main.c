// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

#include "agent/lib/errors.h"
#include "agent/lib/now.h"
#include "agent/lib/runpath.h"
#include "config.h"
#include "control.h"
#include "engine_module.h"
#include "journal.h"
#include "lock.h"
#include "log.h"
#include "loop.h"
#include "membership.h"
#include "privileges.h"
#include "seed.h"

#define DEFAULT_CONFIG "/etc/clocklink/clocklinkd.conf"
/* Command line or file are wrong: the service manager does not try again. */
#define EXIT_USAGE 2

#define ONLY_INITIAL \
	"system-clock: it is steered from the initial network namespace only"

/**
 * struct daemon - all of the process
 * @io: the world that the rounds see
 * @module: the engine
 * @config: the file; zero if there is none
 * @has_config: there is a file
 * @membership: of a cluster, or of none
 * @control: operators' way in
 * @systime: the system's clock
 * @phctime: the clock of a device
 */
struct daemon {
	struct cl_io io;
	struct cl_engine_module module;
	struct cl_config config;
	bool has_config;
	struct cl_membership *membership;
	struct cl_control control;
	struct cl_systime systime;
	struct cl_phctime phctime;
};

/**
 * struct options - command line
 * @path: configuration file
 * @path_given: it must exist
 * @check: only check it
 */
struct options {
	const char *path;
	bool path_given;
	bool check;
};

static s64 io_now(struct cl_io *io)
{
	(void)io;
	return cl_now_ns(CLOCK_MONOTONIC);
}

static s64 io_utc(struct cl_io *io)
{
	(void)io;
	return cl_now_ns(CLOCK_REALTIME);
}

/* The kernel's offset is 0 until an NTP daemon has set it. */
static s32 io_tai_offset(struct cl_io *io)
{
	struct daemon *d =
		(struct daemon *)((char *)io - offsetof(struct daemon, io));
	struct timex tx = { .modes = 0 };

	if (adjtimex(&tx) >= 0 && tx.tai)
		return tx.tai;
	return d->has_config ? d->config.tai_offset_s : CL_CONFIG_TAI_OFFSET;
}

static u64 io_random(struct cl_io *io)
{
	u64 v = 0;

	(void)io;
	/* Early at boot the time has to do. */
	if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != sizeof(v))
		v = (u64)cl_now_ns(CLOCK_REALTIME);
	return v;
}

static void io_log(struct cl_io *io, const struct cl_io_line *line)
{
	(void)io;
	cl_log_line(line);
}

static const struct cl_io_ops io_ops = {
	.now = io_now,
	.utc = io_utc,
	.tai_offset = io_tai_offset,
	.random = io_random,
	.log = io_log,
};

static void print_help(void)
{
	fputs("Usage: clocklinkd [OPTION]...\n"
	      "Starts rounds, checks what the leader says and steers the clock of the\n"
	      "clocklink module in this network namespace.\n"
	      "\n"
	      "  -c, --config FILE  settings for a new instance\n"
	      "                     (default " DEFAULT_CONFIG ")\n"
	      "      --check        check the file, print OK and exit\n"
	      "      --version      print the version and exit\n"
	      "  -h, --help         print this and exit\n"
	      "\n"
	      "The file is used only if the namespace has no instance yet: an instance\n"
	      "keeps its settings in the module, change them with clocklinkctl.\n"
	      "Runs in the foreground and logs to stderr. When it ends, the clock coasts\n"
	      "and its bound grows. Exit status: 0 after SIGTERM or SIGINT, 1 on failure,\n"
	      "2 on wrong usage or settings.\n",
	      stdout);
}

/* -1: go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *ret)
{
	enum { OPT_CHECK = 256, OPT_VERSION };
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, OPT_CHECK },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			ret->path = optarg;
			ret->path_given = true;
			break;
		case OPT_CHECK:
			ret->check = true;
			break;
		case OPT_VERSION:
			puts("clocklinkd " CL_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			print_help();
			return EXIT_SUCCESS;
		default:
			fprintf(stderr, "Try 'clocklinkd --help'.\n");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "clocklinkd: unexpected argument '%s'\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	return -1;
}

static int load_config(struct daemon *d, const struct options *o)
{
	int err = cl_config_load(&d->config, o->path);

	if (err == -ENOENT && !o->path_given && !o->check)
		return 0;
	if (err && o->check)
		fprintf(stderr, "%s\n", d->config.error);
	else if (err)
		cl_log(CL_IO_ERR, "%s", d->config.error);
	d->has_config = !err;
	return err;
}

static int limit_privileges(bool sys_time)
{
	int err = cl_privileges_limit(sys_time);

	if (err == -EPERM)
		cl_log(CL_IO_ERR, "needs CAP_NET_ADMIN, and to drop the rest");
	else if (err)
		cl_log(CL_IO_ERR, "cannot limit privileges: %s",
		       cl_error_text(err));
	return err;
}

static void answered(void *ctx, u64 handle, int result, const char *why)
{
	struct daemon *d = ctx;

	cl_control_answered(&d->control, handle, result, why);
}

static const struct cl_membership_ops membership_ops = {
	.answered = answered,
};

/* The module has an instance: this node begins to be what its disk says. */
static int begin(struct daemon *d)
{
	char error[CL_CONFIG_ERROR_SIZE];
	struct cl_nl_instance inst = { 0 };
	int err = d->io.engine->ops->get_instance(d->io.engine, &inst);

	if (err) {
		cl_log(CL_IO_ERR, "cannot read the instance: %s",
		       d->io.engine->error);
		return err;
	}
	err = cl_membership_begin(d->membership, &inst, error);
	if (err)
		cl_log(CL_IO_ERR, "%s", error);
	return err;
}

static const char *given(const char *setting)
{
	return *setting ? setting : NULL;
}

static int serve(struct daemon *d, struct cl_loop *loop)
{
	int err;

	err = cl_seed(&d->io, d->has_config ? &d->config : NULL);
	if (!err)
		err = limit_privileges(d->config.system_clock);
	if (!err)
		err = begin(d);
	if (err)
		return err;
	err = cl_loop_run(loop);
	if (err && err != -EPROTONOSUPPORT)
		cl_log(CL_IO_ERR, "cannot wait for events: %s",
		       cl_error_text(err));
	return err;
}

static int loop(struct daemon *d)
{
	struct cl_loop_parts parts = {
		.nl = &d->module.nl,
		.membership = d->membership,
		.control = &d->control,
		.systime = &d->systime,
		.phctime = &d->phctime,
		.hwstamp = CL_CONFIG_HWSTAMP_AUTO,
		.temperature = given(d->config.temperature),
		.pps = given(d->config.pps),
	};
	struct cl_loop l;
	int err;

	if (d->has_config)
		parts.hwstamp = d->config.hwstamp;
	err = cl_loop_open(&l, &d->io, &parts);
	if (err) {
		cl_log(CL_IO_ERR, "cannot prepare: %s", cl_error_text(err));
		return err;
	}
	err = serve(d, &l);
	cl_loop_close(&l);
	return err;
}

/* With a way in for operators. */
static int control(struct daemon *d)
{
	char path[CL_RUNPATH_SIZE];
	int err = cl_runpath(path, "sock");

	cl_systime_init(&d->systime, &d->io, d->config.system_clock,
			d->config.system_clock_step_ns);
	cl_phctime_init(&d->phctime, &d->io, given(d->config.phc_steer));
	if (!err)
		err = cl_control_open(&d->control, d->membership, &d->io,
				      &d->systime, &d->phctime, path);
	if (err) {
		cl_log(CL_IO_ERR, "cannot open the socket for operators: %s",
		       cl_error_text(err));
		return err;
	}
	err = loop(d);
	cl_control_close(&d->control);
	cl_systime_close(&d->systime);
	cl_phctime_close(&d->phctime);
	return err;
}

static int run(struct daemon *d)
{
	char error[CL_CONFIG_ERROR_SIZE];
	int err;

	if (d->config.system_clock && !cl_systime_allowed()) {
		cl_log(CL_IO_ERR, ONLY_INITIAL);
		return -EPERM;
	}
	err = cl_lock_take();
	if (err)
		return err;
	err = limit_privileges(d->has_config &&
			       (d->config.node.phc || d->config.system_clock));
	if (err)
		return err;
	err = cl_engine_module_open(&d->module);
	if (err) {
		cl_log(CL_IO_ERR, "%s", d->module.engine.error);
		return err;
	}
	d->io.engine = &d->module.engine;
	err = cl_membership_open(d->has_config ? &d->config : NULL, &d->io,
				 &membership_ops, d, &d->membership, error);
	if (err) {
		cl_log(CL_IO_ERR, "%s", error);
	} else {
		err = control(d);
		cl_membership_close(d->membership);
	}
	cl_engine_module_close(&d->module);
	return err;
}

/* The exit status. */
static int act(struct daemon *d, const struct options *o)
{
	if (load_config(d, o))
		return EXIT_USAGE;
	if (!o->check)
		return run(d) ? EXIT_FAILURE : EXIT_SUCCESS;
	printf("%s: OK\n", o->path);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options o = { .path = DEFAULT_CONFIG };
	struct daemon d = { .io.ops = &io_ops };
	int status = parse_options(argc, argv, &o);

	if (status >= 0)
		return status;
	cl_log_init(CL_JOURNAL_SOCKET);
	status = act(&d, &o);
	cl_config_free(&d.config);
	return status;
}
