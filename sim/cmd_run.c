/* SPDX-License-Identifier: MIT */
/*
 * discosim run: executes a guest without recording. Its exit status is the guest's own; with
 * --snapshot it is 0 once the machine is saved.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "sim/base/output.h"
#include "sim/base/param.h"
#include "sim/guest.h"

enum { OPT_SNAPSHOT = 512, OPT_SNAPSHOT_AT };

/* clang-format off */
static const struct param rows[] = {
	{.key = "--snapshot-at", .type = PARAM_COUNT, .value = 0, .min = 1, .max = 1e18,
	 .offset = offsetof(struct guest_options, snapshot_at), .unit = "1", .help = "moment"},
	{.key = NULL},
};

static const struct argp_option options[] = {
	{"snapshot", OPT_SNAPSHOT, "FILE", 0,
	 "save the machine when the guest says so (monitor call 11), and end", 0},
	{"snapshot-at", OPT_SNAPSHOT_AT, "N", 0,
	 "save it once it has executed N instructions instead", 0},
	{0},
};
/* clang-format on */

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct guest_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		break;
	case OPT_SNAPSHOT:
		o->snapshot = arg;
		break;
	case OPT_SNAPSHOT_AT:
		return param_set(rows, o, "--snapshot-at", arg, o->err) ? EINVAL : 0;
	case ARGP_KEY_END:
		if (o->snapshot_at && !o->snapshot) {
			error_usage(o->err, "--snapshot-at without --snapshot; wanted the file's "
					    "name too");
			return EINVAL;
		}
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Before hours of work: can the file be written? */
static int check_output(const char *path, struct error *err)
{
	struct output output;

	if (output_begin(&output, path, err))
		return -1;
	output_abandon(&output);
	return 0;
}

static int save(const struct guest_options *o, struct board *board, struct error *err)
{
	if (board->state == BOARD_PAUSED)
		return board_save(board, o->snapshot, err);
	if (o->snapshot_at)
		return error_set(err,
				 "%s: exited (status %d) after %" PRIu64
				 " instructions, before the %" PRIu64
				 " of --snapshot-at; nothing was saved",
				 board->guest_name, board->exit_status, board_instructions(board),
				 o->snapshot_at);
	return error_set(
		err,
		"%s: exited (status %d) without a monitor call for a snapshot; nothing was "
		"saved (--snapshot-at N needs no call)",
		board->guest_name, board->exit_status);
}

static int run(int argc, char **argv, struct error *err)
{
	struct guest_options o;
	const struct argp_child children[] = {{&guest_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Executes a guest without recording.\vThe guest's console is standard "
		       "output, the exit status is the guest's own. What follows GUEST is for the "
		       "guest.\n" GUEST_CONSOLE_DOC
		       "\nA snapshot holds the whole machine: run and capture start it with "
		       "--from, as often as one likes. Console input, --root and --max-insns are "
		       "given anew then; instructions count on from the machine's start.",
		.children = children,
	};
	struct board *board;
	int status = 1;

	guest_options_init(&o, err);
	if (command_parse(&argp, argc, argv, &o, err))
		return command_failed(err);
	if (o.snapshot && check_output(o.snapshot, err))
		return command_failed(err);
	board = guest_board(&o, false, err);
	if (!board)
		return command_failed(err);
	if (!guest_execute(&o, board, "run", NULL, NULL, err)) {
		if (!o.snapshot)
			status = board->exit_status;
		else if (!save(&o, board, err))
			status = 0;
	}
	board_free(board);
	return status;
}

const struct command command_run = {
	.name = "run",
	.run = run,
	.help = "execute a guest without recording",
};
