// SPDX-License-Identifier: GPL-2.0-or-later
#include "device.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"

static const char *name_of(char *buf, const struct cl_nl_device *d)
{
	if (!if_indextoname(d->ifindex, buf))
		snprintf(buf, IF_NAMESIZE, "if%u", d->ifindex);
	return buf;
}

/**
 * cl_device_get() - ask for all network devices
 * @cli: the run
 * @ret: the devices, to be freed
 * @ret_n: their number
 *
 * Return: CL_EXIT_OK; else an exit status, the reason is printed.
 */
enum cl_exit cl_device_get(struct cl_cli *cli, struct cl_nl_msg **ret,
			   size_t *ret_n)
{
	const struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_DEVICE_GET };

	if (cl_transport_dump(&cli->transport, &req, ret, ret_n))
		return cl_cli_fail(cli, "cannot read the network devices");
	return CL_EXIT_OK;
}

/* The state; a device that is listed for its bias only has none. */
static const char *stamps_of(const struct cl_nl_device *d)
{
	return cl_nl_has(d, DEVICE_STATE) ? cl_nl_device_state_name(d->state) :
					    "-";
}

static void print_bias(struct cl_table *t, const struct cl_nl_device *d)
{
	bool hw = cl_nl_has(d, DEVICE_STATE) &&
		  d->state == CLOCKLINK_DEVICE_STATE_HARDWARE;
	char buf[CL_UNITS_SIZE];

	cl_table_cell(t, cl_units_offset(buf, hw ? d->hw_rx_bias_ns :
						   d->rx_bias_ns));
	cl_table_cell(t, cl_units_offset(buf, hw ? d->hw_tx_bias_ns :
						   d->tx_bias_ns));
}

/**
 * cl_device_print() - table of network devices
 * @devices: the devices
 * @n: their number
 */
void cl_device_print(const struct cl_nl_msg *devices, size_t n)
{
	static const char *const head[] = { "DEVICE",	 "STAMPS", "CLOCK",
					    "FREQUENCY", "ERROR",  "BREAKS",
					    "RX BIAS",	 "TX BIAS" };
	struct cl_table t = { .columns = 8, .right = 0xf8 };
	const struct cl_nl_device *d;
	char buf[CL_UNITS_SIZE + IF_NAMESIZE];
	bool has_clock;

	cl_table_row(&t, head);
	for (size_t i = 0; i < n; i++) {
		d = &devices[i].device;
		cl_table_cell(&t, name_of(buf, d));
		cl_table_cell(&t, stamps_of(d));
		has_clock = cl_nl_has(d, DEVICE_PHC_INDEX) && d->phc_index >= 0;
		snprintf(buf, sizeof(buf), "/dev/ptp%d", d->phc_index);
		cl_table_cell(&t, has_clock ? buf : "-");
		cl_table_cell(&t, cl_nl_has(d, DEVICE_RATE) ?
					  cl_units_freq(buf, -d->rate_ppt) :
					  "-");
		cl_table_cell(&t, cl_nl_has(d, DEVICE_ERROR) ?
					  cl_units_bound(buf, d->error_ns) :
					  "-");
		snprintf(buf, sizeof(buf), "%llu",
			 (unsigned long long)d->breaks);
		cl_table_cell(&t, buf);
		print_bias(&t, d);
	}
	cl_table_print(&t, stdout);
}

/**
 * cl_device_json() - network devices as JSON
 * @devices: the devices
 * @n: their number
 *
 * Return: an array, a new reference.
 */
json_t *cl_device_json(const struct cl_nl_msg *devices, size_t n)
{
	json_t *array = json_array(), *j;
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < n; i++) {
		j = cl_json_object(&devices[i]);
		name_of(name, &devices[i].device);
		json_object_set_new(j, "name", json_string(name));
		json_array_append_new(array, j);
	}
	return array;
}

static enum cl_exit set_device(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_DEVICE_SET };
	enum cl_exit ex;

	if (argc < 2)
		return cl_cli_usage("want: device set NAME KEY=VALUE...");
	ex = cl_cli_settings(&req, argc - 1, argv + 1);
	if (ex)
		return ex;
	req.device.ifindex = if_nametoindex(argv[0]);
	if (!req.device.ifindex)
		return cl_cli_usage("there is no network device '%s'", argv[0]);
	req.have |= CL_NL_BIT(DEVICE_IFINDEX);
	if (cl_transport_call(&cli->transport, &req, NULL))
		return cl_cli_fail(cli, "cannot change device %s", argv[0]);
	return CL_EXIT_OK;
}

static enum cl_exit list_devices(struct cl_cli *cli)
{
	struct cl_nl_msg *devices;
	enum cl_exit ex;
	size_t n;

	ex = cl_device_get(cli, &devices, &n);
	if (ex)
		return ex;
	if (cli->opts.json)
		cl_output_print_json(cl_device_json(devices, n));
	else if (n)
		cl_device_print(devices, n);
	else
		puts("no network devices");
	free(devices);
	return CL_EXIT_OK;
}

static enum cl_exit run_device(struct cl_cli *cli, int argc, char **argv)
{
	const char *verb = argc ? argv[0] : "list";

	if (!strcmp(verb, "set"))
		return set_device(cli, argc - 1, argv + 1);
	if (strcmp(verb, "list"))
		return cl_cli_usage("device: unknown verb '%s'", verb);
	if (argc > 1)
		return cl_cli_no_arguments(argc - 1, argv + 1);
	return list_devices(cli);
}

const struct cl_command cl_command_device = {
	.name = "device",
	.synopsis = "[list | set NAME KEY=VALUE...]",
	.summary =
		"show network devices that stamp packets, correct their stamps",
	.help = "STAMPS says whether packets are stamped by the device: hardware; measuring\n"
		"(not yet, or its clock was changed), in-use (another program has set the\n"
		"device up otherwise), unsupported. In all but the first case the kernel\n"
		"stamps them. clocklinkd decides, by hwstamp in its file.\n"
		"FREQUENCY is that of the device's clock against the own oscillator, ERROR\n"
		"the standard deviation of a stamp, BREAKS counts how often the clock did not\n"
		"run as before because another program steers it. RX BIAS and TX BIAS are\n"
		"what its stamps are corrected by. Keys of set, times up to 1ms:\n"
		"  rx-bias=TIME     receive stamps by the kernel are too late by this\n"
		"  tx-bias=TIME     transmit stamps by the kernel are too early by this\n"
		"  hw-rx-bias=TIME  receive stamps by the device are too late by this\n"
		"  hw-tx-bias=TIME  transmit stamps by the device are too early by this\n"
		"All peers are measured anew then. A device that comes back is a new one.\n",
	.run = run_device,
};
