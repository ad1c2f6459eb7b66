/* SPDX-License-Identifier: MIT */
/* sim/base/snapshot.h: what was saved comes back; what is damaged, foreign or of another machine is
 * refused in one line that names the file. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/hash.h"
#include "sim/base/output.h"
#include "sim/base/rng.h"
#include "sim/base/snapshot.h"

#define MEMORY (3u * 262144 + 1000) /* whole blocks and a piece */

struct machine {
	uint32_t pc;
	uint64_t time;
	char nothing[1];
	uint8_t *memory;
	const char *disk;
};

static char folder[] = "/tmp/snapshot_test_XXXXXX";
static char path[64], other[64];

static int enter(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/machine", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return rmdir(folder); /* fails when something was left behind */
}

static void walk(struct snapshot *s, struct machine *m)
{
	snapshot_field(s, "cpu.pc", m->pc);
	snapshot_bytes(s, "cpu.nothing", m->nothing, 0);
	snapshot_same(s, "disk", m->disk, strlen(m->disk), "disk image 0");
	snapshot_memory(s, "ram", m->memory, MEMORY);
	snapshot_field(s, "time", m->time);
	snapshot_check(s, "time", m->time < 1000);
}

static struct machine machine_new(uint8_t junk)
{
	struct machine m = {.memory = malloc(MEMORY), .disk = "a hash"};

	memset(m.memory, junk, MEMORY);
	m.pc = m.time = junk;
	return m;
}

/* Zeros, text and noise, over borders of blocks. */
static struct machine machine_used(void)
{
	struct machine m = machine_new(0);
	struct rng rng = {.state = 7};

	m.pc = 0x80001000;
	m.time = 999;
	for (unsigned i = 250000; i < 300000; i++)
		m.memory[i] = (uint8_t)rng_next(&rng);
	memset(m.memory + MEMORY - 10, 'x', 10);
	return m;
}

static void save(const char *to, struct machine *m)
{
	struct error err = {.text = ""};
	struct snapshot *s = snapshot_create(to, &err);

	assert_non_null(s);
	assert_false(snapshot_restoring(s));
	walk(s, m);
	if (snapshot_close(s, &err))
		fail_msg("%s", err.text);
}

/* Returns 0, or -1 with the text in err. */
static int restore(const char *from, struct machine *m, struct error *err)
{
	struct snapshot *s = snapshot_open(from, err);

	if (!s)
		return -1;
	assert_true(snapshot_restoring(s));
	walk(s, m);
	return snapshot_close(s, err);
}

static void what_was_saved_comes_back(void **state)
{
	struct machine a = machine_used(), b = machine_new(0x55);
	struct error err = {.text = ""};
	struct stat st;

	(void)state;
	save(path, &a);
	if (restore(path, &b, &err))
		fail_msg("%s", err.text);
	assert_int_equal(b.pc, a.pc);
	assert_int_equal(b.time, a.time);
	assert_memory_equal(b.memory, a.memory, MEMORY);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 50000 && st.st_size < 60000); /* the noise, and little else */
	save(other, &b);
	free(a.memory);
	free(b.memory);

	size_t n, m;
	char *x = read_whole_file(path, &n, &err), *y = read_whole_file(other, &m, &err);

	assert_int_equal(n, m);
	assert_memory_equal(x, y, n);
	free(x);
	free(y);
}

static void put_file(const char *to, const void *data, size_t bytes)
{
	FILE *f = fopen(to, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, bytes, f), bytes);
	assert_int_equal(fclose(f), 0);
}

static void assert_refused(const char *from, const char *wanted)
{
	struct error err = {.text = ""};
	struct snapshot *s = snapshot_open(from, &err);

	if (s)
		fail_msg("%s was opened", from);
	if (strncmp(err.text, from, strlen(from)) || !strstr(err.text, wanted))
		fail_msg("'%s' instead of '%s ... %s'", err.text, from, wanted);
}

static void every_flipped_byte_and_every_shorter_file_is_refused(void **state)
{
	struct error err = {.text = ""};
	struct machine a = machine_new(0);
	struct snapshot *s = snapshot_create(path, &err);
	size_t bytes;
	char *file;

	(void)state;
	snapshot_field(s, "cpu.pc", a.pc);
	snapshot_memory(s, "ram", a.memory, MEMORY);
	snapshot_memory(s, "text", "some, but not much", 18);
	assert_int_equal(snapshot_close(s, &err), 0);
	file = read_whole_file(path, &bytes, &err);
	assert_true(bytes > 100 && bytes < 300);
	for (size_t i = 0; i < bytes; i++) {
		for (int bit = 0; bit < 8; bit++) {
			file[i] ^= (char)(1 << bit);
			put_file(other, file, bytes);
			assert_refused(other, i < 16 ? "not a snapshot" : "damaged");
			file[i] ^= (char)(1 << bit);
		}
		put_file(other, file, i);
		assert_refused(other, i < 16   ? "not a snapshot"
				      : i < 48 ? "damaged"
					       : "wanted a whole snapshot");
	}
	file[bytes] = 'x'; /* read_whole_file has room for it */
	put_file(other, file, bytes + 1);
	assert_refused(other, "wanted a whole snapshot");
	free(file);
	free(a.memory);
}

/* The header with its checksums made right: what a newer program, or a person, would write. */
static void seal(char *file, size_t bytes, uint32_t format)
{
	uint64_t words[] = {bytes, hash64(file + 48, bytes - 48)}, hash;

	memcpy(file + 16, &format, sizeof(format));
	memcpy(file + 24, words, sizeof(words));
	hash = hash64(file, 40);
	memcpy(file + 40, &hash, sizeof(hash));
}

static void foreign_files_are_refused_by_what_they_are(void **state)
{
	struct machine a = machine_used();
	struct error err = {.text = ""};
	size_t bytes;
	char *file;

	(void)state;
	assert_refused(other, "No such file");
	assert_refused(folder, "not a regular file");
	assert_refused("/dev/zero", "not a regular file");
	put_file(other, "", 0);
	assert_refused(other, "not a snapshot");
	put_file(other,
		 "\x7f"
		 "ELF and so on, more than a header of a snapshot would be long",
		 60);
	assert_refused(other, "not a snapshot");
	save(path, &a);
	file = read_whole_file(path, &bytes, &err);
	seal(file, bytes, 2);
	put_file(other, file, bytes);
	assert_refused(other, "format 2; wanted a snapshot of format 1");
	free(file);
	free(a.memory);
}

/* Damage behind right checksums is found while walking: no byte of a field's head or of a length
 * may be another without being noticed, and nothing outside the memory is written. */
static void damage_behind_a_right_checksum_is_noticed(void **state)
{
	struct machine a = machine_used(), b = machine_new(0x55);
	struct error err = {.text = ""};
	struct rng rng = {.state = 1};
	size_t bytes;
	char *file;

	(void)state;
	save(path, &a);
	file = read_whole_file(path, &bytes, &err);
	for (int i = 0; i < 2000; i++) {
		size_t at = 48 + (i < 200 ? (size_t)i : rng_next(&rng) % (bytes - 48));
		char kept = file[at];

		file[at] = (char)rng_next(&rng);
		seal(file, bytes, 1);
		put_file(other, file, bytes);
		if (restore(other, &b, &err))
			assert_memory_equal(err.text, other, strlen(other));
		file[at] = kept;
	}
	for (size_t n = 48; n < bytes; n += n < 300 ? 1 : 997) {
		seal(file, n, 1);
		put_file(other, file, n);
		assert_int_equal(restore(other, &b, &err), -1);
		assert_non_null(strstr(err.text, other));
	}
	free(file);
	free(a.memory);
	free(b.memory);
}

static void walk_longer(struct snapshot *s, struct machine *m)
{
	walk(s, m);
	snapshot_field(s, "more", m->pc);
}

static void walk_shorter(struct snapshot *s, struct machine *m)
{
	snapshot_field(s, "cpu.pc", m->pc);
}

static void walk_renamed(struct snapshot *s, struct machine *m)
{
	snapshot_field(s, "cpu.po", m->pc);
	snapshot_field(s, "cpu.time", m->time);
}

static void walk_wider(struct snapshot *s, struct machine *m)
{
	snapshot_field(s, "cpu.pc", m->time);
}

static void walk_as_memory(struct snapshot *s, struct machine *m)
{
	snapshot_memory(s, "cpu.pc", m->memory, sizeof(m->pc));
}

static void walk_with_another_disk(struct snapshot *s, struct machine *m)
{
	struct machine n = *m;

	n.disk = "no hash";
	walk(s, &n);
}

static void walk_with_a_longer_disk(struct snapshot *s, struct machine *m)
{
	struct machine n = *m;

	n.disk = "a hash and more";
	walk(s, &n);
}

static void walk_refusing(struct snapshot *s, struct machine *m)
{
	snapshot_field(s, "cpu.pc", m->pc);
	snapshot_check(s, "cpu.pc", m->pc == 0);
	walk(s, m);
}

static void a_file_of_another_machine_is_refused_and_its_fields_are_zero(void **state)
{
	static const struct {
		void (*walk)(struct snapshot *, struct machine *);
		const char *message;
	} cases[] = {
		{walk_longer, "ends where field 'more' of 4 bytes was wanted"},
		{walk_shorter, "bytes are left over"},
		{walk_renamed, "field 'cpu.pc' of 4 bytes where 'cpu.po' of 4 was wanted"},
		{walk_wider, "field 'cpu.pc' of 4 bytes where 'cpu.pc' of 8 was wanted"},
		{walk_as_memory, "field 'cpu.pc' of 4 bytes where 'cpu.pc' of 4 was wanted"},
		{walk_with_another_disk, "disk image 0 is not what it was"},
		{walk_with_a_longer_disk, "disk image 0 is not what it was"},
		{walk_refusing, "field 'cpu.pc' holds what no machine can have"},
	};
	struct machine a = machine_used(), b = machine_new(0x55);

	(void)state;
	save(path, &a);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {.text = ""};
		struct snapshot *s = snapshot_open(path, &err);

		assert_non_null(s);
		b.time = 77;
		cases[i].walk(s, &b);
		assert_int_equal(snapshot_failed(s), cases[i].walk != walk_shorter);
		assert_int_equal(snapshot_close(s, &err), -1);
		if (strncmp(err.text, path, strlen(path)) || !strstr(err.text, cases[i].message))
			fail_msg("'%s' instead of '%s'", err.text, cases[i].message);
	}
	assert_int_equal(b.time, 0); /* of the last case, after its failure */
	free(a.memory);
	free(b.memory);
}

static void a_walk_that_fails_while_saving_leaves_the_old_file(void **state)
{
	struct machine a = machine_used(), b = machine_new(0x55);
	struct error err = {.text = ""};
	struct snapshot *s;

	(void)state;
	save(path, &a);
	s = snapshot_create(path, &err);
	walk(s, &b);
	snapshot_refuse(s, "file %d is open", 3);
	snapshot_refuse(s, "too late");
	assert_int_equal(snapshot_close(s, &err), -1);
	assert_non_null(strstr(err.text, "/machine: file 3 is open"));
	s = snapshot_create(path, &err);
	walk(s, &b);
	snapshot_abandon(s);
	if (restore(path, &b, &err))
		fail_msg("%s", err.text);
	assert_int_equal(b.pc, a.pc);
	assert_null(snapshot_create("/nowhere/machine", &err));
	assert_non_null(strstr(err.text, "/nowhere/machine: cannot write there"));
	free(a.memory);
	free(b.memory);
}

static void a_full_disk_is_one_line_and_leaves_nothing(void **state)
{
	struct rlimit kept, small;
	struct machine a = machine_used();
	struct error err = {.text = ""};
	struct snapshot *s;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &kept);
	small = kept;
	for (rlim_t most = 0; most < 53000; most += 1000) {
		small.rlim_cur = most;
		setrlimit(RLIMIT_FSIZE, &small);
		s = snapshot_create(path, &err);
		assert_non_null(s);
		walk(s, &a);
		assert_int_equal(snapshot_close(s, &err), -1);
		setrlimit(RLIMIT_FSIZE, &kept);
		assert_non_null(strstr(err.text, "/machine: cannot write: File too large"));
		assert_int_not_equal(access(path, F_OK), 0);
	}
	free(a.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
		TEST(what_was_saved_comes_back),
		TEST(every_flipped_byte_and_every_shorter_file_is_refused),
		TEST(foreign_files_are_refused_by_what_they_are),
		TEST(damage_behind_a_right_checksum_is_noticed),
		TEST(a_file_of_another_machine_is_refused_and_its_fields_are_zero),
		TEST(a_walk_that_fails_while_saving_leaves_the_old_file),
		TEST(a_full_disk_is_one_line_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
