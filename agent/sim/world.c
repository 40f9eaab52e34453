// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <stdarg.h>

/**
 * cs_trace() - write down that something happens
 * @w: world; nothing is done if it has no trace
 * @fmt: what, as of printf()
 */
void cs_trace(const struct cs_world *w, const char *fmt, ...)
{
	va_list ap;

	if (!w->trace)
		return;
	fprintf(w->trace, "%lld.%09lld ",
		(long long)(w->heap.now / CL_NS_PER_SEC),
		(long long)(w->heap.now % CL_NS_PER_SEC));
	va_start(ap, fmt);
	vfprintf(w->trace, fmt, ap);
	va_end(ap);
	fputc('\n', w->trace);
}
