// SPDX-License-Identifier: GPL-2.0-or-later
#include "errors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	int code;
	const char *text;
} texts[] = {
	{ EPROTONOSUPPORT,
	  "the clocklink module is not loaded (insmod clocklink.ko)" },
	{ ENODEV,
	  "this network namespace has no instance (clocklinkctl instance add)" },
	{ EPERM, "not permitted, this needs CAP_NET_ADMIN" },
	{ EBADMSG, "message and program do not fit, rebuild one of them" },
	{ EPROTO, "not a time page of a version known here" },
	{ ESTALE, "the term is older than one already obeyed" },
	{ ENOBUFS, "events were lost, they came too fast" },
	{ ETIMEDOUT, "the kernel did not answer in time" },
};

/**
 * cl_error_text() - describe an error
 * @err: -errno
 *
 * Return: text without a full stop; that of the C library if Clocklink has no
 * words of its own.
 */
const char *cl_error_text(int err)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].code == -err)
			return texts[i].text;
	return strerror(-err);
}

/**
 * cl_error_explain() - describe the kernel's refusal of a request
 * @e: the refusal
 * @buf: where to
 * @size: bytes at @buf, longer text is cut
 */
void cl_error_explain(const struct cl_nl_error *e, char *buf, size_t size)
{
	const char *text = e->text;

	if (!*text)
		text = e->missing ? "missing" : cl_error_text(e->code);
	snprintf(buf, size, "%s%s%s", e->attr ? e->attr : "",
		 e->attr ? ": " : "", text);
}
