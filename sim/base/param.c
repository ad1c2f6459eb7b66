/* SPDX-License-Identifier: MIT */
#include "sim/base/param.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void store(const struct param *row, void *object, double value)
{
	void *field = (char *)object + row->offset;

	if (row->type == PARAM_REAL)
		*(double *)field = value;
	else
		*(uint64_t *)field = (uint64_t)value;
}

double param_number(const struct param *row, const void *object)
{
	const void *field = (const char *)object + row->offset;

	return row->type == PARAM_REAL ? *(const double *)field : (double)*(const uint64_t *)field;
}

void params_default(const struct param *rows, void *object)
{
	for (; rows->key; rows++)
		store(rows, object, rows->value);
}

size_t params_count(const struct param *rows)
{
	size_t n = 0;

	while (rows[n].key)
		n++;
	return n;
}

const struct param *param_find(const struct param *rows, const char *key)
{
	for (; rows->key; rows++)
		if (!strcmp(rows->key, key))
			return rows;
	return NULL;
}

static int unknown_key(const struct param *rows, const char *key, struct error *err)
{
	size_t n = params_count(rows);
	const char *names[n + 1], *near;

	for (size_t i = 0; i <= n; i++) /* the last is the end's NULL */
		names[i] = rows[i].key;
	near = nearest_word(key, names, n);
	if (near)
		return error_set(err, "unknown key '%s'; did you mean '%s'?", key, near);
	if (!n)
		return error_set(err, "unknown key '%s'; there are no parameters here", key);
	return error_set(err, "unknown key '%s'; known keys start with '%s'", key, names[0]);
}

static int choice(const struct param *row, void *object, const char *text, struct error *err)
{
	char list[256] = "";

	for (size_t i = 0; row->choices[i]; i++) {
		if (!strcmp(row->choices[i], text)) {
			store(row, object, (double)i);
			return 0;
		}
		if (strlen(list) + strlen(row->choices[i]) + 3 < sizeof(list)) {
			strcat(list, i ? ", " : "");
			strcat(list, row->choices[i]);
		}
	}
	return error_set(err, "%s: '%s' is not one of %s", row->key, text, list);
}

/* Reads a number with an optional K, M or G (1024-based, counts only). Returns 0 or -1. */
static int number(const struct param *row, const char *text, double *value)
{
	char *end;
	double scale = 1;

	if (row->type == PARAM_COUNT && strchr(text, '-'))
		return -1;
	errno = 0;
	*value = strtod(text, &end);
	if (end == text || errno == ERANGE || !isfinite(*value))
		return -1;
	if (row->type == PARAM_COUNT && *end) {
		static const char suffixes[] = "KMG";
		const char *s = strchr(suffixes, *end);

		if (s) {
			scale = ldexp(1, 10 * (int)(s - suffixes + 1));
			end++;
		}
	}
	*value *= scale;
	if (*end || (row->type == PARAM_COUNT && *value != floor(*value)))
		return -1;
	return 0;
}

static int is_power_of_two(double value)
{
	uint64_t v = (uint64_t)value;

	return v && !(v & (v - 1));
}

int param_set(const struct param *rows, void *object, const char *key, const char *text,
	      struct error *err)
{
	const struct param *row = param_find(rows, key);
	double value;

	if (!row)
		return unknown_key(rows, key, err);
	if (row->type == PARAM_CHOICE)
		return choice(row, object, text, err);
	if (number(row, text, &value))
		return error_set(err, "%s: '%s' is not a %s%s%s", key, text,
				 row->type == PARAM_COUNT ? "whole number" : "number",
				 strcmp(row->unit, "1") ? " of " : "",
				 strcmp(row->unit, "1") ? row->unit : "");
	if (value < row->min || value > row->max)
		return error_set(err, "%s: %s is out of range; wanted %.15g to %.15g%s%s", key,
				 text, row->min, row->max, strcmp(row->unit, "1") ? " " : "",
				 strcmp(row->unit, "1") ? row->unit : "");
	if (row->power_of_two && !is_power_of_two(value))
		return error_set(err, "%s: %s is not a power of two", key, text);
	store(row, object, value);
	return 0;
}

int param_assign(const struct param *rows, void *object, const char *assignment, struct error *err)
{
	const char *equals = strchr(assignment, '=');
	char key[128];

	if (!equals || equals == assignment)
		return error_set(err, "'%s' is not of the form key=value", assignment);
	if ((size_t)(equals - assignment) >= sizeof(key))
		return error_set(err, "key too long in '%.60s...'", assignment);
	memcpy(key, assignment, (size_t)(equals - assignment));
	key[equals - assignment] = '\0';
	return param_set(rows, object, key, equals + 1, err);
}

void param_text(const struct param *row, const void *object, char *text, size_t size)
{
	double value = param_number(row, object);

	if (row->type == PARAM_CHOICE) {
		snprintf(text, size, "%s", row->choices[(size_t)value]);
	} else if (row->type == PARAM_COUNT) {
		snprintf(text, size, "%" PRIu64, (uint64_t)value);
	} else {
		for (int digits = 1; digits <= 17; digits++) {
			snprintf(text, size, "%.*g", digits, value);
			if (strtod(text, NULL) == value)
				break;
		}
	}
}

void params_print(const struct param *rows, FILE *out)
{
	for (; rows->key; rows++) {
		size_t used = 0;
		char value[64];
		union {
			uint64_t count;
			double real;
		} field;
		struct param row = *rows;

		row.offset = 0;
		store(&row, &field, rows->value);
		param_text(&row, &field, value, sizeof(value));
		fprintf(out, "  %-28s %-10s %-9s ", rows->key, value, rows->unit);
		if (rows->type == PARAM_CHOICE) {
			for (size_t i = 0; rows->choices[i]; i++)
				used += (size_t)fprintf(out, "%s%s", i ? "|" : "",
							rows->choices[i]);
		} else {
			used += (size_t)fprintf(out, "%.15g..%.15g", rows->min, rows->max);
		}
		fprintf(out, "%*s %s [%s]\n", used < 22 ? (int)(22 - used) : 0, "", rows->help,
			rows->source ? rows->source : "ours");
	}
}
