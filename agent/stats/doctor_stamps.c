// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of time stamps: those that are missing, and better ones that nobody uses.
 */
#include "agent/lib/units.h"
#include "doctor.h"

/* Fewer in an examination say nothing. */
#define MISSING_MIN 3
#define SENT_MIN 10

static const struct cl_fault missing_stamps = {
	.name = "missing-stamps",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"A driver without transmit stamps, or too busy for them: try \"hwstamp = off\" here, see \"ethtool -T\", and ask the same on the other node.",
};

static const struct cl_fault no_transmit_stamps = {
	.name = "no-transmit-stamps",
	.severity = CL_SEVERITY_CRITICAL,
	.advice =
		"Neither the kernel nor the device stamps what leaves: a driver without skb_tx_timestamp(), see \"ethtool -T\"; use another network device.",
};

static const struct cl_fault lost_hardware_stamps = {
	.name = "lost-hardware-stamps",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"The card forgets to stamp: other programs that take its stamps (ptp4l), too many packets for it, or its driver.",
};

static const struct cl_fault unused_hardware_stamps = {
	.name = "unused-hardware-stamps",
	.severity = CL_SEVERITY_NOTE,
	.advice =
		"Set \"hwstamp = auto\" in clocklinkd.conf; if another program has set the device up otherwise, stop it or let it ask for all packets.",
};

static const struct cl_fault device_clock_set = {
	.name = "device-clock-set",
	.severity = CL_SEVERITY_WARNING,
	.advice =
		"Let nobody set the device's clock while its stamps are used, or only smoothly: phc2sys and ptp4l step it at their start.",
};

static void check_missing(const struct cl_exam *e, const struct cl_nl_peer *p,
			  struct cl_findings *f)
{
	const struct cl_nl_peer *was = cl_look_peer(e->before, p->node);
	u64 missing = was ? cl_doctor_since(p->no_stamp, was->no_stamp) : 0;
	u64 good = was ? cl_doctor_since(p->exchanges, was->exchanges) : 0;
	struct cl_finding *one;

	/* Packets that come through one way only look the same, if there are no good ones. */
	if (missing < MISSING_MIN || !good || missing * 10 < good)
		return;
	one = cl_findings_add(f, &missing_stamps);
	cl_finding_where(one, "node %u", p->node);
	cl_finding_what(one, "No stamp for %llu exchanges, %llu were good.",
			(unsigned long long)missing, (unsigned long long)good);
}

/* None of the own packets is stamped, whoever they went to. */
static void check_own(const struct cl_exam *e, struct cl_findings *f)
{
	const struct cl_nl_stats *is = &e->now->stats, *was = &e->before->stats;
	u64 sent = cl_doctor_since(is->tx, was->tx);
	struct cl_finding *one;

	if (!e->before->has_instance || sent < SENT_MIN ||
	    is->tx_stamp > was->tx_stamp || is->hw_tx > was->hw_tx)
		return;
	one = cl_findings_add(f, &no_transmit_stamps);
	cl_finding_where(one, "node %u", e->now->instance.node);
	cl_finding_what(one, "%llu packets were sent, none was stamped.",
			(unsigned long long)sent);
}

static void check_lost(const struct cl_exam *e, const struct cl_nl_peer *p,
		       struct cl_findings *f)
{
	const struct cl_nl_peer *was = cl_look_peer(e->before, p->node);
	u64 falls = was ? cl_doctor_since(p->hw_fallbacks, was->hw_fallbacks) :
			  0;
	struct cl_finding *one;

	if (!falls)
		return;
	one = cl_findings_add(f, &lost_hardware_stamps);
	cl_finding_where(one, "node %u", p->node);
	cl_finding_what(one, "%llu stamps of the device did not come.",
			(unsigned long long)cl_doctor_since(p->hw_lost,
							    was->hw_lost));
}

static const struct cl_nl_device *device_of(const struct cl_look *l,
					    u32 ifindex)
{
	for (size_t i = 0; i < l->n_devices; i++)
		if (l->devices[i].ifindex == ifindex)
			return &l->devices[i];
	return NULL;
}

static void check_unused(const struct cl_host_link *h,
			 const struct cl_nl_device *d, struct cl_findings *f)
{
	struct cl_finding *one;

	if (!h->stamps || (d && d->state != CLOCKLINK_DEVICE_STATE_IN_USE))
		return;
	one = cl_findings_add(f, &unused_hardware_stamps);
	cl_finding_where(one, "device %s", h->name);
	cl_finding_what(one, "It could stamp packets itself, but %s.",
			d ? "another program has set it up otherwise" :
			    "is not asked to");
}

static void check_device(const struct cl_host_link *h,
			 const struct cl_nl_device *was,
			 const struct cl_nl_device *is, struct cl_findings *f)
{
	struct cl_finding *one;

	if (!was || !is || is->breaks <= was->breaks)
		return;
	one = cl_findings_add(f, &device_clock_set);
	cl_finding_where(one, "device %s", h->name);
	cl_finding_what(one, "Somebody has set its clock %llu times.",
			(unsigned long long)(is->breaks - was->breaks));
}

static void check_link(const struct cl_exam *e, const struct cl_host_link *h,
		       struct cl_findings *f)
{
	const struct cl_nl_device *d = device_of(e->now, h->ifindex);

	check_unused(h, d, f);
	check_device(h, device_of(e->before, h->ifindex), d, f);
}

/**
 * cl_doctor_stamps() - examine a node's time stamps
 * @e: what is known
 * @f: gets what is wrong
 */
void cl_doctor_stamps(const struct cl_exam *e, struct cl_findings *f)
{
	check_own(e, f);
	for (size_t i = 0; i < e->now->n_peers; i++) {
		check_missing(e, &e->now->peers[i], f);
		check_lost(e, &e->now->peers[i], f);
	}
	for (unsigned int i = 0; i < e->host->n_links; i++)
		check_link(e, &e->host->links[i], f);
}
