/* SPDX-License-Identifier: MIT */
/* The PCI bus: sizing and placing registers, decoding, interrupt lines, hostile use. */
#include "tests/unit/chip_machine.h"

#include "sim/board/pci.h"

enum { COMMAND = 4, BAR = 0x10, LINE = 0x3c };
enum { IO = 1, MEMORY = 2, MASTER = 4, NO_INTX = 0x400 };

struct function {
	struct pci_function function;
	uint32_t offset, value;
	unsigned bar, bytes, loads, stores;
};

struct bus {
	struct chip_machine m;
	struct pci_bus *bus;
	struct function *f;
	unsigned changes;
	bool up;
	enum source source;
};

static uint32_t load(struct pci_function *pf, unsigned bar, uint32_t offset, unsigned bytes)
{
	struct function *f = (struct function *)pf;

	assert_true(offset + bytes <= pf->pci->bar[bar].bytes);
	f->bar = bar;
	f->offset = offset;
	f->bytes = bytes;
	f->loads++;
	return f->value;
}

static void store(struct pci_function *pf, unsigned bar, uint32_t offset, unsigned bytes,
		  uint32_t value)
{
	struct function *f = (struct function *)pf;

	load(pf, bar, offset, bytes);
	f->loads--;
	f->stores++;
	f->value = value;
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind device = {"function", NULL, NULL, release};
static const struct pci_function_kind kind = {
	.vendor = 0x1af4,
	.device = 0x1001,
	.subsystem_vendor = 0x1af4,
	.subsystem = 2,
	.class_revision = 0x01000000,
	.bar = {[0] = {64, true}, [1] = {4096, false}, [3] = {1 << 20, false}},
	.interrupts = true,
	.load = load,
	.store = store,
};

static void line(void *owner, struct pci_function *f, enum source source)
{
	struct bus *b = owner;

	b->changes++;
	b->up = pci_interrupting(f);
	b->source = source;
}

static struct function *function(struct bus *b)
{
	struct function *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->function.device = (struct device){&device, &b->m.services, DEVICE_NEVER};
	f->function.pci = &kind;
	return f;
}

static void bus_new(struct bus *b)
{
	*b = (struct bus){.changes = 0};
	chip_machine_init(&b->m);
	b->bus = pci_bus_new(b, line);
	b->f = function(b);
	pci_attach(b->bus, 18, &b->f->function);
}

static uint32_t get(struct bus *b, unsigned offset, unsigned bytes)
{
	uint32_t v;

	assert_true(pci_config_load(b->bus, 18, 0, offset, bytes, &v));
	return v;
}

static void put(struct bus *b, unsigned offset, unsigned bytes, uint32_t v)
{
	assert_true(pci_config_store(b->bus, 18, 0, offset, bytes, v));
}

static void a_function_shows_what_it_is(void **state)
{
	static const struct {
		unsigned offset, bytes;
		uint32_t value;
	} cases[] = {
		{0, 4, 0x10011af4}, {0, 2, 0x1af4}, {2, 2, 0x1001},	   {3, 1, 0x10},
		{8, 4, 0x01000000}, {11, 1, 1},	    {0x2c, 4, 0x00021af4}, {LINE, 4, 0x100},
		{14, 1, 0},	    {BAR, 4, 1},    {BAR + 4, 4, 0},	   {0x40, 4, 0},
	};
	struct bus b;

	(void)state;
	bus_new(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(get(&b, cases[i].offset, cases[i].bytes), cases[i].value);
	pci_bus_free(b.bus);
}

static void an_empty_slot_reads_as_all_ones(void **state)
{
	uint32_t v = 0;
	struct bus b;

	(void)state;
	bus_new(&b);
	assert_false(pci_config_load(b.bus, 17, 0, 0, 4, &v));
	assert_int_equal(v, 0xffffffff);
	assert_false(pci_config_load(b.bus, 18, 1, 0, 2, &v));
	assert_int_equal(v, 0xffff);
	assert_false(pci_config_load(b.bus, 31, 7, 0, 1, &v));
	assert_int_equal(v, 0xff);
	assert_false(pci_config_store(b.bus, 17, 0, 4, 4, 0));
	assert_false(pci_config_load(b.bus, 32, 0, 0, 4, &v));
	assert_false(pci_config_load(b.bus, 0, 8, 0, 4, &v));
	pci_bus_free(b.bus);
}

static void a_second_function_marks_the_first_as_one_of_several(void **state)
{
	struct function *second;
	struct bus b;

	(void)state;
	bus_new(&b);
	second = function(&b);
	pci_attach_part(b.bus, 18, 1, &second->function);
	assert_int_equal(get(&b, 14, 1), 0x80);
	assert_ptr_equal(pci_function_at(b.bus, 18, 1), &second->function);
	assert_null(pci_function_at(b.bus, 18, 2));
	pci_bus_free(b.bus);
}

static void writing_ones_tells_the_size_of_a_register(void **state)
{
	static const uint32_t sizes[6] = {0xffffffc1, 0xfffff000, 0, 0xfff00000, 0, 0};
	struct bus b;

	(void)state;
	bus_new(&b);
	for (unsigned i = 0; i < 6; i++) {
		put(&b, BAR + 4 * i, 4, 0xffffffff);
		assert_int_equal(get(&b, BAR + 4 * i, 4), sizes[i]);
	}
	pci_bus_free(b.bus);
}

static void accesses_reach_a_function_where_it_was_placed(void **state)
{
	static const struct {
		uint32_t command;
		bool io;
		uint32_t address;
		int bar; /* -1: nobody */
		uint32_t offset;
	} cases[] = {
		{0, true, 0x1000, -1, 0},
		{MEMORY, true, 0x1000, -1, 0},
		{IO, true, 0x1000, 0, 0},
		{IO, true, 0x103f, 0, 0x3f},
		{IO, true, 0x1040, -1, 0},
		{IO, true, 0xfff, -1, 0},
		{IO, false, 0x10000000, -1, 0},
		{MEMORY, false, 0x10000ffc, 1, 0xffc},
		{IO | MEMORY, false, 0x101fffff, 3, 0xfffff},
		{IO | MEMORY, false, 0x10200000, -1, 0},
		{IO | MEMORY, false, 0x1000, -1, 0},
	};
	struct bus b;

	(void)state;
	bus_new(&b);
	put(&b, BAR, 4, 0x1000);
	put(&b, BAR + 4, 4, 0x10000000);
	put(&b, BAR + 12, 4, 0x10100000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t v;
		bool there;

		put(&b, COMMAND, 2, cases[i].command);
		b.f->value = 0x1234;
		there = pci_load(b.bus, cases[i].io, cases[i].address, 1, &v);
		assert_int_equal(there, cases[i].bar >= 0);
		assert_int_equal(pci_store(b.bus, cases[i].io, cases[i].address, 1, 5), there);
		if (!there)
			continue;
		assert_int_equal(v, 0x1234);
		assert_int_equal(b.f->value, 5);
		assert_int_equal(b.f->bar, cases[i].bar);
		assert_int_equal(b.f->offset, cases[i].offset);
	}
	put(&b, BAR, 4, 0x2000); /* it moves */
	assert_false(pci_store(b.bus, true, 0x1000, 4, 0));
	assert_true(pci_store(b.bus, true, 0x2000, 4, 0));
	put(&b, BAR, 4, 0); /* and is nowhere */
	assert_false(pci_store(b.bus, true, 0, 4, 0));
	pci_bus_free(b.bus);
}

static void an_interrupt_line_tells_its_owner_and_can_be_masked(void **state)
{
	struct pci_function *f;
	struct bus b;

	(void)state;
	bus_new(&b);
	f = &b.f->function;
	pci_interrupt(f, true, SOURCE_DISK);
	pci_interrupt(f, true, SOURCE_DISK);
	assert_int_equal(b.changes, 1);
	assert_true(b.up);
	assert_int_equal(b.source, SOURCE_DISK);
	assert_int_equal(get(&b, COMMAND + 2, 1), 8);
	put(&b, COMMAND, 2, NO_INTX);
	assert_false(b.up);
	put(&b, COMMAND, 2, 0);
	assert_true(b.up);
	pci_interrupt(f, false, SOURCE_DISK);
	assert_false(b.up);
	assert_int_equal(get(&b, COMMAND + 2, 1), 0);
	pci_bus_free(b.bus);
}

static void only_what_is_the_guests_can_be_written(void **state)
{
	static const struct {
		unsigned offset;
		uint32_t kept; /* of all ones */
	} cases[] = {
		{0, 0x10011af4},    {COMMAND, 0x054f}, {8, 0x01000000}, {12, 0x0000ffff}, {0x28, 0},
		{0x2c, 0x00021af4}, {0x30, 0},	       {LINE, 0x1ff},	{0x40, 0},	  {0xfc, 0},
	};
	struct bus b;

	(void)state;
	bus_new(&b);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(&b, cases[i].offset, 4, 0xffffffff);
		assert_int_equal(get(&b, cases[i].offset, 4), cases[i].kept);
	}
	put(&b, LINE, 1, 10); /* a byte of a register leaves the others */
	assert_int_equal(get(&b, LINE, 4), 0x10a);
	put(&b, COMMAND, 2, 0);
	assert_false(pci_bus_master(&b.f->function));
	put(&b, COMMAND, 2, MASTER);
	assert_true(pci_bus_master(&b.f->function));
	pci_bus_free(b.bus);
}

static void any_use_keeps_accesses_inside_their_register(void **state)
{
	struct rng rng = {9};
	struct bus b;

	(void)state;
	bus_new(&b);
	for (int i = 0; i < 300000; i++) {
		uint64_t r = rng_next(&rng);
		unsigned bytes = 1u << (r >> 4) % 3, at = (unsigned)(r >> 8 & 255) & ~(bytes - 1);
		uint32_t v = (uint32_t)(r >> 32), address;

		if (r & 1)
			pci_config_store(b.bus, r & 2 ? 18 : v % 40, r & 2 ? 0 : r >> 24 & 15, at,
					 bytes, v);
		else
			pci_config_load(b.bus, r & 2 ? 18 : v % 40, 0, at, bytes, &v);
		address = (uint32_t)rng_next(&rng) & ~(bytes - 1);
		if (r & 4) /* close to one of its registers */
			address = (get(&b, BAR + 4 * (r >> 16 & 3), 4) & ~3u) + (address & 0x3ffc);
		pci_load(b.bus, r & 8, address, bytes, &v);
		pci_store(b.bus, r & 8, address, bytes, v);
	}
	assert_true(b.f->loads > 100 && b.f->stores > 100);
	pci_bus_free(b.bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_shows_what_it_is),
		cmocka_unit_test(an_empty_slot_reads_as_all_ones),
		cmocka_unit_test(a_second_function_marks_the_first_as_one_of_several),
		cmocka_unit_test(writing_ones_tells_the_size_of_a_register),
		cmocka_unit_test(accesses_reach_a_function_where_it_was_placed),
		cmocka_unit_test(an_interrupt_line_tells_its_owner_and_can_be_masked),
		cmocka_unit_test(only_what_is_the_guests_can_be_written),
		cmocka_unit_test(any_use_keeps_accesses_inside_their_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
