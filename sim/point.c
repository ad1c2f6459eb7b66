/* SPDX-License-Identifier: MIT */
/*
 * Points. What a point is stands in its `config` object: traces with their hashes, system, policy
 * with every parameter, and every machine parameter, defaults included. Its key is the hash of
 * that object, the program's version and its sources, so two points are equal when everything that
 * could change their numbers is.
 */
#include "sim/point.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"
#include "sim/base/version.h"
#include "sim/yaml.h"

#define MAX_TRACES 64

static void *allocate(size_t bytes)
{
	void *p = calloc(1, bytes ? bytes : 1);

	if (!p)
		abort();
	return p;
}

static const struct policy *find_policy(const char *name, size_t length)
{
	for (size_t i = 0; policies[i]; i++)
		if (strlen(policies[i]->name) == length &&
		    !strncmp(policies[i]->name, name, length))
			return policies[i];
	return NULL;
}

static void take_policy(struct point *p, const struct policy *policy)
{
	free(p->policy_params);
	p->policy = policy;
	p->policy_params = allocate(policy->params_bytes);
	if (policy->params)
		params_default(policy->params, p->policy_params);
}

void point_init(struct point *p)
{
	*p = (struct point){.machine = allocate(machine_params_bytes()),
			    .system = &replay_systems[0]};
	params_default(machine_rows, p->machine);
	take_policy(p, find_policy("first_touch", strlen("first_touch")));
}

void point_release(struct point *p)
{
	for (unsigned i = 0; i < p->trace_count; i++)
		free(p->trace_names[i]);
	free(p->trace_names);
	free(p->traces);
	free(p->policy_params);
	free(p->machine);
	*p = (struct point){0};
}

/* "WHAT 'name' is not known; did you mean ...", with all that are. */
static int unknown(const char *what, const char *name, int length, const char *const *names,
		   size_t n, struct error *err)
{
	char word[128], list[512] = "";
	const char *near;

	snprintf(word, sizeof(word), "%.*s", length, name);
	near = nearest_word(word, names, n);
	for (size_t i = 0; i < n; i++)
		if (strlen(list) + strlen(names[i]) + 3 < sizeof(list))
			strcat(strcat(list, i ? ", " : ""), names[i]);
	if (near)
		return error_set(err, "unknown %s '%s'; did you mean '%s'?", what, word, near);
	return error_set(err, "unknown %s '%s'; there are %s", what, word, list);
}

int point_set_system(struct point *p, const char *name, struct error *err)
{
	const char *names[64];
	size_t n = 0;

	for (; replay_systems[n].name; n++) {
		names[n] = replay_systems[n].name;
		if (!strcmp(names[n], name)) {
			p->system = &replay_systems[n];
			return 0;
		}
	}
	return unknown("system", name, (int)strlen(name), names, n, err);
}

int point_set_policy(struct point *p, const char *spec, struct error *err)
{
	static const struct param none[] = {{.key = NULL}};
	size_t length = strcspn(spec, ":"), n = 0;
	const struct policy *policy = find_policy(spec, length);
	const char *names[256];
	char *rest, *assignment, *at = NULL;
	int rc = 0;

	if (!policy) {
		for (; policies[n] && n < 256; n++)
			names[n] = policies[n]->name;
		return unknown("policy", spec, (int)length, names, n, err);
	}
	take_policy(p, policy);
	if (!spec[length])
		return 0;
	rest = strdup(spec + length + 1);
	if (!rest)
		abort();
	if (!rest[0])
		rc = error_set(err, "policy '%s': wanted key=value after ':'", spec);
	for (assignment = strtok_r(rest, ",", &at); assignment && !rc;
	     assignment = strtok_r(NULL, ",", &at))
		if (param_assign(policy->params ? policy->params : none, p->policy_params,
				 assignment, err))
			rc = error_prefix(err, "policy %s", policy->name);
	free(rest);
	return rc;
}

int point_set_parameter(struct point *p, const char *key, const char *value, struct error *err)
{
	return param_set(machine_rows, p->machine, key, value, err);
}

/* The line of a top-level key in the text of a YAML file, or 0. */
static unsigned line_of(const char *text, const char *key)
{
	unsigned line = 1;
	size_t n = strlen(key);

	for (const char *s = text; *s; s += *s == '\n', line++) {
		const char *k = s + strspn(s, " {\t'\"");

		if (!strncmp(k, key, n) && strchr(":'\" ", k[n]))
			return line;
		s += strcspn(s, "\n");
	}
	return 0;
}

/* Takes the values that the file gave, in the order of the rows. */
static int take_values(struct point *p, const char *path, const char *text, char *const *values,
		       struct error *err)
{
	for (size_t i = 0; machine_rows[i].key; i++) {
		const char *key = machine_rows[i].key;

		if (values[i] && point_set_parameter(p, key, values[i], err))
			return error_prefix(err, "%s:%u", path, line_of(text, key));
	}
	return 0;
}

int point_set_parameters_from_file(struct point *p, const char *path, struct error *err)
{
	size_t n = params_count(machine_rows), bytes;
	cyaml_schema_field_t *fields = allocate((n + 1) * sizeof(*fields));
	cyaml_schema_value_t schema = {.type = CYAML_MAPPING,
				       .flags = CYAML_FLAG_POINTER,
				       .data_size = (uint32_t)(n * sizeof(char *)),
				       .mapping = {.fields = fields}};
	char *text = read_whole_file(path, &bytes, err);
	void *values;
	int rc = -1;

	/* The schema has one optional text per row; the struct that libcyaml fills is an array. */
	for (size_t i = 0; i < n; i++) {
		cyaml_schema_field_t field = {
			.key = machine_rows[i].key,
			.data_offset = (uint32_t)(i * sizeof(char *)),
			.value = {.type = CYAML_STRING,
				  .flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
				  .data_size = 1,
				  .string = {.min = 0, .max = CYAML_UNLIMITED}},
		};

		memcpy(&fields[i], &field, sizeof(field));
	}
	if (text && !yaml_read(path, text, &schema, &values, err)) {
		rc = take_values(p, path, text, values, err);
		yaml_release(&schema, values);
	}
	free(text);
	free(fields);
	return rc;
}

/* "runs/radix.trace" -> "radix" */
static char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *start = slash ? slash + 1 : path;
	const char *dot = strrchr(start, '.');
	char *name = dot && dot > start ? strndup(start, (size_t)(dot - start)) : strdup(start);

	if (!name)
		abort();
	return name;
}

bool point_names_traces(const char *list)
{
	size_t length = strlen(list);

	return length && *list != ',' && list[length - 1] != ',' && !strstr(list, ",,");
}

int point_add_trace(struct point *p, struct trace *trace, const char *path, struct error *err)
{
	if (p->trace_count == MAX_TRACES)
		return error_set(err, "%s: more than %d traces in one point", path, MAX_TRACES);
	p->traces = realloc(p->traces, (p->trace_count + 1) * sizeof(*p->traces));
	p->trace_names = realloc(p->trace_names, (p->trace_count + 1) * sizeof(*p->trace_names));
	if (!p->traces || !p->trace_names)
		abort();
	p->traces[p->trace_count] = trace;
	p->trace_names[p->trace_count++] = base_name(path);
	return 0;
}

static void put_params(json_t *config, const char *prefix, const struct param *rows,
		       const void *object)
{
	for (; rows && rows->key; rows++) {
		char key[192], text[64];
		double number = param_number(rows, object);
		json_t *value;

		snprintf(key, sizeof(key), "%s%s", prefix, rows->key);
		param_text(rows, object, text, sizeof(text));
		value = rows->type == PARAM_COUNT  ? json_integer((json_int_t)number)
			: rows->type == PARAM_REAL ? json_real(number)
						   : json_string(text);
		json_object_set_new(config, key, value);
	}
}

/* The traces' names or hashes, with commas between. */
static json_t *joined(const struct point *p, bool hashes)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	json_t *string;

	if (!out)
		abort();
	for (unsigned i = 0; i < p->trace_count; i++)
		fprintf(out, "%s%s", i ? "," : "",
			hashes ? trace_hash(p->traces[i]) : p->trace_names[i]);
	fclose(out);
	string = json_string(text);
	free(text);
	if (!string) /* a file name that is not UTF-8 */
		string = json_string("trace");
	return string;
}

static json_t *config_of(const struct point *p)
{
	json_t *config = json_object();

	json_object_set_new(config, "trace", joined(p, false));
	json_object_set_new(config, "trace_hash", joined(p, true));
	json_object_set_new(config, "system", json_string(p->system->name));
	json_object_set_new(config, "policy", json_string(p->policy->name));
	put_params(config, "policy.", p->policy->params, p->policy_params);
	put_params(config, "", machine_rows, p->machine);
	return config;
}

/* Writes what differs from the defaults, "key=value", after `before`, then `between`. */
static void differences(FILE *out, const struct param *rows, const void *object, size_t bytes,
			const char *before, const char *between)
{
	void *defaults = allocate(bytes);

	if (rows)
		params_default(rows, defaults);
	for (; rows && rows->key; rows++) {
		char text[64];

		if (param_number(rows, object) == param_number(rows, defaults))
			continue;
		param_text(rows, object, text, sizeof(text));
		fprintf(out, "%s%s=%s", before, rows->key, text);
		before = between;
	}
	free(defaults);
}

/* "radix disco disco:trigger=64 l2.size=262144" */
static json_t *label_of(const struct point *p)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	json_t *traces = joined(p, false), *label;

	if (!out)
		abort();
	fprintf(out, "%s %s %s", json_string_value(traces), p->system->name, p->policy->name);
	differences(out, p->policy->params, p->policy_params, p->policy->params_bytes, ":", ",");
	differences(out, machine_rows, p->machine, machine_params_bytes(), " ", " ");
	fclose(out);
	label = json_string(text);
	free(text);
	json_decref(traces);
	return label;
}

static unsigned processors_of(const struct point *p)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->trace_count; i++)
		n += trace_info_of(p->traces[i])->processors;
	return n;
}

int point_resolve(struct point *p, struct error *err)
{
	json_t *config;
	char *text;

	if (!p->trace_count)
		return error_set(err, "no trace");
	if (processors_of(p) > 64)
		return error_set(err, "the traces have %u processors in all; wanted at most 64",
				 processors_of(p));
	if (machine_params_check(p->machine, err))
		return -1;
	config = config_of(p);
	json_object_set_new(config, "program", json_string(DISCOSIM_VERSION));
	json_object_set_new(config, "sources", json_string(model_sources));
	text = json_dumps(config, JSON_SORT_KEYS | JSON_COMPACT);
	if (!text)
		abort();
	hash_text(text, strlen(text), p->key);
	free(text);
	json_decref(config);
	return 0;
}

json_t *point_run(const struct point *p, void (*progress)(void *, uint64_t), void *context,
		  struct error *err)
{
	struct replay_config config = {.machine = p->machine,
				       .system = p->system->name,
				       .policy = p->policy,
				       .policy_params = p->policy_params,
				       .traces = p->traces,
				       .trace_count = p->trace_count,
				       .progress = progress,
				       .context = context};
	json_t *result = replay_run(&config, err);

	if (!result)
		return NULL;
	json_object_set_new(result, "key", json_string(p->key));
	json_object_set_new(result, "label", label_of(p));
	json_object_set_new(result, "config", config_of(p));
	return result;
}

uint64_t point_references(const struct point *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < p->trace_count; i++) {
		for (unsigned s = 0; s < trace_info_of(p->traces[i])->processors; s++) {
			const struct trace_totals *t = trace_totals_of(p->traces[i], s);

			n += t->instructions + t->loads + t->stores;
		}
	}
	return n;
}

bool point_describe(const char *key, struct counter_row *row)
{
	static const struct counter_row texts[] = {
		{"trace", "1", "traces replayed, one per virtual machine"},
		{"trace_hash", "1", "identity of the traces' content"},
		{"system", "1", "system that the traces are replayed under"},
		{"policy", "1", "page placement policy"},
		{"configuration", "1", "the point without its trace, as a figure names its bar"},
		COUNTER_END,
	};
	const struct param *param = param_find(machine_rows, key);

	for (const struct counter_row *r = texts; r->name; r++) {
		if (!strcmp(r->name, key)) {
			*row = *r;
			return true;
		}
	}
	for (size_t i = 0; !param && !strncmp(key, "policy.", 7) && policies[i]; i++)
		if (policies[i]->params)
			param = param_find(policies[i]->params, key + 7);
	if (!param)
		return false;
	*row = (struct counter_row){key, param->unit, param->help};
	return true;
}
