/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which terms of others a node believes, for the files raft*.c only.
 */
#ifndef _CL_CORE_RAFT_TERM_H
#define _CL_CORE_RAFT_TERM_H

#include "raft_node.h"

bool cl_raft_term_believes(struct cl_raft *r, const struct cl_raft_msg *m,
			   bool *news);

#endif /* _CL_CORE_RAFT_TERM_H */
