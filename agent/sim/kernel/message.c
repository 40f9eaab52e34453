// SPDX-License-Identifier: GPL-2.0-or-later
#include "message.h"

#include <err.h>

#include "agent/nl/schema.h"
#include "genl.h"

/**
 * cs_message_write() - the attributes of a message
 * @m: message
 * @skb: gets them
 */
void cs_message_write(const struct cl_nl_msg *m, struct sk_buff *skb)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(m->cmd);

	skb->cmd = m->cmd;
	skb->attrs = 0;
	for (unsigned int i = 0; i < s->n; i++) {
		const struct cl_nl_field *f = &s->fields[i];
		const char *value = (const char *)&m->have + f->offset;

		if (!(m->have & 1ULL << f->attr) ||
		    (f->type == CL_NL_FLAG && !cl_nl_field_u64(f, &m->have)))
			continue;
		nla_put(skb, f->attr, f->size, value);
	}
}

/**
 * cs_message_read() - a message from its attributes
 * @skb: attributes
 * @ret: the message
 */
void cs_message_read(const struct sk_buff *skb, struct cl_nl_msg *ret)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(skb->cmd);
	unsigned int at = 0;

	memset(ret, 0, sizeof(*ret));
	ret->cmd = skb->cmd;
	for (unsigned int i = 0; i < skb->attrs; i++) {
		const struct nlattr *a = &skb->attr[i];
		const struct cl_nl_field *f;

		/* Most come in the order of the table. */
		while (at < s->n && s->fields[at].attr < a->nla_type)
			at++;
		f = at < s->n ? &s->fields[at] : NULL;
		if (!f || f->attr != a->nla_type)
			f = cl_nl_schema_find(s, a->nla_type);
		if (!f || f->size != a->nla_len)
			errx(2, "command %u: attribute %u of %u bytes",
			     skb->cmd, a->nla_type, a->nla_len);
		if (f->type == CL_NL_FLAG)
			*((bool *)((char *)&ret->have + f->offset)) = true;
		else
			memcpy((char *)&ret->have + f->offset, a->data,
			       a->nla_len);
		ret->have |= 1ULL << f->attr;
	}
}
