/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists and hash tables by the kernel's names, as far as the module uses them.
 */
#ifndef _CS_KERNEL_LIST_H
#define _CS_KERNEL_LIST_H

#include <stddef.h>

#define container_of(p, type, member) \
	((type *)(void *)((char *)(p)-offsetof(type, member)))

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline void list_add(struct list_head *l, struct list_head *at)
{
	l->next = at->next;
	l->prev = at;
	at->next->prev = l;
	at->next = l;
}

/* Before @at; at the end if that is the head. */
static inline void list_add_tail(struct list_head *l, struct list_head *at)
{
	l->next = at;
	l->prev = at->prev;
	at->prev->next = l;
	at->prev = l;
}

static inline void list_del(struct list_head *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
}

#define list_add_tail_rcu(l, at) list_add_tail(l, at)
#define list_del_rcu(l) list_del(l)
#define list_entry(p, type, member) container_of(p, type, member)

#define list_entry_of(p, pos, member) \
	container_of(p, __typeof__(*(pos)), member)

#define list_for_each_entry(pos, head, member)               \
	for (pos = list_entry_of((head)->next, pos, member); \
	     &pos->member != (head);                         \
	     pos = list_entry_of(pos->member.next, pos, member))

#define list_for_each_entry_rcu(pos, head, member, ...) \
	list_for_each_entry(pos, head, member)

#define list_for_each_entry_reverse(pos, head, member)       \
	for (pos = list_entry_of((head)->prev, pos, member); \
	     &pos->member != (head);                         \
	     pos = list_entry_of(pos->member.prev, pos, member))

#define list_for_each_entry_safe(pos, n, head, member)        \
	for (pos = list_entry_of((head)->next, pos, member),  \
	    n = list_entry_of(pos->member.next, pos, member); \
	     &pos->member != (head);                          \
	     pos = n, n = list_entry_of(n->member.next, pos, member))

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define HASH_SIZE(table) (sizeof(table) / sizeof(*(table)))

#define hash_init(table) memset(table, 0, sizeof(table))

#define hash_place(table, key) \
	(&(table)[(u32)((key)*0x61c88647U) >> 16 & (HASH_SIZE(table) - 1)])

#define hash_add_rcu(table, node, key) hlist_add(node, hash_place(table, key))

static inline void hlist_add(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	n->pprev = &h->first;
	if (h->first)
		h->first->pprev = &n->next;
	h->first = n;
}

static inline void hash_del_rcu(struct hlist_node *n)
{
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
}

#define hlist_entry_of(p, pos, member)                        \
	({                                                    \
		struct hlist_node *at_ = (p);                 \
		at_ ? list_entry_of(at_, pos, member) : NULL; \
	})

#define hlist_for_each(pos, head, member)                           \
	for (pos = hlist_entry_of((head)->first, pos, member); pos; \
	     pos = hlist_entry_of(pos->member.next, pos, member))

#define hash_for_each_possible_rcu(table, pos, member, key) \
	hlist_for_each(pos, hash_place(table, key), member)

#endif /* _CS_KERNEL_LIST_H */
