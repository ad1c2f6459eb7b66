/* SPDX-License-Identifier: MIT */
/* The system controller and the south bridge: windows, configuration cycles, acknowledges, the
 * routes of PCI interrupts, power management, hostile use. */
#include "tests/unit/chip_machine.h"

#include "sim/board/gt64120.h"
#include "sim/board/i8259.h"
#include "sim/board/piix4.h"
#include "sim/board/yamon.h"

enum { CAUSE = 0xc18, ACKNOWLEDGE = 0xc34, ADDRESS = 0xcf8, DATA = 0xcfc, M0_REMAP = 0x0f8 };
enum { SLOT = 10 };
#define ENABLE 0x80000000u
#define ABORT  0x00040000u

struct south {
	struct chip_machine m; /* first; its device is the pair of interrupt controllers */
	struct pci_bus *bus;
	struct pci_function *gt, *bridge, *card;
};

static void output(struct services *s, bool raised, enum source source)
{
	(void)source;
	((struct chip_machine *)s)->output = raised;
}

static uint8_t acknowledge(struct services *s)
{
	return i8259_acknowledge(((struct chip_machine *)s)->device);
}

static void event(struct services *s, enum piix4_event what)
{
	((struct chip_machine *)s)->events += what == PIIX4_POWER_OFF ? 1 : 100;
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind card_device = {"card", NULL, NULL, release};
static const struct pci_function_kind card_kind = {.vendor = 1, .device = 2, .interrupts = true};

static void south_new(struct south *s, unsigned card_slot)
{
	*s = (struct south){.bus = NULL};
	chip_machine_init(&s->m);
	s->m.device = i8259_new(&s->m.services, output);
	s->bus = piix4_new(&s->m.services, SLOT, event);
	s->gt = gt64120_new(&s->m.services, s->bus, acknowledge);
	s->bridge = pci_function_at(s->bus, SLOT, 0);
	s->card = calloc(1, sizeof(*s->card));
	assert_non_null(s->card);
	s->card->device = (struct device){&card_device, &s->m.services, DEVICE_NEVER};
	s->card->pci = &card_kind;
	pci_attach(s->bus, card_slot, s->card);
	yamon_devices(s->gt, s->bridge, s->m.device);
}

static void south_free(struct south *s)
{
	pci_bus_free(s->bus);
	chip_release(&s->m);
}

static void windows_are_where_the_boot_monitor_puts_them(void **state)
{
	static const struct {
		uint32_t pa;
		enum gt64120_target target;
		uint32_t to;
	} cases[] = {
		{0x1be00000, GT_REGISTERS, 0},
		{0x1be00cfc, GT_REGISTERS, 0xcfc},
		{0x1be01000, GT_NOWHERE, 0},
		{0x14000000, GT_PCI_MEMORY, 0x14000000}, /* where the registers were at reset */
		{0x18000000, GT_PCI_IO, 0},
		{0x180003f8, GT_PCI_IO, 0x3f8},
		{0x181fffff, GT_PCI_IO, 0x1fffff},
		{0x10000000, GT_PCI_MEMORY, 0x10000000},
		{0x17ffffff, GT_PCI_MEMORY, 0x17ffffff},
		{0x18200000, GT_PCI_MEMORY, 0x18200000},
		{0x1bdfffff, GT_PCI_MEMORY, 0x1bdfffff},
		{0x0fffffff, GT_NOWHERE, 0},
		{0x1c000000, GT_NOWHERE, 0},
		{0x20000000, GT_NOWHERE, 0},
		{0xffffffff, GT_NOWHERE, 0},
	};
	struct south s;

	(void)state;
	south_new(&s, 18);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t to = 0;

		assert_int_equal(gt64120_decode(s.gt, cases[i].pa, &to), cases[i].target);
		if (cases[i].target != GT_NOWHERE)
			assert_int_equal(to, cases[i].to);
	}
	south_free(&s);
}

static void windows_move_close_and_remap(void **state)
{
	uint32_t to;
	struct south s;

	(void)state;
	south_new(&s, 18);
	gt64120_store(s.gt, M0_REMAP, 0x400); /* 0x80000000 */
	assert_int_equal(gt64120_decode(s.gt, 0x12345678, &to), GT_PCI_MEMORY);
	assert_int_equal(to, 0x82345678);
	gt64120_store(s.gt, GT_PCI0_M0_LOW, 0x084); /* undoes the remapping */
	assert_int_equal(gt64120_decode(s.gt, 0x10000000, &to), GT_NOWHERE);
	assert_int_equal(gt64120_decode(s.gt, 0x10800000, &to), GT_PCI_MEMORY);
	assert_int_equal(to, 0x10800000);
	gt64120_store(s.gt, GT_PCI0_M0_HIGH, 3); /* below its low end: closed */
	assert_int_equal(gt64120_decode(s.gt, 0x10800000, &to), GT_NOWHERE);
	gt64120_store(s.gt, GT_INTERNAL, 0x0a0);
	assert_int_equal(gt64120_decode(s.gt, 0x14000c18, &to), GT_REGISTERS);
	assert_int_equal(to, CAUSE);
	assert_int_equal(gt64120_load(s.gt, GT_INTERNAL), 0x0a0);
	south_free(&s);
}

static void configuration_cycles_reach_functions_or_abort(void **state)
{
	static const struct {
		uint32_t address, value;
		bool abort;
	} cases[] = {
		{ENABLE | 0 << 11, 0x462011ab, false},
		{ENABLE | 10 << 11, 0x71108086, false},
		{ENABLE | 10 << 11 | 1 << 8, 0x71118086, false},
		{ENABLE | 10 << 11 | 2 << 8, 0x71128086, false},
		{ENABLE | 10 << 11 | 3 << 8, 0x71138086, false},
		{ENABLE | 10 << 11 | 0x60, 0x0b0b0a0a, false},
		{ENABLE | 18 << 11, 0x00020001, false},
		{ENABLE | 17 << 11, 0xffffffff, true},
		{ENABLE | 1 << 16 | 18 << 11, 0xffffffff, true},
		{18 << 11, 0xffffffff, false}, /* not enabled: no cycle */
	};
	struct south s;

	(void)state;
	south_new(&s, 18);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		gt64120_store(s.gt, CAUSE, 0);
		gt64120_store(s.gt, ADDRESS, cases[i].address);
		assert_int_equal(gt64120_load(s.gt, ADDRESS), cases[i].address);
		assert_int_equal(gt64120_load(s.gt, DATA), cases[i].value);
		assert_int_equal(gt64120_load(s.gt, CAUSE), cases[i].abort ? ABORT | 1 : 0);
	}
	gt64120_store(s.gt, CAUSE, 0);
	gt64120_store(s.gt, ADDRESS, ENABLE | 18 << 11 | 4);
	gt64120_store(s.gt, DATA, 4);
	assert_true(pci_bus_master(s.card));
	gt64120_store(s.gt, ADDRESS, ENABLE | 17 << 11 | 4);
	gt64120_store(s.gt, DATA, 4);
	assert_int_equal(gt64120_load(s.gt, CAUSE), ABORT | 1);
	south_free(&s);
}

static void registers_that_are_not_modelled_read_as_nothing(void **state)
{
	struct south s;

	(void)state;
	south_new(&s, 18);
	for (uint32_t offset = 0x400; offset < 0xc00; offset += 4) {
		gt64120_store(s.gt, offset, 0xffffffff);
		assert_int_equal(gt64120_load(s.gt, offset), 0);
	}
	south_free(&s);
}

static void a_cards_interrupt_goes_where_its_slot_is_wired_and_routed(void **state)
{
	static const struct {
		unsigned slot;
		int wire;
	} cases[] = {{11, 1}, {12, 2}, {18, 0}, {19, 1}, {20, 2}, {21, 3}, {17, -1}, {22, -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct south s;

		south_new(&s, cases[i].slot);
		assert_int_equal(piix4_wire(cases[i].slot), cases[i].wire);
		for (unsigned n = 3; n < 16; n++) {
			if (cases[i].wire >= 0)
				pci_config_store(s.bus, SLOT, 0, PIIX4_ROUTE + cases[i].wire, 1, n);
			pci_interrupt(s.card, true, SOURCE_DISK);
			assert_int_equal(s.m.lines, cases[i].wire < 0 ? 0 : 1u << n);
			pci_interrupt(s.card, false, SOURCE_DISK);
			assert_int_equal(s.m.lines, 0);
		}
		south_free(&s);
	}
}

static void a_route_that_changes_takes_the_interrupt_along(void **state)
{
	struct south s;

	(void)state;
	south_new(&s, 18);
	pci_interrupt(s.card, true, SOURCE_NETWORK);
	assert_int_equal(s.m.lines, 1u << 10);
	assert_int_equal(s.m.source, SOURCE_NETWORK);
	pci_config_store(s.bus, SLOT, 0, PIIX4_ROUTE, 1, 5);
	assert_int_equal(s.m.lines, 1u << 5);
	pci_config_store(s.bus, SLOT, 0, PIIX4_ROUTE, 1, 0x80);
	assert_int_equal(s.m.lines, 0);
	pci_config_store(s.bus, SLOT, 0, PIIX4_ROUTE, 1, 11);
	assert_int_equal(s.m.lines, 1u << 11);
	pci_config_store(s.bus, 18, 0, 4, 2, 0x400); /* masked at the card */
	assert_int_equal(s.m.lines, 0);
	south_free(&s);
}

static void put(struct south *s, uint32_t port, uint8_t value)
{
	assert_true(piix4_store(s->bus, port, value));
}

static void the_machine_goes_off_or_is_reset_when_asked(void **state)
{
	uint8_t v;
	struct south s;

	(void)state;
	south_new(&s, 18);
	assert_false(piix4_store(s.bus, 0x1005, 0x20)); /* nobody has placed them yet */
	pci_config_store(s.bus, SLOT, 3, 0x40, 4, 0x1001);
	pci_config_store(s.bus, SLOT, 3, 0x80, 1, 1);
	put(&s, 0x1005, 0x24); /* suspend to RAM: not this one */
	assert_int_equal(s.m.events, 0);
	s.m.time = SECOND;
	assert_true(piix4_load(s.bus, 0x1008, &v));
	assert_int_equal(v, 3579545 & 255);
	assert_true(piix4_load(s.bus, 0x100a, &v));
	assert_int_equal(v, 3579545 >> 16);
	assert_true(piix4_load(s.bus, 0x1005, &v));
	assert_int_equal(v, 4);
	put(&s, 0x1005, 0x20);
	assert_int_equal(s.m.events, 1);
	put(&s, 0xcf9, 2);
	assert_int_equal(s.m.events, 1);
	put(&s, 0xcf9, 6);
	assert_int_equal(s.m.events, 101);
	assert_false(piix4_load(s.bus, 0x1040, &v));
	south_free(&s);
}

static void any_use_is_survived(void **state)
{
	struct rng rng = {13};
	struct south s;

	(void)state;
	south_new(&s, 19);
	for (int i = 0; i < 300000; i++) {
		uint64_t r = rng_next(&rng);
		uint32_t v = (uint32_t)(r >> 32), to;
		uint8_t byte;

		switch (r & 7) {
		case 0:
			gt64120_store(s.gt, (uint32_t)(r >> 8) & 0xffc, v);
			break;
		case 1:
			gt64120_load(s.gt, (uint32_t)(r >> 8) & 0xffc);
			break;
		case 2:
			gt64120_store(s.gt, ADDRESS, ENABLE | (v & 0xfffc));
			break;
		case 3:
			gt64120_store(s.gt, DATA, v);
			break;
		case 4:
			gt64120_decode(s.gt, v, &to);
			break;
		case 5:
			pci_interrupt(s.card, r & 8, SOURCE_OTHER);
			break;
		case 6:
			piix4_store(s.bus, v & 0x1fff, (uint8_t)r);
			break;
		default:
			piix4_load(s.bus, v & 0x1fff, &byte);
			if (pci_load(s.bus, r & 8, v, 4, &to))
				pci_store(s.bus, r & 8, v, 1, v);
			break;
		}
	}
	south_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_where_the_boot_monitor_puts_them),
		cmocka_unit_test(windows_move_close_and_remap),
		cmocka_unit_test(configuration_cycles_reach_functions_or_abort),
		cmocka_unit_test(registers_that_are_not_modelled_read_as_nothing),
		cmocka_unit_test(a_cards_interrupt_goes_where_its_slot_is_wired_and_routed),
		cmocka_unit_test(a_route_that_changes_takes_the_interrupt_along),
		cmocka_unit_test(the_machine_goes_off_or_is_reset_when_asked),
		cmocka_unit_test(any_use_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
