/* SPDX-License-Identifier: MIT */
/*
 * The order rules of sim/base/record.h as a state machine over one processor's stream. Spans (idle,
 * zeroing, waiting, region) must not nest; one may be open at the end, where the guest was stopped,
 * and a trace of a region only may begin inside one.
 */
#include "traces/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WRONG(...) return wrong(c, r, err, __VA_ARGS__)

void stream_check_init(struct stream_check *c, const struct trace_info *info)
{
	memset(c, 0, sizeof(*c));
	c->info = info;
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
	c->totals.instructions += arg;
	return 0;
}

/* The kinds that end a run. */
static int check_event(struct stream_check *c, struct record r, struct error *err)
{
	uint32_t arg = record_arg(r);

	c->run = c->index = 0;
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
		return check_begin(c, r, &c->idle, err);
	case RECORD_IDLE_END:
		c->wants_operand = true;
		return check_end(c, r, &c->idle, &c->was_idle, err);
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
		break;
	case RECORD_CACHE_OP:
		break;
	case RECORD_OPERAND:
		c->wants_operand = false;
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
