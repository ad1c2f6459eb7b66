/* SPDX-License-Identifier: MIT */
/*
 * discosim plot: a figure from a result, through gnuplot. A figure is one script plots/NAME.gp (in
 * the program: sim/embedded.h); its second line is what --list shows. The script gets the result as
 * the blocks of sim/plot_table.h, each plots/published/NAME.csv whose block $NAME it mentions, and
 * the variables title, program and base.
 */
#include "sim/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result.h"
#include "sim/embedded.h"
#include "sim/gnuplot.h"
#include "sim/plot_table.h"

struct options {
	const char *figure, *result, *output, *title, *base, *expected;
	bool list, script;
	struct error *err;
};

enum { KEY_TITLE = 256, KEY_LIST, KEY_BASE, KEY_EXPECTED, KEY_SCRIPT };

static const struct argp_option option_rows[] = {
	{"output", 'o', "FILE", 0, "the picture: .svg, .png or .pdf (wanted)", 0},
	{"title", KEY_TITLE, "TEXT", 0, "another title", 0},
	{"base", KEY_BASE, "BAR", 0,
	 "the bar of each group that is 100 (default: what the first point is called)", 0},
	{"expected", KEY_EXPECTED, "FILE.csv", 0,
	 "percent of local misses by arithmetic: columns trace, configuration, percent", 0},
	{"list", KEY_LIST, NULL, 0, "the figures that there are", 0},
	{"script", KEY_SCRIPT, NULL, 0, "print what gnuplot would get, and draw nothing", 0},
	{NULL, 0, NULL, 0, NULL, 0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case KEY_TITLE:
		o->title = arg;
		return 0;
	case KEY_BASE:
		o->base = arg;
		return 0;
	case KEY_EXPECTED:
		o->expected = arg;
		return 0;
	case KEY_LIST:
		o->list = true;
		return 0;
	case KEY_SCRIPT:
		o->script = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->result) {
			error_usage(o->err, "plot: too many arguments: '%s'", arg);
			return EINVAL;
		}
		*(o->figure ? &o->result : &o->figure) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->list && (!o->result || (!o->output && !o->script))) {
			error_usage(
				o->err,
				"plot: wanted FIGURE RESULT.h5 -o FILE.{svg,png,pdf}; 'discosim "
				"plot --list' names the figures");
			return EINVAL;
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {option_rows,
				 parse_option,
				 "FIGURE RESULT.h5 -o FILE.{svg,png,pdf}\n--list",
				 "Draws a figure from a result through gnuplot, with the published "
				 "numbers beside ours.",
				 NULL,
				 NULL,
				 NULL};

/* "name" when the file is name.gp, else NULL. */
static bool is_figure(const struct embedded *e, char name[64])
{
	size_t n = strlen(e->name);

	if (n < 4 || n > 60 || strcmp(e->name + n - 3, ".gp"))
		return false;
	snprintf(name, 64, "%.*s", (int)(n - 3), e->name);
	return true;
}

static void list_figures(void)
{
	char name[64];

	for (const struct embedded *e = embedded_files; e->name; e++) {
		const char *help = strchr(e->text, '\n');

		if (is_figure(e, name) && help)
			printf("%-12s %.*s\n", name, (int)strcspn(help + 1, "\n") - 2, help + 3);
	}
}

static const struct embedded *find_figure(const char *wanted, struct error *err)
{
	char storage[64][64];
	const char *names[64], *near;
	size_t n = 0;

	for (const struct embedded *e = embedded_files; e->name && n < 64; e++) {
		if (!is_figure(e, storage[n]))
			continue;
		if (!strcmp(storage[n], wanted))
			return e;
		names[n] = storage[n];
		n++;
	}
	near = nearest_word(wanted, names, n);
	error_usage(err, "plot: no figure '%s'%s%s%s", wanted, near ? "; did you mean '" : "",
		    near ? near : "", near ? "'?" : "; 'discosim plot --list' names them");
	return NULL;
}

/* The published tables whose blocks ($fig8 for fig8.csv) the script mentions. */
static void put_published(FILE *out, const char *script)
{
	for (const struct embedded *e = embedded_files; e->name; e++) {
		size_t n = strlen(e->name);
		char block[64];

		if (n < 5 || n > 60 || strcmp(e->name + n - 4, ".csv"))
			continue;
		snprintf(block, sizeof(block), "$%.*s ", (int)(n - 4), e->name);
		if (!strstr(script, block))
			continue;
		fprintf(out, "%s<< EOD\n", block);
		for (const char *p = e->text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
			if (*p == '#')
				continue;
			for (const char *c = p; *c && *c != '\n'; c++)
				fputc(*c == ',' ? ' ' : *c, out);
			fputc('\n', out);
		}
		fprintf(out, "EOD\n");
	}
}

static void put_variable(FILE *out, const char *name, const char *text)
{
	char *quoted = gnuplot_quote(text);

	fprintf(out, "%s = %s\n", name, quoted);
	free(quoted);
}

static int write_script(const struct options *o, const struct embedded *figure,
			const json_t *result, FILE *out, struct error *err)
{
	const char *program = json_string_value(
		json_object_get(json_object_get(result, "provenance"), "program"));
	struct expectations expected = {NULL, 0};
	int rc;

	if (o->expected && expectations_read(&expected, o->expected, err))
		return -1;
	put_variable(out, "title", o->title ? o->title : "");
	put_variable(out, "program", program ? program : "discosim");
	put_published(out, figure->text);
	rc = plot_table_write(out, json_object_get(result, "points"), o->base, &expected, err);
	fputs(figure->text, out);
	expectations_release(&expected);
	return rc ? error_prefix(err, "%s", o->result) : 0;
}

static int draw(const struct options *o, struct error *err)
{
	const struct embedded *figure = find_figure(o->figure, err);
	char *script = NULL;
	size_t bytes;
	json_t *result;
	FILE *out;
	int rc;

	if (!figure || (o->output && gnuplot_check_name(o->output, err)))
		return -1;
	result = result_read(o->result, err);
	if (!result)
		return -1;
	out = open_memstream(&script, &bytes);
	rc = write_script(o, figure, result, out, err);
	fclose(out);
	if (!rc && o->script)
		fputs(script, stdout);
	else if (!rc)
		rc = gnuplot_draw(o->output, script, err);
	free(script);
	json_decref(result);
	return rc;
}

static int run(int argc, char **argv, struct error *err)
{
	struct options o = {.err = err};

	if (command_parse(&argp, argc, argv, &o, err))
		return command_failed(err);
	if (o.list) {
		list_figures();
		return 0;
	}
	return draw(&o, err) ? command_failed(err) : 0;
}

const struct command command_plot = {"plot", run, "a figure through gnuplot"};
