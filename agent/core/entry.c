// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both directions go through the same checks: what is encoded is accepted
 * elsewhere.  And one entry has one form: what is decoded and encoded again gives
 * the same bytes.
 */
#include "entry.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/clocklink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/lib/settings.h"
#include "layout.h"

static const char *const kinds[] = {
	[CL_ENTRY_MEMBER_PUT] = "member-put",
	[CL_ENTRY_MEMBER_DEL] = "member-del",
	[CL_ENTRY_SETTINGS] = "settings",
	[CL_ENTRY_UTC] = "utc",
	[CL_ENTRY_ISOLATE] = "isolate",
	[CL_ENTRY_READMIT] = "readmit",
};

/* Names of the file and of the command line, whose ranges are used. */
static const char *const commons[] = {
	[CL_COMMON_INTERVAL] = "interval",
	[CL_COMMON_INTERVAL_MAX] = "interval-max",
	[CL_COMMON_ASYMMETRY] = "asymmetry",
	[CL_COMMON_WANDER] = "wander",
	[CL_COMMON_MAX_BOUND] = "max-bound",
	[CL_COMMON_PROBES] = "probes",
	[CL_COMMON_PROBE_EVERY] = "probe-every",
};

/**
 * cl_wrong() - say what is wrong
 * @error: CL_ENTRY_ERROR_SIZE bytes; gets the message
 * @fmt: printf() format: which field, and why
 *
 * Return: -EINVAL.
 */
int cl_wrong(char *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(error, CL_ENTRY_ERROR_SIZE, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/**
 * cl_common_check() - is a value of a common setting in range
 * @c: the setting
 * @value: the value
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int cl_common_check(enum cl_common c, u64 value, char *error)
{
	const struct cl_setting *s = NULL;

	do {
		s = cl_settings_next(CLOCKLINK_CMD_INSTANCE_SET, s);
	} while (strcmp(s->name, commons[c]));
	if (value >= (u64)s->min && value <= (u64)s->max)
		return 0;
	return cl_wrong(error, "%s: %llu is out of range (%lld to %lld)",
			s->name, (unsigned long long)value, (long long)s->min,
			(long long)s->max);
}

/**
 * cl_endpoint_same() - are two endpoints the same
 * @a: endpoint
 * @b: endpoint
 *
 * Return: true if they are.
 */
bool cl_endpoint_same(const struct cl_endpoint *a, const struct cl_endpoint *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/**
 * cl_endpoint_text() - an endpoint as text
 * @buf: CL_MEMBER_TEXT_SIZE bytes
 * @e: the endpoint
 *
 * Return: @buf, as 192.0.2.1:20319 or [2001:db8::1]:20319.
 */
const char *cl_endpoint_text(char *buf, const struct cl_endpoint *e)
{
	char host[INET6_ADDRSTRLEN];

	inet_ntop(e->family == 4 ? AF_INET : AF_INET6, e->addr, host,
		  sizeof(host));
	snprintf(buf, CL_MEMBER_TEXT_SIZE, e->family == 4 ? "%s:%u" : "[%s]:%u",
		 host, e->port);
	return buf;
}

/* Can every node send to it, and one node only? */
static const char *address_fault(const struct cl_endpoint *e)
{
	static const u8 none[16], every[4] = { 255, 255, 255, 255 };
	static const u8 mapped[12] = { [10] = 255, [11] = 255 };

	if (!memcmp(e->addr, none, sizeof(none)))
		return "is no address of a node";
	if (e->family == 4) {
		if (memcmp(e->addr + 4, none, 12))
			return "has bytes beyond IPv4";
		if (e->addr[0] >> 4 == 14 || !memcmp(e->addr, every, 4))
			return "is the address of many";
		return NULL;
	}
	if (!memcmp(e->addr, mapped, sizeof(mapped)))
		return "is an IPv4 address";
	if (e->addr[0] == 0xff)
		return "is the address of many";
	if (e->addr[0] == 0xfe && (e->addr[1] & 0xc0) == 0x80)
		return "is link-local, other nodes do not know by which interface";
	return NULL;
}

static int check_endpoint(const char *what, const struct cl_endpoint *e,
			  char *error)
{
	char text[CL_MEMBER_TEXT_SIZE];
	const char *fault;

	if (e->family != 4 && e->family != 6)
		return cl_wrong(error,
				"%s address: family %u is neither 4 nor 6",
				what, e->family);
	fault = address_fault(e);
	if (fault)
		return cl_wrong(error, "%s address: %s %s", what,
				cl_endpoint_text(text, e), fault);
	if (!e->port)
		return cl_wrong(error, "%s address: port 0", what);
	return 0;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int check_name(const char *name, char *error)
{
	static const char rest[CL_MEMBER_NAME_SIZE];
	size_t len = strnlen(name, CL_MEMBER_NAME_SIZE);

	if (len == CL_MEMBER_NAME_SIZE)
		return cl_wrong(error, "name: more than %d bytes",
				CL_MEMBER_NAME_SIZE - 1);
	if (memcmp(name + len, rest, sizeof(rest) - len))
		return cl_wrong(error, "name: bytes behind its end");
	if (!is_letter(*name))
		return cl_wrong(error, "name: does not begin with a letter");
	for (size_t i = 0; i < len; i++)
		if (!is_letter(name[i]) && (name[i] < '0' || name[i] > '9') &&
		    !strchr("-._", name[i]))
			return cl_wrong(error,
					"name: byte %zu: no letter, digit, -._",
					i + 1);
	return 0;
}

static int check_node(const char *what, u32 node, char *error)
{
	if (node >= 1 && node <= CL_MEMBER_ID_MAX)
		return 0;
	return cl_wrong(error, "%s: %u is no node id", what, node);
}

/**
 * cl_member_check() - is a member right by itself
 * @m: the member
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure which field is wrong and why
 *
 * Return: 0 or -EINVAL.
 */
int cl_member_check(const struct cl_member *m, char *error)
{
	int err = check_node("id", m->id, error);

	if (!err)
		err = check_name(m->name, error);
	if (!err)
		err = check_endpoint("time", &m->time, error);
	if (!err)
		err = check_endpoint("stream", &m->stream, error);
	if (!err && m->flags & ~CL_MEMBER_F_VOTER)
		err = cl_wrong(error, "flags: 0x%x has unknown bits", m->flags);
	return err;
}

static int check_change(const struct cl_common_change *c, char *error)
{
	int err = 0;

	if (!c->have || c->have >> CL_COMMON_N)
		return cl_wrong(error, "set: 0x%x names no settings, or others",
				c->have);
	for (unsigned int i = 0; !err && i < CL_COMMON_N; i++) {
		if (c->have >> i & 1)
			err = cl_common_check(i, c->value[i], error);
		else if (c->value[i])
			err = cl_wrong(error, "%s: a value, but not in the set",
				       commons[i]);
	}
	return err;
}

/**
 * cl_utc_check() - is a relation of TAI and UTC possible
 * @u: the relation
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure which field is wrong and why
 *
 * Return: 0 or -EINVAL.
 */
int cl_utc_check(const struct cl_utc *u, char *error)
{
	if (u->since_s < 0 || u->since_s > S64_MAX / CL_NS_PER_SEC)
		return cl_wrong(error, "since: %lld is no time",
				(long long)u->since_s);
	if (u->offset_s < -CL_UTC_OFFSET_MAX || u->offset_s > CL_UTC_OFFSET_MAX)
		return cl_wrong(error,
				"offset: %d s is out of range (%d to %d)",
				u->offset_s, -CL_UTC_OFFSET_MAX,
				CL_UTC_OFFSET_MAX);
	if (u->leap > CLOCKLINK_LEAP_DELETE)
		return cl_wrong(error, "leap: unknown kind %u", u->leap);
	if (u->leap == CLOCKLINK_LEAP_NONE && u->leap_s)
		return cl_wrong(error, "leap: an instant, but no leap second");
	if (u->leap != CLOCKLINK_LEAP_NONE &&
	    (u->leap_s <= u->since_s || u->leap_s > S64_MAX / CL_NS_PER_SEC))
		return cl_wrong(error, "leap: not after the offset before it");
	return 0;
}

static int check_count(const char *what, unsigned int n, char *error)
{
	if (n >= 1 && n <= CL_ENTRY_PROOFS_MAX)
		return 0;
	return cl_wrong(error, "%s: %u of them, not 1 to %d", what, n,
			CL_ENTRY_PROOFS_MAX);
}

static int check_rule(u8 rule, char *error)
{
	if (rule >= 1 && rule < CL_RULES)
		return 0;
	return cl_wrong(error, "rule: unknown rule %u", rule);
}

static int check_accusation(const struct cl_isolation *i, unsigned int k,
			    char *error)
{
	const struct cl_accusation *a = &i->accusations[k];
	u64 size = a->offset_ns < 0 ? -(u64)a->offset_ns : (u64)a->offset_ns;
	int err = check_node("accuser", a->accuser, error);

	if (!err)
		err = check_rule(a->rule, error);
	if (err)
		return err;
	if (a->accuser == i->node)
		return cl_wrong(error, "accuser: node %u accuses itself",
				i->node);
	for (unsigned int j = 0; j < k; j++)
		if (i->accusations[j].accuser == a->accuser)
			return cl_wrong(error, "accuser: %u is named twice",
					a->accuser);
	if (size <= a->limit_ns)
		return cl_wrong(error,
				"offset: node %u accuses one within its limit",
				a->accuser);
	return 0;
}

/**
 * cl_isolation_check() - is an isolation right by itself
 * @i: the isolation
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure which field is wrong and why
 *
 * Return: 0 or -EINVAL.
 */
int cl_isolation_check(const struct cl_isolation *i, char *error)
{
	int err = check_node("node", i->node, error);

	if (!err)
		err = check_count("accusations", i->n, error);
	for (unsigned int k = 0; !err && k < i->n; k++)
		err = check_accusation(i, k, error);
	if (!err && i->rule != i->accusations[0].rule)
		err = cl_wrong(error, "rule: %u, the first accusation says %u",
			       i->rule, i->accusations[0].rule);
	return err;
}

static int check_report(const struct cl_entry *e, unsigned int k, char *error)
{
	const struct cl_readmission *d = &e->readmit;
	const struct cl_report *r = &d->reports[k];
	int err = check_node("voter", r->voter, error);

	if (err)
		return err;
	if (r->voter == d->node)
		return cl_wrong(error, "voter: node %u speaks for itself",
				d->node);
	for (unsigned int j = 0; j < k; j++)
		if (d->reports[j].voter == r->voter)
			return cl_wrong(error, "voter: %u is named twice",
					r->voter);
	if (r->since_ns <= 0 || r->until_ns > e->time_ns ||
	    r->until_ns < r->since_ns)
		return cl_wrong(error, "until: impossible times of voter %u",
				r->voter);
	if (r->until_ns - r->since_ns < CL_READMIT_CLEAN_NS)
		return cl_wrong(error,
				"until: voter %u has watched less than 1 h",
				r->voter);
	if (r->worst_ns > r->limit_ns)
		return cl_wrong(error, "worst: voter %u has seen a fault",
				r->voter);
	return 0;
}

static int check_readmission(const struct cl_entry *e, char *error)
{
	int err = check_node("node", e->readmit.node, error);

	if (!err)
		err = check_count("reports", e->readmit.n, error);
	for (unsigned int k = 0; !err && k < e->readmit.n; k++)
		err = check_report(e, k, error);
	return err;
}

static int check_head(const struct cl_entry *e, char *error)
{
	if (!e->kind || e->kind >= CL_ENTRY_KINDS)
		return cl_wrong(error, "unknown kind %u", e->kind);
	if (check_node("requester", e->requester, error))
		return -EINVAL;
	if (!e->request)
		return cl_wrong(error, "request: no id");
	if (e->time_ns <= 0)
		return cl_wrong(error, "time: none");
	return 0;
}

static int check_body(const struct cl_entry *e, char *error)
{
	switch (e->kind) {
	case CL_ENTRY_MEMBER_PUT:
		return cl_member_check(&e->put, error);
	case CL_ENTRY_MEMBER_DEL:
		return check_node("id", e->del, error);
	case CL_ENTRY_SETTINGS:
		return check_change(&e->change, error);
	case CL_ENTRY_UTC:
		return cl_utc_check(&e->utc, error);
	case CL_ENTRY_ISOLATE:
		return cl_isolation_check(&e->isolate, error);
	default:
		return check_readmission(e, error);
	}
}

/* Puts the kind before the message. */
static int check_entry(const struct cl_entry *e, char *error)
{
	char text[CL_ENTRY_ERROR_SIZE];

	if (check_head(e, text))
		return cl_wrong(error, "entry: %.*s", CL_ENTRY_ERROR_SIZE / 2,
				text);
	if (check_body(e, text))
		return cl_wrong(error, "%s: %.*s", kinds[e->kind],
				CL_ENTRY_ERROR_SIZE / 2, text);
	return 0;
}

static void endpoint_bytes(struct cl_layout *b, struct cl_endpoint *e)
{
	cl_layout_u8(b, &e->family);
	cl_layout_raw(b, e->addr, sizeof(e->addr));
	cl_layout_u16(b, &e->port);
}

/**
 * cl_entry_member_bytes() - bytes of a member, both directions
 * @b: place
 * @m: the member, not checked
 */
void cl_entry_member_bytes(struct cl_layout *b, struct cl_member *m)
{
	cl_layout_u32(b, &m->id);
	cl_layout_raw(b, m->name, sizeof(m->name));
	endpoint_bytes(b, &m->time);
	endpoint_bytes(b, &m->stream);
	cl_layout_raw(b, m->key, sizeof(m->key));
	cl_layout_u16(b, &m->flags);
}

/**
 * cl_entry_utc_bytes() - bytes of a relation of TAI and UTC, both directions
 * @b: place
 * @u: the relation, not checked
 */
void cl_entry_utc_bytes(struct cl_layout *b, struct cl_utc *u)
{
	u16 offset = u->offset_s;

	cl_layout_s64(b, &u->since_s);
	cl_layout_u16(b, &offset);
	cl_layout_u8(b, &u->leap);
	cl_layout_s64(b, &u->leap_s);
	u->offset_s = (s16)offset;
}

/**
 * cl_entry_isolation_bytes() - bytes of an isolation, both directions
 * @b: place
 * @i: the isolation, not checked; of too many accusations none is read
 */
void cl_entry_isolation_bytes(struct cl_layout *b, struct cl_isolation *i)
{
	cl_layout_u32(b, &i->node);
	cl_layout_u32(b, &i->term);
	cl_layout_u8(b, &i->rule);
	cl_layout_u8(b, &i->n);
	for (unsigned int k = 0; i->n <= CL_ENTRY_PROOFS_MAX && k < i->n; k++) {
		struct cl_accusation *a = &i->accusations[k];

		cl_layout_u32(b, &a->accuser);
		cl_layout_u8(b, &a->rule);
		cl_layout_s64(b, &a->offset_ns);
		cl_layout_u64(b, &a->limit_ns);
		cl_layout_u32(b, &a->round);
	}
}

static void readmission_bytes(struct cl_layout *b, struct cl_readmission *d)
{
	cl_layout_u32(b, &d->node);
	cl_layout_u8(b, &d->n);
	for (unsigned int k = 0; d->n <= CL_ENTRY_PROOFS_MAX && k < d->n; k++) {
		struct cl_report *r = &d->reports[k];

		cl_layout_u32(b, &r->voter);
		cl_layout_s64(b, &r->since_ns);
		cl_layout_s64(b, &r->until_ns);
		cl_layout_u64(b, &r->worst_ns);
		cl_layout_u64(b, &r->limit_ns);
	}
}

static void change_bytes(struct cl_layout *b, struct cl_common_change *c)
{
	cl_layout_u16(b, &c->have);
	for (unsigned int i = 0; i < CL_COMMON_N; i++)
		cl_layout_u64(b, &c->value[i]);
}

static void body_bytes(struct cl_layout *b, struct cl_entry *e)
{
	switch (e->kind) {
	case CL_ENTRY_MEMBER_PUT:
		cl_entry_member_bytes(b, &e->put);
		break;
	case CL_ENTRY_MEMBER_DEL:
		cl_layout_u32(b, &e->del);
		break;
	case CL_ENTRY_SETTINGS:
		change_bytes(b, &e->change);
		break;
	case CL_ENTRY_UTC:
		cl_entry_utc_bytes(b, &e->utc);
		break;
	case CL_ENTRY_ISOLATE:
		cl_entry_isolation_bytes(b, &e->isolate);
		break;
	case CL_ENTRY_READMIT:
		readmission_bytes(b, &e->readmit);
		break;
	}
}

static void entry_bytes(struct cl_layout *b, u8 *version, struct cl_entry *e)
{
	cl_layout_u8(b, version);
	cl_layout_u8(b, &e->kind);
	cl_layout_u32(b, &e->requester);
	cl_layout_u64(b, &e->request);
	cl_layout_s64(b, &e->time_ns);
	body_bytes(b, e);
}

/**
 * cl_entry_encode() - bytes of an entry
 * @e: the entry
 * @buf: gets them
 * @size: bytes of @buf; CL_ENTRY_MAX are always enough
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure what is wrong
 *
 * Return: number of bytes; -EINVAL if a field is wrong, -EMSGSIZE if @buf is too
 * small.
 */
int cl_entry_encode(const struct cl_entry *e, u8 *buf, size_t size, char *error)
{
	struct cl_layout b = { .to = buf, .size = size };
	struct cl_entry copy = *e;
	u8 version = CL_ENTRY_VERSION;

	if (check_entry(e, error))
		return -EINVAL;
	entry_bytes(&b, &version, &copy);
	if (!cl_layout_short(&b))
		return (int)b.at;
	cl_wrong(error, "entry: needs %zu bytes", b.at);
	return -EMSGSIZE;
}

/**
 * cl_entry_decode() - an entry of bytes
 * @e: gets it; undefined after a failure
 * @data: the bytes, whoever they come from
 * @len: number of them
 * @error: CL_ENTRY_ERROR_SIZE bytes; on failure which field is wrong and why
 *
 * Return: 0 or -EINVAL.
 */
int cl_entry_decode(struct cl_entry *e, const u8 *data, size_t len, char *error)
{
	struct cl_layout b = { .from = data, .size = len };
	u8 version = 0;

	memset(e, 0, sizeof(*e));
	entry_bytes(&b, &version, e);
	if (len && version != CL_ENTRY_VERSION)
		return cl_wrong(error, "entry: version %u, this program has %d",
				version, CL_ENTRY_VERSION);
	if (cl_layout_short(&b))
		return cl_wrong(error, "entry: ends after %zu bytes", len);
	if (check_entry(e, error))
		return -EINVAL;
	if (b.at < len)
		return cl_wrong(error, "%s: %zu bytes too many", kinds[e->kind],
				len - b.at);
	return 0;
}
