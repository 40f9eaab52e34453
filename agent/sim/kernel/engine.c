// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent/daemon/engine_module.c as it is, over these functions instead of
 * agent/nl/nlmnl.c.
 */
#include "engine.h"

#include <stdio.h>

#include "../memory.h"

static struct cs_host *host_of(struct cl_nlmnl *n)
{
	return cs_of(n, struct cs_engine, module.nl)->host;
}

static int answer(struct cl_nlmnl *n, int err, const char *why)
{
	n->error = (struct cl_nl_error){ .code = err };
	snprintf(n->error.text, sizeof(n->error.text), "%s", why ? why : "");
	return err;
}

int cl_nlmnl_open(struct cl_nlmnl *n)
{
	return answer(n, 0, NULL);
}

void cl_nlmnl_close(struct cl_nlmnl *n)
{
	(void)n;
}

int cl_nlmnl_call(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  struct cl_nl_msg *ret)
{
	const char *why;
	int err = cs_host_command(host_of(n), req, ret, &why);

	return answer(n, err, why);
}

int cl_nlmnl_dump(struct cl_nlmnl *n, const struct cl_nl_msg *req,
		  cl_nlmnl_each_t each, void *ctx)
{
	const char *why;
	int err = cs_host_dump(host_of(n), req->cmd, each, ctx, &why);

	return answer(n, err, why);
}

/**
 * cs_engine_open() - begin to use the module of a host
 * @e: engine, to be filled
 * @h: host; on as long as the engine is used
 */
void cs_engine_open(struct cs_engine *e, struct cs_host *h)
{
	e->host = h;
	cl_engine_module_open(&e->module);
}
