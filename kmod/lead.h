/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a leader sends in a round, to the group and to each who is out of its reach.
 */
#ifndef _CL_LEAD_H
#define _CL_LEAD_H

#include <linux/types.h>

struct cl_instance;
struct cl_peer;

bool cl_lead_reaches(const struct cl_instance *inst, struct cl_peer *peer);
u32 cl_lead_requests(struct cl_instance *inst);
u32 cl_lead_updates(struct cl_instance *inst, u32 epoch, u64 interval_ns);

#endif /* _CL_LEAD_H */
