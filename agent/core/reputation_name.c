// SPDX-License-Identifier: GPL-2.0-or-later
#include "entry.h"
#include "reputation.h"

/**
 * cl_reputation_state_name() - a state in one word
 * @state: enum cl_reputation_state
 *
 * Return: static string.
 */
const char *cl_reputation_state_name(enum cl_reputation_state state)
{
	static const char *const names[] = {
		[CL_REPUTATION_GOOD] = "good",
		[CL_REPUTATION_SUSPICIOUS] = "suspicious",
		[CL_REPUTATION_DEMOTED] = "demoted",
		[CL_REPUTATION_ACCUSED] = "accused",
		[CL_REPUTATION_ISOLATED] = "isolated",
		[CL_REPUTATION_CLEARED] = "cleared",
	};

	return names[state];
}

/**
 * cl_reputation_rule_name() - why a state has changed, in one word
 * @rule: enum cl_reputation_rule
 *
 * Return: static string.
 */
const char *cl_reputation_rule_name(enum cl_reputation_rule rule)
{
	static const char *const names[] = {
		[CL_REPUTATION_NO_RULE] = "none",
		[CL_REPUTATION_STRIKES] = "strikes",
		[CL_REPUTATION_PROOFS] = "proofs",
		[CL_REPUTATION_CUSUM] = "cusum",
		[CL_REPUTATION_EXCESS] = "excess",
		[CL_REPUTATION_CLEAN] = "clean",
		[CL_REPUTATION_DECISION] = "decision",
	};

	return names[rule];
}

/**
 * cl_rule_name() - rule of an isolation in one word
 * @rule: enum cl_rule
 *
 * Return: static string.
 */
const char *cl_rule_name(enum cl_rule rule)
{
	if (rule == CL_RULE_CONFIDENCE)
		return "confidence";
	return cl_reputation_rule_name((enum cl_reputation_rule)rule);
}
