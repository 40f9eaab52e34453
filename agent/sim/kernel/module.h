/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module, and what the simulator does in place of the rest of the kernel.
 */
#ifndef _CS_MODULE_H
#define _CS_MODULE_H

#include "genl.h"
#include "host.h"

/**
 * struct cs_namespace - a running kernel
 * @net: its network namespace
 */
struct cs_namespace {
	struct net net;
};

/* Who runs. */
extern struct cs_host *cs_host_now;

#endif /* _CS_MODULE_H */
