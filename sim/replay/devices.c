/* SPDX-License-Identifier: MIT */
/*
 * Devices and idle time. A trace says what was asked of a device and in which order of events the
 * processor learnt that it was done; how long either took is the replay's affair.
 *
 * Requests. A disk serves one request after the other: it begins when the guest has asked and the
 * one before is done, takes disk.latency_ns to get there unless it goes on where the one before
 * ended, and disk.rate_kb for the bytes. What is sent to the network likewise, with its own two
 * numbers; a frame that arrives is there when it was there in the trace. Where the
 * trace has the interrupt (IO_END) the processor waits, idle, until the request is done: work that
 * the guest did meanwhile shortens that wait, also under another system. An interrupt is never
 * moved to another place of the stream, so a request that is done sooner than in the trace brings
 * nothing.
 *
 * Memory. Devices are coherent: what they write leaves all caches (a piece of a page counts as the
 * whole), what they read is first written back, and each line occupies its home's memory. This
 * happens where the request is made; the guest touches the page after the interrupt only.
 *
 * Idle. IDLE_BEGIN to IDLE_END takes until the request that ended it is done, if one did; otherwise
 * (timer, console, frames from outside, other processors) as long as the guest slept when traced.
 * A region that begins while the processor sleeps counts what is left of neither.
 *
 * Device registers (uncached, physical addresses that are not RAM) cost device.access_ns on the
 * bare machine. Under disco each access traps and is emulated (cost.device_cycles), and a request
 * is checked, translated page by page and passed on (cost.request_cycles,
 * cost.request_page_cycles). Disco's own drivers made one call a request (SOSP'97 4.2.4); an
 * unmodified guest's do not. The interrupt itself is the Int exception that follows it, passed on
 * like any other.
 */
#include "sim/replay/machine.h"

static struct virtual_machine *machine_of(struct machine *m, const struct processor *p)
{
	return &m->virtual_machine[p->machine];
}

static uint64_t cycles_of_bytes(const struct machine *m, uint64_t bytes, uint64_t kb_per_second)
{
	return (bytes * m->params->cpu_mhz * 1000 + kb_per_second / 2) / kb_per_second;
}

/* The guest's time in cycles of the modelled processor. */
static uint64_t cycles_of_guest(const struct machine *m, uint32_t guest_cycles)
{
	return guest_cycles * m->params->cpu_mhz / (GUEST_HZ / 1000000);
}

static void begin_request(struct machine *m, struct processor *p, uint32_t number, uint32_t arg)
{
	struct request *r = &machine_of(m, p)->request[number & (MOST_REQUESTS - 1)];

	p->count.requests++;
	if (m->system == SYSTEM_DISCO)
		charge(p, &p->count.monitor_device_cycles, m->params->request_cycles);
	*r = (struct request){
		.number = number,
		.open = true,
		.arrives = IO_SOURCE(arg) == SOURCE_NETWORK && !(arg & IO_WRITE),
		.done = p->time,
	};
	p->request = r;
}

/* The guest learns that a request is done. */
static void end_request(struct machine *m, struct processor *p, uint32_t number)
{
	struct request *r = &machine_of(m, p)->request[number & (MOST_REQUESTS - 1)];

	if (!r->open || r->number != number)
		return; /* begun before the region */
	r->open = false;
	if (r->arrives)
		return;
	p->woken = true;
	if (r->done <= p->time)
		return;
	p->count.requests_awaited++;
	charge(p, &p->count.idle_io_cycles, r->done - p->time);
}

enum step devices_record(struct machine *m, struct processor *p, struct record r)
{
	switch (record_kind(r)) {
	case RECORD_IO_BEGIN:
	case RECORD_IO_END:
		if (!turn_at(m, p, p->time)) /* the machine's processors share its devices */
			return BLOCKED;
		p->request = NULL;
		if (record_kind(r) == RECORD_IO_BEGIN)
			begin_request(m, p, r.addr, record_arg(r));
		else
			end_request(m, p, r.addr);
		return DONE;
	case RECORD_INTERRUPT:
		p->count.device_interrupts++;
		return DONE;
	default: /* IDLE_BEGIN */
		p->count.idle_periods++;
		p->idle = true;
		p->woken = false;
		p->idle_from = p->time;
		return DONE;
	}
}

/* One part of a request: the device begins with it when it is free and there. */
static void transfer(struct processor *p, uint64_t *free_at, bool follows, uint64_t latency,
		     uint64_t cycles)
{
	struct request *r = p->request;

	if (!r->positioned) {
		r->done = *free_at > r->done ? *free_at : r->done;
		r->done += follows ? 0 : latency;
		r->positioned = true;
	}
	r->done += cycles;
	*free_at = r->done;
}

/* A device reads or writes a page, if the guest has used it yet. */
static void dma(struct machine *m, struct processor *p, uint32_t pa, uint32_t bytes, bool writes)
{
	uint32_t number = p->page_base + (pa >> PAGE_SHIFT);
	const struct page *page = pa >> PAGE_SHIFT < p->page_count ? m->pages.page[number] : NULL;

	if (!page || !page->replicas)
		return;
	if (writes && page->replicas & (page->replicas - 1))
		placement_replica_write(m, p, number);
	if (writes)
		access_purge(m, page->copy[page->home]);
	else
		access_clean(m, p, page->copy[page->home]);
	access_device(m, page->home, bytes, p->time);
}

static void disk_part(struct machine *m, struct processor *p, struct record r)
{
	const struct machine_params *c = m->params;
	struct virtual_machine *vm = machine_of(m, p);
	uint32_t arg = record_arg(r), image = DISK_IMAGE(arg);
	uint64_t sector = (uint64_t)r.addr * 8 + DISK_FIRST(arg);
	uint64_t bytes = DISK_SECTORS(arg) * 512;

	p->count.request_bytes += bytes;
	transfer(p, &vm->disk_free[image], sector == vm->disk_next[image],
		 cycles_of_ns(c, c->disk_latency_ns), cycles_of_bytes(m, bytes, c->disk_rate));
	vm->disk_next[image] = sector + DISK_SECTORS(arg);
}

static void network_part(struct machine *m, struct processor *p, struct record r)
{
	const struct machine_params *c = m->params;

	p->count.request_bytes += r.addr;
	if (p->request->arrives)
		return;
	transfer(p, &machine_of(m, p)->network_free, false, cycles_of_ns(c, c->network_latency_ns),
		 cycles_of_bytes(m, r.addr, c->network_rate));
}

static void wake(struct machine *m, struct processor *p, uint32_t slept)
{
	uint64_t until = p->idle_from + cycles_of_guest(m, slept);

	if (p->idle && !p->woken && until > p->time)
		charge(p, &p->count.idle_sleep_cycles, until - p->time);
	p->idle = false;
}

enum step devices_operand(struct machine *m, struct processor *p, struct record r, uint32_t operand)
{
	if (record_kind(r) == RECORD_IDLE_END) {
		wake(m, p, operand);
		return DONE;
	}
	if (!p->request) /* a part of something that began before the region */
		return DONE;
	if (!turn_at(m, p, p->time))
		return BLOCKED;
	if (record_kind(r) == RECORD_DISK) {
		disk_part(m, p, r);
		dma(m, p, operand, DISK_SECTORS(record_arg(r)) * 512,
		    !(record_arg(r) & DISK_WRITE));
	} else {
		network_part(m, p, r);
		dma(m, p, operand, r.addr, !(record_arg(r) & NETWORK_SEND));
	}
	if (m->system == SYSTEM_DISCO)
		charge(p, &p->count.monitor_device_cycles, m->params->request_page_cycles);
	return DONE;
}

void devices_access(struct machine *m, struct processor *p)
{
	p->count.device_accesses++;
	if (m->system == SYSTEM_DISCO)
		charge(p, &p->count.monitor_device_cycles, m->params->device_cycles);
	else
		charge(p, &p->count.kernel_device_cycles,
		       cycles_of_ns(m->params, m->params->device_ns));
}
