/* SPDX-License-Identifier: MIT */
/*
 * The profile of a trace (traces/profile.h) for people: how each processor's instructions divide
 * into user, system and idle loop, what its devices did, and the table of services. "own" are the
 * service's instructions alone, and add up to all; what it met in the kernel (TLB faults, page
 * faults, not interrupts) stands beside it as "nested" and is own in another row. The columns per
 * call are what the paper's Table 2 divides a service's time by.
 */
#include "sim/profile_show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sim/base/progress.h"
#include "sim/text_table.h"
#include "traces/profile.h"

static int read_profile(const struct trace *t, unsigned processor, struct profile *p,
			struct progress *progress, uint64_t *done, struct error *err)
{
	const struct record *records;
	struct trace_cursor cursor;
	long n;

	trace_cursor_init(&cursor, t, processor);
	while ((n = trace_cursor_next(&cursor, &records, err)) > 0 && !interrupted()) {
		for (long i = 0; i < n; i++)
			profile_next(p, records[i]);
		progress_update(progress, *done += (uint64_t)n);
	}
	profile_end(p);
	trace_cursor_release(&cursor);
	return n < 0 ? -1 : n ? error_set(err, "interrupted") : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static uint64_t instructions_of(const struct profile *p, bool system)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < PROFILE_ROWS; i++)
		if (!system || profile_row_is_system(i))
			sum += p->row[i].own.instructions;
	return sum;
}

static void add_shares(struct text_table *table, const char *name, const struct profile *p)
{
	uint64_t all = instructions_of(p, false);

	text_table_add(table, "%s", name);
	text_table_add(table, "%" PRIu64, all);
	text_table_number(table, percent(p->row[PROFILE_USER].own.instructions, all), 1);
	text_table_number(table, percent(instructions_of(p, true), all), 1);
	text_table_number(table, percent(p->row[PROFILE_IDLE].own.instructions, all), 1);
	text_table_add(table, "%" PRIu64, p->switches);
}

static void show_shares(const struct profile *each, const struct profile *sum, unsigned n)
{
	static const char *const heads[] = {"processor", "instructions", "user %",
					    "system %",	 "idle loop %",	 "switches"};
	struct text_table table;
	char name[16];

	text_table_init(&table, 6, 1);
	for (unsigned i = 0; i < 6; i++)
		text_table_add(&table, "%s", heads[i]);
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%u", i);
		add_shares(&table, name, &each[i]);
	}
	if (n > 1)
		add_shares(&table, "all", sum);
	putchar('\n');
	text_table_print(&table, stdout);
}

static void show_sources(const struct profile *p)
{
	static const char *const names[] = {
#define X(name, word) word,
		SOURCES(X)
#undef X
	};
	struct text_table table;
	uint64_t any = 0;

	for (unsigned s = 0; s < SOURCE_COUNT; s++)
		any |= p->interrupts[s] | p->idles[s] | p->row[PROFILE_INTERRUPT + s].calls;
	if (!any)
		return;
	text_table_init(&table, 5, 1);
	text_table_add(&table, "source");
	text_table_add(&table, "lines raised");
	text_table_add(&table, "interrupts taken");
	text_table_add(&table, "idle periods ended");
	text_table_add(&table, "idle ms");
	for (unsigned s = 0; s < SOURCE_COUNT; s++) {
		uint64_t taken = p->row[PROFILE_INTERRUPT + s].calls;

		if (!p->interrupts[s] && !p->idles[s] && !taken)
			continue;
		text_table_add(&table, "%s", names[s]);
		text_table_add(&table, "%" PRIu64, p->interrupts[s]);
		text_table_add(&table, "%" PRIu64, taken);
		text_table_add(&table, "%" PRIu64, p->idles[s]);
		text_table_number(&table, (double)p->idle_cycles[s] / (GUEST_HZ / 1000), 3);
	}
	putchar('\n');
	text_table_print(&table, stdout);
	if (p->idles_too_long)
		printf("%" PRIu64 " idle periods were longer than counted\n", p->idles_too_long);
}

static void add_transfers(struct text_table *table, const char *what, int number,
			  const char *direction, const struct profile_transfers *t, bool disk)
{
	if (!t->parts)
		return;
	text_table_add(table, number < 0 ? "%s" : "%s %d", what, number);
	text_table_add(table, "%s", direction);
	text_table_add(table, "%" PRIu64, t->parts);
	text_table_add(table, "%" PRIu64, t->bytes);
	if (disk)
		text_table_add(table, "%" PRIu64, t->overlay_bytes);
	else
		text_table_add(table, "-");
}

static void show_transfers(const struct profile *p)
{
	struct text_table table;

	if (!(p->requests[0] + p->requests[1]))
		return;
	printf("\nrequests      %" PRIu64 " read, %" PRIu64 " write, %" PRIu64 " failed\n",
	       p->requests[0], p->requests[1], p->failed_requests);
	text_table_init(&table, 5, 3);
	text_table_add(&table, "device");
	text_table_add(&table, "direction");
	text_table_add(&table, "pieces");
	text_table_add(&table, "bytes");
	text_table_add(&table, "of them overlay");
	for (int i = 0; i < 16; i++) {
		add_transfers(&table, "image", i, "read", &p->disk[i][0], true);
		add_transfers(&table, "image", i, "write", &p->disk[i][1], true);
	}
	add_transfers(&table, "network", -1, "receive", &p->network[0], false);
	add_transfers(&table, "network", -1, "send", &p->network[1], false);
	text_table_print(&table, stdout);
}

struct ranked {
	unsigned row;
	uint64_t instructions;
};

static int by_instructions(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->instructions != y->instructions)
		return x->instructions > y->instructions ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

static void add_per_call(struct text_table *table, const struct profile_row *row, uint64_t value,
			 int decimals)
{
	if (row->calls)
		text_table_number(table, (double)value / (double)row->calls, decimals);
	else
		text_table_add(table, "-");
}

static void add_service(struct text_table *table, unsigned number, const struct profile_row *row,
			uint64_t system)
{
	char name[PROFILE_NAME_BYTES];

	text_table_add(table, "%s", profile_row_name(number, name));
	if (profile_row_is_system(number))
		text_table_number(table, percent(row->own.instructions, system), 1);
	else
		text_table_add(table, "-");
	if (row->calls)
		text_table_add(table, "%" PRIu64, row->calls);
	else
		text_table_add(table, "-");
	text_table_add(table, "%" PRIu64, row->own.instructions);
	add_per_call(table, row, row->own.instructions, 0);
	add_per_call(table, row, row->nested.instructions, 0);
	add_per_call(table, row, row->own.loads, 0);
	add_per_call(table, row, row->own.stores, 0);
	add_per_call(table, row, row->own.tlb_writes, 2);
	add_per_call(table, row, row->own.privileged, 1);
	add_per_call(table, row, row->kernel_faults, 2);
}

static void show_services(const struct profile *p)
{
	static const char *const heads[] = {"service",	    "% of system",	"calls",
					    "instructions", "own/call",		"nested/call",
					    "loads",	    "stores",		"TLB wr.",
					    "privileged",   "kernel TLB faults"};
	enum { COLUMNS = sizeof(heads) / sizeof(*heads) };
	uint64_t system = instructions_of(p, true);
	struct ranked ranked[PROFILE_ROWS];
	struct text_table table;
	unsigned n = 0;

	for (unsigned i = 0; i < PROFILE_ROWS; i++)
		if (p->row[i].calls || p->row[i].own.instructions)
			ranked[n++] = (struct ranked){i, p->row[i].own.instructions};
	qsort(ranked, n, sizeof(*ranked), by_instructions);
	text_table_init(&table, COLUMNS, 1);
	for (unsigned i = 0; i < COLUMNS; i++)
		text_table_add(&table, "%s", heads[i]);
	for (unsigned i = 0; i < n; i++)
		add_service(&table, ranked[i].row, &p->row[ranked[i].row], system);
	putchar('\n');
	text_table_print(&table, stdout);
}

static void show(const struct profile *each, const struct profile *sum, unsigned n)
{
	show_shares(each, sum, n);
	show_sources(sum);
	show_transfers(sum);
	show_services(sum);
}

int profile_show(const struct trace *t, bool quiet, struct error *err)
{
	unsigned n = trace_info_of(t)->processors;
	struct profile *each = calloc(n + 1, sizeof(*each)), *sum = each + n;
	struct progress progress;
	uint64_t done = 0, records = 0;
	int rc = 0;

	if (!each)
		abort();
	for (unsigned i = 0; i < n; i++)
		records += trace_totals_of(t, i)->records;
	progress_begin(&progress, "profile", "records", records, quiet);
	for (unsigned i = 0; i < n && !rc; i++) {
		profile_init(&each[i]);
		rc = read_profile(t, i, &each[i], &progress, &done, err);
		profile_add(sum, &each[i]);
		profile_release(&each[i]);
	}
	progress_end(&progress, done);
	if (!rc)
		show(each, sum, n);
	free(each);
	return rc;
}
