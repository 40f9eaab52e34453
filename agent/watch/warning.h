/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings of links (agent/lib/anomaly.h): what a peer's look says for them, and they in
 * words.
 */
#ifndef _CL_WATCH_WARNING_H
#define _CL_WATCH_WARNING_H

#include "agent/lib/anomaly.h"
#include "agent/nl/codec.h"

/* Room for a warning in words, with its end. */
#define CL_WARNING_TEXT_SIZE 128

void cl_warning_record(const struct cl_nl_peer *p,
		       struct cl_anomaly_record *ret);
void cl_warning_text(const struct cl_anomaly_warning *w,
		     char text[CL_WARNING_TEXT_SIZE]);

#endif /* _CL_WATCH_WARNING_H */
