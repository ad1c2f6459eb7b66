/* SPDX-License-Identifier: MIT */
/*
 * Services of a guest's kernel, as the paper's Table 2 counts them: one begins with an exception
 * from user mode and ends with the ERET that returns there. Exceptions in kernel mode are frames on
 * top of it: they end with their own ERET, and their costs are in their own row and, but for
 * interrupts, among the nested costs of the service below them. While a thread sleeps its open
 * services wait with it (profile_threads.c). What page faults did is found in profile_pages.c.
 *
 * UTLB_MISS is the refill handler; when it finds no valid entry, the instruction is tried again and
 * raises a second exception through the general vector, which is a fault of its own: so Table 2's
 * services count, too. (Linux answers the simplest of these, a page that is valid but was not yet
 * accessed or written, without leaving exception level: they are a row of their own.) Kernel time
 * under no open service is the idle thread's if that thread has executed WAIT, and else a kernel
 * thread's.
 *
 * An interrupt is its device's if a line is pending, and of the devices the one that has raised
 * a line since the last interrupt; the timer's if it is alone; another processor's if it came by
 * software. One interrupt exception may serve several devices: it counts for the first.
 */
#include "traces/profile.h"

#include <stdio.h>
#include <string.h>

#include "traces/profile_parts.h"

enum { CODE_INT = 0, CODE_MOD = 1, CODE_TLBL = 2, CODE_TLBS = 3, CODE_SYS = 8 };

#define LINES_SOFTWARE 0x03u /* of EXC_INTERRUPTS */
#define LINE_TIMER     0x80u
#define FIRST_CALL     4000u /* of Linux o32 */

void profile_init(struct profile *p)
{
	memset(p, 0, sizeof(*p));
	profile_threads_init(p);
	profile_locate(p);
}

void profile_release(struct profile *p)
{
	profile_threads_release(p);
}

static bool in_user_mode(const struct profile *p)
{
	return MODE_OF(p->mode) != MODE_KERNEL && !(p->mode & MODE_EXL);
}

void profile_locate(struct profile *p)
{
	struct profile_thread *t = p->thread;
	struct profile_frame *top = t->depth ? &t->frame[t->depth - 1] : NULL;

	p->fault = NULL;
	if (in_user_mode(p)) {
		p->now = &p->row[PROFILE_USER].own;
	} else if (top) {
		p->now = &top->sum.own;
		p->fault = top->fault ? top : NULL;
	} else {
		p->now = &p->row[t->idle ? PROFILE_IDLE : PROFILE_THREAD].own;
	}
}

static void add_cost(struct profile_cost *to, const struct profile_cost *from)
{
#define X(name, help) to->name += from->name;
	PROFILE_COSTS(X)
#undef X
}

static void add_row(struct profile_row *to, const struct profile_row *from)
{
	to->calls += from->calls;
	add_cost(&to->own, &from->own);
	add_cost(&to->nested, &from->nested);
	to->kernel_faults += from->kernel_faults;
	to->requests += from->requests;
}

void profile_commit(struct profile *p, const struct profile_frame *f, unsigned row)
{
	p->row[row].calls++;
	add_row(&p->row[row], &f->sum);
}

/* Ends the service on top of a thread's others. */
static void pop(struct profile *p, struct profile_thread *t)
{
	struct profile_frame *f = &t->frame[--t->depth];

	if (t->depth && !f->interrupt) {
		struct profile_row *below = &t->frame[t->depth - 1].sum;

		add_cost(&below->nested, &f->sum.own);
		add_cost(&below->nested, &f->sum.nested);
		below->kernel_faults += f->sum.kernel_faults;
		below->requests += f->sum.requests;
	}
	if (f->fault)
		profile_pages_closed(p, f);
	else
		profile_commit(p, f, f->row);
}

void profile_close_thread(struct profile *p, struct profile_thread *t)
{
	while (t->depth)
		pop(p, t);
}

static unsigned interrupt_row(struct profile *p, uint32_t lines)
{
	enum source source = p->last_source; /* its line is still up, or it is not known */

	if (!(lines & ~(LINES_SOFTWARE | LINE_TIMER)))
		return PROFILE_INTERRUPT + (lines & LINE_TIMER ? SOURCE_TIMER : SOURCE_PROCESSOR);
	if (p->raised)
		source = (enum source)__builtin_ctz(p->raised);
	p->raised = 0;
	p->last_source = source;
	return PROFILE_INTERRUPT + source;
}

static unsigned call_row(uint32_t number)
{
	if (number < 64)
		return PROFILE_CALL + number;
	if (number - FIRST_CALL < PROFILE_LINUX_CALLS)
		return PROFILE_CALL_LINUX + number - FIRST_CALL;
	return PROFILE_CALL_OTHER;
}

/* The operand is BadVAddr or the number of the system call. */
static void enter(struct profile *p, uint32_t arg, uint32_t operand)
{
	struct profile_thread *t = p->thread;
	unsigned code = EXC_CODE(arg);
	struct profile_frame *f;
	bool user = in_user_mode(p);
	bool tlb = code == CODE_MOD || code == CODE_TLBL || code == CODE_TLBS;

	if (user || t->depth == PROFILE_DEPTH) /* no kernel nests so deep */
		profile_close_thread(p, t);
	if (tlb && t->depth)
		t->frame[t->depth - 1].sum.kernel_faults++;
	f = &t->frame[t->depth++];
	memset(f, 0, sizeof(*f));
	f->interrupt = code == CODE_INT;
	f->page = operand >> 12;
	f->row = PROFILE_EXCEPTION + code;
	if (f->interrupt)
		f->row = interrupt_row(p, EXC_INTERRUPTS(arg));
	else if (code == CODE_SYS)
		f->row = call_row(operand);
	else if (tlb && arg & EXC_REFILL)
		f->row = user ? PROFILE_UTLB_MISS : PROFILE_KERNEL_FAULT;
	else if (tlb)
		f->row = user ? PROFILE_QUICK_FAULT : PROFILE_KERNEL_FAULT;
	f->fault = tlb && !(arg & EXC_REFILL);
	p->mode |= MODE_EXL; /* the MODE record may be missing, where it was so before */
	profile_locate(p);
}

static void leave(struct profile *p)
{
	p->now->privileged++;
	p->mode &= ~MODE_EXL;
	if (in_user_mode(p))
		profile_close_thread(p, p->thread);
	else if (p->thread->depth)
		pop(p, p->thread);
	profile_locate(p);
}

static void idle_begin(struct profile *p)
{
	if (p->thread->depth)
		return;
	p->thread->idle = true;
	profile_locate(p);
}

static void idle_end(struct profile *p, uint32_t arg, uint32_t cycles)
{
	enum source source = arg < SOURCE_COUNT ? (enum source)arg : SOURCE_OTHER;

	p->idles[source]++;
	p->idle_cycles[source] += cycles;
	p->idles_too_long += cycles == UINT32_MAX;
}

static void transfer(struct profile_transfers *t, uint32_t bytes, bool overlay)
{
	t->parts++;
	t->bytes += bytes;
	t->overlay_bytes += overlay ? bytes : 0;
}

static void request(struct profile *p, uint32_t arg)
{
	p->requests[(arg & IO_WRITE) != 0]++;
	if (p->thread->depth && !in_user_mode(p))
		p->thread->frame[p->thread->depth - 1].sum.requests++;
}

static void operand(struct profile *p, uint32_t word)
{
	uint32_t arg = record_arg(p->before);

	if (record_kind(p->before) == RECORD_EXCEPTION)
		enter(p, arg, word);
	else if (record_kind(p->before) == RECORD_IDLE_END)
		idle_end(p, arg, word);
}

/* The kinds that are neither instructions nor data. */
static void event(struct profile *p, struct record r)
{
	uint32_t arg = record_arg(r);

	switch (record_kind(r)) {
	case RECORD_MODE:
		p->mode = arg;
		p->armed = 0;
		if (p->fault && !(arg & MODE_EXL))
			p->fault->left = true;
		profile_locate(p);
		break;
	case RECORD_ERET:
		p->armed = 0;
		leave(p);
		break;
	case RECORD_EXCEPTION:
		p->armed = 0;
		break;
	case RECORD_TLB_WRITE:
		p->now->tlb_writes++;
		break;
	case RECORD_PRIVILEGED:
		p->now->privileged++;
		if (PRIV_KIND(arg) == PRIV_MFC0 && PRIV_REGISTER(arg) == 12 << 3)
			profile_threads_arm(p);
		break;
	case RECORD_CACHE_OP:
		p->now->cache_ops += arg < 32;
		break;
	case RECORD_MAP:
		profile_pages_mapped(p, r);
		break;
	case RECORD_ZERO_END:
		if (p->fault)
			profile_pages_zeroed(p->fault, r.addr);
		break;
	case RECORD_IDLE_BEGIN:
		idle_begin(p);
		break;
	case RECORD_INTERRUPT:
		if (arg < SOURCE_COUNT) {
			p->interrupts[arg]++;
			p->raised |= 1u << arg;
		}
		break;
	case RECORD_IO_BEGIN:
		request(p, arg);
		break;
	case RECORD_IO_END:
		p->failed_requests += (arg & IO_FAILED) != 0;
		break;
	case RECORD_DISK:
		transfer(&p->disk[DISK_IMAGE(arg)][(arg & DISK_WRITE) != 0],
			 512 * DISK_SECTORS(arg), arg & DISK_OVERLAY);
		break;
	case RECORD_NETWORK:
		transfer(&p->network[(arg & NETWORK_SEND) != 0], r.addr, false);
		break;
	case RECORD_OPERAND:
		operand(p, r.addr);
		break;
	default:
		break;
	}
	p->before = r;
}

void profile_next(struct profile *p, struct record r)
{
	switch (record_kind(r)) {
	case RECORD_RUN:
		profile_threads_run(p, r);
		p->now->instructions += record_arg(r);
		break;
	case RECORD_LOAD:
		p->now->loads++;
		if (p->armed)
			profile_threads_load(p, r.addr);
		if (p->fault)
			profile_pages_load(p->fault);
		break;
	case RECORD_STORE:
		p->now->stores++;
		if (p->armed)
			profile_threads_store(p, r.addr);
		if (p->fault)
			profile_pages_store(p->fault, r.addr, REF_BYTES(record_arg(r)));
		break;
	case RECORD_FETCH:
		p->now->instructions++;
		break;
	default:
		event(p, r);
	}
}

void profile_end(struct profile *p)
{
	profile_threads_release(p);
	profile_pages_settle(p);
	profile_threads_init(p);
	profile_locate(p);
}

void profile_add(struct profile *to, const struct profile *from)
{
	for (unsigned i = 0; i < PROFILE_ROWS; i++)
		add_row(&to->row[i], &from->row[i]);
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned d = 0; d <= 16; d++) {
			struct profile_transfers *t = d < 16 ? &to->disk[d][i] : &to->network[i];
			const struct profile_transfers *f =
				d < 16 ? &from->disk[d][i] : &from->network[i];

			t->parts += f->parts;
			t->bytes += f->bytes;
			t->overlay_bytes += f->overlay_bytes;
		}
		to->requests[i] += from->requests[i];
	}
	for (unsigned s = 0; s < SOURCE_COUNT; s++) {
		to->interrupts[s] += from->interrupts[s];
		to->idles[s] += from->idles[s];
		to->idle_cycles[s] += from->idle_cycles[s];
	}
	to->failed_requests += from->failed_requests;
	to->idles_too_long += from->idles_too_long;
	to->switches += from->switches;
}
