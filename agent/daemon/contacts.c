// SPDX-License-Identifier: GPL-2.0-or-later
#include "contacts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kmod/core/fixed.h"
#include "log.h"

#define FIRST_ROOM 8

/**
 * cl_contacts_find() - look a node up
 * @c: contacts
 * @node: its id, not 0
 *
 * Return: the contact, valid until another is added or forgotten; or NULL.
 */
struct cl_contact *cl_contacts_find(const struct cl_contacts *c, u32 node)
{
	for (unsigned int i = 0; i < c->n; i++) {
		if (c->contact[i].node == node)
			return &c->contact[i];
	}
	return NULL;
}

/**
 * cl_contacts_at() - look an address up that is dialled whoever is there
 * @c: contacts
 * @at: address
 *
 * Return: the contact, valid until another is added or forgotten; or NULL.
 */
struct cl_contact *cl_contacts_at(const struct cl_contacts *c,
				  const struct cl_tcp_address *at)
{
	for (unsigned int i = 0; i < c->n; i++) {
		if (!c->contact[i].node &&
		    cl_tcp_same(&c->contact[i].address, at))
			return &c->contact[i];
	}
	return NULL;
}

static struct cl_contact *add(struct cl_contacts *c, u32 node)
{
	unsigned int room = c->room ? 2 * c->room : FIRST_ROOM;
	struct cl_contact *list;

	if (c->n == c->room) {
		list = realloc(c->contact, room * sizeof(*list));
		if (!list)
			return NULL;
		c->contact = list;
		c->room = room;
	}
	list = &c->contact[c->n++];
	memset(list, 0, sizeof(*list));
	list->node = node;
	list->retry_ns = CL_CONTACTS_RETRY_MIN_NS;
	return list;
}

/**
 * cl_contacts_keep() - dial a node from now on
 * @c: contacts
 * @now: ns
 * @node: its id
 * @at: where it listens; another address than before counts from the next
 *	attempt on
 *
 * Return: 0 or -ENOMEM.
 */
int cl_contacts_keep(struct cl_contacts *c, s64 now, u32 node,
		     const struct cl_tcp_address *at)
{
	struct cl_contact *found = cl_contacts_find(c, node);

	if (!found) {
		found = add(c, node);
		if (!found)
			return -ENOMEM;
		found->next_dial = now;
	}
	found->address = *at;
	return 0;
}

/**
 * cl_contacts_forget() - do not dial a node any more
 * @c: contacts
 * @node: its id
 */
void cl_contacts_forget(struct cl_contacts *c, u32 node)
{
	struct cl_contact *found = cl_contacts_find(c, node);

	if (found)
		*found = c->contact[--c->n];
}

/**
 * cl_contacts_ask() - dial an address from now on, whoever is there
 * @c: contacts
 * @now: ns
 * @at: address
 *
 * Return: 0 or -ENOMEM.
 */
int cl_contacts_ask(struct cl_contacts *c, s64 now,
		    const struct cl_tcp_address *at)
{
	struct cl_contact *found = cl_contacts_at(c, at);

	if (found)
		return 0;
	found = add(c, 0);
	if (!found)
		return -ENOMEM;
	found->next_dial = now;
	found->address = *at;
	return 0;
}

/**
 * cl_contacts_unask() - do not dial an address any more
 * @c: contacts
 * @at: address, of cl_contacts_ask()
 */
void cl_contacts_unask(struct cl_contacts *c, const struct cl_tcp_address *at)
{
	struct cl_contact *found = cl_contacts_at(c, at);

	if (found)
		*found = c->contact[--c->n];
}

/**
 * cl_contacts_free() - forget all and give the memory back
 * @c: contacts; may be used again
 */
void cl_contacts_free(struct cl_contacts *c)
{
	free(c->contact);
	memset(c, 0, sizeof(*c));
}

/**
 * cl_contact_lost() - its stream has ended, or could not be dialled
 * @c: contact
 * @now: ns
 * @random: uniform over 64 bits: two nodes that dial each other must not stay in
 *	step
 */
void cl_contact_lost(struct cl_contact *c, s64 now, u64 random)
{
	s64 half = c->retry_ns / 2;

	c->next_dial = now + half + (s64)(random % (u64)half);
	c->retry_ns = cl_min_s64(2 * c->retry_ns, CL_CONTACTS_RETRY_MAX_NS);
}

/**
 * cl_contact_reached() - there is a stream to it
 * @c: contact
 */
void cl_contact_reached(struct cl_contact *c)
{
	c->retry_ns = CL_CONTACTS_RETRY_MIN_NS;
	c->logged = false;
	c->why[0] = '\0';
}

/**
 * cl_contact_log() - say once why it cannot be reached, until it can
 * @c: contact
 * @why: reason
 */
void cl_contact_log(struct cl_contact *c, const char *why)
{
	char text[CL_TCP_ADDRESS_SIZE];

	snprintf(c->why, sizeof(c->why), "%s", why);
	if (c->logged)
		return;
	c->logged = true;
	cl_tcp_text(text, &c->address);
	if (c->node)
		cl_log(CL_IO_WARNING, "no stream to node %u at %s: %s", c->node,
		       text, why);
	else
		cl_log(CL_IO_WARNING, "no stream to %s: %s", text, why);
}
