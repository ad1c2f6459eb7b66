/* SPDX-License-Identifier: MIT */
/*
 * Results: what came out of points, as an HDF5 file that xarray, pandas and h5py open without our
 * help (dimension scales, units and description on every variable), and back. A point in memory
 * is a JSON object (jansson):
 *
 *	{ "key":    "32 hex digits: hash of traces, parameters, policy, system, program version",
 *	  "label":  "radix.trace disco disco:trigger=64",
 *	  "config": { "trace": "radix", "trace_hash": ..., "system": "disco", "policy": "disco",
 *		      "policy.trigger": 64, ..., "l2.size": 1048576, ... },
 *	  "machine":   { "time_cycles": 123, ... },            one number per counter row
 *	  "processor": { "user_cycles": [1, 2, ...], ... },    one array per row
 *	  "node":      { "memory_wait_cycles": [...], ... } }
 *
 * In the file: dimensions point, processor, node; machine variables are (point), processor ones
 * (point, processor), node ones (point, node); shorter points are padded with the fill value; each
 * config key that is there becomes a variable over point (text or number; a coordinate in xarray).
 * README.md of this folder lists every attribute.
 */
#ifndef ANALYSIS_RESULT_H
#define ANALYSIS_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/base/counter.h"
#include "sim/base/error.h"

/* What the variables are: rows per dimension, each list ended by COUNTER_END. */
struct result_schema {
	const struct counter_row *machine, *processor, *node;
	/* Unit and help of a config key (the row's name is ignored), false when it knows none;
	 * NULL: none is known. */
	bool (*describe)(const char *config_key, struct counter_row *row);
};

/* Writes points (in this order) under a temporary name, then renames. `provenance` is an object of
 * texts that become attributes of the file (program version, spec, ...): it must not depend on
 * time, host, or number of threads. The same points give the same bytes. Returns 0 or -1. */
int result_write(const char *path, const struct result_schema *schema, const json_t *provenance,
		 json_t *const *points, size_t n, struct error *err);

/* Reads a file that result_write wrote: an object { "provenance": {...}, "points": [...],
 * "variables": [{"list": "machine", "name": ..., "unit": ..., "help": ...}, ...] } (caller
 * json_decrefs), or NULL with the error set: a file that is damaged or was changed by another
 * program is refused by the checksum at its end. */
json_t *result_read(const char *path, struct error *err);

#endif
