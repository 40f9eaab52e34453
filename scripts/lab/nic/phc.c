// SPDX-License-Identifier: GPL-2.0
#include "phc.h"

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>

/* 10 %, more than what real cards allow. */
#define NIC_PHC_MAX_ADJ_PPB 100000000

static struct nic_phc *to_phc(struct ptp_clock_info *info)
{
	return container_of(info, struct nic_phc, info);
}

static s64 phc_line(const struct nic_phc *phc, u64 counter)
{
	s64 d = counter - phc->base;

	return phc->base_ns + d +
	       (s64)(((__int128)d * phc->freq_q48) >> NIC_PHC_Q48);
}

static int phc_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct nic_phc *phc = to_phc(info);
	unsigned long flags;
	u64 counter;

	write_seqlock_irqsave(&phc->lock, flags);
	counter = phc->counter(phc, NULL);
	phc->base_ns = phc_line(phc, counter);
	phc->base = counter;
	/* scaled_ppm / 2^16 / 10^6 * 2^48 */
	phc->freq_q48 = div_s64((s64)scaled_ppm << 32, 1000000);
	write_sequnlock_irqrestore(&phc->lock, flags);
	return 0;
}

static int phc_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct nic_phc *phc = to_phc(info);
	unsigned long flags;

	write_seqlock_irqsave(&phc->lock, flags);
	phc->base_ns += delta;
	write_sequnlock_irqrestore(&phc->lock, flags);
	return 0;
}

static int phc_settime(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct nic_phc *phc = to_phc(info);
	unsigned long flags;

	write_seqlock_irqsave(&phc->lock, flags);
	phc->base = phc->counter(phc, NULL);
	phc->base_ns = timespec64_to_ns(ts);
	write_sequnlock_irqrestore(&phc->lock, flags);
	return 0;
}

static int phc_gettimex(struct ptp_clock_info *info, struct timespec64 *ts,
			struct ptp_system_timestamp *sts)
{
	struct nic_phc *phc = to_phc(info);

	*ts = ktime_to_timespec64(nic_phc_at(phc, phc->counter(phc, sts)));
	return 0;
}

static int phc_enable(struct ptp_clock_info *info, struct ptp_clock_request *rq,
		      int on)
{
	return -EOPNOTSUPP;
}

static const struct ptp_clock_info phc_info = {
	.owner = THIS_MODULE,
	.max_adj = NIC_PHC_MAX_ADJ_PPB,
	.adjfine = phc_adjfine,
	.adjtime = phc_adjtime,
	.settime64 = phc_settime,
	.gettimex64 = phc_gettimex,
	.enable = phc_enable,
};

/**
 * nic_phc_register() - register a clock, set to CLOCK_REALTIME
 * @phc: clock, zeroed but for @phc->counter
 * @name: name of the clock
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int nic_phc_register(struct nic_phc *phc, const char *name)
{
	struct ptp_clock *ptp;

	seqlock_init(&phc->lock);
	phc->base = phc->counter(phc, NULL);
	phc->base_ns = ktime_get_real_ns();
	phc->info = phc_info;
	strscpy(phc->info.name, name, sizeof(phc->info.name));
	ptp = ptp_clock_register(&phc->info, NULL);
	if (IS_ERR_OR_NULL(ptp))
		return ptp ? PTR_ERR(ptp) : -EOPNOTSUPP;
	phc->ptp = ptp;
	return 0;
}

/**
 * nic_phc_unregister() - unregister a clock
 * @phc: clock
 *
 * Context: process.
 */
void nic_phc_unregister(struct nic_phc *phc)
{
	ptp_clock_unregister(phc->ptp);
}

/**
 * nic_phc_at() - time of the clock at a reading of its counter
 * @phc: clock
 * @counter: reading, ns
 *
 * Context: any.
 * Return: time of the clock; if the counter was read before the last change of
 * the clock, on the new line.
 */
ktime_t nic_phc_at(struct nic_phc *phc, u64 counter)
{
	unsigned int seq;
	s64 ns;

	do {
		seq = read_seqbegin(&phc->lock);
		ns = phc_line(phc, counter);
	} while (read_seqretry(&phc->lock, seq));
	return ns_to_ktime(ns);
}
