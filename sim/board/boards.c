/* SPDX-License-Identifier: MIT */
/* The kinds of boards. A new one is a file in this folder and a row here. */
#include "sim/board/board.h"

#include <stdio.h>
#include <string.h>

#include "sim/board/bare.h"
#include "sim/board/config.h"
#include "sim/board/malta.h"

const struct board_kind *const board_kinds[] = {
	&board_bare,
	&board_malta,
	NULL,
};

const struct board_kind *board_kind_find(const char *name, struct error *err)
{
	char known[256] = "";
	size_t used = 0;

	for (size_t i = 0; board_kinds[i]; i++) {
		if (!strcmp(board_kinds[i]->name, name))
			return board_kinds[i];
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 board_kinds[i]->name);
	}
	error_usage(err, "--board %s: no such board; there is: %s", name, known);
	return NULL;
}

struct board *board_new(const struct board_kind *kind, const struct board_config *config,
			struct error *err)
{
	struct board_config *own = config_copy(config);
	struct board *board = kind->create(own, err);

	if (!board) {
		config_free(own);
		return NULL;
	}
	board->config = own;
	board->pause_at = own->pause_at;
	return board;
}

void board_free(struct board *board)
{
	struct board_config *own;

	if (!board)
		return;
	own = (struct board_config *)board->config;
	board->kind->destroy(board);
	config_free(own);
}

void board_set_watch(struct board *board, const struct board_watch *watch)
{
	board->kind->watch(board, watch);
}

int board_run(struct board *board, uint64_t insns, struct error *err)
{
	if (board->state == BOARD_PAUSED)
		board->state = BOARD_RUNNING;
	return board->kind->run(board, insns, err);
}

void board_round_over(struct board *board)
{
	bool reached = board->pause_at && board_instructions(board) >= board->pause_at;

	if (reached || (board->pause_called && board->config->pause_at_call)) {
		if (reached)
			board->pause_at = 0;
		if (board->state == BOARD_RUNNING)
			board->state = BOARD_PAUSED;
	}
	board->pause_called = false;
}

uint64_t board_instructions(const struct board *board)
{
	uint64_t sum = 0;

	for (unsigned n = 0; n < board->processors; n++)
		sum += cpu_instructions(cpus_get(board->cpus, n));
	return sum;
}
