// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/compiler.h"
#include "agent/lib/settings.h"
#include "agent/lib/units.h"

/* As the module; a file with more is surely wrong. */
#define MAX_PEERS 4096

/* TAI - UTC range of the netlink spec, s. */
#define TAI_OFFSET_MAX 1000

#define STEP_MIN_NS CL_NS_PER_US
#define STEP_MAX_NS (1000 * CL_NS_PER_SEC)

/*
 * State of reading.  inih calls the handler for keys only and does not say where
 * they are, so lines are counted and sections opened as the file is read.
 */
struct reader {
	struct cl_config *config;
	const char *path;
	FILE *file;
	int line;
	/* current section; none of them: [node] */
	struct cl_config_peer *peer;
	struct cl_config_device *device;
	bool cluster;
	/* keys that may be given once */
	bool has_system_clock;
	bool has_system_clock_step;
	bool failed;
};

static int __printf(3, 4)
	fail(struct reader *r, int line, const char *fmt, ...);

/* The first error counts: later ones may follow from it. */
static int fail(struct reader *r, int line, const char *fmt, ...)
{
	char text[CL_CONFIG_ERROR_SIZE / 2];
	va_list ap;

	if (r->failed)
		return -EINVAL;
	r->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(r->config->error, sizeof(r->config->error), "%s:%d: %s",
		 r->path, line, text);
	return -EINVAL;
}

static int open_peer(struct reader *r, const char *name)
{
	struct cl_config *c = r->config;
	struct cl_config_peer *p;

	if (!*name || strlen(name) >= CL_CONFIG_NAME_SIZE)
		return fail(r, r->line, "a peer needs a name of 1 to %d bytes",
			    CL_CONFIG_NAME_SIZE - 1);
	for (size_t i = 0; i < c->n_peers; i++)
		if (!strcmp(c->peers[i].name, name))
			return fail(r, r->line,
				    "peer '%s' is already in line %d", name,
				    c->peers[i].line);
	if (c->n_peers == MAX_PEERS)
		return fail(r, r->line, "more than %d peers", MAX_PEERS);
	p = reallocarray(c->peers, c->n_peers + 1, sizeof(*p));
	if (!p)
		return fail(r, r->line, "out of memory");
	c->peers = p;
	p += c->n_peers++;
	memset(p, 0, sizeof(*p));
	strcpy(p->name, name);
	p->line = r->line;
	r->peer = p;
	return 0;
}

static int open_device(struct reader *r, const char *name)
{
	struct cl_config *c = r->config;
	struct cl_config_device *d;

	if (!*name || strlen(name) >= IF_NAMESIZE || strchr(name, '/'))
		return fail(r, r->line,
			    "'%.32s' is no name of a network device", name);
	for (d = c->devices; d < c->devices + c->n_devices; d++)
		if (!strcmp(d->name, name))
			return fail(r, r->line,
				    "device '%s' is already in line %d", name,
				    d->line);
	if (c->n_devices == CL_CONFIG_DEVICES)
		return fail(r, r->line, "more than %d devices",
			    CL_CONFIG_DEVICES);
	c->n_devices++;
	strcpy(d->name, name);
	d->line = r->line;
	r->device = d;
	return 0;
}

/* A section that there is once; @at gets its line. */
static int open_single(struct reader *r, const char *name, int *at)
{
	if (*at)
		return fail(r, r->line, "section '%s' is already in line %d",
			    name, *at);
	*at = r->line;
	return 0;
}

/* A line that begins with a bracket, cut at its end. */
static int open_section(struct reader *r, const char *line)
{
	char name[CL_CONFIG_NAME_SIZE + 16];
	const char *start = line + 1;
	size_t len = strcspn(start, "]\n");

	if (start[len] != ']')
		return fail(r, r->line, "a section needs a closing bracket");
	if (len >= sizeof(name))
		return fail(r, r->line, "unknown section '%.16s...'", start);
	memcpy(name, start, len);
	name[len] = '\0';
	r->peer = NULL;
	r->device = NULL;
	r->cluster = !strcmp(name, "cluster");
	if (!strncmp(name, "peer ", 5))
		return open_peer(r, name + 5 + strspn(name + 5, " \t"));
	if (!strncmp(name, "device ", 7))
		return open_device(r, name + 7 + strspn(name + 7, " \t"));
	if (r->cluster)
		return open_single(r, name, &r->config->cluster.line);
	if (!strcmp(name, "node"))
		return open_single(r, name, &r->config->node_line);
	return fail(r, r->line, "unknown section '%s' (known: %s)", name,
		    "node, cluster, peer NAME, device NAME");
}

/* Reader of inih: gives it a line, and sees the sections before it. */
static char *read_line(char *buf, int size, void *ctx)
{
	struct reader *r = ctx;
	const char *text;

	if (r->failed || !fgets(buf, size, r->file))
		return NULL;
	r->line++;
	if (!strchr(buf, '\n') && !feof(r->file)) {
		fail(r, r->line, "longer than %d bytes", size - 2);
		return NULL;
	}
	text = buf + strspn(buf, " \t");
	if (*text == '[' && open_section(r, text))
		return NULL;
	return buf;
}

static int set_tai_offset(struct reader *r, const char *value)
{
	s64 v = 0;

	if (cl_units_parse_number(value, -TAI_OFFSET_MAX, TAI_OFFSET_MAX, &v))
		return fail(r, r->line,
			    "tai-offset: '%.32s' is not a number of seconds",
			    value);
	r->config->tai_offset_s = v;
	return 0;
}

static int set_hwstamp(struct reader *r, const char *value)
{
	if (strlen(value) >= IF_NAMESIZE || strchr(value, '/'))
		return fail(r, r->line,
			    "hwstamp: '%.32s' is not auto, off or a device",
			    value);
	if (*r->config->hwstamp)
		return fail(r, r->line, "key 'hwstamp' was given before");
	strcpy(r->config->hwstamp, value);
	return 0;
}

#define PATH_WANTS \
	"%s: '%.32s' is not a path from / on, shorter than %d letters"

static int set_path(struct reader *r, const char *key, const char *value,
		    char ret[CL_CONFIG_PATH_SIZE])
{
	if (*value != '/' || strlen(value) >= CL_CONFIG_PATH_SIZE)
		return fail(r, r->line, PATH_WANTS, key, value,
			    CL_CONFIG_PATH_SIZE);
	if (*ret)
		return fail(r, r->line, "key '%s' was given before", key);
	strcpy(ret, value);
	return 0;
}

/* N of /dev/ptpN is all that a path may vary by: a link may come to mean another clock. */
static bool is_ptp(const char *value)
{
	static const char path[] = "/dev/ptp";
	const char *number = value + strlen(path);

	return !strncmp(value, path, strlen(path)) && *number &&
	       strlen(number) <= 4 && !number[strspn(number, "0123456789")];
}

static int set_phc_steer(struct reader *r, const char *value)
{
	bool named = strlen(value) < IF_NAMESIZE && !strchr(value, '/');

	if (!named && !is_ptp(value))
		return fail(r, r->line,
			    "phc-steer: '%.32s' is not a device or /dev/ptpN",
			    value);
	if (*r->config->phc_steer)
		return fail(r, r->line, "key 'phc-steer' was given before");
	strcpy(r->config->phc_steer, value);
	return 0;
}

static int set_system_clock(struct reader *r, const char *value)
{
	bool steer = !strcmp(value, "steer");

	if (!steer && strcmp(value, "off"))
		return fail(r, r->line,
			    "system-clock: '%.32s' is not steer or off", value);
	if (r->has_system_clock)
		return fail(r, r->line, "key 'system-clock' was given before");
	r->has_system_clock = true;
	r->config->system_clock = steer;
	return 0;
}

#define STEP_WANTS "system-clock-step: '%.32s' is not off or 1us to 1000s"

static int set_system_clock_step(struct reader *r, const char *value)
{
	s64 ns = 0;

	if (strcmp(value, "off") && (cl_units_parse_duration(value, &ns) ||
				     ns < STEP_MIN_NS || ns > STEP_MAX_NS))
		return fail(r, r->line, STEP_WANTS, value);
	if (r->has_system_clock_step)
		return fail(r, r->line,
			    "key 'system-clock-step' was given before");
	r->has_system_clock_step = true;
	r->config->system_clock_step_ns = ns;
	return 0;
}

/* A setting of the netlink model; @section is for messages. */
static int set_setting(struct reader *r, u8 cmd, u64 *have, const char *key,
		       const char *name, const char *value, const char *section)
{
	char msg[CL_SETTINGS_MSG_SIZE];
	u64 before = *have;

	switch (cl_settings_parse(cmd, have, name, value, msg)) {
	case 0:
		break;
	case -ENOENT:
		return fail(r, r->line, "unknown key '%.32s' in [%s]", key,
			    section);
	default:
		return fail(r, r->line, "%s", msg);
	}
	if (*have == before)
		return fail(r, r->line, "key '%s' was given before", key);
	return 0;
}

static int set_node(struct reader *r, const char *key, const char *value)
{
	struct cl_nl_instance *node = &r->config->node;
	const char *name = key;

	if (!strcmp(key, "tai-offset"))
		return set_tai_offset(r, value);
	if (!strcmp(key, "hwstamp"))
		return set_hwstamp(r, value);
	if (!strcmp(key, "temperature"))
		return set_path(r, key, value, r->config->temperature);
	if (!strcmp(key, "pps"))
		return set_path(r, key, value, r->config->pps);
	if (!strcmp(key, "phc-steer"))
		return set_phc_steer(r, value);
	if (!strcmp(key, "system-clock"))
		return set_system_clock(r, value);
	if (!strcmp(key, "system-clock-step"))
		return set_system_clock_step(r, value);
	if (!strcmp(key, "id"))
		name = "node";
	else if (!strcmp(key, "node") || !strcmp(key, "managed"))
		return fail(r, r->line, "unknown key '%s' in [node]", key);
	else if (!strcmp(key, "leader"))
		r->config->leader_line = r->line;
	return set_setting(r, CLOCKLINK_CMD_INSTANCE_SET, &node->have, key,
			   name, value, "node");
}

static int set_device(struct reader *r, const char *key, const char *value)
{
	struct cl_config_device *d = r->device;
	char section[IF_NAMESIZE + 8];

	snprintf(section, sizeof(section), "device %s", d->name);
	return set_setting(r, CLOCKLINK_CMD_DEVICE_SET, &d->device.have, key,
			   key, value, section);
}

static int set_cluster(struct reader *r, const char *key, const char *value)
{
	char error[CL_CLUSTERCONF_ERROR_SIZE];

	if (cl_clusterconf_set(&r->config->cluster, key, value, error))
		return fail(r, r->line, "%s", error);
	return 0;
}

static int set_peer_number(struct reader *r, const char *key, const char *value,
			   s64 max, u64 bit, s64 *ret)
{
	if (r->peer->peer.have & bit)
		return fail(r, r->line, "key '%s' was given before", key);
	if (cl_units_parse_number(value, 1, max, ret))
		return fail(r, r->line, "%s: '%.32s' is not a number 1 to %lld",
			    key, value, (long long)max);
	r->peer->peer.have |= bit;
	return 0;
}

static int set_peer_address(struct reader *r, const char *value)
{
	struct cl_nl_peer a = { 0 };
	struct cl_nl_peer *p = &r->peer->peer;

	if (p->have & (CL_NL_BIT(PEER_ADDR4) | CL_NL_BIT(PEER_ADDR6)))
		return fail(r, r->line, "key 'address' was given before");
	switch (cl_units_parse_address(value, &a)) {
	case 0:
		break;
	case -ENXIO:
		return fail(r, r->line,
			    "address: '%.48s' needs %%interface of this host",
			    value);
	default:
		return fail(r, r->line, "address: '%.48s' is not an address",
			    value);
	}
	if (p->have & a.have & CL_NL_BIT(PEER_PORT))
		return fail(r, r->line, "the port was given before");
	p->addr4 = a.addr4;
	p->addr6 = a.addr6;
	p->scope = a.scope;
	if (cl_nl_has(&a, PEER_PORT))
		p->port = a.port;
	p->have |= a.have;
	return 0;
}

static int set_peer(struct reader *r, const char *key, const char *value)
{
	char section[CL_CONFIG_NAME_SIZE + 8];
	struct cl_nl_peer *p = &r->peer->peer;
	s64 v = 0;
	int err;

	if (!strcmp(key, "id")) {
		err = set_peer_number(r, key, value, 0xfffffffe,
				      CL_NL_BIT(PEER_NODE), &v);
		if (!err)
			p->node = v;
		return err;
	}
	if (!strcmp(key, "port")) {
		err = set_peer_number(r, key, value, 65535,
				      CL_NL_BIT(PEER_PORT), &v);
		if (!err)
			p->port = v;
		return err;
	}
	if (!strcmp(key, "address"))
		return set_peer_address(r, value);
	snprintf(section, sizeof(section), "peer %s", r->peer->name);
	return set_setting(r, CLOCKLINK_CMD_PEER_SET, &p->have, key, key, value,
			   section);
}

/* Handler of inih: 1 is success. */
static int take_key(void *ctx, const char *section, const char *key,
		    const char *value)
{
	struct reader *r = ctx;
	int err;

	if (!*section)
		err = fail(r, r->line, "key '%.32s' before any section", key);
	else if (!*value)
		err = fail(r, r->line, "key '%.32s' has no value", key);
	else if (r->peer)
		err = set_peer(r, key, value);
	else if (r->device)
		err = set_device(r, key, value);
	else if (r->cluster)
		err = set_cluster(r, key, value);
	else
		err = set_node(r, key, value);
	return !err;
}

static bool same_address(const struct cl_nl_peer *a, const struct cl_nl_peer *b)
{
	const u64 where = CL_NL_BIT(PEER_ADDR4) | CL_NL_BIT(PEER_ADDR6) |
			  CL_NL_BIT(PEER_SCOPE) | CL_NL_BIT(PEER_PORT);

	return !((a->have ^ b->have) & where) && a->port == b->port &&
	       a->scope == b->scope && a->addr4.s_addr == b->addr4.s_addr &&
	       !memcmp(&a->addr6, &b->addr6, sizeof(a->addr6));
}

static int check_peer(struct reader *r, size_t i)
{
	const struct cl_config *c = r->config;
	const struct cl_config_peer *p = &c->peers[i];
	const struct cl_config_peer *o;

	if (!cl_nl_has(&p->peer, PEER_NODE))
		return fail(r, p->line, "peer '%s' has no id", p->name);
	if (!(p->peer.have & (CL_NL_BIT(PEER_ADDR4) | CL_NL_BIT(PEER_ADDR6))))
		return fail(r, p->line, "peer '%s' has no address", p->name);
	if (p->peer.node == c->node.node)
		return fail(r, p->line, "peer '%s' has the id of this node, %u",
			    p->name, c->node.node);
	for (o = c->peers; o < p; o++) {
		if (o->peer.node == p->peer.node)
			return fail(r, p->line,
				    "peers '%s' and '%s' have the same id, %u",
				    o->name, p->name, p->peer.node);
		if (same_address(&o->peer, &p->peer))
			return fail(r, p->line,
				    "peers '%s' and '%s' have the same address",
				    o->name, p->name);
	}
	return 0;
}

static bool knows_leader(const struct cl_config *c)
{
	if (!c->node.leader || c->node.leader == c->node.node)
		return true;
	for (size_t i = 0; i < c->n_peers; i++)
		if (c->peers[i].peer.node == c->node.leader)
			return true;
	return false;
}

/* Time between two rounds, ns. */
static u64 interval_of(const struct cl_nl_instance *node)
{
	return cl_nl_has(node, INSTANCE_INTERVAL) ? node->interval_ns :
						    CL_CONFIG_INTERVAL_NS;
}

/* In a cluster, who leads and who else there is comes from the cluster. */
static int check_cluster(struct reader *r)
{
	char error[CL_CLUSTERCONF_ERROR_SIZE];
	struct cl_config *c = r->config;

	if (cl_nl_has(&c->node, INSTANCE_LEADER))
		return fail(r, c->leader_line,
			    "leader: with [cluster] the cluster elects it");
	if (c->n_peers)
		return fail(r, c->peers[0].line,
			    "peer '%s': with [cluster] peers are members of it",
			    c->peers[0].name);
	if (cl_clusterconf_check(&c->cluster, c->node.node, c->node.port,
				 error))
		return fail(r, c->cluster.line, "%s", error);
	c->node.managed = 1;
	c->node.have |= CL_NL_BIT(INSTANCE_MANAGED);
	return 0;
}

static int check_config(struct reader *r)
{
	const struct cl_config *c = r->config;
	int err = 0;

	if (!r->line)
		return fail(r, 1, "the file is empty");
	if (!c->node_line)
		return fail(r, r->line, "section 'node' is missing");
	if (!cl_nl_has(&c->node, INSTANCE_NODE))
		return fail(r, c->node_line, "key 'id' is missing in [node]");
	if (!cl_nl_has(&c->node, INSTANCE_CLUSTER))
		return fail(r, c->node_line,
			    "key 'cluster' is missing in [node]");
	if (c->node.interval_max_ns &&
	    c->node.interval_max_ns < interval_of(&c->node))
		return fail(r, c->node_line,
			    "interval-max is below interval in [node]");
	for (size_t i = 0; !err && i < c->n_peers; i++)
		err = check_peer(r, i);
	for (size_t i = 0; !err && i < c->n_devices; i++)
		if (!c->devices[i].device.have)
			err = fail(r, c->devices[i].line,
				   "device '%s' has no key",
				   c->devices[i].name);
	if (!err && !knows_leader(c))
		err = fail(r, c->node_line,
			   "leader %u is neither this node nor a peer",
			   c->node.leader);
	if (!err && c->cluster.line)
		err = check_cluster(r);
	return err;
}

/**
 * cl_config_read() - read and check a configuration
 * @c: gets it; to be freed, also after a failure
 * @path: name for messages
 * @f: what to read, to its end
 *
 * Return: 0; -EINVAL if it is wrong, then @c->error says where and why.
 */
int cl_config_read(struct cl_config *c, const char *path, FILE *f)
{
	struct reader r = { .config = c, .path = path, .file = f };
	int line;

	memset(c, 0, sizeof(*c));
	c->tai_offset_s = CL_CONFIG_TAI_OFFSET;
	c->system_clock_step_ns = CL_CONFIG_STEP_NS;
	cl_clusterconf_init(&c->cluster);
	line = ini_parse_stream(read_line, &r, take_key, &r);
	if (r.failed)
		return -EINVAL;
	if (line > 0)
		return fail(&r, line, "want 'key = value' or '[section]'");
	if (line < 0 || ferror(f))
		return fail(&r, r.line, "cannot be read");
	if (!*c->hwstamp)
		strcpy(c->hwstamp, CL_CONFIG_HWSTAMP_AUTO);
	return check_config(&r);
}

/**
 * cl_config_load() - read and check a configuration file
 * @c: gets it; to be freed, also after a failure
 * @path: the file
 *
 * Return: 0; -errno of opening it, -EINVAL if it is wrong; then @c->error says
 * why.
 */
int cl_config_load(struct cl_config *c, const char *path)
{
	FILE *f = fopen(path, "re");
	int err;

	if (!f) {
		err = -errno;
		memset(c, 0, sizeof(*c));
		snprintf(c->error, sizeof(c->error), "%s: %s", path,
			 strerror(-err));
		return err;
	}
	err = cl_config_read(c, path, f);
	fclose(f);
	return err;
}

/**
 * cl_config_free() - free a configuration
 * @c: the configuration
 */
void cl_config_free(struct cl_config *c)
{
	free(c->peers);
	c->peers = NULL;
	c->n_peers = 0;
}
