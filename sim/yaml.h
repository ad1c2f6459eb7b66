/* SPDX-License-Identifier: MIT */
/*
 * YAML through libcyaml, with errors in our form: "FILE:LINE: unknown key 'l2.sze'; did you mean
 * 'l2.size'?". libcyaml reports through its log; this keeps the first complaint and where it was.
 */
#ifndef SIM_YAML_H
#define SIM_YAML_H

#include <cyaml/cyaml.h>

#include "sim/base/error.h"

/* Loads text (of a file of that name) by a schema whose top is a CYAML_MAPPING behind a pointer.
 * Returns 0 with *data for yaml_release, or -1. */
int yaml_read(const char *name, const char *text, const cyaml_schema_value_t *schema, void **data,
	      struct error *err);
void yaml_release(const cyaml_schema_value_t *schema, void *data);

#endif
