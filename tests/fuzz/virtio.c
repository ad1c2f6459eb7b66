/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer entry: the bytes are what a guest does to a block device and a network device, whose
 * drivers have just started: register accesses, words in memory near the rings, requests that are
 * right but for what follows, frames, time. Nothing outside 1 MB of RAM may be touched, no device
 * may hang or abort, and the shared disk image stays as it is (it is opened read-only).
 */
#include <stddef.h>
#include <stdint.h>

#include "sim/board/subnet.h"
#include "sim/board/virtio_net.h"
#include "tests/unit/virtio_machine.h"

#define RING(n) (0x4000u + 0x4000u * (n)) /* of ring n, of either device */
#define DATA	0x10000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p, *end;
};

static uint32_t take(struct input *i, unsigned bytes)
{
	uint32_t value = 0;

	for (; bytes && i->p < i->end; bytes--)
		value = value << 8 | *i->p++;
	return value;
}

static void put(struct virtio_machine *m, uint32_t pa, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		if (pa + i < RAM)
			m->ram[pa + i] = (uint8_t)(value >> 8 * i);
}

static void describe(struct virtio_machine *m, unsigned ring, unsigned n, uint64_t pa,
		     uint32_t bytes, unsigned flags, unsigned next)
{
	uint32_t at = RING(ring) + 16 * n;

	put(m, at, pa, 8);
	put(m, at + 8, bytes, 4);
	put(m, at + 12, flags, 2);
	put(m, at + 14, next, 2);
}

static void offer(struct virtio_machine *m, unsigned ring, unsigned head)
{
	uint32_t at = RING(ring) + 0x1000;
	unsigned index = m->ram[at + 2] | m->ram[at + 3] << 8;

	put(m, at + 4 + 2 * (index % 256), head, 2);
	put(m, at + 2, index + 1, 2);
	out(m, 0x10, 2, ring);
}

static void drive(struct virtio_machine *m)
{
	out(m, 0x12, 1, 0);
	out(m, 0x04, 4, UINT32_MAX);
	for (unsigned ring = 0; ring < 2; ring++) {
		out(m, 0x0e, 2, ring);
		out(m, 0x08, 4, RING(ring) >> 12);
		memset(m->ram + RING(ring), 0, 0x3000);
	}
	out(m, 0x12, 1, 7);
}

/* A read or write of the disk, or a frame and room for an answer. */
static void request(struct virtio_machine *m, struct input *i, bool disk)
{
	uint32_t bytes = take(i, 1) * 16, n = take(i, 1) % 64 * 4;

	if (disk) {
		put(m, DATA - 64, take(i, 1) % 10, 8);
		put(m, DATA - 56, take(i, 1), 8);
		describe(m, 0, n, DATA - 64, 16, 1, n + 1);
		describe(m, 0, n + 1, DATA + take(i, 2), bytes + 16, 1 | (take(i, 1) & 2), n + 2);
		describe(m, 0, n + 2, DATA - 32, 1, 2, 0);
		offer(m, 0, n);
		return;
	}
	for (uint32_t k = 0; k < bytes && i->p < i->end; k++)
		m->ram[DATA + 10 + k] = *i->p++;
	describe(m, 1, n, DATA, 10 + bytes, 0, 0);
	offer(m, 1, n);
	describe(m, 0, n, 2 * DATA, 10 + SUBNET_FRAME, 2, 0);
	offer(m, 0, n);
}

static void step(struct virtio_machine *m, struct input *i, bool disk)
{
	unsigned what = take(i, 1), bytes = 1u << (what >> 3 & 3) % 3;
	uint32_t offset;

	switch (what & 7) {
	case 0:
		in(m, take(i, 1) % VIRTIO_BAR_BYTES & ~(bytes - 1), bytes);
		break;
	case 1:
		offset = take(i, 1) % VIRTIO_BAR_BYTES & ~(bytes - 1);
		out(m, offset, bytes, take(i, bytes));
		break;
	case 2: /* a word near the rings */
		offset = 0x4000 + take(i, 2) % 0x8000;
		put(m, offset, take(i, 4), 4);
		break;
	case 3: /* an 8 byte word of a descriptor */
		offset = RING(what >> 7) + take(i, 1) * 8;
		put(m, offset, (uint64_t)take(i, 4) << 32 | take(i, 4), 8);
		break;
	case 4:
		machine_run(m, m->now + take(i, 2) * 16);
		break;
	case 5:
		offer(m, what >> 7, take(i, 1));
		machine_run(m, m->now);
		break;
	case 6:
		if (what >> 3 == 31)
			pci_config_store(m->bus, SLOT, 0, 4, 2, take(i, 1));
		else if (what >> 3 == 30)
			drive(m);
		break;
	default:
		request(m, i, disk);
		machine_run(m, m->now);
	}
}

static char image[64];

static void remove_image(void)
{
	unlink(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input i = {data, data + size};
	bool disk = take(&i, 1) & 1;
	struct virtio_machine m;

	if (!*image) {
		image_create(image);
		atexit(remove_image);
	}
	machine_init(&m);
	if (disk) {
		struct board_disk config = {.image = image};
		struct disk *d = disk_open(&config, false, &m.error);

		if (!d)
			abort();
		machine_attach(&m, virtio_blk_new(&m.services, d, 0));
	} else
		machine_attach(&m, virtio_net_new(&m.services));
	drive(&m);
	while (i.p < i.end)
		step(&m, &i, disk);
	machine_run(&m, m.now + 1000 * (uint64_t)BOARD_HZ);
	if (m.failed)
		abort();
	machine_release(&m);
	return 0;
}
