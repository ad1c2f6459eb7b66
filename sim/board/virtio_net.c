/* SPDX-License-Identifier: MIT */
/*
 * See virtio_net.h. Virtual I/O Device specification 1.0, section 5.1, legacy: a frame comes behind
 * a header of 10 bytes, of which nothing is used, for no offloading is offered. Ring 0 receives,
 * ring 1 transmits.
 *
 * A frame that the guest sends is a request with NETWORK records of its pieces; the answer to it,
 * if there is one, arrives later, in the order of the frames. A frame that arrives waits until the
 * guest gives a buffer; of those that wait the device keeps QUEUE, further ones are lost, as on a
 * real cable. It is a request that begins and ends at once.
 */
#include "sim/board/virtio_net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/snapshot.h"
#include "sim/board/subnet.h"
#include "sim/board/virtio_requests.h"

enum { RECEIVE = 0, TRANSMIT = 1 };

#define FEATURE_MAC    (1u << 5)
#define FEATURE_STATUS (1u << 16)
#define LINK_UP	       1
#define HEADER	       10u
#define FRAME_LEAST    14u
#define QUEUE	       16u

/* A frame on its way to the guest. */
struct arrival {
	uint64_t due;
	uint32_t bytes;
	uint8_t frame[SUBNET_FRAME];
};

struct net {
	struct virtio_device virtio; /* first */
	struct virtio_requests sent;
	uint32_t first, count;
	struct arrival arrival[QUEUE]; /* a queue */
	struct virtio_chain chain;     /* at work; no state */
};

static struct services *services(struct net *n)
{
	return n->virtio.function.device.services;
}

/* Records where the frame behind the header lies in the chain. */
static void report_pieces(struct net *n, bool send, uint32_t bytes)
{
	uint64_t at = HEADER, end = at + bytes, pa = 0;
	uint32_t flags = (send ? NETWORK_SEND : 0) | NETWORK_FIRST;

	while (at < end) {
		uint32_t part = virtio_chain_next(&n->chain, !send, &at, (uint32_t)(end - at), &pa);
		struct record r[2] = {
			record_make(RECORD_NETWORK, part, flags),
			record_make(RECORD_OPERAND, (uint32_t)pa, 0),
		};

		services(n)->report(services(n), r, 2);
		flags &= ~NETWORK_FIRST;
	}
}

static void answer(struct net *n, const uint8_t *frame, uint32_t bytes, uint64_t sent)
{
	struct arrival *a = &n->arrival[(n->first + n->count) % QUEUE];

	if (n->count == QUEUE)
		return;
	a->bytes = subnet_answer(frame, bytes, a->frame);
	a->due = sent + NET_LATENCY_CYCLES + a->bytes * NET_CYCLES_PER_BYTE;
	n->count += a->bytes != 0;
}

/* The frame in n->chain. Returns 0, or -1 when it is none. */
static int send_one(struct net *n)
{
	uint8_t frame[SUBNET_FRAME];
	struct virtio_request *r;
	uint64_t bytes;
	bool good;

	if (n->chain.read_bytes < HEADER || n->chain.writable)
		return -1;
	bytes = n->chain.read_bytes - HEADER;
	good = bytes >= FRAME_LEAST && bytes <= SUBNET_FRAME;
	r = virtio_begin(&n->virtio, &n->sent, n->chain.head, SOURCE_NETWORK | IO_WRITE);
	if (!r)
		return -1;
	if (good && !virtio_chain_read(services(n), &n->chain, HEADER, frame, (uint32_t)bytes))
		report_pieces(n, true, (uint32_t)bytes);
	else
		r->arg |= IO_FAILED;
	virtio_takes(&n->virtio, &n->sent, r,
		     NET_LATENCY_CYCLES + (good ? bytes * NET_CYCLES_PER_BYTE : 0));
	if (good)
		answer(n, frame, (uint32_t)bytes, r->due);
	return 0;
}

/* Gives the first frame to the guest, in n->chain. */
static void receive_one(struct net *n)
{
	const struct arrival *a = &n->arrival[n->first];
	struct services *s = services(n);
	static const uint8_t header[HEADER];
	uint32_t number = (uint32_t)s->requests++, written = 0, failed = IO_FAILED;
	struct record r = record_make(RECORD_IO_BEGIN, number, SOURCE_NETWORK);

	s->report(s, &r, 1);
	if (n->chain.write_bytes >= HEADER + a->bytes &&
	    !virtio_chain_write(s, &n->chain, 0, header, HEADER) &&
	    !virtio_chain_write(s, &n->chain, HEADER, a->frame, a->bytes)) {
		report_pieces(n, false, a->bytes);
		written = HEADER + a->bytes;
		failed = 0;
	}
	r = record_make(RECORD_IO_END, number, SOURCE_NETWORK | failed);
	s->report(s, &r, 1);
	n->first = (n->first + 1) % QUEUE;
	n->count--;
	virtio_give(&n->virtio, RECEIVE, n->chain.head, written);
}

static void plan(struct net *n)
{
	uint64_t sent = virtio_next(&n->sent), now = services(n)->now(services(n));
	uint64_t arrives = n->count ? n->arrival[n->first].due : DEVICE_NEVER;

	/* One that has arrived and waits for a buffer is looked at when the guest gives some. */
	if (arrives <= now)
		arrives = DEVICE_NEVER;
	virtio_set_due(&n->virtio, sent < arrives ? sent : arrives);
}

static void receive(struct net *n)
{
	uint64_t now = services(n)->now(services(n));

	while (n->count && n->arrival[n->first].due <= now &&
	       virtio_take(&n->virtio, RECEIVE, &n->chain))
		receive_one(n);
}

static void net_serve(struct virtio_device *v, unsigned ring)
{
	struct net *n = (struct net *)v;

	if (ring == RECEIVE)
		receive(n);
	else
		while (virtio_take(v, TRANSMIT, &n->chain))
			if (send_one(n))
				virtio_break(v);
	plan(n);
}

static void net_reset(struct virtio_device *v)
{
	struct net *n = (struct net *)v;

	virtio_orphan(v, &n->sent);
	n->first = n->count = 0;
	plan(n);
}

static void net_due(struct device *d, uint64_t now)
{
	struct net *n = (struct net *)d;

	virtio_end(&n->virtio, &n->sent, TRANSMIT, now);
	receive(n);
	plan(n);
	virtio_serve(&n->virtio, now);
}

static void walk(struct net *n, struct snapshot *s)
{
	snapshot_field(s, "net.first", n->first);
	snapshot_field(s, "net.count", n->count);
	snapshot_check(s, "net.count", n->first < QUEUE && n->count <= QUEUE);
	for (uint32_t i = 0; i < n->count && !snapshot_failed(s); i++) {
		struct arrival *a = &n->arrival[(n->first + i) % QUEUE];

		snapshot_field(s, "net.arrival.due", a->due);
		snapshot_field(s, "net.arrival.bytes", a->bytes);
		snapshot_check(s, "net.arrival.bytes", a->bytes <= SUBNET_FRAME);
		if (!snapshot_failed(s))
			snapshot_bytes(s, "net.arrival.frame", a->frame, a->bytes);
	}
}

static void net_snapshot(struct device *d, struct snapshot *s)
{
	struct net *n = (struct net *)d;

	virtio_snapshot(&n->virtio, s, "net");
	virtio_requests_snapshot(&n->sent, s, "net.sent");
	walk(n, s);
	if (snapshot_failed(s) && snapshot_restoring(s))
		n->first = n->count = 0;
}

static void net_release(struct device *d)
{
	free(d);
}

static const struct device_kind device = {
	.name = "virtio-net",
	.due = net_due,
	.snapshot = net_snapshot,
	.release = net_release,
};

static const struct pci_function_kind pci = {
	.vendor = 0x1af4,
	.device = 0x1000,
	.subsystem_vendor = 0x1af4,
	.subsystem = 1,		      /* type: network card */
	.class_revision = 0x02000000, /* network, Ethernet; revision 0: legacy */
	.bar = {{.bytes = VIRTIO_BAR_BYTES, .io = true}},
	.interrupts = true,
	.load = virtio_load,
	.store = virtio_store,
};

static const struct virtio_kind virtio = {
	.rings = 2,
	.features = FEATURE_MAC | FEATURE_STATUS,
	.source = SOURCE_NETWORK,
	.serve = net_serve,
	.reset = net_reset,
};

struct pci_function *virtio_net_new(struct services *s)
{
	/* QEMU's default. */
	static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	struct net *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	virtio_init(&n->virtio, &device, &pci, &virtio, s);
	memcpy(n->virtio.config, mac, sizeof(mac));
	n->virtio.config[6] = LINK_UP;
	return &n->virtio.function;
}
