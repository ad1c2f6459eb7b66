/* SPDX-License-Identifier: MIT */
/* The order rules of a stream (sim/base/record.h), checked record by record. */
#ifndef TRACES_CHECK_H
#define TRACES_CHECK_H

#include "sim/base/progress.h"
#include "traces/trace.h"

struct stream_check {
	const struct trace_info *info;
	uint64_t record; /* number of the next one */
	uint32_t run;	 /* instructions of the open run; 0: none is open */
	uint32_t index;	 /* of the last data record in it */
	bool wants_operand;
	bool idle, zeroing, waiting, region;	/* open spans */
	bool was_idle, was_zeroing, was_region; /* there has been one */
	uint32_t zero_page, wait_object, wait_class;
	struct trace_totals totals;
};

void stream_check_init(struct stream_check *c, const struct trace_info *info);
/* Returns 0, or -1 with the record's number and kind and what is wrong with it. */
int stream_check_next(struct stream_check *c, struct record r, struct error *err);
/* After the last record: against the totals that the file states. */
int stream_check_end(const struct stream_check *c, const struct trace_totals *stated,
		     struct error *err);

/* Decodes a whole trace: checksums, order rules, totals, and that every SYNC_PASS can be passed
 * when the processors run side by side. Returns 0 or -1; interrupted() is a failure too. */
int trace_verify(const struct trace *t, struct progress *progress, struct error *err);

#endif
