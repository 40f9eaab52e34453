// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of the clock and of what it is made from: its state, the host's counter, the
 * crystal, and who sets the system's clock.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"
#include "doctor.h"
#include "median.h"

/* Crystals are within 50 ppm, cheap ones within 100. */
#define CRYSTAL_PPT 100000000LL

/* A good one wanders by 1 ppb per sqrt(s), what a fan blows at by 10. */
#define WANDER_PPT 100000

/* Peers whose frequencies make a median that means something. */
#define MEDIAN_MIN 3
#define MEDIAN_MAX 256

static const struct cl_fault holdover = {
	.name = "holdover",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"It follows nobody: see the other findings for the network, the leader and the quorum. The bound grows until it is void.",
};

static const struct cl_fault no_time = {
	.name = "no-time",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Readings are refused. Just started, wait some seconds; else see the other findings, and \"clocklinkctl cluster members\".",
};

static const struct cl_fault clock_source = {
	.name = "clock-source",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Use the processor's counter: see \"dmesg | grep -i tsc\" for why the kernel does not, then the firmware's settings (C-states, synchronous counters) or the boot option tsc=reliable, if the hardware's maker says so.",
};

static const struct cl_fault disturbed = {
	.name = "disturbed",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Find out who changes the clock source, suspends the host or stops the virtual machine.",
};

static const struct cl_fault crystal = {
	.name = "crystal",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"The oscillator is out of its tolerance: hardware near its end, a wrong counter frequency of the firmware or hypervisor, or a clock source that is not what it says.",
};

static const struct cl_fault wander = {
	.name = "wander",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Look for changes of temperature (fans, load), power saving that changes the counter, or a virtual machine whose counter is emulated.",
};

static const struct cl_fault clock_owners = {
	.name = "clock-owners",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Let one program set the system's clock: stop the others, give chronyd -x, or take \"system-clock = steer\" out of clocklinkd.conf.",
};

static void check_state(const struct cl_look *l, struct cl_findings *f)
{
	const struct cl_nl_clock *c = &l->clock;
	char bound[CL_UNITS_SIZE], age[CL_UNITS_SIZE];
	struct cl_finding *one;

	if (c->state == CLOCKLINK_STATE_HOLDOVER) {
		one = cl_findings_add(f, &holdover);
		cl_finding_what(one, "The clock coasts for %s, bound %s.",
				cl_units_duration(age, c->steer_age_ns),
				cl_units_bound(bound, c->bound_ns));
	} else if (!cl_nl_state_usable(c->state)) {
		one = cl_findings_add(f, &no_time);
		cl_finding_what(one, "The clock is %s.",
				cl_nl_state_name(c->state));
	} else {
		return;
	}
	cl_finding_where(one, "node %u", l->instance.node);
}

static bool is_slow_source(const char *name)
{
	static const char *const slow[] = { "hpet", "acpi_pm", "pit", "jiffies",
					    "refined-jiffies" };

	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		if (!strcmp(name, slow[i]))
			return true;
	return false;
}

static void check_source(const struct cl_host *h, struct cl_findings *f)
{
	const char *tsc = h->tsc_offered ? "not chosen" : "not trusted";
	struct cl_finding *one;

	if (!is_slow_source(h->clocksource))
		return;
	one = cl_findings_add(f, &clock_source);
	cl_finding_where(one, "this host");
	cl_finding_what(one, "The clock source is %s; the tsc is %s.",
			h->clocksource, tsc);
}

static void check_disturbed(const struct cl_exam *e, struct cl_findings *f)
{
	u32 was = e->before->clock.disruptions;
	u32 is = e->now->clock.disruptions;
	struct cl_finding *one;

	if (!e->before->has_instance || is <= was)
		return;
	one = cl_findings_add(f, &disturbed);
	cl_finding_where(one, "this host");
	cl_finding_what(one, "It was disturbed %u times; readings are void.",
			is - was);
}

static void put_crystal(struct cl_findings *f, u32 node, bool own, s64 freq_ppt)
{
	char freq[CL_UNITS_SIZE];
	struct cl_finding *one;

	one = cl_findings_add(f, &crystal);
	cl_finding_where(one, "node %u", node);
	cl_finding_what(one, "%s oscillator is off by %s against %s.",
			own ? "The own" : "Its", cl_units_freq(freq, freq_ppt),
			own ? "the median of its peers" : "the own");
}

/* A peer that differs by what the own oscillator does is none. */
static void check_crystals(const struct cl_look *l, struct cl_findings *f)
{
	s64 freq[MEDIAN_MAX], own = 0;
	size_t n = 0;

	for (size_t i = 0; i < l->n_peers && n < MEDIAN_MAX; i++)
		if (l->peers[i].ready)
			freq[n++] = l->peers[i].freq_ppt;
	if (n >= MEDIAN_MIN)
		own = cl_median(freq, n);
	if (llabs(own) <= CRYSTAL_PPT)
		own = 0;
	else
		put_crystal(f, l->instance.node, true, own);
	for (size_t i = 0; i < l->n_peers; i++)
		if (l->peers[i].ready &&
		    llabs(l->peers[i].freq_ppt - own) > CRYSTAL_PPT)
			put_crystal(f, l->peers[i].node, false,
				    own - l->peers[i].freq_ppt);
}

static void check_wander(const struct cl_look *l, struct cl_findings *f)
{
	u32 most = 0, least = U32_MAX, node = 0;
	struct cl_finding *one;
	size_t n = 0;

	for (size_t i = 0; i < l->n_peers; i++) {
		if (!l->peers[i].ready)
			continue;
		n++;
		if (l->peers[i].wander_ppt < least)
			least = l->peers[i].wander_ppt;
		if (l->peers[i].wander_ppt > most) {
			most = l->peers[i].wander_ppt;
			node = l->peers[i].node;
		}
	}
	if (most <= WANDER_PPT)
		return;
	one = cl_findings_add(f, &wander);
	/* If it is with all of them, it is the own. */
	if (n > 1 && least > WANDER_PPT)
		node = l->instance.node;
	cl_finding_where(one, "node %u", node);
	cl_finding_what(one, "It wanders by %u ppb per sqrt(s), usual are 10.",
			most / 1000);
}

static void check_owners(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_ctl_sysclock *s = &e->now->sysclock;
	bool wanted = cl_ctl_has(s, SYSCLOCK_STATE) && strcmp(s->state, "off");
	struct cl_finding *one;

	if (e->host->n_owners + wanted < 2)
		return;
	one = cl_findings_add(f, &clock_owners);
	cl_finding_where(one, "this host");
	cl_finding_what(one, "The system's clock has several owners: %s%s%s.",
			e->host->owners,
			wanted && e->host->n_owners ? ", " : "",
			wanted ? "clocklinkd (system-clock = steer)" : "");
}

/**
 * cl_doctor_clock() - examine a node's clock
 * @e: what is known
 * @f: gets what is wrong
 */
void cl_doctor_clock(const struct cl_exam *e, struct cl_findings *f)
{
	check_state(e->now, f);
	check_source(e->host, f);
	check_disturbed(e, f);
	check_crystals(e->now, f);
	check_wander(e->now, f);
	check_owners(e, f);
}
