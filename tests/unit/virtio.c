/* SPDX-License-Identifier: MIT */
/*
 * The virtio transport, its rings and the block device, against a driver that is good, one that is
 * bad in every way of a table, and one that is random. What no table can list the fuzzer finds
 * (tests/fuzz/virtio.c).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/rng.h"
#include "sim/base/snapshot.h"
#include "tests/unit/virtio_machine.h"

/* The guest's memory: the ring in three pages, then a request's parts. */
#define RING   0x4000u
#define AVAIL  (RING + 0x1000u)
#define USED   (RING + 0x2000u)
#define HEADER 0x8000u
#define STATUS 0x8100u
#define DATA   0x9000u

enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
enum { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8 };
enum { OK = 0, IO_ERROR = 1, UNSUPPORTED = 2, UNTOUCHED = 0xee };

#define FAILED	  0x80u
#define LATENCY	  20000u /* 100 us at 200 MHz */
#define PER_BLOCK 20480u /* 4 KB at 40 MB/s */

static void put16(struct virtio_machine *m, uint32_t pa, uint32_t value)
{
	m->ram[pa] = (uint8_t)value;
	m->ram[pa + 1] = (uint8_t)(value >> 8);
}

static void put32(struct virtio_machine *m, uint32_t pa, uint32_t value)
{
	put16(m, pa, value);
	put16(m, pa + 2, value >> 16);
}

static uint32_t get16(const struct virtio_machine *m, uint32_t pa)
{
	return m->ram[pa] | m->ram[pa + 1] << 8;
}

static uint32_t get32(const struct virtio_machine *m, uint32_t pa)
{
	return get16(m, pa) | get16(m, pa + 2) << 16;
}

static void put64(struct virtio_machine *m, uint32_t pa, uint64_t value)
{
	put32(m, pa, (uint32_t)value);
	put32(m, pa + 4, (uint32_t)(value >> 32));
}

static void describe(struct virtio_machine *m, unsigned n, uint64_t pa, uint32_t bytes,
		     unsigned flags, unsigned next)
{
	put64(m, RING + 16 * n, pa);
	put32(m, RING + 16 * n + 8, bytes);
	put16(m, RING + 16 * n + 12, flags);
	put16(m, RING + 16 * n + 14, next);
}

/* As a driver does after it has found the device. */
static void drive(struct virtio_machine *m)
{
	out(m, 0x12, 1, 0);
	out(m, 0x12, 1, 1);
	out(m, 0x12, 1, 3);
	out(m, 0x04, 4, in(m, 0x00, 4));
	out(m, 0x0e, 2, 0);
	memset(m->ram + RING, 0, 0x3000);
	out(m, 0x08, 4, RING >> 12);
	out(m, 0x12, 1, 7);
	machine_run(m, m->now);
}

static void setup(struct virtio_machine *m)
{
	machine_init(m);
	machine_disk(m, false);
	drive(m);
}

static void header(struct virtio_machine *m, uint32_t type, uint64_t sector)
{
	put32(m, HEADER, type);
	put32(m, HEADER + 4, 0);
	put64(m, HEADER + 8, sector);
	m->ram[STATUS] = UNTOUCHED;
}

/* Header, data, status, as descriptors 0, 1, 2. */
static void request(struct virtio_machine *m, uint32_t type, uint64_t sector, uint64_t pa,
		    uint32_t bytes)
{
	header(m, type, sector);
	describe(m, 0, HEADER, 16, NEXT, bytes ? 1 : 2);
	describe(m, 1, pa, bytes, NEXT | (type == OUT ? 0 : WRITE), 2);
	describe(m, 2, STATUS, 1, WRITE, 0);
}

static void offer(struct virtio_machine *m, unsigned head)
{
	uint32_t index = get16(m, AVAIL + 2);

	put16(m, AVAIL + 4 + 2 * (index % 256), head);
	put16(m, AVAIL + 2, index + 1);
}

static void notify(struct virtio_machine *m)
{
	out(m, 0x10, 2, 0);
	machine_run(m, m->now);
}

/* Offers descriptor 0 and waits. Returns the status byte. */
static unsigned complete(struct virtio_machine *m)
{
	offer(m, 0);
	notify(m);
	machine_run(m, m->now + BOARD_HZ);
	return m->ram[STATUS];
}

static void assert_image(const uint8_t *p, uint64_t from, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		assert_int_equal(p[i], image_byte(from + i));
}

/* The device works, whatever was before: as after a reset by a new driver. */
static void assert_works(struct virtio_machine *m)
{
	drive(m);
	request(m, IN, 16, DATA, 512);
	assert_int_equal(complete(m), OK);
	assert_image(m->ram + DATA, 16 * 512, 512);
	assert_int_equal(in(m, 0x12, 1), 7);
}

/* ---- the transport ---- */

static void a_driver_finds_a_legacy_block_device(void **state)
{
	struct virtio_machine m;
	uint32_t value;

	(void)state;
	machine_init(&m);
	machine_disk(&m, false);
	pci_config_load(m.bus, SLOT, 0, 0x00, 4, &value);
	assert_int_equal(value, 0x10011af4);
	pci_config_load(m.bus, SLOT, 0, 0x08, 1, &value);
	assert_int_equal(value, 0);
	pci_config_load(m.bus, SLOT, 0, 0x2c, 4, &value);
	assert_int_equal(value, 0x00021af4);
	assert_int_equal(in(&m, 0x0c, 2), 256);
	assert_int_equal(in(&m, 0x14, 4), SECTORS);
	assert_int_equal(in(&m, 0x18, 4), 0);
	assert_int_equal(in(&m, 0x14, 1), SECTORS);
	assert_int_equal(in(&m, 0x20, 4), 126);
	assert_int_equal(in(&m, 0x28, 4), 512);
	assert_int_equal(in(&m, 0x53, 1), 0);
	assert_int_equal(in(&m, 0x7c, 4), 0);
	machine_release(&m);
}

static void a_ring_that_is_not_there_has_no_size_and_takes_no_page(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (uint32_t n = 1; n < 0x10000; n = n * 3 + 1) {
		out(&m, 0x0e, 2, n);
		assert_int_equal(in(&m, 0x0e, 2), n);
		assert_int_equal(in(&m, 0x0c, 2), 0);
		out(&m, 0x08, 4, 5);
		assert_int_equal(in(&m, 0x08, 4), 0);
		out(&m, 0x10, 2, n);
		machine_run(&m, m.now);
	}
	out(&m, 0x0e, 2, 0);
	assert_int_equal(in(&m, 0x08, 4), RING >> 12);
	assert_int_equal(in(&m, 0x12, 1), 7);
	machine_release(&m);
}

static void a_driver_takes_only_features_that_were_offered(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	out(&m, 0x04, 4, UINT32_MAX);
	assert_int_equal(in(&m, 0x04, 4), in(&m, 0x00, 4));
	assert_int_equal(in(&m, 0x00, 4) & 1u << 28, 0); /* indirect descriptors */
	assert_int_equal(in(&m, 0x00, 4) & 1u << 29, 0); /* event indices */
	machine_release(&m);
}

static void an_access_of_another_width_reads_zero_and_writes_nothing(void **state)
{
	static const struct {
		uint32_t offset;
		unsigned bytes;
	} wrong[] = {{0x00, 1}, {0x00, 2}, {0x02, 2}, {0x04, 2}, {0x08, 2}, {0x08, 1}, {0x0c, 4},
		     {0x0c, 1}, {0x0e, 1}, {0x10, 1}, {0x10, 4}, {0x12, 2}, {0x11, 1}, {0x13, 1}};
	struct virtio_machine m;

	(void)state;
	setup(&m);
	request(&m, IN, 0, DATA, 512);
	assert_int_equal(complete(&m), OK); /* so that there is an interrupt to lose */
	for (unsigned i = 0; i + 1 < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(in(&m, wrong[i].offset, wrong[i].bytes), 0);
		out(&m, wrong[i].offset, wrong[i].bytes, 0);
	}
	assert_int_equal(in(&m, 0x08, 4), RING >> 12);
	assert_int_equal(in(&m, 0x12, 1), 7);
	assert_true(m.line);
	assert_int_equal(in(&m, 0x13, 1), 1);
	assert_false(m.line);
	assert_int_equal(in(&m, 0x13, 1), 0);
	machine_release(&m);
}

static void without_bus_master_nothing_is_read_or_written(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	pci_config_store(m.bus, SLOT, 0, 0x04, 2, 1);
	request(&m, IN, 0, DATA, 512);
	assert_int_equal(complete(&m), UNTOUCHED);
	assert_int_equal(get16(&m, USED + 2), 0);
	assert_int_equal(m.count, 0);
	pci_config_store(m.bus, SLOT, 0, 0x04, 2, 5);
	notify(&m);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(m.ram[STATUS], OK);
	machine_release(&m);
}

static void a_driver_that_is_not_ready_is_not_served_until_it_is(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	out(&m, 0x12, 1, 3);
	request(&m, IN, 0, DATA, 512);
	assert_int_equal(complete(&m), UNTOUCHED);
	out(&m, 0x12, 1, 7);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(m.ram[STATUS], OK);
	machine_release(&m);
}

/* ---- requests ---- */

static void assert_record(const struct virtio_machine *m, unsigned i, enum record_kind kind,
			  uint32_t addr, uint32_t arg)
{
	assert_true(i < m->count);
	assert_int_equal(record_kind(m->records[i]), kind);
	assert_int_equal(m->records[i].addr, addr);
	assert_int_equal(record_arg(m->records[i]), arg);
}

static void a_read_moves_data_and_ends_when_its_time_is_over(void **state)
{
	struct virtio_machine m;
	uint64_t begun;

	(void)state;
	setup(&m);
	request(&m, IN, 4, DATA + 2048, 8192);
	offer(&m, 0);
	begun = m.now;
	notify(&m);
	machine_run(&m, begun + LATENCY + 2 * PER_BLOCK - 1);
	assert_int_equal(get16(&m, USED + 2), 0);
	assert_false(m.line);
	machine_run(&m, begun + LATENCY + 2 * PER_BLOCK);
	assert_int_equal(get16(&m, USED + 2), 1);
	assert_int_equal(get32(&m, USED + 4), 0);
	assert_int_equal(get32(&m, USED + 8), 8193);
	assert_true(m.line);
	assert_int_equal(m.ram[STATUS], OK);
	assert_image(m.ram + DATA + 2048, 4 * 512, 8192);
	/* From the middle of a block to the middle of a page: pieces of four sectors. */
	assert_int_equal(m.count, 1 + 2 * 4 + 1 - 2);
	assert_record(&m, 0, RECORD_IO_BEGIN, 0, SOURCE_DISK);
	assert_record(&m, 1, RECORD_DISK, 0, 4 << 8 | 4 << 12);
	assert_record(&m, 2, RECORD_OPERAND, DATA + 2048, 0);
	assert_record(&m, 3, RECORD_DISK, 1, 0 << 8 | 8 << 12);
	assert_record(&m, 4, RECORD_OPERAND, DATA + 4096, 0);
	assert_record(&m, 5, RECORD_DISK, 2, 0 << 8 | 4 << 12);
	assert_record(&m, 6, RECORD_OPERAND, DATA + 8192, 0);
	assert_record(&m, 7, RECORD_IO_END, 0, SOURCE_DISK);
	machine_release(&m);
}

static void what_is_written_is_read_again_and_the_image_keeps_its_bytes(void **state)
{
	struct virtio_machine m;
	uint8_t byte[SECTORS * 512];
	FILE *f;

	(void)state;
	setup(&m);
	memset(m.ram + DATA, 0x5a, 1024);
	request(&m, OUT, 3, DATA, 1024);
	assert_int_equal(complete(&m), OK);
	assert_int_equal(get32(&m, USED + 8), 1);
	assert_record(&m, 0, RECORD_IO_BEGIN, 0, SOURCE_DISK | IO_WRITE);
	assert_record(&m, 1, RECORD_DISK, 0, DISK_WRITE | DISK_OVERLAY | 3 << 8 | 2 << 12);
	assert_record(&m, 3, RECORD_IO_END, 0, SOURCE_DISK | IO_WRITE);
	request(&m, IN, 0, DATA, 8192);
	assert_int_equal(complete(&m), OK);
	assert_image(m.ram + DATA, 0, 3 * 512);
	for (unsigned i = 0; i < 1024; i++)
		assert_int_equal(m.ram[DATA + 3 * 512 + i], 0x5a);
	assert_image(m.ram + DATA + 5 * 512, 5 * 512, 8192 - 5 * 512);
	assert_record(&m, 5, RECORD_DISK, 0, DISK_OVERLAY | 0 << 8 | 8 << 12);
	assert_record(&m, 7, RECORD_DISK, 1, 0 << 8 | 8 << 12);
	f = fopen(m.image, "rb");
	assert_int_equal(fread(byte, 1, sizeof(byte), f), sizeof(byte));
	fclose(f);
	assert_image(byte, 0, sizeof(byte));
	machine_release(&m);
}

static void a_request_may_be_cut_into_any_pieces(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	header(&m, IN, 1);
	describe(&m, 9, HEADER, 5, NEXT, 4);
	describe(&m, 4, HEADER + 5, 11, NEXT, 200);
	describe(&m, 200, DATA + 4095, 1, NEXT | WRITE, 7);
	describe(&m, 7, DATA + 4096, 1000, NEXT | WRITE, 255);
	describe(&m, 255, DATA + 8192, 24, WRITE, 0); /* the status is its last byte */
	offer(&m, 9);
	notify(&m);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(get32(&m, USED + 4), 9);
	assert_int_equal(get32(&m, USED + 8), 1025);
	assert_image(m.ram + DATA + 4095, 512, 1001);
	assert_image(m.ram + DATA + 8192, 512 + 1001, 23);
	assert_int_equal(m.ram[DATA + 8192 + 23], OK);
	/* Sectors at odd addresses: the records stay inside one page. */
	for (unsigned i = 0; i < m.count; i++)
		if (record_kind(m.records[i]) == RECORD_DISK)
			assert_true(m.records[i + 1].addr % 4096 +
					    512 * DISK_SECTORS(record_arg(m.records[i])) <=
				    4096);
	machine_release(&m);
}

static void requests_are_served_one_after_the_other(void **state)
{
	struct virtio_machine m;
	uint64_t begun;

	(void)state;
	setup(&m);
	begun = m.now;
	for (unsigned i = 0; i < 3; i++) {
		request(&m, IN, 8, DATA, 4096);
		offer(&m, 0);
	}
	notify(&m);
	for (unsigned i = 1; i <= 3; i++) {
		machine_run(&m, begun + i * (LATENCY + PER_BLOCK) - 1);
		assert_int_equal(get16(&m, USED + 2), i - 1);
		machine_run(&m, begun + i * (LATENCY + PER_BLOCK));
		assert_int_equal(get16(&m, USED + 2), i);
	}
	machine_release(&m);
}

static void a_guest_that_wants_no_interrupt_gets_none(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	put16(&m, AVAIL, 1);
	request(&m, IN, 0, DATA, 512);
	assert_int_equal(complete(&m), OK);
	assert_false(m.line);
	assert_int_equal(in(&m, 0x13, 1), 0);
	machine_release(&m);
}

static void the_ring_goes_round(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (unsigned i = 0; i < 66000; i++) {
		request(&m, IN, i % SECTORS, DATA, 512);
		assert_int_equal(complete(&m), OK);
		assert_int_equal(get16(&m, USED + 2), (i + 1) & 0xffff);
	}
	assert_image(m.ram + DATA, 65999 % SECTORS * 512, 512);
	machine_release(&m);
}

/* A request that a disk must refuse, and stay well. */
static const struct refused {
	const char *name;
	uint32_t type;
	uint64_t sector;
	uint32_t bytes;
	unsigned status;
} refused[] = {
	{"read of the last sector", IN, SECTORS - 1, 512, OK},
	{"read that ends one sector too late", IN, SECTORS - 1, 1024, IO_ERROR},
	{"read behind the end", IN, SECTORS, 512, IO_ERROR},
	{"read of nothing at the end", IN, SECTORS, 0, OK},
	{"read at the last possible sector", IN, UINT64_MAX, 512, IO_ERROR},
	{"read whose byte address wraps", IN, UINT64_MAX / 512 + 1, 512, IO_ERROR},
	{"read of half a sector", IN, 0, 256, IO_ERROR},
	{"read of more than the disk", IN, 0, 130 * 512, IO_ERROR},
	{"write of the last sector", OUT, SECTORS - 1, 512, OK},
	{"write that ends one sector too late", OUT, SECTORS - 1, 1024, IO_ERROR},
	{"write behind the end", OUT, SECTORS, 512, IO_ERROR},
	{"write whose byte address wraps", OUT, UINT64_C(1) << 55, 512, IO_ERROR},
	{"write of a byte", OUT, 0, 1, IO_ERROR},
	{"flush", FLUSH, 0, 0, OK},
	{"flush with a sector", FLUSH, UINT64_MAX, 0, OK},
	{"identity", GET_ID, 0, 20, OK},
	{"identity into one byte", GET_ID, 0, 1, OK},
	{"SCSI command", 2, 0, 512, UNSUPPORTED},
	{"discard", 11, 0, 512, UNSUPPORTED},
	{"type of all ones", UINT32_MAX, 0, 512, UNSUPPORTED},
};

static void a_disk_refuses_what_it_has_not_and_goes_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct refused *r = &refused[i];
		struct virtio_machine m;
		unsigned status;

		setup(&m);
		memset(m.ram + DATA, 0xcc, 0x20000);
		request(&m, r->type, r->sector, DATA, r->bytes);
		status = complete(&m);
		if (status != r->status)
			fail_msg("%s: status %u", r->name, status);
		for (unsigned j = r->status == OK ? r->bytes : 0; j < 0x20000; j++)
			if (m.ram[DATA + j] != 0xcc)
				fail_msg("%s: writes byte %u", r->name, j);
		assert_int_equal(get16(&m, USED + 2), 1);
		assert_int_equal(!!(record_arg(m.records[m.count - 1]) & IO_FAILED), status != OK);
		assert_false(m.failed);
		assert_works(&m);
		machine_release(&m);
	}
}

/* ---- rings that make no sense ---- */

static void ring_at(struct virtio_machine *m, uint32_t page)
{
	out(m, 0x12, 1, 3);
	out(m, 0x08, 4, page);
	out(m, 0x12, 1, 7);
}

static void bad_ring_outside(struct virtio_machine *m)
{
	ring_at(m, RAM >> 12);
}
static void bad_ring_far_outside(struct virtio_machine *m)
{
	ring_at(m, UINT32_MAX);
}
static void bad_ring_at_the_end(struct virtio_machine *m)
{
	/* Its descriptors are the last page of RAM; the rest would lie behind. */
	ring_at(m, (RAM >> 12) - 1);
}
static void bad_used_outside(struct virtio_machine *m)
{
	memcpy(m->ram + RAM - 0x2000, m->ram + RING, 0x2000);
	ring_at(m, (RAM >> 12) - 2);
}
static void bad_head(struct virtio_machine *m)
{
	put16(m, AVAIL + 4, 256);
}
static void bad_head_far(struct virtio_machine *m)
{
	put16(m, AVAIL + 4, 0xffff);
}
static void bad_next(struct virtio_machine *m)
{
	describe(m, 0, HEADER, 16, NEXT, 256);
}
static void bad_next_far(struct virtio_machine *m)
{
	describe(m, 1, DATA, 512, NEXT | WRITE, 0xffff);
}
static void bad_loop_of_one(struct virtio_machine *m)
{
	describe(m, 0, HEADER, 16, NEXT, 0);
}
static void bad_loop_of_data(struct virtio_machine *m)
{
	describe(m, 1, DATA, 512, NEXT | WRITE, 1);
}
static void bad_loop_of_all(struct virtio_machine *m)
{
	for (unsigned i = 0; i < 256; i++)
		describe(m, i, DATA + i, 1, NEXT, (i + 1) % 256);
}
static void bad_indirect(struct virtio_machine *m)
{
	describe(m, 0, DATA, 48, INDIRECT, 0);
}
static void bad_order(struct virtio_machine *m)
{
	describe(m, 0, HEADER, 16, NEXT | WRITE, 1);
	describe(m, 1, DATA, 512, NEXT, 2);
}
static void bad_empty(struct virtio_machine *m)
{
	describe(m, 1, DATA, 0, NEXT | WRITE, 2);
}
static void bad_behind(struct virtio_machine *m)
{
	describe(m, 1, RAM, 512, NEXT | WRITE, 2);
}
static void bad_last_byte(struct virtio_machine *m)
{
	describe(m, 1, RAM - 511, 512, NEXT | WRITE, 2);
}
static void bad_huge(struct virtio_machine *m)
{
	describe(m, 1, DATA, UINT32_MAX, NEXT | WRITE, 2);
}
static void bad_wraps_64(struct virtio_machine *m)
{
	describe(m, 1, UINT64_MAX - 255, 512, NEXT | WRITE, 2);
}
static void bad_wraps_to_ram(struct virtio_machine *m)
{
	describe(m, 1, UINT64_C(0xffffffff) << 32 | DATA, 512, NEXT | WRITE, 2);
}
static void bad_above_4g(struct virtio_machine *m)
{
	describe(m, 1, UINT64_C(1) << 32 | DATA, 512, NEXT | WRITE, 2);
}
static void bad_status_outside(struct virtio_machine *m)
{
	describe(m, 2, RAM, 1, WRITE, 0);
}
static void bad_header_outside(struct virtio_machine *m)
{
	describe(m, 0, UINT64_MAX, 16, NEXT, 1);
}
static void bad_index(struct virtio_machine *m)
{
	put16(m, AVAIL + 2, 257);
}
static void bad_index_backwards(struct virtio_machine *m)
{
	put16(m, AVAIL + 2, 0xffff);
}
static void bad_no_status(struct virtio_machine *m)
{
	describe(m, 0, HEADER, 16, 0, 0);
}
static void bad_short_header(struct virtio_machine *m)
{
	describe(m, 0, HEADER, 15, NEXT, 1);
}
static void bad_no_header(struct virtio_machine *m)
{
	describe(m, 0, DATA, 512, NEXT | WRITE, 2);
}

static const struct bad {
	const char *name;
	void (*make)(struct virtio_machine *);
} bad[] = {
#define BAD(name)                 \
	{                         \
#name, bad_##name \
	}
	BAD(ring_outside), BAD(ring_far_outside), BAD(ring_at_the_end),
	BAD(head),	   BAD(head_far),	  BAD(next),
	BAD(next_far),	   BAD(loop_of_one),	  BAD(loop_of_data),
	BAD(loop_of_all),  BAD(indirect),	  BAD(order),
	BAD(empty),	   BAD(behind),		  BAD(last_byte),
	BAD(huge),	   BAD(wraps_64),	  BAD(wraps_to_ram),
	BAD(above_4g),	   BAD(status_outside),	  BAD(header_outside),
	BAD(index),	   BAD(index_backwards),  BAD(no_status),
	BAD(short_header), BAD(no_header),
};

static void a_ring_that_makes_no_sense_stops_the_device_and_nothing_is_written(void **state)
{
	static uint8_t before[RAM];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct virtio_machine m;

		setup(&m);
		request(&m, IN, 0, DATA, 512);
		offer(&m, 0);
		bad[i].make(&m);
		memcpy(before, m.ram, RAM);
		notify(&m);
		machine_run(&m, m.now + BOARD_HZ);
		if (!(in(&m, 0x12, 1) & FAILED))
			fail_msg("%s: goes on", bad[i].name);
		if (memcmp(before, m.ram, RAM))
			fail_msg("%s: memory has changed", bad[i].name);
		assert_int_equal(m.count, 0);
		assert_false(m.line);
		/* It stays so, whatever the driver says, until it is reset. */
		out(&m, 0x12, 1, 7);
		assert_int_equal(in(&m, 0x12, 1), 7 | FAILED);
		request(&m, IN, 0, DATA, 512);
		assert_int_equal(complete(&m), UNTOUCHED);
		assert_works(&m);
		machine_release(&m);
	}
}

static void a_used_ring_behind_memory_stops_the_device_when_the_request_ends(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	request(&m, IN, 0, DATA, 512);
	offer(&m, 0);
	bad_used_outside(&m);
	notify(&m);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(in(&m, 0x12, 1), 7 | FAILED);
	assert_false(m.line);
	assert_works(&m);
	machine_release(&m);
}

static void one_chain_offered_many_times_is_no_more_than_the_ring(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	request(&m, IN, 0, DATA, 512);
	for (unsigned i = 0; i < 256; i++)
		offer(&m, 0);
	notify(&m);
	assert_int_equal(in(&m, 0x12, 1), 7);
	offer(&m, 0);
	notify(&m);
	assert_int_equal(in(&m, 0x12, 1), 7 | FAILED);
	machine_run(&m, m.now + 100 * BOARD_HZ);
	assert_int_equal(get16(&m, USED + 2), 0);
	assert_works(&m);
	machine_release(&m);
}

static void a_reset_forgets_what_is_under_way(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	request(&m, IN, 0, DATA, 512);
	offer(&m, 0);
	notify(&m);
	out(&m, 0x12, 1, 0);
	assert_int_equal(in(&m, 0x08, 4), 0);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(get16(&m, USED + 2), 0);
	assert_false(m.line);
	assert_record(&m, m.count - 1, RECORD_IO_END, 0, SOURCE_DISK | IO_FAILED);
	assert_works(&m);
	machine_release(&m);
}

static void resets_without_end_keep_no_requests(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (unsigned i = 0; i < 1000; i++) {
		drive(&m);
		request(&m, IN, 0, DATA, 512);
		offer(&m, 0);
		offer(&m, 0);
		notify(&m);
	}
	assert_works(&m);
	machine_release(&m);
}

/* ---- a random guest ---- */

static uint64_t any_pa(struct rng *rng)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return rng_next(rng);
	case 1:
		return RAM - rng_below(rng, 1024);
	case 2:
		return UINT64_MAX - rng_below(rng, 1024);
	default:
		return rng_below(rng, RAM);
	}
}

static void random_memory(struct virtio_machine *m, struct rng *rng)
{
	static const uint32_t sizes[] = {0, 1, 15, 16, 17, 511, 512, 1024, 4096, 65536, UINT32_MAX};
	uint32_t n;

	for (n = rng_below(rng, 4); n; n--) {
		request(m, rng_below(rng, 10), rng_below(rng, SECTORS + 4),
			rng_below(rng, RAM - 8 * 512), 512 * (1 + rng_below(rng, 8)));
		offer(m, 0);
	}
	for (n = rng_below(rng, 4) ? 0 : rng_below(rng, 12); n; n--)
		describe(m, rng_below(rng, 16), any_pa(rng), sizes[rng_below(rng, 11)],
			 rng_below(rng, 100) ? rng_below(rng, 4) : rng_below(rng, 65536),
			 rng_below(rng, 50) ? rng_below(rng, 16) : rng_below(rng, 65536));
	for (n = rng_below(rng, 8) ? 0 : rng_below(rng, 4); n; n--)
		offer(m, rng_below(rng, 40) ? rng_below(rng, 16) : rng_below(rng, 65536));
	if (!rng_below(rng, 40))
		put16(m, AVAIL + 2, rng_below(rng, 65536));
	if (!rng_below(rng, 100))
		m->ram[rng_below(rng, RAM)] = (uint8_t)rng_next(rng);
}

static void random_access(struct virtio_machine *m, struct rng *rng)
{
	static const uint32_t pages[] = {RING >> 12, 0,	  1,	      (RAM >> 12) - 3,
					 RAM >> 12,  255, UINT32_MAX, 0x80000};
	unsigned bytes = 1u << rng_below(rng, 3);
	uint32_t offset = rng_below(rng, VIRTIO_BAR_BYTES) & ~(bytes - 1);

	switch (rng_below(rng, 8)) {
	case 0:
		in(m, offset, bytes);
		break;
	case 1:
		if (rng_below(rng, 8) == 0)
			out(m, offset, bytes, (uint32_t)rng_next(rng));
		break;
	case 2:
		if (rng_below(rng, 60) == 0)
			out(m, 0x08, 4, pages[rng_below(rng, 8)]);
		break;
	case 3:
		if (in(m, 0x12, 1) & FAILED || rng_below(rng, 20) == 0)
			drive(m);
		break;
	case 4:
		machine_run(m, m->now + rng_below(rng, 100000));
		break;
	case 5:
		if (rng_below(rng, 40) == 0)
			pci_config_store(m->bus, SLOT, 0, 4, 2, 1);
		else
			pci_config_store(m->bus, SLOT, 0, 4, 2, 5 | rng_below(rng, 8));
		break;
	default:
		random_memory(m, rng);
		out(m, 0x10, 2, 0);
		machine_run(m, m->now);
	}
}

static void a_random_guest_never_reaches_beyond_its_memory(void **state)
{
	struct rng rng = {1};
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (unsigned i = 0; i < 300000; i++)
		random_access(&m, &rng);
	assert_false(m.failed);
	assert_true(m.services.requests > 20000); /* it was not all refused */
	pci_config_store(m.bus, SLOT, 0, 4, 2, 5);
	machine_run(&m, m.now + 100 * BOARD_HZ);
	drive(&m);
	request(&m, FLUSH, 0, DATA, 0);
	assert_int_equal(complete(&m), OK);
	machine_release(&m);
}

/* ---- snapshots ---- */

static void a_saved_device_goes_on_in_another_machine(void **state)
{
	char path[] = "/tmp/discosim-virtio-XXXXXX", image[64];
	struct virtio_machine m, n;
	struct snapshot *s;
	struct error err = {.text = ""};

	(void)state;
	close(mkstemp(path));
	setup(&m);
	memset(m.ram + DATA, 0x5a, 4096);
	request(&m, OUT, 24, DATA, 4096);
	assert_int_equal(complete(&m), OK);
	request(&m, IN, 20, DATA, 8192);
	offer(&m, 0);
	notify(&m);
	offer(&m, 0);
	out(&m, 0x10, 2, 0); /* not served yet */
	s = snapshot_create(path, &err);
	m.function->device.kind->snapshot(&m.function->device, s);
	assert_int_equal(snapshot_close(s, &err), 0);

	machine_init(&n);
	machine_disk(&n, false);
	memcpy(image, n.image, sizeof(image));
	memcpy(n.ram, m.ram, RAM);
	n.now = m.now;
	n.services.requests = m.services.requests;
	s = snapshot_open(path, &err);
	assert_non_null(s);
	n.function->device.kind->snapshot(&n.function->device, s);
	assert_int_equal(snapshot_close(s, &err), 0);
	m.count = 0;
	machine_run(&m, m.now + BOARD_HZ);
	machine_run(&n, n.now + BOARD_HZ);
	assert_int_equal(m.count, n.count);
	assert_memory_equal(m.records, n.records, m.count * sizeof(*m.records));
	assert_memory_equal(m.ram, n.ram, RAM);
	assert_int_equal(get16(&n, USED + 2), 3);
	assert_int_equal(n.ram[DATA + 4 * 512], 0x5a);
	machine_release(&n);

	/* Over another image it is refused. */
	machine_init(&n);
	machine_disk(&n, true);
	s = snapshot_open(path, &err);
	n.function->device.kind->snapshot(&n.function->device, s);
	assert_int_equal(snapshot_close(s, &err), -1);
	assert_non_null(strstr(err.text, "the disk image 0 is not what it was"));
	machine_release(&n);
	machine_release(&m);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_finds_a_legacy_block_device),
		cmocka_unit_test(a_ring_that_is_not_there_has_no_size_and_takes_no_page),
		cmocka_unit_test(a_driver_takes_only_features_that_were_offered),
		cmocka_unit_test(an_access_of_another_width_reads_zero_and_writes_nothing),
		cmocka_unit_test(without_bus_master_nothing_is_read_or_written),
		cmocka_unit_test(a_driver_that_is_not_ready_is_not_served_until_it_is),
		cmocka_unit_test(a_read_moves_data_and_ends_when_its_time_is_over),
		cmocka_unit_test(what_is_written_is_read_again_and_the_image_keeps_its_bytes),
		cmocka_unit_test(a_request_may_be_cut_into_any_pieces),
		cmocka_unit_test(requests_are_served_one_after_the_other),
		cmocka_unit_test(a_guest_that_wants_no_interrupt_gets_none),
		cmocka_unit_test(the_ring_goes_round),
		cmocka_unit_test(a_disk_refuses_what_it_has_not_and_goes_on),
		cmocka_unit_test(
			a_ring_that_makes_no_sense_stops_the_device_and_nothing_is_written),
		cmocka_unit_test(a_used_ring_behind_memory_stops_the_device_when_the_request_ends),
		cmocka_unit_test(one_chain_offered_many_times_is_no_more_than_the_ring),
		cmocka_unit_test(a_reset_forgets_what_is_under_way),
		cmocka_unit_test(resets_without_end_keep_no_requests),
		cmocka_unit_test(a_random_guest_never_reaches_beyond_its_memory),
		cmocka_unit_test(a_saved_device_goes_on_in_another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
