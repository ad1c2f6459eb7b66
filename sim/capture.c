/* SPDX-License-Identifier: MIT */
/*
 * Each processor has a stream: an observer whose buffer is handed to the trace when it is full, and
 * a table of the translations that the stream has told already. The core reports a translation
 * whenever it first uses one after a TLB write; only a page that has another frame, other flags or
 * no record yet is news, so the traced TLB's evictions leave no mark.
 *
 * A MAP of a global page holds for all ASIDs and so replaces what single ASIDs had of it, and the
 * other way round: telling one kind forgets the other, and a reader may use either the latest MAP
 * of (ASID, page) or a table of its own per kind.
 */
#include "sim/capture.h"

#include <stdlib.h>
#include <string.h>

#include "sim/append.h"

#define TABLE_MAX    (1u << 20) /* pages; beyond that the table is forgotten, MAPs repeat */
#define GLOBAL_SPACE 256u	/* in place of an ASID */
#define NOTHING	     UINT64_MAX

/* key: space << 20 | VA page, never all ones; value: flags << 32 | PA page, or NOTHING */
struct told {
	uint32_t key;
	uint64_t value;
};

#define EMPTY UINT32_MAX

struct stream {
	struct observer observer; /* first: the core's hooks get only this */
	struct capture *capture;
	struct record *buffer;
	unsigned number;
	struct told *told; /* open addressing, `room` a power of two */
	size_t room, used;
};

struct capture {
	struct board *board;
	struct board_watch watch;
	struct trace_writer *writer;
	struct appender *appender;
	unsigned streams;
	struct stream stream[BOARD_MAX_PROCESSORS];
};

static void renew(struct stream *s)
{
	s->buffer = appender_buffer(s->capture->appender);
	s->observer.next = s->buffer;
	s->observer.limit = s->buffer + APPEND_RECORDS;
}

static void hand_over(struct stream *s)
{
	appender_hand_over(s->capture->appender, s->number, s->buffer,
			   (size_t)(s->observer.next - s->buffer));
	s->buffer = NULL;
}

static void drain(struct observer *o)
{
	struct stream *s = (struct stream *)o;

	hand_over(s);
	renew(s);
}

static struct told *slot_of(struct told *table, size_t room, uint32_t key)
{
	size_t i = (key * 0x9e3779b1u) >> 7 & (room - 1);

	while (table[i].key != EMPTY && table[i].key != key)
		i = (i + 1) & (room - 1);
	return &table[i];
}

static void table_grow(struct stream *s)
{
	bool full = s->used >= TABLE_MAX;
	size_t room = full ? s->room : s->room ? s->room * 2 : 1024;
	struct told *table = malloc(room * sizeof(*table));

	if (!table)
		abort();
	for (size_t i = 0; i < room; i++)
		table[i].key = EMPTY;
	for (size_t i = 0; i < s->room && !full; i++)
		if (s->told[i].key != EMPTY)
			*slot_of(table, room, s->told[i].key) = s->told[i];
	if (full)
		s->used = 0;
	free(s->told);
	s->told = table;
	s->room = room;
}

/* What the stream has told about a page in a space; NULL when nothing. */
static struct told *look_up(struct stream *s, uint32_t space, uint32_t page)
{
	struct told *t = s->room ? slot_of(s->told, s->room, space << 20 | page) : NULL;

	return t && t->key != EMPTY && t->value != NOTHING ? t : NULL;
}

static void tell(struct stream *s, uint32_t space, uint32_t page, uint64_t value)
{
	uint32_t key = space << 20 | page;
	struct told *t;

	if (2 * s->used >= s->room)
		table_grow(s);
	t = slot_of(s->told, s->room, key);
	if (t->key == EMPTY)
		s->used++;
	*t = (struct told){key, value};
}

static void translated(struct observer *o, uint32_t va_flags, uint32_t asid, uint32_t pa_page)
{
	struct stream *s = (struct stream *)o;
	bool global = va_flags & MAP_GLOBAL;
	uint32_t page = va_flags >> 12, space = global ? GLOBAL_SPACE : asid & 255;
	uint64_t value = (uint64_t)(va_flags & 0xfff) << 32 | pa_page;
	struct told *same = look_up(s, space, page);
	struct told *other = look_up(s, global ? asid & 255 : GLOBAL_SPACE, page);

	if (same && same->value == value && !other)
		return;
	if (other)
		other->value = NOTHING;
	tell(s, space, page, value);
	*o->next++ = record_make(RECORD_MAP, va_flags, pa_page);
}

static void observe_all(struct capture *c, bool on)
{
	for (unsigned n = 0; n < c->streams; n++)
		cpu_observe(cpus_get(c->board->cpus, n), on ? &c->stream[n].observer : NULL);
}

static void region(void *owner, bool begins)
{
	observe_all(owner, begins);
}

struct capture *capture_begin(struct board *board, const char *path, const struct trace_info *info,
			      enum trace_codec codec, struct error *err)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->writer = trace_create(path, info, codec, err);
	if (!c->writer) {
		free(c);
		return NULL;
	}
	c->appender = appender_start(c->writer, board->processors);
	c->board = board;
	c->streams = board->processors;
	for (unsigned n = 0; n < c->streams; n++) {
		struct stream *s = &c->stream[n];

		s->capture = c;
		s->number = n;
		s->observer.drain = drain;
		s->observer.translated = translated;
		renew(s);
	}
	c->watch.owner = c;
	if (info->region_only) {
		c->watch.region = region;
		board_set_watch(board, &c->watch);
	} else {
		observe_all(c, true);
	}
	return c;
}

int capture_check(void *capture, struct error *err)
{
	return appender_check(((struct capture *)capture)->appender, err);
}

/* Detaches, hands over what is left, waits for the thread, and frees but for the trace. */
static int stop(struct capture *c, bool drop, struct error *err)
{
	int rc;

	board_set_watch(c->board, NULL);
	observe_all(c, false);
	for (unsigned n = 0; n < c->streams; n++)
		hand_over(&c->stream[n]);
	rc = appender_stop(c->appender, drop, err);
	for (unsigned n = 0; n < c->streams; n++)
		free(c->stream[n].told);
	free(c);
	return rc;
}

int capture_finish(struct capture *c, struct error *err)
{
	struct trace_writer *writer = c->writer;

	if (stop(c, false, err)) {
		trace_abandon(writer);
		return -1;
	}
	return trace_finish(writer, err);
}

void capture_abandon(struct capture *c)
{
	struct trace_writer *writer = c->writer;
	struct error ignored;

	stop(c, true, &ignored);
	trace_abandon(writer);
}
