// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In place of kmod/page.c, phc.c and stamp.c: nobody maps the page, there is no PTP
 * clock, and stamps are raw time already.
 */
#include "module.h"

#include <err.h>

#include "kmod/instance.h"

struct cl_page *cl_page_create(bool initial)
{
	struct cl_page *p = calloc(1, sizeof(*p));

	if (p)
		p->data = calloc(1, sizeof(*p->data));
	if (!p || !p->data)
		err(2, "a page");
	p->initial = initial;
	p->id = cs_host_now->id;
	return p;
}

int cl_page_show(struct cl_page *page)
{
	(void)page;
	return 0;
}

void cl_page_destroy(struct cl_page *page)
{
	free(page->data);
	free(page);
}

int cl_phc_open(struct cl_instance *inst)
{
	(void)inst;
	return -EOPNOTSUPP;
}

void cl_phc_close(struct cl_instance *inst)
{
	(void)inst;
}

int cl_phc_index(const struct cl_instance *inst)
{
	(void)inst;
	return -1;
}

int cl_phc_event(struct cl_instance *inst, u32 channel, struct cl_raw raw,
		 struct netlink_ext_ack *extack)
{
	(void)inst;
	(void)channel;
	(void)raw;
	(void)extack;
	return -EOPNOTSUPP;
}

void cl_stamp_init(struct cl_stamp *s)
{
	(void)s;
}

int cl_stamp_to_raw(struct cl_stamp *s, ktime_t real, s64 *ret_raw)
{
	(void)s;
	*ret_raw = real;
	return 0;
}

bool cl_stamp_source_changed(struct cl_stamp *s)
{
	(void)s;
	return false;
}
