/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of netlink between the structs of the agent and the attributes of the
 * module.
 */
#ifndef _CS_MESSAGE_H
#define _CS_MESSAGE_H

#include "agent/nl/model.h"

struct sk_buff;

void cs_message_write(const struct cl_nl_msg *m, struct sk_buff *skb);
void cs_message_read(const struct sk_buff *skb, struct cl_nl_msg *ret);

#endif /* _CS_MESSAGE_H */
