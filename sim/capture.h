/* SPDX-License-Identifier: MIT */
/* Recording: the joint between a board's processors and a trace file. */
#ifndef SIM_CAPTURE_H
#define SIM_CAPTURE_H

#include "sim/board/board.h"
#include "traces/trace.h"

struct capture;

/* Starts to record a board that has not run yet (with info->region_only: once the guest begins its
 * region of interest). The board and the info's strings must outlive it. NULL with the error set.
 */
struct capture *capture_begin(struct board *board, const char *path, const struct trace_info *info,
			      enum trace_codec codec, struct error *err);

/* 0 while all is well, -1 with the error of a write that failed. (A struct capture *.) */
int capture_check(void *capture, struct error *err);

/* Writes the rest and finishes the file. Frees. Returns 0 or -1. */
int capture_finish(struct capture *c, struct error *err);

/* Removes what was written. Frees. */
void capture_abandon(struct capture *c);

#endif
