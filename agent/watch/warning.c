// SPDX-License-Identifier: GPL-2.0-or-later
#include "warning.h"

#include <stdio.h>

#include "agent/lib/units.h"
#include "agent/nl/schema.h"

/**
 * cl_warning_record() - what is known of a link
 * @p: the peer, just asked
 * @ret: that, without the own bound
 */
void cl_warning_record(const struct cl_nl_peer *p,
		       struct cl_anomaly_record *ret)
{
	*ret = (struct cl_anomaly_record){
		.at_ns = p->raw_ns,
		.ready = p->ready,
		.starts = p->starts,
		.exchanges = p->exchanges,
		.min_rtt_ns = p->min_rtt_ns,
		.err_ns = p->error_ns,
		.excess_ns = p->excess_ns,
		.offset_ns = p->offset_ns,
		.freq_ppt = p->freq_ppt,
		.came = cl_nl_peer_came(p),
		.lost = p->lost,
		.has_ahead = cl_nl_has(p, PEER_AHEAD),
		.ahead_ns = p->ahead_ns,
	};
}

static const char *figure(char buf[CL_UNITS_SIZE],
			  const struct cl_anomaly_warning *w, double v)
{
	switch (w->kind) {
	case CL_ANOMALY_LOSS:
		snprintf(buf, CL_UNITS_SIZE, "%.1f %%", 100 * v);
		return buf;
	case CL_ANOMALY_FREQUENCY:
		snprintf(buf, CL_UNITS_SIZE, "%.3g ppb per s", v / 1000);
		return buf;
	default:
		return cl_units_duration(buf, (s64)v);
	}
}

/**
 * cl_warning_text() - a warning in words
 * @w: the warning
 * @text: the words, without its kind
 */
void cl_warning_text(const struct cl_anomaly_warning *w,
		     char text[CL_WARNING_TEXT_SIZE])
{
	static const char *const what[CL_ANOMALY_KINDS] = {
		[CL_ANOMALY_JITTER] = "mean queue",
		[CL_ANOMALY_FLOOR] = "smallest round trip",
		[CL_ANOMALY_LOSS] = "loss",
		[CL_ANOMALY_OFFSET] = "spread of the offset",
		[CL_ANOMALY_FREQUENCY] = "change of the frequency",
		[CL_ANOMALY_BOUND] = "bound",
	};
	char now[CL_UNITS_SIZE], usual[CL_UNITS_SIZE];

	snprintf(text, CL_WARNING_TEXT_SIZE, "%s %s, %s %s", what[w->kind],
		 figure(now, w, w->now),
		 w->kind == CL_ANOMALY_BOUND ? "limit" : "usually",
		 figure(usual, w, w->usual));
}
