/* SPDX-License-Identifier: MIT */
/*
 * Trace files for people: provenance, totals and sizes; kinds, pages and region of interest; single
 * records with their argument taken apart. "Bytes per reference" counts instruction fetches and
 * data references alike; the larger number that counts data references only stands beside it.
 */
#include "sim/trace_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/progress.h"

#define PAGES (1u << 20)

static void show_images(const struct trace_info *info)
{
	struct trace_image images[TRACE_MAX_IMAGES];
	struct error ignored; /* trace_open has read them */
	int n = trace_images(info->images, images, &ignored);

	for (int i = 0; i < n; i++)
		printf("image %-7d %.*s, %s, %" PRIu64 " sectors, hash %s\n", i,
		       (int)images[i].name_bytes, images[i].name,
		       images[i].shared ? "shared" : "private", images[i].sectors, images[i].hash);
}

static void show_provenance(const struct trace *t)
{
	const struct trace_info *info = trace_info_of(t);

	printf("source        %s\n", info->source);
	printf("guest         %s\n", info->guest);
	if (*info->command)
		printf("command       %s\n", info->command);
	printf("guest hash    %s\n", info->guest_hash);
	if (*info->core_version)
		printf("core          %s\n", info->core_version);
	if (*info->board)
		printf("board         %s\n", info->board);
	printf("processors    %u%s%s\n", info->processors, *info->model ? " " : "", info->model);
	printf("memory        %" PRIu64 " MiB\n", info->ram_bytes >> 20);
	if (info->tlb_entries)
		printf("TLB           %u entries\n", info->tlb_entries);
	show_images(info);
	printf("recorded      %s\n", info->region_only ? "region of interest" : "everything");
	printf("trace hash    %s\n", trace_hash(t));
}

static void show_totals(const struct trace *t)
{
	unsigned n = trace_info_of(t)->processors;
	struct trace_totals sum = {0};

	printf("\n%-9s", "processor");
#define X(name, unit, help) printf(" %13s", #name);
	TRACE_TOTALS(X)
#undef X
	for (unsigned p = 0; p < n; p++) {
		const struct trace_totals *totals = trace_totals_of(t, p);

		printf("\n%-9u", p);
#define X(name, unit, help)                  \
	printf(" %13" PRIu64, totals->name); \
	sum.name += totals->name;
		TRACE_TOTALS(X)
#undef X
	}
	if (n > 1) {
		printf("\n%-9s", "all");
#define X(name, unit, help) printf(" %13" PRIu64, sum.name);
		TRACE_TOTALS(X)
#undef X
	}
	printf("\n\n");
	{
		uint64_t data = sum.loads + sum.stores, all = data + sum.instructions;
		uint64_t bytes = trace_compressed_bytes(t);

		printf("file          %" PRIu64 " bytes, of which records %" PRIu64 "\n",
		       trace_file_bytes(t), bytes);
		if (all)
			printf("per reference %.3f bytes (instructions, loads and stores)\n",
			       (double)bytes / (double)all);
		if (data)
			printf("per data ref. %.3f bytes (loads and stores only)\n",
			       (double)bytes / (double)data);
	}
}

/* What a full read adds up. */
struct survey {
	uint64_t kinds[256], region_instructions;
	uint8_t *pages; /* virtual; bit 0: fetched, 1: loaded, 2: stored */
	bool region;
};

static void survey_record(struct survey *s, struct record r)
{
	uint32_t arg = record_arg(r), page = r.addr >> 12, last;
	uint32_t instructions = 0;

	s->kinds[record_kind(r)]++;
	switch (record_kind(r)) {
	case RECORD_RUN:
	case RECORD_FETCH:
		instructions = record_kind(r) == RECORD_RUN ? arg : 1;
		last = record_kind(r) == RECORD_RUN ? 4 * arg - 1 : arg - 1;
		last = last > UINT32_MAX - r.addr ? PAGES - 1 : (r.addr + last) >> 12;
		for (; page <= last; page++)
			s->pages[page] |= 1;
		break;
	case RECORD_LOAD:
		s->pages[page] |= 2;
		break;
	case RECORD_STORE:
		s->pages[page] |= 4;
		break;
	case RECORD_REGION_BEGIN:
		s->region = true;
		break;
	case RECORD_REGION_END:
		s->region = false;
		break;
	default:
		break;
	}
	s->region_instructions += s->region ? instructions : 0;
}

int trace_show_survey(const struct trace *t, struct error *err)
{
	unsigned n = trace_info_of(t)->processors;
	struct survey s = {.pages = calloc(PAGES, 1)};
	uint64_t touched[3] = {0}, any = 0;
	int rc = 0;

	for (unsigned p = 0; p < n && !rc; p++) {
		const struct record *records;
		struct trace_cursor cursor;
		long got;

		s.region = trace_info_of(t)->region_only;
		trace_cursor_init(&cursor, t, p);
		while ((got = trace_cursor_next(&cursor, &records, err)) > 0 && !interrupted())
			for (long i = 0; i < got; i++)
				survey_record(&s, records[i]);
		rc = got < 0 ? -1 : got ? error_set(err, "interrupted") : 0;
		trace_cursor_release(&cursor);
	}
	for (uint32_t page = 0; page < PAGES; page++) {
		any += s.pages[page] != 0;
		for (int i = 0; i < 3; i++)
			touched[i] += s.pages[page] >> i & 1;
	}
	free(s.pages);
	if (rc)
		return rc;
	printf("\nrecords by kind\n");
	for (unsigned k = 0; k < RECORD_KIND_COUNT; k++)
		if (s.kinds[k])
			printf("  %-13s %13" PRIu64 "\n", record_kind_name(k), s.kinds[k]);
	printf("\nvirtual pages of 4 KiB touched (any address space): %" PRIu64 " (fetched %" PRIu64
	       ", loaded %" PRIu64 ", stored %" PRIu64 ")\n",
	       any, touched[0], touched[1], touched[2]);
	printf("instructions in the region of interest: %" PRIu64 "\n", s.region_instructions);
	return 0;
}

void trace_show_header(const struct trace *t)
{
	show_provenance(t);
	show_totals(t);
}

static void show_tlb_write(uint32_t arg)
{
	printf("entry %u, 2^%u bytes a page,%s%s%s%s%s%s", TLBW_INDEX(arg), TLBW_PAGE_SHIFT(arg),
	       arg & TLBW_VALID0 ? " V0" : "", arg & TLBW_DIRTY0 ? " D0" : "",
	       arg & TLBW_VALID1 ? " V1" : "", arg & TLBW_DIRTY1 ? " D1" : "",
	       arg & TLBW_GLOBAL ? " G" : "", arg & TLBW_RANDOM ? " random" : "");
}

static const char *source_name(unsigned source)
{
	static const char *const names[] = {
#define X(name, word) word,
		SOURCES(X)
#undef X
	};

	return source < SOURCE_COUNT ? names[source] : "?";
}

static void show_request(uint32_t arg)
{
	printf("%s %s%s", source_name(IO_SOURCE(arg)), arg & IO_WRITE ? "write" : "read",
	       arg & IO_FAILED ? ", failed" : "");
}

static void show_disk(uint32_t arg)
{
	printf("image %u, %s, %u sectors from sector %u of the block%s", DISK_IMAGE(arg),
	       arg & DISK_WRITE ? "write" : "read", DISK_SECTORS(arg), DISK_FIRST(arg),
	       arg & DISK_OVERLAY ? ", overlay" : "");
}

static void show_argument(struct record r)
{
	static const char *const modes[] = {"kernel", "supervisor", "user", "reserved mode"};
	static const char *const classes[] = {"lock", "barrier", "event"};
	static const char *const privileged[] = {
#define X(name) #name,
		PRIV_KINDS(X)
#undef X
	};
	uint32_t arg = record_arg(r);

	switch (record_kind(r)) {
	case RECORD_RUN:
		printf("%u instructions", arg);
		break;
	case RECORD_FETCH:
		printf("%u bytes", arg);
		break;
	case RECORD_LOAD:
	case RECORD_STORE:
		printf("%u bytes, instruction %u%s%s%s", REF_BYTES(arg), REF_INDEX(arg),
		       arg & REF_LINKED ? ", linked" : "", arg & REF_MODIFY ? ", modify" : "",
		       arg & REF_CONTINUES ? ", continues" : "");
		break;
	case RECORD_MAP:
		printf("physical page 0x%05x%s%s%s", arg, r.addr & MAP_WRITABLE ? ", writable" : "",
		       r.addr & MAP_GLOBAL ? ", global" : "",
		       r.addr & MAP_UNCACHED ? ", uncached" : "");
		break;
	case RECORD_MODE:
		printf("%s%s", modes[MODE_OF(arg)], arg & MODE_EXL ? ", exception level" : "");
		break;
	case RECORD_EXCEPTION:
		printf("code %u%s%s, interrupts 0x%02x", EXC_CODE(arg),
		       arg & EXC_REFILL ? ", refill" : "",
		       arg & EXC_DELAY_SLOT ? ", delay slot" : "", EXC_INTERRUPTS(arg));
		break;
	case RECORD_TLB_WRITE:
	case RECORD_TLB_SNAPSHOT:
		show_tlb_write(arg);
		break;
	case RECORD_PRIVILEGED:
		printf("%s, register %u select %u",
		       PRIV_KIND(arg) < PRIV_KIND_COUNT ? privileged[PRIV_KIND(arg)] : "?",
		       PRIV_REGISTER(arg) >> 3, PRIV_REGISTER(arg) & 7);
		break;
	case RECORD_IDLE_END:
	case RECORD_INTERRUPT:
		printf("%s", source_name(arg));
		break;
	case RECORD_IO_BEGIN:
	case RECORD_IO_END:
		show_request(arg);
		break;
	case RECORD_DISK:
		show_disk(arg);
		break;
	case RECORD_NETWORK:
		printf("%s%s", arg & NETWORK_SEND ? "send" : "receive",
		       arg & NETWORK_FIRST ? ", first of its frame" : "");
		break;
	case RECORD_SYNC_SIGNAL:
	case RECORD_SYNC_WAIT:
	case RECORD_SYNC_PASS:
		printf("%s", arg < SYNC_CLASS_COUNT ? classes[arg] : "?");
		break;
	default:
		printf("%u", arg);
	}
}

static bool executes(struct record r, uint64_t *instructions, uint64_t wanted)
{
	if (record_kind(r) == RECORD_RUN)
		*instructions += record_arg(r);
	else if (record_kind(r) == RECORD_FETCH)
		*instructions += 1;
	return *instructions > wanted;
}

int trace_show_records(const struct trace *t, unsigned processor, bool by_instruction,
		       uint64_t from, uint64_t count, struct error *err)
{
	const struct trace_totals *totals = trace_totals_of(t, processor);
	const struct record *records;
	struct trace_cursor cursor;
	uint64_t record, instructions;
	bool found = !by_instruction;
	long n = 0;

	if (from > 0 && from >= (by_instruction ? totals->instructions : totals->records))
		return error_set(err, "%s: processor %u has no %s %" PRIu64 "; it has %" PRIu64,
				 trace_path(t), processor,
				 by_instruction ? "instruction" : "record", from,
				 by_instruction ? totals->instructions : totals->records);
	trace_cursor_init(&cursor, t, processor);
	record = by_instruction ? trace_cursor_seek_instruction(&cursor, from, &instructions)
				: trace_cursor_seek_record(&cursor, from, NULL);
	while (count && !ferror(stdout) && (n = trace_cursor_next(&cursor, &records, err)) > 0) {
		for (long i = 0; i < n && count && !interrupted(); i++, record++) {
			if (!found)
				found = executes(records[i], &instructions, from);
			if (!found || (!by_instruction && record < from))
				continue;
			printf("%10" PRIu64 "  %-12s  0x%08x  ", record,
			       record_kind_name(record_kind(records[i])), records[i].addr);
			show_argument(records[i]);
			putchar('\n');
			count--;
		}
		if (interrupted()) {
			n = error_set(err, "interrupted");
			break;
		}
	}
	trace_cursor_release(&cursor);
	return n < 0 ? -1 : 0;
}
