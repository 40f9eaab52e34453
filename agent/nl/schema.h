/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that describe the structs of model.h: which attribute lies where, its
 * name in messages and JSON, and the unit it is shown in.
 */
#ifndef _CL_NL_SCHEMA_H
#define _CL_NL_SCHEMA_H

#include "model.h"

/* C type of a field. */
enum cl_nl_type {
	CL_NL_FLAG,
	CL_NL_U8,
	CL_NL_U16,
	CL_NL_U32,
	CL_NL_S32,
	CL_NL_U64,
	CL_NL_S64,
	CL_NL_ADDR4,
	CL_NL_ADDR6,
	CL_NL_STRING, /* with its closing zero; printable ASCII */
};

/* What the number means. */
enum cl_nl_unit {
	CL_NL_UNIT_ID, /* a name, not a quantity */
	CL_NL_UNIT_NODE, /* node id, 0: none */
	CL_NL_UNIT_INDEX, /* number of a device, -1: none */
	CL_NL_UNIT_HASH, /* a name without an order, shown in hexadecimal */
	CL_NL_UNIT_COUNT,
	CL_NL_UNIT_NS,
	CL_NL_UNIT_NS_AUTO, /* 0: automatic */
	CL_NL_UNIT_NS_OFF, /* 0: off */
	CL_NL_UNIT_RAW, /* instant of raw time, ns */
	CL_NL_UNIT_TAI, /* instant of cluster time, ns */
	CL_NL_UNIT_S,
	CL_NL_UNIT_PPT, /* shown in ppb */
	CL_NL_UNIT_MK, /* 1e-3 degrees Celsius, shown in degrees */
	CL_NL_UNIT_BOOL,
	CL_NL_UNIT_STATE,
	CL_NL_UNIT_LEAP,
	CL_NL_UNIT_ROLE,
	CL_NL_UNIT_STAMPS,
	CL_NL_UNIT_DEVICE_STATE,
	CL_NL_UNIT_ESTIMATOR,
	CL_NL_UNIT_ADDR, /* part of an address */
	CL_NL_UNIT_GROUP, /* multicast address of an instance, 0: none */
	CL_NL_UNIT_TEXT, /* a string */
	CL_NL_UNIT_UTC, /* instant by the host's clock, ns */
	CL_NL_UNIT_MILLI, /* 1e-3, shown as a decimal fraction */
	CL_NL_UNIT_PHASE,
	CL_NL_UNIT_MEMBER_ROLE,
};

/**
 * struct cl_nl_field - one attribute
 * @attr: attribute id
 * @offset: place in the struct
 * @size: bytes of the value, of a string at most; 0 for a flag
 * @type: enum cl_nl_type
 * @unit: enum cl_nl_unit
 * @name: name in the netlink spec
 */
struct cl_nl_field {
	u16 attr;
	u16 offset;
	u16 size;
	u8 type;
	u8 unit;
	const char *name;
};

/**
 * struct cl_nl_schema - the attributes of one struct
 * @fields: in the order of the spec
 * @n: number of @fields
 */
struct cl_nl_schema {
	const struct cl_nl_field *fields;
	u8 n;
};

/* How a table is written; SET is the struct, ATTR the attribute id. */
#define CL_NL_MEMBER(set, m) (((struct set *)0)->m)
#define CL_NL_IS(x, t) __builtin_types_compatible_p(typeof(x), t)

/* The C type decides, so table and struct cannot disagree. */
/* clang-format off */
#define CL_NL_TYPE_OF(x)			\
	(CL_NL_IS(x, bool) ? CL_NL_FLAG :	\
	 CL_NL_IS(x, u8) ? CL_NL_U8 :		\
	 CL_NL_IS(x, u16) ? CL_NL_U16 :		\
	 CL_NL_IS(x, u32) ? CL_NL_U32 :		\
	 CL_NL_IS(x, s32) ? CL_NL_S32 :		\
	 CL_NL_IS(x, u64) ? CL_NL_U64 :		\
	 CL_NL_IS(x, s64) ? CL_NL_S64 :		\
	 CL_NL_IS(x, char[]) ? CL_NL_STRING :	\
	 CL_NL_IS(x, struct in_addr) ? CL_NL_ADDR4 : CL_NL_ADDR6)
/* clang-format on */

#define CL_NL_SIZE_OF(x) (CL_NL_TYPE_OF(x) == CL_NL_FLAG ? 0 : sizeof(x))

#define CL_NL_FIELD(set, id, member, label, meaning)                  \
	{                                                             \
		.attr = (id), .offset = offsetof(struct set, member), \
		.size = CL_NL_SIZE_OF(CL_NL_MEMBER(set, member)),     \
		.type = CL_NL_TYPE_OF(CL_NL_MEMBER(set, member)),     \
		.unit = CL_NL_UNIT_##meaning, .name = label,          \
	}

const struct cl_nl_schema *cl_nl_schema_of(unsigned int cmd);
const struct cl_nl_schema *cl_ctl_schema_of(unsigned int cmd);
const struct cl_nl_field *cl_nl_schema_find(const struct cl_nl_schema *s,
					    unsigned int attr);
s64 cl_nl_field_s64(const struct cl_nl_field *f, const void *obj);
void cl_nl_field_set(const struct cl_nl_field *f, void *obj, s64 v);
u64 cl_nl_field_u64(const struct cl_nl_field *f, const void *obj);
const char *cl_nl_field_text(const struct cl_nl_field *f, const void *obj);
bool cl_nl_field_shown(const struct cl_nl_field *f, const void *obj);
bool cl_nl_has_address(const struct cl_nl_msg *m);

bool cl_nl_state_usable(u32 state);
const char *cl_nl_state_name(u32 state);
const char *cl_nl_role_name(u32 role);
const char *cl_nl_leap_name(u32 leap);
const char *cl_nl_stamps_name(u32 stamps);
const char *cl_nl_device_state_name(u32 state);
const char *cl_nl_estimator_name(u32 estimator);
const char *cl_nl_unit_word(u8 unit, u32 v);

#endif /* _CL_NL_SCHEMA_H */
