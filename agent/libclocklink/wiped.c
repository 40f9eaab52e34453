// SPDX-License-Identifier: GPL-2.0-or-later
#include "wiped.h"

#include <sys/mman.h>

/**
 * cl_wiped_new() - memory that a child of fork() finds zero
 * @size: bytes; whole pages are taken
 *
 * A child of vfork() shares it with its parent.
 *
 * Return: the memory, zero; NULL if there is none.
 */
void *cl_wiped_new(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if (madvise(p, size, MADV_WIPEONFORK)) {
		munmap(p, size);
		return NULL;
	}
	return p;
}

/**
 * cl_wiped_free() - give it back
 * @p: what cl_wiped_new() returned, or NULL
 * @size: as then
 */
void cl_wiped_free(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}
