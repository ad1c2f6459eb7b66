/* SPDX-License-Identifier: MIT */
/* Result files: what is written is read back, padding, equal bytes, and every kind of damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/result.h"
#include "sim/base/output.h"

static const struct counter_row machine_rows_[] = {
	{"time_cycles", "cycles", "the run's time"},
	{"instructions", "1", "instructions of all processors"},
	COUNTER_END};
static const struct counter_row processor_rows[] = {
	{"user_cycles", "cycles", "user instructions executed"},
	{"instructions", "1", "instructions executed"}, /* the machine's list has one too */
	COUNTER_END};
static const struct counter_row node_rows[] = {{"wait_cycles", "cycles", "waited for memory"},
					       COUNTER_END};

static bool describe(const char *key, struct counter_row *row)
{
	if (strcmp(key, "l2.size"))
		return false;
	row->unit = "bytes";
	row->help = "second-level cache";
	return true;
}

static const struct result_schema schema = {machine_rows_, processor_rows, node_rows, describe};

struct fixture {
	char folder[64], path[128], other[128];
	json_t *provenance, *points[3];
};

static json_t *point(const char *key, const char *label, int processors, json_t *config)
{
	json_t *user = json_array(), *insns = json_array(), *wait = json_array();

	for (int i = 0; i < processors; i++) {
		json_array_append_new(user, json_integer(100 * i + processors));
		json_array_append_new(insns, json_integer(i ? INT64_MAX : 0));
	}
	json_array_append_new(wait, json_integer(7));
	return json_pack("{s:s, s:s, s:o, s:{s:i, s:I}, s:{s:o, s:o}, s:{s:o}}", "key", key,
			 "label", label, "config", config, "machine", "time_cycles", 5,
			 "instructions", (json_int_t)INT64_MAX, "processor", "user_cycles", user,
			 "instructions", insns, "node", "wait_cycles", wait);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/discosim-result-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/a.h5", f->folder);
	snprintf(f->other, sizeof(f->other), "%s/b.h5", f->folder);
	f->provenance = json_pack("{s:s, s:s}", "program", "discosim 0", "spec", "name: \u00e9");
	f->points[0] = point("k0", "radix \u00b5 native", 4,
			     json_pack("{s:s, s:i, s:f}", "policy", "first_touch", "l2.size",
				       1048576, "cpu.mhz", 400.0));
	f->points[1] = point("k1", "radix disco", 2,
			     json_pack("{s:s, s:i, s:f, s:i}", "policy", "disco", "l2.size", 262144,
				       "cpu.mhz", 333.25, "policy.trigger", 64));
	f->points[2] = point("k2", "probes", 4,
			     json_pack("{s:s, s:i, s:f, s:s}", "policy", "x", "l2.size", 4096,
				       "cpu.mhz", 400.0, "policy.kind", "word"));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	for (int i = 0; i < 3; i++)
		json_decref(f->points[i]);
	json_decref(f->provenance);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static void written(struct fixture *f, const char *path)
{
	struct error err = {.text = ""};

	if (result_write(path, &schema, f->provenance, f->points, 3, &err))
		fail_msg("%s", err.text);
}

static void what_is_written_is_read_back(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};
	json_t *r;

	written(f, f->path);
	r = result_read(f->path, &err);
	if (!r)
		fail_msg("%s", err.text);
	assert_true(json_equal(json_object_get(r, "provenance"), f->provenance));
	assert_int_equal(json_array_size(json_object_get(r, "points")), 3);
	for (size_t i = 0; i < 3; i++)
		if (!json_equal(json_array_get(json_object_get(r, "points"), i), f->points[i]))
			fail_msg("%s\n%s",
				 json_dumps(json_array_get(json_object_get(r, "points"), i),
					    JSON_SORT_KEYS),
				 json_dumps(f->points[i], JSON_SORT_KEYS));
	json_decref(r);
}

static void the_variables_keep_list_unit_and_help(void **state)
{
	struct fixture *f = *state;
	struct error err;
	json_t *r, *v, *expected;
	size_t i;
	int found = 0;

	written(f, f->path);
	r = result_read(f->path, &err);
	expected = json_pack("{s:s, s:s, s:s, s:s}", "list", "processor", "name", "instructions",
			     "unit", "1", "help", "instructions executed");
	json_array_foreach(json_object_get(r, "variables"), i, v) found += json_equal(v, expected);
	json_decref(expected);
	expected = json_pack("{s:s, s:s, s:s, s:s}", "list", "config", "name", "l2.size", "unit",
			     "bytes", "help", "second-level cache");
	json_array_foreach(json_object_get(r, "variables"), i, v) found += json_equal(v, expected);
	json_decref(expected);
	assert_int_equal(found, 2);
	json_decref(r);
}

static bool same_files(const char *a, const char *b)
{
	struct error err;
	size_t na, nb;
	char *x = read_whole_file(a, &na, &err), *y = read_whole_file(b, &nb, &err);
	bool same = x && y && na == nb && !memcmp(x, y, na);

	free(x);
	free(y);
	return same;
}

static void the_same_points_give_the_same_bytes_in_any_process(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	written(f, f->path);
	child = fork();
	if (!child) {
		char *junk[64];

		for (int i = 0; i < 64; i++) /* another heap, full of junk */
			memset(junk[i] = malloc(3000 * (size_t)(i + 1)), 0xa5,
			       3000 * (size_t)(i + 1));
		for (int i = 0; i < 64; i += 2)
			free(junk[i]);
		_exit(result_write(f->other, &schema, f->provenance, f->points, 3,
				   &(struct error){.text = ""})
			      ? 1
			      : 0);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(same_files(f->path, f->other));
}

static void points_that_were_read_are_written_as_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};
	json_t *r, *points[3];

	/* a key that is a number here and a text there must survive, too */
	json_object_set_new(json_object_get(f->points[0], "config"), "policy.kind",
			    json_integer(1048576));
	written(f, f->path);
	r = result_read(f->path, &err);
	assert_non_null(r);
	for (size_t i = 0; i < 3; i++)
		points[i] = json_array_get(json_object_get(r, "points"), i);
	assert_int_equal(
		result_write(f->other, &schema, json_object_get(r, "provenance"), points, 3, &err),
		0);
	json_decref(r);
	assert_true(same_files(f->path, f->other));
}

static void a_long_provenance_text_is_kept(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};
	char *text = malloc(200001);
	json_t *r;

	memset(text, 'x', 200000);
	text[200000] = '\0';
	json_object_set_new(f->provenance, "spec", json_string(text));
	written(f, f->path);
	r = result_read(f->path, &err);
	assert_non_null(r);
	assert_true(json_equal(json_object_get(r, "provenance"), f->provenance));
	json_decref(r);
	free(text);
}

static void a_point_that_lacks_something_is_refused_by_its_label(void **state)
{
	static const struct {
		const char *part, *counter, *wanted;
	} cases[] = {
		{"machine", "time_cycles", "point 'radix disco': machine counter 'time_cycles'"},
		{"processor", "user_cycles",
		 "point 'radix disco': processor counter 'user_cycles'"},
		{"node", "wait_cycles", "point 'radix disco': node counter 'wait_cycles'"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = {.text = ""};
		json_t *part = json_object_get(f->points[1], cases[i].part);
		json_t *kept = json_incref(json_object_get(part, cases[i].counter));

		json_object_del(part, cases[i].counter);
		assert_int_equal(result_write(f->path, &schema, f->provenance, f->points, 3, &err),
				 -1);
		assert_non_null(strstr(err.text, cases[i].wanted));
		assert_int_equal(access(f->path, F_OK), -1);
		json_object_set_new(part, cases[i].counter, kept);
	}
}

static void expect_refused(const char *path, const char *wanted)
{
	struct error err = {.text = ""};
	json_t *r = result_read(path, &err);

	assert_null(r);
	if (!strstr(err.text, wanted) || !strstr(err.text, path))
		fail_msg("'%s' lacks '%s'", err.text, wanted);
}

static void put_bytes(const char *path, const char *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, data, n), n);
	close(fd);
}

static void every_flipped_bit_and_every_cut_is_noticed(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t n;
	char *data;

	written(f, f->path);
	data = read_whole_file(f->path, &n, &err);
	for (size_t at = 0; at < n; at += 1 + n / 400) {
		data[at] ^= 4;
		put_bytes(f->other, data, n);
		expect_refused(f->other, "");
		data[at] ^= 4;
		put_bytes(f->other, data, at);
		expect_refused(f->other, "");
	}
	put_bytes(f->other, data, n);
	json_decref(result_read(f->other, &err));
	free(data);
}

static void foreign_files_are_refused(void **state)
{
	struct fixture *f = *state;

	expect_refused(f->other, "No such file");
	put_bytes(f->other, "", 0);
	expect_refused(f->other, "not a result");
	put_bytes(f->other, "hello, world, this is a text\n", 29);
	expect_refused(f->other, "no HDF5 file");
	expect_refused(f->folder, "directory");
}

static void a_full_disk_is_one_error_and_keeps_the_old_file(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t n;
	char *data;
	int status;
	pid_t child;

	written(f, f->path);
	data = read_whole_file(f->path, &n, &err);
	child = fork();
	if (!child) {
		struct rlimit limit = {n / 2, n / 2};
		struct error e = {.text = ""};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(result_write(f->path, &schema, f->provenance, f->points, 2, &e) == -1 &&
				      strstr(e.text, "too large")
			      ? 0
			      : 1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	put_bytes(f->other, data, n);
	assert_true(same_files(f->path, f->other));
	free(data);
	/* nothing temporary is left: the folder holds the two files alone */
	unlink(f->path);
	unlink(f->other);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0777), 0);
}

static void a_missing_folder_is_named(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};

	assert_int_equal(
		result_write("/nowhere/at/all.h5", &schema, f->provenance, f->points, 3, &err), -1);
	assert_non_null(strstr(err.text, "/nowhere/at"));
}

static int write_example(const char *path)
{
	void *state;
	struct fixture *f;

	setup(&state);
	f = state;
	written(f, path);
	return teardown(&state);
}

int main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_written_is_read_back),
		T(the_variables_keep_list_unit_and_help),
		T(the_same_points_give_the_same_bytes_in_any_process),
		T(points_that_were_read_are_written_as_the_same_bytes),
		T(a_long_provenance_text_is_kept),
		T(a_point_that_lacks_something_is_refused_by_its_label),
		T(every_flipped_bit_and_every_cut_is_noticed),
		T(foreign_files_are_refused),
		T(a_full_disk_is_one_error_and_keeps_the_old_file),
		T(a_missing_folder_is_named),
	};

	if (argc > 1) /* for tests/results_python.py: leaves an example there */
		return write_example(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
