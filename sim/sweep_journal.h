/* SPDX-License-Identifier: MIT */
/*
 * The journal of a sweep: the finished points, beside the result until all are done. A text file of
 * append-only lines "CHECKSUM JSON\n" after a first line that says what it is; the checksum is the
 * XXH3-64 of the JSON as 16 hex digits. Every line is on disk before the next step, so `kill -9` at
 * any moment loses only the points in flight: a torn last line is cut off, a damaged line is left
 * out. The open journal is locked: two sweeps on one result are refused.
 */
#ifndef SIM_SWEEP_JOURNAL_H
#define SIM_SWEEP_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "sim/base/error.h"

struct sweep_journal {
	char *path; /* RESULT.journal; owned */
	int fd;
	off_t end;	  /* of the last whole line */
	json_t *points;	  /* key -> point, as found when it was opened; owned */
	unsigned damaged; /* lines left out */
	bool created;	  /* there was none */
};

/* Opens or creates the journal of a result, locks it, and reads what it holds. Returns 0 or -1. */
int sweep_journal_open(struct sweep_journal *, const char *result, struct error *err);
/* Adds a point, on disk when it returns. Returns 0 or -1 (full disk; the journal stays whole). */
int sweep_journal_add(struct sweep_journal *, const json_t *point, struct error *err);
/* Closes; removes the file when `done`, or when it is new and empty. */
void sweep_journal_close(struct sweep_journal *, bool done);

#endif
