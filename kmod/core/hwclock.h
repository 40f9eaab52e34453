/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The clock of a network device as a function of raw time.  Somebody measures
 * it and gives a new line several times per second; each new line says whether
 * the one before was right until then.
 */
#ifndef _CL_CORE_HWCLOCK_H
#define _CL_CORE_HWCLOCK_H

#include "cltime.h"
#include "types.h"

/* Lines that must have confirmed each other before stamps are converted. */
#define CL_HWCLOCK_STEADY 3

/* No line is good for longer, ns. */
#define CL_HWCLOCK_EXPIRY_MAX_NS (2 * CL_NS_PER_SEC)

/**
 * struct cl_hwline - a line from the device's clock to raw time
 * @phc_ns: anchor, time of the device's clock
 * @raw: raw time at the anchor
 * @rate_q48: (d raw / d phc - 1) * 2^48
 * @error_ns: standard deviation of a converted stamp
 * @expiry_ns: stamps are converted for so long after the anchor
 */
struct cl_hwline {
	s64 phc_ns;
	struct cl_raw raw;
	s64 rate_q48;
	u32 error_ns;
	s64 expiry_ns;
};

/**
 * struct cl_hwclock - clock of a device; all zero: nothing is known
 * @line: newest line
 * @known: there is one
 * @steady: lines in a row that have confirmed the one before
 * @breaks: lines that have not
 * @residual_ns: newest line minus the one before, at the newest anchor
 */
struct cl_hwclock {
	struct cl_hwline line;
	bool known;
	u32 steady;
	u64 breaks;
	s64 residual_ns;
};

bool cl_hwclock_take(struct cl_hwclock *c, const struct cl_hwline *line);
bool cl_hwclock_usable(const struct cl_hwclock *c, struct cl_raw now);
int cl_hwclock_to_raw(const struct cl_hwclock *c, s64 phc_ns, struct cl_raw now,
		      struct cl_raw *ret);

#endif /* _CL_CORE_HWCLOCK_H */
