/* SPDX-License-Identifier: MIT */
/*
 * A machine in a snapshot file: the kind of board, the version of the core (another one would go on
 * in another way), the configuration, the guest's identity, and the kind's own walk. Nothing in the
 * file says how often the machine was saved and started before: a snapshot of a snapshot is the
 * snapshot that the first machine would have given.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"
#include "sim/board/board.h"
#include "sim/board/config.h"

#define KIND_BYTES 16 /* longest name of a kind, and a NUL */

static void walk_head(struct snapshot *s, char kind[KIND_BYTES])
{
	snapshot_same(s, "core.version", CPU_VERSION, sizeof(CPU_VERSION),
		      "the version of this program's processors");
	snapshot_bytes(s, "board.kind", kind, KIND_BYTES);
	snapshot_check(s, "board.kind", memchr(kind, 0, KIND_BYTES) != NULL);
}

static void walk_board(struct snapshot *s, struct board *board)
{
	char hash[HASH_TEXT_SIZE];

	memcpy(hash, board->guest_hash, sizeof(hash));
	snapshot_bytes(s, "board.guest_hash", hash, sizeof(hash));
	snapshot_check(s, "board.guest_hash",
		       !hash[sizeof(hash) - 1] &&
			       strspn(hash, "0123456789abcdef") == sizeof(hash) - 1);
	if (snapshot_failed(s))
		return;
	memcpy(board->guest_hash, hash, sizeof(hash));
	board->kind->snapshot(board, s);
}

int board_save(struct board *board, const char *path, struct error *err)
{
	struct board_config *config = config_copy(board->config);
	struct snapshot *s = snapshot_create(path, err);
	char kind[KIND_BYTES] = "";

	if (!s) {
		config_free(config);
		return -1;
	}
	strncpy(kind, board->kind->name, KIND_BYTES - 1);
	free((void *)config->guest); /* its name, wherever it lay */
	config->guest = strdup(board->guest_name);
	if (!config->guest)
		abort();
	walk_head(s, kind);
	config_snapshot(config, s);
	walk_board(s, board);
	config_free(config);
	return snapshot_close(s, err);
}

/* Where the disk images lie now; they must be disks of the same kinds. Their identities are checked
 * by the devices. */
static int move_disks(struct board_config *saved, const struct board_config *now, const char *path,
		      struct error *err)
{
	if (now->disks != saved->disks)
		return error_usage(err, "%u --disk given; %s was saved with %u", now->disks, path,
				   saved->disks);
	for (unsigned i = 0; i < now->disks; i++) {
		if (now->disk[i].private != saved->disk[i].private)
			return error_usage(err, "--disk %s is %s; %s was saved with %s disk %u",
					   now->disk[i].image,
					   now->disk[i].private ? "private" : "shared", path,
					   saved->disk[i].private ? "a private" : "a shared", i);
		saved->disk[i] = now->disk[i];
	}
	return 0;
}

/* The machine as it is before the kind's walk, or NULL. */
static struct board *build(struct snapshot *s, const char *path, const struct board_config *now,
			   struct error *err)
{
	struct board_config *saved = config_copy(&(struct board_config){0}), use;
	const struct board_kind *const *kind = board_kinds;
	struct board *board = NULL;
	char name[KIND_BYTES];

	walk_head(s, name);
	config_snapshot(saved, s);
	while (*kind && strcmp((*kind)->name, name))
		kind++;
	snapshot_check(s, "board.kind", *kind != NULL);
	use = *saved;
	use.root = now->root;
	use.input = now->input;
	use.output = now->output;
	use.error = now->error;
	use.region_only = now->region_only;
	use.pause_at_call = now->pause_at_call;
	use.pause_at = now->pause_at;
	use.restored = true;
	if (!snapshot_failed(s) && !(now->disks && move_disks(&use, now, path, err))) {
		board = board_new(*kind, &use, err);
		if (!board)
			error_prefix(err, "%s", path);
	}
	config_free(saved);
	return board;
}

struct board *board_open(const char *path, const struct board_config *now, struct error *err)
{
	struct snapshot *s = snapshot_open(path, err);
	struct board *board = s ? build(s, path, now, err) : NULL;

	if (!s)
		return NULL;
	if (board)
		walk_board(s, board);
	else if (!snapshot_failed(s)) {
		snapshot_abandon(s);
		return NULL;
	}
	if (snapshot_close(s, err)) {
		board_free(board);
		return NULL;
	}
	if (now->pause_at && board_instructions(board) >= now->pause_at) {
		error_usage(err,
			    "%s: the machine has executed %" PRIu64
			    " instructions already; wanted a later moment than %" PRIu64,
			    path, board_instructions(board), now->pause_at);
		board_free(board);
		return NULL;
	}
	return board;
}
