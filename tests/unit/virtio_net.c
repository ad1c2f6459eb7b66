/* SPDX-License-Identifier: MIT */
/* The virtio network device: frames, answers, buffers that are late, small or senseless. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/snapshot.h"
#include "sim/board/virtio_net.h"
#include "tests/unit/virtio_machine.h"

#define RING(n)	 (0x4000u + 0x4000u * (n))
#define FRAME	 0x20000u
#define BUFFER	 0x30000u
#define WIRE	 4000u /* cycles: 20 us at 200 MHz */
#define PER_BYTE 16u   /* 100 Mbit/s */

enum { NEXT = 1, WRITE = 2 };

/* Who has 10.0.2.2? Behind virtio's header. */
static const uint8_t request[52] = {
	[10] = 255, 255, 255, 255, 255, 255, 0x52, 0x54, 0,    0x12, 0x34, 0x56, 8,    6,
	0,	    1,	 8,   0,   6,	4,   0,	   1,	 0x52, 0x54, 0,	   0x12, 0x34, 0x56,
	10,	    0,	 2,   15,  0,	0,   0,	   0,	 0,    0,    10,   0,	 2,    2};

static void put(struct virtio_machine *m, uint32_t pa, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		m->ram[pa + i] = (uint8_t)(value >> 8 * i);
}

static unsigned get16(const struct virtio_machine *m, uint32_t pa)
{
	return m->ram[pa] | m->ram[pa + 1] << 8;
}

static unsigned given(const struct virtio_machine *m, unsigned ring)
{
	return get16(m, RING(ring) + 0x2002);
}

static void describe(struct virtio_machine *m, unsigned ring, unsigned n, uint32_t pa,
		     uint32_t bytes, unsigned flags, unsigned next)
{
	put(m, RING(ring) + 16 * n, pa, 8);
	put(m, RING(ring) + 16 * n + 8, bytes, 4);
	put(m, RING(ring) + 16 * n + 12, flags, 2);
	put(m, RING(ring) + 16 * n + 14, next, 2);
}

static void offer(struct virtio_machine *m, unsigned ring, unsigned head)
{
	uint32_t at = RING(ring) + 0x1000;
	unsigned index = get16(m, at + 2);

	put(m, at + 4 + 2 * (index % 256), head, 2);
	put(m, at + 2, index + 1, 2);
	out(m, 0x10, 2, ring);
	machine_run(m, m->now);
}

static void drive(struct virtio_machine *m)
{
	out(m, 0x12, 1, 0);
	out(m, 0x04, 4, in(m, 0, 4));
	for (unsigned ring = 0; ring < 2; ring++) {
		out(m, 0x0e, 2, ring);
		assert_int_equal(in(m, 0x0c, 2), 256);
		memset(m->ram + RING(ring), 0, 0x3000);
		out(m, 0x08, 4, RING(ring) >> 12);
	}
	out(m, 0x12, 1, 7);
	machine_run(m, m->now);
}

static void setup(struct virtio_machine *m)
{
	machine_init(m);
	machine_attach(m, virtio_net_new(&m->services));
	drive(m);
}

/* The frame of 42 bytes lies across two pages. */
static void send(struct virtio_machine *m)
{
	uint32_t at = FRAME + 4096 - 30;

	memcpy(m->ram + at, request, sizeof(request));
	describe(m, 1, 0, at, 10, NEXT, 1);
	describe(m, 1, 1, at + 10, 42, 0, 0);
	offer(m, 1, 0);
}

static void give_buffer(struct virtio_machine *m, uint32_t bytes)
{
	describe(m, 0, 0, BUFFER, bytes, WRITE, 0);
	offer(m, 0, 0);
}

static void assert_record(const struct virtio_machine *m, unsigned i, enum record_kind kind,
			  uint32_t addr, uint32_t arg)
{
	assert_true(i < m->count);
	assert_int_equal(record_kind(m->records[i]), kind);
	assert_int_equal(m->records[i].addr, addr);
	assert_int_equal(record_arg(m->records[i]), arg);
}

static void a_driver_finds_a_card_with_an_address_and_a_cable(void **state)
{
	struct virtio_machine m;
	uint32_t value;

	(void)state;
	setup(&m);
	pci_config_load(m.bus, SLOT, 0, 0x00, 4, &value);
	assert_int_equal(value, 0x10001af4);
	pci_config_load(m.bus, SLOT, 0, 0x2c, 4, &value);
	assert_int_equal(value, 0x00011af4);
	assert_int_equal(in(&m, 0x14, 4), 0x12005452);
	assert_int_equal(in(&m, 0x18, 2), 0x5634);
	assert_int_equal(in(&m, 0x1a, 2), 1);
	machine_release(&m);
}

static void a_frame_is_sent_and_its_answer_arrives_later(void **state)
{
	struct virtio_machine m;
	uint64_t sent, arrived;

	(void)state;
	setup(&m);
	give_buffer(&m, 1524);
	sent = m.now + WIRE + 42 * PER_BYTE;
	arrived = sent + WIRE + 42 * PER_BYTE;
	send(&m);
	machine_run(&m, sent - 1);
	assert_int_equal(given(&m, 1), 0);
	machine_run(&m, sent);
	assert_int_equal(given(&m, 1), 1);
	assert_true(m.line);
	assert_int_equal(in(&m, 0x13, 1), 1);
	machine_run(&m, arrived - 1);
	assert_int_equal(given(&m, 0), 0);
	assert_false(m.line);
	machine_run(&m, arrived);
	assert_int_equal(given(&m, 0), 1);
	assert_int_equal(get16(&m, RING(0) + 0x2008), 52);
	assert_true(m.line);
	assert_int_equal(m.ram[BUFFER + 10 + 21], 2); /* an ARP answer */
	assert_record(&m, 0, RECORD_IO_BEGIN, 0, SOURCE_NETWORK | IO_WRITE);
	assert_record(&m, 1, RECORD_NETWORK, 20, NETWORK_SEND | NETWORK_FIRST);
	assert_record(&m, 2, RECORD_OPERAND, FRAME + 4096 - 20, 0);
	assert_record(&m, 3, RECORD_NETWORK, 22, NETWORK_SEND);
	assert_record(&m, 4, RECORD_OPERAND, FRAME + 4096, 0);
	assert_record(&m, 5, RECORD_IO_END, 0, SOURCE_NETWORK | IO_WRITE);
	assert_record(&m, 6, RECORD_IO_BEGIN, 1, SOURCE_NETWORK);
	assert_record(&m, 7, RECORD_NETWORK, 42, NETWORK_FIRST);
	assert_record(&m, 8, RECORD_OPERAND, BUFFER + 10, 0);
	assert_record(&m, 9, RECORD_IO_END, 1, SOURCE_NETWORK);
	assert_int_equal(m.count, 10);
	machine_release(&m);
}

static void an_answer_waits_for_a_buffer_and_the_seventeenth_is_lost(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (unsigned i = 0; i < 20; i++)
		send(&m);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(given(&m, 1), 20);
	assert_int_equal(given(&m, 0), 0);
	for (unsigned i = 1; i <= 20; i++) {
		give_buffer(&m, 1524);
		machine_run(&m, m.now + BOARD_HZ);
		assert_int_equal(given(&m, 0), i < 16 ? i : 16);
	}
	machine_release(&m);
}

static void a_buffer_that_is_too_small_comes_back_empty(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	memset(m.ram + BUFFER, 0xcc, 4096);
	give_buffer(&m, 51);
	send(&m);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(given(&m, 0), 1);
	assert_int_equal(get16(&m, RING(0) + 0x2008), 0);
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(m.ram[BUFFER + i], 0xcc);
	assert_record(&m, m.count - 1, RECORD_IO_END, 1, SOURCE_NETWORK | IO_FAILED);
	machine_release(&m);
}

static void a_frame_of_no_length_of_ethernet_is_not_sent(void **state)
{
	static const uint32_t lengths[] = {10, 11, 23, 10 + 1515, 65536, 500000};
	struct virtio_machine m;

	(void)state;
	setup(&m);
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		describe(&m, 1, 0, FRAME, lengths[i], 0, 0);
		offer(&m, 1, 0);
		machine_run(&m, m.now + BOARD_HZ);
		assert_int_equal(given(&m, 1), i + 1);
		assert_record(&m, m.count - 2, RECORD_IO_BEGIN, i, SOURCE_NETWORK | IO_WRITE);
		assert_record(&m, m.count - 1, RECORD_IO_END, i,
			      SOURCE_NETWORK | IO_WRITE | IO_FAILED);
	}
	machine_release(&m);
}

static void a_chain_that_is_no_frame_stops_the_device(void **state)
{
	struct virtio_machine m;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		setup(&m);
		describe(&m, 1, 0, FRAME, i ? 60 : 9, i ? WRITE : 0, 0);
		offer(&m, 1, 0);
		assert_int_equal(in(&m, 0x12, 1), 0x87);
		drive(&m);
		send(&m);
		machine_run(&m, m.now + BOARD_HZ);
		assert_int_equal(given(&m, 1), 1);
		machine_release(&m);
	}
}

static void a_reset_loses_what_is_on_its_way(void **state)
{
	struct virtio_machine m;

	(void)state;
	setup(&m);
	give_buffer(&m, 1524);
	send(&m);
	out(&m, 0x12, 1, 0);
	drive(&m);
	give_buffer(&m, 1524);
	machine_run(&m, m.now + BOARD_HZ);
	assert_int_equal(given(&m, 0), 0);
	assert_record(&m, m.count - 1, RECORD_IO_END, 0, SOURCE_NETWORK | IO_WRITE | IO_FAILED);
	machine_release(&m);
}

static void a_saved_device_goes_on_in_another_machine(void **state)
{
	char path[] = "/tmp/discosim-virtio-net-XXXXXX";
	struct virtio_machine m, n;
	struct error err = {.text = ""};
	struct snapshot *s;

	(void)state;
	close(mkstemp(path));
	setup(&m);
	send(&m);
	machine_run(&m, m.now + WIRE + 42 * PER_BYTE); /* the answer is on its way */
	send(&m);
	s = snapshot_create(path, &err);
	m.function->device.kind->snapshot(&m.function->device, s);
	assert_int_equal(snapshot_close(s, &err), 0);
	machine_init(&n);
	machine_attach(&n, virtio_net_new(&n.services));
	memcpy(n.ram, m.ram, RAM);
	n.now = m.now;
	n.services.requests = m.services.requests;
	s = snapshot_open(path, &err);
	n.function->device.kind->snapshot(&n.function->device, s);
	assert_int_equal(snapshot_close(s, &err), 0);
	m.count = 0;
	give_buffer(&m, 1524);
	give_buffer(&n, 1524);
	machine_run(&m, m.now + BOARD_HZ);
	machine_run(&n, n.now + BOARD_HZ);
	assert_int_equal(m.count, n.count);
	assert_int_equal(given(&n, 0), 1);
	assert_int_equal(given(&n, 1), 2);
	assert_memory_equal(m.records, n.records, m.count * sizeof(*m.records));
	assert_memory_equal(m.ram, n.ram, RAM);
	machine_release(&m);
	machine_release(&n);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_finds_a_card_with_an_address_and_a_cable),
		cmocka_unit_test(a_frame_is_sent_and_its_answer_arrives_later),
		cmocka_unit_test(an_answer_waits_for_a_buffer_and_the_seventeenth_is_lost),
		cmocka_unit_test(a_buffer_that_is_too_small_comes_back_empty),
		cmocka_unit_test(a_frame_of_no_length_of_ethernet_is_not_sent),
		cmocka_unit_test(a_chain_that_is_no_frame_stops_the_device),
		cmocka_unit_test(a_reset_loses_what_is_on_its_way),
		cmocka_unit_test(a_saved_device_goes_on_in_another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
