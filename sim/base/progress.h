/* SPDX-License-Identifier: MIT */
/*
 * Progress of long work on stderr: a bar with rate and time left on a terminal, a line every few
 * seconds elsewhere, nothing when quiet or when the work is over within a second. Also Ctrl-C:
 * SIGINT and SIGTERM set a flag that long loops look at, so that they can stop cleanly.
 */
#ifndef SIM_BASE_PROGRESS_H
#define SIM_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what, *unit; /* "capture", "instructions": not owned */
	uint64_t total;		 /* 0: unknown */
	double started, last;	 /* monotonic seconds */
	bool quiet, terminal, shown;
};

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total,
		    bool quiet);
/* May be called as often as one likes; prints at most four times a second. One thread only. */
void progress_update(struct progress *p, uint64_t done);
void progress_end(struct progress *p, uint64_t done);
/* Instead of progress_end when the work failed: what was shown stays, the error gets its own line.
 */
void progress_abandon(struct progress *p);

/* Monotonic wall-clock seconds. */
double seconds_now(void);

/* Installs the handlers; from then on interrupted() says whether the user asked to stop. A second
 * signal ends the process at once. */
void interrupt_install(void);
bool interrupted(void);

#endif
