/* SPDX-License-Identifier: MIT */
/*
 * A processor's records, one after the other. One cycle an instruction; instructions are fetched by
 * first-level line, the data references of a run at the instruction that makes them.
 *
 * Left out: spinning (from SYNC_WAIT to its SYNC_PASS, with the exceptions taken meanwhile; one
 * reference to the object, a store for a lock, replaces it), refill handlers that the modelled TLB
 * or the monitor's L2TLB makes unnecessary (to the matching ERET), and zeroing that the monitor
 * does (ZERO_BEGIN to ZERO_END, disco only). In what is left out, only what changes the meaning of
 * later records counts: MAP, MODE, TLB writes (at no cost), signals, and the order of inner passes.
 *
 * An exception while EXL is set does not nest: the inner handler's ERET returns from both. CACHE
 * and PREF take their instruction's cycle and leave the modelled caches alone, under every system:
 * the modelled machine has physically indexed caches and coherent devices, and a kernel for it
 * would not execute them. Devices and idle time: devices.c.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim/replay/machine.h"

enum step stream_error(struct machine *m, struct processor *p, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	error_set(m->err, "processor %u, record %llu: %s", p->number,
		  (unsigned long long)(p->chunk_first + (uint64_t)(p->next - p->chunk)), text);
	return FAILED;
}

void stream_set_mode(struct processor *p, bool kernel)
{
	struct processor_counters *c = &p->count;

	p->at = kernel ? (struct mode_times){&c->kernel_cycles, &c->kernel_cache_cycles,
					     &c->kernel_local_cycles, &c->kernel_remote_cycles}
		       : (struct mode_times){&c->user_cycles, &c->user_cache_cycles,
					     &c->user_local_cycles, &c->user_remote_cycles};
}

static enum step fetch_line(struct machine *m, struct processor *p, uint32_t va)
{
	uint32_t tag = p->asid_tag | va >> 12;
	const struct shortcut *s = &p->shortcut[(va >> 12) & (SHORTCUTS - 1)];
	enum step step;
	bool uncached;

	if (s->read_tag == tag) {
		step = access_code(m, p, s, va & 0xfff);
	} else {
		step = translate_virtual(m, p, va, false, &s, &uncached);
		if (step != DONE)
			return step;
		if (uncached) { /* each instruction again: no line to remember */
			p->fetch_line = NO_FETCH_LINE;
			if (s->page != UINT32_MAX)
				return access_uncached(m, p, s);
			devices_access(m, p);
			return DONE;
		}
		step = access_code(m, p, s, va & 0xfff);
	}
	if (step == DONE)
		p->fetch_line = va >> p->l1i.line_shift;
	return step;
}

/* Executes the run's instructions up to (not including) number `to`. */
static inline enum step fetch_to(struct machine *m, struct processor *p, uint32_t to)
{
	uint32_t line_bytes = 1u << p->l1i.line_shift;

	while (p->run_done < to) {
		uint32_t va = p->run_addr + 4 * p->run_done;
		uint32_t n = (line_bytes - (va & (line_bytes - 1)) + 3) / 4;

		if (va >> p->l1i.line_shift != p->fetch_line) {
			enum step step = fetch_line(m, p, va);

			if (step != DONE)
				return step;
			p->count.l1i_misses += p->code_missed;
			p->code_missed = false;
			if (p->fetch_line == NO_FETCH_LINE)
				n = 1;
		}
		if (n > to - p->run_done)
			n = to - p->run_done;
		p->run_done += n;
		p->time += n;
		*p->at.run += n;
	}
	return DONE;
}

/* One instruction of any size (imported traces). */
static enum step fetch_bytes(struct machine *m, struct processor *p, uint32_t va, uint32_t bytes)
{
	uint32_t line_bytes = 1u << p->l1i.line_shift;
	uint32_t lines = ((va & (line_bytes - 1)) + bytes - 1) >> p->l1i.line_shift;

	if (!bytes)
		return stream_error(m, p, "fetch of 0 bytes");
	for (uint32_t i = 0; i <= lines; i++) {
		uint32_t at = i ? (va & ~(line_bytes - 1)) + i * line_bytes : va;

		if (at >> p->l1i.line_shift != p->fetch_line) {
			enum step step = fetch_line(m, p, at);

			if (step != DONE)
				return step;
		}
	}
	p->count.l1i_misses += p->code_missed;
	p->code_missed = false;
	charge(p, p->at.run, 1);
	p->count.instructions++;
	p->run_length = p->run_done = 1;
	return DONE;
}

/* Whether the reference is a first-level hit that needs nothing else; then it is done. */
static inline bool hits(struct processor *p, uint32_t va, bool write)
{
	const struct shortcut *s = &p->shortcut[(va >> 12) & (SHORTCUTS - 1)];
	uint32_t id;

	if ((write ? s->write_tag : s->read_tag) != (p->asid_tag | va >> 12))
		return false;
	id = cache_find(&p->l1d, ((uint64_t)s->machine_page << PAGE_SHIFT | (va & 0xfff)) >>
					 p->l1d.line_shift);
	if (id == CACHE_MISS || (write && p->l1d.state[id] != LINE_MODIFIED))
		return false;
	cache_touch(&p->l1d, id);
	return true;
}

static enum step data_at(struct machine *m, struct processor *p, uint32_t va, bool write)
{
	const struct shortcut *s = &p->shortcut[(va >> 12) & (SHORTCUTS - 1)];
	bool uncached = false;
	enum step step;

	if ((write ? s->write_tag : s->read_tag) != (p->asid_tag | va >> 12)) {
		step = translate_virtual(m, p, va, write, &s, &uncached);
		if (step != DONE)
			return step;
	}
	if (!uncached)
		return access_data(m, p, s, va & 0xfff, write);
	if (s->page != UINT32_MAX)
		return access_uncached(m, p, s);
	devices_access(m, p);
	return DONE;
}

/* What is not a plain hit. A reference in pieces (or over two lines) misses once, if any does. */
static enum step other_reference(struct machine *m, struct processor *p, struct record r,
				 bool write)
{
	uint32_t arg = record_arg(r), last = r.addr + REF_BYTES(arg) - 1;
	bool goes_on = arg & REF_CONTINUES;
	enum step step = data_at(m, p, r.addr, write);

	if (step == DONE && (last ^ r.addr) >> p->l1d.line_shift && REF_BYTES(arg))
		step = data_at(m, p, last, write);
	if (step != DONE)
		return step;
	if (p->ref_missed) {
		p->count.l1d_misses += !(goes_on && p->last_missed);
		p->ref_missed = false;
		p->last_missed = true;
	} else {
		p->last_missed &= goes_on;
	}
	return DONE;
}

static inline enum step reference(struct machine *m, struct processor *p, struct record r,
				  bool write)
{
	uint32_t arg = record_arg(r), index = REF_INDEX(arg), line = 1u << p->l1d.line_shift;
	enum step step;

	if (index >= p->run_done) {
		if (index < p->run_length)
			step = fetch_to(m, p, index + 1);
		else if (p->imported && !p->run_length && !index)
			step = DONE; /* a trace of data alone, or before its first instruction */
		else
			return stream_error(m, p, "reference of instruction %u in a run of %u",
					    index, p->run_length);
		if (step != DONE)
			return step;
	}
	if ((r.addr & (line - 1)) + REF_BYTES(arg) <= line && hits(p, r.addr, write)) {
		p->last_missed &= (arg & REF_CONTINUES) != 0;
	} else {
		step = other_reference(m, p, r, write);
		if (step != DONE)
			return step;
	}
	++*(write ? &p->count.stores : &p->count.loads);
	return DONE;
}

static void left_out_changes(struct processor *p)
{
	p->skipping = p->span_depth || p->handler_depth || p->zeroing;
}

static enum step sync_begin(struct machine *m, struct processor *p, uint64_t object)
{
	if (p->span_depth && p->span[p->span_depth - 1] == object)
		return DONE; /* marked again after an interruption */
	if (p->span_depth == SPAN_DEPTH)
		return stream_error(m, p, "waits for more than %u objects at once", SPAN_DEPTH);
	p->span[p->span_depth++] = object;
	left_out_changes(p);
	return DONE;
}

/* The end of a wait: first its turn comes, then the object is referenced. */
static enum step sync_end(struct machine *m, struct processor *p, struct record r, uint32_t count)
{
	uint64_t object = ((uint64_t)p->page_base << PAGE_SHIFT) + r.addr;
	bool write = record_arg(r) == SYNC_LOCK;
	struct shortcut s;
	enum step step;

	if (p->span_depth && p->span[p->span_depth - 1] != object)
		return stream_error(m, p, "passes object 0x%08x while it waits for another",
				    r.addr);
	if (!p->passing) {
		if (!turn_at(m, p, p->time) || !objects_pass(m, p, object, count))
			return BLOCKED;
		p->passing = true;
	}
	if (p->span_depth < 2 && !p->handler_depth && !p->zeroing) {
		step = translate_physical(m, p, r.addr, write, &s);
		if (step == DONE)
			step = access_data(m, p, &s, r.addr & 0xfff, write);
		if (step != DONE)
			return step;
		p->count.l1d_misses += p->ref_missed;
		p->ref_missed = false;
	}
	p->passing = false;
	p->count.sync_passes++;
	if (p->span_depth)
		p->span_depth--;
	left_out_changes(p);
	return DONE;
}

static enum step sync_counts(struct machine *m, struct processor *p, struct record r)
{
	if (!turn_at(m, p, p->time))
		return BLOCKED;
	objects_signal(m, p, ((uint64_t)p->page_base << PAGE_SHIFT) + r.addr);
	return DONE;
}

static void mode(struct processor *p, struct record r)
{
	uint32_t arg = record_arg(r), tag = (r.addr & 0xff) << 20;

	p->exl = arg & MODE_EXL;
	stream_set_mode(p, p->exl || MODE_OF(arg) != MODE_USER);
	if (tag != p->asid_tag) {
		p->asid_tag = tag;
		p->fetch_line = NO_FETCH_LINE;
	}
}

static enum step exception(struct machine *m, struct processor *p, struct record r,
			   uint32_t operand)
{
	bool executed;
	enum step step;

	p->exl = true;
	stream_set_mode(p, true);
	if (!(record_arg(r) & EXC_REFILL)) {
		if (m->system == SYSTEM_DISCO) {
			p->count.traps++;
			charge(p, &p->count.monitor_trap_cycles, m->params->forward_cycles);
		}
		return DONE;
	}
	step = translate_refill(m, p, operand, &executed);
	if (step == DONE && !executed) {
		p->handler_depth = 1;
		left_out_changes(p);
	}
	return step;
}

/* An instruction under the monitor that the guest's supervisor mode has no right to. */
static void emulate(struct machine *m, struct processor *p, uint64_t *counter)
{
	if (m->system != SYSTEM_DISCO)
		return;
	++*counter;
	charge(p, &p->count.monitor_privileged_cycles, m->params->privileged_cycles);
}

static uint64_t *privileged_counter(struct processor *p, enum priv_kind kind)
{
	switch (kind) {
	case PRIV_MFC0:
		return &p->count.emulated_mfc0;
	case PRIV_MTC0:
		return &p->count.emulated_mtc0;
	case PRIV_DI:
	case PRIV_EI:
		return &p->count.emulated_di_ei;
	default:
		return &p->count.emulated_other;
	}
}

static void zero_begin(struct machine *m, struct processor *p, uint32_t pa_page)
{
	if (m->system != SYSTEM_DISCO)
		return;
	p->zeroing = true;
	p->zero_page = pa_page;
	left_out_changes(p);
	p->count.zeroed_pages++;
	charge(p, &p->count.monitor_call_cycles, cycles_of_ns(m->params, m->params->zero_page_ns));
}

/* A record with its operand, executed or left out. */
static enum step with_operand(struct machine *m, struct processor *p, uint32_t operand)
{
	struct record r = p->held;
	enum step step;

	if (record_kind(r) == RECORD_SYNC_PASS) {
		step = sync_end(m, p, r, operand);
		if (step != DONE)
			return step;
	} else if (record_kind(r) != RECORD_EXCEPTION) {
		step = devices_operand(m, p, r, operand);
		if (step != DONE)
			return step;
	} else if (p->skipping) {
		p->handler_depth += p->handler_depth && !p->exl;
		p->exl = true;
		p->count.tlb_dropped += (record_arg(r) & EXC_REFILL) != 0;
	} else {
		step = exception(m, p, r, operand);
		if (step != DONE)
			return step;
	}
	p->holding = false;
	return DONE;
}

/* Counts what is left out; it is either spinning or else skipped. */
static void count_left_out(struct processor *p, struct record r)
{
	uint64_t *instructions =
		p->span_depth ? &p->count.dropped_instructions : &p->count.skipped_instructions;
	uint64_t *references =
		p->span_depth ? &p->count.dropped_references : &p->count.skipped_references;
	uint32_t n;

	switch (record_kind(r)) {
	case RECORD_RUN:
	case RECORD_FETCH:
		n = record_kind(r) == RECORD_RUN ? record_arg(r) : 1;
		*instructions += n;
		p->count.instructions += n;
		break;
	case RECORD_LOAD:
	case RECORD_STORE:
		++*references;
		++*(record_kind(r) == RECORD_LOAD ? &p->count.loads : &p->count.stores);
		break;
	default:
		break;
	}
}

/* A kind that may end what is left out, or does not count there. */
static void left_out(struct processor *p, struct record r)
{
	switch (record_kind(r)) {
	case RECORD_ERET:
		p->exl = false;
		p->handler_depth -= p->handler_depth > 0;
		left_out_changes(p);
		break;
	case RECORD_ZERO_END:
		p->zeroing &= p->zero_page != r.addr;
		left_out_changes(p);
		break;
	default:
		break;
	}
}

/* Every kind but RUN, FETCH, LOAD and STORE. */
static enum step other(struct machine *m, struct processor *p, struct record r)
{
	enum record_kind kind = record_kind(r);

	if (p->holding != (kind == RECORD_OPERAND))
		return stream_error(m, p, "%s record out of place",
				    record_kind_name(kind) ? record_kind_name(kind) : "unknown");
	switch (kind) { /* what counts whether it is left out or not */
	case RECORD_MAP:
		translate_map(m, p, r);
		return DONE;
	case RECORD_MODE:
		mode(p, r);
		return DONE;
	case RECORD_EXCEPTION:
	case RECORD_SYNC_PASS:
	case RECORD_DISK:
	case RECORD_NETWORK:
	case RECORD_IDLE_END:
		p->held = r;
		p->holding = true;
		return DONE;
	case RECORD_OPERAND:
		return with_operand(m, p, r.addr);
	case RECORD_IO_BEGIN:
	case RECORD_IO_END:
	case RECORD_INTERRUPT:
	case RECORD_IDLE_BEGIN:
		return devices_record(m, p, r);
	case RECORD_SYNC_SIGNAL:
		return sync_counts(m, p, r);
	case RECORD_SYNC_WAIT:
		return sync_begin(m, p, ((uint64_t)p->page_base << PAGE_SHIFT) + r.addr);
	case RECORD_TLB_WRITE:
		return translate_tlb_write(m, p, r, !p->skipping);
	case RECORD_TLB_SNAPSHOT:
		return translate_tlb_write(m, p, r, false);
	default:
		break;
	}
	if (p->skipping) {
		left_out(p, r);
		return DONE;
	}
	switch (kind) {
	case RECORD_ERET:
		p->exl = false;
		emulate(m, p, &p->count.emulated_eret);
		return DONE;
	case RECORD_PRIVILEGED:
		emulate(m, p, privileged_counter(p, PRIV_KIND(record_arg(r))));
		return DONE;
	case RECORD_ZERO_BEGIN:
		zero_begin(m, p, r.addr);
		return DONE;
	case RECORD_ZERO_END:
	case RECORD_CACHE_OP:
	case RECORD_REGION_BEGIN:
	case RECORD_REGION_END:
	case RECORD_PHASE:
	case RECORD_PAGE_FREED:
	case RECORD_INPUT_OUTPUT:
		return DONE;
	default:
		return stream_error(m, p, "record of unknown kind %u", (unsigned)kind);
	}
}

static enum step execute(struct machine *m, struct processor *p, struct record r)
{
	enum record_kind kind = record_kind(r);
	enum step step;

	if (kind == RECORD_LOAD || kind == RECORD_STORE)
		return reference(m, p, r, kind == RECORD_STORE);
	if (kind == RECORD_MAP || kind == RECORD_CACHE_OP)
		return other(m, p, r);
	step = fetch_to(m, p, p->run_length); /* the rest of the run before */
	if (step != DONE)
		return step;
	if (kind == RECORD_RUN) {
		p->run_addr = r.addr;
		p->run_length = record_arg(r);
		p->run_done = 0;
		p->count.instructions += p->run_length;
		return DONE;
	}
	if (kind == RECORD_FETCH)
		return fetch_bytes(m, p, r.addr, record_arg(r));
	p->run_length = p->run_done = 0;
	return other(m, p, r);
}

static enum step leave_out(struct machine *m, struct processor *p, struct record r)
{
	switch (record_kind(r)) {
	case RECORD_RUN:
	case RECORD_FETCH:
	case RECORD_LOAD:
	case RECORD_STORE:
		count_left_out(p, r);
		return DONE;
	default:
		return other(m, p, r);
	}
}

static enum step next_chunk(struct machine *m, struct processor *p)
{
	long n;

	p->chunk_first += (uint64_t)(p->end - p->chunk);
	n = trace_cursor_next(&p->cursor, &p->chunk, m->err);
	if (n < 0)
		return FAILED;
	if (n > 0) {
		p->next = p->chunk;
		p->end = p->chunk + n;
		return DONE;
	}
	p->chunk = p->next = p->end = NULL;
	if (p->holding)
		return stream_error(m, p, "the stream ends before an operand");
	if (!p->skipping && fetch_to(m, p, p->run_length) != DONE)
		return m->err->text[0] ? FAILED : BLOCKED;
	p->finished = true;
	order_set(&m->order, p->number, ORDER_NEVER);
	return BLOCKED;
}

enum step stream_run(struct machine *m, struct processor *p)
{
	for (;;) {
		enum step step;

		if (p->hot) {
			if (!turn_at(m, p, p->time))
				return BLOCKED;
			placement_hot(m, p);
		}
		if (p->time > p->horizon) {
			order_set(&m->order, p->number, order_key(p->time, p->number));
			return BLOCKED;
		}
		if (p->next == p->end) {
			step = next_chunk(m, p);
			if (step != DONE)
				return step;
		}
		step = p->skipping ? leave_out(m, p, *p->next) : execute(m, p, *p->next);
		if (step != DONE)
			return step;
		p->next++;
	}
}
