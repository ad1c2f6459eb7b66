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
	struct trace_image images[TRACE_MAX_IMAGES];
	unsigned image_count;
	bool requesting; /* among the parts of a request: */
	bool has_begun, has_frame;
	uint32_t request, request_arg; /* the last IO_BEGIN */
	uint32_t piece_bytes;	       /* of the part whose OPERAND comes next; 0: none */
	struct trace_totals totals;
};

void stream_check_init(struct stream_check *c, const struct trace_info *info);
/* Returns 0, or -1 with the record's number and kind and what is wrong with it. */
int stream_check_next(struct stream_check *c, struct record r, struct error *err);
/* After the last record: against the totals that the file states. */
int stream_check_end(const struct stream_check *c, const struct trace_totals *stated,
		     struct error *err);

/* The requests of a machine, which may begin in one stream and end in another. */
struct request_log {
	struct request_event {
		uint32_t request, arg, processor;
		bool ends;
		uint64_t record;
	} * events; /* owned */
	size_t used;
};
/* Notes an IO_BEGIN or IO_END. */
void request_log_add(struct request_log *log, unsigned processor, uint64_t record, struct record r);
/* Each request begins once, ends at most once, and as what it began. One may end without a
 * beginning if it is older than all that begin, or if only a region was recorded. Returns 0, or -1
 * with processor, record and what is wrong. Sorts the log. */
int request_log_check(struct request_log *log, const struct trace_info *info, struct error *err);
void request_log_release(struct request_log *log);

/* Decodes a whole trace: checksums, order rules, totals, that the profile (traces/profile.h) has
 * each instruction, load and store in one row, that every SYNC_PASS can be passed when
 * the processors run side by side, and that requests that end have begun. Returns 0 or -1;
 * interrupted() is a failure too. */
int trace_verify(const struct trace *t, struct progress *progress, struct error *err);

#endif
