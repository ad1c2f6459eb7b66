/* SPDX-License-Identifier: MIT */
/*
 * See overlay.h. The file, numbers little-endian:
 *
 *	0       8        12       16     24          56       64
 *	+-------+--------+--------+------+-----------+--------+---------------------------+
 *	| magic | format | 4096   | base | hash of   | blocks | (number, hash) of block 0 |
 *	|       | 1      |        | bytes| the base  | n      | 16 bytes, n times         |
 *	+-------+--------+--------+------+-----------+--------+---------------------------+
 *	| XXH3-64 of all before   | content of block 0, 4096 bytes | of block 1 | ... n    |
 *	+-------------------------+--------------------------------+------------+----------+
 *
 * The base's hash is XXH3-128 of the whole image as 32 hexadecimal digits. Block numbers ascend. A
 * block's hash is XXH3-64 of its content. There is nothing behind the last block.
 */
#include "sim/board/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/output.h"
#include "sim/base/snapshot.h"

#define MAGIC  "overlay\n"
#define FORMAT 1
#define GROUP  1024u
#define WANTED "wanted an overlay that discosim has written"

struct header {
	char magic[8];
	uint32_t format, block_bytes;
	uint64_t base_bytes;
	char base_hash[HASH_TEXT_SIZE - 1];
	uint64_t blocks;
};
_Static_assert(sizeof(struct header) == 64, "no padding");

struct row {
	uint64_t block, hash;
};

int overlay_init(struct overlay *o, uint32_t blocks)
{
	*o = (struct overlay){.blocks = blocks};
	o->groups = calloc(blocks / GROUP + 1, sizeof(*o->groups));
	return o->groups ? 0 : -1;
}

static void clear(struct overlay *o)
{
	for (uint32_t g = 0; o->groups && g <= o->blocks / GROUP; g++) {
		for (uint32_t i = 0; o->groups[g] && i < GROUP; i++)
			free(o->groups[g][i]);
		free(o->groups[g]);
		o->groups[g] = NULL;
	}
	o->used = 0;
}

void overlay_release(struct overlay *o)
{
	clear(o);
	free(o->groups);
	o->groups = NULL;
}

uint8_t *overlay_get(const struct overlay *o, uint32_t block)
{
	uint8_t **group = o->groups[block / GROUP];

	return group ? group[block % GROUP] : NULL;
}

uint8_t *overlay_add(struct overlay *o, uint32_t block)
{
	uint8_t ***group = &o->groups[block / GROUP], **place;

	if (!*group)
		*group = calloc(GROUP, sizeof(**group));
	if (!*group)
		return NULL;
	place = &(*group)[block % GROUP];
	if (!*place) {
		*place = malloc(OVERLAY_BLOCK);
		o->used += *place != NULL;
	}
	return *place;
}

/* The first written block from `block` on, or `blocks` when there is none. */
static uint32_t next_block(const struct overlay *o, uint32_t block)
{
	while (block < o->blocks && !overlay_get(o, block))
		block = o->groups[block / GROUP] ? block + 1 : (block / GROUP + 1) * GROUP;
	return block < o->blocks ? block : o->blocks;
}

/* ---- the file ---- */

static uint64_t table_bytes(uint64_t blocks)
{
	return sizeof(struct header) + blocks * sizeof(struct row);
}

static int check_header(const char *path, const struct header *h, const struct overlay_base *base,
			const struct overlay *o, uint64_t file_bytes, struct error *err)
{
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)))
		return error_set(err, "%s: not an overlay; " WANTED, path);
	if (h->format != FORMAT || h->block_bytes != OVERLAY_BLOCK)
		return error_set(err,
				 "%s: format %" PRIu32 " with blocks of %" PRIu32
				 " bytes; wanted format %d with %u",
				 path, h->format, h->block_bytes, FORMAT, OVERLAY_BLOCK);
	if (h->blocks > o->blocks ||
	    file_bytes != table_bytes(h->blocks) + 8 + h->blocks * OVERLAY_BLOCK)
		return error_set(err,
				 "%s: damaged: %" PRIu64 " bytes with %" PRIu64 " blocks; " WANTED,
				 path, file_bytes, h->blocks);
	if (h->base_bytes != base->bytes || memcmp(h->base_hash, base->hash, sizeof(h->base_hash)))
		return error_set(err,
				 "%s: the overlay of another image, of %" PRIu64
				 " bytes with hash %.32s; wanted one of %" PRIu64
				 " bytes with hash %s",
				 path, h->base_bytes, h->base_hash, base->bytes, base->hash);
	return 0;
}

static int read_blocks(struct overlay *o, const char *path, const struct row *row, uint64_t blocks,
		       FILE *f, struct error *err)
{
	for (uint64_t i = 0; i < blocks; i++) {
		uint8_t *content;

		if (row[i].block >= o->blocks || (i && row[i].block <= row[i - 1].block))
			return error_set(err, "%s: damaged: block %" PRIu64 " in its row %" PRIu64,
					 path, row[i].block, i);
		content = overlay_add(o, (uint32_t)row[i].block);
		if (!content)
			return error_set(err, "%s: no memory for its %" PRIu64 " blocks", path,
					 blocks);
		if (fread(content, 1, OVERLAY_BLOCK, f) != OVERLAY_BLOCK ||
		    hash64(content, OVERLAY_BLOCK) != row[i].hash)
			return error_set(err,
					 "%s: damaged: the content of block %" PRIu64
					 " does not match its hash",
					 path, row[i].block);
	}
	return 0;
}

static int load(struct overlay *o, const char *path, const struct overlay_base *base, FILE *f,
		struct error *err)
{
	struct header h = {.blocks = 0};
	uint8_t *table = NULL;
	uint64_t hash = 0, bytes;
	struct stat st;
	int rc;

	if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file; " WANTED, path);
	if (fread(&h, 1, sizeof(h), f) != sizeof(h))
		return error_set(err, "%s: not an overlay; " WANTED, path);
	if (check_header(path, &h, base, o, (uint64_t)st.st_size, err))
		return -1;
	bytes = table_bytes(h.blocks);
	table = malloc(bytes);
	if (!table)
		return error_set(err, "%s: no memory for its table", path);
	memcpy(table, &h, sizeof(h));
	if (fread(table + sizeof(h), 1, bytes - sizeof(h), f) != bytes - sizeof(h) ||
	    fread(&hash, 1, sizeof(hash), f) != sizeof(hash) || hash64(table, bytes) != hash)
		rc = error_set(err, "%s: damaged: its table does not match its hash", path);
	else
		rc = read_blocks(o, path, (struct row *)(table + sizeof(h)), h.blocks, f, err);
	free(table);
	return rc;
}

int overlay_load(struct overlay *o, const char *path, const struct overlay_base *base,
		 struct error *err)
{
	/* Without O_NONBLOCK a pipe would hold us before we have seen what it is. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	FILE *f;

	if (fd < 0 && errno == ENOENT)
		return 0;
	f = fd < 0 ? NULL : fdopen(fd, "rb");
	if (!f)
		return error_set(err, "%s: %s", path, strerror(errno));
	rc = load(o, path, base, f, err);
	fclose(f);
	if (rc)
		clear(o);
	return rc;
}

static int write_file(const struct overlay *o, const struct overlay_base *base, FILE *f)
{
	uint64_t bytes = table_bytes(o->used), hash, i = 0;
	uint8_t *table = malloc(bytes);
	struct header h = {.magic = MAGIC,
			   .format = FORMAT,
			   .block_bytes = OVERLAY_BLOCK,
			   .base_bytes = base->bytes,
			   .blocks = o->used};
	struct row *row = (struct row *)(table + sizeof(h));
	int rc;

	if (!table)
		return -1;
	memcpy(h.base_hash, base->hash, sizeof(h.base_hash));
	memcpy(table, &h, sizeof(h));
	for (uint32_t b = next_block(o, 0); b < o->blocks; b = next_block(o, b + 1))
		row[i++] = (struct row){b, hash64(overlay_get(o, b), OVERLAY_BLOCK)};
	hash = hash64(table, bytes);
	rc = fwrite(table, 1, bytes, f) != bytes || fwrite(&hash, 1, 8, f) != 8;
	for (uint32_t b = next_block(o, 0); !rc && b < o->blocks; b = next_block(o, b + 1))
		rc = fwrite(overlay_get(o, b), 1, OVERLAY_BLOCK, f) != OVERLAY_BLOCK;
	free(table);
	return rc ? -1 : 0;
}

int overlay_save(const struct overlay *o, const char *path, const struct overlay_base *base,
		 struct error *err)
{
	struct output out;
	int rc = 0;
	FILE *f;

	if (output_begin(&out, path, err))
		return -1;
	f = fopen(out.temporary, "wbe");
	if (!f || write_file(o, base, f))
		rc = error_set(err, "%s: cannot write the overlay: %s", path, strerror(errno));
	if (f && fclose(f) && !rc)
		rc = error_set(err, "%s: cannot write the overlay: %s", path, strerror(errno));
	if (!rc)
		return output_commit(&out, err);
	output_abandon(&out);
	return rc;
}

/* ---- snapshots ---- */

void overlay_snapshot(struct overlay *o, struct snapshot *s, const char *name)
{
	bool restoring = snapshot_restoring(s);
	uint32_t used = o->used, block = 0;

	snapshot_bytes(s, name, &used, sizeof(used));
	snapshot_check(s, name, used <= o->blocks);
	if (restoring)
		clear(o);
	for (uint32_t i = 0; i < used && !snapshot_failed(s); i++) {
		uint32_t least = i ? block + 1 : 0;
		uint8_t *content;

		block = next_block(o, least); /* when saving */
		snapshot_bytes(s, name, &block, sizeof(block));
		snapshot_check(s, name, block >= least && block < o->blocks);
		if (snapshot_failed(s))
			break;
		content = overlay_add(o, block);
		if (!content)
			snapshot_refuse(s, "no memory for the %u blocks of an overlay", used);
		else
			snapshot_memory(s, name, content, OVERLAY_BLOCK);
	}
}
