/* SPDX-License-Identifier: MIT */
/* A machine's configuration with strings of its own, and its part of a snapshot. */
#ifndef SIM_BOARD_CONFIG_H
#define SIM_BOARD_CONFIG_H

#include "sim/board/board.h"

struct board_config *config_copy(const struct board_config *);
void config_free(struct board_config *);

/* Walks what a machine is built from, but not what belongs to the host's side of one run: root,
 * descriptors, recording, pauses, and files for overlays, which two runs would both write.
 * Restoring fills a config whose strings are empty; what it holds then is a machine that can be
 * built, or the snapshot has failed. */
void config_snapshot(struct board_config *, struct snapshot *);

#endif
