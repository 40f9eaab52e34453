/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the simulator: there is enough of it, or the program ends.
 */
#ifndef _CS_MEMORY_H
#define _CS_MEMORY_H

#include <stddef.h>

/* What a member is part of. */
#define cs_of(p, type, member) \
	((type *)(void *)&((char *)(p))[-(ptrdiff_t)offsetof(type, member)])

void *cs_alloc(size_t size);
void *cs_grow(void *array, size_t *room, size_t count, size_t size);

#endif /* _CS_MEMORY_H */
