/* SPDX-License-Identifier: MIT */
/* A sweep's YAML file: what it expands to, and what is said about mistakes in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/sweep_spec.h"

static const struct param rows[] = {
	{"l2.size", PARAM_COUNT, 0, 1, 0, 1e9, 0, "bytes", "cache", "test", NULL},
	{"latency.remote_ns", PARAM_COUNT, 8, 1, 0, 1e9, 0, "ns", "latency", "test", NULL},
	{.key = NULL},
};

static int read_text(struct sweep_spec *spec, const char *text, struct error *err)
{
	char path[] = "/tmp/discosim-spec-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err->text[0] = '\0';
	rc = sweep_spec_read(spec, path, rows, err);
	unlink(path);
	return rc;
}

/* The labels, joined by '|'. */
static void expect(const char *text, const char *labels)
{
	struct sweep_spec spec;
	struct error err;
	char got[4096] = "";

	if (read_text(&spec, text, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < spec.count; i++) {
		strcat(got, i ? "|" : "");
		strcat(got, spec.points[i].label);
	}
	sweep_spec_release(&spec);
	assert_string_equal(got, labels);
}

static void combinations_are_expanded_in_the_order_of_the_file(void **state)
{
	static const struct {
		const char *text, *labels;
	} cases[] = {
		{"traces: [a.trace]\n", "a native first_touch"},
		{"traces: [x/a.trace, b]\nsystems: [native, uma]\n",
		 "a native first_touch|a uma first_touch|b native first_touch|b uma first_touch"},
		{"traces: [a]\nsystems: [s, t]\npolicies: [p, q:k=1]\n",
		 "a s p|a s q:k=1|a t p|a t q:k=1"},
		{"traces: [a]\nvary: {latency.remote_ns: [1, 2], l2.size: [3K, 4]}\n",
		 "a native first_touch l2.size=3K latency.remote_ns=1|"
		 "a native first_touch l2.size=3K latency.remote_ns=2|"
		 "a native first_touch l2.size=4 latency.remote_ns=1|"
		 "a native first_touch l2.size=4 latency.remote_ns=2"},
		{"traces: [a, b]\npoints:\n  - {label: base, policy: p}\n  - {system: uma}\n",
		 "a base|a uma first_touch|b base|b uma first_touch"},
		{"traces: [a]\npoints:\n  - {system: uma}\n  - {trace: c, set: {l2.size: 9}}\n"
		 "  - {trace: a, label: own}\n",
		 "a uma first_touch|a own|c native first_touch l2.size=9"},
		{"traces: [a]\nsystems: [s]\npoints:\n  - {label: extra}\n",
		 "a s first_touch|a extra"},
		{"traces: [a]\nvary: {l2.size: [1, 2]}\npoints:\n  - {label: x}\n"
		 "  - {label: y, set: {l2.size: 7}}\n",
		 "a x l2.size=1|a x l2.size=2|a y"},
		{"traces: [a, b]\nsystems: [s, t]\npolicies: [p, 'q:k=1']\nexclude:\n"
		 "  - {system: t, policy: q}\n  - {trace: b, system: s}\n",
		 "a s p|a s q:k=1|a t p|b t p"},
		{"traces: [a]\nvary: {l2.size: [1, 2]}\nexclude: [{set: {l2.size: 2}}]\n",
		 "a native first_touch l2.size=1"},
		{"traces: ['a.trace,dir/b.trace']\n", "a,b native first_touch"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect(cases[i].text, cases[i].labels);
}

static void settings_and_paths_reach_the_points(void **state)
{
	struct sweep_spec spec;
	struct error err;

	(void)state;
	assert_int_equal(read_text(&spec,
				   "name: n\ndescription: d\nmachine: m.yaml\n"
				   "traces: ['sub/a.trace,/abs/b.trace']\n"
				   "set: {latency.remote_ns: 5, l2.size: 1}\n"
				   "points:\n  - {label: x, set: {l2.size: 256K}}\n",
				   &err),
			 0);
	assert_string_equal(spec.name, "n");
	assert_string_equal(spec.description, "d");
	assert_string_equal(spec.machine, "/tmp/m.yaml");
	assert_int_equal(spec.count, 1);
	assert_int_equal(spec.points[0].trace_count, 2);
	assert_string_equal(spec.points[0].traces[0], "/tmp/sub/a.trace");
	assert_string_equal(spec.points[0].traces[1], "/abs/b.trace");
	assert_string_equal(spec.points[0].configuration, "x");
	assert_true(spec.points[0].labelled);
	assert_int_equal(spec.points[0].setting_count, 3);
	assert_string_equal(spec.points[0].settings[1].key, "l2.size");
	assert_string_equal(spec.points[0].settings[1].value, "256K");
	sweep_spec_release(&spec);
}

static void mistakes_are_named_with_their_place(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", "is empty"},
		{"# nothing\n", "is empty"},
		{"traces: [a]\npolices: [p]\n",
		 ":2: unknown key 'polices'; did you mean 'policies'?"},
		{"traces: [a]\nset:\n  latency.remote_ns: 3\n  l2.sze: 3\n",
		 ":4: unknown key 'l2.sze'; did you mean 'l2.size'?"},
		{"traces: [a]\npoints:\n  - {system: s}\n  - {polcy: s}\n",
		 ":4: unknown key 'polcy'; did you mean 'policy'?"},
		{"traces: [a]\nexclude: [{label: x}]\n", "unknown key 'label'"},
		{"name: x\n", "no 'traces'"},
		{"points: [{system: s}]\n", "point 1 of 'points' has no trace"},
		{"traces: a\n", ":1: wanted a list like [a, b], found a single value"},
		{"traces: []\n", ":1: Insufficient entries"},
		{"traces: [a, a]\n", "trace 'a' is listed twice"},
		{"traces: [a]\nset: {l2.size: 1}\nvary: {l2.size: [1]}\n",
		 "'l2.size' is in both 'set' and 'vary'"},
		{"traces: [a]\nexclude: [{system: native}]\n", "no points are left"},
		{"traces: [a]\nname: x\nname: y\n", "already seen: name"},
		{"traces: [a]\n---\ntraces: [b]\n", "Ignoring documents after first"},
		{"traces: [a\n", "libyaml"},
		{"traces: [a]\nvary: {l2.size: 3}\n",
		 "wanted a list like [a, b], found a single value"},
		{"- a\n", "wanted a mapping like {key: value}, found a list"},
		{"traces: [',']\n",
		 "',' where a trace, or several with commas between, was wanted"},
		{"traces: ['a,,b']\n", "'a,,b' where a trace, or several"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sweep_spec spec;
		struct error err;

		assert_int_equal(read_text(&spec, cases[i].text, &err), -1);
		if (!strstr(err.text, cases[i].wanted) || !strstr(err.text, "/tmp/discosim-spec-"))
			fail_msg("case %zu: '%s' lacks '%s'", i, err.text, cases[i].wanted);
	}
}

static void a_missing_file_is_named(void **state)
{
	struct sweep_spec spec;
	struct error err;

	(void)state;
	assert_int_equal(sweep_spec_read(&spec, "/nowhere/spec.yaml", rows, &err), -1);
	assert_non_null(strstr(err.text, "/nowhere/spec.yaml: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(combinations_are_expanded_in_the_order_of_the_file),
		cmocka_unit_test(settings_and_paths_reach_the_points),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
