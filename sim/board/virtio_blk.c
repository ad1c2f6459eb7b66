/* SPDX-License-Identifier: MIT */
/*
 * See virtio_blk.h. Virtual I/O Device specification 1.0, section 5.2. A request is a header
 * (type, priority, sector), data, and a status byte, the last that the device may write; how they
 * are cut into descriptors does not matter.
 *
 * The data move when the device takes the request, so what it answers depends on the order of the
 * requests alone; the guest hears of it when the request's time is over (virtio_requests.h). Every
 * piece that lies in one page of memory and one block of the image is a DISK record. A sector that
 * lies across two pages is in the pieces of both.
 */
#include "sim/board/virtio_blk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"
#include "sim/board/virtio_requests.h"

enum { REQUEST_IN = 0, REQUEST_OUT = 1, REQUEST_FLUSH = 4, REQUEST_GET_ID = 8 };
enum { STATUS_OK = 0, STATUS_IO_ERROR = 1, STATUS_UNSUPPORTED = 2 };

#define FEATURE_SEG_MAX	 (1u << 2)
#define FEATURE_BLK_SIZE (1u << 6)
#define FEATURE_FLUSH	 (1u << 9)

#define SEGMENTS   126u /* data pieces of a request that we ask for; Linux uses up to this many */
#define ID_BYTES   20u
#define BYTES_MOST (64u << 20) /* of a request's data; no driver sends more than a few MB */

struct header {
	uint32_t type, priority;
	uint64_t sector;
};
_Static_assert(sizeof(struct header) == 16, "as in the guest's memory");

struct blk {
	struct virtio_device virtio; /* first */
	struct disk *disk;
	unsigned number;
	struct virtio_requests requests;
	struct virtio_chain chain; /* at work; no state */
};

static struct services *services(struct blk *b)
{
	return b->virtio.function.device.services;
}

/* Records what part of the image moves to or from `bytes` bytes at pa, in one page. */
static void report_piece(struct blk *b, uint64_t offset, uint64_t pa, uint32_t bytes, bool write)
{
	uint32_t first = (uint32_t)(offset % DISK_BLOCK / DISK_SECTOR);
	uint32_t last = (uint32_t)((offset + bytes - 1) % DISK_BLOCK / DISK_SECTOR);
	uint32_t sectors = last - first + 1, block = (uint32_t)(offset / DISK_BLOCK);
	uint32_t arg = b->number | first << 8 | sectors << 12;
	/* Sectors that memory holds at odd addresses: somewhere in the page. */
	uint32_t page = (uint32_t)(pa & ~4095u), most = 4096 - DISK_SECTOR * sectors;
	uint32_t place = (uint32_t)(pa & 4095 & ~(DISK_SECTOR - 1));
	struct record r[2];

	arg |= (write ? DISK_WRITE : 0) | (disk_overlaid(b->disk, block) ? DISK_OVERLAY : 0);
	r[0] = record_make(RECORD_DISK, block, arg);
	r[1] = record_make(RECORD_OPERAND, page + (place < most ? place : most), 0);
	services(b)->report(services(b), r, 2);
}

/* Moves a part of the data. Returns the status. */
static uint8_t move(struct blk *b, uint64_t offset, uint64_t pa, uint32_t bytes, bool write)
{
	uint8_t block[DISK_BLOCK];
	struct error err;
	int rc;

	if (write && dma_read(services(b), pa, block, bytes))
		return STATUS_IO_ERROR;
	rc = write ? disk_write(b->disk, offset, block, bytes, &err)
		   : disk_read(b->disk, offset, block, bytes, &err);
	if (rc) {
		services(b)->fail(services(b), &err);
		return STATUS_IO_ERROR;
	}
	return !write && dma_write(services(b), pa, block, bytes) ? STATUS_IO_ERROR : STATUS_OK;
}

/* Moves the data of a request. Returns the status. */
static uint8_t transfer(struct blk *b, uint64_t sector, uint64_t bytes, bool write)
{
	/* Where the data begin in the chain's readable or writable memory, and where they end. */
	uint64_t at = write ? sizeof(struct header) : 0, end = at + bytes;
	uint64_t offset = sector * DISK_SECTOR;

	while (at < end) {
		uint64_t left = end - at, pa = 0;
		uint32_t most = DISK_BLOCK - (uint32_t)(offset % DISK_BLOCK), part;

		part = virtio_chain_next(&b->chain, !write, &at,
					 left < most ? (uint32_t)left : most, &pa);
		if (move(b, offset, pa, part, write))
			return STATUS_IO_ERROR;
		report_piece(b, offset, pa, part, write);
		offset += part;
	}
	return STATUS_OK;
}

static uint8_t give_id(struct blk *b, uint64_t room)
{
	char id[ID_BYTES] = {0};

	snprintf(id, sizeof(id), "discosim-%u", b->number);
	return virtio_chain_write(services(b), &b->chain, 0, id,
				  room < ID_BYTES ? (uint32_t)room : ID_BYTES)
		       ? STATUS_IO_ERROR
		       : STATUS_OK;
}

/* Whether the range may be moved: whole sectors of the image, and no more than one likes to copy
 * in one go. */
static bool moves(const struct blk *b, uint64_t sector, uint64_t bytes)
{
	uint64_t sectors = disk_sectors(b->disk);

	return bytes % DISK_SECTOR == 0 && bytes <= BYTES_MOST && sector <= sectors &&
	       bytes / DISK_SECTOR <= sectors - sector;
}

static uint8_t execute(struct blk *b, const struct header *h, uint64_t *moved, uint32_t *written)
{
	uint64_t in = b->chain.write_bytes - 1, out = b->chain.read_bytes - sizeof(*h);
	uint8_t status;

	switch (h->type) {
	case REQUEST_IN:
	case REQUEST_OUT:
		*moved = h->type == REQUEST_IN ? in : out;
		if (!moves(b, h->sector, *moved)) {
			*moved = 0;
			return STATUS_IO_ERROR;
		}
		status = transfer(b, h->sector, *moved, h->type == REQUEST_OUT);
		*written = h->type == REQUEST_IN ? (uint32_t)in : 0;
		return status;
	case REQUEST_FLUSH:
		return STATUS_OK;
	case REQUEST_GET_ID:
		*written = in < ID_BYTES ? (uint32_t)in : ID_BYTES;
		return give_id(b, in);
	default:
		return STATUS_UNSUPPORTED;
	}
}

/* The request in b->chain. Returns 0, or -1 when it is none. */
static int serve_one(struct blk *b)
{
	struct virtio_request *r;
	uint64_t moved = 0;
	struct header h;
	uint8_t status;
	bool in;

	if (!b->chain.write_bytes || virtio_chain_read(services(b), &b->chain, 0, &h, sizeof(h)))
		return -1;
	in = h.type == REQUEST_IN || h.type == REQUEST_GET_ID;
	r = virtio_begin(&b->virtio, &b->requests, b->chain.head,
			 SOURCE_DISK | (in ? 0 : IO_WRITE));
	if (!r)
		return -1;
	status = execute(b, &h, &moved, &r->written);
	virtio_chain_write(services(b), &b->chain, b->chain.write_bytes - 1, &status, 1);
	r->written++;
	r->arg |= status ? IO_FAILED : 0;
	virtio_takes(&b->virtio, &b->requests, r,
		     DISK_LATENCY_CYCLES + moved * DISK_CYCLES_PER_BYTE);
	return 0;
}

static void blk_serve(struct virtio_device *v, unsigned ring)
{
	struct blk *b = (struct blk *)v;

	while (virtio_take(v, ring, &b->chain))
		if (serve_one(b))
			virtio_break(v);
	virtio_set_due(v, virtio_next(&b->requests));
}

static void blk_reset(struct virtio_device *v)
{
	struct blk *b = (struct blk *)v;

	virtio_orphan(v, &b->requests);
	virtio_set_due(v, virtio_next(&b->requests));
}

static void blk_due(struct device *d, uint64_t now)
{
	struct blk *b = (struct blk *)d;

	virtio_end(&b->virtio, &b->requests, 0, now);
	virtio_set_due(&b->virtio, virtio_next(&b->requests));
	virtio_serve(&b->virtio, now);
}

static void blk_snapshot(struct device *d, struct snapshot *s)
{
	struct blk *b = (struct blk *)d;
	char name[16];

	snprintf(name, sizeof(name), "blk%u", b->number);
	virtio_snapshot(&b->virtio, s, name);
	virtio_requests_snapshot(&b->requests, s, name);
	disk_snapshot(b->disk, b->number, s);
}

static void blk_release(struct device *d)
{
	struct blk *b = (struct blk *)d;

	disk_close(b->disk);
	free(b);
}

static const struct device_kind device = {
	.name = "virtio-blk",
	.due = blk_due,
	.snapshot = blk_snapshot,
	.release = blk_release,
};

static const struct pci_function_kind pci = {
	.vendor = 0x1af4,
	.device = 0x1001,
	.subsystem_vendor = 0x1af4,
	.subsystem = 2,		      /* type: block device */
	.class_revision = 0x01000000, /* mass storage, SCSI; revision 0: legacy */
	.bar = {{.bytes = VIRTIO_BAR_BYTES, .io = true}},
	.interrupts = true,
	.load = virtio_load,
	.store = virtio_store,
};

static const struct virtio_kind virtio = {
	.rings = 1,
	.features = FEATURE_SEG_MAX | FEATURE_BLK_SIZE | FEATURE_FLUSH,
	.source = SOURCE_DISK,
	.serve = blk_serve,
	.reset = blk_reset,
};

struct pci_function *virtio_blk_new(struct services *s, struct disk *disk, unsigned number)
{
	struct blk *b = calloc(1, sizeof(*b));
	uint64_t sectors = disk_sectors(disk);
	uint32_t segments = SEGMENTS, sector_bytes = DISK_SECTOR;

	if (!b)
		abort();
	virtio_init(&b->virtio, &device, &pci, &virtio, s);
	b->disk = disk;
	b->number = number;
	memcpy(b->virtio.config + 0, &sectors, 8);
	memcpy(b->virtio.config + 12, &segments, 4);
	memcpy(b->virtio.config + 20, &sector_bytes, 4);
	return &b->virtio.function;
}
