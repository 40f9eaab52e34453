/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Character device with a time page, some pages of memory, that user space maps
 * read-only.
 */
#ifndef _CL_PAGE_H
#define _CL_PAGE_H

#include <linux/clocklink_page.h>
#include <linux/kref.h>
#include <linux/mm.h>

/* Instances of the machine; each takes a minor, a thread and a page. */
#define CL_PAGES_MAX 1024

/* Of a page, and all that can be mapped of it. */
#define CL_PAGE_BYTES PAGE_ALIGN(sizeof(struct clocklink_page))

/**
 * struct cl_page - a time page
 * @ref: one for the instance and one for every open file; a mapping holds its
 *	file
 * @initial: it is that of the initial network namespace
 * @id: N of /dev/clocklinkN, free again after cl_page_destroy()
 * @data: the page, CL_PAGE_BYTES
 */
struct cl_page {
	struct kref ref;
	bool initial;
	u32 id;
	struct clocklink_page *data;
};

struct cl_page *cl_page_create(bool initial);
int cl_page_show(struct cl_page *page);
void cl_page_destroy(struct cl_page *page);

int cl_page_init(void);
void cl_page_exit(void);

#endif /* _CL_PAGE_H */
