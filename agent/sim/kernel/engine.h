/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module of a simulated host as the agent's engine.
 */
#ifndef _CS_ENGINE_H
#define _CS_ENGINE_H

#include "agent/daemon/engine_module.h"
#include "host.h"

/**
 * struct cs_engine - an engine
 * @module: the daemon's own, over a socket that is none
 * @host: where the module is, on
 */
struct cs_engine {
	struct cl_engine_module module;
	struct cs_host *host;
};

void cs_engine_open(struct cs_engine *e, struct cs_host *h);

#endif /* _CS_ENGINE_H */
