/* SPDX-License-Identifier: MIT */
/*
 * The bare board: 1 to 64 processors, RAM from physical 0 on, the mailbox, and nothing else;
 * console and files are host requests (uhi.c), what the guest tells us are monitor calls (calls.c).
 *
 * Processors take turns, QUANTUM instructions each, in the order of their numbers: small enough
 * that spinning is short, and always the same. A processor that is alone gets longer turns. When
 * all wait (WAIT), time jumps to the first timer interrupt that one of them lets through; when
 * there is none, the guest is stuck, and that is an error. So is an exception whose vector holds no
 * code. A snapshot is taken when all have had their turn.
 */
#include "sim/board/bare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "sim/base/monitor_call.h"
#include "sim/base/output.h"
#include "sim/base/snapshot.h"
#include "sim/board/elf.h"

#define QUANTUM	      200   /* instructions, when several processors run */
#define QUANTUM_ALONE 20000 /* when one does */
#define COUNT_INSNS   2	    /* instructions per increment of Count, as on the 4K and 24K */
#define MAX_STORM     1000  /* exceptions without one completed instruction */
#define MAX_GUEST     (256u << 20)
#define SEED	      0x0d15c0

#define HANDLER_WORDS 8 /* that are all zero where no handler has been put */

enum { SP = 29, A0 = 4, A1 = 5 };
enum { CP0_BADVADDR = 8, CP0_COUNT = 9, CP0_COMPARE = 11, CP0_STATUS = 12, CP0_CAUSE = 13 };
#define STATUS_IM7 0x8000u
#define CAUSE_DC   0x08000000u
#define CAUSE_BD   0x80000000u

enum { EXC_MOD = 1, EXC_TLBL = 2, EXC_ADES = 5, EXC_IBE = 6 };

static void set_trouble(struct bare *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The first trouble ends the guest; what comes after it is its consequence. */
static void set_trouble(struct bare *b, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	if (b->board.state != BOARD_RUNNING)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(&b->trouble, "%s: %s", b->board.guest_name, text);
	b->board.state = BOARD_FAILED;
}

void bare_fail(struct bare *b, struct cpu *cpu, const char *fmt, ...)
{
	char text[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_trouble(b, "processor %u at 0x%08x: %s", cpu_number(cpu), cpu_pc(cpu), text);
	cpu_request_stop(cpu);
}

static void fail_call(struct board *board, struct cpu *cpu, const char *text)
{
	bare_fail((struct bare *)board, cpu, "%s", text);
}

static void monitor_call(void *board, struct cpu *cpu)
{
	calls_make(&((struct bare *)board)->calls, cpu);
}

/* ---- the mailbox ---- */

static int mailbox(const struct bare *b, uint32_t pa, unsigned bytes, unsigned *number)
{
	if (bytes != 4 || pa < MAILBOX_BASE ||
	    pa >= MAILBOX_BASE + b->board.processors * MAILBOX_STRIDE)
		return -1;
	*number = (pa - MAILBOX_BASE) / MAILBOX_STRIDE;
	return (int)((pa - MAILBOX_BASE) % MAILBOX_STRIDE);
}

static int load(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t *value)
{
	struct bare *b = board;
	unsigned n;

	(void)cpu;
	switch (mailbox(b, pa, bytes, &n)) {
	case MAILBOX_ENTRY:
		*value = b->processor[n].entry;
		return 0;
	case MAILBOX_STACK:
		*value = b->processor[n].stack;
		return 0;
	case MAILBOX_ARGUMENT:
		*value = b->processor[n].argument;
		return 0;
	default:
		return -1;
	}
}

static void release(struct bare *b, struct cpu *cpu, unsigned n, uint32_t entry)
{
	struct processor *p = &b->processor[n];
	struct cpu *other = cpus_get(b->board.cpus, n);

	cpu_request_stop(cpu); /* a long turn ends here: it is no longer alone */
	if (p->started) {
		set_trouble(b, "processor %u: mailbox: processor %u runs already", cpu_number(cpu),
			    n);
		return;
	}
	if (!entry || entry % 4) {
		set_trouble(b,
			    "processor %u: mailbox: entry 0x%08x for processor %u; wanted a word "
			    "address",
			    cpu_number(cpu), entry, n);
		return;
	}
	p->entry = entry;
	p->started = true;
	b->started++;
	cpu_set_gpr(other, SP, p->stack);
	cpu_set_gpr(other, A0, p->argument);
	cpu_set_gpr(other, A1, n);
	cpu_set_pc(other, entry);
	cpu_activate(other);
}

static int store(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t value)
{
	struct bare *b = board;
	unsigned n;

	switch (mailbox(b, pa, bytes, &n)) {
	case MAILBOX_ENTRY:
		release(b, cpu, n, (uint32_t)value);
		return 0;
	case MAILBOX_STACK:
		b->processor[n].stack = (uint32_t)value;
		return 0;
	case MAILBOX_ARGUMENT:
		b->processor[n].argument = (uint32_t)value;
		return 0;
	default:
		return -1;
	}
}

/* ---- exceptions that nobody handles ---- */

static bool handler_at(const struct bare *b, uint32_t vector)
{
	static const uint8_t nothing[4 * HANDLER_WORDS];
	uint32_t pa = vector & 0x1fffffff;

	return vector >= 0x80000000u && vector < 0xc0000000u &&
	       pa <= b->bus.ram_bytes - sizeof(nothing) &&
	       memcmp(b->bus.ram + pa, nothing, sizeof(nothing)) != 0;
}

static void exception(void *board, struct cpu *cpu, unsigned code, uint32_t epc, uint32_t vector)
{
	struct bare *b = board;
	struct processor *p = &b->processor[cpu_number(cpu)];
	uint64_t now = cpu_instructions(cpu);

	if (p->lost)
		return;
	p->storm = p->storm_at == now ? p->storm + 1 : 0;
	p->storm_at = now;
	if (handler_at(b, vector) && p->storm < MAX_STORM)
		return;
	p->lost = true;
	p->lost_code = code;
	p->lost_epc = epc;
	p->lost_vector = vector;
	cpu_request_stop(cpu);
}

static const char *exception_name(unsigned code)
{
	static const char *const names[32] = {
		[0] = "an interrupt",
		[1] = "a store to a read-only page",
		[2] = "a TLB miss on load or fetch",
		[3] = "a TLB miss on store",
		[4] = "an address error on load or fetch",
		[5] = "an address error on store",
		[6] = "a bus error on fetch",
		[7] = "a bus error on data",
		[8] = "a system call",
		[9] = "a breakpoint",
		[10] = "a reserved instruction",
		[11] = "an unusable coprocessor",
		[12] = "an integer overflow",
		[13] = "a trap",
		[15] = "a floating-point exception",
		[23] = "a watchpoint",
		[24] = "a machine check",
	};

	return names[code & 31] ? names[code & 31] : "an unknown exception";
}

/* Says what happened once the core is at rest, when CP0 tells all of it. */
static void report_lost(struct bare *b, struct cpu *cpu, const struct processor *p)
{
	uint32_t bad = cpu_cp0(cpu, CP0_BADVADDR, 0), pc = p->lost_epc, word;
	bool has_bad = p->lost_code >= EXC_MOD && p->lost_code <= EXC_ADES, fetch;
	char what[96] = "", where[32] = "", why[64];

	if (cpu_cp0(cpu, CP0_CAUSE, 0) & CAUSE_BD)
		pc += 4;
	fetch = p->lost_code == EXC_IBE || (has_bad && bad == pc) || cpu_read(cpu, pc, &word, 4);
	if (!fetch) {
		char text[64];

		disassemble(word, pc, text, sizeof(text));
		snprintf(what, sizeof(what), " in `%s`", text);
	}
	if (has_bad)
		snprintf(where, sizeof(where), ", BadVAddr 0x%08x", bad);
	if (p->storm >= MAX_STORM)
		snprintf(why, sizeof(why), "the handler at 0x%08x faults at once", p->lost_vector);
	else
		snprintf(why, sizeof(why), "no handler at 0x%08x", p->lost_vector);
	set_trouble(b, "processor %u: %s%s%s at 0x%08x%s; %s", cpu_number(cpu),
		    fetch ? "a jump to nowhere: " : "", exception_name(p->lost_code), what, pc,
		    where, why);
}

/* ---- turns ---- */

/* Instructions until the first timer interrupt that a started processor lets through; 0: none. */
static uint64_t until_timer(const struct bare *b)
{
	uint64_t first = 0;

	for (unsigned n = 0; n < b->board.processors; n++) {
		struct cpu *cpu = cpus_get(b->board.cpus, n);
		uint32_t counts;
		uint64_t insns;

		if (!b->processor[n].started || !(cpu_cp0(cpu, CP0_STATUS, 0) & STATUS_IM7) ||
		    (cpu_cp0(cpu, CP0_CAUSE, 0) & CAUSE_DC))
			continue;
		counts = cpu_cp0(cpu, CP0_COMPARE, 0) - cpu_cp0(cpu, CP0_COUNT, 0);
		insns = (counts ? counts : 1ull << 32) * COUNT_INSNS;
		if (!first || insns < first)
			first = insns;
	}
	return first;
}

/* A 34Kf's processors may start each other (MTTR), without the mailbox. */
static bool started_by_another(struct bare *b, unsigned n)
{
	struct cpu *cpu = cpus_get(b->board.cpus, n);

	if (b->board.config->model != CPU_34KF || !cpu_active(cpu))
		return false;
	b->processor[n].entry = cpu_pc(cpu);
	b->processor[n].started = true;
	b->started++;
	return true;
}

/* One turn of every started processor, of `idle` instructions when all are known to wait. Returns
 * the instructions that were due. */
static uint64_t turns(struct bare *b, uint64_t most, uint64_t idle, bool *all_wait)
{
	uint64_t due = 0, quantum;

	*all_wait = true;
	for (unsigned n = 0; n < b->board.processors && b->board.state == BOARD_RUNNING; n++) {
		struct cpu *cpu = cpus_get(b->board.cpus, n);
		uint64_t before = cpu_instructions(cpu);

		if (!b->processor[n].started && !started_by_another(b, n))
			continue;
		quantum = idle ? idle : b->started > 1 ? QUANTUM : QUANTUM_ALONE;
		if (!idle && quantum > most)
			quantum = most;
		due += quantum;
		if (cpu_run(cpu, quantum) != CPU_WAITING || cpu_instructions(cpu) != before)
			*all_wait = false;
		if (b->processor[n].lost)
			report_lost(b, cpu, &b->processor[n]);
	}
	return due;
}

static int run(struct board *board, uint64_t insns, struct error *err)
{
	struct bare *b = (struct bare *)board;
	uint64_t done = 0, idle;
	bool all_wait;

	while (done < insns && board->state == BOARD_RUNNING) {
		done += turns(b, insns, 0, &all_wait);
		if (!all_wait || board->state != BOARD_RUNNING) {
			b->idle_rounds = 0;
			board_round_over(board);
			continue;
		}
		idle = until_timer(b);
		if (!idle || ++b->idle_rounds > 2)
			set_trouble(b,
				    "stuck: every processor waits (WAIT) and no timer interrupt "
				    "can wake one; processor 0 at 0x%08x",
				    cpu_pc(cpus_get(board->cpus, 0)));
		else
			turns(b, insns, idle, &all_wait);
		board_round_over(board);
	}
	if (board->state == BOARD_FAILED) {
		*err = b->trouble;
		return -1;
	}
	return 0;
}

/* ---- snapshots ---- */

/* A processor's part that is the bare board's own, as a snapshot holds it. */
struct saved_processor {
	uint64_t storm_at;
	uint32_t started, entry, stack, argument, storm, zero;
};

static void walk_processor(struct processor *p, struct snapshot *s)
{
	struct saved_processor v = {
		.storm_at = p->storm_at,
		.started = p->started,
		.entry = p->entry,
		.stack = p->stack,
		.argument = p->argument,
		.storm = p->storm,
	};

	snapshot_field(s, "bare.processor", v);
	snapshot_check(s, "bare.processor", v.started <= 1);
	p->storm_at = v.storm_at;
	p->started = v.started;
	p->entry = v.entry;
	p->stack = v.stack;
	p->argument = v.argument;
	p->storm = v.storm;
}

static void walk(struct board *board, struct snapshot *s)
{
	struct bare *b = (struct bare *)board;

	snapshot_memory(s, "ram", b->bus.ram, b->bus.ram_bytes);
	cpus_snapshot(board->cpus, s);
	snapshot_field(s, "bare.idle_rounds", b->idle_rounds);
	b->started = 0;
	for (unsigned n = 0; n < board->processors; n++) {
		walk_processor(&b->processor[n], s);
		b->started += b->processor[n].started;
	}
	uhi_snapshot(b, s);
	calls_snapshot(&b->calls, s);
}

/* ---- building ---- */

static int load_guest(struct bare *b, const struct board_config *config, uint32_t *entry,
		      struct error *err)
{
	const char *path = config->guest;
	struct stat st;
	size_t bytes;
	char *file;
	int rc;

	*entry = 0;
	if (config->restored)
		return 0;
	/* A pipe or device would never end, a folder has no bytes: look before reading. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return error_set(err, "%s: not a regular file; wanted a guest's ELF file", path);
	if (!stat(path, &st) && st.st_size > MAX_GUEST)
		return error_set(err, "%s: %lld bytes; wanted a guest of at most %u", path,
				 (long long)st.st_size, MAX_GUEST);
	file = read_whole_file(path, &bytes, err);
	if (!file)
		return -1;
	hash_text(file, bytes, b->board.guest_hash);
	rc = elf_load(file, bytes, b->bus.ram, b->bus.ram_bytes, entry, err);
	free(file);
	return rc ? error_prefix(err, "%s", path) : 0;
}

static void destroy(struct board *board)
{
	struct bare *b = (struct bare *)board;

	uhi_release(b);
	if (board->cpus)
		cpus_free(board->cpus);
	if (b->bus.ram)
		munmap(b->bus.ram, b->bus.ram_bytes);
	calls_release(&b->calls);
	free(b);
}

static struct board *create(const struct board_config *config, struct error *err)
{
	struct bare *b;
	const char *slash = strrchr(config->guest, '/');
	struct cpu_config cpus = {
		.model = config->model,
		.processors = config->processors,
		.tlb_entries = config->tlb_entries,
		.count_insns = COUNT_INSNS,
		.seed = SEED,
	};
	uint32_t entry;

	if (config->disks || config->network) {
		error_usage(err, "%s: the bare board has no devices; wanted --board malta with it",
			    config->disks ? "--disk" : "--net");
		return NULL;
	}
	if (config->initrd) {
		error_usage(err, "--initrd: the bare board has no boot loader; wanted --board "
				 "malta with it");
		return NULL;
	}
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->board.kind = &board_bare;
	b->board.processors = config->processors;
	b->board.guest_name = slash ? slash + 1 : config->guest;
	b->calls = (struct calls){
		.board = &b->board,
		.ram_bytes = config->ram_bytes,
		.fail = fail_call,
		.region_only = config->region_only,
	};
	b->confine.folder = -1;
	b->bus = (struct bus){
		.ram_bytes = config->ram_bytes,
		.board = b,
		.load = load,
		.store = store,
		.semihost = bare_semihost,
		.monitor_call = monitor_call,
		.exception = exception,
	};
	b->bus.ram = mmap(NULL, config->ram_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b->bus.ram == MAP_FAILED) {
		b->bus.ram = NULL;
		error_set(err, "cannot get %u bytes for the guest's RAM", config->ram_bytes);
	} else if (!load_guest(b, config, &entry, err) && !uhi_init(b, config, err)) {
		b->board.cpus = cpus_new(&cpus, &b->bus);
		b->board.guest_name = b->argv[0]; /* the configuration may go away */
		b->processor[0].started = true;
		b->processor[0].entry = entry;
		b->started = 1;
		cpu_set_pc(cpus_get(b->board.cpus, 0), entry);
		return &b->board;
	}
	destroy(&b->board);
	return NULL;
}

static void watch(struct board *board, const struct board_watch *who)
{
	((struct bare *)board)->calls.watch = who;
}

const struct board_kind board_bare = {
	.name = "bare",
	.ram_bytes = 64 << 20,
	.help = "processors, RAM, a mailbox; console, files and exit by semihosting",
	.create = create,
	.destroy = destroy,
	.watch = watch,
	.run = run,
	.snapshot = walk,
};
