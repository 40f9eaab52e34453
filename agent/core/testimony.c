// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both directions go through the same checks, and those are the ones of the entries
 * that are made of it: one voter's nonsense must not spoil what others say.
 */
#include "testimony.h"

#include <errno.h>
#include <string.h>

#include "layout.h"

static bool is_node(u32 node)
{
	return node >= 1 && node <= CL_MEMBER_ID_MAX;
}

static bool accusation_ok(const struct cl_testimony *t)
{
	char error[CL_ENTRY_ERROR_SIZE];
	const struct cl_isolation i = {
		.node = t->node,
		.rule = t->accusation.rule,
		.n = 1,
		.accusations = { t->accusation },
	};

	return !cl_isolation_check(&i, error);
}

static bool report_ok(const struct cl_testimony *t)
{
	const struct cl_report *r = &t->report;

	/* Not since_ns + 1 h, which may overflow. */
	return is_node(t->node) && is_node(r->voter) && r->voter != t->node &&
	       r->since_ns > 0 && r->until_ns >= r->since_ns &&
	       r->until_ns - r->since_ns >= CL_READMIT_CLEAN_NS &&
	       r->worst_ns <= r->limit_ns;
}

static bool right(const struct cl_testimony *t)
{
	switch (t->type) {
	case CL_TESTIMONY_NO_CONFIDENCE:
		return t->term > 0;
	case CL_TESTIMONY_ACCUSE:
		return accusation_ok(t);
	case CL_TESTIMONY_REPORT:
		return report_ok(t);
	default:
		return false;
	}
}

static void accusation_bytes(struct cl_layout *b, struct cl_accusation *a)
{
	cl_layout_u8(b, &a->rule);
	cl_layout_s64(b, &a->offset_ns);
	cl_layout_u64(b, &a->limit_ns);
	cl_layout_u32(b, &a->round);
}

static void report_bytes(struct cl_layout *b, struct cl_report *r)
{
	cl_layout_s64(b, &r->since_ns);
	cl_layout_s64(b, &r->until_ns);
	cl_layout_u64(b, &r->worst_ns);
	cl_layout_u64(b, &r->limit_ns);
}

static void bytes(struct cl_layout *b, struct cl_testimony *t)
{
	if (t->type == CL_TESTIMONY_NO_CONFIDENCE) {
		cl_layout_u32(b, &t->term);
		return;
	}
	cl_layout_u32(b, &t->node);
	if (t->type == CL_TESTIMONY_ACCUSE)
		accusation_bytes(b, &t->accusation);
	else
		report_bytes(b, &t->report);
}

/**
 * cl_testimony_encode() - bytes of a testimony
 * @t: the testimony, with its accuser or voter
 * @buf: CL_TESTIMONY_MAX bytes; gets them
 *
 * Return: number of bytes; 0 if a field is out of range.
 */
size_t cl_testimony_encode(const struct cl_testimony *t, u8 *buf)
{
	struct cl_layout b = { .to = buf, .size = CL_TESTIMONY_MAX };
	struct cl_testimony copy = *t;

	if (!right(t))
		return 0;
	bytes(&b, &copy);
	return b.at;
}

/**
 * cl_testimony_decode() - a testimony of bytes
 * @t: gets it; undefined after a failure
 * @from: who says it; the stream vouches for that
 * @type: type of the frame
 * @data: its bytes
 * @len: how many
 *
 * Return: 0; -EINVAL if the type is another one, a field is out of range, a node
 * speaks of itself or the length is wrong.
 */
int cl_testimony_decode(struct cl_testimony *t, u32 from, u8 type,
			const u8 *data, size_t len)
{
	struct cl_layout b = { .from = data, .size = len };

	memset(t, 0, sizeof(*t));
	t->type = type;
	bytes(&b, t);
	if (type == CL_TESTIMONY_ACCUSE)
		t->accusation.accuser = from;
	else if (type == CL_TESTIMONY_REPORT)
		t->report.voter = from;
	return b.at == len && right(t) ? 0 : -EINVAL;
}
