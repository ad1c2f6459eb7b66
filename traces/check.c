/* SPDX-License-Identifier: MIT */
/*
 * The order rules of sim/base/record.h as a state machine over one processor's stream. Spans (idle,
 * zeroing, waiting, region) must not nest; one may be open at the end, where the guest was stopped,
 * and a trace of a region only may begin inside one. A request's parts stand right behind its
 * IO_BEGIN, each in one page of memory, and move data in the request's direction; what a shared
 * image's guest writes goes to the overlay.
 */
#include "traces/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WRONG(...) return wrong(c, r, err, __VA_ARGS__)

void stream_check_init(struct stream_check *c, const struct trace_info *info)
{
	struct error ignored; /* a trace is not opened, nor written, with images that are none */
	int n;

	memset(c, 0, sizeof(*c));
	c->info = info;
	n = trace_images(info->images, c->images, &ignored);
	c->image_count = n > 0 ? (unsigned)n : 0;
}

static int __attribute__((format(printf, 4, 5)))
wrong(const struct stream_check *c, struct record r, struct error *err, const char *fmt, ...)
{
	const char *name = record_kind_name(record_kind(r));
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return error_set(err, "record %" PRIu64 " (%s): %s", c->record, name ? name : "unknown",
			 text);
}

static int check_reference(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r), index = REF_INDEX(arg);

	if (REF_BYTES(arg) < 1 || REF_BYTES(arg) > 8)
		WRONG("%u bytes; wanted 1 to 8", REF_BYTES(arg));
	if (!c->run && c->info->tlb_entries)
		WRONG("no run before it");
	if (c->run ? index >= c->run : index)
		WRONG("instruction %u of a run of %u", index, c->run);
	if (index < c->index)
		WRONG("instruction %u after instruction %u of the same run", index, c->index);
	c->index = index;
	c->requesting = false;
	return 0;
}

static int check_begin(const struct stream_check *c, struct record r, bool *open, struct error *err)
{
	if (*open)
		WRONG("one is open already");
	*open = true;
	return 0;
}

static int check_end(const struct stream_check *c, struct record r, bool *open, bool *was,
		     struct error *err)
{
	if (!*open && (*was || !c->info->region_only))
		WRONG("none is open");
	*open = false;
	*was = true;
	return 0;
}

static int check_tlb(const struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);

	if (TLBW_INDEX(arg) >= c->info->tlb_entries)
		WRONG("entry %u of a TLB of %u", TLBW_INDEX(arg), c->info->tlb_entries);
	if (TLBW_PAGE_SHIFT(arg) < 12 || TLBW_PAGE_SHIFT(arg) > 28)
		WRONG("pages of 2^%u bytes; wanted 2^12 to 2^28", TLBW_PAGE_SHIFT(arg));
	return 0;
}

static int check_sync(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);

	if (arg >= SYNC_CLASS_COUNT)
		WRONG("class %u; wanted 0 to %d", arg, SYNC_CLASS_COUNT - 1);
	if (record_kind(r) == RECORD_SYNC_WAIT) {
		if (check_begin(c, r, &c->waiting, err))
			return -1;
		c->wait_object = r.addr;
		c->wait_class = arg;
	} else if (record_kind(r) == RECORD_SYNC_PASS) {
		if (c->waiting && (c->wait_object != r.addr || c->wait_class != arg))
			WRONG("of 0x%08x, class %u, while it waits for 0x%08x, class %u", r.addr,
			      arg, c->wait_object, c->wait_class);
		c->waiting = false;
		c->wants_operand = true;
		c->totals.sync_passes++;
	}
	return 0;
}

static int check_zero_end(struct stream_check *c, struct record r, struct error *err)
{
	if (c->zeroing && c->zero_page != r.addr)
		WRONG("of page 0x%08x, while 0x%08x is being zeroed", r.addr, c->zero_page);
	return check_end(c, r, &c->zeroing, &c->was_zeroing, err);
}

static int check_run(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);

	if (record_kind(r) == RECORD_RUN) {
		if (arg < 1 || arg > 65535)
			WRONG("%u instructions; wanted 1 to 65535", arg);
		if (r.addr & 3)
			WRONG("address 0x%08x; wanted a multiple of 4", r.addr);
	} else {
		if (arg < 1 || arg > 255)
			WRONG("%u bytes; wanted 1 to 255", arg);
		if (c->info->tlb_entries)
			WRONG("only imported traces have it");
		arg = 1;
	}
	c->run = arg;
	c->index = 0;
	c->requesting = false;
	c->totals.instructions += arg;
	return 0;
}

static int check_request(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);
	bool begins = record_kind(r) == RECORD_IO_BEGIN;

	if (IO_SOURCE(arg) != SOURCE_DISK && IO_SOURCE(arg) != SOURCE_NETWORK)
		WRONG("source %u; wanted %d (disk) or %d (network)", IO_SOURCE(arg), SOURCE_DISK,
		      SOURCE_NETWORK);
	if (arg & ~(15u | IO_WRITE | (begins ? 0 : IO_FAILED)))
		WRONG("flags 0x%x", arg & ~15u);
	if (!begins)
		return 0;
	if (c->has_begun && r.addr <= c->request)
		WRONG("number %u after number %u", r.addr, c->request);
	c->totals.requests++;
	c->requesting = c->has_begun = true;
	c->has_frame = false;
	c->request = r.addr;
	c->request_arg = arg;
	return 0;
}

static int check_disk(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r), first = DISK_FIRST(arg), sectors = DISK_SECTORS(arg);
	const struct trace_image *image = &c->images[DISK_IMAGE(arg)];

	if (DISK_IMAGE(arg) >= c->image_count)
		WRONG("image %u; the machine has %u", DISK_IMAGE(arg), c->image_count);
	if (sectors < 1 || first + sectors > 8)
		WRONG("%u sectors from sector %u of a block; a block has 8", sectors, first);
	if (8 * (uint64_t)r.addr + first + sectors > image->sectors)
		WRONG("block %u of an image of %" PRIu64 " sectors", r.addr, image->sectors);
	if (!image->shared && arg & DISK_OVERLAY)
		WRONG("in the overlay of image %u, which is private", DISK_IMAGE(arg));
	if (image->shared && (arg & (DISK_OVERLAY | DISK_WRITE)) == DISK_WRITE)
		WRONG("written to image %u, which is shared", DISK_IMAGE(arg));
	c->piece_bytes = 512 * sectors;
	return 0;
}

static int check_network(struct stream_check *c, struct record r, struct error *err)
{
	if (r.addr < 1 || r.addr > 4096)
		WRONG("%u bytes; wanted 1 to 4096", r.addr);
	if (!c->has_frame && !(record_arg(r) & NETWORK_FIRST))
		WRONG("a request's first piece, not marked as the first of its frame");
	c->has_frame = true;
	c->piece_bytes = r.addr;
	return 0;
}

/* DISK and NETWORK. */
static int check_part(struct stream_check *c, struct record r, struct error *err)
{
	bool disk = record_kind(r) == RECORD_DISK;
	bool out = record_arg(r) & (disk ? DISK_WRITE : NETWORK_SEND);

	if (!c->requesting)
		WRONG("no io_begin before it");
	if (IO_SOURCE(c->request_arg) != (disk ? SOURCE_DISK : SOURCE_NETWORK))
		WRONG("of a request to another device");
	if (out != (bool)(c->request_arg & IO_WRITE))
		WRONG("against the direction of its request");
	c->wants_operand = true;
	return disk ? check_disk(c, r, err) : check_network(c, r, err);
}

static int check_operand(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t bytes = c->piece_bytes;

	c->wants_operand = false;
	c->piece_bytes = 0;
	if (bytes && (r.addr & 0xfff) + bytes > 4096)
		WRONG("%u bytes at 0x%08x are not in one page", bytes, r.addr);
	if (bytes && r.addr + (uint64_t)bytes > c->info->ram_bytes)
		WRONG("%u bytes at 0x%08x, and %" PRIu64 " bytes of memory", bytes, r.addr,
		      c->info->ram_bytes);
	return 0;
}

static int check_source(const struct stream_check *c, struct record r, struct error *err)
{
	if (record_arg(r) >= SOURCE_COUNT)
		WRONG("source %u; wanted 0 to %d", record_arg(r), SOURCE_COUNT - 1);
	return 0;
}

/* The kinds that end a run. */
static int check_event(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);

	c->run = c->index = 0;
	if (record_kind(r) != RECORD_DISK && record_kind(r) != RECORD_NETWORK)
		c->requesting = false;
	switch (record_kind(r)) {
	case RECORD_MODE:
		if (MODE_OF(arg) > MODE_USER)
			WRONG("mode %u; wanted 0 to 2", MODE_OF(arg));
		return 0;
	case RECORD_EXCEPTION:
		c->wants_operand = true;
		c->totals.exceptions++;
		c->totals.tlb_refills += (arg & EXC_REFILL) != 0;
		return 0;
	case RECORD_TLB_WRITE:
	case RECORD_TLB_SNAPSHOT:
		return check_tlb(c, r, err);
	case RECORD_PRIVILEGED:
		if (PRIV_KIND(arg) >= PRIV_KIND_COUNT)
			WRONG("instruction %u; wanted 0 to %d", PRIV_KIND(arg),
			      PRIV_KIND_COUNT - 1);
		return 0;
	case RECORD_IDLE_BEGIN:
		c->totals.idles++;
		return check_begin(c, r, &c->idle, err);
	case RECORD_IDLE_END:
		c->wants_operand = true;
		if (check_source(c, r, err))
			return -1;
		return check_end(c, r, &c->idle, &c->was_idle, err);
	case RECORD_INTERRUPT:
		c->totals.interrupts++;
		return check_source(c, r, err);
	case RECORD_IO_BEGIN:
	case RECORD_IO_END:
		return check_request(c, r, err);
	case RECORD_DISK:
	case RECORD_NETWORK:
		return check_part(c, r, err);
	case RECORD_SYNC_SIGNAL:
	case RECORD_SYNC_WAIT:
	case RECORD_SYNC_PASS:
		return check_sync(c, r, err);
	case RECORD_REGION_BEGIN:
		return check_begin(c, r, &c->region, err);
	case RECORD_REGION_END:
		return check_end(c, r, &c->region, &c->was_region, err);
	case RECORD_ZERO_BEGIN:
		c->zero_page = r.addr;
		return check_begin(c, r, &c->zeroing, err);
	case RECORD_ZERO_END:
		return check_zero_end(c, r, err);
	case RECORD_ERET:
	case RECORD_PHASE:
	case RECORD_PAGE_FREED:
	case RECORD_INPUT_OUTPUT:
		return 0;
	default:
		WRONG("kind %u; wanted 1 to %d", record_kind(r), RECORD_KIND_COUNT - 1);
	}
}

int stream_check_next(struct stream_check *c, struct record r, struct error *err)
{
	enum record_kind kind = record_kind(r);
	int rc = 0;

	if (c->wants_operand != (kind == RECORD_OPERAND))
		WRONG("%s", c->wants_operand ? "the record before it wants an operand"
					     : "the record before it has no operand");
	switch (kind) {
	case RECORD_RUN:
	case RECORD_FETCH:
		rc = check_run(c, r, err);
		break;
	case RECORD_LOAD:
	case RECORD_STORE:
		rc = check_reference(c, r, err);
		c->totals.loads += kind == RECORD_LOAD;
		c->totals.stores += kind == RECORD_STORE;
		break;
	case RECORD_MAP:
		if (record_arg(r) > 0xfffff)
			WRONG("physical page 0x%x; wanted at most 0xfffff", record_arg(r));
		c->totals.maps++;
		c->requesting = false;
		break;
	case RECORD_CACHE_OP:
		c->requesting = false;
		break;
	case RECORD_OPERAND:
		rc = check_operand(c, r, err);
		break;
	default:
		rc = check_event(c, r, err);
	}
	c->record++;
	c->totals.records++;
	return rc;
}

int stream_check_end(const struct stream_check *c, const struct trace_totals *stated,
		     struct error *err)
{
	if (c->wants_operand)
		return error_set(err,
				 "record %" PRIu64 ": the stream ends where an operand should be",
				 c->record);
#define X(name, unit, help)                                                                      \
	if (c->totals.name != stated->name)                                                      \
		return error_set(err, "%" PRIu64 " " #name " counted; the file states %" PRIu64, \
				 c->totals.name, stated->name);
	TRACE_TOTALS(X)
#undef X
	return 0;
}
