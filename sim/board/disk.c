/* SPDX-License-Identifier: MIT */
/*
 * See disk.h. The base is read with pread, block by block and only as far as the guest asks: a file
 * that becomes shorter meanwhile is an error, where a mapping would be a signal. Its identity is
 * the hash of its whole content when the machine starts, so that a copy under another name has the
 * same blocks.
 */
#include "sim/board/disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/output.h"
#include "sim/base/snapshot.h"
#include "sim/board/overlay.h"

#define MOST_SECTORS (UINT64_C(1) << 31) /* 1 TB */

struct disk {
	struct board_disk config;
	int fd;
	struct overlay_base base;
	struct overlay overlay; /* shared disks only */
	char *identity;
};

static int lock(const struct disk *d, struct error *err)
{
	const char *image = d->config.image;

	if (!flock(d->fd, (d->config.private ? LOCK_EX : LOCK_SH) | LOCK_NB))
		return 0;
	if (errno != EWOULDBLOCK)
		return error_set(err, "--disk %s: cannot lock it: %s", image, strerror(errno));
	return error_set(err,
			 d->config.private
				 ? "--disk %s,private: in use by another machine; a private disk "
				   "belongs to one"
				 : "--disk %s: in use as another machine's private disk",
			 image);
}

static int open_image(struct disk *d, struct error *err)
{
	const char *image = d->config.image;
	struct stat st;

	/* Without O_NONBLOCK a pipe would hold us before we have seen what it is. */
	d->fd = open(image, (d->config.private ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	if (d->fd < 0 || fstat(d->fd, &st))
		return error_set(err, "--disk %s: %s", image, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, "--disk %s: not a regular file; wanted a disk image", image);
	d->base.bytes = (uint64_t)st.st_size;
	if (!d->base.bytes || d->base.bytes % DISK_SECTOR)
		return error_set(err,
				 "--disk %s: %" PRIu64 " bytes; wanted a disk image of whole "
				 "sectors of 512 bytes",
				 image, d->base.bytes);
	if (d->base.bytes / DISK_SECTOR > MOST_SECTORS)
		return error_set(err, "--disk %s: %" PRIu64 " bytes; wanted at most 1 TB", image,
				 d->base.bytes);
	return lock(d, err) ? -1 : hash_file(image, d->base.hash, err);
}

static int open_overlay(struct disk *d, bool restored, struct error *err)
{
	uint64_t blocks = (d->base.bytes + DISK_BLOCK - 1) / DISK_BLOCK;
	const char *path = d->config.overlay;

	assert(!path || !d->config.private);
	if (d->config.private)
		return 0;
	if (overlay_init(&d->overlay, (uint32_t)blocks))
		return error_set(err, "--disk %s: no memory", d->config.image);
	if (path && !restored && overlay_load(&d->overlay, path, &d->base, err))
		return -1;
	if (path) { /* before the guest's work, not after it */
		struct output output;

		if (output_begin(&output, path, err))
			return -1;
		output_abandon(&output);
	}
	return 0;
}

static void identify(struct disk *d)
{
	const char *image = d->config.image, *name = strrchr(image, '/');

	free(d->identity);
	if (asprintf(&d->identity, "%s %s %" PRIu64 " %s", d->base.hash,
		     d->config.private ? "private" : "shared", disk_sectors(d),
		     name ? name + 1 : image) < 0)
		abort();
	for (char *p = d->identity; *p; p++)
		if (*p == '\n')
			*p = '?'; /* it is a line */
}

struct disk *disk_open(const struct board_disk *config, bool restored, struct error *err)
{
	struct disk *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->config = *config;
	d->fd = -1;
	if (open_image(d, err) || open_overlay(d, restored, err)) {
		disk_close(d);
		return NULL;
	}
	identify(d);
	return d;
}

void disk_close(struct disk *d)
{
	if (!d)
		return;
	overlay_release(&d->overlay);
	if (d->fd >= 0)
		close(d->fd);
	free(d->identity);
	free(d);
}

uint64_t disk_sectors(const struct disk *d)
{
	return d->base.bytes / DISK_SECTOR;
}

const char *disk_identity(const struct disk *d)
{
	return d->identity;
}

bool disk_overlaid(const struct disk *d, uint32_t block)
{
	return d->overlay.groups && overlay_get(&d->overlay, block);
}

static void check_range(const struct disk *d, uint64_t offset, uint32_t bytes)
{
	assert(offset <= d->base.bytes && bytes <= d->base.bytes - offset);
	assert(offset % DISK_BLOCK + bytes <= DISK_BLOCK);
}

static int read_image(struct disk *d, uint64_t offset, uint8_t *to, uint32_t bytes,
		      struct error *err)
{
	while (bytes) {
		ssize_t n = pread(d->fd, to, bytes, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, "--disk %s: cannot read at %" PRIu64 ": %s",
					 d->config.image, offset, strerror(errno));
		if (!n)
			return error_set(err, "--disk %s: became shorter while the guest ran",
					 d->config.image);
		to += n;
		offset += (uint64_t)n;
		bytes -= (uint32_t)n;
	}
	return 0;
}

static int write_image(struct disk *d, uint64_t offset, const uint8_t *from, uint32_t bytes,
		       struct error *err)
{
	while (bytes) {
		ssize_t n = pwrite(d->fd, from, bytes, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(err, "--disk %s,private: cannot write at %" PRIu64 ": %s",
					 d->config.image, offset, strerror(n ? errno : ENOSPC));
		from += n;
		offset += (uint64_t)n;
		bytes -= (uint32_t)n;
	}
	return 0;
}

int disk_read(struct disk *d, uint64_t offset, void *to, uint32_t bytes, struct error *err)
{
	const uint8_t *own = NULL;

	check_range(d, offset, bytes);
	if (!d->config.private)
		own = overlay_get(&d->overlay, (uint32_t)(offset / DISK_BLOCK));
	if (!own)
		return read_image(d, offset, to, bytes, err);
	memcpy(to, own + offset % DISK_BLOCK, bytes);
	return 0;
}

/* The overlay's copy of a block, made from the base where it is new and not wholly written. */
static uint8_t *own_block(struct disk *d, uint32_t block, bool whole, struct error *err)
{
	uint64_t start = (uint64_t)block * DISK_BLOCK, rest = d->base.bytes - start;
	uint8_t *own = overlay_get(&d->overlay, block), content[DISK_BLOCK] = {0};

	if (own)
		return own;
	if (!whole &&
	    read_image(d, start, content, rest < DISK_BLOCK ? (uint32_t)rest : DISK_BLOCK, err))
		return NULL;
	own = overlay_add(&d->overlay, block);
	if (own)
		memcpy(own, content, DISK_BLOCK);
	else
		error_set(err, "--disk %s: no memory for what the guest has written: %u blocks",
			  d->config.image, d->overlay.used);
	return own;
}

int disk_write(struct disk *d, uint64_t offset, const void *from, uint32_t bytes, struct error *err)
{
	uint8_t *own;

	check_range(d, offset, bytes);
	if (d->config.private)
		return write_image(d, offset, from, bytes, err);
	own = own_block(d, (uint32_t)(offset / DISK_BLOCK), bytes == DISK_BLOCK, err);
	if (!own)
		return -1;
	memcpy(own + offset % DISK_BLOCK, from, bytes);
	return 0;
}

int disk_finish(struct disk *d, struct error *err)
{
	if (d->config.private && fdatasync(d->fd))
		return error_set(err, "--disk %s,private: cannot write: %s", d->config.image,
				 strerror(errno));
	if (d->config.overlay)
		return overlay_save(&d->overlay, d->config.overlay, &d->base, err);
	return 0;
}

/* A private image has changed since the machine began: what it held then is its identity, what it
 * holds now must be there when the machine goes on. */
static void private_snapshot(struct disk *d, unsigned number, const char *what, struct snapshot *s)
{
	char name[32], now[HASH_TEXT_SIZE], began[HASH_TEXT_SIZE];
	struct error err;

	if (hash_file(d->config.image, now, &err))
		snapshot_refuse(s, "%s", err.text);
	snprintf(name, sizeof(name), "disk%u.image", number);
	snapshot_same(s, name, now, sizeof(now), what);
	memcpy(began, d->base.hash, sizeof(began));
	snprintf(name, sizeof(name), "disk%u.began", number);
	snapshot_field(s, name, began);
	snapshot_check(s, name,
		       !began[HASH_TEXT_SIZE - 1] &&
			       strspn(began, "0123456789abcdef") == HASH_TEXT_SIZE - 1);
	if (snapshot_failed(s))
		return;
	memcpy(d->base.hash, began, sizeof(began));
	identify(d);
}

void disk_snapshot(struct disk *d, unsigned number, struct snapshot *s)
{
	char name[32], what[64];

	snprintf(what, sizeof(what), "the disk image %u", number);
	snprintf(name, sizeof(name), "disk%u.kind", number);
	snapshot_same(s, name, &d->config.private, sizeof(d->config.private), what);
	if (d->config.private) {
		private_snapshot(d, number, what, s);
		return;
	}
	snprintf(name, sizeof(name), "disk%u.image", number);
	snapshot_same(s, name, d->base.hash, sizeof(d->base.hash), what);
	snprintf(name, sizeof(name), "disk%u.overlay", number);
	overlay_snapshot(&d->overlay, s, name);
}
