/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A replicated state that is nothing but the digest of all that was applied.
 */
#ifndef _CS_MACHINE_H
#define _CS_MACHINE_H

#include "agent/core/raft.h"

/**
 * struct cs_machine - the state of one node
 * @index: of the last applied entry, 0: none
 * @chain: digest of all up to it, see cs_chain()
 */
struct cs_machine {
	u64 index;
	u64 chain;
};

void cs_machine_apply(struct cs_machine *m, const struct cl_raft_entry *e);
u8 *cs_machine_freeze(const struct cs_machine *m, u32 len);
int cs_machine_thaw(struct cs_machine *m, const u8 *data, u32 len);
u64 cs_machine_chain(const u8 *data, u32 len);

#endif /* _CS_MACHINE_H */
