// SPDX-License-Identifier: GPL-2.0-or-later
#include "asset.h"

#include <string.h>

/**
 * cl_asset_find() - the file that is served at a path
 * @path: the path
 *
 * Return: the file, static; NULL if there is none.
 */
const struct cl_asset *cl_asset_find(const char *path)
{
	for (const struct cl_asset *a = cl_assets; a->path; a++)
		if (!strcmp(a->path, path))
			return a;
	return NULL;
}
