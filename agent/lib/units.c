// SPDX-License-Identifier: GPL-2.0-or-later
#include "units.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kmod/core/fixed.h"

struct unit {
	const char *name;
	s64 scale;
};

/* Largest first, for printing; scale in ns. */
static const struct unit durations[] = {
	{ "h", 3600 * CL_NS_PER_SEC },
	{ "min", 60 * CL_NS_PER_SEC },
	{ "s", CL_NS_PER_SEC },
	{ "ms", CL_NS_PER_MS },
	{ "us", CL_NS_PER_US },
	{ "ns", 1 },
	{ NULL, 0 },
};

/* Scale in 1e-12. */
static const struct unit freqs[] = {
	{ "ppm", 1000000 },
	{ "ppb", 1000 },
	{ NULL, 0 },
};

static const struct unit *find_unit(const struct unit *u, const char *name)
{
	for (; u->name; u++)
		if (!strcmp(u->name, name))
			return u;
	return NULL;
}

/*
 * Decimal fraction of a unit.  Digits that mean less than 1 of the result are
 * refused: the caller would get another number than was written.
 */
static int parse_fraction(const char *s, size_t n, s64 scale, s64 *ret)
{
	s64 sum = 0;

	for (size_t i = 0; i < n; i++) {
		if ((!scale || scale % 10) && s[i] != '0')
			return -EINVAL;
		scale /= 10;
		sum += (s[i] - '0') * scale;
	}
	*ret = sum;
	return 0;
}

static int parse_scaled(const char *s, const struct unit *units, s64 *ret)
{
	bool minus = *s == '-';
	const struct unit *u;
	const char *frac = "";
	size_t whole_n, frac_n = 0;
	s64 whole, sum;
	char *end;
	int err;

	if (*s == '-' || *s == '+')
		s++;
	whole_n = strspn(s, "0123456789");
	if (!whole_n)
		return -EINVAL;
	errno = 0;
	whole = strtoll(s, &end, 10);
	if (errno)
		return -ERANGE;
	if (*end == '.') {
		frac = end + 1;
		frac_n = strspn(frac, "0123456789");
		if (!frac_n)
			return -EINVAL;
		end += 1 + frac_n;
	}
	/* Zero needs no unit. */
	if (!*end && !whole && strspn(frac, "0") == frac_n) {
		*ret = 0;
		return 0;
	}
	u = find_unit(units, end);
	if (!u)
		return -EINVAL;
	err = parse_fraction(frac, frac_n, u->scale, &sum);
	if (err)
		return err;
	if (__builtin_mul_overflow(whole, u->scale, &whole) ||
	    __builtin_add_overflow(whole, sum, &sum))
		return -ERANGE;
	*ret = minus ? -sum : sum;
	return 0;
}

/**
 * cl_units_parse_duration() - read a duration
 * @s: number and unit, without a blank: ns, us, ms, s, min, h
 * @ret_ns: the duration, ns; may be negative
 *
 * Return: 0; -EINVAL if it is no duration or finer than 1 ns, -ERANGE if it
 * does not fit.
 */
int cl_units_parse_duration(const char *s, s64 *ret_ns)
{
	return parse_scaled(s, durations, ret_ns);
}

/**
 * cl_units_parse_freq() - read a frequency difference
 * @s: number and unit, without a blank: ppb, ppm
 * @ret_ppt: the frequency, 1e-12; may be negative
 *
 * Return: 0; -EINVAL if it is no frequency or finer than 1e-12, -ERANGE if it
 * does not fit.
 */
int cl_units_parse_freq(const char *s, s64 *ret_ppt)
{
	return parse_scaled(s, freqs, ret_ppt);
}

/**
 * cl_units_parse_number() - read an integer without a unit
 * @s: decimal digits, or 0x and hexadecimal ones
 * @min: smallest value allowed
 * @max: largest value allowed
 * @ret: the number
 *
 * Return: 0; -EINVAL if it is no number, -ERANGE if it lies outside.
 */
int cl_units_parse_number(const char *s, s64 min, s64 max, s64 *ret)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	char *end;
	s64 v;

	if (!isdigit((unsigned char)s[*s == '-']))
		return -EINVAL;
	errno = 0;
	v = strtoll(s, &end, hex ? 16 : 10);
	if (*end || end == s)
		return -EINVAL;
	if (errno || v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

/**
 * cl_units_parse_bool() - read a truth value
 * @s: yes, no, on, off, true, false, 1 or 0
 * @ret: the value
 *
 * Return: 0; -EINVAL if it is none of these.
 */
int cl_units_parse_bool(const char *s, bool *ret)
{
	static const char *const words[] = { "no",    "yes",  "off", "on",
					     "false", "true", "0",   "1" };
	const unsigned int n = sizeof(words) / sizeof(*words);

	for (unsigned int i = 0; i < n; i++) {
		if (!strcmp(s, words[i])) {
			*ret = i & 1;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_device(const char *name, u32 *ret)
{
	*ret = if_nametoindex(name);
	if (!*ret)
		*ret = strtoul(name, NULL, 10);
	return *ret ? 0 : -ENXIO;
}

static int parse_scope(const char *s, struct cl_nl_peer *ret)
{
	if (parse_device(s, &ret->scope))
		return -ENXIO;
	ret->have |= CL_NL_BIT(PEER_SCOPE);
	return 0;
}

static int parse_host(char *host, struct cl_nl_peer *ret)
{
	char *scope = strchr(host, '%');
	int err = 0;

	if (scope)
		*scope++ = '\0';
	if (inet_pton(AF_INET6, host, &ret->addr6) == 1) {
		ret->have |= CL_NL_BIT(PEER_ADDR6);
		if (scope)
			err = parse_scope(scope, ret);
		else if (IN6_IS_ADDR_LINKLOCAL(&ret->addr6))
			err = -ENXIO;
		return err;
	}
	if (scope || inet_pton(AF_INET, host, &ret->addr4) != 1)
		return -EINVAL;
	ret->have |= CL_NL_BIT(PEER_ADDR4);
	return 0;
}

/* Cut "host", "host4:port", "[host6]" or "[host6]:port" at its port. */
static int split_port(char *s, char **ret_host, char **ret_port)
{
	char *colon = strchr(s, ':');
	char *close;

	*ret_host = s;
	*ret_port = NULL;
	if (*s == '[') {
		close = strchr(s, ']');
		if (!close || (close[1] && close[1] != ':'))
			return -EINVAL;
		*ret_host = s + 1;
		*ret_port = close[1] ? close + 2 : NULL;
		*close = '\0';
	} else if (colon && !strchr(colon + 1, ':')) {
		*colon = '\0';
		*ret_port = colon + 1;
	}
	return 0;
}

/**
 * cl_units_parse_address() - read the address of a peer
 * @s: IPv4 or IPv6 address; IPv6 with %interface if it is link-local, and in
 *	brackets if a port follows; :port
 * @ret: gets address, scope and port, and their bits; the rest stays
 *
 * Return: 0; -EINVAL if it is no address, -ERANGE for a bad port, -ENXIO if the
 * interface of a link-local address is missing or unknown.  @ret is
 * unspecified then.
 */
int cl_units_parse_address(const char *s, struct cl_nl_peer *ret)
{
	char copy[CL_UNITS_ADDR_SIZE];
	char *host, *port;
	s64 v = 0;
	int err;

	if (strlen(s) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, s);
	err = split_port(copy, &host, &port);
	if (!err)
		err = parse_host(host, ret);
	if (err || !port)
		return err;
	err = cl_units_parse_number(port, 1, 65535, &v);
	if (err)
		return err;
	ret->port = v;
	ret->have |= CL_NL_BIT(PEER_PORT);
	return 0;
}

/**
 * cl_units_parse_group() - read the address of a multicast group
 * @s: IPv4 or IPv6 group, with %interface if not routing says which; "off": none
 * @ret: gets group and interface, and their bits; the rest stays
 *
 * Return: 0; -EINVAL if it is no group, -ENXIO if there is no such interface, or none
 * is named for an IPv6 group of the link or less.  @ret is unchanged then.
 */
int cl_units_parse_group(const char *s, struct cl_nl_instance *ret)
{
	struct in6_addr a = IN6ADDR_ANY_INIT;
	size_t len = strcspn(s, "%");
	char host[CL_UNITS_ADDR_SIZE];
	struct in_addr four;
	u32 ifindex = 0;
	bool six;

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, s, len);
	host[len] = '\0';
	six = inet_pton(AF_INET6, host, &a) == 1;
	if (!six && inet_pton(AF_INET, host, &four) == 1 &&
	    IN_MULTICAST(ntohl(four.s_addr))) {
		memset(&a.s6_addr[10], 0xff, 2);
		memcpy(&a.s6_addr[12], &four, sizeof(four));
	} else if (!(six && IN6_IS_ADDR_MULTICAST(&a)) && strcmp(s, "off")) {
		return -EINVAL;
	}
	if (s[len] && parse_device(s + len + 1, &ifindex))
		return -ENXIO;
	if (six && (a.s6_addr[1] & 0xf) <= 2 && !ifindex)
		return -ENXIO;
	ret->multicast = a;
	ret->multicast_ifindex = ifindex;
	ret->have |= CL_NL_BIT(INSTANCE_MULTICAST) |
		     CL_NL_BIT(INSTANCE_MULTICAST_IFINDEX);
	return 0;
}

/* Four significant digits, with the sign given in the format. */
static const char *print_scaled(char *buf, const char *sign, s64 v, s64 scale,
				const char *unit)
{
	double x = (double)cl_abs_s64(v) / scale;

	snprintf(buf, CL_UNITS_SIZE, "%s%.*f %s", sign,
		 scale == 1 ? 0 :
		 x < 9.9995 ? 3 :
		 x < 99.995 ? 2 :
			      1,
		 x, unit);
	return buf;
}

static const char *print_duration(char *buf, const char *sign, s64 ns)
{
	u64 mag = cl_abs_s64(ns);
	const struct unit *u = durations;

	/* Hours and minutes only where seconds would be hard to read. */
	while (u[1].name &&
	       mag < (u64)u->scale * (u->scale > CL_NS_PER_SEC ? 2 : 1))
		u++;
	return print_scaled(buf, sign, ns, u->scale, u->name);
}

/**
 * cl_units_duration() - a duration for people
 * @buf: CL_UNITS_SIZE bytes
 * @ns: the duration
 *
 * Return: @buf, with a number and its unit.
 */
const char *cl_units_duration(char *buf, s64 ns)
{
	return print_duration(buf, ns < 0 ? "-" : "", ns);
}

/**
 * cl_units_bound() - an error bound for people
 * @buf: CL_UNITS_SIZE bytes
 * @ns: the bound; what does not fit s64 is no bound
 *
 * Return: @buf, with a number and its unit, or "unlimited".
 */
const char *cl_units_bound(char *buf, u64 ns)
{
	if (ns >= S64_MAX)
		return strcpy(buf, "unlimited");
	return print_duration(buf, "", ns);
}

/**
 * cl_units_offset() - a difference of two times for people
 * @buf: CL_UNITS_SIZE bytes
 * @ns: the difference
 *
 * Return: @buf, with a sign, a number and its unit.
 */
const char *cl_units_offset(char *buf, s64 ns)
{
	return print_duration(buf, ns < 0 ? "-" : ns ? "+" : "", ns);
}

static const char *print_freq(char *buf, const char *sign, s64 ppt)
{
	bool ppm = cl_abs_s64(ppt) >= 1000000;

	return print_scaled(buf, sign, ppt, ppm ? 1000000 : 1000,
			    ppm ? "ppm" : "ppb");
}

/**
 * cl_units_freq() - a frequency difference for people
 * @buf: CL_UNITS_SIZE bytes
 * @ppt: the frequency, 1e-12
 *
 * Return: @buf, with a sign, a number and its unit.
 */
const char *cl_units_freq(char *buf, s64 ppt)
{
	return print_freq(buf, ppt < 0 ? "-" : ppt ? "+" : "", ppt);
}

/**
 * cl_units_drift() - the size of a frequency for people
 * @buf: CL_UNITS_SIZE bytes
 * @ppt: the frequency, 1e-12, below 2^63
 *
 * Return: @buf, with a number and its unit.
 */
const char *cl_units_drift(char *buf, u64 ppt)
{
	return print_freq(buf, "", ppt);
}

/**
 * cl_units_time() - date and time of day
 * @buf: CL_UNITS_SIZE bytes
 * @ns: ns since 1970-01-01 00:00:00 of the scale to be shown
 *
 * Return: @buf, with nanoseconds and without the scale's name.
 */
const char *cl_units_time(char *buf, s64 ns)
{
	s64 frac = ns % CL_NS_PER_SEC;
	time_t s;
	struct tm tm;
	size_t n;

	if (frac < 0)
		frac += CL_NS_PER_SEC;
	s = (ns - frac) / CL_NS_PER_SEC;
	gmtime_r(&s, &tm);
	n = strftime(buf, CL_UNITS_SIZE, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(buf + n, CL_UNITS_SIZE - n, ".%09lld", (long long)frac);
	return buf;
}

/* Append %interface, if there is one. */
static const char *add_device(char *buf, u32 ifindex)
{
	char name[IF_NAMESIZE];
	size_t n = strlen(buf);

	if (!ifindex)
		return buf;
	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "%u", ifindex);
	snprintf(buf + n, CL_UNITS_ADDR_SIZE - n, "%%%s", name);
	return buf;
}

/**
 * cl_units_host() - address of a peer without its port
 * @buf: CL_UNITS_ADDR_SIZE bytes
 * @p: the peer
 *
 * Return: @buf, "-" if the peer has no address.
 */
const char *cl_units_host(char *buf, const struct cl_nl_peer *p)
{
	if (cl_nl_has(p, PEER_ADDR4)) {
		inet_ntop(AF_INET, &p->addr4, buf, CL_UNITS_ADDR_SIZE);
		return buf;
	}
	if (!cl_nl_has(p, PEER_ADDR6))
		return strcpy(buf, "-");
	inet_ntop(AF_INET6, &p->addr6, buf, CL_UNITS_ADDR_SIZE);
	return add_device(buf, p->scope);
}

/**
 * cl_units_group() - the multicast group of an instance, as it can be read back
 * @buf: CL_UNITS_ADDR_SIZE bytes
 * @inst: the instance
 *
 * Return: @buf, "off" if there is none.
 */
const char *cl_units_group(char *buf, const struct cl_nl_instance *inst)
{
	const struct in6_addr *a = &inst->multicast;

	if (IN6_IS_ADDR_UNSPECIFIED(a))
		return strcpy(buf, "off");
	if (IN6_IS_ADDR_V4MAPPED(a))
		inet_ntop(AF_INET, &a->s6_addr[12], buf, CL_UNITS_ADDR_SIZE);
	else
		inet_ntop(AF_INET6, a, buf, CL_UNITS_ADDR_SIZE);
	return add_device(buf, inst->multicast_ifindex);
}

/**
 * cl_units_address() - address and port of a peer, as they can be read back
 * @buf: CL_UNITS_ADDR_SIZE bytes
 * @p: the peer
 *
 * Return: @buf, without a port if @p has none.
 */
const char *cl_units_address(char *buf, const struct cl_nl_peer *p)
{
	bool v6 = cl_nl_has(p, PEER_ADDR6);
	char host[CL_UNITS_ADDR_SIZE];

	cl_units_host(host, p);
	if (!cl_nl_has(p, PEER_PORT))
		return strcpy(buf, host);
	/* 46 of an IPv6 address, 16 of an interface: never cut. */
	snprintf(buf, CL_UNITS_ADDR_SIZE, v6 ? "[%.63s]:%u" : "%.63s:%u", host,
		 p->port);
	return buf;
}
