// SPDX-License-Identifier: GPL-2.0-or-later
#include "value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lib/units.h"
#include "osc.h"

/* Decimal number at the start of @s; *end is @s if there is none. */
static double leading_number(const char *s, const char **end)
{
	size_t n = strspn(s, "+-.0123456789");
	char *stop;
	double v = strtod(s, &stop);

	/* strtod() also takes exponents, hexadecimal and "inf". */
	*end = stop == s + n ? stop : s;
	return v;
}

/**
 * vt_value_number() - read a number
 * @s: decimal, without exponent
 * @min: smallest allowed
 * @max: greatest allowed
 * @ret: the number
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_number(const char *s, double min, double max, double *ret)
{
	const char *end;
	double v = leading_number(s, &end);

	if (end == s || *end)
		return "not a number";
	if (v < min || v > max)
		return "out of range";
	*ret = v;
	return NULL;
}

/**
 * vt_value_integer() - read an integer
 * @s: decimal, or hexadecimal with 0x
 * @min: smallest allowed
 * @max: greatest allowed
 * @ret: the number
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_integer(const char *s, s64 min, s64 max, s64 *ret)
{
	switch (cl_units_parse_number(s, min, max, ret)) {
	case 0:
		return NULL;
	case -ERANGE:
		return "out of range";
	default:
		return "not an integer";
	}
}

/**
 * vt_value_duration() - read a duration
 * @s: number and unit as cl_units_parse_duration() takes them
 * @min: shortest allowed, ps
 * @max: longest allowed, ps
 * @ret_ps: the duration, ps, a multiple of 1 ns
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_duration(const char *s, s64 min, s64 max, s64 *ret_ps)
{
	s64 v;

	switch (cl_units_parse_duration(s, &v)) {
	case 0:
		break;
	case -ERANGE:
		return "out of range";
	default:
		return "not a duration of ns, us, ms, s, min or h";
	}
	if (v < 0 && min >= 0)
		return "negative";
	if (__builtin_mul_overflow(v, VT_PS_PER_NS, &v) || v < min || v > max)
		return "out of range";
	*ret_ps = v;
	return NULL;
}

/**
 * vt_value_frequency() - read a frequency difference
 * @s: number and ppm or ppb
 * @ret_ppt: the difference, 1e-12; a tenth of what an oscillator may be off
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_frequency(const char *s, s64 *ret_ppt)
{
	s64 v;

	switch (cl_units_parse_freq(s, &v)) {
	case 0:
		break;
	case -ERANGE:
		return "out of range";
	default:
		return "not a frequency of ppm or ppb";
	}
	if (v < -VT_OSC_PPT_MAX / 10 || v > VT_OSC_PPT_MAX / 10)
		return "out of range";
	*ret_ppt = v;
	return NULL;
}

/**
 * vt_value_probability() - read a probability
 * @s: "0.01" or "1%"
 * @ret: 0 to 1
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_probability(const char *s, double *ret)
{
	const char *end;
	double v = leading_number(s, &end);

	if (end == s || (*end && strcmp(end, "%")))
		return "not a probability like 0.01 or 1%";
	if (*end)
		v /= 100;
	if (v < 0 || v > 1)
		return "not a probability between 0 and 1";
	*ret = v;
	return NULL;
}

/**
 * vt_value_rate() - read a bit rate
 * @s: number and bit, kbit, Mbit or Gbit; or 0
 * @ret: bit/s, 1000 to 1e12; 0
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_rate(const char *s, double *ret)
{
	static const struct {
		const char *name;
		double scale;
	} unit[] = {
		{ "bit", 1 }, { "kbit", 1e3 }, { "Mbit", 1e6 }, { "Gbit", 1e9 }
	};
	const char *end;
	double v = leading_number(s, &end);

	if (end != s && !*end && v == 0) {
		*ret = 0;
		return NULL;
	}
	for (size_t i = 0; end != s && i < sizeof(unit) / sizeof(*unit); i++) {
		if (strcmp(end, unit[i].name))
			continue;
		v *= unit[i].scale;
		if (v < 1e3 || v > 1e12)
			return "out of range";
		*ret = v;
		return NULL;
	}
	return "not a rate of bit, kbit, Mbit or Gbit";
}

/**
 * vt_value_nodes() - read which nodes
 * @s: "3", "1-3", or "*" for all
 * @nodes: how many there are
 * @ret_first: first node
 * @ret_last: last node
 *
 * Return: NULL, or what is wrong.
 */
const char *vt_value_nodes(const char *s, unsigned int nodes,
			   unsigned int *ret_first, unsigned int *ret_last)
{
	static const char digits[] = "0123456789";
	unsigned long first, last;
	char *end;

	if (!strcmp(s, "*")) {
		*ret_first = 0;
		*ret_last = nodes - 1;
		return NULL;
	}
	first = strtoul(s, &end, 10);
	last = first;
	if (!strspn(s, digits) || (*end == '-' && !strspn(end + 1, digits)))
		return "not a node, a range like 1-3, or *";
	if (*end == '-')
		last = strtoul(end + 1, &end, 10);
	if (*end)
		return "not a node, a range like 1-3, or *";
	if (first > last)
		return "range runs backwards";
	if (last >= nodes)
		return "no such node";
	*ret_first = first;
	*ret_last = last;
	return NULL;
}
