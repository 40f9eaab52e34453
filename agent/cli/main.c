// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define NETNS_DIR "/run/netns/"

static const struct cl_command *const commands[] = {
	&cl_command_status, &cl_command_instance, &cl_command_clock,
	&cl_command_peer,   &cl_command_device,	  &cl_command_servo,
	&cl_command_stats,  &cl_command_monitor,  &cl_command_wait,
	&cl_command_test,   &cl_command_cluster,
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

static const struct cl_command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_overview(void)
{
	puts("Usage: clocklinkctl [OPTION]... COMMAND [ARGUMENT]...\n"
	     "Shows and changes the cluster clock of this network namespace.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-9s  %s\n", commands[i]->name, commands[i]->summary);
	puts("  help       show help for a command: help COMMAND\n"
	     "\n"
	     "Options, before or behind the command:\n"
	     "  --json        output for programs; keys end in their unit\n"
	     "  --netns NAME  work in the network namespace NAME (ip netns)\n"
	     "  --version     print the version and exit\n"
	     "  -h, --help    print help and exit\n"
	     "\n"
	     "Everyone may read; changes need CAP_NET_ADMIN. Exit status: 0 success,\n"
	     "1 failure, 2 wrong usage, 3 the module is not loaded, the namespace has no\n"
	     "instance, no daemon runs or the node is of no cluster.");
}

static enum cl_exit print_help(const char *name)
{
	const struct cl_command *c;

	if (!name || !strcmp(name, "help")) {
		print_overview();
		return CL_EXIT_OK;
	}
	c = find_command(name);
	if (!c)
		return cl_cli_usage("unknown command '%s'", name);
	printf("Usage: clocklinkctl %s%s%s\n%c%s.\n\n%s", c->name,
	       *c->synopsis ? " " : "", c->synopsis, c->summary[0] - 'a' + 'A',
	       c->summary + 1, c->help);
	return CL_EXIT_OK;
}

static enum cl_exit enter_netns(const char *name)
{
	char path[256];
	int fd;

	if (!*name || strchr(name, '/') ||
	    strlen(name) >= sizeof(path) - sizeof(NETNS_DIR))
		return cl_cli_usage("--netns: '%.64s' is not a name", name);
	snprintf(path, sizeof(path), NETNS_DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "clocklinkctl: --netns: %s: %s\n", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return CL_EXIT_FAILURE;
	}
	close(fd);
	return CL_EXIT_OK;
}

static enum cl_exit run_command(struct cl_cli *cli, const char *name, int argc,
				char **argv)
{
	const struct cl_command *c = find_command(name);
	enum cl_exit ex = CL_EXIT_OK;

	if (!c)
		return cl_cli_usage("unknown command '%s'", name);
	if ((cli->opts.has_bound || cli->opts.has_timeout) && !c->waits)
		return cl_cli_usage("--bound and --timeout belong to 'wait'");
	if (cli->opts.netns)
		ex = enter_netns(cli->opts.netns);
	if (!ex)
		ex = c->run(cli, argc, argv);
	cl_transport_close(&cli->transport);
	cl_ctlsocket_close(&cli->control);
	return ex;
}

int main(int argc, char **argv)
{
	char error[CL_OPTIONS_ERROR_SIZE];
	struct cl_cli cli = { 0 };
	const char *name;

	if (cl_options_parse(argc, argv, &cli.opts, error))
		return cl_cli_usage("%s", error);
	if (cli.opts.version) {
		puts("clocklinkctl " CL_VERSION);
		return CL_EXIT_OK;
	}
	argc -= cli.opts.first;
	argv += cli.opts.first;
	name = argc ? argv[0] : NULL;
	if (cli.opts.help)
		return print_help(name);
	if (!name)
		return cl_cli_usage("which command?");
	if (!strcmp(name, "help"))
		return print_help(argc > 1 ? argv[1] : NULL);
	return run_command(&cli, name, argc - 1, argv + 1);
}
