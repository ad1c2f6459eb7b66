/* SPDX-License-Identifier: MIT */
/*
 * A finished point in the terms of the paper's Figure 8: the time of all processors split into
 * execution, stalls, monitor, waiting, and of Figure 5: user, kernel, monitor, idle; where its
 * misses were served, and how long they took. Made from the counters by name, so it works on any
 * result file; what a file lacks is NaN.
 */
#ifndef SIM_SUMMARY_H
#define SIM_SUMMARY_H

#include <jansson.h>

enum summary_part {
	PART_EXECUTION, /* instructions, second-level hits, native TLB refills */
	PART_LOCAL,	/* stalled on misses to the own node's memory */
	PART_REMOTE,
	PART_MONITOR,
	PART_SYNC,
	PART_IDLE,
	PART_COUNT
};
extern const char *const summary_part_names[PART_COUNT];

/* The same time by the guest's mode, stalls included; the rest is the monitor's and waiting. */
enum summary_mode { SUMMARY_USER, SUMMARY_KERNEL, MODE_COUNT };
extern const char *const summary_mode_names[MODE_COUNT];

struct summary {
	const char *label, *trace, *bar, *system, *policy; /* of the point; "" when missing */
	double milliseconds;				   /* the run's time */
	double part[PART_COUNT];			   /* cycles, of all processors together */
	double mode[MODE_COUNT];			   /* cycles, of user and kernel */
	double cycles;					   /* sum of the parts */
	double processors;
	double misses, local_percent;	     /* second-level misses; those served locally */
	double local_ns, remote_ns, mean_ns; /* mean stall of a miss or upgrade */
};

/* The texts point into the point. */
void summary_of(const json_t *point, struct summary *s);

/* Sum over a counter's values of a list ("machine", "processor", "node"), NaN when it is missing.
 */
double summary_total(const json_t *point, const char *list, const char *counter);

#endif
