/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of an instance, of a peer and of a network device by name, for
 * the INI file and the command line.
 */
#ifndef _CL_LIB_SETTINGS_H
#define _CL_LIB_SETTINGS_H

#include "agent/nl/model.h"

#define CL_SETTINGS_MSG_SIZE 160

/**
 * struct cl_setting - one setting
 * @name: as in the netlink spec
 * @attr: attribute id
 * @fixed: can be given only when the instance is created
 * @zero: word for 0, NULL if there is none
 * @min: smallest value, in the unit of the attribute
 * @max: largest value
 * @help: what it is, with the default
 */
struct cl_setting {
	const char *name;
	u16 attr;
	bool fixed;
	const char *zero;
	s64 min;
	s64 max;
	const char *help;
};

const struct cl_setting *cl_settings_next(u8 cmd, const struct cl_setting *s);
int cl_settings_parse(u8 cmd, void *obj, const char *name, const char *value,
		      char *msg);
u32 cl_settings_cluster_id(const char *name);

#endif /* _CL_LIB_SETTINGS_H */
