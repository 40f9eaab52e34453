/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes out: the way of all messages, and what the engine sends for a leader.
 */
#ifndef _CL_SEND_H
#define _CL_SEND_H

#include "instance.h"

void cl_send_header(struct cl_instance *inst, u32 receiver,
		    const struct cl_published *p, struct cl_wire_hdr *h);
int cl_send_request(struct cl_instance *inst, struct cl_peer *peer, bool probe);
int cl_send_update(struct cl_instance *inst, struct cl_peer *peer,
		   const struct in6_addr *from,
		   const struct cl_wire_msg *update);
u32 cl_send_group_ask(struct cl_instance *inst);
struct cl_socket *cl_send_socket(struct cl_instance *inst,
				 const struct cl_endpoint *to);
int cl_send_peer(struct cl_instance *inst, struct cl_peer *peer,
		 const struct in6_addr *from, struct cl_wire_msg *m,
		 const struct cl_ask *ask);
int cl_send_group(struct cl_instance *inst, struct cl_wire_msg *m,
		  const struct cl_ask *ask);

#endif /* _CL_SEND_H */
