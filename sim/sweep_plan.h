/* SPDX-License-Identifier: MIT */
/* A specification's points made ready to run: traces opened (each once), everything checked. */
#ifndef SIM_SWEEP_PLAN_H
#define SIM_SWEEP_PLAN_H

#include "sim/point.h"
#include "sim/sweep.h"
#include "sim/sweep_spec.h"

struct sweep_plan {
	struct sweep_spec spec;
	struct point *points;	  /* [count] */
	struct sweep_task *tasks; /* [count]; texts are the points' and the specification's */
	size_t count, named_twice;
	struct trace **traces; /* [trace_count], open */
	char **trace_paths;
	size_t trace_count;
};

/* Reads the file, opens the traces, checks every point. A point that is named twice (the same key)
 * is there once, under the user's own label if it has one. Returns 0 or -1. */
int sweep_plan_make(struct sweep_plan *, const char *path, struct error *err);
void sweep_plan_release(struct sweep_plan *);

#endif
