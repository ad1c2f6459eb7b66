/* SPDX-License-Identifier: MIT */
/*
 * discosim trace info|dump|verify|export|import: looks into trace files, and converts them from and
 * to the formats of other programs. What it prints is in sim/trace_show.c.
 */
#include "sim/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/profile_show.h"
#include "sim/trace_show.h"
#include "traces/check.h"
#include "traces/format.h"

struct options {
	const char *file, *output;
	const struct trace_format *format;
	bool all, brief, quiet, physical, instructions;
	enum trace_codec codec;
	int processor; /* -1: not given */
	uint64_t from, count;
	struct error *err;
};

static error_t parse_number(const char *what, const char *text, uint64_t most, uint64_t *number,
			    struct options *o)
{
	char *end;

	*number = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && strlen(text) < 20 && *number <= most)
		return 0;
	error_usage(o->err, "trace: %s '%s': wanted a number from 0 to %" PRIu64, what, text, most);
	return EINVAL;
}

static error_t parse_codec(const char *text, struct options *o)
{
	if (strcmp(text, "lz4") && strcmp(text, "zstd")) {
		error_usage(o->err, "trace: --codec '%s': wanted lz4 or zstd", text);
		return EINVAL;
	}
	o->codec = strcmp(text, "lz4") ? TRACE_ZSTD : TRACE_LZ4;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	uint64_t number = 0;
	error_t rc;

	switch (key) {
	case 'a':
		o->all = true;
		return 0;
	case 'b':
		o->brief = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'P':
		o->physical = true;
		return 0;
	case 'p':
		rc = parse_number("--processor", arg, TRACE_MAX_PROCESSORS - 1, &number, o);
		o->processor = (int)number;
		return rc;
	case 'f':
		return parse_number("--from", arg, INT64_MAX, &o->from, o);
	case 'i':
		o->instructions = true;
		return parse_number("--from-instruction", arg, INT64_MAX, &o->from, o);
	case 'n':
		return parse_number("--count", arg, INT64_MAX, &o->count, o);
	case 'o':
		o->output = arg;
		return 0;
	case 'c':
		return parse_codec(arg, o);
	case 'F':
		o->format = trace_format_find(arg, o->err);
		return o->format ? 0 : EINVAL;
	case ARGP_KEY_ARG:
		if (o->file) {
			error_usage(o->err, "trace: one file at a time; '%s' is a second one", arg);
			return EINVAL;
		}
		o->file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The processor asked for; without one, that of a trace that has only one. */
static int choose_processor(const struct options *o, const struct trace *t)
{
	unsigned n = trace_info_of(t)->processors;

	if (o->processor < 0 && n > 1)
		return error_usage(o->err, "%s: has %u processors; choose one with -p 0 to -p %u",
				   o->file, n, n - 1);
	if (o->processor >= (int)n)
		return error_set(o->err, "%s: -p %d: it has processors 0 to %u", o->file,
				 o->processor, n - 1);
	return o->processor < 0 ? 0 : o->processor;
}

static int info(const struct options *o, struct trace *t)
{
	trace_show_header(t);
	if (!o->brief && trace_info_of(t)->tlb_entries && profile_show(t, o->quiet, o->err))
		return -1;
	return o->all ? trace_show_survey(t, o->err) : 0;
}

static int dump(const struct options *o, struct trace *t)
{
	int p = choose_processor(o, t);

	return p < 0 ? -1
		     : trace_show_records(t, (unsigned)p, o->instructions, o->from, o->count,
					  o->err);
}

static int verify(const struct options *o, struct trace *t)
{
	struct progress progress;
	uint64_t records = 0;
	int rc;

	for (unsigned p = 0; p < trace_info_of(t)->processors; p++)
		records += trace_totals_of(t, p)->records;
	progress_begin(&progress, "verify", "records", records, o->quiet);
	rc = trace_verify(t, &progress, o->err);
	progress_end(&progress, records);
	if (!rc && !o->quiet)
		printf("%s: whole: %" PRIu64 " records of %u processors\n", o->file, records,
		       trace_info_of(t)->processors);
	return rc;
}

static int export(const struct options *o, struct trace *t)
{
	int p = choose_processor(o, t);

	return p < 0 ? -1
		     : trace_export(t, (unsigned)p, o->format, o->physical, o->output, o->quiet,
				    o->err);
}

// clang-format off
#define QUIET {"quiet", 'q', NULL, 0, "no progress", 9}
#define PROCESSOR {"processor", 'p', "N", 0, "of this processor (needed when there are several)", 0}
#define FORMAT {"format", 'F', "FORMAT", 0, "din (Dinero) or lackey (valgrind --tool=lackey --trace-mem=yes)", 0}
#define OUTPUT(what) {"output", 'o', "FILE", 0, what, 0}

static const struct argp_option info_options[] = {
	{"all", 'a', NULL, 0, "records by kind, pages touched, instructions in the region of interest, too", 0},
	{"brief", 'b', NULL, 0, "only what the file's header knows: do not read the records for the profile", 0},
	QUIET, {0}};
static const struct argp_option dump_options[] = {PROCESSOR,
	{"from", 'f', "RECORD", 0, "begin at this record (default 0)", 0},
	{"from-instruction", 'i', "N", 0, "begin at the run that executes instruction N", 0},
	{"count", 'n', "N", 0, "print so many records (default: to the end)", 0}, {0}};
static const struct argp_option verify_options[] = {QUIET, {0}};
static const struct argp_option export_options[] = {FORMAT, OUTPUT("the text; - is standard output"),
	PROCESSOR, {"physical", 'P', NULL, 0, "guest-physical addresses instead of virtual ones", 0},
	QUIET, {0}};
static const struct argp_option import_options[] = {FORMAT, OUTPUT("the trace"),
	{"codec", 'c', "CODEC", 0, "lz4 (default: fast) or zstd (small)", 0}, QUIET, {0}};

/* The subcommands: what they are called, what they take, and what they do with an open trace. */
static const struct subcommand {
	const char *name;
	const struct argp_option *options;
	const char *operand, *help;
	int (*run)(const struct options *o, struct trace *t); /* NULL: import */
	bool converts; /* needs --format and --output */
} subcommands[] = {
	{"info", info_options, "TRACE", "Prints where a trace comes from, its totals and its size, and what its instructions were for: the services of the guest's kernel.", info, false},
	{"dump", dump_options, "TRACE", "Prints the records of a processor, one a line.", dump, false},
	{"verify", verify_options, "TRACE", "Decodes all of a trace and checks checksums, order rules, totals, and that its synchronisation can be replayed.", verify, false},
	{"export", export_options, "TRACE", "Writes the references of a processor in the format of another program.", export, true},
	{"import", import_options, "FILE", "Makes a trace from a file of another program.", NULL, true},
};
// clang-format on

static int run_subcommand(const struct subcommand *s, struct options *o)
{
	struct trace *t;
	int rc;

	if (!o->file)
		return error_usage(o->err, "trace %s: which %s? See 'discosim trace %s --help'",
				   s->name, s->operand, s->name);
	if (s->converts && (!o->format || !o->output))
		return error_usage(o->err,
				   "trace %s: needs --format and -o; see 'discosim trace %s "
				   "--help'",
				   s->name, s->name);
	if (!s->run)
		return trace_import(o->file, o->format, o->output, o->codec, o->quiet, o->err);
	t = trace_open(o->file, o->err);
	if (!t)
		return -1;
	rc = s->run(o, t);
	trace_close(t);
	return rc;
}

static int usage(FILE *out)
{
	fprintf(out, "usage: discosim trace COMMAND [OPTION...] FILE\n\n"
		     "Commands (each has --help):\n");
	for (size_t i = 0; i < sizeof(subcommands) / sizeof(*subcommands); i++)
		fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].help);
	return 0;
}

static int run(int argc, char **argv, struct error *err)
{
	const size_t n = sizeof(subcommands) / sizeof(*subcommands);
	struct options o = {.processor = -1, .count = UINT64_MAX, .err = err};
	const char *names[sizeof(subcommands) / sizeof(*subcommands)], *near;
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		return usage(stdout);
	for (i = 0; i < n; i++) {
		names[i] = subcommands[i].name;
		if (argc > 1 && !strcmp(argv[1], names[i]))
			break;
	}
	if (argc < 2)
		error_usage(err, "trace: wanted info, dump, verify, export or import");
	else if (i == n && (near = nearest_word(argv[1], names, n)))
		error_usage(err, "trace: unknown command '%s'; did you mean '%s'?", argv[1], near);
	else if (i == n)
		error_usage(err,
			    "trace: unknown command '%s'; wanted info, dump, verify, export or "
			    "import",
			    argv[1]);
	if (argc < 2 || i == n)
		return command_failed(err);
	{
		const struct subcommand *s = &subcommands[i];
		struct argp argp = {s->options, parse_option, s->operand, s->help, 0, 0, 0};
		char name[32];

		snprintf(name, sizeof(name), "trace %s", s->name);
		argv[1] = name;
		if (command_parse(&argp, argc - 1, argv + 1, &o, err) || run_subcommand(s, &o))
			return command_failed(err);
	}
	return 0;
}

const struct command command_trace = {
	.name = "trace",
	.run = run,
	.help = "look into trace files; import and export other formats",
};
