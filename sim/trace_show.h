/* SPDX-License-Identifier: MIT */
/* What `discosim trace info` and `discosim trace dump` print on standard output. */
#ifndef SIM_TRACE_SHOW_H
#define SIM_TRACE_SHOW_H

#include "traces/trace.h"

/* What the file knows without its records. */
void trace_show_header(const struct trace *t);
/* Reads all records: their kinds, the pages touched, the region of interest. Returns 0 or -1. */
int trace_show_survey(const struct trace *t, struct error *err);

/* Prints `count` records of a processor, from this record on, or from the run that executes this
 * instruction. Returns 0 or -1. */
int trace_show_records(const struct trace *t, unsigned processor, bool by_instruction,
		       uint64_t from, uint64_t count, struct error *err);

#endif
