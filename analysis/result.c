/* SPDX-License-Identifier: MIT */
/*
 * Results in HDF5: the only file here that knows hdf5.h. The file is built and read in memory
 * (HDF5's core driver): a full disk is then an ordinary failed write of ours, never a half-closed
 * HDF5 file, and a reader first checks the whole image. Behind the image come 32 bytes that HDF5
 * ignores, "discosim-result:" and the XXH3-64 of all before as 16 hex digits, so that any damage is
 * found before HDF5 sees it. Layout that xarray opens without warnings: link creation order,
 * library bounds (V18, LATEST), one scale per dimension with the dimension's name. No times are
 * stored.
 */
#include "analysis/result.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/table.h"
#include "sim/base/hash.h"
#include "sim/base/output.h"

#define RESULT_FORMAT 1
#define MARK	      "discosim-result:"
#define MARK_BYTES    (sizeof(MARK) - 1)
#define TRAILER_BYTES (MARK_BYTES + 16)
#define CHUNK_VALUES  4096

/* HDF5 calls below are checked together: a failed one makes `bad` stay set. */
struct file {
	hid_t id;
	bool bad;
};

static hid_t ok(struct file *f, hid_t id)
{
	f->bad |= id < 0;
	return id;
}

static void set_text(struct file *f, hid_t object, const char *name, const char *text)
{
	hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute;

	H5Tset_size(type, strlen(text) + 1);
	H5Tset_cset(type, H5T_CSET_UTF8);
	H5Tset_strpad(type, H5T_STR_NULLTERM);
	attribute = ok(f, H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
	ok(f, H5Awrite(attribute, type, text));
	H5Aclose(attribute);
	H5Sclose(space);
	H5Tclose(type);
}

static void set_number(struct file *f, hid_t object, const char *name, hid_t type,
		       const void *value)
{
	hsize_t one = 1;
	hid_t space = H5Screate_simple(1, &one, NULL);
	hid_t attribute = ok(f, H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));

	ok(f, H5Awrite(attribute, type, value));
	H5Aclose(attribute);
	H5Sclose(space);
}

static hid_t text_type(void)
{
	hid_t type = H5Tcopy(H5T_C_S1);

	H5Tset_size(type, H5T_VARIABLE);
	H5Tset_cset(type, H5T_CSET_UTF8);
	return type;
}

/* Creates a dataset of one or two dimensions, writes it, and describes it. Returns it open. */
static hid_t put(struct file *f, const char *name, hid_t disk, hid_t memory, int rank,
		 const hsize_t *dims, const void *values, const char *unit, const char *help)
{
	hid_t create = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, dims, NULL);
	hsize_t chunk[2] = {dims[0], rank > 1 ? dims[1] : 1};
	hid_t set;

	if (chunk[0] * chunk[1] > CHUNK_VALUES)
		chunk[0] = chunk[1] < CHUNK_VALUES ? CHUNK_VALUES / chunk[1] : 1;
	H5Pset_chunk(create, rank, chunk);
	H5Pset_obj_track_times(create, 0);
	H5Pset_shuffle(create);
	H5Pset_deflate(create, 4);
	if (H5Tget_class(disk) == H5T_INTEGER)
		H5Pset_fill_value(create, H5T_NATIVE_INT64, &(int64_t){COLUMN_HOLE});
	else if (H5Tget_class(disk) == H5T_FLOAT)
		H5Pset_fill_value(create, H5T_NATIVE_DOUBLE, &(double){NAN});
	set = ok(f, H5Dcreate2(f->id, name, disk, space, H5P_DEFAULT, create, H5P_DEFAULT));
	ok(f, H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
	set_text(f, set, "units", unit);
	set_text(f, set, "long_name", help);
	set_text(f, set, "description", help);
	H5Pclose(create);
	H5Sclose(space);
	return set;
}

static void put_dimension(struct file *f, const char *name, hsize_t n, char *const *labels,
			  const char *help)
{
	int64_t *numbers = calloc(n, sizeof(*numbers));
	hid_t text = text_type(), set;

	for (hsize_t i = 0; i < n; i++)
		numbers[i] = (int64_t)i;
	if (labels)
		set = put(f, name, text, text, 1, &n, labels, "1", help);
	else
		set = put(f, name, H5T_STD_I64LE, H5T_NATIVE_INT64, 1, &n, numbers, "1", help);
	ok(f, H5DSset_scale(set, name));
	H5Dclose(set);
	H5Tclose(text);
	free(numbers);
}

static void attach(struct file *f, hid_t set, const char *dimension, unsigned axis)
{
	hid_t scale = ok(f, H5Dopen2(f->id, dimension, H5P_DEFAULT));

	ok(f, H5DSattach_scale(set, scale, axis));
	H5Dclose(scale);
}

static void put_column(struct file *f, const struct table *t, const struct column *c)
{
	hsize_t dims[2] = {t->points, t->width[c->list]};
	bool wide = c->list == COLUMN_PROCESSOR || c->list == COLUMN_NODE;
	const int64_t hole = COLUMN_HOLE;
	const double nan = NAN;
	hid_t text = text_type(), set;

	if (c->type == COLUMN_INTEGER)
		set = put(f, c->name, H5T_STD_I64LE, H5T_NATIVE_INT64, 1 + wide, dims, c->integers,
			  c->unit, c->help);
	else if (c->type == COLUMN_REAL)
		set = put(f, c->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, dims, c->reals, c->unit,
			  c->help);
	else
		set = put(f, c->name, text, text, 1, dims, c->texts, c->unit, c->help);
	set_text(f, set, "discosim_list", column_list_names[c->list]);
	set_text(f, set, "discosim_key", c->key);
	if (c->type == COLUMN_INTEGER && c->holes)
		set_number(f, set, "_FillValue", H5T_STD_I64LE, &hole);
	else if (c->type == COLUMN_REAL)
		set_number(f, set, "_FillValue", H5T_IEEE_F64LE, &nan);
	attach(f, set, "point", 0);
	if (wide)
		attach(f, set, column_list_names[c->list], 1);
	H5Dclose(set);
	H5Tclose(text);
}

static void put_provenance(struct file *f, const struct table *t, const json_t *provenance)
{
	int64_t format = RESULT_FORMAT;
	size_t used = 0, room = 1;
	char *coordinates;
	const char *key;
	const json_t *value;

	for (size_t i = 0; i < t->count; i++)
		room += strlen(t->columns[i].name) + 1;
	coordinates = calloc(1, room);
	for (size_t i = 0; i < t->count; i++)
		if (t->columns[i].list <= COLUMN_CONFIG && !strchr(t->columns[i].name, ' '))
			used += (size_t)sprintf(coordinates + used, "%s%s", used ? " " : "",
						t->columns[i].name);
	set_text(f, f->id, "title", "discosim result");
	set_number(f, f->id, "discosim_format", H5T_STD_I64LE, &format);
	set_text(f, f->id, "coordinates", coordinates);
	json_object_foreach((json_t *)provenance, key, value) if (json_is_string(value))
		set_text(f, f->id, key, json_string_value(value));
	free(coordinates);
}

/*
 * The core driver's buffer, kept when the file is closed. (H5Fget_file_image is no help: it clears
 * a flag of the superblock in its copy, and leaves the superblock's checksum wrong.)
 */
struct image {
	char *data;
	size_t room;
};

static void *image_realloc(void *data, size_t size, H5FD_file_image_op_t op, void *udata)
{
	struct image *image = udata;

	(void)op;
	data = realloc(data, size);
	if (data) {
		image->data = data;
		image->room = size;
	}
	return data;
}

static void *image_malloc(size_t size, H5FD_file_image_op_t op, void *udata)
{
	return image_realloc(NULL, size, op, udata);
}

static herr_t image_free(void *data, H5FD_file_image_op_t op, void *udata)
{
	(void)data;
	(void)op;
	(void)udata;
	return 0; /* whoever built the file takes it */
}

static void *share_udata(void *udata)
{
	return udata;
}

static herr_t leave_udata(void *udata)
{
	(void)udata;
	return 0;
}

static hid_t create_in_memory(struct image *image)
{
	H5FD_file_image_callbacks_t callbacks = {.image_malloc = image_malloc,
						 .image_memcpy = NULL,
						 .image_realloc = image_realloc,
						 .image_free = image_free,
						 .udata_copy = share_udata,
						 .udata_free = leave_udata,
						 .udata = image};
	hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_FILE_CREATE), id;

	H5Pset_fapl_core(access, 1 << 20, 0);
	H5Pset_file_image_callbacks(access, &callbacks);
	H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
	H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
	H5Pset_obj_track_times(create, 0);
	id = H5Fcreate("discosim-result", H5F_ACC_TRUNC, create, access);
	H5Pclose(create);
	H5Pclose(access);
	return id;
}

/* The end of the file as its superblock (version 2 or 3) says, 0 if that cannot be. */
static size_t image_bytes(const struct image *image)
{
	uint64_t end = 0;

	if (image->room < 48 || (image->data[8] != 2 && image->data[8] != 3))
		return 0;
	for (int i = 7; i >= 0; i--)
		end = end << 8 | (unsigned char)image->data[28 + i];
	return end <= image->room ? end : 0;
}

/* The table as the bytes of an HDF5 file with room for the trailer behind, or NULL. */
static char *build_image(const struct table *t, const json_t *provenance, size_t *bytes)
{
	struct image image = {NULL, 0};
	struct file f = {.id = create_in_memory(&image)};
	char *whole;

	if (f.id >= 0) {
		put_dimension(&f, "point", t->points, t->labels,
			      "what was replayed, and under what");
		put_dimension(&f, "processor", t->width[COLUMN_PROCESSOR], NULL,
			      "processor number");
		put_dimension(&f, "node", t->width[COLUMN_NODE], NULL, "node number");
		for (size_t i = 0; i < t->count; i++)
			put_column(&f, t, &t->columns[i]);
		put_provenance(&f, t, provenance);
		ok(&f, H5Fclose(f.id));
	}
	*bytes = image_bytes(&image);
	whole = f.id < 0 || f.bad || !*bytes ? NULL
					     : realloc(image.data, *bytes + TRAILER_BYTES + 1);
	if (!whole)
		free(image.data);
	return whole;
}

static int write_bytes(const char *path, const char *data, size_t bytes, struct error *err)
{
	struct output out;
	size_t done = 0;
	int fd;

	if (output_begin(&out, path, err))
		return -1;
	fd = open(out.temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		error_set(err, "%s: %s", path, strerror(errno));
		output_abandon(&out);
		return -1;
	}
	while (done < bytes) {
		ssize_t n = write(fd, data + done, bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			error_set(err, "%s: cannot write: %s", path,
				  n ? strerror(errno) : "nothing written");
			close(fd);
			output_abandon(&out);
			return -1;
		}
		done += (size_t)n;
	}
	if (close(fd)) {
		error_set(err, "%s: cannot write: %s", path, strerror(errno));
		output_abandon(&out);
		return -1;
	}
	return output_commit(&out, err);
}

/* HDF5 prints its own error stack unless told not to; the previous setting is given back. */
struct quiet {
	H5E_auto2_t function;
	void *data;
};

static struct quiet quiet_begin(void)
{
	struct quiet q;

	H5Eget_auto2(H5E_DEFAULT, &q.function, &q.data);
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	return q;
}

static void quiet_end(struct quiet q)
{
	H5Eset_auto2(H5E_DEFAULT, q.function, q.data);
}

int result_write(const char *path, const struct result_schema *schema, const json_t *provenance,
		 json_t *const *points, size_t n, struct error *err)
{
	struct quiet quiet;
	struct table table;
	char *image;
	size_t bytes;
	int rc;

	if (table_from_points(&table, schema, points, n, err))
		return error_prefix(err, "%s", path);
	quiet = quiet_begin();
	image = build_image(&table, provenance, &bytes);
	quiet_end(quiet);
	table_release(&table);
	if (!image)
		return error_set(err, "%s: HDF5 could not build the file (out of memory?)", path);
	snprintf(image + bytes, TRAILER_BYTES + 1, MARK "%016" PRIx64, hash64(image, bytes));
	rc = write_bytes(path, image, bytes + TRAILER_BYTES, err);
	free(image);
	return rc;
}

/* The attribute's text (caller frees), or NULL when it is missing or of another kind. */
static char *get_text(hid_t object, const char *name)
{
	hid_t attribute, type;
	char *text = NULL;

	if (H5Aexists(object, name) <= 0)
		return NULL;
	attribute = H5Aopen(object, name, H5P_DEFAULT);
	type = H5Aget_type(attribute);
	if (H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type)) {
		text = calloc(1, H5Tget_size(type) + 1);
		if (H5Aread(attribute, type, text) < 0) {
			free(text);
			text = NULL;
		}
	}
	H5Tclose(type);
	H5Aclose(attribute);
	return text;
}

/* Lengths of a dataset's dimensions; their number, or -1. */
static int shape(hid_t set, hsize_t dims[2])
{
	hid_t space = H5Dget_space(set);
	int rank = H5Sget_simple_extent_ndims(space);

	dims[0] = dims[1] = 1;
	if (rank != 1 && rank != 2)
		rank = -1;
	else
		H5Sget_simple_extent_dims(space, dims, NULL);
	H5Sclose(space);
	return rank;
}

static int read_texts(hid_t set, size_t n, char **texts)
{
	hid_t type = text_type(), space = H5Dget_space(set);
	char **raw = calloc(n, sizeof(*raw));
	int rc = H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0 ? -1 : 0;

	for (size_t i = 0; i < n && !rc; i++)
		texts[i] = strdup(raw[i] ? raw[i] : "");
	if (!rc)
		H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw);
	free(raw);
	H5Sclose(space);
	H5Tclose(type);
	return rc;
}

static int read_values(hid_t set, struct column *c, size_t n)
{
	if (c->type == COLUMN_TEXT)
		return read_texts(set, n, c->texts);
	if (c->type == COLUMN_REAL)
		return H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, c->reals) < 0;
	return H5Dread(set, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, c->integers) < 0;
}

static int class_of(hid_t set, enum column_type *type)
{
	hid_t t = H5Dget_type(set);
	H5T_class_t class = H5Tget_class(t);

	*type = class == H5T_INTEGER ? COLUMN_INTEGER
		: class == H5T_FLOAT ? COLUMN_REAL
				     : COLUMN_TEXT;
	H5Tclose(t);
	return class == H5T_INTEGER || class == H5T_FLOAT || class == H5T_STRING ? 0 : -1;
}

/* H5Literate's visitor: one dataset into the table. Returns 0 to go on, -1 for a damaged one. */
static herr_t visit(hid_t file, const char *name, const H5L_info_t *info, void *context)
{
	struct table *t = context;
	hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
	char *list = get_text(set, "discosim_list"), *key = get_text(set, "discosim_key");
	char *unit = get_text(set, "units"), *help = get_text(set, "description");
	enum column_list l = COLUMN_POINT;
	enum column_type type;
	hsize_t dims[2];
	int rc = -1;

	(void)info;
	if (set < 0)
		return -1;
	if (!list) { /* a dimension */
		rc = 0;
	} else if (key && unit && help && !class_of(set, &type) && shape(set, dims) > 0) {
		while (l < COLUMN_LISTS && strcmp(list, column_list_names[l]))
			l++;
		if (l < COLUMN_LISTS && dims[0] == t->points && dims[1] == t->width[l] &&
		    (l <= COLUMN_CONFIG || type == COLUMN_INTEGER)) {
			struct column *c = table_add(t, l, type, key, unit, help);

			rc = read_values(set, c, table_values(t, l)) ? -1 : 0;
		}
	}
	free(list);
	free(key);
	free(unit);
	free(help);
	H5Dclose(set);
	return rc;
}

static int read_dimension(hid_t file, const char *name, size_t *n)
{
	hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
	hsize_t dims[2];
	int rank = set < 0 ? -1 : shape(set, dims);

	if (set >= 0)
		H5Dclose(set);
	*n = dims[0];
	return rank == 1 ? 0 : -1;
}

static int read_table(hid_t file, struct table *t)
{
	hid_t set;
	int rc;

	memset(t, 0, sizeof(*t));
	for (enum column_list l = COLUMN_POINT; l < COLUMN_LISTS; l++)
		t->width[l] = 1;
	if (read_dimension(file, "point", &t->points) ||
	    read_dimension(file, "processor", &t->width[COLUMN_PROCESSOR]) ||
	    read_dimension(file, "node", &t->width[COLUMN_NODE]))
		return -1;
	t->labels = calloc(t->points, sizeof(*t->labels));
	set = H5Dopen2(file, "point", H5P_DEFAULT);
	rc = read_texts(set, t->points, t->labels);
	H5Dclose(set);
	return rc ? rc : (int)H5Literate(file, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, visit, t);
}

static herr_t add_provenance(hid_t file, const char *name, const H5A_info_t *info, void *context)
{
	char *text = get_text(file, name);

	(void)info;
	if (text && strcmp(name, "title") && strcmp(name, "coordinates"))
		json_object_set_new(context, name, json_string(text));
	free(text);
	return 0;
}

static json_t *describe_columns(const struct table *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "list",
						      column_list_names[t->columns[i].list], "name",
						      t->columns[i].key, "unit", t->columns[i].unit,
						      "help", t->columns[i].help));
	return list;
}

/* Everything of an opened file as JSON, or NULL. */
static json_t *read_file(hid_t file)
{
	json_t *provenance = json_object(), *points, *result = NULL;
	struct table table;

	if (!read_table(file, &table) &&
	    H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, add_provenance, provenance) >= 0) {
		points = table_to_points(&table);
		for (size_t p = 0; p < table.points; p++)
			if (!json_object_get(json_array_get(points, p), "label") ||
			    !json_object_get(json_array_get(points, p), "key"))
				goto done;
		result = json_pack("{s:O, s:O, s:o}", "provenance", provenance, "points", points,
				   "variables", describe_columns(&table));
	done:
		json_decref(points);
	}
	table_release(&table);
	json_decref(provenance);
	return result;
}

static hid_t open_in_memory(char *image, size_t bytes)
{
	hid_t access = H5Pcreate(H5P_FILE_ACCESS), id;

	H5Pset_fapl_core(access, 1 << 20, 0);
	H5Pset_file_image(access, image, bytes);
	id = H5Fopen("discosim-result", H5F_ACC_RDONLY, access);
	H5Pclose(access);
	return id;
}

json_t *result_read(const char *path, struct error *err)
{
	static const char signature[] = "\211HDF\r\n\032\n";
	json_t *result = NULL;
	struct quiet quiet;
	char expected[17];
	size_t bytes;
	char *image = read_whole_file(path, &bytes, err);
	hid_t file;

	if (!image)
		return NULL;
	if (bytes < 8 || memcmp(image, signature, 8)) {
		error_set(err, "%s: not a result of discosim (no HDF5 file)", path);
		goto done;
	}
	if (bytes < TRAILER_BYTES || memcmp(image + bytes - TRAILER_BYTES, MARK, MARK_BYTES)) {
		error_set(err,
			  "%s: not a result of discosim, cut short, or changed by another program",
			  path);
		goto done;
	}
	bytes -= TRAILER_BYTES;
	snprintf(expected, sizeof(expected), "%016" PRIx64, hash64(image, bytes));
	if (memcmp(image + bytes + MARK_BYTES, expected, 16)) {
		error_set(err, "%s: damaged: its checksum does not match", path);
		goto done;
	}
	quiet = quiet_begin();
	file = open_in_memory(image, bytes);
	if (file >= 0) {
		result = read_file(file);
		H5Fclose(file);
	}
	quiet_end(quiet);
	if (!result)
		error_set(err, "%s: not a result of this version of discosim", path);
done:
	free(image);
	return result;
}
