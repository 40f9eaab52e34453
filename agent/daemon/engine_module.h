/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module as an engine.
 */
#ifndef _CL_DAEMON_ENGINE_MODULE_H
#define _CL_DAEMON_ENGINE_MODULE_H

#include "agent/core/engine.h"
#include "agent/nl/nlmnl.h"

/**
 * struct cl_engine_module - the module, by netlink
 * @engine: the interface
 * @nl: socket of the requests
 */
struct cl_engine_module {
	struct cl_engine engine;
	struct cl_nlmnl nl;
};

int cl_engine_module_open(struct cl_engine_module *m);
void cl_engine_module_close(struct cl_engine_module *m);

#endif /* _CL_DAEMON_ENGINE_MODULE_H */
