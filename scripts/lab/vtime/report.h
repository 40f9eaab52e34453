/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Summary of a run: run.json.
 */
#ifndef _VT_REPORT_H
#define _VT_REPORT_H

#include "calendar.h"

int vt_report_write(const char *path, const struct vt_calendar *c,
		    const char *program, double wall_s);

#endif /* _VT_REPORT_H */
