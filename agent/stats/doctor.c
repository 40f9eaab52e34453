// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor.h"

#include <string.h>

static const struct cl_fault no_instance = {
	.name = "no-instance",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Load the module (modprobe clocklink) and start clocklinkd in this network namespace, or see \"clocklinkctl help instance\".",
};

static const struct cl_fault no_daemon = {
	.name = "no-daemon",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Start clocklinkd (systemctl start clocklinkd) and read what it logs; until then the clock only coasts and its bound grows.",
};

static void check_parts(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_look *l = e->now;
	struct cl_finding *one;

	if (!l->has_instance) {
		one = cl_findings_add(f, &no_instance);
		cl_finding_where(one, "this network namespace");
		cl_finding_what(one, "There is no clock: %s.", l->error);
	} else if (!l->has_daemon) {
		one = cl_findings_add(f, &no_daemon);
		cl_finding_where(one, "node %u", l->instance.node);
		cl_finding_what(one, "Nobody makes or obeys rounds: %s.",
				l->error);
	}
}

/**
 * cl_doctor() - examine a node
 * @e: what is known of it
 * @ret: gets what is wrong; nothing for a node in good health
 */
void cl_doctor(const struct cl_exam *e, struct cl_findings *ret)
{
	memset(ret, 0, sizeof(*ret));
	check_parts(e, ret);
	if (!e->now->has_instance)
		return;
	cl_doctor_cluster(e, ret);
	cl_doctor_clock(e, ret);
	cl_doctor_links(e, ret);
	cl_doctor_stamps(e, ret);
}
