/* SPDX-License-Identifier: MIT */
/*
 * discosim capture: as run, recording. The exit status is the guest's own here too, and the trace
 * of a guest that says it failed is a trace; but of a guest that was stopped nothing is left.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/capture.h"
#include "sim/guest.h"

struct capture_options {
	struct guest_options guest;
	const char *output;
	bool region_only, archive;
};

enum { OPT_ROI = 512, OPT_ARCHIVE };

/* clang-format off */
static const struct argp_option options[] = {
	{"output", 'o', "TRACE", 0, "the trace file to write", 0},
	{"roi", OPT_ROI, NULL, 0, "record only between the guest's region marks", 0},
	{"archive", OPT_ARCHIVE, NULL, 0, "compress harder (zstd instead of lz4)", 0},
	{0},
};
/* clang-format on */

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct capture_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->guest;
		break;
	case 'o':
		o->output = arg;
		break;
	case OPT_ROI:
		o->region_only = true;
		break;
	case OPT_ARCHIVE:
		o->archive = true;
		break;
	case ARGP_KEY_END:
		if (!o->output) {
			error_usage(o->guest.err, "no output given; wanted -o TRACE");
			return EINVAL;
		}
		if (o->guest.from && !o->region_only) {
			error_usage(o->guest.err,
				    "--from without --roi: the trace would lack what happened "
				    "before the snapshot; wanted --roi");
			return EINVAL;
		}
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The guest's arguments as one text; those with blanks or quotes in them in single quotes. */
static char *joined(char *const *argv, int argc)
{
	size_t room = 1;
	char *text, *p;

	for (int i = 0; i < argc; i++)
		room += 4 * strlen(argv[i]) + 3;
	p = text = malloc(room);
	if (!text)
		abort();
	for (int i = 0; i < argc; i++) {
		bool quote = !*argv[i] || strpbrk(argv[i], " \t\n'\"\\$`*?;&|<>()");

		if (i)
			*p++ = ' ';
		if (quote)
			*p++ = '\'';
		for (const char *s = argv[i]; *s; s++) {
			if (*s == '\'')
				p = stpcpy(p, "'\\'");
			*p++ = *s;
		}
		if (quote)
			*p++ = '\'';
	}
	*p = '\0';
	return text;
}

/* By the number that the processor itself tells the guest (PRId). */
static const char *model_of(const struct board *board)
{
	uint32_t implementation = cpu_cp0(cpus_get(board->cpus, 0), 15, 0) >> 8 & 0xff;

	return implementation == 0x93 ? "24Kf" : implementation == 0x95 ? "34Kf" : "unknown";
}

static int record(const struct capture_options *o, struct board *board, struct error *err)
{
	const struct board_config *machine = board->config;
	char *command = joined(machine->argv, machine->argc);
	struct trace_info info = {
		.processors = board->processors,
		.ram_bytes = machine->ram_bytes,
		.tlb_entries = machine->tlb_entries,
		.region_only = o->region_only,
		.source = "capture",
		.guest = board->guest_name,
		.command = command,
		.guest_hash = board->guest_hash,
		.core_version = CPU_VERSION,
		.board = board->kind->name,
		.model = model_of(board),
		.images = board->disks,
	};
	struct capture *c =
		capture_begin(board, o->output, &info, o->archive ? TRACE_ZSTD : TRACE_LZ4, err);
	int rc = c ? guest_execute(&o->guest, board, "capture", capture_check, c, err) : -1;

	if (!rc && o->region_only && !board->regions)
		rc = error_set(err,
			       "%s: the guest marked no region of interest (exit status %d), so "
			       "--roi recorded nothing",
			       board->guest_name, board->exit_status);
	if (rc && c)
		capture_abandon(c);
	else if (c)
		rc = capture_finish(c, err);
	free(command);
	return rc;
}

static int run(int argc, char **argv, struct error *err)
{
	struct capture_options o = {0};
	const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Executes a guest and records what it does.\vThe guest's console is "
		       "standard output, the exit status is the guest's own. A guest that is "
		       "stopped (Ctrl-C, --max-insns, a fault) leaves no trace. What follows "
		       "GUEST is for the guest.\n" GUEST_CONSOLE_DOC
		       "\nWith --from and --roi, the trace is the one that "
		       "the capture from the start would give, byte for byte.",
		.children = children,
	};
	struct board *board;
	int status = 1;

	guest_options_init(&o.guest, err);
	if (command_parse(&argp, argc, argv, &o, err))
		return command_failed(err);
	board = guest_board(&o.guest, o.region_only, err);
	if (!board)
		return command_failed(err);
	if (!record(&o, board, err))
		status = board->exit_status;
	board_free(board);
	return status;
}

const struct command command_capture = {
	.name = "capture",
	.run = run,
	.help = "execute a guest and record a trace",
};
