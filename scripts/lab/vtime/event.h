/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The "at" lines of a scenario.
 */
#ifndef _VT_EVENT_H
#define _VT_EVENT_H

#include "keys.h"
#include "lines.h"

const char *vt_event_add(struct vt_scenario *s, struct vt_keys *k,
			 const struct vt_words *line);

#endif /* _VT_EVENT_H */
