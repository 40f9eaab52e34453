// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "cli.h"
#include "output.h"

static enum cl_exit parse_node(const char *arg, struct cl_nl_peer *ret)
{
	s64 v = 0;

	if (cl_units_parse_number(arg, 1, 0xfffffffe, &v))
		return cl_cli_usage("'%s' is not a node id", arg);
	ret->node = v;
	ret->have |= CL_NL_BIT(PEER_NODE);
	return CL_EXIT_OK;
}

static void add_row(struct cl_table *t, const struct cl_nl_peer *p)
{
	char node[16], address[CL_UNITS_ADDR_SIZE], exchanges[24], lost[24];
	char age[CL_UNITS_SIZE] = "never";
	const char *const row[] = { node, address, exchanges, age, lost };

	snprintf(node, sizeof(node), "%u", p->node);
	snprintf(exchanges, sizeof(exchanges), "%llu",
		 (unsigned long long)p->exchanges);
	snprintf(lost, sizeof(lost), "%llu", (unsigned long long)p->lost);
	cl_units_address(address, p);
	if (cl_nl_has(p, PEER_AGE))
		cl_units_duration(age, p->age_ns);
	cl_table_row(t, row);
}

static void print_peers(const struct cl_nl_msg *peers, size_t n)
{
	static const char *const head[] = { "PEER", "ADDRESS", "EXCHANGES",
					    "LAST", "LOST" };
	struct cl_table t = { .columns = 5, .right = 0x1d };

	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++)
		add_row(&t, &peers[i].peer);
	cl_table_print(&t, stdout);
}

static enum cl_exit list_peers(struct cl_cli *cli)
{
	struct cl_nl_msg *peers;
	json_t *array;
	enum cl_exit ex;
	size_t n;

	ex = cl_cli_get_peers(cli, &peers, &n);
	if (ex)
		return ex;
	if (cli->opts.json) {
		array = json_array();
		for (size_t i = 0; i < n; i++)
			json_array_append_new(array, cl_json_object(&peers[i]));
		cl_output_print_json(array);
	} else if (n) {
		print_peers(peers, n);
	} else {
		puts("no peers");
	}
	free(peers);
	return CL_EXIT_OK;
}

static enum cl_exit show_peer(struct cl_cli *cli, const char *node)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_GET };
	struct cl_nl_msg m;
	enum cl_exit ex;

	ex = parse_node(node, &req.peer);
	if (ex)
		return ex;
	if (cl_transport_call(&cli->transport, &req, &m))
		return cl_cli_fail(cli, "cannot read peer %s", node);
	if (cli->opts.json)
		cl_output_print_json(cl_json_object(&m));
	else
		cl_output_object(&m);
	return CL_EXIT_OK;
}

static enum cl_exit set_peer(struct cl_cli *cli, const char *node, int argc,
			     char **argv)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_SET };
	enum cl_exit ex;

	ex = parse_node(node, &req.peer);
	if (!ex)
		ex = cl_cli_settings(&req, argc, argv);
	if (ex)
		return ex;
	if (cl_transport_call(&cli->transport, &req, NULL))
		return cl_cli_fail(cli, "cannot change peer %s", node);
	return CL_EXIT_OK;
}

static enum cl_exit add_peer(struct cl_cli *cli, const char *node,
			     const char *address, int argc, char **argv)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_SET };
	enum cl_exit ex;

	ex = parse_node(node, &req.peer);
	if (!ex)
		ex = cl_cli_settings(&req, argc, argv);
	if (ex)
		return ex;
	req.cmd = CLOCKLINK_CMD_PEER_ADD;
	switch (cl_units_parse_address(address, &req.peer)) {
	case 0:
		break;
	case -ENXIO:
		return cl_cli_usage("'%s' needs %%interface of this host",
				    address);
	default:
		return cl_cli_usage("'%s' is not an address", address);
	}
	if (cl_transport_call(&cli->transport, &req, NULL))
		return cl_cli_fail(cli, "cannot add peer %s", node);
	return CL_EXIT_OK;
}

static enum cl_exit del_peer(struct cl_cli *cli, const char *node)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_PEER_DEL };
	enum cl_exit ex;

	ex = parse_node(node, &req.peer);
	if (ex)
		return ex;
	if (cl_transport_call(&cli->transport, &req, NULL))
		return cl_cli_fail(cli, "cannot delete peer %s", node);
	return CL_EXIT_OK;
}

enum { VERB_LIST, VERB_SHOW, VERB_ADD, VERB_SET, VERB_DEL };

static enum cl_exit run_peer(struct cl_cli *cli, int argc, char **argv)
{
	const char *verb = argc ? argv[0] : "list";
	static const struct {
		const char *verb;
		int min;
		int max;
		const char *want;
	} verbs[] = {
		[VERB_LIST] = { "list", 0, 0, "" },
		[VERB_SHOW] = { "show", 1, 1, " NODE" },
		[VERB_ADD] = { "add", 2, INT_MAX,
			       " NODE ADDRESS[:PORT] [KEY=VALUE...]" },
		[VERB_SET] = { "set", 2, INT_MAX, " NODE KEY=VALUE..." },
		[VERB_DEL] = { "del", 1, 1, " NODE" },
	};
	size_t i, n = sizeof(verbs) / sizeof(*verbs);

	for (i = 0; i < n; i++)
		if (!strcmp(verb, verbs[i].verb))
			break;
	if (i == n)
		return cl_cli_usage("peer: unknown verb '%s'", verb);
	if (argc && (argc - 1 < verbs[i].min || argc - 1 > verbs[i].max))
		return cl_cli_usage("want: peer %s%s", verb, verbs[i].want);
	switch (i) {
	case VERB_SHOW:
		return show_peer(cli, argv[1]);
	case VERB_ADD:
		return add_peer(cli, argv[1], argv[2], argc - 3, argv + 3);
	case VERB_SET:
		return set_peer(cli, argv[1], argc - 2, argv + 2);
	case VERB_DEL:
		return del_peer(cli, argv[1]);
	default:
		return list_peers(cli);
	}
}

const struct cl_command cl_command_peer = {
	.name = "peer",
	.synopsis =
		"[list | show NODE | add NODE ADDRESS[:PORT] [KEY=VALUE...] | set NODE KEY=VALUE... | del NODE]",
	.summary = "show or change the peers",
	.help = "NODE is the node id of the peer, ADDRESS its IPv4 or IPv6 address. Packets\n"
		"are accepted only from there. A link-local address needs its interface,\n"
		"an IPv6 address with a port needs brackets: [fe80::1%eth0]:20319.\n"
		"LAST is the time since the last exchange, LOST counts messages of the\n"
		"peer that never came. Keys:\n"
		"  asymmetry=TIME        asymmetry budget of the path, default auto: that of\n"
		"                        the instance\n"
		"  delay-asymmetry=TIME  known asymmetry, taken off the offset: half of what a\n"
		"                        packet of the peer takes longer than one to it\n"
		"  shadow=yes|no         measure it, but do not use what it says of cluster\n"
		"                        time, default no; in a cluster not for you to say\n",
	.run = run_peer,
};
