// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "agent/lib/units.h"
#include "cli.h"

static enum cl_exit parse_fault(char *arg, struct cl_nl_test *ret)
{
	char *value = strchr(arg, '=');

	if (!value)
		return cl_cli_usage("'%s' is not of the form key=value", arg);
	*value++ = '\0';
	if (!strcmp(arg, "osc-freq")) {
		ret->have |= CL_NL_BIT(TEST_OSC_FREQ);
		if (!cl_units_parse_freq(value, &ret->osc_freq_ppt))
			return CL_EXIT_OK;
	} else if (!strcmp(arg, "lie")) {
		ret->have |= CL_NL_BIT(TEST_LIE);
		if (!cl_units_parse_duration(value, &ret->lie_ns))
			return CL_EXIT_OK;
	} else {
		return cl_cli_usage("test: unknown key '%s'", arg);
	}
	return cl_cli_usage("%s: '%s' is not a number with a unit", arg, value);
}

static enum cl_exit run_test(struct cl_cli *cli, int argc, char **argv)
{
	struct cl_nl_msg req = { .cmd = CLOCKLINK_CMD_TEST_SET };
	enum cl_exit ex;

	for (int i = 0; i < argc; i++) {
		ex = parse_fault(argv[i], &req.test);
		if (ex)
			return ex;
	}
	if (!argc)
		return cl_cli_usage("want: test osc-freq=FREQ or lie=TIME");
	if (cl_transport_call(&cli->transport, &req, NULL))
		return cl_cli_fail(cli, "cannot set the fault");
	return CL_EXIT_OK;
}

const struct cl_command cl_command_test = {
	.name = "test",
	.synopsis = "[osc-freq=FREQ] [lie=TIME]",
	.summary = "make the clock err or lie (test builds of the module only)",
	.help = "osc-freq=FREQ  frequency error of a synthetic oscillator, within 500ppm\n"
		"lie=TIME       added to every time stamp that is sent\n"
		"A release build of the module refuses both.\n",
	.run = run_test,
};
