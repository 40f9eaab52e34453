// SPDX-License-Identifier: GPL-2.0
#include "phc.h"

#include <linux/math64.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/ktime.h>

#include "core/clock.h"
#include "instance.h"

/* 500 ppm, as far as a steered clock may slew. */
#define CL_PHC_MAX_ADJ_PPB 500000

/*
 * The timer runs on CLOCK_MONOTONIC, which may be 500 ppm off: it is set for
 * 10 ms before the second first, and from there comes within 5 us of it.
 */
#define CL_PHC_PPS_NEAR_NS (10 * CL_NS_PER_MS)

/* A second that is reported later than this was not met: the clock stepped. */
#define CL_PHC_PPS_LATE_NS (100 * CL_NS_PER_MS)

static struct cl_phc *to_phc(struct ptp_clock_info *info)
{
	return container_of(info, struct cl_phc, info);
}

/*
 * CLOCK_MONOTONIC_RAW from which on it must not be read; to be read as the published set.
 * Who reads a PTP clock cannot see whether its time is to be used.  A clock that nobody
 * steers may be read, as it may be set.
 */
static s64 phc_until(const struct cl_phc *phc)
{
	const struct cl_published *p = &phc->inst->output.now;

	if (p->state == CLOCKLINK_STATE_UNSYNCED &&
	    !READ_ONCE(phc->inst->settings.leader))
		return S64_MAX;
	return cl_published_usable(p) ? p->void_raw : S64_MIN;
}

/* Cluster time and system clocks of one instant; false: not to be used. */
static bool phc_snapshot(const struct cl_phc *phc, s64 *ret,
			 struct system_time_snapshot *ret_sn)
{
	const struct cl_output *o = &phc->inst->output;
	struct cl_clock view;
	unsigned int seq;
	s64 until;

	do {
		seq = cl_output_read_begin(o);
		view = o->now.view;
		until = phc_until(phc);
		ktime_get_snapshot(ret_sn);
	} while (cl_output_read_retry(o, seq));
	*ret = cl_clock_at(&view, cl_raw(ktime_to_ns(ret_sn->raw))).ns;
	return ktime_to_ns(ret_sn->raw) < until;
}

/* EBUSY: as a device that fails for now, which phc2sys 4 tries again. */
static int phc_gettimex(struct ptp_clock_info *info, struct timespec64 *ts,
			struct ptp_system_timestamp *sts)
{
	const struct cl_phc *phc = to_phc(info);
	const struct cl_output *o = &phc->inst->output;
	struct cl_clock view;
	unsigned int seq;
	s64 raw, until;

	do {
		seq = cl_output_read_begin(o);
		view = o->now.view;
		until = phc_until(phc);
		ptp_read_system_prets(sts);
		raw = ktime_get_raw_ns();
		ptp_read_system_postts(sts);
	} while (cl_output_read_retry(o, seq));
	if (raw >= until)
		return -EBUSY;
	*ts = ns_to_timespec64(cl_clock_at(&view, cl_raw(raw)).ns);
	return 0;
}

static int phc_crosststamp(struct ptp_clock_info *info,
			   struct system_device_crosststamp *x)
{
	struct system_time_snapshot sn;
	s64 now;

	if (!phc_snapshot(to_phc(info), &now, &sn))
		return -EBUSY;
	x->device = ns_to_ktime(now);
	x->sys_realtime = sn.real;
	x->sys_monoraw = sn.raw;
	return 0;
}

static int phc_settime(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	return cl_steering_set_free(to_phc(info)->inst, CL_FREE_SET,
				    timespec64_to_ns(ts));
}

static int phc_adjtime(struct ptp_clock_info *info, s64 delta)
{
	return cl_steering_set_free(to_phc(info)->inst, CL_FREE_ADD, delta);
}

static int phc_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	/* scaled_ppm / 2^16 / 10^6 * 2^48 */
	return cl_steering_set_free(to_phc(info)->inst, CL_FREE_RATE,
				    div_s64((s64)scaled_ppm << 32, 1000000));
}

/* Hard interrupt. */
static enum hrtimer_restart phc_pps(struct hrtimer *timer)
{
	struct cl_phc *phc = container_of(timer, struct cl_phc, pps);
	struct ptp_clock_event ev = { .type = PTP_CLOCK_PPSUSR };
	struct system_time_snapshot sn;
	s64 now, left, second;
	s32 into; /* ns since the second began */
	bool good = phc_snapshot(phc, &now, &sn);

	second = div_s64_rem(now, NSEC_PER_SEC, &into);
	if (good && second != phc->second && into < CL_PHC_PPS_LATE_NS) {
		ev.pps_times.ts_real =
			ktime_to_timespec64(ktime_sub_ns(sn.real, into));
		ptp_clock_event(phc->ptp, &ev);
	}
	phc->second = second;
	left = NSEC_PER_SEC - into;
	if (left > 2 * CL_PHC_PPS_NEAR_NS)
		left -= CL_PHC_PPS_NEAR_NS;
	hrtimer_set_expires(timer,
			    ktime_add_ns(hrtimer_cb_get_time(timer), left));
	return HRTIMER_RESTART;
}

static int phc_enable_pps(struct cl_phc *phc, bool on)
{
	struct system_time_snapshot sn;
	int err = 0;
	s64 now;

	mutex_lock(&phc->lock);
	hrtimer_cancel(&phc->pps);
	if (on && phc->closing) {
		err = -ENODEV;
	} else if (on) {
		phc_snapshot(phc, &now, &sn);
		phc->second = div_s64(now, NSEC_PER_SEC);
		hrtimer_start(&phc->pps, 0, HRTIMER_MODE_REL);
	}
	mutex_unlock(&phc->lock);
	return err;
}

/*
 * An event is one instant, that of a rising edge.  The PTP core holds the lock of the
 * pins.
 */
static int phc_enable_events(struct cl_phc *phc,
			     const struct ptp_extts_request *rq, bool on)
{
	u32 channel = rq->index; /* checked by the core */

	if (!on) {
		clear_bit(channel, &phc->wanted);
		return 0;
	}
	if (rq->flags & PTP_STRICT_FLAGS && rq->flags & PTP_FALLING_EDGE)
		return -EOPNOTSUPP;
	if (phc->pins[channel].func != PTP_PF_EXTTS)
		return -EBUSY;
	set_bit(channel, &phc->wanted);
	return 0;
}

static int phc_enable(struct ptp_clock_info *info, struct ptp_clock_request *rq,
		      int on)
{
	struct cl_phc *phc = to_phc(info);

	if (rq->type == PTP_CLK_REQ_EXTTS)
		return phc_enable_events(phc, &rq->extts, on);
	if (rq->type == PTP_CLK_REQ_PPS && info->pps)
		return phc_enable_pps(phc, on);
	return -EOPNOTSUPP;
}

/* A pin is a channel's input, or nothing. */
static int phc_verify(struct ptp_clock_info *info, unsigned int pin,
		      enum ptp_pin_function func, unsigned int channel)
{
	if (func == PTP_PF_NONE || (func == PTP_PF_EXTTS && channel == pin))
		return 0;
	return -EOPNOTSUPP;
}

static const struct ptp_clock_info phc_info = {
	.owner = THIS_MODULE,
	.max_adj = CL_PHC_MAX_ADJ_PPB,
	.n_ext_ts = CL_PHC_CHANNELS,
	.n_pins = CL_PHC_CHANNELS,
	.adjfine = phc_adjfine,
	.adjtime = phc_adjtime,
	.settime64 = phc_settime,
	.gettimex64 = phc_gettimex,
	.getcrosststamp = phc_crosststamp,
	.enable = phc_enable,
	.verify = phc_verify,
};

/* All listen for events from the start: not every program sets pins up. */
static void phc_init_pins(struct cl_phc *phc)
{
	unsigned int i;

	for (i = 0; i < CL_PHC_CHANNELS; i++) {
		struct ptp_pin_desc *pin = &phc->pins[i];

		snprintf(pin->name, sizeof(pin->name), "event%u", i);
		pin->index = i;
		pin->func = PTP_PF_EXTTS;
		pin->chan = i;
	}
	phc->info.pin_config = phc->pins;
}

/**
 * cl_phc_open() - register the PTP clock
 * @inst: instance that publishes its clock already
 *
 * The machine has only 16 PPS sources, so that the initial namespace alone
 * takes one.
 *
 * Context: process.
 * Return: 0, -EOPNOTSUPP if the kernel has no PTP clocks, or an error of the
 * PTP core.
 */
int cl_phc_open(struct cl_instance *inst)
{
	bool initial = net_eq(inst->net, &init_net);
	struct cl_phc *phc = &inst->phc;
	struct ptp_clock *ptp;

	phc->inst = inst;
	phc->info = phc_info;
	phc->info.pps = initial;
	if (initial)
		strscpy(phc->info.name, "clocklink", sizeof(phc->info.name));
	else
		snprintf(phc->info.name, sizeof(phc->info.name), "clocklink:%u",
			 inst->page->id);
	phc_init_pins(phc);
	mutex_init(&phc->lock);
	hrtimer_init(&phc->pps, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	phc->pps.function = phc_pps;

	ptp = ptp_clock_register(&phc->info, NULL);
	if (IS_ERR(ptp))
		return PTR_ERR(ptp);
	if (!ptp)
		return -EOPNOTSUPP;
	phc->ptp = ptp;
	return 0;
}

/**
 * cl_phc_close() - unregister the PTP clock
 * @inst: instance, with a PTP clock or without
 *
 * The PTP core takes no reference on the module.  ptp_clock_unregister() marks
 * the clock dead under the lock that every file operation holds: after it none
 * is inside our code.  The timer goes before, because it uses the clock.
 *
 * Context: process.
 */
void cl_phc_close(struct cl_instance *inst)
{
	struct cl_phc *phc = &inst->phc;

	if (!phc->ptp)
		return;
	mutex_lock(&phc->lock);
	phc->closing = true;
	hrtimer_cancel(&phc->pps);
	mutex_unlock(&phc->lock);
	ptp_clock_unregister(phc->ptp);
	phc->ptp = NULL;
	mutex_destroy(&phc->lock);
}

/**
 * cl_phc_index() - number of the PTP clock
 * @inst: instance
 *
 * Return: N of /dev/ptpN, -1 if there is none.
 */
int cl_phc_index(const struct cl_instance *inst)
{
	return inst->phc.ptp ? ptp_clock_index(inst->phc.ptp) : -1;
}

static void phc_explain(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case -ENODATA:
		NL_SET_ERR_MSG(extack, "there was no time to be used then");
		break;
	case -ERANGE:
		NL_SET_ERR_MSG(extack, "time is not known so far back");
		break;
	case -EDOM:
		NL_SET_ERR_MSG(extack, "the event is still to come");
		break;
	}
}

/**
 * cl_phc_event() - report an external event to readers of the PTP clock
 * @inst: instance, lock of the namespace held
 * @channel: channel, below CL_PHC_CHANNELS
 * @raw: CLOCK_MONOTONIC_RAW at the event
 * @extack: gets the reason of a refusal
 *
 * A falling edge, periodic output and the rest of what pins of hardware can do there is
 * not: see Documentation/ptp.rst.
 *
 * Context: process.
 * Return: 0; -EOPNOTSUPP without a PTP clock, -ENOTCONN if nobody has enabled the channel,
 * or as cl_output_past().
 */
int cl_phc_event(struct cl_instance *inst, u32 channel, struct cl_raw raw,
		 struct netlink_ext_ack *extack)
{
	struct ptp_clock_event ev = {
		.type = PTP_CLOCK_EXTTS,
		.index = (int)channel,
	};
	struct cl_phc *phc = &inst->phc;
	struct cl_time time;
	int err;

	if (!phc->ptp) {
		NL_SET_ERR_MSG(extack, "the instance has no PTP clock");
		return -EOPNOTSUPP;
	}
	if (!test_bit(channel, &phc->wanted)) {
		NL_SET_ERR_MSG(extack, "nobody has enabled the channel");
		return -ENOTCONN;
	}
	err = cl_output_past(&inst->output, raw, &time);
	if (err) {
		phc_explain(extack, err);
		return err;
	}
	ev.timestamp = time.ns;
	ptp_clock_event(phc->ptp, &ev);
	return 0;
}
