/* SPDX-License-Identifier: MIT */
/*
 * Parameters as rows. A struct of parameters comes with a table of rows; the command line, the
 * YAML files, --help, the range checks and the provenance in the results all walk the rows, so a
 * parameter is written once. A row with key NULL ends a table.
 */
#ifndef SIM_BASE_PARAM_H
#define SIM_BASE_PARAM_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/error.h"

enum param_type {
	PARAM_COUNT,  /* uint64_t; suffixes K, M, G (1024) allowed */
	PARAM_REAL,   /* double */
	PARAM_CHOICE, /* uint64_t: index into choices */
};

struct param {
	const char *key; /* "l2.size": lower case, dots between group and name */
	enum param_type type;
	size_t offset;	    /* of the field in the struct */
	double value;	    /* default (index for a choice) */
	double min, max;    /* inclusive range; ignored for a choice */
	int power_of_two;   /* the value must be one */
	const char *unit;   /* "bytes", "ns", "cycles", "1"; as in the results */
	const char *help;   /* one line */
	const char *source; /* where the default comes from: paper and section, or "ours: why" */
	const char *const *choices; /* NULL-terminated words, for PARAM_CHOICE */
};

/* Fills the struct with the defaults. */
void params_default(const struct param *rows, void *object);

/* Sets one key from text. An unknown key, a malformed or out-of-range value is an error that names
 * key, value, range and the nearest known key. Returns 0 or -1. */
int param_set(const struct param *rows, void *object, const char *key, const char *text,
	      struct error *err);

/* As param_set for one "key=value" text. */
int param_assign(const struct param *rows, void *object, const char *assignment, struct error *err);

/* The row of a key, or NULL. */
const struct param *param_find(const struct param *rows, const char *key);

/* The value as text (shortest that reads back the same), as the results and tables show it. */
void param_text(const struct param *row, const void *object, char *text, size_t size);

/* The value as a number (a choice as its index). */
double param_number(const struct param *row, const void *object);

/* Number of rows before the end. */
size_t params_count(const struct param *rows);

/* Prints a table for people: key, default, range, unit, help, source. */
void params_print(const struct param *rows, FILE *out);

#endif
