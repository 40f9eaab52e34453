// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault.h"

#include <string.h>

static const char *const names[CS_FAULTS] = {
	"none",		"vote-twice", "any-log",      "no-lease", "clocks",
	"early-sync",	"lost-vote",  "lost-log",     "amnesia",  "corrupt",
	"commit-ahead", "members",    "early-answer", "skip",	  "unhealed"
};

/**
 * cs_fault_name() - name of a planted fault
 * @f: which
 *
 * Return: one word.
 */
const char *cs_fault_name(enum cs_fault f)
{
	return names[f];
}

/**
 * cs_fault_find() - a planted fault by its name
 * @name: one word
 *
 * Return: an enum cs_fault; -1: there is none of that name.
 */
int cs_fault_find(const char *name)
{
	for (int i = 0; i < CS_FAULTS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}
