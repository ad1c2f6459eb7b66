/* SPDX-License-Identifier: MIT */
/* Disk images: what is shared, what is a machine's own, what an overlay's file says, and what is
 * said of files that are none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/hash.h"
#include "sim/base/rng.h"
#include "sim/board/disk.h"
#include "sim/board/overlay.h"

#define SECTORS 8201u /* 1025 blocks and a sector: in two groups of an overlay */
#define BYTES	(SECTORS * 512)
#define BLOCKS	1026u

struct fixture {
	char folder[32], image[64], overlay[64];
	struct board_disk shared, private;
	uint8_t *content;
	struct error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	FILE *file;

	strcpy(f->folder, "/tmp/discosim-disk-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->image, sizeof(f->image), "%s/image", f->folder);
	snprintf(f->overlay, sizeof(f->overlay), "%s/overlay", f->folder);
	f->content = malloc(BYTES);
	for (uint32_t i = 0; i < BYTES; i++)
		f->content[i] = (uint8_t)(i / 512 + i * 3);
	file = fopen(f->image, "wb");
	assert_int_equal(fwrite(f->content, 1, BYTES, file), BYTES);
	fclose(file);
	f->shared = (struct board_disk){.image = f->image, .overlay = f->overlay};
	f->private = (struct board_disk){.image = f->image, .private = true};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->image);
	unlink(f->overlay);
	rmdir(f->folder); /* fails when something was left there */
	assert_int_equal(access(f->folder, F_OK), -1);
	free(f->content);
	free(f);
	return 0;
}

static struct disk *open_good(struct fixture *f, const struct board_disk *config)
{
	struct disk *d = disk_open(config, false, &f->err);

	if (!d)
		fail_msg("%s", f->err.text);
	return d;
}

static void put(struct fixture *f, struct disk *d, uint64_t offset, uint32_t bytes, uint8_t value)
{
	uint8_t data[DISK_BLOCK];

	memset(data, value, sizeof(data));
	if (disk_write(d, offset, data, bytes, &f->err))
		fail_msg("%s", f->err.text);
}

static void assert_bytes(struct fixture *f, struct disk *d, uint64_t offset, uint32_t bytes,
			 int value)
{
	uint8_t data[DISK_BLOCK];

	if (disk_read(d, offset, data, bytes, &f->err))
		fail_msg("%s", f->err.text);
	for (uint32_t i = 0; i < bytes; i++)
		assert_int_equal(data[i], value < 0 ? f->content[offset + i] : value);
}

static void a_shared_image_is_written_in_the_overlay_only(void **state)
{
	struct fixture *f = *state;
	struct disk *d = open_good(f, &f->shared), *other = open_good(f, &f->shared);

	assert_int_equal(disk_sectors(d), SECTORS);
	assert_bytes(f, d, 4096, 4096, -1);
	put(f, d, 4096 + 512, 1024, 0x5a);
	assert_bytes(f, d, 4096, 512, -1);
	assert_bytes(f, d, 4096 + 512, 1024, 0x5a);
	assert_bytes(f, d, 4096 + 1536, 4096 - 1536, -1);
	assert_bytes(f, other, 4096, 4096, -1);
	assert_true(disk_overlaid(d, 1));
	assert_false(disk_overlaid(d, 0));
	assert_false(disk_overlaid(other, 1));
	put(f, d, 1025 * 4096, 512, 7); /* the last block has one sector */
	assert_bytes(f, d, 1025 * 4096, 512, 7);
	disk_close(d);
	disk_close(other);
	assert_int_equal(access(f->overlay, F_OK), -1); /* not finished, not kept */
}

static void an_overlay_is_kept_in_its_file(void **state)
{
	struct fixture *f = *state;
	struct disk *d;

	for (unsigned round = 0; round < 3; round++) {
		d = open_good(f, &f->shared);
		for (unsigned i = 0; i < round; i++)
			assert_bytes(f, d, (uint64_t)i * 512 * 4096, 512, (int)i + 1);
		put(f, d, (uint64_t)round * 512 * 4096, 512, (uint8_t)(round + 1));
		if (disk_finish(d, &f->err))
			fail_msg("%s", f->err.text);
		disk_close(d);
	}
	d = open_good(f, &f->shared);
	for (unsigned i = 0; i < 3; i++)
		assert_bytes(f, d, (uint64_t)i * 512 * 4096, 512, (int)i + 1);
	assert_bytes(f, d, 4096, 4096, -1);
	disk_close(d);
}

static void equal_images_have_equal_identities_whatever_their_names(void **state)
{
	struct fixture *f = *state;
	char hash[HASH_TEXT_SIZE], wanted[128];
	struct disk *d = open_good(f, &f->shared);

	hash_text(f->content, BYTES, hash);
	snprintf(wanted, sizeof(wanted), "%s shared %u image", hash, SECTORS);
	assert_string_equal(disk_identity(d), wanted);
	put(f, d, 0, 512, 1);
	assert_string_equal(disk_identity(d), wanted);
	disk_close(d);
}

static void a_private_image_is_written_in_place(void **state)
{
	struct fixture *f = *state;
	struct disk *d = open_good(f, &f->private);

	put(f, d, 4096 + 512, 1024, 0x5a);
	assert_bytes(f, d, 4096 + 512, 1024, 0x5a);
	assert_false(disk_overlaid(d, 1));
	assert_int_equal(disk_finish(d, &f->err), 0);
	disk_close(d);
	memset(f->content + 4096 + 512, 0x5a, 1024);
	d = open_good(f, &f->private);
	for (uint32_t block = 0; block < BLOCKS - 1; block++)
		assert_bytes(f, d, (uint64_t)block * 4096, 4096, -1);
	disk_close(d);
}

static void a_private_image_belongs_to_one_machine(void **state)
{
	struct fixture *f = *state;
	struct disk *d = open_good(f, &f->private);

	assert_null(disk_open(&f->private, false, &f->err));
	assert_non_null(strstr(f->err.text, "in use by another machine"));
	assert_null(disk_open(&f->shared, false, &f->err));
	assert_non_null(strstr(f->err.text, "in use as another machine's private disk"));
	disk_close(d);
	d = open_good(f, &f->shared);
	assert_null(disk_open(&f->private, false, &f->err));
	disk_close(d);
	disk_close(open_good(f, &f->private));
}

static void an_image_must_be_a_file_of_whole_sectors(void **state)
{
	static const struct {
		off_t bytes;
		const char *says;
	} cases[] = {
		{0, "0 bytes; wanted a disk image of whole sectors"},
		{511, "511 bytes; wanted a disk image of whole sectors"},
		{513, "513 bytes; wanted a disk image of whole sectors"},
		{(off_t)2 << 40, "wanted at most 1 TB"},
	};
	struct fixture *f = *state;
	struct board_disk config = {.image = f->folder};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (truncate(f->image, cases[i].bytes))
			continue; /* a file system without so long files */
		assert_null(disk_open(&f->shared, false, &f->err));
		if (!strstr(f->err.text, cases[i].says))
			fail_msg("%s", f->err.text);
	}
	assert_null(disk_open(&config, false, &f->err));
	assert_non_null(strstr(f->err.text, "not a regular file"));
	config.image = "/dev/zero";
	assert_null(disk_open(&config, false, &f->err));
	assert_non_null(strstr(f->err.text, "not a regular file"));
	unlink(f->image);
	assert_null(disk_open(&f->shared, false, &f->err));
	assert_non_null(strstr(f->err.text, "No such file"));
}

static void an_image_that_becomes_shorter_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct disk *d = open_good(f, &f->shared);
	uint8_t data[4096];

	assert_int_equal(truncate(f->image, 8192 + 512), 0);
	assert_bytes(f, d, 4096, 4096, -1);
	assert_int_equal(disk_read(d, 8192, data, 4096, &f->err), -1);
	assert_non_null(strstr(f->err.text, "became shorter"));
	assert_int_equal(disk_write(d, 8192, data, 512, &f->err), -1);
	disk_close(d);
}

/* ---- overlays' files ---- */

static uint8_t *read_file(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);

	*bytes = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

static void write_file(const char *path, const uint8_t *data, size_t bytes)
{
	FILE *file = fopen(path, "wb");

	assert_int_equal(fwrite(data, 1, bytes, file), bytes);
	fclose(file);
}

static void make_overlay(struct fixture *f)
{
	struct disk *d = open_good(f, &f->shared);

	put(f, d, 4096, 4096, 1);
	put(f, d, 1024 * 4096, 512, 2);
	put(f, d, 3 * 4096, 512, 3);
	assert_int_equal(disk_finish(d, &f->err), 0);
	disk_close(d);
}

static void a_damaged_overlay_is_refused(void **state)
{
	/* The byte there is another, or the file ends there. */
	static const struct {
		const char *name;
		size_t at;
		bool cut;
		const char *says;
	} cases[] = {
		{"magic", 0, false, "not an overlay"},
		{"nothing", 0, true, "not an overlay"},
		{"half a header", 40, true, "not an overlay"},
		{"format", 8, false, "format 2"},
		{"block size", 13, false, "blocks of"},
		{"size of the base", 17, false, "the overlay of another image"},
		{"hash of the base", 30, false, "the overlay of another image"},
		{"number of blocks", 56, false, "damaged"},
		{"number of blocks, high", 63, false, "damaged"},
		{"a header only", 64, true, "damaged"},
		{"number of block 0", 64, false, "damaged: its table"},
		{"hash of block 2", 110, false, "damaged: its table"},
		{"hash of the table", 115, false, "damaged: its table"},
		{"content of block 0", 120, false, "content of block 1 "},
		{"content of block 2", 120 + 3 * 4096 - 1, false, "content of block 1024 "},
		{"a byte too few", 120 + 3 * 4096 - 1, true, "damaged"},
	};
	struct fixture *f = *state;
	size_t bytes;
	uint8_t *data;

	make_overlay(f);
	data = read_file(f->overlay, &bytes);
	assert_int_equal(bytes, 64 + 3 * 16 + 8 + 3 * 4096);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		data[cases[i].at] ^= 3;
		write_file(f->overlay, data, cases[i].cut ? cases[i].at : bytes);
		data[cases[i].at] ^= 3;
		if (disk_open(&f->shared, false, &f->err))
			fail_msg("%s: accepted", cases[i].name);
		if (!strstr(f->err.text, cases[i].says))
			fail_msg("%s: %s", cases[i].name, f->err.text);
	}
	write_file(f->overlay, data, bytes);
	disk_close(open_good(f, &f->shared));
	free(data);
}

/* With right hashes: what only somebody who means it can make. */
static void a_forged_overlay_is_refused(void **state)
{
	static const uint64_t forged[][3] = {{1, 3, BLOCKS},
					     {1, 1, 3},
					     {3, 1, 1024},
					     {1, 3, UINT64_MAX},
					     {1, 3, UINT64_C(1) << 32 | 4}};
	struct fixture *f = *state;
	size_t bytes;
	uint8_t *data;

	make_overlay(f);
	data = read_file(f->overlay, &bytes);
	for (unsigned i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		uint64_t hash;

		for (unsigned k = 0; k < 3; k++)
			memcpy(data + 64 + 16 * k, &forged[i][k], 8);
		hash = hash64(data, 64 + 3 * 16);
		memcpy(data + 64 + 3 * 16, &hash, 8);
		write_file(f->overlay, data, bytes);
		if (disk_open(&f->shared, false, &f->err))
			fail_msg("case %u: accepted", i);
		assert_non_null(strstr(f->err.text, "damaged: block"));
	}
	free(data);
}

static void random_damage_does_no_harm(void **state)
{
	struct fixture *f = *state;
	struct rng rng = {1};
	struct disk *d;
	size_t bytes;
	uint8_t *data;

	make_overlay(f);
	data = read_file(f->overlay, &bytes);
	for (unsigned i = 0; i < 300; i++) {
		size_t at = rng_below(&rng, rng_below(&rng, 2) ? 120 : (uint32_t)bytes);
		uint8_t was = data[at];

		data[at] = (uint8_t)rng_next(&rng);
		write_file(f->overlay, data, rng_below(&rng, 4) ? bytes : rng_below(&rng, 13000));
		d = disk_open(&f->shared, false, &f->err);
		assert_true(!d || data[at] == was);
		disk_close(d);
		data[at] = was;
	}
	free(data);
}

static void an_image_is_no_overlay_and_a_folder_neither(void **state)
{
	struct fixture *f = *state;
	struct board_disk config = {.image = f->image, .overlay = f->image};

	assert_null(disk_open(&config, false, &f->err));
	assert_non_null(strstr(f->err.text, "not an overlay"));
	config.overlay = f->folder;
	assert_null(disk_open(&config, false, &f->err));
	assert_non_null(strstr(f->err.text, "not a regular file"));
}

static void a_full_disk_leaves_the_overlay_before(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, little = {.rlim_cur = 100000};
	size_t bytes, again;
	uint8_t *data, *now;
	struct disk *d;

	make_overlay(f);
	data = read_file(f->overlay, &bytes);
	d = open_good(f, &f->shared);
	for (unsigned i = 0; i < 100; i++)
		put(f, d, 4096ull * i, 4096, 9);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	little.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &little);
	assert_int_equal(disk_finish(d, &f->err), -1);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(f->err.text, "overlay: cannot write the overlay: File too large"));
	disk_close(d);
	now = read_file(f->overlay, &again);
	assert_int_equal(bytes, again);
	assert_memory_equal(data, now, bytes);
	free(data);
	free(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_shared_image_is_written_in_the_overlay_only),
		T(an_overlay_is_kept_in_its_file),
		T(equal_images_have_equal_identities_whatever_their_names),
		T(a_private_image_is_written_in_place),
		T(a_private_image_belongs_to_one_machine),
		T(an_image_must_be_a_file_of_whole_sectors),
		T(an_image_that_becomes_shorter_is_an_error),
		T(a_damaged_overlay_is_refused),
		T(a_forged_overlay_is_refused),
		T(random_damage_does_no_harm),
		T(an_image_is_no_overlay_and_a_folder_neither),
		T(a_full_disk_leaves_the_overlay_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
