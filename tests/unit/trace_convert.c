/* SPDX-License-Identifier: MIT */
/*
 * Streams as references: expanded by hand-made cases, virtual and physical, and there and back
 * through each format without a reference lost, added or moved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "traces/format.h"

#define R(kind, addr, arg)                                 \
	{                                                  \
		addr, RECORD_##kind | (uint32_t)(arg) << 8 \
	}
#define REF(kind, addr, index)	 R(kind, addr, REF_ARG(4, 0, index))
#define PIECE(kind, addr, flags) R(kind, addr, REF_ARG(8, flags, 0))

struct list {
	struct reference refs[1 << 18];
	size_t n;
};

static void keep(void *to, const struct reference *r)
{
	struct list *list = to;

	assert_true(list->n < sizeof(list->refs) / sizeof(*list->refs));
	list->refs[list->n++] = *r;
}

// clang-format off
static const struct expand_case {
	const char *text; /* in lackey's words */
	int physical, imported;
	const char *message;
	struct record stream[12];
} cases[] = {
	{"I  00001000,4\nI  00001004,4\n L 00009000,4\n S 00009004,4\nI  00001008,4\n", 0, 0, "",
	 {R(RUN, 0x1000, 3), REF(LOAD, 0x9000, 1), REF(STORE, 0x9004, 1)}},
	{"I  00001000,4\nI  80000180,4\n L 80001000,4\n", 0, 0, "", /* what is no reference says nothing */
	 {R(MODE, 1, MODE_USER), R(RUN, 0x1000, 1), R(EXCEPTION, 0x1004, 8), R(OPERAND, 1, 0), R(RUN, 0x80000180, 1),
	  R(CACHE_OP, 0x5000, 1), REF(LOAD, 0x80001000, 0), R(ERET, 0x1004, 0), R(PHASE, 1, 0)}},
	{"I  fffffffc,4\nI  00000000,4\n", 0, 0, "", {R(RUN, 0xfffffffc, 2)}},
	{"I  00001001,15\n M 00002000,16\nI  00001010,2\n L 00002000,16\n S 00002000,8\n", 0, 1, "",
	 {R(FETCH, 0x1001, 15), PIECE(LOAD, 0x2000, 0), PIECE(LOAD, 0x2008, REF_CONTINUES), PIECE(STORE, 0x2000, REF_MODIFY),
	  PIECE(STORE, 0x2008, REF_MODIFY | REF_CONTINUES), R(FETCH, 0x1010, 2), PIECE(LOAD, 0x2000, 0), PIECE(LOAD, 0x2008, REF_CONTINUES),
	  PIECE(STORE, 0x2000, 0)}},
	{" L 00002000,8\n S 00002000,8\n", 0, 1, "", {PIECE(LOAD, 0x2000, 0), PIECE(STORE, 0x2000, 0)}},
	/* Physical: unmapped segments; an address space's own page, and another's; a global page. */
	{"I  00001234,4\n L 1fc00000,4\n", 1, 0, "", {R(RUN, 0x80001234, 1), REF(LOAD, 0xbfc00000, 0)}},
	{"I  00005010,4\nI  00006010,4\nI  00005010,4\n", 1, 0, "",
	 {R(MODE, 1, 2), R(MAP, 0x400000, 5), R(RUN, 0x400010, 1), R(MODE, 2, 2), R(MAP, 0x400000, 6), R(RUN, 0x400010, 1), R(MODE, 1, 2),
	  R(RUN, 0x400010, 1)}},
	{"I  00007000,4\nI  00007000,4\nI  00008000,4\n", 1, 0, "",
	 {R(MODE, 1, 2), R(MAP, 0x400000, 5), R(MAP, 0x400000 | MAP_GLOBAL, 7), R(RUN, 0x400000, 1), R(MODE, 2, 2), R(RUN, 0x400000, 1),
	  R(MAP, 0x400000, 8), R(RUN, 0x400000, 1)}},
	/* A page that changes between two references of a run. */
	{"I  00000000,4\n L 00005000,4\n L 00006000,4\n", 1, 0, "",
	 {R(MAP, 0x9000, 5), R(RUN, 0x80000000, 1), REF(LOAD, 0x9000, 0), R(MAP, 0x9000, 6), REF(LOAD, 0x9000, 0)}},
	{"I  00000000,4\n", 1, 0, "the trace has no translation of 0x00009000 (address space 0)",
	 {R(RUN, 0x80000000, 1), REF(LOAD, 0x9000, 0)}},
	{"", 1, 1, "the trace has no translation of 0x80000000", {R(RUN, 0x80000000, 1)}},
	{"I  80000000,4\n", 1, 1, "", {R(MAP, 0x80000000, 0x80000), R(RUN, 0x80000000, 1)}},
};
// clang-format on

static void a_stream_stands_for_its_references_in_program_order(void **state)
{
	struct list *list = malloc(sizeof(*list));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct expand_case *c = &cases[i];
		struct trace_info info = {.tlb_entries = c->imported ? 0 : 64};
		struct error err = {.text = ""};
		struct expander e;
		char text[1024], *p = text;
		int rc = 0;

		list->n = 0;
		expander_init(&e, &info, c->physical, keep, list);
		for (size_t j = 0; j < 12 && c->stream[j].info && !rc; j++)
			rc = expander_next(&e, c->stream[j], &err);
		if (!rc)
			expander_end(&e, &err);
		expander_release(&e);
		for (size_t j = 0; j < list->n; j++)
			p += format_lackey.print(p, &list->refs[j]);
		*p = '\0';
		if (strcmp(text, c->text) || !strstr(err.text, c->message) ||
		    !*err.text != !*c->message)
			fail_msg("case %zu:\n%s'%s' instead of\n%s'%s'", i, text, err.text, c->text,
				 c->message);
	}
	free(list);
}

/* A captured program's stream: runs with references of all sizes, and everything else between. */
static void write_program(const char *path)
{
	const struct trace_info info = {.processors = 1, .tlb_entries = 64, .source = "capture"};
	struct error err = {.text = ""};
	struct trace_writer *w = trace_create(path, &info, TRACE_LZ4, &err);
	struct rng rng = {7};

	for (int i = 0; i < 20000; i++) {
		struct record r[16];
		size_t n = 0;
		uint32_t length = 1 + rng_below(&rng, 9), index = 0;

		r[n++] = record_make(RECORD_RUN, 0x400000 + 4 * rng_below(&rng, 5000), length);
		while (rng_below(&rng, 3) && n < 8) {
			uint32_t bytes = 1u << rng_below(&rng, 4);
			uint32_t at = 0x7fff0000 + bytes * rng_below(&rng, 4000);

			index += rng_below(&rng, length - index);
			if (rng_below(&rng, 9) == 0)
				r[n++] = record_make(RECORD_MAP, at & ~0xfffu, 77);
			r[n++] = record_make(rng_below(&rng, 2) ? RECORD_LOAD : RECORD_STORE, at,
					     REF_ARG(bytes, 0, index));
		}
		if (rng_below(&rng, 5) == 0) {
			r[n++] = record_make(RECORD_EXCEPTION, 0x400000, 8);
			r[n++] = record_make(RECORD_OPERAND, 4004, 0);
			r[n++] = record_make(RECORD_MODE, 3, MODE_USER);
		}
		assert_int_equal(trace_append(w, 0, r, n, &err), 0);
	}
	assert_int_equal(trace_finish(w, &err), 0);
}

static void references_of(const char *path, struct list *list)
{
	struct error err = {.text = ""};
	struct trace *t = trace_open(path, &err);
	const struct record *records;
	struct trace_cursor c;
	struct expander e;
	long n;

	assert_non_null(t);
	list->n = 0;
	trace_cursor_init(&c, t, 0);
	expander_init(&e, trace_info_of(t), false, keep, list);
	while ((n = trace_cursor_next(&c, &records, &err)) > 0)
		for (long i = 0; i < n; i++)
			assert_int_equal(expander_next(&e, records[i], &err), 0);
	assert_int_equal(expander_end(&e, &err), 0);
	expander_release(&e);
	trace_cursor_release(&c);
	trace_close(t);
}

static void no_reference_is_lost_on_the_way_through_a_format(void **state)
{
	struct list *before = malloc(sizeof(*before)), *after = malloc(sizeof(*after));
	char folder[] = "/tmp/discosim-convert-XXXXXX", trace[64], text[64], back[64];
	struct error err = {.text = ""};

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(trace, sizeof(trace), "%s/a.trace", folder);
	snprintf(back, sizeof(back), "%s/b.trace", folder);
	snprintf(text, sizeof(text), "%s/a.txt", folder);
	write_program(trace);
	references_of(trace, before);
	assert_true(before->n > 100000);
	for (size_t f = 0; trace_formats[f]; f++) {
		bool sized = trace_formats[f] == &format_lackey;
		struct trace *t = trace_open(trace, &err);

		assert_int_equal(trace_export(t, 0, trace_formats[f], false, text, true, &err), 0);
		trace_close(t);
		assert_int_equal(trace_import(text, trace_formats[f], back, TRACE_ZSTD, true, &err),
				 0);
		references_of(back, after);
		assert_int_equal(before->n, after->n);
		for (size_t i = 0; i < before->n; i++) {
			assert_int_equal(before->refs[i].kind, after->refs[i].kind);
			assert_int_equal(before->refs[i].addr, after->refs[i].addr);
			if (sized)
				assert_int_equal(before->refs[i].bytes, after->refs[i].bytes);
		}
	}
	unlink(trace);
	unlink(back);
	unlink(text);
	assert_int_equal(rmdir(folder), 0);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_stands_for_its_references_in_program_order),
		cmocka_unit_test(no_reference_is_lost_on_the_way_through_a_format),
	};

	return cmocka_run_group_tests_name("trace convert", tests, NULL, NULL);
}
