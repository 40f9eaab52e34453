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

/*
 * A good one wanders by 1 ppb per sqrt(s), what a fan blows at by 10.  What is learnt is
 * a power of the square root of ten, at most one too large.
 */
#define WANDER_PPT 50000

/* One that differs by two or three of these steps has another reason. */
#define CALM_DIV 10

/* Oscillators, with the own one, whose median means something. */
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

/* A pair of oscillators that differ, and no third one that says which of them it is. */
static void where_pair(struct cl_finding *f, const struct cl_look *l, u32 node)
{
	cl_finding_where(f, "node %u or node %u", l->instance.node, node);
}

static void put_crystal(struct cl_findings *f, u32 node, bool own, s64 freq_ppt)
{
	char freq[CL_UNITS_SIZE];
	struct cl_finding *one;

	one = cl_findings_add(f, &crystal);
	cl_finding_where(one, "node %u", node);
	cl_finding_what(one, "%s oscillator is off by %s against %s.",
			own ? "The own" : "Its", cl_units_freq(freq, freq_ppt),
			own ? "the median of all" : "the own");
}

static void put_crystal_of_two(struct cl_findings *f, const struct cl_look *l,
			       const struct cl_nl_peer *p)
{
	char freq[CL_UNITS_SIZE];
	struct cl_finding *one;

	one = cl_findings_add(f, &crystal);
	where_pair(one, l, p->node);
	cl_finding_what(one, "Their oscillators differ by %s.",
			cl_units_freq(freq, p->freq_ppt));
}

/*
 * A peer that differs by what the own oscillator does is none.  Most are good: the median
 * of the own one and those of the peers is.
 */
static void check_crystals(const struct cl_look *l, struct cl_findings *f)
{
	s64 freq[MEDIAN_MAX] = { 0 }, own;
	size_t n = 1;

	for (size_t i = 0; i < l->n_peers && n < MEDIAN_MAX; i++)
		if (l->peers[i].ready)
			freq[n++] = l->peers[i].freq_ppt;
	own = n < MEDIAN_MIN ? 0 : cl_median(freq, n);
	if (llabs(own) <= CRYSTAL_PPT)
		own = 0;
	else
		put_crystal(f, l->instance.node, true, own);
	for (size_t i = 0; i < l->n_peers; i++) {
		const struct cl_nl_peer *p = &l->peers[i];

		if (!p->ready || llabs(p->freq_ppt - own) <= CRYSTAL_PPT)
			continue;
		if (n < MEDIAN_MIN)
			put_crystal_of_two(f, l, p);
		else
			put_crystal(f, p->node, false, own - p->freq_ppt);
	}
}

static struct cl_finding *put_wander(struct cl_findings *f, u32 node, u32 ppt)
{
	struct cl_finding *one = cl_findings_add(f, &wander);

	cl_finding_where(one, "node %u", node);
	cl_finding_what(one, "It wanders by %u ppb per sqrt(s), usual are 10.",
			ppt / 1000);
	return one;
}

/**
 * struct wanderers - how the pairs wander that the node is one of
 * @n: pairs
 * @bad: of them those that wander too much
 * @calm: those that wander by so much less that they do not share the reason
 * @most_ppt: the largest wander
 */
struct wanderers {
	size_t n;
	size_t bad;
	size_t calm;
	u32 most_ppt;
};

static void count_wanderers(const struct cl_look *l, struct wanderers *w)
{
	*w = (struct wanderers){ 0 };
	for (size_t i = 0; i < l->n_peers; i++) {
		const struct cl_nl_peer *p = &l->peers[i];

		if (!p->ready)
			continue;
		w->n++;
		w->bad += p->wander_ppt > WANDER_PPT;
		w->calm += p->wander_ppt <= WANDER_PPT / CALM_DIV;
		if (p->wander_ppt > w->most_ppt)
			w->most_ppt = p->wander_ppt;
	}
}

/*
 * If three of four pairs wander it is the own oscillator; if twice as many are calm, it is
 * those of the others.  Else they are about to find out: one pair learns it before another.
 */
static void check_wander(const struct cl_look *l, struct cl_findings *f)
{
	struct wanderers w;
	bool own;

	count_wanderers(l, &w);
	own = w.n > 1 && 4 * w.bad >= 3 * w.n;
	if (own)
		put_wander(f, l->instance.node, w.most_ppt);
	if (own || (w.n > 1 && w.calm < 2 * w.bad))
		return;
	for (size_t i = 0; i < l->n_peers; i++) {
		const struct cl_nl_peer *p = &l->peers[i];
		struct cl_finding *one;

		if (!p->ready || p->wander_ppt <= WANDER_PPT)
			continue;
		one = put_wander(f, p->node, p->wander_ppt);
		if (w.n == 1)
			where_pair(one, l, p->node);
	}
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
