// SPDX-License-Identifier: GPL-2.0-or-later
#include "finding.h"

#include <stdarg.h>
#include <string.h>

/**
 * cl_findings_add() - a new finding
 * @f: gets it
 * @fault: of which kind, for ever valid
 *
 * Return: the finding, whose place and figures are to be written; one that is
 * not kept if there is no room.
 */
struct cl_finding *cl_findings_add(struct cl_findings *f,
				   const struct cl_fault *fault)
{
	static struct cl_finding spare;
	struct cl_finding *ret = &spare;

	if (f->n < CL_FINDINGS_MAX)
		ret = &f->all[f->n++];
	else
		f->more++;
	*ret = (struct cl_finding){
		.fault = fault,
		.severity = fault->severity,
	};
	return ret;
}

/**
 * cl_finding_where() - the place of a fault
 * @f: the finding
 * @fmt: as of printf()
 */
void cl_finding_where(struct cl_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->where, sizeof(f->where), fmt, ap);
	va_end(ap);
}

/**
 * cl_finding_what() - what was seen of a fault
 * @f: the finding
 * @fmt: as of printf()
 */
void cl_finding_what(struct cl_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
}

/**
 * cl_severity_name() - word for a severity
 * @severity: the severity
 *
 * Return: the word.
 */
const char *cl_severity_name(enum cl_severity severity)
{
	static const char *const names[] = {
		[CL_SEVERITY_NOTE] = "note",
		[CL_SEVERITY_WARNING] = "warning",
		[CL_SEVERITY_CRITICAL] = "critical",
	};

	return names[severity];
}

/* Words of a text in lines of at most 79 characters, each behind an indent. */
static void print_wrapped(FILE *out, const char *text)
{
	static const size_t width = 75;
	size_t len;

	while (*text) {
		len = strlen(text);
		if (len > width) {
			len = width;
			while (len && text[len] != ' ')
				len--;
			if (!len)
				len = strcspn(text, " ");
		}
		fprintf(out, "    %.*s\n", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
}

/**
 * cl_findings_print() - findings for people, the worst first
 * @f: the findings
 * @out: where to
 */
void cl_findings_print(const struct cl_findings *f, FILE *out)
{
	const struct cl_finding *one;

	for (int s = CL_SEVERITY_CRITICAL; s >= CL_SEVERITY_NOTE; s--)
		for (unsigned int i = 0; i < f->n; i++) {
			one = &f->all[i];
			if (one->severity != (enum cl_severity)s)
				continue;
			fprintf(out, "%s: %s, %s\n", cl_severity_name(s),
				one->fault->name, one->where);
			print_wrapped(out, one->what);
			print_wrapped(out, one->fault->advice);
		}
	if (f->more)
		fprintf(out, "and %u more\n", f->more);
}

/**
 * cl_findings_json() - findings for programs
 * @f: the findings
 *
 * Return: a new array.
 */
json_t *cl_findings_json(const struct cl_findings *f)
{
	json_t *all = json_array(), *j;
	const struct cl_finding *one;

	for (unsigned int i = 0; i < f->n; i++) {
		one = &f->all[i];
		j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name",
			      one->fault->name, "severity",
			      cl_severity_name(one->severity), "where",
			      one->where, "what", one->what, "advice",
			      one->fault->advice);
		json_array_append_new(all, j);
	}
	return all;
}
