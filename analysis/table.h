/* SPDX-License-Identifier: MIT */
/*
 * The points of a result as columns: the form between the JSON objects of result.h and the HDF5
 * file, so that what a column's type, fill and name are is decided (and tested) without HDF5. All
 * is owned by the table.
 */
#ifndef ANALYSIS_TABLE_H
#define ANALYSIS_TABLE_H

#include <stdint.h>

#include "analysis/result.h"

/* Which part of a point a column is, and with it its shape: (point), but (point, processor) for
 * COLUMN_PROCESSOR and (point, node) for COLUMN_NODE. */
enum column_list {
	COLUMN_POINT, /* the point's key */
	COLUMN_CONFIG,
	COLUMN_MACHINE,
	COLUMN_PROCESSOR,
	COLUMN_NODE,
	COLUMN_LISTS
};
extern const char *const column_list_names[COLUMN_LISTS];

enum column_type { COLUMN_INTEGER, COLUMN_REAL, COLUMN_TEXT };

#define COLUMN_HOLE (-1) /* a missing integer; a missing real is NaN, a missing text "" */

struct column {
	enum column_list list;
	enum column_type type;
	char *key;  /* the counter's or config key */
	char *name; /* of the variable in the file: the key, unless two lists have the same */
	char *unit, *help;
	bool holes; /* some integers are COLUMN_HOLE */
	/* [points * width of the list], by type: */
	int64_t *integers;
	double *reals;
	char **texts;
};

struct table {
	size_t points, count;
	size_t width[COLUMN_LISTS]; /* values per point */
	char **labels;		    /* [points] */
	struct column *columns;	    /* [count] */
};

/* Fills the table from points; an error names the point and what is wrong with it. */
int table_from_points(struct table *, const struct result_schema *, json_t *const *points, size_t n,
		      struct error *err);
/* The reverse: a new array of point objects. */
json_t *table_to_points(const struct table *);
/* Adds a column with its values allocated and empty (0, NaN, NULL); its texts are copied. */
struct column *table_add(struct table *, enum column_list, enum column_type, const char *key,
			 const char *unit, const char *help);
/* Values that a column of this list has. */
size_t table_values(const struct table *, enum column_list);
void table_release(struct table *);

#endif
