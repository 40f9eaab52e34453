// SPDX-License-Identifier: GPL-2.0-or-later
#include "clusterconf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "agent/lib/leapfile.h"
#include "agent/lib/units.h"
#include "kmod/core/wire.h"

#define HEARTBEAT_NS (20 * CL_NS_PER_MS)
#define ELECTION_NS (200 * CL_NS_PER_MS)

#define HEARTBEAT_MIN_NS CL_NS_PER_MS
#define HEARTBEAT_MAX_NS (10 * CL_NS_PER_SEC)
#define ELECTION_MAX_NS (100 * CL_NS_PER_SEC)

static int __printf(2, 3) wrong(char *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_CLUSTERCONF_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int set_name(struct cl_clusterconf *c, const char *value, char *error)
{
	if (strlen(value) >= sizeof(c->name))
		return wrong(error, "name: '%.32s...' has more than %zu bytes",
			     value, sizeof(c->name) - 1);
	strcpy(c->name, value);
	return 0;
}

/* Port 0: the text has none. */
static int parse_address(const char *key, const char *value,
			 struct cl_nl_peer *a, char *error)
{
	switch (cl_units_parse_address(value, a)) {
	case 0:
		return 0;
	case -ENXIO:
		return wrong(error,
			     "%s: '%.48s' needs %%interface of this host", key,
			     value);
	default:
		return wrong(error, "%s: '%.48s' is not an address", key,
			     value);
	}
}

static void to_endpoint(const struct cl_nl_peer *a, struct cl_endpoint *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->family = cl_nl_has(a, PEER_ADDR4) ? 4 : 6;
	if (ret->family == 4)
		memcpy(ret->addr, &a->addr4, sizeof(a->addr4));
	else
		memcpy(ret->addr, &a->addr6, sizeof(a->addr6));
	ret->port = a->port;
}

/* What others are told: an interface of this host means nothing to them. */
static int set_endpoint(struct cl_endpoint *e, const char *key,
			const char *value, char *error)
{
	struct cl_nl_peer a = { 0 };
	int err = parse_address(key, value, &a, error);

	if (err)
		return err;
	if (cl_nl_has(&a, PEER_SCOPE))
		return wrong(error, "%s: '%.48s' is link-local", key, value);
	to_endpoint(&a, e);
	return 0;
}

static int set_time(struct cl_clusterconf *c, const char *value, char *error)
{
	return set_endpoint(&c->time, "address", value, error);
}

static int set_stream(struct cl_clusterconf *c, const char *value, char *error)
{
	u16 port = c->stream.port;
	int err = set_endpoint(&c->stream, "stream-address", value, error);

	if (!err && c->stream.port)
		return wrong(error, "stream-address: the port is stream-port");
	c->stream.port = port;
	return err;
}

static int set_port(struct cl_clusterconf *c, const char *value, char *error)
{
	s64 v = 0;

	if (cl_units_parse_number(value, 1, 65535, &v))
		return wrong(error,
			     "stream-port: '%.32s' is not a number 1 to 65535",
			     value);
	c->stream.port = v;
	return 0;
}

static int set_path(char *path, const char *key, const char *value, char *error)
{
	if (*value != '/' || strlen(value) >= CL_CLUSTERCONF_PATH_SIZE)
		return wrong(error,
			     "%s: '%.32s' is not a path from / on, shorter %s",
			     key, value, "than 128 letters");
	strcpy(path, value);
	return 0;
}

static_assert(CL_CLUSTERCONF_PATH_SIZE == 128, "set_path() says so");

static int set_state(struct cl_clusterconf *c, const char *value, char *error)
{
	return set_path(c->state, "state", value, error);
}

static int set_leaps(struct cl_clusterconf *c, const char *value, char *error)
{
	return set_path(c->leap_seconds, "leap-seconds", value, error);
}

static int set_duration(s64 *ret, const char *key, const char *value, s64 min,
			s64 max, char *error)
{
	char from[CL_UNITS_SIZE], to[CL_UNITS_SIZE];

	if (!cl_units_parse_duration(value, ret) && *ret >= min && *ret <= max)
		return 0;
	return wrong(error, "%s: '%.32s' is not a time from %s to %s", key,
		     value, cl_units_duration(from, min),
		     cl_units_duration(to, max));
}

static int set_heartbeat(struct cl_clusterconf *c, const char *value,
			 char *error)
{
	return set_duration(&c->heartbeat_ns, "heartbeat", value,
			    HEARTBEAT_MIN_NS, HEARTBEAT_MAX_NS, error);
}

static int set_election(struct cl_clusterconf *c, const char *value,
			char *error)
{
	return set_duration(&c->election_ns, "election", value,
			    2 * HEARTBEAT_MIN_NS, ELECTION_MAX_NS, error);
}

static int set_vote(struct cl_clusterconf *c, const char *value, char *error)
{
	if (cl_units_parse_bool(value, &c->vote))
		return wrong(error, "vote: '%.32s' is not yes or no", value);
	return 0;
}

static int add_contact(struct cl_clusterconf *c, const char *text, char *error)
{
	struct cl_tcp_address *to = &c->join[c->n_join];
	struct cl_nl_peer a = { 0 };
	struct cl_endpoint e;
	int err;

	if (c->n_join == CL_CLUSTERCONF_JOIN_MAX)
		return wrong(error, "join: more than %d addresses",
			     CL_CLUSTERCONF_JOIN_MAX);
	err = parse_address("join", text, &a, error);
	if (err)
		return err;
	to_endpoint(&a, &e);
	cl_tcp_endpoint(to, &e);
	to->scope = a.scope;
	if (!to->port)
		to->port = CL_CLUSTERCONF_PORT;
	c->n_join++;
	return 0;
}

static int add_look(struct cl_clusterconf *c, const char *text, char *error)
{
	if (c->n_look == CL_CLUSTERCONF_LOOK_MAX)
		return wrong(error, "join: more than %d of srv: and multicast:",
			     CL_CLUSTERCONF_LOOK_MAX);
	strcpy(c->look[c->n_look++], text);
	return 0;
}

static int add_place(struct cl_clusterconf *c, const char *text, char *error)
{
	if (!strncmp(text, "srv:", 4) || !strncmp(text, "multicast:", 10))
		return add_look(c, text, error);
	return add_contact(c, text, error);
}

/* Several, by commas and white space; the key may also come again. */
static int set_join(struct cl_clusterconf *c, const char *value, char *error)
{
	char text[CL_CLUSTERCONF_LOOK_SIZE];
	size_t len;
	int err = 0;

	while (!err) {
		value += strspn(value, ", \t");
		len = strcspn(value, ", \t");
		if (!len)
			return 0;
		if (len >= sizeof(text))
			return wrong(error, "join: '%.48s' is not an address",
				     value);
		memcpy(text, value, len);
		text[len] = '\0';
		value += len;
		err = add_place(c, text, error);
	}
	return err;
}

/* Order of the bits in have. */
static const struct {
	const char *key;
	int (*set)(struct cl_clusterconf *c, const char *value, char *error);
	bool many;
} keys[] = {
	{ .key = "name", .set = set_name },
	{ .key = "address", .set = set_time },
	{ .key = "stream-address", .set = set_stream },
	{ .key = "stream-port", .set = set_port },
	{ .key = "state", .set = set_state },
	{ .key = "heartbeat", .set = set_heartbeat },
	{ .key = "election", .set = set_election },
	{ .key = "vote", .set = set_vote },
	{ .key = "join", .set = set_join, .many = true },
	{ .key = "leap-seconds", .set = set_leaps },
};

/**
 * cl_clusterconf_init() - what holds if the section is empty
 * @c: gets it
 */
void cl_clusterconf_init(struct cl_clusterconf *c)
{
	memset(c, 0, sizeof(*c));
	c->stream.port = CL_CLUSTERCONF_PORT;
	c->heartbeat_ns = HEARTBEAT_NS;
	c->election_ns = ELECTION_NS;
	c->vote = true;
	strcpy(c->state, CL_CLUSTERCONF_STATE);
	strcpy(c->leap_seconds, CL_LEAPFILE_PATH);
}

/**
 * cl_clusterconf_set() - take a key
 * @c: section
 * @key: key
 * @value: value, not empty
 * @error: CL_CLUSTERCONF_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0; -ENOENT if there is no such key; -EINVAL.
 */
int cl_clusterconf_set(struct cl_clusterconf *c, const char *key,
		       const char *value, char *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].key, key))
			continue;
		if (c->have >> i & 1 && !keys[i].many)
			return wrong(error, "key '%s' was given before", key);
		c->have |= 1U << i;
		return keys[i].set(c, value, error);
	}
	wrong(error, "unknown key '%.32s' in [cluster]", key);
	return -ENOENT;
}

/* Up to the first dot, as people call the host. */
static void host_name(char *name, size_t size)
{
	char host[256] = "";

	if (gethostname(host, sizeof(host) - 1))
		return;
	snprintf(name, size, "%.*s", (int)strcspn(host, "."), host);
}

/**
 * cl_clusterconf_check() - complete the section, and look whether it makes sense
 * @c: section, all keys taken
 * @node: own node id
 * @port: UDP port of [node], 0: default
 * @error: CL_CLUSTERCONF_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int cl_clusterconf_check(struct cl_clusterconf *c, u32 node, u16 port,
			 char *error)
{
	char why[CL_ENTRY_ERROR_SIZE];
	u16 stream_port = c->stream.port;
	struct cl_member m;

	if (!c->time.family)
		return wrong(error, "key 'address' is missing in [cluster]");
	if (!c->time.port)
		c->time.port = port ? port : CL_WIRE_PORT;
	if (!c->stream.family)
		c->stream = c->time;
	c->stream.port = stream_port;
	if (c->election_ns < 2 * c->heartbeat_ns)
		return wrong(error, "election is below two heartbeats %s",
			     "in [cluster]");
	if (!*c->name)
		host_name(c->name, sizeof(c->name));
	cl_clusterconf_member(c, node, &m);
	if (cl_member_check(&m, why))
		return wrong(error, "[cluster] makes no member: %s", why);
	return 0;
}

/**
 * cl_clusterconf_member() - this node as a member
 * @c: section
 * @node: own node id
 * @ret: gets it; without a vote
 */
void cl_clusterconf_member(const struct cl_clusterconf *c, u32 node,
			   struct cl_member *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->id = node;
	memcpy(ret->name, c->name, sizeof(ret->name));
	ret->time = c->time;
	ret->stream = c->stream;
}
