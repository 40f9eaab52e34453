// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/**
 * cs_alloc() - zeroed memory
 * @size: bytes
 *
 * Return: the memory, for free(); never NULL.
 */
void *cs_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		err(2, "%zu bytes", size);
	return p;
}

/**
 * cs_grow() - room in an array for so many elements
 * @array: of malloc() or NULL
 * @room: elements that it has room for
 * @count: elements wanted
 * @size: bytes of an element
 *
 * Return: the array, new elements zeroed; never NULL if @count is above 0.
 */
void *cs_grow(void *array, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? 2 * *room : 16;
	char *p;

	if (count <= *room)
		return array;
	if (more < count)
		more = count;
	p = reallocarray(array, more, size);
	if (!p)
		err(2, "%zu elements of %zu bytes", more, size);
	memset(p + *room * size, 0, (more - *room) * size);
	*room = more;
	return p;
}
