/* SPDX-License-Identifier: MIT */
/*
 * Where an access of the processors goes on the malta board: MIPS Malta User's Manual, chapter
 * "Memory maps". RAM is the core's own affair; what is left is the GT-64120's registers and
 * windows, and the board's peripheral bus (CBUS) from 0x1e000000 on: boot flash (empty, but for the
 * revision register), the FPGA, a UART. PCI I/O addresses that no function claims are the ISA
 * bus's. Nobody there: all ones on PCI and ISA, zeros on CBUS, a bus error elsewhere.
 */
#include "sim/board/gt64120.h"
#include "sim/board/malta.h"
#include "sim/board/piix4.h"
#include "sim/board/uart16550.h"

enum {
	CBUS = 0x1e000000,
	CBUS_END = 0x20000000,
	FPGA = 0x1f000000,
	FPGA_BYTES = 0x1000,
	REVISION = 0x1fc00010,
};

/* Of the FPGA. */
enum { STATUS = 0x208, LED_BAR = 0x408, SOFT_RESET = 0x500, UART = 0x900, UART_END = 0x940 };
#define STATUS_LITTLE  0x02 /* the board runs little-endian */
#define RESET_MAGIC    0x42
#define REVISION_VALUE 0x420 /* a Malta with a Core LV and its GT-64120 */
#define ISA_END	       0x10000u

static uint8_t load_port(struct malta *m, uint32_t port)
{
	uint8_t v;

	if (piix4_load(m->pci, port, &v))
		return v;
	for (unsigned i = 0; i < m->ports; i++) {
		const struct isa_ports *p = &m->port[i];

		if (port - p->port < p->count)
			return p->load(p->device, port - p->port + p->first);
	}
	return 0xff;
}

static void store_port(struct malta *m, uint32_t port, uint8_t value)
{
	if (piix4_store(m->pci, port, value))
		return;
	for (unsigned i = 0; i < m->ports; i++) {
		const struct isa_ports *p = &m->port[i];

		if (port - p->port < p->count) {
			p->store(p->device, port - p->port + p->first, value);
			return;
		}
	}
}

static uint32_t load_isa(struct malta *m, uint32_t port, unsigned bytes)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint32_t)(port < ISA_END ? load_port(m, port + i) : 0xff) << 8 * i;
	return v;
}

static void store_isa(struct malta *m, uint32_t port, unsigned bytes, uint32_t value)
{
	for (unsigned i = 0; i < bytes && port < ISA_END; i++)
		store_port(m, port + i, (uint8_t)(value >> 8 * i));
}

/* ---- CBUS ---- */

static uint32_t load_cbus(struct malta *m, uint32_t pa)
{
	uint32_t offset = pa - FPGA;

	if (pa == REVISION)
		return REVISION_VALUE;
	if (offset >= UART && offset < UART_END) /* a register every 8 bytes */
		return offset & 4 ? 0 : uart16550_load(m->uart[2], (offset - UART) / 8);
	switch (offset) {
	case STATUS:
		return STATUS_LITTLE;
	case LED_BAR:
		return m->leds;
	default:
		return 0;
	}
}

static void store_cbus(struct malta *m, uint32_t pa, uint32_t value)
{
	uint32_t offset = pa - FPGA;

	if (offset >= UART && offset < UART_END && !(offset & 4))
		uart16550_store(m->uart[2], (offset - UART) / 8, (uint8_t)value);
	else if (offset == LED_BAR)
		m->leds = value & 0xff;
	else if (offset == SOFT_RESET && value == RESET_MAGIC)
		malta_off(m);
}

/* ---- all ---- */

static int load(struct malta *m, uint32_t pa, unsigned bytes, uint32_t *value)
{
	uint32_t to, part = 8 * (pa & 3);

	switch (gt64120_decode(m->gt, pa, &to)) {
	case GT_REGISTERS:
		*value = gt64120_load(m->gt, to & ~3u) >> part;
		return 0;
	case GT_PCI_IO:
		if (!pci_load(m->pci, true, to, bytes, value))
			*value = load_isa(m, to, bytes);
		return 0;
	case GT_PCI_MEMORY:
		if (!pci_load(m->pci, false, to, bytes, value)) {
			gt64120_abort(m->gt);
			*value = UINT32_MAX;
		}
		return 0;
	default:
		break;
	}
	if (pa < CBUS || pa >= CBUS_END)
		return -1;
	*value = load_cbus(m, pa & ~3u) >> part;
	return 0;
}

static int store(struct malta *m, uint32_t pa, unsigned bytes, uint32_t value)
{
	uint32_t to;

	switch (gt64120_decode(m->gt, pa, &to)) {
	case GT_REGISTERS: /* words only */
		if (bytes == 4)
			gt64120_store(m->gt, to, value);
		return 0;
	case GT_PCI_IO:
		if (!pci_store(m->pci, true, to, bytes, value))
			store_isa(m, to, bytes, value);
		return 0;
	case GT_PCI_MEMORY:
		if (!pci_store(m->pci, false, to, bytes, value))
			gt64120_abort(m->gt);
		return 0;
	default:
		break;
	}
	if (pa < CBUS || pa >= CBUS_END)
		return -1;
	if (!(pa & 3))
		store_cbus(m, pa, value);
	return 0;
}

/* A device may want its turn sooner now. */
static void accessed(struct malta *m, struct cpu *cpu)
{
	uint64_t soonest = malta_soonest(m);

	if (soonest < m->target) {
		m->target = soonest;
		m->asking = cpu;
		cpu_request_stop(cpu);
	}
}

int malta_load(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t *value)
{
	struct malta *m = board;
	uint32_t low = 0, high = 0;
	int rc = load(m, pa, bytes > 4 ? 4 : bytes, &low);

	if (!rc && bytes > 4)
		rc = load(m, pa + 4, 4, &high);
	*value = (uint64_t)high << 32 | low;
	if (bytes < 4)
		*value &= (1u << 8 * bytes) - 1;
	accessed(m, cpu);
	return rc;
}

int malta_store(void *board, struct cpu *cpu, uint32_t pa, unsigned bytes, uint64_t value)
{
	struct malta *m = board;
	int rc = store(m, pa, bytes > 4 ? 4 : bytes, (uint32_t)value);

	if (!rc && bytes > 4)
		rc = store(m, pa + 4, 4, (uint32_t)(value >> 32));
	accessed(m, cpu);
	return rc;
}
