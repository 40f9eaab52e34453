// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "agent/lib/settings.h"
#include "cli.h"
#include "output.h"

static enum cl_exit show(struct cl_cli *cli)
{
	struct cl_nl_msg m;
	enum cl_exit ex = cl_cli_get(cli, CLOCKLINK_CMD_INSTANCE_GET, &m);

	if (ex)
		return ex;
	if (cli->opts.json)
		cl_output_print_json(cl_json_object(&m));
	else
		cl_output_object(&m);
	return CL_EXIT_OK;
}

/* Which of the settings given cannot be changed later? */
static const char *fixed_one(const struct cl_nl_instance *inst)
{
	const struct cl_setting *s = NULL;

	while ((s = cl_settings_next(CLOCKLINK_CMD_INSTANCE_SET, s))) {
		if (s->fixed && inst->have & (1ULL << s->attr))
			return s->name;
	}
	return NULL;
}

static enum cl_exit change(struct cl_cli *cli, bool add, int argc, char **argv)
{
	struct cl_nl_msg m = { .cmd = add ? CLOCKLINK_CMD_INSTANCE_ADD :
					    CLOCKLINK_CMD_INSTANCE_SET };
	const char *name;
	enum cl_exit ex;

	ex = cl_cli_settings(&m, argc, argv);
	if (ex)
		return ex;
	name = add ? NULL : fixed_one(&m.instance);
	if (name)
		return cl_cli_usage("%s is fixed once the instance exists",
				    name);
	if (!m.have)
		return cl_cli_usage("nothing to %s, want key=value",
				    add ? "add" : "set");
	if (add && !cl_nl_has(&m.instance, INSTANCE_NODE))
		return cl_cli_usage("instance add: node=ID is missing");
	if (cl_transport_call(&cli->transport, &m, NULL))
		return cl_cli_fail(cli, "cannot %s the instance",
				   add ? "add" : "change");
	return CL_EXIT_OK;
}

static enum cl_exit del_instance(struct cl_cli *cli)
{
	const struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_INSTANCE_DEL };

	if (cl_transport_call(&cli->transport, &m, NULL))
		return cl_cli_fail(cli, "cannot delete the instance");
	return CL_EXIT_OK;
}

static enum cl_exit run_instance(struct cl_cli *cli, int argc, char **argv)
{
	const char *verb = argc ? argv[0] : "show";
	bool is_del = !strcmp(verb, "del");

	if (!strcmp(verb, "add") || !strcmp(verb, "set"))
		return change(cli, *verb == 'a', argc - 1, argv + 1);
	if (!is_del && strcmp(verb, "show"))
		return cl_cli_usage("instance: unknown verb '%s'", verb);
	if (argc > 1)
		return cl_cli_no_arguments(argc - 1, argv + 1);
	return is_del ? del_instance(cli) : show(cli);
}

const struct cl_command cl_command_instance = {
	.name = "instance",
	.synopsis = "[show | add KEY=VALUE... | set KEY=VALUE... | del]",
	.summary = "show or change the instance of this network namespace",
	.help = "A namespace has at most one instance. Keys, with * only for add:\n"
		"  *node=ID         own node id\n"
		"  *cluster=NAME    cluster, a name or its id as a number\n"
		"  *port=PORT       local UDP port, default 20319\n"
		"  *phc=yes|no      register a PTP clock; needs CAP_SYS_TIME\n"
		"  *managed=yes|no  leader and peers come from a cluster, by clocklinkd\n"
		"  leader=ID        node that leads, or none\n"
		"  interval=TIME    time between two rounds, 1ms to 1000s, default 100ms\n"
		"  interval-max=TIME  interval that the leader may go to while all is quiet,\n"
		"                   up to 1000s; default off: it stays\n"
		"  asymmetry=TIME   asymmetry budget of a link, default auto: the larger\n"
		"                   of 1us and 1 % of the smallest round trip\n"
		"  stamp-noise=TIME rms of one time stamp by the kernel, default 1us\n"
		"  wander=FREQ      wander of the oscillators per sqrt(s), default 1ppb\n"
		"  max-bound=TIME   the clock is void when its bound exceeds this,\n"
		"                   default 1s\n"
		"  probes=N         other followers to measure as well, 0 to 16, default 8\n"
		"  probe-every=N    rounds per exchange with each of them, default 1\n"
		"TIME has a unit: ns, us, ms, s, min, h. FREQ: ppb, ppm.\n",
	.run = run_instance,
};
