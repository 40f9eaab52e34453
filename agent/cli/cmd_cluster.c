// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "cluster.h"
#include "output.h"

static enum cl_exit order(struct cl_cli *cli, const struct cl_nl_msg *req,
			  const char *what)
{
	if (cl_ctlsocket_call(&cli->control, req, NULL))
		return cl_cli_refused(cli, "cannot %s", what);
	return CL_EXIT_OK;
}

static enum cl_exit show_members(struct cl_cli *cli)
{
	struct cl_members m;
	enum cl_exit ex = cl_members_get(cli, &m);

	if (ex)
		return ex;
	if (cli->opts.json)
		cl_output_print_json(cl_members_json(&m));
	else
		cl_members_print(&m, true);
	cl_members_free(&m);
	return CL_EXIT_OK;
}

static enum cl_exit add_contact(struct cl_ctl_join *j, const char *address)
{
	size_t used = strlen(j->contacts);
	struct cl_nl_peer p = { 0 };

	switch (cl_units_parse_address(address, &p)) {
	case 0:
		break;
	case -ENXIO:
		return cl_cli_usage("'%s' needs %%interface of this host",
				    address);
	default:
		return cl_cli_usage("'%s' is not an address", address);
	}
	if (used + strlen(address) + 2 > sizeof(j->contacts))
		return cl_cli_usage("too many addresses, two or three suffice");
	snprintf(j->contacts + used, sizeof(j->contacts) - used, "%s%s",
		 used ? " " : "", address);
	j->have |= CL_CTL_BIT(JOIN_CONTACTS);
	return CL_EXIT_OK;
}

static enum cl_exit set_vote(struct cl_ctl_join *j, const char *value)
{
	if (cl_units_parse_bool(value, &j->vote))
		return cl_cli_usage("vote: '%s' is not yes or no", value);
	j->have |= CL_CTL_BIT(JOIN_VOTE);
	return CL_EXIT_OK;
}

static enum cl_exit join(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg req = { .cmd = CL_CTL_JOIN };
	enum cl_exit ex = CL_EXIT_OK;

	for (int i = 0; !ex && i < argc; i++)
		ex = strncmp(argv[i], "vote=", 5) ?
			     add_contact(&req.join, argv[i]) :
			     set_vote(&req.join, argv[i] + 5);
	if (ex)
		return ex;
	if (!*req.join.contacts)
		return cl_cli_usage("which address?");
	return order(cli, &req, "become a member");
}

/* Names begin with a letter. */
static enum cl_exit parse_member(const char *arg, struct cl_ctl_act *ret)
{
	s64 v = 0;

	if (!cl_units_parse_number(arg, 1, 0xfffffffe, &v)) {
		ret->node = v;
		ret->have |= CL_CTL_BIT(ACT_NODE);
		return CL_EXIT_OK;
	}
	if (strchr("0123456789-", *arg) || strlen(arg) >= sizeof(ret->name))
		return cl_cli_usage("'%s' is no node id and no name", arg);
	strcpy(ret->name, arg);
	ret->have |= CL_CTL_BIT(ACT_NAME);
	return CL_EXIT_OK;
}

static enum cl_exit act(struct cl_cli *cli, u8 cmd, const char *verb,
			const char *member)
{
	struct cl_nl_msg req = { .cmd = cmd };
	enum cl_exit ex = CL_EXIT_OK;
	char what[96];

	if (member)
		ex = parse_member(member, &req.act);
	if (ex)
		return ex;
	if (cmd == CL_CTL_TRANSFER)
		snprintf(what, sizeof(what), "transfer the lead%s%.40s",
			 member ? " to " : "", member ? member : "");
	else
		snprintf(what, sizeof(what), "%s%s%.40s", verb,
			 member ? " " : "", member ? member : "");
	return order(cli, &req, what);
}

static enum cl_exit show_settings(struct cl_cli *cli)
{
	const struct cl_nl_msg req = { .cmd = CL_CTL_SETTINGS_GET };
	struct cl_nl_msg m;

	if (cl_ctlsocket_call(&cli->control, &req, &m))
		return cl_cli_refused(cli, "cannot read the settings");
	if (cli->opts.json)
		cl_output_print_json(cl_json_object(&m));
	else
		cl_output_object(&m);
	return CL_EXIT_OK;
}

/* Only what all nodes share has a place in the request. */
static enum cl_exit check_shared(const struct cl_nl_msg *req)
{
	const struct cl_nl_schema *all =
		cl_nl_schema_of(CLOCKLINK_CMD_INSTANCE_SET);
	const struct cl_nl_schema *shared = cl_nl_schema_of(req->cmd);

	for (unsigned int i = 0; i < all->n; i++)
		if (req->have & (1ULL << all->fields[i].attr) &&
		    !cl_nl_schema_find(shared, all->fields[i].attr))
			return cl_cli_usage("%s: each node has its own",
					    all->fields[i].name);
	return CL_EXIT_OK;
}

static enum cl_exit set(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_INSTANCE_SET };
	enum cl_exit ex;

	if (!argc)
		return show_settings(cli);
	ex = cl_cli_settings(&req, argc, argv);
	if (ex)
		return ex;
	req.cmd = CL_CTL_SETTINGS_SET;
	ex = check_shared(&req);
	if (ex)
		return ex;
	return order(cli, &req, "change the settings");
}

/**
 * struct verb - what can be done with a cluster
 * @name: the word
 * @cmd: command that does it, 0: it is done here
 * @min: fewest arguments
 * @max: most arguments
 * @want: its arguments
 */
struct verb {
	const char *name;
	u8 cmd;
	int min;
	int max;
	const char *want;
};

enum {
	STATUS,
	MEMBERS,
	JOIN,
	SET,
	REPUTATION,
	EVENTS,
	TIMESCALE,
	INIT,
	LEAVE,
	PROMOTE,
	DEMOTE,
	REMOVE,
	EVICT,
	TRANSFER,
	NEW_TIME,
};

static const struct verb verbs[] = {
	[STATUS] = { "status", 0, 0, 0, "" },
	[MEMBERS] = { "members", 0, 0, 0, "" },
	[JOIN] = { "join", 0, 1, INT_MAX, " ADDRESS[:PORT]... [vote=yes]" },
	[SET] = { "set", 0, 0, INT_MAX, " [KEY=VALUE...]" },
	[REPUTATION] = { "reputation", 0, 0, 0, "" },
	[EVENTS] = { "events", 0, 0, 0, "" },
	[TIMESCALE] = { "timescale", 0, 0, 0, "" },
	[INIT] = { "init", CL_CTL_INIT, 0, 0, "" },
	[LEAVE] = { "leave", CL_CTL_LEAVE, 0, 0, "" },
	[PROMOTE] = { "promote", CL_CTL_PROMOTE, 1, 1, " NODE" },
	[DEMOTE] = { "demote", CL_CTL_DEMOTE, 1, 1, " NODE" },
	[REMOVE] = { "remove", CL_CTL_REMOVE, 1, 1, " NODE" },
	[EVICT] = { "evict", CL_CTL_EVICT, 1, 1, " NODE" },
	[TRANSFER] = { "transfer", CL_CTL_TRANSFER, 0, 1, " [NODE]" },
	[NEW_TIME] = { "new-time", CL_CTL_NEW_TIME, 0, 0, "" },
};

static enum cl_exit run_verb(struct cl_cli *cli, size_t i, int argc,
			     char **argv)
{
	switch (i) {
	case STATUS:
		return cl_cluster_show_status(cli);
	case MEMBERS:
		return show_members(cli);
	case JOIN:
		return join(cli, argc, argv);
	case SET:
		return set(cli, argc, argv);
	case REPUTATION:
		return cl_cluster_show_reputation(cli);
	case EVENTS:
		return cl_cluster_show_events(cli);
	case TIMESCALE:
		return cl_cluster_show_timescale(cli);
	default:
		return act(cli, verbs[i].cmd, verbs[i].name,
			   argc ? argv[0] : NULL);
	}
}

static enum cl_exit run_cluster(struct cl_cli *cli, int argc, char **argv)
{
	const char *verb = argc ? argv[0] : "status";
	size_t i;

	argc -= argc > 0;
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verb, verbs[i].name))
			break;
	if (i == ARRAY_SIZE(verbs))
		return cl_cli_usage("cluster: unknown verb '%s'", verb);
	if (argc < verbs[i].min || argc > verbs[i].max)
		return cl_cli_usage("want: cluster %s%s", verb, verbs[i].want);
	return run_verb(cli, i, argc, argv + 1);
}

const struct cl_command cl_command_cluster = {
	.name = "cluster",
	.synopsis =
		"[status | members | init | join ADDRESS[:PORT]... [vote=yes] | leave | promote NODE | demote NODE | remove NODE | evict NODE | transfer [NODE] | new-time | set [KEY=VALUE...] | reputation | events | timescale]",
	.summary = "show or change the cluster, by way of clocklinkd",
	.help = "NODE is the id or the name of a member. Changes are for root; they are asked\n"
		"of the leader by way of this host's daemon, and the answer is waited for.\n"
		"  status      who leads since which term, is there a quorum, who is missing,\n"
		"              who is isolated and why; members, of more than 16 the voters\n"
		"  members     all members\n"
		"  init        begin a cluster with this node alone\n"
		"  join        become a member of the cluster that answers at ADDRESS;\n"
		"              with vote=yes a voter as soon as it has caught up\n"
		"  leave       be a member no more\n"
		"  promote     let it vote       demote    take its vote away\n"
		"  remove      a member that does not vote is a member no more\n"
		"  evict       the same, if need be after its vote was taken away\n"
		"  transfer    let NODE lead, or whichever other node\n"
		"  new-time    begin another cluster time at this node, which is elected and has\n"
		"              none, though most voters do not say that they have none either\n"
		"  set         settings that all nodes share; without a key show them. Keys:\n"
		"              interval, interval-max, asymmetry, wander, max-bound, probes,\n"
		"              probe-every, as for instance set\n"
		"  reputation  what this node thinks of others, by which rule and figures;\n"
		"              evidence is shown with its limit\n"
		"  events      when it has changed its mind, the last 64 times\n"
		"  timescale   whose oscillators make cluster time: weight, rms S of the\n"
		"              residual, frequency\n"
		"LINK: this node has a stream to it. LAG: entries that it lacks, as far as the\n"
		"leader knows. JUDGED: what this node thinks of it, unless it is isolated.\n",
	.run = run_cluster,
};
