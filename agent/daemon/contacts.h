/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes that are dialled whenever there is no stream to them, and addresses that are
 * dialled to learn who is there.
 */
#ifndef _CL_DAEMON_CONTACTS_H
#define _CL_DAEMON_CONTACTS_H

#include "tcp.h"

#define CL_CONTACTS_NEVER S64_MAX

/* Time between two attempts to dial: doubles from the first to the last. */
#define CL_CONTACTS_RETRY_MIN_NS (50 * CL_NS_PER_MS)
#define CL_CONTACTS_RETRY_MAX_NS (2 * CL_NS_PER_SEC)

#define CL_CONTACT_WHY_SIZE 64

/**
 * struct cl_contact - a node that is dialled
 * @node: its id, 0: whoever listens at @address
 * @answered: with @node 0: who it was the last time, 0: nobody yet
 * @address: where it listens
 * @retry_ns: time until the attempt after the next one
 * @next_dial: next attempt, ns
 * @logged: that it cannot be reached
 * @why: why it could not be reached the last time, empty: it could
 */
struct cl_contact {
	u32 node;
	u32 answered;
	struct cl_tcp_address address;
	s64 retry_ns;
	s64 next_dial;
	bool logged;
	char why[CL_CONTACT_WHY_SIZE];
};

/**
 * struct cl_contacts - all of them
 * @contact: in no order
 * @n: how many
 * @room: for how many there is memory
 *
 * All zero is an empty list.
 */
struct cl_contacts {
	struct cl_contact *contact;
	unsigned int n;
	unsigned int room;
};

struct cl_contact *cl_contacts_find(const struct cl_contacts *c, u32 node);
struct cl_contact *cl_contacts_at(const struct cl_contacts *c,
				  const struct cl_tcp_address *at);
int cl_contacts_keep(struct cl_contacts *c, s64 now, u32 node,
		     const struct cl_tcp_address *at);
void cl_contacts_forget(struct cl_contacts *c, u32 node);
int cl_contacts_ask(struct cl_contacts *c, s64 now,
		    const struct cl_tcp_address *at);
void cl_contacts_unask(struct cl_contacts *c, const struct cl_tcp_address *at);
void cl_contacts_free(struct cl_contacts *c);
void cl_contact_lost(struct cl_contact *c, s64 now, u64 random);
void cl_contact_reached(struct cl_contact *c);
void cl_contact_log(struct cl_contact *c, const char *why);

#endif /* _CL_DAEMON_CONTACTS_H */
