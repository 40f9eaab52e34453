/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured of a node's raw clock as long as nothing spoke against it.  Whoever
 * leads, nobody steers a raw clock: stamps that do not go on as they did are a lie, also
 * while cluster time is on its way to that of another leader.
 */
#ifndef _CL_CORE_WARM_H
#define _CL_CORE_WARM_H

#include "io.h"

/**
 * struct cl_warm - an estimate of a node's raw clock
 * @known: there is one
 * @raw_ns: own raw time of it
 * @offset_ns: own raw clock minus the node's as stamps say it, asymmetry included
 * @freq_ppt: its rate
 * @error_ns: standard deviation of @offset_ns
 * @drift: of the rate, ns per s
 * @walk: wander of the rate, ns per s and root of s
 */
struct cl_warm {
	bool known;
	s64 raw_ns;
	s64 offset_ns;
	s64 freq_ppt;
	double error_ns;
	double drift;
	double walk;
};

/**
 * struct cl_warm_stamps - raw times of an exchange, in its middle
 * @ours_ns: of the own clock
 * @theirs_ns: of the node's
 */
struct cl_warm_stamps {
	s64 ours_ns;
	s64 theirs_ns;
};

void cl_warm_note(struct cl_warm *w, const struct cl_nl_peer *p);
s64 cl_warm_age(const struct cl_warm *w, s64 raw_ns);
double cl_warm_ahead(const struct cl_warm *w, const struct cl_warm_stamps *s);
double cl_warm_sigma(const struct cl_warm *w, s64 raw_ns);

#endif /* _CL_CORE_WARM_H */
