/* SPDX-License-Identifier: MIT */
/*
 * Our caches put together as Cachegrind puts its own together, for tests/cachegrind.sh: I1, D1
 * and a unified LL that is looked up only after a miss in the first level. A reference that
 * straddles two lines touches both and misses once, in LL too; a modify counts as one read; nothing
 * is inclusive or invalidated; reads and writes fill alike.
 *
 * usage: caches FORMAT FILE PROCESSOR I1 D1 LL [MISSES]
 *   FORMAT FILE  lackey or din: text as Valgrind's lackey or Dinero IV have it; trace: our own file
 *   PROCESSOR    of our own file; 0 for text
 *   I1 D1 LL     each BYTES,WAYS,LINE as Cachegrind's options
 *   MISSES       where to write the references that missed in the first level, as din text
 * Prints Cachegrind's summary: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/cache.h"
#include "traces/trace.h"

enum kind { READ = 0, WRITE = 1, FETCH = 2 }; /* Dinero's labels */

struct caches {
	struct cache first[2], last; /* data, instructions; unified */
	uint64_t references[3], first_misses[3], last_misses[3];
	FILE *misses;
};

static _Noreturn void stop(const char *what, const char *where)
{
	fprintf(stderr, "caches: %s: %s\n", where, what);
	exit(1);
}

/* One line. Returns whether it missed. */
static bool touch_line(struct cache *c, uint64_t line)
{
	uint32_t id = cache_find(c, line);

	if (id != CACHE_MISS) {
		cache_touch(c, id);
		return false;
	}
	cache_fill(c, cache_victim(c, line), line, LINE_SHARED);
	return true;
}

static bool touch(struct cache *c, uint64_t address, unsigned bytes)
{
	bool miss = false;

	for (uint64_t line = address >> c->line_shift;
	     line <= (address + bytes - 1) >> c->line_shift; line++)
		miss |= touch_line(c, line);
	return miss;
}

static void reference(struct caches *c, enum kind kind, uint64_t address, unsigned bytes)
{
	c->references[kind]++;
	if (!touch(&c->first[kind == FETCH], address, bytes))
		return;
	c->first_misses[kind]++;
	if (c->misses)
		fprintf(c->misses, "%d %" PRIx64 "\n", kind, address);
	c->last_misses[kind] += touch(&c->last, address, bytes);
}

/* "I  0040,3", " L 1fff,8", " S ...", " M ..."; lines of Valgrind's own ("==...") are skipped. */
static void read_lackey(struct caches *c, FILE *in, const char *name)
{
	static const char kinds[] = "LMSI";
	char line[256];

	while (fgets(line, sizeof(line), in)) {
		uint64_t address;
		unsigned bytes;
		char letter;
		const char *at;

		if (line[0] == '=')
			continue;
		if (sscanf(line, " %c %" SCNx64 ",%u", &letter, &address, &bytes) != 3 ||
		    !(at = strchr(kinds, letter)) || !bytes)
			stop("not lackey's text", name);
		reference(c, *at == 'I' ? FETCH : *at == 'S' ? WRITE : READ, address, bytes);
	}
}

/* "0 address", "1 address", "2 address": no sizes, nothing straddles. */
static void read_din(struct caches *c, FILE *in, const char *name)
{
	char line[256];

	while (fgets(line, sizeof(line), in)) {
		uint64_t address;
		unsigned kind;

		if (sscanf(line, "%u %" SCNx64, &kind, &address) != 2 || kind > FETCH)
			stop("not din text", name);
		reference(c, (enum kind)kind, address, 1);
	}
}

/* Records to references: the instructions of a run come up as far as the data records need, and a
 * reference of several pieces is held back until its last. */
struct expander {
	struct caches *caches;
	uint32_t next, left; /* of the current run: address and number of instructions */
	uint32_t taken;	     /* instructions of the run already referenced */
	bool held;
	enum kind kind;
	uint64_t address;
	unsigned bytes;
};

static void release_held(struct expander *x)
{
	if (x->held)
		reference(x->caches, x->kind, x->address, x->bytes);
	x->held = false;
}

static void fetch_up_to(struct expander *x, uint32_t instructions)
{
	for (; x->left && x->taken < instructions; x->taken++, x->left--, x->next += 4) {
		release_held(x);
		reference(x->caches, FETCH, x->next, 4);
	}
}

static void expand(struct expander *x, struct record r)
{
	uint32_t arg = record_arg(r);

	switch (record_kind(r)) {
	case RECORD_LOAD:
	case RECORD_STORE:
		if (arg & REF_CONTINUES) {
			x->bytes += REF_BYTES(arg);
			break;
		}
		fetch_up_to(x, REF_INDEX(arg) + 1);
		release_held(x);
		x->held = !(arg & REF_MODIFY); /* the load of a modify was counted */
		x->kind = record_kind(r) == RECORD_LOAD ? READ : WRITE;
		x->address = r.addr;
		x->bytes = REF_BYTES(arg);
		break;
	case RECORD_MAP:
	case RECORD_CACHE_OP:
		break;
	default:
		fetch_up_to(x, UINT32_MAX);
		release_held(x);
		if (record_kind(r) == RECORD_RUN) {
			x->next = r.addr;
			x->left = arg;
			x->taken = 0;
		} else if (record_kind(r) == RECORD_FETCH) {
			reference(x->caches, FETCH, r.addr, arg);
		}
	}
}

static void read_trace(struct caches *c, const char *name, unsigned processor)
{
	struct expander x = {.caches = c};
	struct trace_cursor cursor;
	const struct record *records;
	struct error err = {0};
	struct trace *trace = trace_open(name, &err);
	long n;

	if (!trace)
		stop(err.text, name);
	if (processor >= trace_info_of(trace)->processors)
		stop("no such processor", name);
	trace_cursor_init(&cursor, trace, processor);
	while ((n = trace_cursor_next(&cursor, &records, &err)) > 0)
		for (long i = 0; i < n; i++)
			expand(&x, records[i]);
	if (n < 0)
		stop(err.text, name);
	fetch_up_to(&x, UINT32_MAX);
	release_held(&x);
	trace_cursor_release(&cursor);
	trace_close(trace);
}

static void make(struct cache *c, const char *shape)
{
	struct error err = {0};
	uint64_t bytes, ways, line;
	char rest;

	if (sscanf(shape, "%" SCNu64 ",%" SCNu64 ",%" SCNu64 "%c", &bytes, &ways, &line, &rest) !=
	    3)
		stop("wanted BYTES,WAYS,LINE", shape);
	if (cache_init(c, bytes, ways, line, &err) < 0)
		stop(err.text, shape);
}

int main(int argc, char **argv)
{
	static const enum kind order[] = {FETCH, READ, WRITE};
	struct caches c = {0};
	FILE *in;

	if (argc != 7 && argc != 8) {
		fprintf(stderr,
			"usage: caches lackey|din|trace FILE PROCESSOR I1 D1 LL [MISSES]\n");
		return 2;
	}
	make(&c.first[1], argv[4]);
	make(&c.first[0], argv[5]);
	make(&c.last, argv[6]);
	if (argc == 8 && !(c.misses = fopen(argv[7], "w")))
		stop("cannot be written", argv[7]);
	if (!strcmp(argv[1], "trace")) {
		read_trace(&c, argv[2], (unsigned)atoi(argv[3]));
	} else {
		if (!(in = fopen(argv[2], "r")))
			stop("cannot be read", argv[2]);
		(strcmp(argv[1], "din") ? read_lackey : read_din)(&c, in, argv[2]);
		fclose(in);
	}
	for (int i = 0; i < 3; i++)
		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "%c", c.references[order[i]],
		       c.first_misses[order[i]], c.last_misses[order[i]], i < 2 ? ' ' : '\n');
	if (c.misses && fclose(c.misses))
		stop("could not be written", argv[7]);
	cache_release(&c.first[0]);
	cache_release(&c.first[1]);
	cache_release(&c.last);
	return 0;
}
