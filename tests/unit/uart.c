/* SPDX-License-Identifier: MIT */
/* The serial port and the host's side of its console: interrupts, FIFOs, loop-back, when input is
 * taken, what is written. */
#include "tests/unit/chip_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sim/board/uart16550.h"

enum { INPUT = 4 };
enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCRATCH, FCR = IIR };
enum { NONE = 1, EMPTY = 2, RECEIVED = 4, TIMEOUT = 12, LINE = 6, MODEM = 0, FIFOS = 0xc0 };
#define BYTE_TIME (BOARD_HZ / 11520) /* at 115200 */

struct port {
	struct chip_machine m; /* first */
	struct console *console;
	int in[2], out[2];
};

static void port_new(struct port *p)
{
	chip_machine_init(&p->m);
	assert_int_equal(pipe(p->in), 0);
	assert_int_equal(pipe(p->out), 0);
	p->console = console_new(p->in[0], p->out[1]);
	p->m.device = uart16550_new(&p->m.services, INPUT, 1843200, p->console);
	uart16550_store(p->m.device, LCR, 0x80);
	uart16550_store(p->m.device, DATA, 1); /* 115200 */
	uart16550_store(p->m.device, IER, 0);
	uart16550_store(p->m.device, LCR, 3);
	uart16550_store(p->m.device, MCR, 11);
	uart16550_load(p->m.device, MSR);
}

static void port_free(struct port *p)
{
	chip_release(&p->m);
	console_free(p->console);
	close(p->in[0]);
	close(p->out[0]);
	if (p->in[1] >= 0)
		close(p->in[1]);
	if (p->out[1] >= 0)
		close(p->out[1]);
}

static void type(struct port *p, const char *text, bool end)
{
	assert_int_equal(write(p->in[1], text, strlen(text)), (ssize_t)strlen(text));
	if (!end)
		return;
	close(p->in[1]);
	p->in[1] = -1;
}

static uint8_t get(struct port *p, unsigned reg)
{
	return uart16550_load(p->m.device, reg);
}

static void put(struct port *p, unsigned reg, uint8_t v)
{
	uart16550_store(p->m.device, reg, v);
}

static void what_is_sent_is_on_the_output_at_the_end_of_a_line(void **state)
{
	char text[32];
	struct port p;

	(void)state;
	port_new(&p);
	fcntl(p.out[0], F_SETFL, O_NONBLOCK);
	for (const char *s = "hello"; *s; s++) {
		assert_int_equal(get(&p, LSR) & 0x60, 0x60); /* always ready */
		put(&p, DATA, (uint8_t)*s);
	}
	assert_int_equal(read(p.out[0], text, sizeof(text)), -1);
	put(&p, DATA, '\n');
	assert_int_equal(read(p.out[0], text, sizeof(text)), 6);
	assert_memory_equal(text, "hello\n", 6);
	put(&p, DATA, '>');
	console_flush(p.console);
	assert_int_equal(read(p.out[0], text, sizeof(text)), 1);
	port_free(&p);
}

static void a_failed_write_is_kept_for_who_asks(void **state)
{
	struct error err = {0};
	struct port p;
	int full;

	(void)state;
	port_new(&p);
	full = open("/dev/full", O_WRONLY);
	dup2(full, p.out[1]);
	close(full);
	assert_int_equal(console_check(p.console, &err), 0);
	put(&p, DATA, '\n');
	put(&p, DATA, '\n');
	assert_int_equal(console_check(p.console, &err), -1);
	assert_string_equal(err.text, "the guest's console: cannot write: No space left on device");
	port_free(&p);
}

static void input_waits_until_the_guest_listens_and_comes_at_the_lines_speed(void **state)
{
	struct port p;

	(void)state;
	port_new(&p);
	type(&p, "abc", true);
	chip_until(&p.m, SECOND);
	assert_int_equal(get(&p, LSR) & 1, 0);
	put(&p, FCR, 1 | 0xc0); /* FIFOs, trigger at 14 */
	put(&p, IER, 1);
	chip_until(&p.m, SECOND); /* the first had a second to come */
	assert_int_equal(get(&p, IIR), FIFOS | TIMEOUT);
	assert_int_equal(p.m.source, SOURCE_CONSOLE);
	assert_int_equal(get(&p, DATA), 'a');
	assert_int_equal(get(&p, IIR), FIFOS | NONE);
	assert_int_equal(p.m.lines, 0);
	for (unsigned i = 1; i < 3; i++) {
		chip_until(&p.m, SECOND + i * BYTE_TIME - 1);
		assert_int_equal(get(&p, LSR) & 1, 0);
		chip_until(&p.m, SECOND + i * BYTE_TIME);
		assert_int_equal(get(&p, LSR) & 1, 1);
		assert_int_equal(get(&p, DATA), 'a' + (int)i);
	}
	chip_until(&p.m, 2 * SECOND);
	assert_int_equal(get(&p, LSR) & 1, 0); /* the end */
	assert_true(p.m.device->due == DEVICE_NEVER);
	port_free(&p);
}

static void a_full_fifo_takes_no_more(void **state)
{
	static const struct {
		uint8_t fcr;
		unsigned room, trigger;
	} cases[] = {{0, 1, 1}, {1, 16, 1}, {0x81, 16, 8}, {0xc1, 16, 14}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct port p;
		unsigned n = 0;

		port_new(&p);
		type(&p, "0123456789abcdefghijklmnopqrstuvwxyz", true);
		put(&p, FCR, cases[i].fcr);
		put(&p, IER, 1);
		chip_until(&p.m,
			   (cases[i].trigger - 2) * BYTE_TIME + (cases[i].trigger < 2) * SECOND);
		if (cases[i].trigger > 1)
			assert_int_equal(get(&p, IIR) & 15, TIMEOUT);
		chip_until(&p.m, 2 * SECOND);
		assert_int_equal(get(&p, IIR) & 15, RECEIVED);
		put(&p, IER, 0); /* or more would come */
		while (get(&p, LSR) & 1)
			assert_int_equal(get(&p, DATA), "0123456789abcdef"[n++]);
		assert_int_equal(n, cases[i].room);
		assert_int_equal(get(&p, LSR), 0x60); /* no overrun */
		port_free(&p);
	}
}

static void the_empty_interrupt_comes_with_its_enable_and_with_every_byte(void **state)
{
	struct port p;

	(void)state;
	port_new(&p);
	assert_int_equal(get(&p, IIR), NONE);
	put(&p, IER, 2);
	assert_int_equal(p.m.raises[INPUT], 1);
	assert_int_equal(get(&p, IIR), EMPTY);
	assert_int_equal(get(&p, IIR), NONE); /* reading it ends it */
	assert_int_equal(p.m.lines, 0);
	put(&p, DATA, 'x');
	assert_int_equal(p.m.raises[INPUT], 2);
	assert_int_equal(get(&p, IIR), EMPTY);
	put(&p, IER, 0);
	put(&p, IER, 2);
	assert_int_equal(get(&p, IIR), EMPTY);
	put(&p, IER, 0);
	put(&p, MCR, 3); /* without OUT2 */
	put(&p, IER, 2);
	assert_int_equal(p.m.lines, 0);
	put(&p, MCR, 11);
	assert_int_equal(p.m.lines, 1u << INPUT);
	port_free(&p);
}

static void loop_back_turns_bytes_and_modem_lines_around(void **state)
{
	static const struct {
		uint8_t mcr, msr;
	} cases[] = {{0x10, 0x00}, {0x11, 0x20}, {0x12, 0x10},
		     {0x14, 0x40}, {0x18, 0x80}, {0x1a, 0x90}};
	struct port p;

	(void)state;
	port_new(&p);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(&p, MCR, cases[i].mcr);
		assert_int_equal(get(&p, MSR) & 0xf0, cases[i].msr);
	}
	assert_int_equal(get(&p, MSR) & 0x0f, 0); /* reading it forgot what had changed */
	put(&p, MCR, 0x1b);
	put(&p, FCR, 1);
	for (unsigned i = 0; i < 17; i++)
		put(&p, DATA, (uint8_t)(i * 3));
	assert_int_equal(get(&p, LSR), 0x63); /* one too many */
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(get(&p, DATA), i * 3);
	assert_int_equal(get(&p, LSR), 0x60);
	put(&p, DATA, 1);
	put(&p, FCR, 3); /* clears */
	assert_int_equal(get(&p, LSR), 0x60);
	port_free(&p);
}

static void registers_are_a_16550s(void **state)
{
	struct port p;

	(void)state;
	port_new(&p);
	put(&p, SCRATCH, 0xa5);
	assert_int_equal(get(&p, SCRATCH), 0xa5);
	put(&p, IER, 0xff);
	assert_int_equal(get(&p, IER), 0x0f);
	put(&p, IER, 0);
	put(&p, FCR, 0xff);
	assert_int_equal(get(&p, IIR), FIFOS | NONE); /* not a 16750: no bit 5 */
	put(&p, LCR, 0x83);
	put(&p, DATA, 0x34);
	put(&p, IER, 0x12);
	assert_int_equal(get(&p, DATA), 0x34);
	assert_int_equal(get(&p, IER), 0x12);
	put(&p, LCR, 3);
	assert_int_equal(get(&p, IER), 0);
	put(&p, MCR, 0xff);
	assert_int_equal(get(&p, MCR), 0x1f);
	put(&p, LSR, 0xff);
	put(&p, MSR, 0xff);
	assert_int_equal(get(&p, LSR), 0x60);
	port_free(&p);
}

static void any_use_asks_for_later_turns_only(void **state)
{
	struct rng rng = {5};
	struct port p;

	(void)state;
	port_new(&p);
	dup2(open("/dev/zero", O_RDONLY), p.in[0]);
	dup2(open("/dev/null", O_WRONLY), p.out[1]);
	for (int i = 0; i < 200000; i++) {
		uint64_t r = rng_next(&rng);

		if (r & 1)
			put(&p, r >> 8 & 7, (uint8_t)(r >> 16));
		else
			get(&p, r >> 8 & 7);
		chip_until(&p.m, p.m.time + (r >> 32 & 0xffff));
		assert_true(p.m.device->due > p.m.time);
	}
	port_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_is_on_the_output_at_the_end_of_a_line),
		cmocka_unit_test(a_failed_write_is_kept_for_who_asks),
		cmocka_unit_test(input_waits_until_the_guest_listens_and_comes_at_the_lines_speed),
		cmocka_unit_test(a_full_fifo_takes_no_more),
		cmocka_unit_test(the_empty_interrupt_comes_with_its_enable_and_with_every_byte),
		cmocka_unit_test(loop_back_turns_bytes_and_modem_lines_around),
		cmocka_unit_test(registers_are_a_16550s),
		cmocka_unit_test(any_use_asks_for_later_turns_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
