/* SPDX-License-Identifier: MIT */
/* discosim run: executes a guest without recording. Its exit status is the guest's own. */
#include "sim/guest.h"

static int run(int argc, char **argv, struct error *err)
{
	struct guest_options o;
	struct argp argp = guest_argp;
	struct board *board;
	int status = 1;

	argp.doc = "Executes a guest without recording.\vThe guest's console is standard output, "
		   "the exit status is the guest's own. What follows GUEST is for the guest.";
	guest_options_init(&o, err);
	if (command_parse(&argp, argc, argv, &o, err))
		return command_failed(err);
	board = guest_board(&o, false, err);
	if (!board)
		return command_failed(err);
	if (!guest_execute(&o, board, "run", NULL, NULL, err))
		status = board->exit_status;
	board_free(board);
	return status;
}

const struct command command_run = {
	.name = "run",
	.run = run,
	.help = "execute a guest without recording",
};
