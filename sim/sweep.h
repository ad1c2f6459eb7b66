/* SPDX-License-Identifier: MIT */
/*
 * The engine of a sweep: runs points on threads, keeps each finished one in a journal, and writes
 * the result when none is left. It knows points by key and label only; what running one means is
 * the caller's (sim/cmd_sweep.c: replays; the tests: made up), so that this can be tested alone.
 */
#ifndef SIM_SWEEP_H
#define SIM_SWEEP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/result.h"

/* A point as the engine sees it; keys and labels are unique. Not owned. */
struct sweep_task {
	const char *key, *label;
	const char *configuration; /* becomes config "configuration" */
	uint64_t references;	   /* how much work it is, for order and progress */
};

struct sweep_config {
	const char *result; /* path of the HDF5 file */
	const struct result_schema *schema;
	const json_t *provenance;
	const struct sweep_task *tasks;
	size_t count;
	unsigned threads;
	bool quiet, replace; /* replace: drop points of an existing result that are not tasks */
	/* Runs a task; its point (a new object), or NULL with the error set. Called from several
	 * threads; done is the number of references of this point so far. */
	json_t *(*run)(void *context, size_t task, void (*progress)(void *, uint64_t done),
		       void *progress_context, struct error *err);
	/* Told about each point that failed; one call at a time. */
	void (*failed)(void *context, size_t task, const struct error *err);
	/* Told what was found when resuming: one line. May be NULL. */
	void (*note)(void *context, const char *text);
	void *context;
};

/* Runs what is not in the result or its journal yet. Returns 0 when the result holds every task;
 * -1 with the error set when points failed (the result then holds the others), when the user
 * interrupted it (the journal holds what is finished), or when nothing could be done. */
int sweep_run(const struct sweep_config *, struct error *err);

#endif
