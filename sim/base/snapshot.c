/* SPDX-License-Identifier: MIT */
/*
 * A snapshot file is a header and fields, one after the other, numbers little-endian:
 *
 *	0         16        20     24           32          40            48
 *	+---------+---------+------+------------+-----------+-------------+----------
 *	| magic   | format  | zero | file bytes | body hash | header hash | fields...
 *	+---------+---------+------+------------+-----------+-------------+----------
 *
 *	0            2      4      8      16     16 + name bytes
 *	+------------+------+------+------+------+---------
 *	| name bytes | kind | zero | size | name | content			a field
 *	+------------+------+------+------+------+---------
 *
 * The body hash is XXH3-64 of all bytes from 48 on, the header hash that of the 40 bytes before it.
 * Content is `size` bytes, but of a memory field: for every block of MEMORY_BLOCK bytes (the last
 * may be shorter) a 32-bit length and so many bytes of a Blosc buffer; length 0 is a block of
 * zeros. A file is read and its hashes are checked before its first field is used; the checks of
 * each field behind that are for files that were made by hand.
 */
#include "sim/base/snapshot.h"

#include <blosc.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "sim/base/hash.h"
#include "sim/base/output.h"

#define MAGIC	     "discosim state\r\n" /* 16 bytes; the line end shows text conversions */
#define FORMAT	     1
#define MEMORY_BLOCK 262144u
#define NAME_MOST    127
#define WANTED	     "wanted a file that --snapshot has written"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "snapshots are little-endian");

struct header {
	char magic[16];
	uint32_t format, zero;
	uint64_t file_bytes, body_hash;
	uint64_t header_hash;
};
_Static_assert(sizeof(struct header) == 48, "no padding");

enum field_kind { FIELD_BYTES = 1, FIELD_MEMORY = 2, FIELD_SAME = 3 };

struct field {
	uint16_t name_bytes, kind;
	uint32_t zero;
	uint64_t size;
};
_Static_assert(sizeof(struct field) == 16, "no padding");

struct snapshot {
	char *path;
	bool restoring, failed;
	struct error error; /* the first failure */
	uint8_t *block;	    /* MEMORY_BLOCK and Blosc's overhead; when first wanted */
	/* saving */
	struct output output;
	FILE *file;
	XXH3_state_t *hash;
	uint64_t written;
	/* restoring: the whole file, and how much of it has been used */
	uint8_t *data;
	size_t bytes, at;
};

static void *memory(size_t bytes)
{
	void *p = malloc(bytes ? bytes : 1);

	if (!p)
		abort();
	return p;
}

void snapshot_refuse(struct snapshot *s, const char *fmt, ...)
{
	char text[800];
	va_list ap;

	if (s->failed)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->failed = true;
	error_set(&s->error, "%s: %s", s->path, text);
}

bool snapshot_failed(const struct snapshot *s)
{
	return s->failed;
}

bool snapshot_restoring(const struct snapshot *s)
{
	return s->restoring;
}

/* ---- saving ---- */

static struct snapshot *snapshot_new(const char *path)
{
	struct snapshot *s = memory(sizeof(*s));

	*s = (struct snapshot){.path = strdup(path)};
	if (!s->path)
		abort();
	return s;
}

static void put(struct snapshot *s, const void *data, size_t bytes)
{
	if (s->failed || !bytes)
		return;
	XXH3_64bits_update(s->hash, data, bytes);
	s->written += bytes;
	if (fwrite(data, 1, bytes, s->file) != bytes)
		snapshot_refuse(s, "cannot write: %s", strerror(errno));
}

struct snapshot *snapshot_create(const char *path, struct error *err)
{
	struct snapshot *s = snapshot_new(path);
	struct header nothing = {.zero = 0};

	if (output_begin(&s->output, path, err)) {
		snapshot_abandon(s);
		return NULL;
	}
	s->file = fopen(s->output.temporary, "wbe");
	if (!s->file) {
		error_set(err, "%s: %s", path, strerror(errno));
		snapshot_abandon(s);
		return NULL;
	}
	s->hash = XXH3_createState();
	if (!s->hash)
		abort();
	XXH3_64bits_reset(s->hash);
	/* The place of the header, which is written last: a file without it is no snapshot. */
	put(s, &nothing, sizeof(nothing));
	XXH3_64bits_reset(s->hash); /* of the body alone */
	return s;
}

static void put_header(struct snapshot *s)
{
	struct header h = {
		.magic = MAGIC,
		.format = FORMAT,
		.file_bytes = s->written,
		.body_hash = XXH3_64bits_digest(s->hash),
	};

	h.header_hash = hash64(&h, offsetof(struct header, header_hash));
	if (fseek(s->file, 0, SEEK_SET))
		snapshot_refuse(s, "cannot write: %s", strerror(errno));
	put(s, &h, sizeof(h));
}

static const uint8_t zeros[MEMORY_BLOCK];

static void put_memory(struct snapshot *s, const uint8_t *data, size_t bytes)
{
	if (!s->block)
		s->block = memory(MEMORY_BLOCK + BLOSC_MAX_OVERHEAD);
	for (size_t at = 0; at < bytes && !s->failed; at += MEMORY_BLOCK) {
		size_t part = bytes - at < MEMORY_BLOCK ? bytes - at : MEMORY_BLOCK;
		uint32_t length = 0;

		if (memcmp(data + at, zeros, part)) {
			int n = blosc_compress_ctx(5, BLOSC_SHUFFLE, 4, part, data + at, s->block,
						   MEMORY_BLOCK + BLOSC_MAX_OVERHEAD, "lz4", 0, 1);

			if (n <= 0)
				abort(); /* with that much room it never fails */
			length = (uint32_t)n;
		}
		put(s, &length, sizeof(length));
		put(s, s->block, length);
	}
}

/* ---- restoring ---- */

static int read_all(struct snapshot *s, int fd, struct error *err)
{
	size_t done = 0;

	while (done < s->bytes) {
		ssize_t n = pread(fd, s->data + done, s->bytes - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, "%s: read error: %s", s->path, strerror(errno));
		if (n == 0)
			return error_set(err, "%s: became shorter while it was read", s->path);
		done += (size_t)n;
	}
	return 0;
}

static int check_header(const char *path, int fd, uint64_t *bytes, struct error *err)
{
	struct header h;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return error_set(err, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file; " WANTED, path);
	do
		n = pread(fd, &h, sizeof(h), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set(err, "%s: read error: %s", path, strerror(errno));
	if ((size_t)n < sizeof(h.magic) || memcmp(h.magic, MAGIC, sizeof(h.magic)))
		return error_set(err, "%s: not a snapshot; " WANTED, path);
	if (n < (ssize_t)sizeof(h) ||
	    h.header_hash != hash64(&h, offsetof(struct header, header_hash)))
		return error_set(err,
				 "%s: damaged: the checksum of its header does not hold; " WANTED,
				 path);
	if (h.format != FORMAT || h.zero)
		return error_set(err,
				 "%s: format %" PRIu32 "; wanted a snapshot of format %d, which "
				 "this program writes: save the machine again",
				 path, h.format, FORMAT);
	if ((uint64_t)st.st_size != h.file_bytes)
		return error_set(err,
				 "%s: %lld bytes where its header says %" PRIu64 "; wanted a "
				 "whole snapshot",
				 path, (long long)st.st_size, h.file_bytes);
	*bytes = h.file_bytes;
	return 0;
}

static int load(struct snapshot *s, int fd, struct error *err)
{
	const struct header *h;
	uint64_t bytes = 0;

	if (check_header(s->path, fd, &bytes, err))
		return -1;
	s->bytes = bytes;
	s->data = malloc(s->bytes);
	if (!s->data)
		return error_set(err, "%s: no memory for %" PRIu64 " bytes", s->path, bytes);
	if (read_all(s, fd, err))
		return -1;
	/* The header again, should the file have changed meanwhile. */
	h = (const struct header *)s->data;
	if (h->file_bytes != bytes ||
	    h->header_hash != hash64(h, offsetof(struct header, header_hash)) ||
	    h->body_hash != hash64(s->data + sizeof(*h), s->bytes - sizeof(*h)))
		return error_set(err, "%s: damaged: its checksum does not hold; " WANTED, s->path);
	s->at = sizeof(*h);
	return 0;
}

struct snapshot *snapshot_open(const char *path, struct error *err)
{
	/* Without O_NONBLOCK a pipe would hold us before we have seen what it is. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct snapshot *s;

	if (fd < 0) {
		error_set(err, "%s: %s; " WANTED, path, strerror(errno));
		return NULL;
	}
	s = snapshot_new(path);
	s->restoring = true;
	rc = load(s, fd, err);
	close(fd);
	if (rc) {
		snapshot_abandon(s);
		return NULL;
	}
	return s;
}

/* The next bytes of the file, or NULL when there are not so many. */
static const uint8_t *take(struct snapshot *s, uint64_t bytes)
{
	const uint8_t *p = s->data + s->at;

	if (bytes > s->bytes - s->at)
		return NULL;
	s->at += bytes;
	return p;
}

static void get_memory(struct snapshot *s, const char *name, uint8_t *data, size_t bytes)
{
	for (size_t at = 0; at < bytes && !s->failed; at += MEMORY_BLOCK) {
		size_t part = bytes - at < MEMORY_BLOCK ? bytes - at : MEMORY_BLOCK, decoded;
		const uint8_t *p = take(s, sizeof(uint32_t)), *q;
		uint32_t length = 0;

		if (p)
			memcpy(&length, p, sizeof(length));
		q = p ? take(s, length) : NULL;
		if (q && !length) {
			/* Looking costs less than a page that was never touched. */
			if (memcmp(data + at, zeros, part))
				memset(data + at, 0, part);
		} else if (!q || blosc_cbuffer_validate(q, length, &decoded) || decoded != part ||
			   blosc_decompress_ctx(q, data + at, part, 1) != (int)part)
			snapshot_refuse(s, "field '%s': Blosc cannot decode it; " WANTED, name);
	}
}

/* ---- fields ---- */

/* Meets the field's head in the file and returns true when it is the one wanted. What only has to
 * be the same may have another size, to be told apart by its content. */
static bool get_head(struct snapshot *s, const char *name, enum field_kind kind, uint64_t *bytes)
{
	const uint8_t *p = take(s, sizeof(struct field)), *found;
	struct field f;

	if (!p) {
		snapshot_refuse(s,
				"ends where field '%s' of %" PRIu64
				" bytes was wanted: a snapshot of another machine or version",
				name, *bytes);
		return false;
	}
	memcpy(&f, p, sizeof(f));
	found = take(s, f.name_bytes);
	if (!found || f.name_bytes > NAME_MOST) {
		snapshot_refuse(s, "damaged where field '%s' was wanted; " WANTED, name);
		return false;
	}
	if (f.name_bytes != strlen(name) || memcmp(found, name, f.name_bytes) || f.kind != kind ||
	    f.zero || (f.size != *bytes && kind != FIELD_SAME)) {
		snapshot_refuse(s,
				"field '%.*s' of %" PRIu64 " bytes where '%s' of %" PRIu64
				" was wanted: a snapshot of another machine or version",
				f.name_bytes, (const char *)found, f.size, name, *bytes);
		return false;
	}
	*bytes = f.size;
	return true;
}

static void put_head(struct snapshot *s, const char *name, enum field_kind kind, size_t bytes)
{
	struct field f = {.name_bytes = (uint16_t)strlen(name), .kind = kind, .size = bytes};

	put(s, &f, sizeof(f));
	put(s, name, f.name_bytes);
}

void snapshot_bytes(struct snapshot *s, const char *name, void *data, size_t bytes)
{
	const uint8_t *from = NULL;
	uint64_t size = bytes;

	if (!s->restoring) {
		put_head(s, name, FIELD_BYTES, bytes);
		put(s, data, bytes);
		return;
	}
	if (!s->failed && get_head(s, name, FIELD_BYTES, &size)) {
		from = take(s, bytes);
		if (!from)
			snapshot_refuse(s, "ends within field '%s'; " WANTED, name);
	}
	if (bytes && from)
		memcpy(data, from, bytes);
	else if (bytes)
		memset(data, 0, bytes);
}

void snapshot_memory(struct snapshot *s, const char *name, void *data, size_t bytes)
{
	uint64_t size = bytes;

	if (!s->restoring) {
		put_head(s, name, FIELD_MEMORY, bytes);
		put_memory(s, data, bytes);
		return;
	}
	if (!s->failed && get_head(s, name, FIELD_MEMORY, &size))
		get_memory(s, name, data, bytes);
	if (s->failed && bytes)
		memset(data, 0, bytes);
}

void snapshot_same(struct snapshot *s, const char *name, const void *data, size_t bytes,
		   const char *what)
{
	const uint8_t *saved;
	uint64_t size = bytes;

	if (!s->restoring) {
		put_head(s, name, FIELD_SAME, bytes);
		put(s, data, bytes);
		return;
	}
	if (s->failed || !get_head(s, name, FIELD_SAME, &size))
		return;
	saved = take(s, size);
	if (!saved)
		snapshot_refuse(s, "ends within field '%s'; " WANTED, name);
	else if (size != bytes || (bytes && memcmp(saved, data, bytes)))
		snapshot_refuse(s, "%s is not what it was when the machine was saved (field '%s')",
				what, name);
}

void snapshot_check(struct snapshot *s, const char *name, bool ok)
{
	if (!ok)
		snapshot_refuse(s, "field '%s' holds what no machine can have; " WANTED, name);
}

/* ---- the end ---- */

static void release(struct snapshot *s)
{
	if (s->file)
		fclose(s->file);
	XXH3_freeState(s->hash);
	free(s->data);
	free(s->block);
	free(s->path);
	free(s);
}

int snapshot_close(struct snapshot *s, struct error *err)
{
	if (s->restoring && s->at != s->bytes)
		snapshot_refuse(s,
				"%zu bytes are left over: a snapshot of another machine or "
				"version",
				s->bytes - s->at);
	if (!s->restoring) {
		put_header(s);
		if (fclose(s->file))
			snapshot_refuse(s, "cannot write: %s", strerror(errno));
		s->file = NULL;
		if (!s->failed && output_commit(&s->output, &s->error))
			s->failed = true;
	}
	if (s->failed) {
		*err = s->error;
		snapshot_abandon(s);
		return -1;
	}
	release(s);
	return 0;
}

void snapshot_abandon(struct snapshot *s)
{
	if (!s)
		return;
	output_abandon(&s->output);
	release(s);
}
