// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <errno.h>
#include <string.h>

#include "image.h"
#include "memory.h"

/* What fills a snapshot up to its size; different everywhere and in each. */
static u8 filling(const struct cs_machine *m, u32 i)
{
	return (u8)(m->chain + (u64)i * 0x9d + (i >> 8));
}

/**
 * cs_machine_apply() - take an entry into the state
 * @m: state
 * @e: the next entry
 */
void cs_machine_apply(struct cs_machine *m, const struct cl_raft_entry *e)
{
	m->index = e->index;
	m->chain = cs_chain(m->chain, e->index, e->term, e->kind,
			    cs_digest(e->data, e->len));
}

/**
 * cs_machine_freeze() - the state as bytes
 * @m: state
 * @len: bytes wanted, at least those of the struct
 *
 * Return: @len bytes, for free().
 */
u8 *cs_machine_freeze(const struct cs_machine *m, u32 len)
{
	u8 *data = cs_alloc(len);

	memcpy(data, m, sizeof(*m));
	for (u32 i = sizeof(*m); i < len; i++)
		data[i] = filling(m, i);
	return data;
}

/**
 * cs_machine_thaw() - the state from bytes
 * @m: gets it
 * @data: bytes
 * @len: how many
 *
 * Return: 0; -EBADMSG: not what cs_machine_freeze() gave, nothing is changed.
 */
int cs_machine_thaw(struct cs_machine *m, const u8 *data, u32 len)
{
	struct cs_machine found;

	if (len < sizeof(found))
		return -EBADMSG;
	memcpy(&found, data, sizeof(found));
	for (u32 i = sizeof(found); i < len; i++)
		if (data[i] != filling(&found, i))
			return -EBADMSG;
	*m = found;
	return 0;
}

/**
 * cs_machine_chain() - digest in a frozen state
 * @data: bytes
 * @len: how many
 *
 * Return: the digest, 0 if it is none.
 */
u64 cs_machine_chain(const u8 *data, u32 len)
{
	struct cs_machine found = { .chain = 0 };

	cs_machine_thaw(&found, data, len);
	return found.chain;
}
