/* SPDX-License-Identifier: MIT */
/* trace_append in a thread of its own: a capture goes on executing while records are compressed.
 * Buffers are handed over, written in the order they were handed over, and come back empty. */
#ifndef SIM_APPEND_H
#define SIM_APPEND_H

#include "traces/trace.h"

#define APPEND_RECORDS 16384 /* in a buffer */

struct appender;

/* `owners` buffers will be held by the caller at a time. The trace stays the caller's, but only the
 * thread may touch it until appender_stop. */
struct appender *appender_start(struct trace_writer *trace, unsigned owners);

/* An empty buffer of APPEND_RECORDS; waits until there is one. */
struct record *appender_buffer(struct appender *a);

/* Hands over a buffer with n records of a processor's stream. */
void appender_hand_over(struct appender *a, unsigned processor, struct record *buffer, size_t n);

/* 0 while all is well, -1 with the error of the first write that failed. */
int appender_check(struct appender *a, struct error *err);

/* Waits until all is written (or, when told to drop it, thrown away), ends the thread, frees, every
 * buffer that was handed over too. Returns as appender_check. */
int appender_stop(struct appender *a, bool drop, struct error *err);

#endif
