// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends one generic netlink command with any attributes and prints the answer.
 *
 *	nl-raw COMMAND [NUMBER=TYPE:VALUE | raw:HEX]...
 *
 * COMMAND and NUMBER are numbers of the family "clocklink"; TYPE is u8, u16, u32,
 * u64 (also for signed values), ago (u64, CLOCK_MONOTONIC_RAW so many ns ago), hex or
 * flag; raw adds bytes that need not be an attribute.  Prints "ok", or the error's
 * name, the kernel's message and what it points to: "attribute N" or "missing N".
 * Exit status: 0 ok, 1 error of the kernel, 2 wrong use.
 */
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

static char buf[65536];

static int talk(struct mnl_socket *nl, struct nlmsghdr *nlh, size_t len)
{
	ssize_t n;

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_len = len;
	if (mnl_socket_sendto(nl, nlh, len) < 0)
		err(2, "send");
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (n < 0)
		err(2, "receive");
	return (int)n;
}

static int find_id(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(unsigned int *)data = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/* The id of the family. */
static unsigned int resolve(struct mnl_socket *nl)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	unsigned int id = 0;

	nlh->nlmsg_type = GENL_ID_CTRL;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "clocklink");
	talk(nl, nlh, nlh->nlmsg_len);
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		mnl_attr_parse(nlh, sizeof(*genl), find_id, &id);
	if (!id)
		errx(2, "no family clocklink");
	/* the acknowledgment */
	mnl_socket_recvfrom(nl, buf, sizeof(buf));
	return id;
}

static size_t from_hex(const char *hex, unsigned char *ret)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2)
		if (sscanf(hex, "%2hhx", &ret[n++]) != 1)
			errx(2, "not hexadecimal: %s", hex);
	return n;
}

static unsigned long long raw_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* NUMBER=TYPE:VALUE */
static void put_attr(struct nlmsghdr *nlh, char *text)
{
	char *type = strchr(text, '='), *value;
	int number = atoi(text);
	unsigned char bytes[4096];
	unsigned long long v;

	value = type ? strchr(type, ':') : NULL;
	if (!value)
		errx(2, "not NUMBER=TYPE:VALUE: %s", text);
	*value++ = '\0';
	type++;
	v = strtoull(value, NULL, 0);
	if (!strcmp(type, "u8"))
		mnl_attr_put_u8(nlh, number, v);
	else if (!strcmp(type, "u16"))
		mnl_attr_put_u16(nlh, number, v);
	else if (!strcmp(type, "u32"))
		mnl_attr_put_u32(nlh, number, v);
	else if (!strcmp(type, "u64"))
		mnl_attr_put_u64(nlh, number, v);
	else if (!strcmp(type, "ago"))
		mnl_attr_put_u64(nlh, number, raw_now() - v);
	else if (!strcmp(type, "flag"))
		mnl_attr_put(nlh, number, 0, NULL);
	else if (!strcmp(type, "hex"))
		mnl_attr_put(nlh, number, from_hex(value, bytes), bytes);
	else
		errx(2, "unknown type %s", type);
}

struct ext {
	const char *msg;
	unsigned int offset;
	unsigned int missing;
};

static int parse_ext(const struct nlattr *attr, void *data)
{
	struct ext *ext = data;

	switch (mnl_attr_get_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		ext->msg = mnl_attr_get_str(attr);
		break;
	case NLMSGERR_ATTR_OFFS:
		ext->offset = mnl_attr_get_u32(attr);
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		ext->missing = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

/* Prints an error answer to the message @sent. */
static int print_error(const struct nlmsghdr *nlh, const char *sent)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	struct ext ext = { .msg = "(no message)" };
	size_t skip = sizeof(*e);
	struct nlattr at;

	if (!e->error) {
		puts("ok");
		return 0;
	}
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&e->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_parse(nlh, skip, parse_ext, &ext);
	printf("%s: %s", strerrorname_np(-e->error), ext.msg);
	if (ext.offset) {
		memcpy(&at, sent + ext.offset, sizeof(at));
		printf(", attribute %d", at.nla_type & NLA_TYPE_MASK);
	}
	if (ext.missing)
		printf(", missing %u", ext.missing);
	putchar('\n');
	return 1;
}

int main(int argc, char **argv)
{
	static char out[65536];
	const int on = 1;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(out);
	struct genlmsghdr *genl;
	struct mnl_socket *nl;
	size_t len;

	if (argc < 2)
		errx(2,
		     "usage: nl-raw COMMAND [NUMBER=TYPE:VALUE | raw:HEX]...");
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err(2, "netlink");
	if (mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, (void *)&on,
				  sizeof(on)) ||
	    mnl_socket_setsockopt(nl, NETLINK_CAP_ACK, (void *)&on, sizeof(on)))
		err(2, "setsockopt");
	nlh->nlmsg_type = resolve(nl);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = atoi(argv[1]);
	genl->version = 1;
	len = nlh->nlmsg_len;
	for (char **a = argv + 2; *a; a++) {
		if (!strncmp(*a, "raw:", 4)) {
			len += from_hex(*a + 4, (unsigned char *)out + len);
		} else {
			put_attr(nlh, *a);
			len = nlh->nlmsg_len;
		}
	}
	talk(nl, nlh, len);
	nlh = (struct nlmsghdr *)buf;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return print_error(nlh, out);
	puts("ok");
	return 0;
}
