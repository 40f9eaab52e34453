/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that the program has in itself: the page and the description of the API. embed
 * makes their table.
 */
#ifndef _CL_MONITOR_ASSET_H
#define _CL_MONITOR_ASSET_H

#include <stddef.h>

/**
 * struct cl_asset - a file
 * @path: where it is served
 * @type: content type
 * @etag: name of the content, in quotes; weak: it is that of both encodings
 * @begin: content
 * @end: end of that
 * @gzip_begin: the same, compressed
 * @gzip_end: end of that
 */
struct cl_asset {
	const char *path;
	const char *type;
	const char *etag;
	const char *begin;
	const char *end;
	const char *gzip_begin;
	const char *gzip_end;
};

/* Ends with a path of NULL. */
extern const struct cl_asset cl_assets[];

const struct cl_asset *cl_asset_find(const char *path);

#endif /* _CL_MONITOR_ASSET_H */
