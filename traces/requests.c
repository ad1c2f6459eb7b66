/* SPDX-License-Identifier: MIT */
/*
 * Whether the requests of a machine's devices belong together over all its streams. A request may
 * begin in one processor's stream and end in another's, whose order the trace does not say, so all
 * beginnings and ends are gathered first and then sorted by number.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "traces/check.h"

void request_log_add(struct request_log *log, unsigned processor, uint64_t record, struct record r)
{
	if (!(log->used & (log->used - 1))) {
		size_t room = log->used ? 2 * log->used : 1;

		log->events = realloc(log->events, room * sizeof(*log->events));
		if (!log->events)
			abort();
	}
	log->events[log->used++] = (struct request_event){
		.request = r.addr,
		.arg = record_arg(r),
		.processor = processor,
		.ends = record_kind(r) == RECORD_IO_END,
		.record = record,
	};
}

/* By request, beginnings first, then by place. */
static int compare(const void *a, const void *b)
{
	const struct request_event *x = a, *y = b;

	if (x->request != y->request)
		return x->request < y->request ? -1 : 1;
	if (x->ends != y->ends)
		return x->ends ? 1 : -1;
	if (x->processor != y->processor)
		return x->processor < y->processor ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static int wrong(const struct request_event *e, struct error *err, const char *what)
{
	return error_set(err, "processor %u: record %" PRIu64 " (%s): request %u %s", e->processor,
			 e->record, record_kind_name(e->ends ? RECORD_IO_END : RECORD_IO_BEGIN),
			 e->request, what);
}

int request_log_check(struct request_log *log, const struct trace_info *info, struct error *err)
{
	bool any = info->region_only; /* a beginning among the numbers so far */

	if (log->used)
		qsort(log->events, log->used, sizeof(*log->events), compare);
	for (size_t i = 0; i < log->used; i++) {
		const struct request_event *e = &log->events[i], *before = i ? e - 1 : NULL;

		if (before && before->request != e->request)
			before = NULL;
		if (!before && e->ends && any && !info->region_only)
			return wrong(e, err, "has no beginning");
		if (before && !e->ends)
			return wrong(e, err, "has begun already");
		if (before && before->ends)
			return wrong(e, err, "has ended already");
		if (before && ((before->arg ^ e->arg) & (15u | IO_WRITE)))
			return wrong(e, err, "began as another");
		if (before && before->processor == e->processor && before->record > e->record)
			return wrong(e, err, "begins only later");
		any |= !e->ends;
	}
	return 0;
}

void request_log_release(struct request_log *log)
{
	free(log->events);
	log->events = NULL;
}
