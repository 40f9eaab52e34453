// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Oscillators of the voters in /metrics.
 */
#include <math.h>

#include "agent/lib/compiler.h"
#include "metrics.h"

/* What a metric of a voter is; NaN: it is not known. */
typedef double (*value_t)(const struct cl_ctl_voter *v);

static double weight_of(const struct cl_ctl_voter *v)
{
	return v->known ? v->weight_m / 1e3 : NAN;
}

static double rms_of(const struct cl_ctl_voter *v)
{
	return v->known ? v->rms_ns / 1e9 : NAN;
}

static double residual_of(const struct cl_ctl_voter *v)
{
	return cl_ctl_has(v, VOTER_RESIDUAL) ? v->residual_ns / 1e9 : NAN;
}

static double frequency_of(const struct cl_ctl_voter *v)
{
	return v->known ? -v->freq_ppt / 1e12 : NAN;
}

static const struct {
	const char *name;
	const char *unit;
	value_t value;
	const char *help;
} families[] = {
	{ "clocklink_voter_weight_ratio", "ratio", weight_of,
	  "Share of the voter's oscillator in cluster time." },
	{ "clocklink_voter_rms_seconds", "seconds", rms_of,
	  "Root mean square of its prediction minus the ensemble." },
	{ "clocklink_voter_residual_seconds", "seconds", residual_of,
	  "Its prediction minus the ensemble, told by the leader only." },
	{ "clocklink_voter_frequency_ratio", "ratio", frequency_of,
	  "Frequency of its oscillator against cluster time, minus 1." },
};

/**
 * cl_metrics_voters() - the oscillators that make cluster time
 * @e: the text
 * @look: the last look
 */
void cl_metrics_voters(struct cl_exposition *e, const struct cl_look *look)
{
	char labels[CL_METRICS_LABELS_SIZE];
	const struct cl_ctl_voter *v;

	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		cl_exposition_family(e, families[f].name, CL_METRIC_GAUGE,
				     families[f].unit, families[f].help);
		for (size_t i = 0; i < look->n_voters; i++) {
			v = &look->voters[i];
			cl_metrics_node(labels, v->node, v->name);
			cl_exposition_put(e, labels, families[f].value(v));
		}
	}
}
