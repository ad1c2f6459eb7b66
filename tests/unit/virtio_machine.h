/* SPDX-License-Identifier: MIT */
/*
 * What the tests and the fuzzer of virtio devices share: a megabyte of RAM, a PCI bus, and services
 * that note what a device does. RAM ends where its allocation ends, so that a sanitizer sees the
 * first byte behind it. Plain C, for the fuzzer has no cmocka.
 */
#ifndef TESTS_UNIT_VIRTIO_MACHINE_H
#define TESTS_UNIT_VIRTIO_MACHINE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/board/pci.h"
#include "sim/board/virtio_blk.h"
#include "sim/mips/cpu.h"

#define RAM	(1u << 20)
#define SECTORS 129u /* of the image: its last block is an eighth */
#define SLOT	18u
#define PORT	0x1000u /* where the device's registers are placed */
#define RECORDS 65536u

struct virtio_machine {
	struct services services; /* first */
	uint8_t *ram;
	struct pci_bus *bus;
	struct pci_function *function;
	uint64_t now;
	bool line; /* INTA# */
	bool failed;
	struct error error;
	struct record *records; /* the last RECORDS of them */
	unsigned count;
	char image[64];
};

static inline uint64_t machine_now(const struct services *s)
{
	return ((const struct virtio_machine *)s)->now;
}

static inline void machine_report(struct services *s, const struct record *r, unsigned count)
{
	struct virtio_machine *m = (struct virtio_machine *)s;

	for (unsigned i = 0; i < count; i++)
		m->records[m->count++ % RECORDS] = r[i];
}

static inline void machine_fail(struct services *s, const struct error *err)
{
	struct virtio_machine *m = (struct virtio_machine *)s;

	m->failed = true;
	m->error = *err;
}

static inline void machine_line(void *owner, struct pci_function *f, enum source source)
{
	(void)source;
	((struct virtio_machine *)owner)->line = pci_interrupting(f);
}

/* Byte i of the image. */
static inline uint8_t image_byte(uint64_t i)
{
	return (uint8_t)(i / 512 * 7 + i % 512 * 3 + 1);
}

static inline void image_create(char path[64])
{
	FILE *f;
	int fd;

	strcpy(path, "/tmp/discosim-image-XXXXXX");
	fd = mkstemp(path);
	f = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!f)
		abort();
	for (uint64_t i = 0; i < SECTORS * 512; i++)
		fputc(image_byte(i), f);
	if (fclose(f))
		abort();
}

static inline void machine_init(struct virtio_machine *m)
{
	struct cpu_config config = {.processors = 1, .tlb_entries = 16, .count_insns = 2};
	struct bus bus = {.ram_bytes = RAM};

	memset(m, 0, sizeof(*m));
	m->ram = bus.ram = calloc(1, RAM);
	m->records = calloc(RECORDS, sizeof(*m->records));
	m->now = 1000;
	m->services = (struct services){
		.cpus = cpus_new(&config, &bus),
		.ram = m->ram,
		.ram_bytes = RAM,
		.now = machine_now,
		.report = machine_report,
		.fail = machine_fail,
	};
	m->bus = pci_bus_new(m, machine_line);
}

/* As a BIOS and an operating system do: a place for the registers, I/O and bus master on. */
static inline void machine_attach(struct virtio_machine *m, struct pci_function *f)
{
	m->function = f;
	pci_attach(m->bus, SLOT, f);
	pci_config_store(m->bus, SLOT, 0, 0x10, 4, PORT);
	pci_config_store(m->bus, SLOT, 0, 0x04, 2, 5);
}

/* A block device, disk 0, over an image of its own. */
static inline void machine_disk(struct virtio_machine *m, bool private)
{
	struct board_disk config = {.image = m->image, .private = private};
	struct disk *disk;

	image_create(m->image);
	disk = disk_open(&config, false, &m->error);
	if (!disk)
		abort();
	machine_attach(m, virtio_blk_new(&m->services, disk, 0));
}

static inline void machine_release(struct virtio_machine *m)
{
	pci_bus_free(m->bus);
	cpus_free(m->services.cpus);
	free(m->ram);
	free(m->records);
	if (*m->image)
		unlink(m->image);
}

/* Lets time pass up to `when`, calling the device as a board does. A device that wants to be called
 * again and again at the same time is one that hangs the board. */
static inline void machine_run(struct virtio_machine *m, uint64_t when)
{
	struct device *d = &m->function->device;
	unsigned calls = 0;

	while (d->due <= when) {
		if (d->due > m->now)
			m->now = d->due, calls = 0;
		if (++calls > 100)
			abort();
		d->kind->due(d, m->now);
	}
	if (when > m->now)
		m->now = when;
}

static inline uint32_t in(struct virtio_machine *m, uint32_t offset, unsigned bytes)
{
	uint32_t value = 0xdeadbeef;

	pci_load(m->bus, true, PORT + offset, bytes, &value);
	return value;
}

static inline void out(struct virtio_machine *m, uint32_t offset, unsigned bytes, uint32_t value)
{
	pci_store(m->bus, true, PORT + offset, bytes, value);
}

#endif
