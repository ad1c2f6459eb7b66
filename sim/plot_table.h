/* SPDX-License-Identifier: MIT */
/*
 * What a figure's script gets from a result: text blocks that it plots from. plots/README.md lists
 * the columns.
 */
#ifndef SIM_PLOT_TABLE_H
#define SIM_PLOT_TABLE_H

#include <jansson.h>
#include <stdio.h>

#include "sim/base/error.h"

/* A row of what is expected, from a CSV file with the columns trace, configuration, percent. */
struct expectation {
	char *trace, *configuration;
	double percent;
};
struct expectations {
	struct expectation *rows; /* owned */
	size_t count;
};
int expectations_read(struct expectations *, const char *path, struct error *err);
void expectations_release(struct expectations *);

/* Writes the blocks $bars and $groups and the variables base, bars, groups
 * and the others of plots/README.md. Bars are grouped by
 * trace, in the file's order, and normalised to the group's bar called `base` (NULL: the first
 * point's). Returns 0 or -1. */
int plot_table_write(FILE *out, const json_t *points, const char *base,
		     const struct expectations *expected, struct error *err);

#endif
