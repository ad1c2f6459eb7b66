/* SPDX-License-Identifier: MIT */
/*
 * See virtio_blk.h. Virtual I/O Device specification 1.0, section 5.2. A request is a header
 * (type, priority, sector), data, and a status byte, the last that the device may write; how they
 * are cut into descriptors does not matter.
 *
 * The data move when the device takes the request, so what it answers depends on the order of the
 * requests alone; the chain goes back to the guest when the request's time is over. Requests are
 * served one after the other in the order of the ring. With each go an IO_BEGIN, a DISK record for
 * every piece that lies in one page of memory and one block of the image, and an IO_END
 * (sim/base/record.h). A sector that lies across two pages is in the pieces of both.
 */
#include "sim/board/virtio_blk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"

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

/* A request that has been served and is not over yet. */
struct pending {
	uint64_t due;
	uint32_t number, written; /* number of the request; bytes written to the chain */
	uint32_t arg;		  /* of its IO_END */
	uint16_t head;
	uint8_t orphan; /* the driver has gone: nobody waits for it */
};

struct blk {
	struct virtio_device virtio; /* first */
	struct disk *disk;
	unsigned number;
	uint64_t busy; /* until then the disk is at the requests before */
	uint32_t first, count;
	struct pending pending[VIRTIO_RING_SIZE]; /* a queue */
	struct virtio_chain chain;		  /* at work; no state */
};

static struct services *services(struct blk *b)
{
	return b->virtio.function.device.services;
}

static void report(struct blk *b, enum record_kind kind, uint32_t addr, uint32_t arg)
{
	struct record r = record_make(kind, addr, arg);

	services(b)->report(services(b), &r, 1);
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
	struct services *s = services(b);
	struct pending *p = &b->pending[(b->first + b->count) % VIRTIO_RING_SIZE];
	uint64_t moved = 0, now = s->now(s);
	struct header h;
	uint8_t status;

	/* A request has two descriptors or more, so no driver has more than half of this under way.
	 */
	if (b->count == VIRTIO_RING_SIZE || !b->chain.write_bytes ||
	    virtio_chain_read(s, &b->chain, 0, &h, sizeof(h)))
		return -1;
	*p = (struct pending){.number = (uint32_t)s->requests++, .head = b->chain.head};
	p->arg = SOURCE_DISK | (h.type == REQUEST_IN || h.type == REQUEST_GET_ID ? 0 : IO_WRITE);
	report(b, RECORD_IO_BEGIN, p->number, p->arg);
	status = execute(b, &h, &moved, &p->written);
	virtio_chain_write(s, &b->chain, b->chain.write_bytes - 1, &status, 1);
	p->written++;
	p->arg |= status ? IO_FAILED : 0;
	b->busy = (b->busy > now ? b->busy : now) + DISK_LATENCY_CYCLES +
		  moved * DISK_CYCLES_PER_BYTE;
	p->due = b->busy;
	b->count++;
	return 0;
}

static void blk_serve(struct virtio_device *v, unsigned ring)
{
	struct blk *b = (struct blk *)v;

	while (virtio_take(v, ring, &b->chain))
		if (serve_one(b))
			virtio_break(v);
	virtio_set_due(v, b->count ? b->pending[b->first].due : DEVICE_NEVER);
}

static void blk_reset(struct virtio_device *v)
{
	struct blk *b = (struct blk *)v;
	struct services *s = services(b);

	/* They end at once, but not within the guest's store. */
	for (uint32_t i = 0; i < b->count; i++) {
		struct pending *p = &b->pending[(b->first + i) % VIRTIO_RING_SIZE];

		p->due = b->busy = s->now(s);
		p->arg |= IO_FAILED;
		p->orphan = 1;
	}
	virtio_set_due(v, b->count ? b->busy : DEVICE_NEVER);
}

static void blk_due(struct device *d, uint64_t now)
{
	struct blk *b = (struct blk *)d;

	while (b->count && b->pending[b->first].due <= now) {
		struct pending *p = &b->pending[b->first];

		b->first = (b->first + 1) % VIRTIO_RING_SIZE;
		b->count--;
		report(b, RECORD_IO_END, p->number, p->arg);
		if (!p->orphan)
			virtio_give(&b->virtio, 0, p->head, p->written);
	}
	virtio_set_due(&b->virtio, b->count ? b->pending[b->first].due : DEVICE_NEVER);
	virtio_serve(&b->virtio, now);
}

static void blk_snapshot(struct device *d, struct snapshot *s)
{
	struct blk *b = (struct blk *)d;
	char name[16], field[32];

	snprintf(name, sizeof(name), "blk%u", b->number);
	virtio_snapshot(&b->virtio, s, name);
	snprintf(field, sizeof(field), "%s.busy", name);
	snapshot_field(s, field, b->busy);
	snprintf(field, sizeof(field), "%s.first", name);
	snapshot_field(s, field, b->first);
	snapshot_check(s, field, b->first < VIRTIO_RING_SIZE);
	snprintf(field, sizeof(field), "%s.count", name);
	snapshot_field(s, field, b->count);
	snapshot_check(s, field, b->count <= VIRTIO_RING_SIZE);
	for (uint32_t i = 0; i < b->count && !snapshot_failed(s); i++) {
		struct pending *p = &b->pending[(b->first + i) % VIRTIO_RING_SIZE];

		snprintf(field, sizeof(field), "%s.pending.due", name);
		snapshot_field(s, field, p->due);
		snprintf(field, sizeof(field), "%s.pending.number", name);
		snapshot_field(s, field, p->number);
		snprintf(field, sizeof(field), "%s.pending.written", name);
		snapshot_field(s, field, p->written);
		snprintf(field, sizeof(field), "%s.pending.arg", name);
		snapshot_field(s, field, p->arg);
		snprintf(field, sizeof(field), "%s.pending.head", name);
		snapshot_field(s, field, p->head);
		snprintf(field, sizeof(field), "%s.pending.orphan", name);
		snapshot_field(s, field, p->orphan);
	}
	if (snapshot_failed(s))
		b->first = b->count = 0;
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
