/* SPDX-License-Identifier: MIT */
/*
 * Verifies a whole trace: every chunk's checksums, every record's place, the totals, that requests
 * to devices end once (requests.c), and that the synchronisation can be replayed. For the latter
 * the processors run side by side, each until a SYNC_PASS whose object has not yet been signalled
 * often enough; when all that are left stand before such a pass, a replay would hang, and the first
 * of them is named.
 */
#include "traces/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "traces/profile.h"

/* Signals counted by object: open addressing, grown when half full. */
struct counts {
	struct {
		uint32_t object;
		uint64_t count; /* 0: free */
	} * slots;
	size_t used, room; /* a power of two */
};

static size_t find(const struct counts *c, uint32_t object)
{
	size_t i = (object * 0x9e3779b1u) & (c->room - 1);

	while (c->slots[i].count && c->slots[i].object != object)
		i = (i + 1) & (c->room - 1);
	return i;
}

static void add(struct counts *c, uint32_t object)
{
	size_t i;

	if (2 * c->used >= c->room) {
		struct counts bigger = {.room = c->room ? 2 * c->room : 1024};

		bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
		for (i = 0; i < c->room; i++)
			if (c->slots[i].count)
				bigger.slots[find(&bigger, c->slots[i].object)] = c->slots[i];
		bigger.used = c->used;
		free(c->slots);
		*c = bigger;
	}
	i = find(c, object);
	c->used += !c->slots[i].count;
	c->slots[i].object = object;
	c->slots[i].count++;
}

static uint64_t count_of(const struct counts *c, uint32_t object)
{
	return c->room ? c->slots[find(c, object)].count : 0;
}

struct lane {
	struct trace_cursor cursor;
	struct stream_check check;
	struct profile profile;
	const struct record *records;
	long n, i;
	struct record pass; /* the SYNC_PASS whose operand comes next */
	bool done;
	uint64_t wanted; /* count that it is blocked on */
};

/* Goes on until the end (done) or an unmet pass (wanted is set). Returns records read, or -1 with
 * the whole line in err. */
static int64_t advance(struct lane *lane, struct counts *counts, struct request_log *log,
		       struct error *err)
{
	int64_t progress = 0;

	while (!interrupted()) {
		struct record r;

		if (lane->i == lane->n) {
			lane->n = trace_cursor_next(&lane->cursor, &lane->records, err);
			lane->i = 0;
			if (lane->n < 0)
				return -1;
			lane->done = lane->n == 0;
			if (lane->done)
				return progress;
		}
		r = lane->records[lane->i];
		if (record_kind(r) == RECORD_OPERAND &&
		    record_kind(lane->pass) == RECORD_SYNC_PASS) {
			lane->wanted = r.addr;
			if (count_of(counts, lane->pass.addr) < r.addr)
				return progress;
		}
		if (stream_check_next(&lane->check, r, err))
			return error_prefix(err, "%s: processor %u", trace_path(lane->cursor.trace),
					    lane->cursor.processor);
		if (record_kind(r) == RECORD_IO_BEGIN || record_kind(r) == RECORD_IO_END)
			request_log_add(log, lane->cursor.processor, lane->check.record - 1, r);
		profile_next(&lane->profile, r);
		lane->pass = r;
		if (record_kind(r) == RECORD_SYNC_SIGNAL)
			add(counts, r.addr);
		lane->i++;
		progress++;
	}
	return error_set(err, "interrupted");
}

static int run_lanes(struct lane *lanes, unsigned n, struct request_log *log,
		     struct progress *progress, struct error *err)
{
	struct counts counts = {0};
	uint64_t done = 0, before;
	unsigned p, left = n;

	do {
		before = done;
		for (p = left = 0; p < n; p++) {
			int64_t read = lanes[p].done ? 0 : advance(&lanes[p], &counts, log, err);

			if (read < 0) {
				free(counts.slots);
				return -1;
			}
			done += (uint64_t)read;
			left += !lanes[p].done;
			progress_update(progress, done);
		}
	} while (left && done > before);
	for (p = 0; left && lanes[p].done; p++)
		;
	if (left)
		error_set(err,
			  "%s: processor %u, record %" PRIu64 " (sync_pass): waits for %" PRIu64
			  " signals of 0x%08x; only %" PRIu64 " can come before it",
			  trace_path(lanes[p].cursor.trace), p, lanes[p].check.record - 1,
			  lanes[p].wanted, lanes[p].pass.addr,
			  count_of(&counts, lanes[p].pass.addr));
	free(counts.slots);
	return left ? -1 : 0;
}

/* Every instruction, load and store is in exactly one row. */
static int check_profile(struct profile *p, const struct trace_totals *totals, struct error *err)
{
	struct profile_cost sum = {0};

	profile_end(p);
	for (unsigned i = 0; i < PROFILE_ROWS; i++) {
		sum.instructions += p->row[i].own.instructions;
		sum.loads += p->row[i].own.loads;
		sum.stores += p->row[i].own.stores;
	}
	if (sum.instructions == totals->instructions && sum.loads == totals->loads &&
	    sum.stores == totals->stores)
		return 0;
	return error_set(err,
			 "the profile has %" PRIu64 " instructions, %" PRIu64 " loads, %" PRIu64
			 " stores; the file states %" PRIu64 ", %" PRIu64 ", %" PRIu64,
			 sum.instructions, sum.loads, sum.stores, totals->instructions,
			 totals->loads, totals->stores);
}

int trace_verify(const struct trace *t, struct progress *progress, struct error *err)
{
	const struct trace_info *info = trace_info_of(t);
	struct lane *lanes = calloc(info->processors, sizeof(*lanes));
	struct request_log log = {0};
	int rc;

	for (unsigned p = 0; p < info->processors; p++) {
		trace_cursor_init(&lanes[p].cursor, t, p);
		stream_check_init(&lanes[p].check, info);
		profile_init(&lanes[p].profile);
	}
	rc = run_lanes(lanes, info->processors, &log, progress, err);
	for (unsigned p = 0; p < info->processors; p++) {
		if (!rc && stream_check_end(&lanes[p].check, trace_totals_of(t, p), err))
			rc = error_prefix(err, "%s: processor %u", trace_path(t), p);
		if (!rc && check_profile(&lanes[p].profile, trace_totals_of(t, p), err))
			rc = error_prefix(err, "%s: processor %u", trace_path(t), p);
		profile_release(&lanes[p].profile);
		trace_cursor_release(&lanes[p].cursor);
	}
	free(lanes);
	if (!rc && request_log_check(&log, info, err))
		rc = error_prefix(err, "%s", trace_path(t));
	request_log_release(&log);
	return rc;
}
