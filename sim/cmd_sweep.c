/* SPDX-License-Identifier: MIT */
/*
 * discosim sweep: every point of a specification, on all cores, resumable. The pieces: what to run
 * (sim/sweep_spec.c, sim/sweep_plan.c), how (sim/sweep.c), and what one point is (sim/point.c).
 */
#include "sim/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/version.h"
#include "sim/sweep_plan.h"

#define MAX_THREADS 1024

struct options {
	const char *spec, *output;
	unsigned threads; /* 0: all cores */
	bool quiet, dry_run, replace;
	struct error *err;
};

enum { KEY_DRY_RUN = 256, KEY_REPLACE };

static const struct argp_option option_rows[] = {
	{"output", 'o', "RESULT.h5", 0, "the result (wanted, but for --dry-run)", 0},
	{"jobs", 'j', "N", 0, "points at a time (default: one per core)", 0},
	{"dry-run", KEY_DRY_RUN, NULL, 0, "check everything and list the points; run none", 0},
	{"replace", KEY_REPLACE, NULL, 0,
	 "drop points of an existing result that the specification does not name", 0},
	{"quiet", 'q', NULL, 0, "no progress and notes", 0},
	{NULL, 0, NULL, 0, NULL, 0}};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	char *end;
	unsigned long n;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case 'j':
		n = strtoul(arg, &end, 10);
		if (*arg < '0' || *arg > '9' || *end || n < 1 || n > MAX_THREADS) {
			error_usage(o->err, "sweep: -j '%s': wanted a number from 1 to %d", arg,
				    MAX_THREADS);
			return EINVAL;
		}
		o->threads = (unsigned)n;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case KEY_DRY_RUN:
		o->dry_run = true;
		return 0;
	case KEY_REPLACE:
		o->replace = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->spec) {
			error_usage(o->err, "sweep: one specification at a time; '%s' is too many",
				    arg);
			return EINVAL;
		}
		o->spec = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->spec || (!o->output && !o->dry_run)) {
			error_usage(o->err, "sweep: wanted SPEC.yaml -o RESULT.h5; see 'discosim "
					    "sweep --help'");
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
	"SPEC.yaml -o RESULT.h5",
	"Runs many points. The same command after an interruption (Ctrl-C, kill, a full disk) goes "
	"on where it stopped; the result's bytes depend on neither that nor -j."
	"\vKeys of the specification (YAML):\n"
	"  name, description   texts for the result\n"
	"  traces              list of files, relative to the specification;\n"
	"                      \"a.trace,b.trace\" is two virtual machines\n"
	"  systems, policies   lists; a policy may have parameters: disco:trigger=64\n"
	"  machine             YAML file of parameters for every point\n"
	"  set                 parameters for every point: {l2.size: 256K}\n"
	"  vary                all values combined: {latency.remote_ns: [600, 900]}\n"
	"  points              combinations beside those, each a mapping\n"
	"                      of label, system, policy, trace, set (each optional)\n"
	"  exclude             combinations to leave out: system, policy, trace, set",
	NULL,
	NULL,
	NULL};

static json_t *run_point(void *context, size_t task, void (*progress)(void *, uint64_t),
			 void *progress_context, struct error *err)
{
	const struct sweep_plan *plan = context;

	return point_run(&plan->points[task], progress, progress_context, err);
}

/* A failed point is reported at once: the others may take hours, and the status line at the end
 * has room for a count only. */
static void on_failure(void *context, size_t task, const struct error *err)
{
	const struct sweep_plan *plan = context;

	fprintf(stderr, "%sdiscosim: point '%s': %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "",
		plan->tasks[task].label, err->text);
}

static void on_note(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "sweep: %s\n", text);
}

static void list_points(const struct sweep_plan *plan)
{
	uint64_t references = 0;

	for (size_t i = 0; i < plan->count; i++) {
		printf("%s\n", plan->tasks[i].label);
		references += plan->tasks[i].references;
	}
	printf("%zu points (%zu named twice), %zu traces, %.3g references to replay\n", plan->count,
	       plan->named_twice, plan->trace_count, (double)references);
}

static int sweep(const struct options *o, struct sweep_plan *plan, struct error *err)
{
	static const struct result_schema schema = {.machine = replay_machine_rows,
						    .processor = replay_processor_rows,
						    .node = replay_node_rows,
						    .describe = point_describe};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	json_t *provenance =
		json_pack("{s:s, s:s, s:s, s:s}", "program", "discosim " DISCOSIM_VERSION, "name",
			  plan->spec.name, "description", plan->spec.description, "specification",
			  plan->spec.text);
	struct sweep_config config = {.result = o->output,
				      .schema = &schema,
				      .provenance = provenance,
				      .tasks = plan->tasks,
				      .count = plan->count,
				      .threads = o->threads  ? o->threads
						 : cores > 0 ? (unsigned)cores
							     : 1,
				      .quiet = o->quiet,
				      .replace = o->replace,
				      .run = run_point,
				      .failed = on_failure,
				      .note = o->quiet ? NULL : on_note,
				      .context = plan};
	int rc;

	if (!provenance)
		return error_set(err, "%s: is not UTF-8", o->spec);
	if (!o->quiet)
		fprintf(stderr, "sweep: %zu point%s\n", plan->count, plan->count == 1 ? "" : "s");
	rc = sweep_run(&config, err);
	json_decref(provenance);
	return rc;
}

static int run(int argc, char **argv, struct error *err)
{
	struct options o = {.err = err};
	struct sweep_plan plan;
	int rc = 0;

	if (command_parse(&argp, argc, argv, &o, err) || sweep_plan_make(&plan, o.spec, err))
		return command_failed(err);
	if (o.dry_run)
		list_points(&plan);
	else
		rc = sweep(&o, &plan, err);
	sweep_plan_release(&plan);
	return rc ? command_failed(err) : 0;
}

const struct command command_sweep = {"sweep", run, "many points on all cores, resumable"};
