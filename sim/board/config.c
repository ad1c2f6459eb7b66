/* SPDX-License-Identifier: MIT */
/*
 * Configurations that own their strings. In a snapshot a text is its length with its NUL, 0 for
 * none, and its bytes; so that a file made by hand costs no more memory than it has bytes for, the
 * lengths are limited and a walk ends at the first failure.
 */
#include "sim/board/config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"

#define TEXT_MOST (1u << 20)
#define ARGS_MOST 65536

static char *copy(const char *text)
{
	char *own = text ? strdup(text) : NULL;

	if (text && !own)
		abort();
	return own;
}

static char **texts(int n)
{
	char **list = calloc((size_t)n + 1, sizeof(*list));

	if (!list)
		abort();
	return list;
}

struct board_config *config_copy(const struct board_config *from)
{
	struct board_config *c = malloc(sizeof(*c));
	char **argv = texts(from->argc);

	if (!c)
		abort();
	*c = *from;
	for (int i = 0; i < c->argc; i++)
		argv[i] = copy(from->argv[i]);
	c->argv = argv;
	c->guest = copy(from->guest);
	c->root = copy(from->root);
	c->initrd = copy(from->initrd);
	c->network = copy(from->network);
	for (unsigned i = 0; i < c->disks; i++) {
		c->disk[i].image = copy(from->disk[i].image);
		c->disk[i].overlay = copy(from->disk[i].overlay);
	}
	return c;
}

void config_free(struct board_config *c)
{
	if (!c)
		return;
	for (int i = 0; i < c->argc; i++)
		free(c->argv[i]);
	free((void *)c->argv);
	free((void *)c->guest);
	free((void *)c->root);
	free((void *)c->initrd);
	free((void *)c->network);
	for (unsigned i = 0; i < c->disks; i++) {
		free((void *)c->disk[i].image);
		free((void *)c->disk[i].overlay);
	}
	free(c);
}

/* A text that is there or not (NULL). */
static void text(struct snapshot *s, const char *name, const char **field)
{
	uint32_t bytes = *field ? (uint32_t)strlen(*field) + 1 : 0;
	char *own;

	snapshot_field(s, name, bytes);
	snapshot_check(s, name, bytes <= TEXT_MOST);
	if (!snapshot_restoring(s)) {
		snapshot_bytes(s, name, (void *)*field, bytes);
		return;
	}
	if (snapshot_failed(s) || !bytes)
		bytes = 0;
	own = bytes ? malloc(bytes) : NULL;
	if (bytes && !own)
		abort();
	snapshot_bytes(s, name, own, bytes);
	snapshot_check(s, name, !own || (!own[bytes - 1] && strlen(own) == bytes - 1));
	if (own && snapshot_failed(s))
		own[0] = '\0';
	*field = own;
}

static void number(struct snapshot *s, const char *name, uint32_t *value, uint32_t least,
		   uint32_t most)
{
	snapshot_bytes(s, name, value, sizeof(*value));
	snapshot_check(s, name, *value >= least && *value <= most);
	if (snapshot_failed(s) && snapshot_restoring(s))
		*value = least;
}

static void arguments(struct board_config *c, struct snapshot *s)
{
	uint32_t argc = (uint32_t)c->argc;
	char **argv = (char **)c->argv;

	number(s, "config.arguments", &argc, 0, ARGS_MOST);
	if (snapshot_restoring(s)) {
		free(argv); /* empty */
		argv = texts((int)argc);
	}
	for (uint32_t i = 0; i < argc && !snapshot_failed(s); i++)
		text(s, "config.argument", (const char **)&argv[i]);
	for (uint32_t i = 0; i < argc; i++)
		snapshot_check(s, "config.argument", argv[i] != NULL);
	c->argv = argv;
	c->argc = (int)argc;
}

void config_snapshot(struct board_config *c, struct snapshot *s)
{
	uint32_t model = c->model, disks = c->disks, private;

	text(s, "config.guest", &c->guest);
	snapshot_check(s, "config.guest", c->guest != NULL);
	arguments(c, s);
	number(s, "config.model", &model, 0, CPU_34KF);
	number(s, "config.processors", &c->processors, 1, BOARD_MAX_PROCESSORS);
	number(s, "config.tlb_entries", &c->tlb_entries, 16, 64);
	number(s, "config.ram_bytes", &c->ram_bytes, 4096, BOARD_MAX_RAM);
	snapshot_check(s, "config.ram_bytes", c->ram_bytes % 4096 == 0);
	snapshot_check(s, "config.processors",
		       model != CPU_34KF || c->processors <= CPU_34KF_MAX_PROCESSORS);
	snapshot_check(s, "config.processors",
		       model != CPU_34KF || c->processors <= CPU_34KF_MAX_PROCESSORS);
	text(s, "config.initrd", &c->initrd);
	text(s, "config.network", &c->network);
	number(s, "config.disks", &disks, 0, BOARD_MAX_DISKS);
	for (uint32_t i = 0; i < disks; i++) {
		text(s, "config.disk.image", &c->disk[i].image);
		snapshot_check(s, "config.disk.image", c->disk[i].image != NULL);
		private = c->disk[i].private;
		number(s, "config.disk.private", &private, 0, 1);
		c->disk[i].private = private;
	}
	c->model = model;
	c->disks = disks;
}
