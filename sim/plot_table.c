/* SPDX-License-Identifier: MIT */
/*
 * Points as the bars of a figure: one row per point, grouped by trace, at explicit places on the
 * x axis (bars one apart, groups one bar's width more). Times are percent of the group's base bar;
 * since every processor's categories add up to the run's time, so do the parts to the total.
 */
#include "sim/plot_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"
#include "sim/gnuplot.h"
#include "sim/summary.h"

struct group {
	const char *trace;
	double base; /* cycles per processor of the base bar; NaN: none */
	double first, last;
};

static int compare_csv_header(char *line)
{
	return strcmp(line, "trace,configuration,percent");
}

int expectations_read(struct expectations *e, const char *path, struct error *err)
{
	char *text = read_whole_file(path, NULL, err), *save = NULL;
	unsigned number = 0, header = 0;

	memset(e, 0, sizeof(*e));
	if (!text)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *trace = line, *bar, *percent, *end;
		double value;

		number++;
		if (*line == '#')
			continue;
		if (!header++) {
			if (!compare_csv_header(line))
				continue;
			error_set(err, "%s: the first line must be trace,configuration,percent",
				  path);
			goto failed;
		}
		bar = strchr(trace, ',');
		percent = strrchr(line, ',');
		if (!bar || bar == percent) {
			error_set(err, "%s: row %u: wanted trace,configuration,percent", path,
				  number);
			goto failed;
		}
		*bar++ = *percent++ = '\0';
		if (*bar == '"' && percent - bar > 2 && percent[-2] == '"') { /* has commas */
			bar++;
			percent[-2] = '\0';
		}
		value = strtod(percent, &end);
		if (end == percent || *end || !(value >= 0 && value <= 100)) {
			error_set(err, "%s: row %u: '%s' is not a percentage", path, number,
				  percent);
			goto failed;
		}
		e->rows = realloc(e->rows, (e->count + 1) * sizeof(*e->rows));
		e->rows[e->count++] = (struct expectation){strdup(trace), strdup(bar), value};
	}
	free(text);
	return 0;
failed:
	free(text);
	expectations_release(e);
	return -1;
}

void expectations_release(struct expectations *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->rows[i].trace);
		free(e->rows[i].configuration);
	}
	free(e->rows);
	memset(e, 0, sizeof(*e));
}

static double expected_percent(const struct expectations *e, const struct summary *s)
{
	for (size_t i = 0; e && i < e->count; i++)
		if (!strcmp(e->rows[i].trace, s->trace) &&
		    !strcmp(e->rows[i].configuration, s->bar))
			return e->rows[i].percent;
	return NAN;
}

/* A cell of a block: gnuplot's data has double quotes only, and no way to escape one. */
static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++)
		fputc(*text == '"' ? '\'' : (unsigned char)*text < 0x20 ? ' ' : *text, out);
	fputc('"', out);
}

static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, " %.6g", value);
	else
		fputs(" NaN", out);
}

static struct group *group_of(struct group *groups, size_t *n, const char *trace)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(groups[i].trace, trace))
			return &groups[i];
	groups[*n] = (struct group){.trace = trace, .base = NAN};
	return &groups[(*n)++];
}

static void put_bar(FILE *out, const struct summary *s, const json_t *point, const struct group *g,
		    size_t group, double x, const struct expectations *expected)
{
	const json_t *config = json_object_get(point, "config");
	double scale = 100 / (g->base * s->processors);

	fprintf(out, "%zu %g ", group, x);
	put_text(out, s->bar);
	put_number(out, s->cycles * scale);
	for (int p = 0; p < PART_COUNT; p++)
		put_number(out, s->part[p] * scale);
	for (int mode = 0; mode < MODE_COUNT; mode++)
		put_number(out, s->mode[mode] * scale);
	put_number(out, s->local_percent);
	put_number(out, s->local_ns);
	put_number(out, s->remote_ns);
	put_number(out, s->mean_ns);
	put_number(out, s->misses);
	put_number(out, s->milliseconds);
	put_number(out, expected_percent(expected, s));
	put_number(out, json_number_value(json_object_get(config, "latency.local_ns")));
	put_number(out, json_number_value(json_object_get(config, "latency.remote_ns")));
	fputc('\n', out);
}

/* Finds the groups and their bases. */
static int find_groups(const struct summary *s, size_t n, const char *base, struct group *groups,
		       size_t *count, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct group *g = group_of(groups, count, s[i].trace);

		if (!strcmp(s[i].bar, base) && !isfinite(g->base))
			g->base = s[i].cycles / s[i].processors;
	}
	for (size_t i = 0; i < *count; i++)
		if (!(groups[i].base > 0))
			return error_set(err,
					 "trace '%s' has no point '%s' with a time, which is to be "
					 "100; name another with --base",
					 groups[i].trace, base);
	return 0;
}

/* What gnuplot's own `stats` cannot say when a column is all NaN. */
static void put_extremes(FILE *out, const struct summary *s, size_t n,
			 const struct expectations *expected)
{
	double latency = 0;
	size_t marks = 0, longest = 0;

	for (size_t i = 0; i < n; i++) {
		longest = strlen(s[i].bar) > longest ? strlen(s[i].bar) : longest;
		latency = fmax(latency, fmax(s[i].local_ns, s[i].remote_ns)); /* not NaN */
		marks += isfinite(expected_percent(expected, &s[i]));
	}
	fprintf(out, "max_latency_ns = %.6g\nmarks = %zu\nlongest = %zu\n", latency, marks,
		longest);
}

int plot_table_write(FILE *out, const json_t *points, const char *base,
		     const struct expectations *expected, struct error *err)
{
	size_t n = json_array_size(points), count = 0;
	struct summary *s = calloc(n + 1, sizeof(*s));
	struct group *groups = calloc(n + 1, sizeof(*groups));
	double x = 0;
	char *quoted;
	int rc;

	for (size_t i = 0; i < n; i++)
		summary_of(json_array_get(points, i), &s[i]);
	if (!base)
		base = n ? s[0].bar : "";
	rc = find_groups(s, n, base, groups, &count, err);
	if (rc)
		goto done;
	fprintf(out, "$bars << EOD\ngroup x bar total");
	for (int p = 0; p < PART_COUNT; p++)
		fprintf(out, " %s", summary_part_names[p]);
	for (int mode = 0; mode < MODE_COUNT; mode++)
		fprintf(out, " %s", summary_mode_names[mode]);
	fprintf(out, " local_percent local_ns remote_ns mean_ns misses milliseconds "
		     "expected floor_local_ns floor_remote_ns\n");
	for (size_t g = 0; g < count; g++, x++) {
		groups[g].first = x;
		for (size_t i = 0; i < n; i++) {
			if (strcmp(s[i].trace, groups[g].trace))
				continue;
			put_bar(out, &s[i], json_array_get(points, i), &groups[g], g, x, expected);
			groups[g].last = x++;
		}
	}
	fprintf(out, "EOD\n$groups << EOD\nname first last processors\n");
	for (size_t g = 0; g < count; g++) {
		put_text(out, groups[g].trace);
		put_number(out, groups[g].first);
		put_number(out, groups[g].last);
		for (size_t i = 0; i < n; i++)
			if (!strcmp(s[i].trace, groups[g].trace)) {
				put_number(out, s[i].processors);
				break;
			}
		fputc('\n', out);
	}
	quoted = gnuplot_quote(base);
	fprintf(out, "EOD\nbase = %s\nbars = %zu\ngroups = %zu\nlast_x = %g\n", quoted, n, count,
		x - 2);
	free(quoted);
	put_extremes(out, s, n, expected);
done:
	free(s);
	free(groups);
	return rc;
}
