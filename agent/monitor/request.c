// SPDX-License-Identifier: GPL-2.0-or-later
#include "request.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/**
 * cl_request_fail() - refuse a request
 * @r: the request
 * @status: HTTP status
 * @where: what of it is wrong, for people
 * @fmt: printf() format of why
 *
 * Return: @status.
 */
unsigned int cl_request_fail(struct cl_request *r, unsigned int status,
			     const char *where, const char *fmt, ...)
{
	va_list ap;

	r->status = status;
	snprintf(r->where, sizeof(r->where), "%s", where);
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	return status;
}

/**
 * cl_json_ms() - an instant
 * @utc_ns: ns since 1970 UTC; 0 or less: none
 *
 * Return: ms since then, null if there is none; a new reference.
 */
json_t *cl_json_ms(s64 utc_ns)
{
	/* Whole us: doubles of this size have no more. */
	return utc_ns > 0 ? json_real(round(utc_ns / 1e3) / 1e3) : json_null();
}

/**
 * cl_json_ns() - a duration
 * @ns: ns; from S64_MAX on: without limit
 *
 * Return: the number, null without limit; a new reference.
 */
json_t *cl_json_ns(u64 ns)
{
	return ns < S64_MAX ? json_integer(ns) : json_null();
}

/**
 * cl_json_text() - a text
 * @text: the text, NULL or "": none
 *
 * Return: the string or null, a new reference.
 */
json_t *cl_json_text(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

/**
 * cl_json_number() - a figure that may be unknown
 * @v: the figure, NaN: not known
 *
 * Return: the number or null, a new reference.
 */
json_t *cl_json_number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

/**
 * cl_json_put() - put a value into an object
 * @object: the object
 * @key: name of the value, has to be ASCII and new to the object
 * @value: the value; the reference is taken
 */
void cl_json_put(json_t *object, const char *key, json_t *value)
{
	json_object_set_new_nocheck(object, key, value);
}

/**
 * cl_json_add() - put a value at the end of an array
 * @array: the array
 * @value: the value; the reference is taken
 */
void cl_json_add(json_t *array, json_t *value)
{
	json_array_append_new(array, value);
}
