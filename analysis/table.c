/* SPDX-License-Identifier: MIT */
/*
 * Points as columns. Decisions: a config key that is a number in every point that has it is an
 * integer or a real column; one that is a text somewhere is a text column, its numbers written so
 * that the same number always gives the same text. Integers are counts, so -1 marks what a point
 * does not have. A counter name that an earlier list uses too gets the list's name behind it.
 */
#include "analysis/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const column_list_names[COLUMN_LISTS] = {"point", "config", "machine", "processor",
						     "node"};

size_t table_values(const struct table *t, enum column_list list)
{
	return t->points * t->width[list];
}

static bool name_taken(const struct table *t, const char *name)
{
	for (enum column_list l = COLUMN_POINT; l < COLUMN_LISTS; l++)
		if (l != COLUMN_CONFIG && l != COLUMN_MACHINE &&
		    !strcmp(name, column_list_names[l]))
			return true; /* a dimension's */
	for (size_t i = 0; i < t->count; i++)
		if (!strcmp(name, t->columns[i].name))
			return true;
	return false;
}

struct column *table_add(struct table *t, enum column_list list, enum column_type type,
			 const char *key, const char *unit, const char *help)
{
	size_t values = table_values(t, list);
	struct column *c;

	t->columns = realloc(t->columns, (t->count + 1) * sizeof(*t->columns));
	c = &t->columns[t->count];
	memset(c, 0, sizeof(*c));
	c->list = list;
	c->type = type;
	c->key = strdup(key);
	c->name = strdup(key);
	c->unit = strdup(unit);
	c->help = strdup(help);
	while (name_taken(t, c->name)) {
		char *longer;

		if (asprintf(&longer, "%s_by_%s", c->name, column_list_names[list]) < 0)
			abort();
		free(c->name);
		c->name = longer;
	}
	if (type == COLUMN_INTEGER) {
		c->integers = calloc(values, sizeof(*c->integers));
	} else if (type == COLUMN_TEXT) {
		c->texts = calloc(values, sizeof(*c->texts));
	} else {
		c->reals = calloc(values, sizeof(*c->reals));
		for (size_t i = 0; i < values; i++)
			c->reals[i] = NAN;
	}
	t->count++;
	return c;
}

void table_release(struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct column *c = &t->columns[i];

		for (size_t v = 0; c->texts && v < table_values(t, c->list); v++)
			free(c->texts[v]);
		free(c->integers);
		free(c->reals);
		free(c->texts);
		free(c->key);
		free(c->name);
		free(c->unit);
		free(c->help);
	}
	for (size_t p = 0; t->labels && p < t->points; p++)
		free(t->labels[p]);
	free(t->labels);
	free(t->columns);
	memset(t, 0, sizeof(*t));
}

/* The shortest text that reads back as the same number; integral ones without an exponent. */
static char *number_text(const json_t *value)
{
	char text[64];
	double real = json_number_value(value);

	if (json_is_integer(value)) {
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else if (real == floor(real) && fabs(real) < 9007199254740992.0) {
		snprintf(text, sizeof(text), "%.0f", real);
	} else {
		for (int digits = 1; digits <= 17; digits++) {
			snprintf(text, sizeof(text), "%.*g", digits, real);
			if (strtod(text, NULL) == real)
				break;
		}
	}
	return strdup(text);
}

static int add_config(struct table *t, const struct result_schema *schema, const char *key,
		      json_t *const *points, struct error *err)
{
	struct counter_row row = {.unit = "1", .help = key};
	enum column_type type = COLUMN_INTEGER;
	struct column *c;

	for (size_t p = 0; p < t->points; p++) {
		const json_t *v = json_object_get(json_object_get(points[p], "config"), key);

		if (json_is_string(v))
			type = COLUMN_TEXT;
		else if (type == COLUMN_INTEGER && json_is_real(v))
			type = COLUMN_REAL;
		else if (json_is_integer(v) && json_integer_value(v) < 0)
			return error_set(err, "point '%s': config '%s' is negative", t->labels[p],
					 key);
		else if (v && !json_is_number(v))
			return error_set(err, "point '%s': config '%s' is no text or number",
					 t->labels[p], key);
	}
	if (schema->describe && !schema->describe(key, &row))
		row = (struct counter_row){.unit = "1", .help = key};
	c = table_add(t, COLUMN_CONFIG, type, key, row.unit, row.help);
	for (size_t p = 0; p < t->points; p++) {
		const json_t *v = json_object_get(json_object_get(points[p], "config"), key);

		if (type == COLUMN_INTEGER) {
			c->integers[p] = v ? json_integer_value(v) : COLUMN_HOLE;
			c->holes |= !v;
		} else if (type == COLUMN_REAL) {
			c->reals[p] = v ? json_number_value(v) : NAN;
		} else {
			c->texts[p] = json_is_string(v) ? strdup(json_string_value(v))
				      : v		? number_text(v)
							: strdup("");
		}
	}
	return 0;
}

/* Config keys in the order in which they are first met. */
static int add_configs(struct table *t, const struct result_schema *schema, json_t *const *points,
		       struct error *err)
{
	json_t *seen = json_object();
	const char *key;
	json_t *value;
	int rc = 0;

	for (size_t p = 0; p < t->points && !rc; p++) {
		json_object_foreach(json_object_get(points[p], "config"), key, value)
		{
			if (json_object_get(seen, key))
				continue;
			json_object_set_new(seen, key, json_true());
			rc = add_config(t, schema, key, points, err);
			if (rc)
				break;
		}
	}
	json_decref(seen);
	return rc;
}

static int add_counter(struct table *t, enum column_list list, const struct counter_row *row,
		       json_t *const *points, struct error *err)
{
	struct column *c = table_add(t, list, COLUMN_INTEGER, row->name, row->unit, row->help);
	size_t width = t->width[list];

	for (size_t p = 0; p < t->points; p++) {
		const json_t *part = json_object_get(points[p], column_list_names[list]);
		const json_t *values = json_object_get(part, row->name);
		size_t n = list == COLUMN_MACHINE ? 1 : json_array_size(values);

		for (size_t i = 0; i < width; i++) {
			const json_t *v =
				list == COLUMN_MACHINE ? values : json_array_get(values, i);

			if (i < n && (!json_is_integer(v) || json_integer_value(v) < 0))
				return error_set(err, "point '%s': %s counter '%s' is not a count",
						 t->labels[p], column_list_names[list], row->name);
			c->integers[p * width + i] = i < n ? json_integer_value(v) : COLUMN_HOLE;
			c->holes |= i >= n;
		}
	}
	return 0;
}

/* The longest array of any counter of the list; every counter of a point must be as long. */
static int find_width(struct table *t, enum column_list list, const struct counter_row *rows,
		      json_t *const *points, struct error *err)
{
	for (size_t p = 0; p < t->points; p++) {
		const json_t *part = json_object_get(points[p], column_list_names[list]);
		size_t first = json_array_size(json_object_get(part, rows->name));

		for (const struct counter_row *r = rows; r->name; r++) {
			const json_t *values = json_object_get(part, r->name);

			if (!json_is_array(values) || !json_array_size(values) ||
			    json_array_size(values) != first)
				return error_set(err,
						 "point '%s': %s counter '%s' is missing or of "
						 "another length",
						 t->labels[p], column_list_names[list], r->name);
		}
		if (first > t->width[list])
			t->width[list] = first;
	}
	return 0;
}

static int add_identity(struct table *t, json_t *const *points, struct error *err)
{
	struct column *c;

	t->labels = calloc(t->points, sizeof(*t->labels));
	c = table_add(t, COLUMN_POINT, COLUMN_TEXT, "key", "1",
		      "identity: hash of traces, machine, system, policy and program version");
	for (size_t p = 0; p < t->points; p++) {
		const char *label = json_string_value(json_object_get(points[p], "label"));
		const char *key = json_string_value(json_object_get(points[p], "key"));

		if (!label || !key || !*label || !*key)
			return error_set(err, "point %zu has no key or label", p);
		t->labels[p] = strdup(label);
		c->texts[p] = strdup(key);
	}
	return 0;
}

int table_from_points(struct table *t, const struct result_schema *schema, json_t *const *points,
		      size_t n, struct error *err)
{
	const struct counter_row *const lists[COLUMN_LISTS] = {
		[COLUMN_MACHINE] = schema->machine,
		[COLUMN_PROCESSOR] = schema->processor,
		[COLUMN_NODE] = schema->node,
	};

	memset(t, 0, sizeof(*t));
	if (!n)
		return error_set(err, "there are no points to write");
	t->points = n;
	for (enum column_list l = COLUMN_POINT; l < COLUMN_LISTS; l++)
		t->width[l] = 1;
	if (add_identity(t, points, err) || add_configs(t, schema, points, err))
		goto failed;
	for (enum column_list l = COLUMN_MACHINE; l < COLUMN_LISTS; l++) {
		if (!lists[l]->name)
			continue;
		if (l != COLUMN_MACHINE && find_width(t, l, lists[l], points, err))
			goto failed;
		for (const struct counter_row *row = lists[l]; row->name; row++)
			if (add_counter(t, l, row, points, err))
				goto failed;
	}
	return 0;
failed:
	table_release(t);
	return -1;
}

/* One point's value of a column of width 1, or NULL where there is none. */
static json_t *scalar(const struct column *c, size_t p)
{
	if (c->type == COLUMN_TEXT)
		return *c->texts[p] ? json_string(c->texts[p]) : NULL;
	if (c->type == COLUMN_REAL)
		return isfinite(c->reals[p]) ? json_real(c->reals[p]) : NULL;
	return c->integers[p] == COLUMN_HOLE ? NULL : json_integer(c->integers[p]);
}

json_t *table_to_points(const struct table *t)
{
	json_t *points = json_array();

	for (size_t p = 0; p < t->points; p++) {
		json_t *point = json_object();

		json_object_set_new(point, "label", json_string(t->labels[p]));
		for (enum column_list l = COLUMN_CONFIG; l < COLUMN_LISTS; l++)
			json_object_set_new(point, column_list_names[l], json_object());
		for (size_t i = 0; i < t->count; i++) {
			const struct column *c = &t->columns[i];
			json_t *part = json_object_get(point, column_list_names[c->list]), *value;

			if (c->list == COLUMN_PROCESSOR || c->list == COLUMN_NODE) {
				size_t w = t->width[c->list];

				value = json_array();
				for (size_t k = 0; k < w; k++)
					if (c->integers[p * w + k] != COLUMN_HOLE)
						json_array_append_new(
							value,
							json_integer(c->integers[p * w + k]));
			} else {
				value = scalar(c, p);
			}
			if (value)
				json_object_set_new(c->list == COLUMN_POINT ? point : part, c->key,
						    value);
		}
		json_array_append_new(points, point);
	}
	return points;
}
