/* SPDX-License-Identifier: MIT */
/* sim/base: parameters as rows, errors as one line, files that appear whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/hash.h"
#include "sim/base/output.h"
#include "sim/base/param.h"
#include "sim/base/record.h"
#include "sim/base/rng.h"

struct sample {
	uint64_t size, mode;
	double latency;
};

static const char *const modes[] = {"fast", "slow", NULL};
static const struct param rows[] = {
	{"l2.size", PARAM_COUNT, offsetof(struct sample, size), 1 << 20, 4096, 1 << 30, 1, "bytes",
	 "size", "test", NULL},
	{"latency.local_ns", PARAM_REAL, offsetof(struct sample, latency), 300, 1, 1e6, 0, "ns",
	 "latency", "test", NULL},
	{"mode", PARAM_CHOICE, offsetof(struct sample, mode), 1, 0, 0, 0, "1", "mode", "test",
	 modes},
	{0},
};

static void parameters_take_values_in_range_and_say_what_was_wanted_otherwise(void **state)
{
	static const struct {
		const char *assignment, *message; /* NULL: accepted */
	} cases[] = {
		{"l2.size=262144", NULL},
		{"l2.size=256K", NULL},
		{"l2.size=1M", NULL},
		{"l2.size=1e6", "l2.size: 1e6 is not a power of two"},
		{"l2.size=3K", "l2.size: 3K is out of range; wanted 4096 to 1073741824 bytes"},
		{"l2.size=12K", "l2.size: 12K is not a power of two"},
		{"l2.size=", "l2.size: '' is not a whole number of bytes"},
		{"l2.size=-8192", "l2.size: '-8192' is not a whole number of bytes"},
		{"l2.size=8192.5", "l2.size: '8192.5' is not a whole number of bytes"},
		{"l2.size=1Mx", "l2.size: '1Mx' is not a whole number of bytes"},
		{"l2.size=nan", "l2.size: 'nan' is not a whole number of bytes"},
		{"l2.size=1e999", "l2.size: '1e999' is not a whole number of bytes"},
		{"l2.szie=1M", "unknown key 'l2.szie'; did you mean 'l2.size'?"},
		{"zzzzzzzzzz=1", "unknown key 'zzzzzzzzzz'; known keys start with 'l2.size'"},
		{"latency.local_ns=450.5", NULL},
		{"latency.local_ns=0.5",
		 "latency.local_ns: 0.5 is out of range; wanted 1 to 1000000 ns"},
		{"latency.local_ns=5K", "latency.local_ns: '5K' is not a number of ns"},
		{"mode=fast", NULL},
		{"mode=quick", "mode: 'quick' is not one of fast, slow"},
		{"mode", "'mode' is not of the form key=value"},
		{"=3", "'=3' is not of the form key=value"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample s;
		struct error err = {.text = ""};
		int rc;

		params_default(rows, &s);
		rc = param_assign(rows, &s, cases[i].assignment, &err);
		assert_int_equal(rc, cases[i].message ? -1 : 0);
		assert_string_equal(err.text, cases[i].message ? cases[i].message : "");
	}
}

static void a_parameter_reads_back_as_it_is_printed(void **state)
{
	struct sample s, t;
	struct error err;
	char text[64];

	(void)state;
	params_default(rows, &s);
	assert_int_equal(s.size, 1 << 20);
	assert_int_equal(s.mode, 1);
	s.latency = 0.1 + 0.2;
	for (const struct param *row = rows; row->key; row++) {
		param_text(row, &s, text, sizeof(text));
		params_default(rows, &t);
		if (row->type == PARAM_REAL) {
			t.latency = strtod(text, NULL);
			assert_true(t.latency == s.latency);
		} else {
			assert_int_equal(param_set(rows, &t, row->key, text, &err), 0);
			assert_true(param_number(row, &t) == param_number(row, &s));
		}
	}
}

static void an_error_is_one_line_whatever_the_user_wrote(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, "%s: bad", "a\nb\tc\033"), -1);
	assert_string_equal(err.text, "a?b?c?: bad");
	assert_int_equal(err.usage, 0);
	error_usage(&err, "wrong");
	assert_int_equal(err.usage, 1);
	error_prefix(&err, "%s:%d", "spec.yaml", 3);
	assert_string_equal(err.text, "spec.yaml:3: wrong");
	assert_int_equal(err.usage, 1);
	for (int i = 0; i < 400; i++)
		error_prefix(&err, "long prefix %d", i);
	assert_true(strlen(err.text) < sizeof(err.text));
}

static void an_output_appears_whole_or_not_at_all(void **state)
{
	char folder[] = "/tmp/discosim-base-XXXXXX", path[64];
	struct error err = {.text = ""};
	struct output o;
	size_t bytes;
	char *back;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/result", folder);
	assert_int_equal(output_begin(&o, path, &err), 0);
	f = fopen(o.temporary, "w");
	fputs("half", f);
	fclose(f);
	assert_int_equal(access(path, F_OK), -1);
	output_abandon(&o);
	assert_int_equal(rmdir(folder), 0); /* empty: nothing was left */

	assert_int_equal(output_begin(&o, path, &err), -1);
	assert_non_null(strstr(err.text, "No such file or directory"));
	mkdir(folder, 0700);
	assert_int_equal(output_begin(&o, path, &err), 0);
	f = fopen(o.temporary, "w");
	fputs("whole", f);
	fclose(f);
	assert_int_equal(output_commit(&o, &err), 0);
	back = read_whole_file(path, &bytes, &err);
	assert_string_equal(back, "whole");
	assert_int_equal(bytes, 5);
	free(back);
	unlink(path);
	assert_int_equal(output_begin(&o, folder, &err), -1);
	assert_non_null(strstr(err.text, "is a folder"));
	rmdir(folder);
}

static void hashes_are_those_of_the_xxh3_specification(void **state)
{
	char text[HASH_TEXT_SIZE];

	(void)state;
	/* XXH3's published value for empty input with seed 0 */
	assert_true(hash64("", 0) == 0x2d06800538d394c2ull);
	hash_text("", 0, text);
	assert_string_equal(text, "99aa06d3014798d86001c324468d497f");
}

static void the_generator_is_splitmix64(void **state)
{
	struct rng rng = {.state = 1234567};

	(void)state;
	/* the reference sequence for seed 1234567 */
	assert_true(rng_next(&rng) == 6457827717110365317ull);
	assert_true(rng_next(&rng) == 3203168211198807973ull);
	for (int i = 0; i < 1000; i++)
		assert_true(rng_below(&rng, 7) < 7);
}

static void record_fields_come_back_from_a_record(void **state)
{
	struct record r = record_make(RECORD_STORE, 0x80001234, REF_ARG(8, REF_LINKED, 65535));

	(void)state;
	assert_int_equal(sizeof(struct record), 8);
	assert_int_equal(record_kind(r), RECORD_STORE);
	assert_int_equal(REF_BYTES(record_arg(r)), 8);
	assert_true(record_arg(r) & REF_LINKED);
	assert_int_equal(REF_INDEX(record_arg(r)), 65535);
	for (unsigned k = 0; k < RECORD_KIND_COUNT; k++)
		assert_non_null(record_kind_name(k));
	assert_null(record_kind_name(RECORD_KIND_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_take_values_in_range_and_say_what_was_wanted_otherwise),
		cmocka_unit_test(a_parameter_reads_back_as_it_is_printed),
		cmocka_unit_test(an_error_is_one_line_whatever_the_user_wrote),
		cmocka_unit_test(an_output_appears_whole_or_not_at_all),
		cmocka_unit_test(hashes_are_those_of_the_xxh3_specification),
		cmocka_unit_test(the_generator_is_splitmix64),
		cmocka_unit_test(record_fields_come_back_from_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
