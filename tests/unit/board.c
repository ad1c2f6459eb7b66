/* SPDX-License-Identifier: MIT */
/* The bare board: mailbox, turns, waiting, monitor calls and their records. The guests are a few
 * hand-encoded instructions at 0x80100000. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/monitor_call.h"
#include "sim/board/board.h"
#include "sim/board/sync.h"

#define CODE 0x80100000u
#define DATA 0x80200000u

enum { ZERO, V0 = 2, A0 = 4, A1, A2, T0 = 8, T1, T2, T3, T8 = 24, T9, SP = 29 };

#define NOP		 0u
#define LUI(t, v)	 (0x3c000000u | (t) << 16 | ((v)&0xffff))
#define ORI(t, s, v)	 (0x34000000u | (s) << 21 | (t) << 16 | ((v)&0xffff))
#define LI(t, v)	 LUI(t, (v) >> 16), ORI(t, t, v)
#define ADDIU(t, s, v)	 (0x24000000u | (s) << 21 | (t) << 16 | ((v)&0xffff))
#define ADDU(d, s, t)	 (0x00000021u | (s) << 21 | (t) << 16 | (d) << 11)
#define LW(t, off, base) (0x8c000000u | (base) << 21 | (t) << 16 | ((off)&0xffff))
#define SW(t, off, base) (0xac000000u | (base) << 21 | (t) << 16 | ((off)&0xffff))
#define BNE(s, t, by)	 (0x14000000u | (s) << 21 | (t) << 16 | ((by)&0xffff))
#define BEQ(s, t, by)	 (0x10000000u | (s) << 21 | (t) << 16 | ((by)&0xffff))
#define MTC0(t, d)	 (0x40800000u | (t) << 16 | (d) << 11)
#define MFC0(t, d)	 (0x40000000u | (t) << 16 | (d) << 11)
#define WAIT		 0x42000020u
#define SDBBP1		 0x7000007fu
#define MCALL(op)	 ORI(T8, ZERO, op), MONITOR_CALL_INSN
#define EXIT		 ORI(T9, ZERO, 1), SDBBP1 /* status in A0 */
#define SPIN		 BEQ(ZERO, ZERO, -1), NOP
#define COUNT_OF(a)	 (sizeof(a) / sizeof((a)[0]))

struct machine {
	struct board *board;
	struct error err;
	char path[64];
};

static struct machine start(const uint32_t *code, size_t words, unsigned processors, bool region)
{
	struct machine m = {.path = "/tmp/discosim-board-XXXXXX"};
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
	} f = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_MIPS,
			   .e_version = EV_CURRENT,
			   .e_entry = CODE,
			   .e_phoff = sizeof(Elf32_Ehdr),
			   .e_flags = 0x70001001,
			   .e_phentsize = sizeof(Elf32_Phdr),
			   .e_phnum = 1},
		.segment = {PT_LOAD, sizeof(f), CODE, CODE, (uint32_t)words * 4, 4096, 7, 4},
	};
	struct board_config config = {
		.guest = m.path,
		.processors = processors,
		.tlb_entries = 64,
		.ram_bytes = 16 << 20,
		.input = STDIN_FILENO,
		.output = STDOUT_FILENO,
		.error = STDERR_FILENO,
		.region_only = region,
	};
	int fd = mkstemp(m.path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, &f, sizeof(f)), sizeof(f));
	assert_int_equal(write(fd, code, words * 4), words * 4);
	close(fd);
	m.board = board_new(board_kind_find("bare", &m.err), &config, &m.err);
	if (!m.board)
		fail_msg("%s", m.err.text);
	unlink(m.path);
	return m;
}

/* Runs until it exits, fails or has had a million instructions. */
static int finish(struct machine *m)
{
	int rc = 0;

	for (int i = 0; i < 100 && !rc && m->board->state == BOARD_RUNNING; i++)
		rc = board_run(m->board, 10000, &m->err);
	return rc;
}

static uint32_t word_at(struct machine *m, uint32_t va)
{
	uint32_t v;

	assert_int_equal(cpu_read(cpus_get(m->board->cpus, 0), va, &v, 4), 0);
	return v;
}

#define START(code, n) start(code, COUNT_OF(code), n, false)

/* ---- exit, mailbox, turns ---- */

static void the_guests_exit_status_is_its_low_eight_bits(void **state)
{
	static const uint32_t code[] = {ORI(A0, ZERO, 0x1fe), EXIT, SPIN};
	struct machine m = START(code, 1);

	(void)state;
	assert_int_equal(finish(&m), 0);
	assert_int_equal(m.board->state, BOARD_EXITED);
	assert_int_equal(m.board->exit_status, 0xfe);
	assert_int_equal(board_instructions(m.board), 3);
	board_free(m.board);
}

#define MAILBOX_1     (0xa0000000u + MAILBOX_BASE + MAILBOX_STRIDE)
#define OTHER(offset) (CODE + 4 * (offset))

static void a_parked_processor_starts_where_and_with_what_the_mailbox_says(void **state)
{
	/* clang-format off */
	static const uint32_t code[] = {
		LI(T0, MAILBOX_1), LI(T1, DATA),
		LW(T2, MAILBOX_ENTRY, T0), SW(T2, 0, T1),	  /* parked: 0 */
		LI(T2, 0x80123450), SW(T2, MAILBOX_STACK, T0),
		ORI(T2, ZERO, 77), SW(T2, MAILBOX_ARGUMENT, T0),
		LI(T2, OTHER(23)), SW(T2, MAILBOX_ENTRY, T0),
		LW(T2, MAILBOX_ENTRY, T0), SW(T2, 4, T1),	  /* running: its entry */
		LW(T3, 20, T1), BEQ(T3, ZERO, -2), NOP,
		ORI(A0, ZERO, 5), EXIT, NOP,
		/* processor 1, at word 23 */
		LI(T1, DATA), SW(SP, 8, T1), SW(A0, 12, T1), SW(A1, 16, T1),
		ORI(T2, ZERO, 1), SW(T2, 20, T1), SPIN,
	};
	/* clang-format on */
	struct machine m = START(code, 2);

	(void)state;
	assert_int_equal(finish(&m), 0);
	assert_int_equal(m.board->exit_status, 5);
	assert_int_equal(word_at(&m, DATA), 0);
	assert_int_equal(word_at(&m, DATA + 4), OTHER(23));
	assert_int_equal(word_at(&m, DATA + 8), 0x80123450);
	assert_int_equal(word_at(&m, DATA + 12), 77);
	assert_int_equal(word_at(&m, DATA + 16), 1);
	board_free(m.board);
}

/* Processor 0 releases 1; both count in registers until 0 has counted to 30000. */
/* clang-format off */
static const uint32_t race[] = {
	LI(T0, MAILBOX_1), LI(T2, OTHER(15)), SW(T2, MAILBOX_ENTRY, T0),
	LI(T3, 30000), ORI(T1, ZERO, 0),
	ADDIU(T1, T1, 1), BNE(T1, T3, -2), NOP,
	EXIT, SPIN,
	ORI(T1, ZERO, 0), ADDIU(T1, T1, 1), BEQ(ZERO, ZERO, -2), NOP, /* at word 15 */
};
/* clang-format on */

static void processors_take_turns_that_are_always_the_same(void **state)
{
	uint64_t first = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct machine m = START(race, 2);
		uint64_t zero, one;

		assert_int_equal(finish(&m), 0);
		assert_int_equal(m.board->state, BOARD_EXITED);
		zero = cpu_instructions(cpus_get(m.board->cpus, 0));
		one = cpu_instructions(cpus_get(m.board->cpus, 1));
		/* Equal but for a turn and the ends of blocks. */
		assert_in_range(zero, one - one / 50, one + one / 50);
		if (round)
			assert_int_equal(one, first);
		first = one;
		board_free(m.board);
	}
}

static void how_a_run_is_sliced_changes_nothing(void **state)
{
	struct machine a = START(race, 2), b = START(race, 2);

	(void)state;
	while (a.board->state == BOARD_RUNNING)
		assert_int_equal(board_run(a.board, 1000000, &a.err), 0);
	while (b.board->state == BOARD_RUNNING)
		assert_int_equal(board_run(b.board, 500, &b.err), 0);
	for (unsigned n = 0; n < 2; n++)
		assert_int_equal(cpu_instructions(cpus_get(a.board->cpus, n)),
				 cpu_instructions(cpus_get(b.board->cpus, n)));
	board_free(a.board);
	board_free(b.board);
}

/* ---- waiting ---- */

enum { COUNT = 9, COMPARE = 11, STATUS = 12 };

static void waiting_without_a_timer_is_an_error(void **state)
{
	static const uint32_t code[] = {WAIT, NOP, SPIN};
	struct machine m = START(code, 4);

	(void)state;
	assert_int_equal(finish(&m), -1);
	assert_non_null(strstr(m.err.text, "stuck: every processor waits"));
	board_free(m.board);
}

static void the_timer_ends_a_wait_without_executing_instructions_meanwhile(void **state)
{
	/* IM7 without IE: WAIT ends, no interrupt is taken. */
	/* clang-format off */
	static const uint32_t code[] = {
		ORI(T0, ZERO, 0x8000), MTC0(T0, STATUS),
		MFC0(T1, COUNT), LUI(T0, 0x1000), ADDU(T1, T1, T0), MTC0(T1, COMPARE),
		WAIT, ORI(A0, ZERO, 9), EXIT, SPIN,
	};
	/* clang-format on */
	struct machine m = START(code, 1);

	(void)state;
	assert_int_equal(finish(&m), 0);
	assert_int_equal(m.board->state, BOARD_EXITED);
	assert_int_equal(m.board->exit_status, 9);
	assert_int_equal(board_instructions(m.board), 10);
	board_free(m.board);
}

/* ---- monitor calls and records ---- */

struct tape {
	struct observer observer;
	struct record record[65536];
};

static void no_room(struct observer *o)
{
	(void)o;
	fail_msg("the tape is full");
}

static void not_told(struct observer *o, uint32_t va_flags, uint32_t asid, uint32_t pa_page)
{
	(void)o, (void)va_flags, (void)asid, (void)pa_page;
}

static struct tape *tape_new(void)
{
	struct tape *t = calloc(1, sizeof(*t));

	t->observer =
		(struct observer){t->record, t->record + COUNT_OF(t->record), no_room, not_told};
	return t;
}

/* The instructions that the runs of a tape say were executed. */
static uint64_t run_instructions(const struct tape *t)
{
	uint64_t sum = 0;

	for (const struct record *r = t->record; r < t->observer.next; r++)
		sum += record_kind(*r) == RECORD_RUN ? record_arg(*r) : 0;
	return sum;
}

/* What a board reported: everything but runs, references, modes and privileged instructions. */
static size_t reported(const struct tape *t, struct record *out, size_t room)
{
	size_t n = 0;

	for (const struct record *r = t->record; r < t->observer.next && n < room; r++)
		switch (record_kind(*r)) {
		case RECORD_RUN:
		case RECORD_LOAD:
		case RECORD_STORE:
		case RECORD_MODE:
		case RECORD_PRIVILEGED:
			break;
		default:
			out[n++] = *r;
		}
	return n;
}

static void expect(const struct record *got, size_t n, const struct record *want, size_t wanted)
{
	for (size_t i = 0; i < n && i < wanted; i++)
		if (got[i].addr != want[i].addr || got[i].info != want[i].info)
			fail_msg("record %zu is %s 0x%x %u, wanted %s 0x%x %u", i,
				 record_kind_name(record_kind(got[i])), got[i].addr,
				 record_arg(got[i]), record_kind_name(record_kind(want[i])),
				 want[i].addr, record_arg(want[i]));
	assert_int_equal(n, wanted);
}

static void every_monitor_call_becomes_its_record(void **state)
{
	/* clang-format off */
	static const uint32_t code[] = {
		ORI(A0, ZERO, 7), MCALL(MCALL_PHASE),
		LI(A0, 0x00200000), MCALL(MCALL_ZERO_BEGIN), MCALL(MCALL_ZERO_END),
		MCALL(MCALL_PAGE_FREED),
		LI(A0, DATA), ORI(A1, ZERO, MCALL_LOCK),
		MCALL(MCALL_SYNC_WAIT), MCALL(MCALL_SYNC_PASS), MCALL(MCALL_SYNC_SIGNAL),
		MCALL(MCALL_SYNC_WAIT), MCALL(MCALL_SYNC_PASS), MCALL(MCALL_SYNC_SIGNAL),
		MCALL(MCALL_REGION_BEGIN), MCALL(MCALL_REGION_END),
		MCALL(MCALL_PROCESSORS), ADDU(A0, V0, ZERO), EXIT, SPIN,
	};
	const uint32_t lock = DATA & 0x1fffffff;
	const struct record want[] = {
		record_make(RECORD_PHASE, 7, 0),
		record_make(RECORD_ZERO_BEGIN, 0x00200000, 0),
		record_make(RECORD_ZERO_END, 0x00200000, 0),
		record_make(RECORD_PAGE_FREED, 0x00200000, 0),
		record_make(RECORD_SYNC_WAIT, lock, SYNC_LOCK),
		record_make(RECORD_SYNC_PASS, lock, SYNC_LOCK), record_make(RECORD_OPERAND, 0, 0),
		record_make(RECORD_SYNC_SIGNAL, lock, SYNC_LOCK),
		record_make(RECORD_SYNC_WAIT, lock, SYNC_LOCK),
		record_make(RECORD_SYNC_PASS, lock, SYNC_LOCK), record_make(RECORD_OPERAND, 1, 0),
		record_make(RECORD_SYNC_SIGNAL, lock, SYNC_LOCK),
		record_make(RECORD_REGION_BEGIN, 0, 0), record_make(RECORD_REGION_END, 0, 0),
		record_make(RECORD_INPUT_OUTPUT, 0, 1),
	};
	/* clang-format on */
	struct machine m = START(code, 3);
	struct tape *t = tape_new(), *other = tape_new();
	struct record got[64];

	(void)state;
	cpu_observe(cpus_get(m.board->cpus, 0), &t->observer);
	cpu_observe(cpus_get(m.board->cpus, 2), &other->observer);
	assert_int_equal(finish(&m), 0);
	assert_int_equal(m.board->exit_status, 3);
	assert_int_equal(m.board->regions, 1);
	expect(got, reported(t, got, 64), want, COUNT_OF(want));
	/* The region's marks are in every stream, a parked processor's too. */
	expect(got, reported(other, got, 64), want + 12, 2);
	board_free(m.board);
	free(t);
	free(other);
}

static void an_object_in_a_mapped_page_is_named_by_its_physical_address(void **state)
{
	/* Puts the pair at VA 0x00400000 into the TLB: odd page 0x00201 of RAM, even not. The
	 * refill vector, where the first call ends, does it; the call is then made again. */
	/* clang-format off */
	static const uint32_t code[] = {
		/* copies 14 words from word 20 to 0x80000000 */
		LI(T0, OTHER(20)), LI(T1, 0x80000000), LI(T2, OTHER(34)),
		LW(T3, 0, T0), SW(T3, 0, T1), ADDIU(T0, T0, 4), BNE(T0, T2, -4), ADDIU(T1, T1, 4),
		MTC0(ZERO, STATUS),
		LI(A0, 0x00401008), ORI(A1, ZERO, MCALL_EVENT), MCALL(MCALL_SYNC_SIGNAL),
		ORI(A0, ZERO, 4), EXIT,
		/* the handler: EntryLo0 = 0, EntryLo1 = page 0x201 valid dirty, tlbwr, eret */
		MTC0(ZERO, 2), ORI(T0, ZERO, 0x201 << 6 | 6 | 3 << 3), MTC0(T0, 3), 0x42000006,
		0x42000018, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP,
	};
	/* clang-format on */
	struct machine m = START(code, 1);
	struct tape *t = tape_new();
	struct record got[64];
	unsigned signals = 0, exceptions = 0;

	(void)state;
	cpu_observe(cpus_get(m.board->cpus, 0), &t->observer);
	if (finish(&m))
		fail_msg("%s", m.err.text);
	assert_int_equal(m.board->exit_status, 4);
	for (size_t i = 0, n = reported(t, got, 64); i < n; i++) {
		signals += record_kind(got[i]) == RECORD_SYNC_SIGNAL;
		exceptions += record_kind(got[i]) == RECORD_EXCEPTION;
		if (record_kind(got[i]) == RECORD_SYNC_SIGNAL)
			assert_int_equal(got[i].addr, 0x00201008);
	}
	assert_int_equal(signals, 1);
	assert_int_equal(exceptions, 1);
	assert_int_equal(cpu_tlb_refills(cpus_get(m.board->cpus, 0)), 1);
	assert_int_equal(run_instructions(t), cpu_instructions(cpus_get(m.board->cpus, 0)));
	board_free(m.board);
	free(t);
}

/* Attaches tapes to all processors when the region begins, as a recorder does. */
struct recorder {
	struct machine *m;
	struct tape *tape[2];
};

static void on_region(void *owner, bool begins)
{
	struct recorder *r = owner;

	for (unsigned n = 0; n < 2; n++)
		cpu_observe(cpus_get(r->m->board->cpus, n), begins ? &r->tape[n]->observer : NULL);
}

static void a_wait_that_began_before_the_region_is_repeated_in_it(void **state)
{
	/* clang-format off */
	static const uint32_t code[] = {
		/* processor 0 signals a barrier of two, releases 1, and waits until 1 waits */
		LI(T0, MAILBOX_1), LI(T1, DATA), LI(A0, DATA),
		ORI(A1, ZERO, MCALL_BARRIER), ORI(A2, ZERO, 2),
		MCALL(MCALL_SYNC_SIGNAL),
		LI(T2, OTHER(31)), SW(T2, MAILBOX_ENTRY, T0),
		LW(T2, 0, T1), BEQ(T2, ZERO, -2), NOP,
		MCALL(MCALL_REGION_BEGIN),
		MCALL(MCALL_SYNC_SIGNAL),
		ORI(T2, ZERO, 2), SW(T2, 0, T1),
		LW(T2, 4, T1), BEQ(T2, ZERO, -2), NOP,
		MCALL(MCALL_REGION_END), EXIT, SPIN,
		/* processor 1, at word 31 */
		LI(T1, DATA), LI(A0, DATA), ORI(A1, ZERO, MCALL_BARRIER), ORI(A2, ZERO, 2),
		MCALL(MCALL_SYNC_WAIT), ORI(T2, ZERO, 1), SW(T2, 0, T1),
		LW(T3, 0, T1), BEQ(T3, T2, -2), NOP,
		MCALL(MCALL_SYNC_PASS), SW(T2, 4, T1), SPIN,
	};
	const uint32_t at = DATA & 0x1fffffff;
	const struct record zero[] = {
		record_make(RECORD_REGION_BEGIN, 0, 0),
		record_make(RECORD_SYNC_SIGNAL, at, SYNC_BARRIER),
		record_make(RECORD_REGION_END, 0, 0),
	};
	/* The round took two signals, one of them before the region: one is what a replay sees. */
	const struct record one[] = {
		record_make(RECORD_REGION_BEGIN, 0, 0),
		record_make(RECORD_SYNC_WAIT, at, SYNC_BARRIER),
		record_make(RECORD_SYNC_PASS, at, SYNC_BARRIER), record_make(RECORD_OPERAND, 1, 0),
		record_make(RECORD_REGION_END, 0, 0),
	};
	/* clang-format on */
	struct machine m = start(code, COUNT_OF(code), 2, true);
	struct recorder r = {&m, {tape_new(), tape_new()}};
	const struct board_watch watch = {&r, on_region};
	struct record got[64];

	(void)state;
	board_set_watch(m.board, &watch);
	if (finish(&m))
		fail_msg("%s", m.err.text);
	assert_int_equal(m.board->state, BOARD_EXITED);
	expect(got, reported(r.tape[0], got, 64), zero, COUNT_OF(zero));
	expect(got, reported(r.tape[1], got, 64), one, COUNT_OF(one));
	board_free(m.board);
	free(r.tape[0]);
	free(r.tape[1]);
}

/* ---- the counts ---- */

enum { SIGNAL, SIGNAL_UNRECORDED, PASS };

struct sync_step {
	int what;
	uint32_t pa, sync_class, participants, count;
};

static void play(const struct sync_step *steps, size_t n)
{
	struct sync_table t = {0};

	for (size_t i = 0; i < n; i++) {
		const struct sync_step *s = &steps[i];

		if (s->what != PASS)
			sync_signal(&t, s->pa, s->sync_class, s->what == SIGNAL);
		else if (sync_pass(&t, s->pa, s->sync_class, s->participants) != s->count)
			fail_msg("step %zu: not %u", i, s->count);
	}
	sync_release(&t);
}

static void a_pass_needs_what_let_it_through(void **state)
{
	static const struct sync_step lock[] = {
		{PASS, 16, SYNC_LOCK, 0, 0}, {SIGNAL, 16, SYNC_LOCK, 0, 0},
		{PASS, 16, SYNC_LOCK, 0, 1}, {SIGNAL, 16, SYNC_LOCK, 0, 0},
		{PASS, 20, SYNC_LOCK, 0, 0}, {PASS, 16, SYNC_LOCK, 0, 2},
	};
	static const struct sync_step barrier[] = {
		{SIGNAL, 8, SYNC_BARRIER, 3, 0}, {SIGNAL, 8, SYNC_BARRIER, 3, 0},
		{SIGNAL, 8, SYNC_BARRIER, 3, 0}, {PASS, 8, SYNC_BARRIER, 3, 3},
		{PASS, 8, SYNC_BARRIER, 3, 3},	 {SIGNAL, 8, SYNC_BARRIER, 3, 0},
		{SIGNAL, 8, SYNC_BARRIER, 3, 0}, {PASS, 8, SYNC_BARRIER, 3, 3},
		{SIGNAL, 8, SYNC_BARRIER, 3, 0}, {PASS, 8, SYNC_BARRIER, 3, 6},
	};
	static const struct sync_step reused[] = {
		{SIGNAL, 8, SYNC_LOCK, 0, 0},	 {SIGNAL, 8, SYNC_BARRIER, 0, 0},
		{SIGNAL, 8, SYNC_BARRIER, 0, 0}, {PASS, 8, SYNC_BARRIER, 2, 3},
		{SIGNAL, 8, SYNC_BARRIER, 0, 0}, {SIGNAL, 8, SYNC_BARRIER, 0, 0},
		{SIGNAL, 8, SYNC_BARRIER, 0, 0}, {PASS, 8, SYNC_BARRIER, 3, 6},
	};
	static const struct sync_step region[] = {
		{SIGNAL_UNRECORDED, 8, SYNC_LOCK, 0, 0},
		{PASS, 8, SYNC_LOCK, 0, 0},
		{SIGNAL, 8, SYNC_LOCK, 0, 0},
		{PASS, 8, SYNC_LOCK, 0, 1},
		{SIGNAL_UNRECORDED, 8, SYNC_LOCK, 0, 0},
		{PASS, 8, SYNC_LOCK, 0, 1},
	};

	(void)state;
	play(lock, COUNT_OF(lock));
	play(barrier, COUNT_OF(barrier));
	play(reused, COUNT_OF(reused));
	play(region, COUNT_OF(region));
}

static void many_objects_keep_their_counts(void **state)
{
	struct sync_table t = {0};

	(void)state;
	for (uint32_t round = 0; round < 3; round++)
		for (uint32_t i = 0; i < 5000; i++)
			sync_signal(&t, i * 64, SYNC_EVENT, true);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(sync_pass(&t, i * 64, SYNC_EVENT, 0), 3);
	assert_int_equal(t.used, 5000);
	sync_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_guests_exit_status_is_its_low_eight_bits),
		cmocka_unit_test(a_parked_processor_starts_where_and_with_what_the_mailbox_says),
		cmocka_unit_test(processors_take_turns_that_are_always_the_same),
		cmocka_unit_test(how_a_run_is_sliced_changes_nothing),
		cmocka_unit_test(waiting_without_a_timer_is_an_error),
		cmocka_unit_test(the_timer_ends_a_wait_without_executing_instructions_meanwhile),
		cmocka_unit_test(every_monitor_call_becomes_its_record),
		cmocka_unit_test(an_object_in_a_mapped_page_is_named_by_its_physical_address),
		cmocka_unit_test(a_wait_that_began_before_the_region_is_repeated_in_it),
		cmocka_unit_test(a_pass_needs_what_let_it_through),
		cmocka_unit_test(many_objects_keep_their_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
