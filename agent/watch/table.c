// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return p;
}

/**
 * cl_table_cell() - append a cell
 * @t: the table
 * @text: copied
 */
void cl_table_cell(struct cl_table *t, const char *text)
{
	t->cells = must(reallocarray(t->cells, t->n + 1, sizeof(*t->cells)));
	t->cells[t->n++] = must(strdup(text));
}

/**
 * cl_table_row() - append a row
 * @t: the table
 * @cells: as many as the table has columns, copied
 */
void cl_table_row(struct cl_table *t, const char *const *cells)
{
	for (unsigned int i = 0; i < t->columns; i++)
		cl_table_cell(t, cells[i]);
}

static void measure(const struct cl_table *t, int *width)
{
	int len;

	memset(width, 0, sizeof(*width) * t->columns);
	for (size_t i = 0; i < t->n; i++) {
		len = strlen(t->cells[i]);
		if (len > width[i % t->columns])
			width[i % t->columns] = len;
	}
}

/**
 * cl_table_print() - print a table and free its cells
 * @t: the table
 * @f: where to
 */
void cl_table_print(struct cl_table *t, FILE *f)
{
	int width[CL_TABLE_COLUMNS];
	unsigned int col;
	bool last;

	measure(t, width);
	for (size_t i = 0; i < t->n; i++) {
		col = i % t->columns;
		last = col + 1 == t->columns;
		if (t->right & (1U << col))
			fprintf(f, "%*s", width[col], t->cells[i]);
		else
			fprintf(f, "%-*s", last ? 0 : width[col], t->cells[i]);
		fputs(last ? "\n" : "  ", f);
		free(t->cells[i]);
	}
	free(t->cells);
	t->cells = NULL;
	t->n = 0;
}
