/* SPDX-License-Identifier: MIT */
/* discosim replay: one point. Without -o the result is printed (sim/replay_show.c). */
#include <stdlib.h>
#include <string.h>

#include "analysis/result.h"
#include "sim/base/output.h"
#include "sim/base/progress.h"
#include "sim/base/version.h"
#include "sim/command.h"
#include "sim/point.h"
#include "sim/replay_show.h"

struct options {
	char *traces; /* the operand */
	const char *output;
	bool quiet;
	struct point point;
	struct error *err;
};

static error_t set(struct options *o, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	char key[128];

	if (!equals || equals == assignment || equals - assignment >= (long)sizeof(key)) {
		error_set(o->err, "--set '%s': wanted key=value", assignment);
		return EINVAL;
	}
	snprintf(key, sizeof(key), "%.*s", (int)(equals - assignment), assignment);
	return point_set_parameter(&o->point, key, equals + 1, o->err) ? EINVAL : 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'm':
		return point_set_parameters_from_file(&o->point, arg, o->err) ? EINVAL : 0;
	case 's':
		return point_set_system(&o->point, arg, o->err) ? EINVAL : 0;
	case 'p':
		return point_set_policy(&o->point, arg, o->err) ? EINVAL : 0;
	case 'S':
		return set(o, arg);
	case 'o':
		o->output = arg;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->traces) {
			error_usage(o->err,
				    "replay: '%s' is one operand too many; several traces are "
				    "one operand with commas between",
				    arg);
			return EINVAL;
		}
		o->traces = arg;
		if (!point_names_traces(arg)) {
			error_usage(o->err, "replay: '%s' where TRACE[,TRACE...] was wanted", arg);
			return EINVAL;
		}
		return 0;
	case ARGP_KEY_END:
		if (!o->traces) {
			error_usage(o->err, "replay: no TRACE given; see 'discosim replay --help'");
			return EINVAL;
		}
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"machine", 'm', "MACHINE.yaml", 0, "parameters from a file: a mapping of keys to values",
	 0},
	{"system", 's', "SYSTEM", 0, "native (default), uma or disco; 'discosim models' lists them",
	 0},
	{"policy", 'p', "POLICY[:k=v,...]", 0,
	 "page placement (default first_touch); 'discosim policies' lists them", 0},
	{"set", 'S', "KEY=VALUE", 0, "one parameter; 'discosim params' lists them", 0},
	{"output", 'o', "RESULT.h5", 0, "writes the result there instead of printing it", 0},
	{"quiet", 'q', NULL, 0, "no progress", 0},
	{0},
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "TRACE[,TRACE...]",
	.doc = "Replays traces through a modelled machine: one point. Several traces are virtual "
	       "machines side by side. Options are taken in their order: a later one wins.",
};

static void on_progress(void *context, uint64_t done)
{
	progress_update(context, done);
}

static int write_result(const struct options *o, json_t *result, struct error *err)
{
	static const struct result_schema schema = {.machine = replay_machine_rows,
						    .processor = replay_processor_rows,
						    .node = replay_node_rows,
						    .describe = point_describe};
	json_t *provenance = json_pack("{s:s}", "program", "discosim " DISCOSIM_VERSION);
	int rc = result_write(o->output, &schema, provenance, &result, 1, err);

	json_decref(provenance);
	return rc;
}

static int replay(struct options *o, struct error *err)
{
	struct progress progress;
	double started;
	json_t *result;
	int rc = 0;

	if (point_resolve(&o->point, err))
		return -1;
	if (o->output) { /* before the work, not after it */
		struct output output;

		if (output_begin(&output, o->output, err))
			return -1;
		output_abandon(&output);
	}
	progress_begin(&progress, "replay", "references", point_references(&o->point), o->quiet);
	started = seconds_now();
	result = point_run(&o->point, on_progress, &progress, err);
	if (!result) {
		progress_abandon(&progress);
		return -1;
	}
	progress_end(&progress, point_references(&o->point));
	if (o->output)
		rc = write_result(o, result, err);
	else
		replay_show(result, stdout);
	fflush(stdout); /* the speed comes after it, in a pipe too */
	if (!o->quiet)
		replay_show_speed(result, seconds_now() - started, stderr);
	json_decref(result);
	return rc;
}

static int run(int argc, char **argv, struct error *err)
{
	struct options o = {.err = err};
	char *name, *at = NULL;
	int rc;

	point_init(&o.point);
	rc = command_parse(&argp, argc, argv, &o, err);
	for (name = rc ? NULL : strtok_r(o.traces, ",", &at); name && !rc;
	     name = strtok_r(NULL, ",", &at)) {
		struct trace *trace = trace_open(name, err);

		rc = trace ? point_add_trace(&o.point, trace, name, err) : -1;
	}
	if (!rc)
		rc = replay(&o, err);
	for (unsigned i = 0; i < o.point.trace_count; i++)
		trace_close(o.point.traces[i]);
	point_release(&o.point);
	return rc ? command_failed(err) : 0;
}

const struct command command_replay = {
	.name = "replay",
	.run = run,
	.help = "replay traces through a modelled machine: one point",
};
