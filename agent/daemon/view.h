/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to see of a cluster, as objects for the control socket.
 */
#ifndef _CL_DAEMON_VIEW_H
#define _CL_DAEMON_VIEW_H

#include "membership.h"

int cl_view_get(struct cl_membership *m, struct cl_io *io,
		struct cl_nl_msg *ret);
bool cl_view_lists(u8 cmd);
bool cl_view_next(struct cl_membership *m, struct cl_io *io, u64 *cursor,
		  struct cl_nl_msg *ret);
u32 cl_view_epoch(struct cl_membership *m);

#endif /* _CL_DAEMON_VIEW_H */
