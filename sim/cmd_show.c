/* SPDX-License-Identifier: MIT */
/*
 * discosim show: a result file as tables for people (one line per point; everything of one point;
 * chosen counters; what differs between two files) or as CSV for programs.
 */
#include "sim/command.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result.h"
#include "sim/summary.h"
#include "sim/text_table.h"

struct options {
	const char *files[2], *point, *counters;
	int file_count;
	bool csv, diff;
	struct error *err;
};

enum { KEY_CSV = 256, KEY_POINT, KEY_COUNTERS, KEY_DIFF };

static const struct argp_option option_rows[] = {
	{"csv", KEY_CSV, NULL, 0, "everything (of the chosen points and counters) as CSV", 0},
	{"point", KEY_POINT, "N|LABEL", 0, "only this point: its number (from 0) or its label", 0},
	{"counters", KEY_COUNTERS, "GLOB", 0, "only counters whose name matches, e.g. 'l2_*'", 0},
	{"diff", KEY_DIFF, NULL, 0, "compare two results, point by point (by label)", 0},
	{NULL, 0, NULL, 0, NULL, 0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case KEY_CSV:
		o->csv = true;
		return 0;
	case KEY_POINT:
		o->point = arg;
		return 0;
	case KEY_COUNTERS:
		o->counters = arg;
		return 0;
	case KEY_DIFF:
		o->diff = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file_count == 2) {
			error_usage(o->err, "show: too many files: '%s'", arg);
			return EINVAL;
		}
		o->files[o->file_count++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->file_count != 1 + o->diff) {
			error_usage(o->err, "show: wanted %s",
				    o->diff ? "two result files after --diff" : "one result file");
			return EINVAL;
		}
		if (o->diff && o->csv) {
			error_usage(o->err, "show: --diff and --csv do not go together");
			return EINVAL;
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	option_rows,
	parse_option,
	"RESULT.h5\n--diff RESULT.h5 RESULT.h5",
	"Shows a result as tables. One line per point: the run's time, the share of the "
	"processors' "
	"time in each part (execution = instructions, second-level hits and native TLB refills), "
	"second-level misses, how many of them the own node served, and their mean stall.",
	NULL,
	NULL,
	NULL};

static const char *label_of(const json_t *point)
{
	return json_string_value(json_object_get(point, "label"));
}

static bool wanted_counter(const struct options *o, const char *name)
{
	return !o->counters || !fnmatch(o->counters, name, 0);
}

/* Keeps only the point that --point names. */
static int choose_point(const struct options *o, json_t *result, struct error *err)
{
	json_t *points = json_object_get(result, "points"), *point, *chosen = NULL;
	char *end;
	size_t i, number = strtoul(o->point, &end, 10);

	json_array_foreach(points, i, point) if (!strcmp(label_of(point), o->point)) chosen = point;
	if (!chosen && *o->point >= '0' && *o->point <= '9' && !*end)
		chosen = json_array_get(points, number);
	if (!chosen) {
		const char *labels[json_array_size(points) + 1], *near;

		json_array_foreach(points, i, point) labels[i] = label_of(point);
		near = nearest_word(o->point, labels, json_array_size(points));
		return error_set(err, "%s: no point '%s' among its %zu%s%s%s", o->files[0],
				 o->point, json_array_size(points), near ? "; did you mean '" : "",
				 near ? near : "", near ? "'?" : "");
	}
	json_incref(chosen);
	json_array_clear(points);
	json_array_append_new(points, chosen);
	return 0;
}

static int choose_counters(const struct options *o, const json_t *variables, struct error *err)
{
	const json_t *v;
	size_t i;

	json_array_foreach(
		(json_t *)variables, i,
		v) if (wanted_counter(o, json_string_value(json_object_get(v, "name")))) return 0;
	return error_set(err,
			 "%s: no counter matches '%s'; without --counters, --point 0 lists all",
			 o->files[0], o->counters);
}

static void print_summary(const json_t *points)
{
	struct text_table t;
	const json_t *point;
	size_t i;

	text_table_init(&t, 13, 1 << 1);
	text_table_add(&t, "#");
	text_table_add(&t, "point");
	text_table_add(&t, "ms");
	for (int p = 0; p < PART_COUNT; p++)
		text_table_add(&t, "%s%%", summary_part_names[p]);
	text_table_add(&t, "misses");
	text_table_add(&t, "local%%");
	text_table_add(&t, "local ns");
	text_table_add(&t, "remote ns");
	json_array_foreach((json_t *)points, i, point)
	{
		struct summary s;

		summary_of(point, &s);
		text_table_add(&t, "%zu", i);
		text_table_add(&t, "%s", s.label);
		text_table_number(&t, s.milliseconds, 3);
		for (int p = 0; p < PART_COUNT; p++)
			text_table_number(&t, s.cycles > 0 ? 100 * s.part[p] / s.cycles : NAN, 1);
		text_table_number(&t, s.misses, 0);
		text_table_number(&t, s.local_percent, 1);
		text_table_number(&t, s.local_ns, 0);
		text_table_number(&t, s.remote_ns, 0);
	}
	text_table_print(&t, stdout);
}

/* A number or text; an array as its sum. */
static void add_value(struct text_table *t, const json_t *value)
{
	if (json_is_string(value))
		text_table_add(t, "%s", json_string_value(value));
	else if (json_is_real(value))
		text_table_add(t, "%.10g", json_real_value(value));
	else
		text_table_add(t, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static json_t *total(const json_t *value)
{
	json_int_t sum = 0;
	size_t i;
	json_t *v;

	if (!json_is_array(value))
		return json_incref((json_t *)value);
	json_array_foreach((json_t *)value, i, v) sum += json_integer_value(v);
	return json_integer(sum);
}

/* Whether a variable of the result is shown as one of a point's values. */
static bool is_value(const struct options *o, const json_t *v, const char **list, const char **name)
{
	*list = json_string_value(json_object_get(v, "list"));
	*name = json_string_value(json_object_get(v, "name"));
	return strcmp(*list, "point") && wanted_counter(o, *name);
}

/* One block per point: every variable with its unit and what it is. */
static void print_points(const struct options *o, const json_t *result)
{
	const json_t *point, *v;
	size_t i, k;

	json_array_foreach(json_object_get(result, "points"), i, point)
	{
		struct text_table t;
		const char *list, *name;

		printf("%s%s\n", i ? "\n" : "", label_of(point));
		text_table_init(&t, 5, 1 | 2 | 8 | 16);
		json_array_foreach(json_object_get(result, "variables"), k, v)
		{
			json_t *value;

			if (!is_value(o, v, &list, &name))
				continue;
			value = json_object_get(json_object_get(point, list), name);
			if (!value)
				continue;
			text_table_add(&t, "  %s%s", list, json_is_array(value) ? " sum" : "");
			text_table_add(&t, "%s", name);
			value = total(value);
			add_value(&t, value);
			json_decref(value);
			text_table_add(&t, "%s", json_string_value(json_object_get(v, "unit")));
			text_table_add(&t, "%s", json_string_value(json_object_get(v, "help")));
		}
		text_table_print(&t, stdout);
	}
}

/* A CSV field; quoted when it must be. */
static void csv_text(const char *text, char after)
{
	if (!text[strcspn(text, ",\"\n\r")]) {
		printf("%s%c", text, after);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	printf("\"%c", after);
}

static void csv_row(const json_t *point, const char *list, const char *name, const char *index,
		    const json_t *value, const char *unit)
{
	char number[64];

	csv_text(label_of(point), ',');
	csv_text(list, ',');
	csv_text(name, ',');
	printf("%s,", index);
	if (json_is_real(value))
		snprintf(number, sizeof(number), "%.17g", json_real_value(value));
	else
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
	csv_text(json_is_string(value) ? json_string_value(value) : number, ',');
	csv_text(unit, '\n');
}

static void csv_share(const struct options *o, const json_t *point, const char *part, double cycles,
		      double all)
{
	char name[48];
	json_t *value;

	snprintf(name, sizeof(name), "%s_percent_of_time", part);
	if (!isfinite(cycles) || !(all > 0) || !wanted_counter(o, name))
		return;
	value = json_real(100 * cycles / all);
	csv_row(point, "summary", name, "", value, "percent");
	json_decref(value);
}

/* The numbers of the summary, which no counter holds, as list "summary". */
static void csv_summary(const struct options *o, const json_t *point)
{
	struct summary s;
	struct {
		const char *name, *unit;
		double value;
	} rows[] = {{"milliseconds", "ms", 0},
		    {"local_percent", "percent", 0},
		    {"local_ns", "ns", 0},
		    {"remote_ns", "ns", 0},
		    {"mean_ns", "ns", 0}};

	summary_of(point, &s);
	rows[0].value = s.milliseconds;
	rows[1].value = s.local_percent;
	rows[2].value = s.local_ns;
	rows[3].value = s.remote_ns;
	rows[4].value = s.mean_ns;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *value;

		if (!isfinite(rows[i].value) || !wanted_counter(o, rows[i].name))
			continue;
		value = json_real(rows[i].value);
		csv_row(point, "summary", rows[i].name, "", value, rows[i].unit);
		json_decref(value);
	}
	for (int p = 0; p < PART_COUNT; p++)
		csv_share(o, point, summary_part_names[p], s.part[p], s.cycles);
	for (int mode = 0; mode < MODE_COUNT; mode++)
		csv_share(o, point, summary_mode_names[mode], s.mode[mode], s.cycles);
}

static void print_csv(const struct options *o, const json_t *result)
{
	const json_t *point, *v, *value;
	size_t i, k, n;

	printf("point,list,name,index,value,unit\n");
	json_array_foreach(json_object_get(result, "points"), i, point)
	{
		json_array_foreach(json_object_get(result, "variables"), k, v)
		{
			const char *unit = json_string_value(json_object_get(v, "unit"));
			const char *list, *name;
			json_t *values;

			if (!is_value(o, v, &list, &name))
				continue;
			values = json_object_get(json_object_get(point, list), name);
			if (values && !json_is_array(values))
				csv_row(point, list, name, "", values, unit);
			json_array_foreach(values, n, value)
			{
				char index[24];

				snprintf(index, sizeof(index), "%zu", n);
				csv_row(point, list, name, index, value, unit);
			}
		}
		csv_summary(o, point);
	}
}

static json_t *find_point(const json_t *points, const char *label)
{
	json_t *point;
	size_t i;

	json_array_foreach((json_t *)points, i,
			   point) if (!strcmp(label_of(point), label)) return point;
	return NULL;
}

/* The values of a point that the other has not, or has otherwise. Returns how many. */
static size_t diff_point(const struct options *o, const json_t *variables, const json_t *a,
			 const json_t *b)
{
	struct text_table t;
	const json_t *v;
	size_t i, differences = 0;

	text_table_init(&t, 5, 1 | 2);
	json_array_foreach((json_t *)variables, i, v)
	{
		const char *list, *name;
		json_t *x, *y;

		if (!is_value(o, v, &list, &name))
			continue;
		x = json_object_get(json_object_get(a, list), name);
		y = json_object_get(json_object_get(b, list), name);
		if ((!x && !y) || json_equal(x, y))
			continue;
		differences++;
		text_table_add(&t, "  %s", list);
		text_table_add(&t, "%s", name);
		x = x ? total(x) : json_string("-");
		y = y ? total(y) : json_string("-");
		add_value(&t, x);
		add_value(&t, y);
		if (json_is_number(x) && json_is_number(y) && json_number_value(x) != 0)
			text_table_add(&t, "%+.2f%%",
				       100 * (json_number_value(y) / json_number_value(x) - 1));
		else
			text_table_add(&t, "%s", "");
		json_decref(x);
		json_decref(y);
	}
	if (differences)
		printf("%s\n", label_of(a));
	text_table_print(&t, stdout);
	return differences;
}

static void print_diff(const struct options *o, const json_t *a, const json_t *b)
{
	const json_t *of_a = json_object_get(a, "points"), *of_b = json_object_get(b, "points");
	const json_t *point;
	size_t i, equal = 0, different = 0, alone = 0;

	json_array_foreach((json_t *)of_a, i, point)
	{
		const json_t *other = find_point(of_b, label_of(point));

		if (!other) {
			alone++;
			printf("%s: only in %s\n", label_of(point), o->files[0]);
		} else if (diff_point(o, json_object_get(a, "variables"), point, other)) {
			different++;
		} else {
			equal++;
		}
	}
	json_array_foreach((json_t *)of_b, i, point)
	{
		if (find_point(of_a, label_of(point)))
			continue;
		alone++;
		printf("%s: only in %s\n", label_of(point), o->files[1]);
	}
	printf("%zu points equal, %zu different, %zu in one file only\n", equal, different, alone);
}

static int run(int argc, char **argv, struct error *err)
{
	struct options o = {.err = err};
	json_t *result[2] = {NULL, NULL};
	int rc = 0;

	if (command_parse(&argp, argc, argv, &o, err))
		return command_failed(err);
	for (int i = 0; i < o.file_count && !rc; i++) {
		result[i] = result_read(o.files[i], err);
		if (!result[i] || (o.point && choose_point(&o, result[i], err)) ||
		    (o.counters &&
		     choose_counters(&o, json_object_get(result[i], "variables"), err)))
			rc = command_failed(err);
	}
	if (!rc && o.diff)
		print_diff(&o, result[0], result[1]);
	else if (!rc && o.csv)
		print_csv(&o, result[0]);
	else if (!rc && (o.point || o.counters))
		print_points(&o, result[0]);
	else if (!rc)
		print_summary(json_object_get(result[0], "points"));
	json_decref(result[0]);
	json_decref(result[1]);
	return rc;
}

const struct command command_show = {"show", run, "a result as tables, CSV, or compared"};
