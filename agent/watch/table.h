/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output for people: rows of cells in aligned columns.
 */
#ifndef _CL_WATCH_TABLE_H
#define _CL_WATCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CL_TABLE_COLUMNS 16

/**
 * struct cl_table - rows of cells, printed with aligned columns
 * @cells: the cells, row by row, allocated
 * @n: number of @cells
 * @columns: cells of a row, at most CL_TABLE_COLUMNS
 * @right: bit i: column i is flush right
 */
struct cl_table {
	char **cells;
	size_t n;
	unsigned int columns;
	unsigned int right;
};

void cl_table_cell(struct cl_table *t, const char *text);
void cl_table_row(struct cl_table *t, const char *const *cells);
void cl_table_print(struct cl_table *t, FILE *f);

#endif /* _CL_WATCH_TABLE_H */
