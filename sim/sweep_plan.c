/* SPDX-License-Identifier: MIT */
#include "sim/sweep_plan.h"

#include <stdlib.h>
#include <string.h>

/* The trace of a path, opened at its first use. */
static struct trace *find_trace(struct sweep_plan *plan, const char *path, struct error *err)
{
	struct trace *trace;

	for (size_t i = 0; i < plan->trace_count; i++)
		if (!strcmp(plan->trace_paths[i], path))
			return plan->traces[i];
	trace = trace_open(path, err);
	if (!trace)
		return NULL;
	plan->traces = realloc(plan->traces, (plan->trace_count + 1) * sizeof(*plan->traces));
	plan->trace_paths =
		realloc(plan->trace_paths, (plan->trace_count + 1) * sizeof(*plan->trace_paths));
	plan->traces[plan->trace_count] = trace;
	plan->trace_paths[plan->trace_count++] = strdup(path);
	return trace;
}

static int resolve(struct sweep_plan *plan, const struct spec_point *s, struct point *p,
		   struct error *err)
{
	if (plan->spec.machine && point_set_parameters_from_file(p, plan->spec.machine, err))
		return -1;
	if (point_set_system(p, s->system, err) || point_set_policy(p, s->policy, err))
		return -1;
	for (size_t i = 0; i < s->setting_count; i++)
		if (point_set_parameter(p, s->settings[i].key, s->settings[i].value, err))
			return -1;
	for (size_t i = 0; i < s->trace_count; i++) {
		struct trace *trace = find_trace(plan, s->traces[i], err);

		if (!trace || point_add_trace(p, trace, s->traces[i], err))
			return -1;
	}
	return point_resolve(p, err);
}

/* Takes the point in, unless its key is there. `keys` and `labels` hold the task's number + 1. */
static int take(struct sweep_plan *plan, const char *path, const struct spec_point *s,
		struct point *p, json_t *keys, json_t *labels, struct error *err)
{
	size_t twin = (size_t)json_integer_value(json_object_get(keys, p->key));
	struct sweep_task *task = twin ? &plan->tasks[twin - 1] : &plan->tasks[plan->count];

	if (json_object_get(labels, s->label)) {
		size_t other = (size_t)json_integer_value(json_object_get(labels, s->label));

		if (other != twin)
			return error_set(err,
					 "%s: two different points are called '%s'; give them "
					 "labels under 'points'",
					 path, s->label);
	}
	if (!twin) {
		plan->points[plan->count++] = *p;
		p = &plan->points[plan->count - 1];
		*task = (struct sweep_task){.key = p->key, .references = point_references(p)};
		json_object_set_new(keys, p->key, json_integer((json_int_t)plan->count));
	} else {
		plan->named_twice++;
		point_release(p);
	}
	if (!twin || s->labelled) {
		if (twin)
			json_object_del(labels, task->label);
		task->label = s->label;
		task->configuration = s->configuration;
		json_object_set_new(labels, s->label,
				    json_integer((json_int_t)(task - plan->tasks) + 1));
	}
	return 0;
}

int sweep_plan_make(struct sweep_plan *plan, const char *path, struct error *err)
{
	json_t *keys, *labels;
	int rc = 0;

	memset(plan, 0, sizeof(*plan));
	if (sweep_spec_read(&plan->spec, path, machine_rows, err))
		return -1;
	plan->points = calloc(plan->spec.count, sizeof(*plan->points));
	plan->tasks = calloc(plan->spec.count, sizeof(*plan->tasks));
	keys = json_object();
	labels = json_object();
	for (size_t i = 0; i < plan->spec.count && !rc; i++) {
		const struct spec_point *s = &plan->spec.points[i];
		struct point p;

		point_init(&p);
		rc = resolve(plan, s, &p, err);
		if (rc)
			error_prefix(err, "%s: point '%s'", path, s->label);
		else
			rc = take(plan, path, s, &p, keys, labels, err);
		if (rc)
			point_release(&p);
	}
	json_decref(keys);
	json_decref(labels);
	if (rc)
		sweep_plan_release(plan);
	return rc;
}

void sweep_plan_release(struct sweep_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		point_release(&plan->points[i]);
	for (size_t i = 0; i < plan->trace_count; i++) {
		trace_close(plan->traces[i]);
		free(plan->trace_paths[i]);
	}
	free(plan->points);
	free(plan->tasks);
	free(plan->traces);
	free(plan->trace_paths);
	sweep_spec_release(&plan->spec);
}
