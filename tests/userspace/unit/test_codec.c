// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "agent/nl/answer.h"
#include "agent/nl/codec.h"
#include "agent/nl/family.h"
#include "agent/nl/schema.h"
#include "unit.h"

#define FAMILY 0x1f

static alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];

static struct nlmsghdr *nlh(void)
{
	return (struct nlmsghdr *)buf;
}

/* Every command of both tables: 1 to the module's last, then the daemon's. */
static u8 next_cmd(u8 cmd)
{
	if (cmd == CLOCKLINK_CMD_MAX)
		return CL_CTL_STATUS_GET;
	return cmd + 1 == CL_CTL_CMD_END ? 0 : cmd + 1;
}

/* A different value in every byte of every field; strings as long as can be. */
static void fill(struct cl_nl_msg *m, u8 cmd)
{
	const struct cl_nl_schema *s = cl_nl_schema_of(cmd);
	const struct cl_nl_field *f;
	u8 v = 1;

	memset(m, 0, sizeof(*m));
	m->cmd = cmd;
	for (unsigned int i = 0; i < s->n; i++) {
		f = &s->fields[i];
		m->have |= 1ULL << f->attr;
		if (f->type == CL_NL_FLAG)
			*((bool *)((char *)&m->have + f->offset)) = true;
		for (unsigned int j = 0; j < f->size; j++)
			((u8 *)&m->have)[f->offset + j] =
				f->type == CL_NL_STRING ? '!' + v++ % 94 : v++;
		if (f->type == CL_NL_STRING)
			((char *)&m->have)[f->offset + f->size - 1] = '\0';
	}
}

static int encode(const struct cl_nl_msg *m, size_t size)
{
	const struct cl_nl_hdr h = {
		.family = FAMILY,
		.flags = NLM_F_ACK,
		.seq = 77,
	};

	memset(buf, 0xee, sizeof(buf));
	return cl_nl_encode(buf, size, &h, m);
}

static void test_every_command_comes_back(void **state)
{
	struct cl_nl_msg m, back;
	int len;

	(void)state;
	for (u8 cmd = 1; cmd; cmd = next_cmd(cmd)) {
		assert_non_null(cl_nl_schema_of(cmd));
		fill(&m, cmd);
		len = encode(&m, sizeof(buf));
		assert_true(len >= (int)(NLMSG_HDRLEN + GENL_HDRLEN));
		assert_true(len > (int)(NLMSG_HDRLEN + GENL_HDRLEN) || !m.have);
		assert_int_equal(nlh()->nlmsg_len, len);
		memset(&back, 0xa5, sizeof(back));
		assert_int_equal(cl_nl_decode(nlh(), &back), 0);
		assert_memory_equal(&m, &back, sizeof(m));
	}
}

static void test_header_is_as_asked(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_CLOCK_GET };
	const struct genlmsghdr *genl;

	(void)state;
	assert_int_equal(encode(&m, sizeof(buf)), NLMSG_HDRLEN + GENL_HDRLEN);
	genl = mnl_nlmsg_get_payload(nlh());
	assert_int_equal(nlh()->nlmsg_type, FAMILY);
	assert_int_equal(nlh()->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(nlh()->nlmsg_seq, 77);
	assert_int_equal(genl->cmd, CLOCKLINK_CMD_CLOCK_GET);
	assert_int_equal(genl->version, CLOCKLINK_FAMILY_VERSION);
}

/* The bytes, independent of the tables: a wrong id in both would come back. */
static void test_attributes_are_those_of_the_uapi(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_STEER };
	const struct nlattr *a;

	(void)state;
	m.steer.have = CL_NL_BIT(STEER_RATE) | CL_NL_BIT(STEER_HOPS) |
		       CL_NL_BIT(STEER_FORCE);
	m.steer.rate_ppt = -20000000;
	m.steer.hops = 3;
	m.steer.force = true;
	assert_true(encode(&m, sizeof(buf)) > 0);
	a = mnl_nlmsg_get_payload_offset(nlh(), GENL_HDRLEN);
	assert_int_equal(mnl_attr_get_type(a), CLOCKLINK_A_STEER_RATE);
	assert_int_equal(mnl_attr_get_payload_len(a), 8);
	assert_true((s64)mnl_attr_get_u64(a) == -20000000);
	a = mnl_attr_next(a);
	assert_int_equal(mnl_attr_get_type(a), CLOCKLINK_A_STEER_HOPS);
	assert_int_equal(mnl_attr_get_payload_len(a), 1);
	assert_int_equal(mnl_attr_get_u8(a), 3);
	a = mnl_attr_next(a);
	assert_int_equal(mnl_attr_get_type(a), CLOCKLINK_A_STEER_FORCE);
	assert_int_equal(mnl_attr_get_payload_len(a), 0);
	assert_ptr_equal(mnl_attr_next(a), mnl_nlmsg_get_payload_tail(nlh()));
}

static void test_false_flag_is_not_sent(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_STEER };

	(void)state;
	m.steer.have = CL_NL_BIT(STEER_FORCE);
	assert_int_equal(encode(&m, sizeof(buf)), NLMSG_HDRLEN + GENL_HDRLEN);
}

static void test_short_buffer_is_refused_at_every_size(void **state)
{
	struct cl_nl_msg m;
	int len;

	(void)state;
	fill(&m, CLOCKLINK_CMD_STEER);
	len = encode(&m, sizeof(buf));
	for (int size = 0; size < len; size++) {
		assert_int_equal(encode(&m, size), -EMSGSIZE);
		for (int i = size; i < len; i++)
			assert_int_equal((u8)buf[i], 0xee);
	}
	assert_int_equal(encode(&m, len), len);
}

static void test_padding_is_zero(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_INSTANCE_ADD };

	(void)state;
	m.instance.have = CL_NL_BIT(INSTANCE_PHC);
	m.instance.phc = 0xff;
	assert_int_equal(encode(&m, sizeof(buf)),
			 NLMSG_HDRLEN + GENL_HDRLEN + 8);
	assert_memory_equal(buf + NLMSG_HDRLEN + GENL_HDRLEN + 4, "\xff\0\0\0",
			    4);
}

static void test_unknown_command_is_refused(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_MAX + 1 };

	(void)state;
	assert_int_equal(encode(&m, sizeof(buf)), -EINVAL);
	m.cmd = CL_CTL_CMD_END;
	assert_int_equal(encode(&m, sizeof(buf)), -EINVAL);
	m.cmd = 0;
	assert_int_equal(encode(&m, sizeof(buf)), -EINVAL);
	m.cmd = CLOCKLINK_CMD_CLOCK_GET;
	encode(&m, sizeof(buf));
	((struct genlmsghdr *)mnl_nlmsg_get_payload(nlh()))->cmd = 200;
	assert_int_equal(cl_nl_decode(nlh(), &m), -ENOMSG);
}

static void start(u8 cmd)
{
	const struct cl_nl_msg m = { .cmd = cmd };

	assert_true(encode(&m, sizeof(buf)) > 0);
}

static void test_unknown_attribute_is_skipped(void **state)
{
	struct cl_nl_msg m;

	(void)state;
	start(CLOCKLINK_CMD_CLOCK_GET);
	mnl_attr_put(nlh(), CLOCKLINK_A_CLOCK_PAD, 0, NULL);
	mnl_attr_put_strz(nlh(), CLOCKLINK_A_CLOCK_MAX + 1, "new");
	mnl_attr_put_u32(nlh(), CLOCKLINK_A_CLOCK_STATE, 2);
	assert_int_equal(cl_nl_decode(nlh(), &m), 0);
	assert_true(m.have == CL_NL_BIT(CLOCK_STATE));
	assert_int_equal(m.clock.state, 2);
}

static void test_wrong_length_is_refused(void **state)
{
	struct cl_nl_msg m;

	(void)state;
	for (u8 cmd = 1; cmd; cmd = next_cmd(cmd)) {
		const struct cl_nl_schema *s = cl_nl_schema_of(cmd);

		for (unsigned int i = 0; i < s->n; i++) {
			const struct cl_nl_field *f = &s->fields[i];
			static const char zero[CL_NL_BUF_SIZE];

			start(cmd);
			mnl_attr_put(nlh(), f->attr, f->size + 1, zero);
			assert_int_equal(cl_nl_decode(nlh(), &m), -EBADMSG);
			if (!f->size)
				continue;
			start(cmd);
			mnl_attr_put(nlh(), f->attr, f->size - 1, zero);
			assert_int_equal(cl_nl_decode(nlh(), &m), -EBADMSG);
		}
	}
}

static struct nlmsghdr *start_name(const char *name, size_t len)
{
	start(CL_CTL_EVICT);
	mnl_attr_put(nlh(), CL_CTL_A_ACT_NAME, len, name);
	return nlh();
}

static int name_taken(const char *name, size_t len)
{
	struct cl_nl_msg m;
	int err = cl_nl_decode(start_name(name, len), &m);

	if (!err) {
		assert_true(m.have == CL_CTL_BIT(ACT_NAME));
		assert_string_equal(m.act.name, name);
	}
	return err;
}

static void test_strings_are_printable_and_end(void **state)
{
	static const char longest[] = "123456789 abcdefghijklmnopqrst~";
	static const char longer[] = "123456789 abcdefghijklmnopqrst~!";

	(void)state;
	assert_int_equal(sizeof(longest), CL_CTL_NAME_SIZE);
	assert_int_equal(name_taken("a b", 4), 0);
	assert_int_equal(name_taken("", 1), 0);
	assert_int_equal(name_taken(longest, sizeof(longest)), 0);
	/* Not ended, twice ended, longer than its place, no letters. */
	assert_int_equal(name_taken("abc", 3), -EBADMSG);
	assert_int_equal(name_taken("a\0b", 4), -EBADMSG);
	assert_int_equal(name_taken("a\0", 3), -EBADMSG);
	assert_int_equal(name_taken(NULL, 0), -EBADMSG);
	assert_int_equal(name_taken(longer, sizeof(longer)), -EBADMSG);
	assert_int_equal(name_taken("a\nb", 4), -EBADMSG);
	assert_int_equal(name_taken("a\033[2J", 6), -EBADMSG);
	assert_int_equal(name_taken("a\377", 3), -EBADMSG);
}

/* Who writes it forgets the end: nothing beyond its place is read. */
static void test_string_without_end_is_not_read(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_EVICT }, back;

	(void)state;
	m.have = CL_CTL_BIT(ACT_NAME);
	memset(m.act.name, 'x', sizeof(m.act.name));
	assert_true(encode(&m, sizeof(buf)) > 0);
	assert_int_equal(cl_nl_decode(nlh(), &back), -EBADMSG);
	m.act.name[sizeof(m.act.name) - 1] = '\0';
	assert_true(encode(&m, sizeof(buf)) > 0);
	assert_int_equal(cl_nl_decode(nlh(), &back), 0);
	assert_int_equal(strlen(back.act.name), sizeof(m.act.name) - 1);
}

static void test_request_may_have_nothing_unknown(void **state)
{
	const u32 first = NLMSG_HDRLEN + GENL_HDRLEN;
	struct cl_nl_msg m;
	u32 at;

	(void)state;
	start(CL_CTL_EVICT);
	mnl_attr_put_u32(nlh(), CL_CTL_A_ACT_NODE, 3);
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), 0);
	assert_int_equal(at, 0);
	assert_int_equal(m.act.node, 3);
	mnl_attr_put_u32(nlh(), CL_CTL_A_ACT_NODE, 4);
	assert_int_equal(cl_nl_decode(nlh(), &m), 0);
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), -EINVAL);
	assert_int_equal(at, first + 8);
	start(CL_CTL_EVICT);
	mnl_attr_put_u32(nlh(), __CL_CTL_A_ACT_END, 3);
	assert_int_equal(cl_nl_decode(nlh(), &m), 0);
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), -EINVAL);
	assert_int_equal(at, first);
	start(CL_CTL_INIT);
	mnl_attr_put_u32(nlh(), CL_CTL_A_ACT_NODE, 3);
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), -EINVAL);
	start(CL_CTL_EVICT);
	mnl_attr_put_u16(nlh(), CL_CTL_A_ACT_NODE, 3);
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), -EBADMSG);
	assert_int_equal(at, first);
	nlh()->nlmsg_len = first + 2;
	assert_int_equal(cl_nl_decode_request(nlh(), &m, &at), -EBADMSG);
	assert_int_equal(at, 0);
}

/* What the daemon answers is read as what the kernel answers. */
static void test_answers_are_those_of_the_kernel(void **state)
{
	alignas(NLMSG_ALIGNTO) char out[CL_NL_BUF_SIZE];
	struct nlmsghdr *h = (struct nlmsghdr *)out;
	struct cl_nl_msg m = { .cmd = CL_CTL_EVICT }, back;
	struct cl_nl_error e;
	int len;

	(void)state;
	m.have = CL_CTL_BIT(ACT_NODE);
	m.act.node = 7;
	assert_true(encode(&m, sizeof(buf)) > 0);
	memset(out, 0xee, sizeof(out));
	len = cl_nl_put_object(out, sizeof(out), nlh(), &m);
	assert_int_equal(len, h->nlmsg_len);
	assert_int_equal(h->nlmsg_flags, 0);
	assert_int_equal(h->nlmsg_seq, 77);
	assert_int_equal(cl_nl_decode(h, &back), 0);
	assert_memory_equal(&m, &back, sizeof(m));

	len = cl_nl_put_ack(out, sizeof(out), nlh(), -ENOENT, "no such member",
			    NLMSG_HDRLEN + GENL_HDRLEN);
	assert_int_equal(len, h->nlmsg_len);
	assert_int_equal(h->nlmsg_seq, 77);
	assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
	assert_int_equal(e.code, -ENOENT);
	assert_string_equal(e.text, "no such member");
	assert_string_equal(e.attr, "node");
	cl_nl_put_ack(out, sizeof(out), nlh(), 0, NULL, 0);
	assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
	assert_int_equal(e.code, 0);
	assert_string_equal(e.text, "");
	assert_null(e.attr);
	assert_int_equal(cl_nl_put_ack(out, CL_NL_ACK_MAX - 1, nlh(), 0, NULL,
				       0),
			 -EMSGSIZE);

	nlh()->nlmsg_flags |= NLM_F_DUMP;
	cl_nl_put_object(out, sizeof(out), nlh(), &m);
	assert_int_equal(h->nlmsg_flags, NLM_F_MULTI);
	for (int changed = 0; changed < 2; changed++) {
		len = cl_nl_put_done(out, sizeof(out), nlh(), changed);
		assert_int_equal(len, h->nlmsg_len);
		assert_int_equal(h->nlmsg_type, NLMSG_DONE);
		assert_int_equal(!!(h->nlmsg_flags & NLM_F_DUMP_INTR), changed);
		assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
		assert_int_equal(e.code, 0);
	}
	assert_int_equal(cl_nl_put_done(out, len - 1, nlh(), false), -EMSGSIZE);
}

static void test_long_answer_is_cut(void **state)
{
	alignas(NLMSG_ALIGNTO) char out[CL_NL_ACK_MAX];
	char text[2 * CL_NL_TEXT_SIZE];
	struct cl_nl_error e;
	int len;

	(void)state;
	start(CL_CTL_EVICT);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	len = cl_nl_put_ack(out, sizeof(out), nlh(), -EINVAL, text, 20);
	assert_in_range(len, CL_NL_TEXT_SIZE, sizeof(out));
	assert_int_equal(cl_nl_decode_error((struct nlmsghdr *)out, nlh(), &e),
			 0);
	assert_int_equal(strlen(e.text), CL_NL_TEXT_SIZE - 1);
}

static void test_wrong_type_is_refused(void **state)
{
	struct cl_nl_msg m;
	struct nlattr *a;

	(void)state;
	start(CLOCKLINK_CMD_CLOCK_GET);
	a = mnl_nlmsg_get_payload_tail(nlh());
	mnl_attr_put_u32(nlh(), CLOCKLINK_A_CLOCK_STATE, 2);
	a->nla_type |= NLA_F_NESTED;
	assert_int_equal(cl_nl_decode(nlh(), &m), -EBADMSG);
}

static void test_cut_message_is_refused_or_shorter(void **state)
{
	struct cl_nl_msg m, whole;
	u32 len, full;
	char *copy;

	(void)state;
	fill(&whole, CLOCKLINK_CMD_UPDATE_NTF);
	encode(&whole, sizeof(buf));
	/* Without the three bytes that pad the last attribute, hops. */
	full = nlh()->nlmsg_len - 3;
	for (len = NLMSG_HDRLEN; len < full; len++) {
		/* Its own allocation, so that valgrind sees an overrun. */
		copy = malloc(len);
		memcpy(copy, buf, len);
		((struct nlmsghdr *)copy)->nlmsg_len = len;
		if (!cl_nl_decode((struct nlmsghdr *)copy, &m))
			assert_true(m.have != whole.have);
		free(copy);
	}
	nlh()->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN - 1;
	assert_int_equal(cl_nl_decode(nlh(), &m), -EBADMSG);
}

static void test_left_over_bytes_are_refused(void **state)
{
	struct cl_nl_msg m;

	(void)state;
	start(CLOCKLINK_CMD_CLOCK_GET);
	mnl_attr_put_u32(nlh(), CLOCKLINK_A_CLOCK_STATE, 2);
	nlh()->nlmsg_len += 3;
	assert_int_equal(cl_nl_decode(nlh(), &m), -EBADMSG);
}

/* An acknowledgment as the kernel makes it, with the request cut off or not. */
static struct nlmsghdr *make_error(char *out, const struct nlmsghdr *req,
				   int code, bool capped)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(out);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(h, sizeof(*e));

	h->nlmsg_type = NLMSG_ERROR;
	h->nlmsg_flags = NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0);
	e->error = code;
	e->msg = *req;
	if (!capped)
		memcpy(mnl_nlmsg_put_extra_header(h, req->nlmsg_len -
							     NLMSG_HDRLEN),
		       req + 1, req->nlmsg_len - NLMSG_HDRLEN);
	return h;
}

static void test_extended_ack_names_the_attribute(void **state)
{
	alignas(NLMSG_ALIGNTO) char out[2048];
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_INSTANCE_SET };
	struct cl_nl_error e;
	struct nlmsghdr *h;

	(void)state;
	m.instance.have = CL_NL_BIT(INSTANCE_LEADER) |
			  CL_NL_BIT(INSTANCE_MAX_BOUND);
	encode(&m, sizeof(buf));
	for (int capped = 0; capped < 2; capped++) {
		h = make_error(out, nlh(), -ERANGE, capped);
		mnl_attr_put_strz(h, NLMSGERR_ATTR_MSG, "out of range");
		/* Behind the headers and LEADER, 4 + 4 bytes. */
		mnl_attr_put_u32(h, NLMSGERR_ATTR_OFFS,
				 NLMSG_HDRLEN + GENL_HDRLEN + 8);
		assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
		assert_int_equal(e.code, -ERANGE);
		assert_string_equal(e.text, "out of range");
		assert_string_equal(e.attr, "max-bound");
		assert_false(e.missing);
	}
	h = make_error(out, nlh(), -EINVAL, true);
	mnl_attr_put_u32(h, NLMSGERR_ATTR_MISS_TYPE, CLOCKLINK_A_INSTANCE_NODE);
	assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
	assert_string_equal(e.attr, "node");
	assert_true(e.missing);
}

static void test_ack_is_no_error(void **state)
{
	alignas(NLMSG_ALIGNTO) char out[2048];
	struct cl_nl_error e;
	struct nlmsghdr *h;

	(void)state;
	start(CLOCKLINK_CMD_CLOCK_GET);
	h = make_error(out, nlh(), 0, true);
	assert_int_equal(cl_nl_decode_error(h, NULL, &e), 0);
	assert_int_equal(e.code, 0);
	h->nlmsg_len = NLMSG_HDRLEN + sizeof(struct nlmsgerr) - 1;
	assert_int_equal(cl_nl_decode_error(h, NULL, &e), -EBADMSG);
	/* Says that the request follows, but it does not. */
	h = make_error(out, nlh(), -EPERM, true);
	h->nlmsg_flags = NLM_F_ACK_TLVS;
	assert_int_equal(cl_nl_decode_error(h, NULL, &e), -EBADMSG);
}

static void test_long_text_is_cut(void **state)
{
	alignas(NLMSG_ALIGNTO) char out[2048];
	char text[CL_NL_TEXT_SIZE + 50];
	struct cl_nl_error e;
	struct nlmsghdr *h;

	(void)state;
	memset(text, 'x', sizeof(text));
	start(CLOCKLINK_CMD_CLOCK_GET);
	h = make_error(out, nlh(), -EPERM, true);
	mnl_attr_put(h, NLMSGERR_ATTR_MSG, sizeof(text), text);
	assert_int_equal(cl_nl_decode_error(h, nlh(), &e), 0);
	assert_int_equal(strlen(e.text), CL_NL_TEXT_SIZE - 1);
}

static void test_end_of_dump_has_a_code(void **state)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct cl_nl_error e;

	(void)state;
	h->nlmsg_type = NLMSG_DONE;
	*(int *)mnl_nlmsg_put_extra_header(h, sizeof(int)) = -ENODEV;
	assert_int_equal(cl_nl_decode_error(h, NULL, &e), 0);
	assert_int_equal(e.code, -ENODEV);
}

static struct nlmsghdr *start_family(u8 cmd)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));

	h->nlmsg_type = GENL_ID_CTRL;
	g->cmd = cmd;
	mnl_attr_put_strz(h, CTRL_ATTR_FAMILY_NAME, CLOCKLINK_FAMILY_NAME);
	return h;
}

static void put_group(struct nlmsghdr *h, const char *name, u32 id)
{
	struct nlattr *g = mnl_attr_nest_start(h, 1);

	mnl_attr_put_u32(h, CTRL_ATTR_MCAST_GRP_ID, id);
	mnl_attr_put_strz(h, CTRL_ATTR_MCAST_GRP_NAME, name);
	mnl_attr_nest_end(h, g);
}

static void test_family_is_parsed(void **state)
{
	struct cl_nl_family f;
	struct nlattr *groups;
	struct nlmsghdr *h;

	(void)state;
	h = start_family(CTRL_CMD_NEWFAMILY);
	assert_int_equal(cl_nl_family_parse(h, &f), -EBADMSG);
	mnl_attr_put_u16(h, CTRL_ATTR_FAMILY_ID, 29);
	groups = mnl_attr_nest_start(h, CTRL_ATTR_MCAST_GROUPS);
	put_group(h, "update", 12);
	put_group(h, "config", 10);
	put_group(h, "other", 99);
	mnl_attr_nest_end(h, groups);
	assert_int_equal(cl_nl_family_parse(h, &f), 0);
	assert_int_equal(f.id, 29);
	assert_int_equal(f.groups[CL_NL_GROUP_UPDATE], 12);
	assert_int_equal(f.groups[CL_NL_GROUP_CONFIG], 10);
	assert_int_equal(f.groups[CL_NL_GROUP_STATE], 0);
	mnl_attr_put_u32(h, CTRL_ATTR_FAMILY_ID, 29);
	assert_int_equal(cl_nl_family_parse(h, &f), -EBADMSG);
}

static void test_end_of_family_is_seen(void **state)
{
	struct nlmsghdr *h;

	(void)state;
	assert_true(cl_nl_family_left(start_family(CTRL_CMD_DELFAMILY)));
	assert_false(cl_nl_family_left(start_family(CTRL_CMD_NEWFAMILY)));
	h = start_family(CTRL_CMD_DELFAMILY);
	/* The name's last letter. */
	buf[h->nlmsg_len - 3] = 'K';
	assert_false(cl_nl_family_left(h));
}

static void test_family_request_fits(void **state)
{
	int len = cl_nl_family_request(buf, sizeof(buf), 5);

	(void)state;
	assert_true(len > 0);
	assert_int_equal(nlh()->nlmsg_seq, 5);
	for (int size = 0; size < len; size++)
		assert_int_equal(cl_nl_family_request(buf, size, 5), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_command_comes_back),
		cmocka_unit_test(test_header_is_as_asked),
		cmocka_unit_test(test_attributes_are_those_of_the_uapi),
		cmocka_unit_test(test_false_flag_is_not_sent),
		cmocka_unit_test(test_short_buffer_is_refused_at_every_size),
		cmocka_unit_test(test_padding_is_zero),
		cmocka_unit_test(test_unknown_command_is_refused),
		cmocka_unit_test(test_unknown_attribute_is_skipped),
		cmocka_unit_test(test_wrong_length_is_refused),
		cmocka_unit_test(test_strings_are_printable_and_end),
		cmocka_unit_test(test_string_without_end_is_not_read),
		cmocka_unit_test(test_request_may_have_nothing_unknown),
		cmocka_unit_test(test_answers_are_those_of_the_kernel),
		cmocka_unit_test(test_long_answer_is_cut),
		cmocka_unit_test(test_wrong_type_is_refused),
		cmocka_unit_test(test_cut_message_is_refused_or_shorter),
		cmocka_unit_test(test_left_over_bytes_are_refused),
		cmocka_unit_test(test_extended_ack_names_the_attribute),
		cmocka_unit_test(test_ack_is_no_error),
		cmocka_unit_test(test_long_text_is_cut),
		cmocka_unit_test(test_end_of_dump_has_a_code),
		cmocka_unit_test(test_family_is_parsed),
		cmocka_unit_test(test_end_of_family_is_seen),
		cmocka_unit_test(test_family_request_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
