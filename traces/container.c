/* SPDX-License-Identifier: MIT */
/*
 * The HDF5 file around the chunks: what h5py, xarray and h5dump see. Chunks are compressed by us
 * and stored with H5Dwrite_chunk; the filter pipeline names Blosc (32001, with the parameters of
 * hdf5-blosc: its revision 2, Blosc's format 2, type size, bytes of a chunk, level, shuffle, codec)
 * so that any HDF5 with that filter decodes them. Object times are off and the format bounds fixed:
 * the same trace is the same bytes. The only file of this folder that includes hdf5.h.
 */
#include "traces/container.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/version.h"

#define BLOSC_FILTER 32001

/* Measured on RADIX with one processor (bytes a record; million records a second of one core, in
 * and out): LZ4 at 5 gives 1.70, 146, 319, at 9 (no acceleration) 1.60, 136, 330. Zstandard at 4
 * gives 0.88, 17, 186 in blocks of Blosc's choice, and 0.76, 15, 223 in one block a chunk. */
const struct codec trace_codecs[] = {
	[TRACE_LZ4] = {"lz4", 9, 1, 0},
	[TRACE_ZSTD] = {"zstd", 4, 5, TRACE_CHUNK_BYTES},
};

struct container {
	char *path, *name; /* name: what it will be called, for messages */
	const struct codec *codec;
	unsigned processors;
	hid_t file, record_type;
	hid_t streams[TRACE_MAX_PROCESSORS];
	hsize_t records[TRACE_MAX_PROCESSORS];
};

/* HDF5 leaves the system's reason in errno, if there was one. */
static int failed(const struct container *c, const char *what, struct error *err)
{
	return error_set(err, "%s: cannot write %s: %s", c->name, what,
			 errno ? strerror(errno) : "HDF5 refused");
}

static int put_text(hid_t object, const char *name, const char *text)
{
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute;
	int rc;

	H5Tset_size(type, H5T_VARIABLE);
	H5Tset_cset(type, H5T_CSET_UTF8);
	attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
	rc = H5Awrite(attribute, type, &text) < 0 ? -1 : 0;
	rc |= H5Aclose(attribute) < 0 ? -1 : 0;
	H5Sclose(space);
	H5Tclose(type);
	return rc;
}

static int put_number(hid_t object, const char *name, uint64_t number)
{
	hid_t space = H5Screate(H5S_SCALAR), attribute;
	int rc;

	attribute = H5Acreate2(object, name, H5T_STD_U64LE, space, H5P_DEFAULT, H5P_DEFAULT);
	rc = H5Awrite(attribute, H5T_NATIVE_UINT64, &number) < 0 ? -1 : 0;
	rc |= H5Aclose(attribute) < 0 ? -1 : 0;
	H5Sclose(space);
	return rc;
}

static hid_t make_record_type(void)
{
	hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct record));

	H5Tinsert(type, "addr", offsetof(struct record, addr), H5T_STD_U32LE);
	H5Tinsert(type, "info", offsetof(struct record, info), H5T_STD_U32LE);
	return type;
}

static hid_t make_stream(struct container *c, hid_t group)
{
	const hsize_t none = 0, most = H5S_UNLIMITED, chunk = TRACE_CHUNK;
	const unsigned parameters[7] = {2,
					2,
					sizeof(struct record),
					TRACE_CHUNK_BYTES,
					(unsigned)c->codec->level,
					1,
					c->codec->number};
	hid_t space = H5Screate_simple(1, &none, &most), create = H5Pcreate(H5P_DATASET_CREATE);
	hid_t stream;

	H5Pset_obj_track_times(create, 0);
	H5Pset_chunk(create, 1, &chunk);
	/* Optional, so that creating the dataset works where the filter itself is missing. */
	H5Pset_filter(create, BLOSC_FILTER, H5Z_FLAG_OPTIONAL, 7, parameters);
	stream = H5Dcreate2(group, "records", c->record_type, space, H5P_DEFAULT, create,
			    H5P_DEFAULT);
	H5Pclose(create);
	H5Sclose(space);
	if (stream >= 0 &&
	    (put_text(stream, "description",
		      "what the processor did: addr, and info = kind (bits 0..7; names in the "
		      "file's record_kinds) | argument (bits 8..31)") ||
	     put_text(stream, "units", "1")))
		return -1;
	return stream;
}

static int make_streams(struct container *c)
{
	hid_t create = H5Pcreate(H5P_GROUP_CREATE), all, group;
	int rc = 0;

	H5Pset_obj_track_times(create, 0);
	all = H5Gcreate2(c->file, "processor", H5P_DEFAULT, create, H5P_DEFAULT);
	for (unsigned p = 0; p < c->processors && !rc; p++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", p);
		group = H5Gcreate2(all, name, H5P_DEFAULT, create, H5P_DEFAULT);
		c->streams[p] = make_stream(c, group);
		rc = group < 0 || c->streams[p] < 0 ? -1 : 0;
		H5Gclose(group);
	}
	H5Gclose(all);
	H5Pclose(create);
	return rc;
}

struct container *container_create(const char *path, const char *name, unsigned processors,
				   const struct codec *codec, struct error *err)
{
	struct container *c = calloc(1, sizeof(*c));
	hid_t create, access;

	/* After a full disk HDF5 cannot close what it has open; its exit handler would try. */
	H5dont_atexit();
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	c->path = strdup(path);
	c->name = strdup(name);
	c->codec = codec;
	c->processors = processors;
	for (unsigned p = 0; p < TRACE_MAX_PROCESSORS; p++)
		c->streams[p] = -1;
	c->record_type = make_record_type();
	create = H5Pcreate(H5P_FILE_CREATE);
	access = H5Pcreate(H5P_FILE_ACCESS);
	H5Pset_obj_track_times(create, 0);
	H5Pset_userblock(create, sizeof(struct trace_header));
	H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
	H5Pset_file_locking(access, 0, 1); /* network file systems often have no locks */
	errno = 0;
	c->file = H5Fcreate(path, H5F_ACC_TRUNC, create, access);
	H5Pclose(create);
	H5Pclose(access);
	if (c->file < 0 || make_streams(c)) {
		failed(c, "the file", err);
		container_abandon(c);
		return NULL;
	}
	return c;
}

int container_append(struct container *c, unsigned processor, const void *data, size_t bytes,
		     unsigned records, struct error *err)
{
	hsize_t offset = c->records[processor], extent = offset + records;

	H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* per thread, and this may be another one */
	errno = 0;
	if (H5Dset_extent(c->streams[processor], &extent) < 0 ||
	    H5Dwrite_chunk(c->streams[processor], H5P_DEFAULT, 0, &offset, bytes, data) < 0)
		return failed(c, "a chunk", err);
	c->records[processor] = extent;
	return 0;
}

/* HDF5 before 1.14 counts a chunk's address from the end of the user block, later ones from the
 * start of the file: look where the first chunk really lies. */
static int find_base(struct container *c, uint64_t address, const void *first, uint64_t *base)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC), rc = -1;
	char found[TRACE_STORED_LEAST];

	for (*base = 0; fd >= 0 && rc && *base <= sizeof(struct trace_header);
	     *base += sizeof(struct trace_header)) {
		rc = trace_read_at(fd, found, sizeof(found), address + *base) ||
				     memcmp(found, first, sizeof(found))
			     ? -1
			     : 0;
		if (!rc)
			break;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}

static int locate_chunks(struct container *c, struct trace_chunk_row *rows, size_t n,
			 const void *first)
{
	uint64_t base = 0;
	hsize_t start = 0;

	if (H5Fflush(c->file, H5F_SCOPE_LOCAL) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		haddr_t address;
		hsize_t bytes;
		unsigned mask;

		start = i && rows[i].processor == rows[i - 1].processor ? start + TRACE_CHUNK : 0;
		if (H5Dget_chunk_info_by_coord(c->streams[rows[i].processor], &start, &mask,
					       &address, &bytes) < 0 ||
		    bytes != rows[i].bytes || (i == 0 && find_base(c, address, first, &base)))
			return -1;
		rows[i].offset = address + base;
	}
	return 0;
}

/* A contiguous one-dimensional dataset; its place in the file goes to *at. */
static int put_table(struct container *c, const char *name, const char *description, hid_t type,
		     size_t n, const void *data, uint64_t *at)
{
	hsize_t extent = n;
	hid_t space = H5Screate_simple(1, &extent, NULL), create = H5Pcreate(H5P_DATASET_CREATE);
	hid_t table;
	haddr_t address = HADDR_UNDEF;
	int rc;

	H5Pset_obj_track_times(create, 0);
	H5Pset_layout(create, H5D_CONTIGUOUS);
	H5Pset_alloc_time(create, H5D_ALLOC_TIME_EARLY);
	table = H5Dcreate2(c->file, name, type, space, H5P_DEFAULT, create, H5P_DEFAULT);
	rc = table < 0 || (n && H5Dwrite(table, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) ||
			     put_text(table, "description", description) ||
			     put_text(table, "units", "1")
		     ? -1
		     : 0;
	if (!rc && n)
		address = H5Dget_offset(table);
	*at = n ? address : sizeof(struct trace_header);
	if (n && address == HADDR_UNDEF)
		rc = -1;
	rc |= H5Dclose(table) < 0 ? -1 : 0;
	H5Pclose(create);
	H5Sclose(space);
	return rc;
}

static int put_chunks(struct container *c, const struct trace_chunk_row *rows, size_t n,
		      uint64_t *at)
{
	hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(*rows));
	int rc;

#define COLUMN(name, stored) H5Tinsert(type, #name, offsetof(struct trace_chunk_row, name), stored)
	COLUMN(processor, H5T_STD_U32LE);
	COLUMN(records, H5T_STD_U32LE);
	COLUMN(offset, H5T_STD_U64LE);
	COLUMN(bytes, H5T_STD_U64LE);
	COLUMN(instructions, H5T_STD_U64LE);
	COLUMN(stored, H5T_STD_U64LE);
	COLUMN(content, H5T_STD_U64LE);
#undef COLUMN
	rc = put_table(c, "chunks",
		       "a row per chunk: processor, records in it, offset and bytes of its Blosc "
		       "buffer in this file, instructions of the processor before it, XXH3-64 of "
		       "the buffer, XXH3-64 of the records",
		       type, n, rows, at);
	H5Tclose(type);
	return rc;
}

static int put_totals(struct container *c, const struct trace_totals *totals, uint64_t *at)
{
	hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(*totals)), table;
	int rc;

#define X(name, unit, help) \
	H5Tinsert(type, #name, offsetof(struct trace_totals, name), H5T_STD_U64LE);
	TRACE_TOTALS(X)
#undef X
	rc = put_table(c, "totals", "a row per processor; its columns are described by attributes",
		       type, c->processors, totals, at);
	table = H5Dopen2(c->file, "totals", H5P_DEFAULT);
#define X(name, unit, help)                                \
	rc |= put_text(table, #name "_description", help); \
	rc |= put_text(table, #name "_units", unit);
	TRACE_TOTALS(X)
#undef X
	H5Dclose(table);
	H5Tclose(type);
	return rc;
}

static int put_kinds(hid_t file)
{
	const char *names[RECORD_KIND_COUNT];
	hsize_t n = RECORD_KIND_COUNT;
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &n, NULL), attribute;
	int rc;

	for (unsigned i = 0; i < RECORD_KIND_COUNT; i++)
		names[i] = record_kind_name(i);
	H5Tset_size(type, H5T_VARIABLE);
	attribute = H5Acreate2(file, "record_kinds", type, space, H5P_DEFAULT, H5P_DEFAULT);
	rc = H5Awrite(attribute, type, names) < 0 ? -1 : 0;
	rc |= H5Aclose(attribute) < 0 ? -1 : 0;
	H5Sclose(space);
	H5Tclose(type);
	return rc;
}

static int put_provenance(struct container *c, const struct trace_info *info)
{
	int rc = put_text(c->file, "title", "discosim trace");

	rc |= put_number(c->file, "format", TRACE_FORMAT);
	rc |= put_text(c->file, "program_version", DISCOSIM_VERSION);
	rc |= put_text(c->file, "codec", c->codec->name);
#define X(name, help)                               \
	rc |= put_text(c->file, #name, info->name); \
	rc |= put_text(c->file, #name "_description", help);
	TRACE_STRINGS(X)
#undef X
#define X(name, most, help)                           \
	rc |= put_number(c->file, #name, info->name); \
	rc |= put_text(c->file, #name "_description", help);
	TRACE_NUMBERS(X)
#undef X
	return rc | put_kinds(c->file);
}

/* Closes everything; -1 when something could not be written. */
static int close_all(struct container *c)
{
	int rc = 0;

	for (unsigned p = 0; p < TRACE_MAX_PROCESSORS; p++)
		if (c->streams[p] >= 0)
			rc |= H5Dclose(c->streams[p]) < 0 ? -1 : 0;
	H5Tclose(c->record_type);
	if (c->file >= 0)
		rc |= H5Fclose(c->file) < 0 ? -1 : 0;
	return rc;
}

static void release(struct container *c)
{
	free(c->path);
	free(c->name);
	free(c);
}

int container_finish(struct container *c, const struct trace_info *info, const char *info_text,
		     struct trace_chunk_row *rows, size_t n, const void *first,
		     const struct trace_totals *totals, struct trace_header *header,
		     struct error *err)
{
	size_t info_bytes = strlen(info_text);
	int rc;

	errno = 0;
	rc = locate_chunks(c, rows, n, first) || put_chunks(c, rows, n, &header->chunks_at) ||
			     put_totals(c, totals, &header->totals_at) ||
			     put_table(c, "info", "provenance, as lines of key=value (ASCII codes)",
				       H5T_STD_U8LE, info_bytes, info_text, &header->info_at) ||
			     put_provenance(c, info) || put_number(c->file, "finished", 1)
		     ? -1
		     : 0;
	header->chunks = n;
	header->processors = c->processors;
	header->info_bytes = info_bytes;
	rc |= close_all(c);
	if (rc)
		failed(c, "the tables", err);
	release(c);
	return rc;
}

void container_abandon(struct container *c)
{
	close_all(c);
	release(c);
}
