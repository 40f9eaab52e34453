// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink decoders on arbitrary bytes (libFuzzer).  The first byte chooses
 * the decoder.  What the codec accepts must come back from it.
 */
#include <linux/genetlink.h>
#include <stdalign.h>
#include <string.h>

#include "../fuzz.h"
#include "agent/nl/answer.h"
#include "agent/nl/codec.h"
#include "agent/nl/family.h"
#include "agent/nl/schema.h"

static void check_message(const struct nlmsghdr *nlh)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct cl_nl_hdr h = { .family = 30 };
	struct cl_nl_msg m, again;

	if (cl_nl_decode(nlh, &m))
		return;
	CHECK(cl_nl_schema_of(m.cmd));
	CHECK(cl_nl_encode(buf, sizeof(buf), &h, &m) > 0);
	CHECK(!cl_nl_decode((struct nlmsghdr *)buf, &again));
	CHECK(!memcmp(&m, &again, sizeof(m)));
}

/* A request that is taken is a message, and an answer can be written to any. */
static void check_request(const struct nlmsghdr *nlh)
{
	alignas(NLMSG_ALIGNTO) char out[CL_NL_ACK_MAX];
	struct cl_nl_msg m, again;
	struct cl_nl_error e;
	u32 at;
	int err = cl_nl_decode_request(nlh, &m, &at);

	CHECK(at <= nlh->nlmsg_len && (err || !at));
	if (!err) {
		CHECK(!cl_nl_decode(nlh, &again));
		CHECK(!memcmp(&m, &again, sizeof(m)));
	}
	CHECK(cl_nl_put_ack(out, sizeof(out), nlh, err, "why", at) > 0);
	CHECK(!cl_nl_decode_error((struct nlmsghdr *)out, nlh, &e));
	CHECK(e.code == err && !strcmp(e.text, "why"));
}

static void check_error(const struct nlmsghdr *nlh)
{
	alignas(NLMSG_ALIGNTO) char buf[CL_NL_BUF_SIZE];
	const struct cl_nl_hdr h = { .family = 30 };
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_STEER };
	struct cl_nl_error e;

	m.have = CL_NL_BIT(STEER_PARENT) | CL_NL_BIT(STEER_RAW);
	CHECK(cl_nl_encode(buf, sizeof(buf), &h, &m) > 0);
	if (!cl_nl_decode_error(nlh, (struct nlmsghdr *)buf, &e))
		CHECK(strlen(e.text) < sizeof(e.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cl_nl_family family;
	struct nlmsghdr *nlh;
	char *copy;

	if (size < 1 + sizeof(*nlh))
		return 0;
	/* A copy of exact size: one byte read beyond it is an error. */
	copy = malloc(size - 1);
	CHECK(copy);
	memcpy(copy, data + 1, size - 1);
	nlh = (struct nlmsghdr *)copy;
	/* Transports hand on only what is complete. */
	nlh->nlmsg_len = size - 1;
	switch (data[0] % 4) {
	case 0:
		check_message(nlh);
		break;
	case 1:
		/* Shorter ones are not listened to. */
		if (nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN)
			check_request(nlh);
		break;
	case 2:
		nlh->nlmsg_type = data[0] & 4 ? NLMSG_ERROR : NLMSG_DONE;
		check_error(nlh);
		break;
	case 3:
		cl_nl_family_left(nlh);
		if (!cl_nl_family_parse(nlh, &family))
			CHECK(family.id);
		break;
	}
	free(copy);
	return 0;
}
