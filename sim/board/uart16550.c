/* SPDX-License-Identifier: MIT */
/*
 * PC16550D data sheet, with its FIFOs. Sending takes no time: the transmitter is always empty, so
 * a guest never waits for the speed of a line. Receiving takes the line's time: a byte every ten
 * bits of the programmed rate, which leaves the guest time to work on what it gets.
 *
 * Input is taken while the guest has the received-data interrupt enabled (IER bit 0) and the FIFO
 * has room; before, it waits outside. So nothing is lost to the FIFO resets of a booting kernel,
 * and overruns happen in loop-back only. The time-out interrupt of a FIFO below its trigger level
 * comes at once. Interrupts pass only with OUT2 set, as a PC wires it.
 */
#include "sim/board/uart16550.h"

#include <stdlib.h>
#include <string.h>

#include "sim/board/isa.h"

#define FIFO 16

enum { DATA = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6, SCRATCH = 7 };
enum { IER_DATA = 1, IER_EMPTY = 2, IER_LINE = 4, IER_MODEM = 8 };
enum { IIR_NONE = 1, IIR_MODEM = 0, IIR_EMPTY = 2, IIR_DATA = 4, IIR_LINE = 6, IIR_TIMEOUT = 12 };
enum { FCR_ENABLE = 1, FCR_CLEAR_RECEIVER = 2 };
#define LCR_DIVISOR 0x80
enum { MCR_OUT2 = 8, MCR_LOOP = 0x10 };
enum { LSR_DATA = 1, LSR_OVERRUN = 2, LSR_ERRORS = 0x1e, LSR_EMPTY = 0x60 };
#define MSR_CONNECTED 0xb0 /* carrier, data set ready, clear to send */

struct uart {
	struct device device;
	struct console *console;
	unsigned interrupt;
	uint32_t clock_hz;
	uint64_t next; /* no byte arrives before this cycle */
	uint8_t fifo[FIFO], first, used;
	uint8_t ier, lcr, mcr, msr, scratch, trigger;
	uint16_t divisor;
	bool fifos, empty, overrun, raised; /* empty: that interrupt is pending */
	bool quiet;			    /* the console had nothing: until uart16550_look */
};

static uint64_t now(const struct uart *u)
{
	return u->device.services->now(u->device.services);
}

/* Cycles of a byte on the line: a start bit, 8 data bits, a stop bit. */
static uint64_t byte_time(const struct uart *u)
{
	return 160ull * (u->divisor ? u->divisor : 1) * BOARD_HZ / u->clock_hz;
}

static unsigned room(const struct uart *u)
{
	return (u->fifos ? FIFO : 1u) > u->used;
}

static bool listens(const struct uart *u)
{
	return u->console && !u->quiet && u->ier & IER_DATA && !(u->mcr & MCR_LOOP) && room(u);
}

static uint8_t identification(const struct uart *u)
{
	if (u->ier & IER_LINE && u->overrun)
		return IIR_LINE;
	if (u->ier & IER_DATA && u->used)
		return u->used >= u->trigger ? IIR_DATA : IIR_TIMEOUT;
	if (u->ier & IER_EMPTY && u->empty)
		return IIR_EMPTY;
	if (u->ier & IER_MODEM && u->msr & 15)
		return IIR_MODEM;
	return IIR_NONE;
}

static void follow(struct uart *u)
{
	bool raised = identification(u) != IIR_NONE && u->mcr & MCR_OUT2;

	if (raised == u->raised)
		return;
	u->raised = raised;
	u->device.services->interrupt(u->device.services, u->interrupt, raised, SOURCE_CONSOLE);
}

/* When the next byte may come. */
static void listen(struct uart *u)
{
	uint64_t at = now(u);

	if (!listens(u))
		u->device.due = DEVICE_NEVER;
	else if (u->device.due == DEVICE_NEVER)
		u->device.due = at > u->next ? at : u->next;
}

static void push(struct uart *u, uint8_t byte)
{
	if (!room(u))
		u->overrun = true;
	else
		u->fifo[(u->first + u->used++) % FIFO] = byte;
}

static void due(struct device *device, uint64_t at)
{
	struct uart *u = (struct uart *)device;
	int byte;

	device->due = DEVICE_NEVER;
	if (!listens(u))
		return;
	byte = console_input(u->console);
	u->quiet = byte < 0;
	if (u->quiet)
		return;
	push(u, (uint8_t)byte);
	u->next = at + byte_time(u);
	listen(u);
	follow(u);
}

void uart16550_look(struct device *device)
{
	struct uart *u = (struct uart *)device;

	u->quiet = false;
	listen(u);
}

/* The modem's lines as they are now, and which have changed. */
static void modem(struct uart *u)
{
	uint8_t lines = MSR_CONNECTED, changed;

	if (u->mcr & MCR_LOOP)
		lines = (uint8_t)((u->mcr & 2) << 3 | (u->mcr & 1) << 5 | (u->mcr & 0xc) << 4);
	else if (!u->console)
		lines = 0;
	changed = (u->msr ^ lines) >> 4;
	if (lines & 0x40)
		changed &= (uint8_t)~4u; /* the ring indicator counts when it ends */
	u->msr = (uint8_t)(lines | (u->msr & 15) | changed);
}

static uint8_t load_data(struct uart *u)
{
	uint8_t byte = u->fifo[u->first];

	if (u->used) {
		u->first = (u->first + 1) % FIFO;
		u->used--;
	}
	return byte;
}

uint8_t uart16550_load(struct device *device, unsigned reg)
{
	struct uart *u = (struct uart *)device;
	uint8_t v = 0;

	switch (reg & 7) {
	case DATA:
		v = u->lcr & LCR_DIVISOR ? (uint8_t)u->divisor : load_data(u);
		break;
	case IER:
		v = u->lcr & LCR_DIVISOR ? (uint8_t)(u->divisor >> 8) : u->ier;
		break;
	case IIR_FCR:
		v = identification(u);
		if (v == IIR_EMPTY)
			u->empty = false;
		v |= u->fifos ? 0xc0 : 0;
		break;
	case LCR:
		v = u->lcr;
		break;
	case MCR:
		v = u->mcr;
		break;
	case LSR:
		v = (uint8_t)(LSR_EMPTY | (u->used ? LSR_DATA : 0) |
			      (u->overrun ? LSR_OVERRUN : 0));
		u->overrun = false;
		break;
	case MSR:
		v = u->msr;
		u->msr &= 0xf0;
		break;
	case SCRATCH:
		v = u->scratch;
		break;
	}
	listen(u);
	follow(u);
	return v;
}

static void store_data(struct uart *u, uint8_t v)
{
	if (u->mcr & MCR_LOOP)
		push(u, v);
	else if (u->console)
		console_output(u->console, v);
	u->empty = true; /* again */
}

static void store_fifo_control(struct uart *u, uint8_t v)
{
	static const uint8_t level[4] = {1, 4, 8, 14};
	bool fifos = v & FCR_ENABLE;

	if (fifos != u->fifos || (fifos && v & FCR_CLEAR_RECEIVER))
		u->used = 0;
	u->fifos = fifos;
	u->trigger = fifos ? level[v >> 6] : 1;
}

void uart16550_store(struct device *device, unsigned reg, uint8_t v)
{
	struct uart *u = (struct uart *)device;

	switch (reg & 7) {
	case DATA:
		if (u->lcr & LCR_DIVISOR)
			u->divisor = (u->divisor & 0xff00) | v;
		else
			store_data(u, v);
		break;
	case IER:
		if (u->lcr & LCR_DIVISOR) {
			u->divisor = (uint16_t)((u->divisor & 0xff) | v << 8);
			break;
		}
		if (v & IER_EMPTY && !(u->ier & IER_EMPTY))
			u->empty = true;
		u->ier = v & 15;
		break;
	case IIR_FCR:
		store_fifo_control(u, v);
		break;
	case LCR:
		u->lcr = v;
		break;
	case MCR:
		u->mcr = v & 0x1f;
		modem(u);
		break;
	case SCRATCH:
		u->scratch = v;
		break;
	default: /* LSR and MSR are to read */
		break;
	}
	listen(u);
	follow(u);
}

static void walk(struct device *device, struct snapshot *s)
{
	struct uart *u = (struct uart *)device;

	snapshot_field(s, "uart.due", device->due);
	snapshot_field(s, "uart.next", u->next);
	snapshot_field(s, "uart.fifo", u->fifo);
	snapshot_field(s, "uart.first", u->first);
	snapshot_field(s, "uart.used", u->used);
	snapshot_check(s, "uart.fifo", u->first < FIFO && u->used <= FIFO);
	snapshot_field(s, "uart.ier", u->ier);
	snapshot_field(s, "uart.lcr", u->lcr);
	snapshot_field(s, "uart.mcr", u->mcr);
	snapshot_field(s, "uart.msr", u->msr);
	snapshot_field(s, "uart.scratch", u->scratch);
	snapshot_field(s, "uart.trigger", u->trigger);
	snapshot_field(s, "uart.divisor", u->divisor);
	snapshot_flag(s, "uart.fifos", &u->fifos);
	snapshot_flag(s, "uart.empty", &u->empty);
	snapshot_flag(s, "uart.overrun", &u->overrun);
	snapshot_flag(s, "uart.raised", &u->raised);
	snapshot_flag(s, "uart.quiet", &u->quiet);
	/* This console may have what the other had not. If it has not, nothing may change: a time
	 * to look would be another turn for every processor. */
	if (snapshot_restoring(s) && u->quiet && u->console && console_ready(u->console))
		uart16550_look(device);
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"uart", due, walk, release};

struct device *uart16550_new(struct services *services, unsigned interrupt, uint32_t clock_hz,
			     struct console *console)
{
	struct uart *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	u->device = (struct device){&kind, services, DEVICE_NEVER};
	u->console = console;
	u->interrupt = interrupt;
	u->clock_hz = clock_hz;
	u->divisor = 12; /* 9600 */
	u->trigger = 1;
	u->msr = console ? MSR_CONNECTED : 0;
	return &u->device;
}
