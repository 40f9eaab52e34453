/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output for people (aligned, every quantity with its unit) and for programs
 * (JSON), both from the tables of the netlink model.
 */
#ifndef _CL_CLI_OUTPUT_H
#define _CL_CLI_OUTPUT_H

#include <stdio.h>

#include "agent/watch/json.h"

#define CL_OUTPUT_COLUMNS 12
#define CL_OUTPUT_VALUE_SIZE 256

/**
 * struct cl_table - rows of cells, printed with aligned columns
 * @cells: the cells, row by row, allocated
 * @n: number of @cells
 * @columns: cells of a row, at most CL_OUTPUT_COLUMNS
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

const char *cl_output_value(char *buf, const struct cl_nl_field *f,
			    const struct cl_nl_msg *m);
void cl_output_object(const struct cl_nl_msg *m);
void cl_output_print_json(json_t *j);
void cl_output_print_line(json_t *j);

#endif /* _CL_CLI_OUTPUT_H */
