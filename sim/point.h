/* SPDX-License-Identifier: MIT */
/*
 * A point as a user names it (traces, system, policy with parameters, machine parameters), made
 * ready to run; shared by the commands replay and sweep.
 */
#ifndef SIM_POINT_H
#define SIM_POINT_H

#include <jansson.h>

#include "sim/base/error.h"
#include "sim/base/hash.h"
#include "sim/replay/replay.h"

/* Hash of the sources that decide what a replay says; part of a point's key, so that what a program
 * with another policy or model has finished is not taken for this one's. Written by make. */
extern const char model_sources[];

struct point {
	struct machine_params *machine; /* owned */
	const struct system_row *system;
	const struct policy *policy;
	void *policy_params;   /* owned */
	struct trace **traces; /* array owned, traces not */
	char **trace_names;    /* base names without ending; owned */
	unsigned trace_count;
	char key[HASH_TEXT_SIZE];
};

/* Defaults: every machine parameter's default, system native, policy first_touch. */
void point_init(struct point *);
void point_release(struct point *);
/* Each sets one thing from text, with an error that names the value and what was wanted. */
int point_set_system(struct point *, const char *name, struct error *err);
int point_set_policy(struct point *, const char *spec, struct error *err); /* NAME[:k=v,...] */
int point_set_parameter(struct point *, const char *key, const char *value, struct error *err);
int point_set_parameters_from_file(struct point *, const char *yaml, struct error *err);
/* Of "TRACE[,TRACE...]": is there a name on either side of each comma? */
bool point_names_traces(const char *list);
int point_add_trace(struct point *, struct trace *, const char *path, struct error *err);
/* After all is set: checks what only the whole can show (processors against nodes, sizes) and
 * computes the key. */
int point_resolve(struct point *, struct error *err);
/* Runs it and returns the whole JSON object of analysis/result.h (key, label, config, machine,
 * processor, node), or NULL. Progress as in replay_config. */
json_t *point_run(const struct point *, void (*progress)(void *, uint64_t), void *context,
		  struct error *err);
/* References (instructions + loads + stores) that its traces hold, for progress and rates. */
uint64_t point_references(const struct point *);

/* Unit and help of a config key, for struct result_schema. */
bool point_describe(const char *config_key, struct counter_row *row);

#endif
