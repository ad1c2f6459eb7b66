/* SPDX-License-Identifier: MIT */
/*
 * The specification of a sweep: a YAML file, and the points that it names. Its keys (also in
 * `discosim sweep --help`):
 *
 *	name: placement			a word and a sentence for the result
 *	description: ...
 *	traces: [a.trace, "b.trace,c.trace"]	relative to the file; several: virtual machines
 *	systems: [native, disco]
 *	policies: [first_touch, "disco:trigger=64"]
 *	machine: machine.yaml		parameters of every point ...
 *	set: {l2.size: 256K}		... and over them
 *	vary: {latency.remote_ns: [600, 900]}	every value with every combination
 *	points:				combinations beside those of systems x policies,
 *	  - {label: base, system: native, policy: round_robin, trace: a.trace, set: {...}}
 *	exclude:			... and those that are left out
 *	  - {system: uma, policy: disco}
 *
 * The combinations are systems x policies (native and first_touch when missing; none when only
 * `points` are given) and then the points; each goes with every trace (or its own) and with every
 * value of `vary` (but of a parameter that it sets itself).
 */
#ifndef SIM_SWEEP_SPEC_H
#define SIM_SWEEP_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/error.h"
#include "sim/base/param.h"

struct spec_setting {
	char *key, *value;
};

struct spec_point {
	char *label;	     /* "radix disco disco l2.size=256K": unique in the spec */
	char *configuration; /* the label without the trace: what a bar of a figure is called */
	bool labelled;	     /* the user's own label */
	char **traces;	     /* paths */
	size_t trace_count;
	char *system, *policy;
	struct spec_setting *settings; /* later ones win */
	size_t setting_count;
};

struct sweep_spec {
	char *name, *description; /* "" when missing */
	char *machine;		  /* path or NULL */
	char *text;		  /* the whole file */
	struct spec_point *points;
	size_t count;
};

/* Reads and expands; `rows` are the parameters that `set` and `vary` know. All is owned by the
 * spec. Values are not checked here: point_resolve does. Returns 0 or -1. */
int sweep_spec_read(struct sweep_spec *, const char *path, const struct param *rows,
		    struct error *err);
void sweep_spec_release(struct sweep_spec *);

#endif
