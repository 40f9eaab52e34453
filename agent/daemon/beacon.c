// SPDX-License-Identifier: GPL-2.0-or-later
#include "beacon.h"

#include <errno.h>
#include <string.h>

#include "kmod/core/bytes.h"

#define MAGIC 0x434c444dU /* "CLDM" */
#define VERSION 0

/* Places of the fields. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_TYPE = 5,
	AT_SHARE = 6,
	AT_CLUSTER = 8,
	AT_NODE = 12,
	AT_TOKEN = 16,
	AT_ADDRESS = 24,
	AT_PORT = 40,
};

/**
 * cl_beacon_encode() - make bytes of a datagram
 * @b: datagram; what is for the other type is 0
 * @buf: gets them
 */
void cl_beacon_encode(const struct cl_beacon *b, u8 buf[CL_BEACON_LEN])
{
	cl_put_be32(buf + AT_MAGIC, MAGIC);
	buf[AT_VERSION] = VERSION;
	buf[AT_TYPE] = b->type;
	cl_put_be16(buf + AT_SHARE, b->share);
	cl_put_be32(buf + AT_CLUSTER, b->cluster);
	cl_put_be32(buf + AT_NODE, b->node);
	cl_put_be64(buf + AT_TOKEN, b->token);
	memcpy(buf + AT_ADDRESS, &b->at.addr, sizeof(b->at.addr));
	cl_put_be16(buf + AT_PORT, b->at.port);
}

/* Can it be the address of another node's streams? */
static bool address_valid(const struct cl_tcp_address *a)
{
	const u8 *v4 = &a->addr.s6_addr[12];

	if (!a->port)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&a->addr))
		return v4[0] && v4[0] != 127 && v4[0] < 224;
	return !IN6_IS_ADDR_UNSPECIFIED(&a->addr) &&
	       !IN6_IS_ADDR_LOOPBACK(&a->addr) &&
	       !IN6_IS_ADDR_MULTICAST(&a->addr);
}

/**
 * cl_beacon_decode() - make a datagram of bytes
 * @b: gets it
 * @data: bytes of anybody
 * @len: how many
 *
 * Return: 0; -EBADMSG: it is none, or a value is out of range. Then @b is
 * untouched.
 */
int cl_beacon_decode(struct cl_beacon *b, const u8 *data, size_t len)
{
	struct cl_beacon ret = { 0 };

	if (len != CL_BEACON_LEN || cl_get_be32(data + AT_MAGIC) != MAGIC ||
	    data[AT_VERSION] != VERSION)
		return -EBADMSG;
	ret.type = data[AT_TYPE];
	ret.share = cl_get_be16(data + AT_SHARE);
	ret.cluster = cl_get_be32(data + AT_CLUSTER);
	ret.node = cl_get_be32(data + AT_NODE);
	ret.token = cl_get_be64(data + AT_TOKEN);
	memcpy(&ret.at.addr, data + AT_ADDRESS, sizeof(ret.at.addr));
	ret.at.port = cl_get_be16(data + AT_PORT);
	if (!ret.node)
		return -EBADMSG;
	if (ret.type != CL_BEACON_ASK &&
	    (ret.type != CL_BEACON_ANSWER || !address_valid(&ret.at)))
		return -EBADMSG;
	*b = ret;
	return 0;
}

/**
 * cl_beacon_chosen() - shall this member answer?
 * @ask: the ask
 * @node: node id of the member
 *
 * Each ask chooses others, and all members come to it by themselves.
 *
 * Return: true if so.
 */
bool cl_beacon_chosen(const struct cl_beacon *ask, u32 node)
{
	u64 z = ask->token ^ node;

	/* The end of splitmix64: each bit depends on all. */
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (u16)(z ^ z >> 31) <= ask->share;
}
