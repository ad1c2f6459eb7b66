/* SPDX-License-Identifier: MIT */
/*
 * The malta board: MIPS Malta User's Manual, with a Core LV card (GT-64120). Devices have a file
 * each, malta_bus.c says where they are; here are time, the processors' turns, and what belongs
 * together.
 *
 * Time is in cycles, an instruction is one. All processors are brought to the same time, one after
 * the other, in steps of QUANTUM (of QUANTUM_ALONE when there is one) or less, so that a device's
 * time is met by all of them; a step that ends in the middle of a block of the core goes on to its
 * end. When all wait, time jumps to what comes first, a device's time or a timer. When nothing
 * comes, the guest is stuck: an error. When somebody may be typing, idle time passes as slowly as
 * it says, and a key ends it.
 */
#include "sim/board/malta.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/board/gt64120.h"
#include "sim/board/i8042.h"
#include "sim/board/i8254.h"
#include "sim/board/i8259.h"
#include "sim/board/piix4.h"
#include "sim/board/rtc.h"
#include "sim/board/uart16550.h"
#include "sim/board/yamon.h"

#define FIRST_CONNECTOR 18 /* slots of the PCI connectors */
#define CONNECTORS	4
#define QUANTUM		200
#define QUANTUM_ALONE	20000
#define COUNT_INSNS	2
#define SEED		0x0d15c0
#define MALTA_RAM	(256u << 20) /* above it are PCI and the peripherals */
#define MHZ		(BOARD_HZ / 1000000u)

enum { ISA_CLOCK_HZ = 1843200, CBUS_CLOCK_HZ = 3686400 };
enum { INT_TIMER = 0, INT_KEYBOARD = 1, INT_UART1 = 3, INT_UART0 = 4, INT_RTC = 8, INT_MOUSE = 12 };
enum { LINE_I8259 = 0, LINE_UART2 = 2 };
enum { CP0_COUNT = 9, CP0_COMPARE = 11, CP0_STATUS = 12, CP0_CAUSE = 13 };
#define STATUS_IM7 0x8000u
#define INTERRUPTS 0xff00u /* of Status and Cause */
#define CAUSE_DC   0x08000000u

/* ---- services ---- */

static uint64_t now(const struct services *s)
{
	struct malta *m = s->board;
	uint64_t at = m->current ? cpu_time(m->current) : m->time;

	/* Processors are not quite at the same time; a device's time never runs backwards. */
	if (at > m->latest)
		m->latest = at;
	return m->latest;
}

static void report(struct services *s, const struct record *r, unsigned count)
{
	struct malta *m = s->board;
	struct cpu *cpu = m->current  ? m->current
			  : m->asking ? m->asking
				      : cpus_get(m->board.cpus, 0);

	for (unsigned i = 0; i < count; i++)
		cpu_report(cpu, r[i]);
}

static void interrupt(struct services *s, unsigned number, bool raised, enum source source)
{
	struct malta *m = s->board;
	struct record r = record_make(RECORD_INTERRUPT, number, source);

	if (raised) /* in the stream of the processor that takes it */
		cpu_report(cpus_get(m->board.cpus, 0), r);
	if (number < MALTA_LINE)
		i8259_input(m->pic, number, raised, source);
	else
		cpu_interrupt(cpus_get(m->board.cpus, 0), number - MALTA_LINE, raised, source);
}

static void fail(struct services *s, const struct error *err)
{
	struct malta *m = s->board;

	if (m->board.state != BOARD_RUNNING)
		return;
	m->trouble = *err;
	m->board.state = BOARD_FAILED;
	if (m->current)
		cpu_request_stop(m->current);
}

static void fail_call(struct board *board, struct cpu *cpu, const char *text)
{
	struct malta *m = (struct malta *)board;
	struct error err;

	error_set(&err, "%s: processor %u at 0x%08x: %s", board->guest_name, cpu_number(cpu),
		  cpu_pc(cpu), text);
	fail(&m->services, &err);
}

static void monitor_call(void *board, struct cpu *cpu)
{
	calls_make(&((struct malta *)board)->calls, cpu);
}

static void pic_output(struct services *s, bool raised, enum source source)
{
	struct malta *m = s->board;

	cpu_interrupt(cpus_get(m->board.cpus, 0), LINE_I8259, raised, source);
}

static uint8_t acknowledge(struct services *s)
{
	return i8259_acknowledge(((struct malta *)s->board)->pic);
}

void malta_off(struct malta *m)
{
	if (m->board.state != BOARD_RUNNING)
		return;
	m->board.state = BOARD_EXITED;
	m->board.exit_status = 0;
	if (m->current)
		cpu_request_stop(m->current);
}

static void bridge_event(struct services *s, enum piix4_event event)
{
	(void)event; /* switched off or reset: the machine's end */
	malta_off(s->board);
}

static void reset(struct services *s)
{
	malta_off(s->board);
}

/* ---- time ---- */

uint64_t malta_soonest(const struct malta *m)
{
	uint64_t soonest = DEVICE_NEVER;

	for (unsigned i = 0; i < m->clocks; i++)
		if (m->clocked[i]->due < soonest)
			soonest = m->clocked[i]->due;
	return soonest;
}

static void serve_devices(struct malta *m)
{
	for (unsigned i = 0; i < m->clocks; i++)
		if (m->clocked[i]->due <= m->time)
			m->clocked[i]->kind->due(m->clocked[i], now(&m->services));
}

/* Gives every processor its turn up to m->target, and then the devices. Returns the instructions
 * executed. */
static uint64_t turns(struct malta *m, bool *all_wait)
{
	uint64_t executed = 0, reached = UINT64_MAX;

	*all_wait = true;
	for (unsigned n = 0; n < m->board.processors; n++) {
		struct cpu *cpu = cpus_get(m->board.cpus, n);
		uint64_t before = cpu_instructions(cpu), at = cpu_time(cpu);

		if (at < m->target && m->board.state == BOARD_RUNNING) {
			m->current = cpu;
			if (cpu_run(cpu, m->target - at) != CPU_WAITING ||
			    cpu_instructions(cpu) != before)
				*all_wait = false;
			m->current = NULL;
			executed += cpu_instructions(cpu) - before;
			at = cpu_time(cpu);
		} else { /* ahead of the others: it may be at work */
			*all_wait = false;
		}
		reached = at < reached ? at : reached;
	}
	m->time = reached;
	serve_devices(m);
	m->asking = NULL;
	return executed;
}

/* When the first timer interrupt comes that a processor lets through. */
static uint64_t first_timer(const struct malta *m)
{
	uint64_t first = DEVICE_NEVER;

	for (unsigned n = 0; n < m->board.processors; n++) {
		const struct cpu *cpu = cpus_get(m->board.cpus, n);
		uint32_t counts;
		uint64_t at;

		if (!(cpu_cp0(cpu, CP0_STATUS, 0) & STATUS_IM7) ||
		    cpu_cp0(cpu, CP0_CAUSE, 0) & CAUSE_DC)
			continue;
		counts = cpu_cp0(cpu, CP0_COMPARE, 0) - cpu_cp0(cpu, CP0_COUNT, 0);
		at = (cpu_time(cpu) / COUNT_INSNS + (counts ? counts : 1ull << 32)) * COUNT_INSNS;
		first = at < first ? at : first;
	}
	return first;
}

/* Whether a device has just raised what wakes a processor: it goes on in the next turn. */
static bool somebody_wakes(const struct malta *m)
{
	for (unsigned n = 0; n < m->board.processors; n++) {
		const struct cpu *cpu = cpus_get(m->board.cpus, n);

		if (cpu_active(cpu) &&
		    cpu_cp0(cpu, CP0_STATUS, 0) & cpu_cp0(cpu, CP0_CAUSE, 0) & INTERRUPTS)
			return true;
	}
	return false;
}

/* Waits as the guest does. Returns how far time has come: to `until`, or less when a key came. */
static uint64_t wait_for_key(struct malta *m, uint64_t until)
{
	uint64_t most = (until - m->time) / MHZ, from = console_now(), passed;

	if (most > 100000)
		most = 100000; /* look up now and then */
	if (console_wait(m->console, most))
		uart16550_look(m->uart[0]);
	passed = (console_now() - from) * MHZ;
	return until - m->time > passed ? m->time + passed : until;
}

/* All processors wait: time jumps. Returns whether there was anything to wait for. */
static bool pass_time(struct malta *m)
{
	uint64_t until = malta_soonest(m), timer = first_timer(m);
	bool interactive = console_interactive(m->console), all_wait;

	until = timer < until ? timer : until;
	if (until == DEVICE_NEVER && !interactive)
		return somebody_wakes(m);
	if (until == DEVICE_NEVER)
		until = m->time + BOARD_HZ;
	if (interactive && until > m->time)
		until = wait_for_key(m, until);
	m->target = until > m->time ? until : m->time + 1;
	turns(m, &all_wait);
	return true;
}

/* Instructions that a jump through idle time counts for, and any round, if its processors only
 * raise exceptions: so that a caller's slice of work ends. */
#define JUMP_COST  2000
#define ROUND_COST 16

static int run(struct board *board, uint64_t insns, struct error *err)
{
	struct malta *m = (struct malta *)board;
	uint64_t done = 0, quantum = board->processors > 1 ? QUANTUM : QUANTUM_ALONE;
	bool all_wait;

	if (console_interactive(m->console) && console_wait(m->console, 0))
		uart16550_look(m->uart[0]);
	while (done < insns && board->state == BOARD_RUNNING) {
		uint64_t soonest = malta_soonest(m);

		/* Whatever the caller's slices are: with several processors turns decide. */
		m->target = m->time + quantum < soonest ? m->time + quantum : soonest;
		if (m->target <= m->time)
			m->target = m->time + 1;
		done += turns(m, &all_wait) + ROUND_COST;
		if (all_wait && board->processors > 1 && somebody_wakes(m))
			all_wait = false; /* the others would be left behind */
		if (all_wait && board->state == BOARD_RUNNING) {
			/* A caller may want to look up after real time has passed. */
			done += console_interactive(m->console) ? insns : JUMP_COST;
			if (!pass_time(m)) {
				error_set(&m->trouble,
					  "%s: stuck: every processor waits (WAIT) and nothing can "
					  "wake one; processor 0 at 0x%08x",
					  board->guest_name, cpu_pc(cpus_get(board->cpus, 0)));
				board->state = BOARD_FAILED;
			}
		}
		if (console_left(m->console))
			malta_off(m);
		board_round_over(board);
	}
	console_flush(m->console);
	if (console_check(m->console, err)) {
		board->state = BOARD_FAILED;
		return -1;
	}
	if (board->state == BOARD_FAILED) {
		*err = m->trouble;
		return -1;
	}
	if (board->state == BOARD_EXITED && cards_off(&m->cards, err)) {
		board->state = BOARD_FAILED;
		return -1;
	}
	return 0;
}

/* ---- snapshots ---- */

/* All have reached m->time, and none is further ahead than a turn takes it. */
static bool times_good(const struct malta *m)
{
	uint64_t last = m->time;

	for (unsigned n = 0; n < m->board.processors; n++) {
		uint64_t at = cpu_time(cpus_get(m->board.cpus, n));

		if (at < m->time || at - m->time > 2 * QUANTUM_ALONE)
			return false;
		last = at > last ? at : last;
	}
	return m->latest <= last;
}

static void walk(struct board *board, struct snapshot *s)
{
	struct malta *m = (struct malta *)board;

	snapshot_memory(s, "ram", m->bus.ram, m->bus.ram_bytes);
	cpus_snapshot(board->cpus, s);
	snapshot_field(s, "malta.time", m->time);
	snapshot_field(s, "malta.latest", m->latest);
	snapshot_check(s, "malta.time", times_good(m));
	snapshot_field(s, "malta.requests", m->services.requests);
	snapshot_field(s, "malta.leds", m->leds);
	pci_bus_snapshot(m->pci, s);
	calls_snapshot(&m->calls, s);
	for (unsigned i = 0; i < m->devices; i++)
		if (m->device[i]->kind->snapshot)
			m->device[i]->kind->snapshot(m->device[i], s);
	board->disks = cards_identify(&m->cards);
}

/* ---- building ---- */

static struct device *add(struct malta *m, struct device *device)
{
	assert(m->devices < MALTA_DEVICES);
	m->device[m->devices++] = device;
	if (device->kind->due)
		m->clocked[m->clocks++] = device;
	return device;
}

static void ports(struct malta *m, uint16_t port, uint16_t count, uint16_t first,
		  struct device *device, uint8_t (*load)(struct device *, unsigned reg),
		  void (*store)(struct device *, unsigned reg, uint8_t value))
{
	assert(m->ports < MALTA_PORTS);
	m->port[m->ports++] = (struct isa_ports){port, count, first, device, load, store};
}

static void add_isa(struct malta *m)
{
	struct services *s = &m->services;

	m->pic = add(m, i8259_new(s, pic_output));
	m->pit = add(m, i8254_new(s, INT_TIMER));
	m->rtc = add(m, rtc_new(s, INT_RTC));
	m->keyboard = add(m, i8042_new(s, INT_KEYBOARD, INT_MOUSE, reset));
	m->uart[0] = add(m, uart16550_new(s, INT_UART0, ISA_CLOCK_HZ, m->console));
	m->uart[1] = add(m, uart16550_new(s, INT_UART1, ISA_CLOCK_HZ, NULL));
	m->uart[2] = add(m, uart16550_new(s, MALTA_LINE + LINE_UART2, CBUS_CLOCK_HZ, NULL));
	m->isa_devices = m->devices;
	ports(m, 0x70, 4, 0, m->rtc, rtc_load, rtc_store); /* most used first */
	ports(m, 0x3f8, 8, 0, m->uart[0], uart16550_load, uart16550_store);
	ports(m, 0x2f8, 8, 0, m->uart[1], uart16550_load, uart16550_store);
	ports(m, 0x20, 2, 0, m->pic, i8259_load, i8259_store);
	ports(m, 0xa0, 2, 2, m->pic, i8259_load, i8259_store);
	ports(m, 0x4d0, 2, 4, m->pic, i8259_load, i8259_store);
	ports(m, 0x40, 4, 0, m->pit, i8254_load, i8254_store);
	ports(m, 0x61, 1, 0, m->pit, i8254_load_port_b, i8254_store_port_b);
	ports(m, 0x60, 1, 0, m->keyboard, i8042_load, i8042_store);
	ports(m, 0x64, 1, 4, m->keyboard, i8042_load, i8042_store);
}

static void add_pci(struct malta *m)
{
	for (unsigned i = 0; i < PCI_SLOTS * PCI_PARTS; i++) {
		struct pci_function *f = pci_function_at(m->pci, i / PCI_PARTS, i % PCI_PARTS);

		if (f)
			add(m, &f->device);
	}
}

static int refuse(const struct board_config *config, struct error *err)
{
	if (config->ram_bytes > MALTA_RAM)
		return error_usage(err, "--ram %u: wanted at most 256M on the malta board",
				   config->ram_bytes);
	if (config->processors > 1 && config->model != CPU_34KF)
		return error_usage(err,
				   "-c %u: several processors of the malta board are those of one "
				   "34Kf; wanted --model 34Kf",
				   config->processors);
	if (config->root)
		return error_usage(err,
				   "--root %s: a guest on the malta board cannot open files; see "
				   "--disk",
				   config->root);
	return 0;
}

static void destroy(struct board *board)
{
	struct malta *m = (struct malta *)board;

	for (unsigned i = 0; i < m->isa_devices; i++)
		m->device[i]->kind->release(m->device[i]);
	pci_bus_free(m->pci);
	cards_release(&m->cards);
	calls_release(&m->calls);
	if (board->cpus)
		cpus_free(board->cpus);
	if (m->bus.ram)
		munmap(m->bus.ram, m->bus.ram_bytes);
	console_free(m->console);
	free(m);
}

static int build(struct malta *m, const struct board_config *config, struct error *err)
{
	const struct cpu_config cpus = {
		.model = config->model,
		.processors = config->processors,
		.tlb_entries = config->tlb_entries,
		.count_insns = COUNT_INSNS,
		.seed = SEED,
	};

	m->bus.ram = mmap(NULL, config->ram_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (m->bus.ram == MAP_FAILED) {
		m->bus.ram = NULL;
		return error_set(err, "cannot get %u bytes for the guest's RAM", config->ram_bytes);
	}
	m->board.cpus = cpus_new(&cpus, &m->bus);
	m->services.cpus = m->board.cpus;
	m->services.ram = m->bus.ram;
	if (!config->restored &&
	    yamon_boot(config, m->bus.ram, cpus_get(m->board.cpus, 0), m->board.guest_hash, err))
		return -1;
	m->console = console_new(config->input, config->output);
	add_isa(m);
	m->pci = piix4_new(&m->services, MALTA_SLOT_BRIDGE, bridge_event);
	m->gt = gt64120_new(&m->services, m->pci, acknowledge);
	yamon_devices(m->gt, pci_function_at(m->pci, MALTA_SLOT_BRIDGE, 0), m->pic);
	if (cards_insert(&m->cards, m->pci, &m->services, config, FIRST_CONNECTOR, CONNECTORS, err))
		return -1;
	m->board.disks = cards_identify(&m->cards);
	add_pci(m);
	return 0;
}

static struct board *create(const struct board_config *config, struct error *err)
{
	const char *slash = strrchr(config->guest, '/');
	struct malta *m;

	if (refuse(config, err))
		return NULL;
	m = calloc(1, sizeof(*m));
	if (!m)
		abort();
	m->board.kind = &board_malta;
	m->board.processors = config->processors;
	m->board.guest_name = slash ? slash + 1 : config->guest;
	m->bus = (struct bus){
		.ram_bytes = config->ram_bytes,
		.board = m,
		.load = malta_load,
		.store = malta_store,
		.monitor_call = monitor_call,
	};
	m->calls = (struct calls){
		.board = &m->board,
		.ram_bytes = config->ram_bytes,
		.fail = fail_call,
		.region_only = config->region_only,
	};
	m->services = (struct services){
		.ram_bytes = config->ram_bytes,
		.board = m,
		.now = now,
		.interrupt = interrupt,
		.report = report,
		.fail = fail,
	};
	if (!build(m, config, err))
		return &m->board;
	destroy(&m->board);
	return NULL;
}

static void watch(struct board *board, const struct board_watch *who)
{
	((struct malta *)board)->calls.watch = who;
}

const struct board_kind board_malta = {
	.name = "malta",
	.ram_bytes = MALTA_RAM,
	.help = "a MIPS Malta: PCI, serial console, clocks; boots Linux",
	.create = create,
	.destroy = destroy,
	.watch = watch,
	.run = run,
	.snapshot = walk,
};
