/* SPDX-License-Identifier: MIT */
/* Tables on a terminal: cells are collected, then printed with columns as wide as they need. */
#ifndef SIM_TEXT_TABLE_H
#define SIM_TEXT_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct text_table {
	size_t columns, used; /* cells so far */
	char **cells;	      /* owned */
	unsigned long left;   /* bit per column: aligned to the left (the others to the right) */
};

void text_table_init(struct text_table *, size_t columns, unsigned long left);
/* The next cell, printf-style. */
void text_table_add(struct text_table *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The next cell: a number with so many decimals, "-" when it is not finite. */
void text_table_number(struct text_table *, double value, int decimals);
/* Prints and releases. */
void text_table_print(struct text_table *, FILE *out);

#endif
