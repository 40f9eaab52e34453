// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults of time stamps: those that are missing, and better ones that nobody uses.
 */
#include "agent/lib/units.h"
#include "doctor.h"

/* Fewer in an examination say nothing. */
#define MISSING_MIN 3
#define SENT_MIN 10

/* Stamps are missing if so many times more are than there is an excuse for. */
#define MISSING_EXCUSED 4

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

/**
 * struct forgotten - stamps that a device was to make and did not
 * @lost: they, during the examination
 * @good: exchanges during the examination
 * @peers: peers that are reached by the device
 * @fallen: those of them with which the kernel's stamps were used for lack of its
 */
struct forgotten {
	u64 lost;
	u64 good;
	unsigned int peers;
	unsigned int fallen;
};

/* The device's stamps are tried again all the while, so its state alone says nothing. */
static bool has_fallen(const struct cl_nl_peer *was,
		       const struct cl_nl_peer *is)
{
	return is->hw_fallbacks > was->hw_fallbacks ||
	       (is->hw_fallbacks && is->exchanges > was->exchanges &&
		was->stamps == CLOCKLINK_STAMPS_SOFTWARE &&
		is->stamps == CLOCKLINK_STAMPS_SOFTWARE);
}

static bool forgets(const struct cl_exam *e, const struct cl_nl_device *d,
		    struct forgotten *ret)
{
	*ret = (struct forgotten){ 0 };
	for (size_t i = 0; i < e->now->n_peers; i++) {
		const struct cl_nl_peer *is = &e->now->peers[i];
		const struct cl_nl_peer *was =
			cl_look_peer(e->before, is->node);

		if (is->ifindex != d->ifindex || !was)
			continue;
		ret->lost += cl_doctor_since(is->hw_lost, was->hw_lost);
		ret->good += cl_doctor_since(is->exchanges, was->exchanges);
		ret->peers++;
		ret->fallen += d->state == CLOCKLINK_DEVICE_STATE_HARDWARE &&
			       has_fallen(was, is);
	}
	return ret->fallen ||
	       (ret->lost >= MISSING_MIN && ret->lost * 10 >= ret->good);
}

static bool check_forgets(const struct cl_exam *e, const struct cl_nl_device *d,
			  struct cl_findings *f)
{
	struct cl_finding *one;
	struct forgotten g;

	if (!forgets(e, d, &g))
		return false;
	one = cl_findings_add(f, &lost_hardware_stamps);
	cl_finding_where(one, "device %u", d->ifindex);
	/* A record does not say what it is called. */
	for (unsigned int i = 0; i < e->host->n_links; i++)
		if (e->host->links[i].ifindex == d->ifindex)
			cl_finding_where(one, "device %s",
					 e->host->links[i].name);
	cl_finding_what(one, "%llu were lost, %u of %u peers get the kernel's.",
			(unsigned long long)g.lost, g.fallen, g.peers);
	return true;
}

/**
 * struct missing - exchanges with a peer that ended without a stamp
 * @asked: requests to it
 * @stamps: exchanges without a stamp
 * @good: complete ones
 * @excused: of @stamps at most so many for another reason: the message that was to bring
 *	a stamp did not come, or came too late
 */
struct missing {
	u64 asked;
	u64 stamps;
	u64 good;
	u64 excused;
};

/* Who is not asked may lose what it is told, and nobody knows. */
static bool asks(const struct cl_exam *e, const struct cl_nl_peer *is,
		 struct missing *ret)
{
	const struct cl_nl_peer *was = cl_look_peer(e->before, is->node);
	u64 answers;

	if (!was)
		return false;
	answers = cl_doctor_since(is->responses, was->responses);
	*ret = (struct missing){
		.asked = cl_doctor_since(is->requests, was->requests),
		.stamps = cl_doctor_since(is->no_stamp, was->no_stamp),
		.good = cl_doctor_since(is->exchanges, was->exchanges),
		.excused = cl_doctor_since(is->lost, was->lost) +
			   cl_doctor_since(is->reordered, was->reordered),
	};
	ret->excused += cl_doctor_since(ret->asked, answers);
	return ret->asked >= MISSING_MIN;
}

/* Packets that come through one way only look the same, if there are no good ones. */
static bool is_missing(const struct missing *m)
{
	return m->stamps >= MISSING_MIN && m->good &&
	       m->stamps * 10 >= m->good &&
	       m->stamps >= MISSING_EXCUSED * m->excused;
}

static void put_missing(struct cl_findings *f, u32 node,
			const struct missing *m)
{
	struct cl_finding *one = cl_findings_add(f, &missing_stamps);

	cl_finding_where(one, "node %u", node);
	cl_finding_what(one, "No stamp for %llu exchanges, %llu were good.",
			(unsigned long long)m->stamps,
			(unsigned long long)m->good);
}

/*
 * If they are missing with all of several peers, they are the own ones.  Those that the
 * device forgets have been told.
 */
static void check_missing(const struct cl_exam *e, struct cl_findings *f)
{
	struct missing m, all = { 0 };
	size_t asked = 0, bad = 0;
	const struct cl_look *l = e->now;
	bool own;

	for (size_t i = 0; i < l->n_peers; i++) {
		if (!asks(e, &l->peers[i], &m))
			continue;
		asked++;
		bad += is_missing(&m);
		all.stamps += m.stamps;
		all.good += m.good;
	}
	own = asked > 1 && bad == asked;
	if (own)
		put_missing(f, l->instance.node, &all);
	for (size_t i = 0; i < l->n_peers && !own; i++)
		if (asks(e, &l->peers[i], &m) && is_missing(&m))
			put_missing(f, l->peers[i].node, &m);
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

static const struct cl_nl_device *device_of(const struct cl_look *l,
					    u32 ifindex)
{
	for (size_t i = 0; i < l->n_devices; i++)
		if (l->devices[i].ifindex == ifindex)
			return &l->devices[i];
	return NULL;
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
	bool forgotten = false;

	check_own(e, f);
	for (size_t i = 0; i < e->now->n_devices; i++)
		forgotten |= check_forgets(e, &e->now->devices[i], f);
	if (!forgotten)
		check_missing(e, f);
	for (unsigned int i = 0; i < e->host->n_links; i++)
		check_link(e, &e->host->links[i], f);
}
