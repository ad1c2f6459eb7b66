/* SPDX-License-Identifier: MIT */
/*
 * A sweep's YAML file into points. The schema for `set` and `vary` is built from the parameters'
 * rows at run time, so an unknown parameter is found by libcyaml with its line, like any other
 * unknown key. Order: combinations outermost within a trace, as a reader of the file would list
 * them: for each trace, for each combination, for each value of `vary` (in the order of
 * `discosim params`, the last one fastest).
 */
#include "sim/sweep_spec.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"
#include "sim/point.h"
#include "sim/yaml.h"

#define MAX_LIST   10000
#define MAX_POINTS 1000000

struct values {
	char **list;
	unsigned list_count;
};

struct combination {
	char *label, *system, *policy, *trace;
	char **set; /* [rows], by parameter; NULL: not set */
};

/* The file as libcyaml fills it. */
struct raw {
	char *name, *description, *machine;
	char **traces, **systems, **policies;
	unsigned traces_count, systems_count, policies_count;
	char **set;	     /* [rows] */
	struct values *vary; /* [rows] */
	struct combination *points, *exclude;
	unsigned points_count, exclude_count;
};

struct schema {
	cyaml_schema_value_t text, combination, excluded, top;
	cyaml_schema_field_t combination_fields[6], excluded_fields[6], fields[11];
	cyaml_schema_field_t *set, *vary; /* one per row */
};

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT	 CYAML_VALUE_STRING(OPTIONAL, char, 1, CYAML_UNLIMITED)

static cyaml_schema_field_t text_field(const char *key, size_t offset)
{
	return (cyaml_schema_field_t){.key = key, .data_offset = (uint32_t)offset, .value = {TEXT}};
}

static cyaml_schema_field_t list_field(const char *key, size_t offset, size_t count,
				       const cyaml_schema_value_t *entry, size_t entry_bytes)
{
	return (cyaml_schema_field_t){.key = key,
				      .data_offset = (uint32_t)offset,
				      .count_offset = (uint32_t)count,
				      .count_size = sizeof(unsigned),
				      .value = {.type = CYAML_SEQUENCE,
						.flags = (enum cyaml_flag)OPTIONAL,
						.data_size = (uint32_t)entry_bytes,
						.sequence = {entry, 1, MAX_LIST}}};
}

static cyaml_schema_field_t rows_field(const char *key, size_t offset, size_t bytes,
				       const cyaml_schema_field_t *fields)
{
	return (cyaml_schema_field_t){.key = key,
				      .data_offset = (uint32_t)offset,
				      .value = {.type = CYAML_MAPPING,
						.flags = (enum cyaml_flag)OPTIONAL,
						.data_size = (uint32_t)bytes,
						.mapping = {fields}}};
}

static void schema_init(struct schema *s, const struct param *rows)
{
	size_t n = params_count(rows), set_bytes = n * sizeof(char *);
	const struct cyaml_schema_value combination = {
		CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct combination, s->combination_fields)};

	memset(s, 0, sizeof(*s));
	s->text = (cyaml_schema_value_t){
		CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, CYAML_UNLIMITED)};
	s->set = calloc(n + 1, sizeof(*s->set));
	s->vary = calloc(n + 1, sizeof(*s->vary));
	for (size_t i = 0; i < n; i++) {
		size_t at = i * sizeof(struct values);

		s->set[i] = text_field(rows[i].key, i * sizeof(char *));
		s->vary[i] = list_field(rows[i].key, at + offsetof(struct values, list),
					at + offsetof(struct values, list_count), &s->text,
					sizeof(char *));
	}
#define IN(field) offsetof(struct combination, field)
	s->excluded_fields[0] = text_field("system", IN(system));
	s->excluded_fields[1] = text_field("policy", IN(policy));
	s->excluded_fields[2] = text_field("trace", IN(trace));
	s->excluded_fields[3] = rows_field("set", IN(set), set_bytes, s->set);
	memcpy(s->combination_fields, s->excluded_fields, sizeof(s->combination_fields));
	s->combination_fields[4] = text_field("label", IN(label));
#undef IN
	s->combination = s->excluded = combination;
	s->excluded.mapping.fields = s->excluded_fields;
#define AT(field) offsetof(struct raw, field)
#define LIST(key, field, entry, type) \
	list_field(key, AT(field), AT(field##_count), entry, sizeof(type))
	s->fields[0] = text_field("name", AT(name));
	s->fields[1] = text_field("description", AT(description));
	s->fields[2] = LIST("traces", traces, &s->text, char *);
	s->fields[3] = LIST("systems", systems, &s->text, char *);
	s->fields[4] = LIST("policies", policies, &s->text, char *);
	s->fields[5] = text_field("machine", AT(machine));
	s->fields[6] = rows_field("set", AT(set), set_bytes, s->set);
	s->fields[7] = rows_field("vary", AT(vary), n * sizeof(struct values), s->vary);
	s->fields[8] = LIST("points", points, &s->combination, struct combination);
	s->fields[9] = LIST("exclude", exclude, &s->excluded, struct combination);
#undef LIST
#undef AT
	s->top = (cyaml_schema_value_t){
		CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw, s->fields)};
}

/* What the expansion carries along. */
struct expansion {
	struct sweep_spec *spec;
	const struct raw *raw;
	const struct param *rows;
	size_t row_count;
	const char *folder, *path;
	const char **chosen; /* [rows] the value of each varied parameter, or NULL */
};

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

/* "../traces/radix.trace,b.trace" as "radix,b". Caller frees. */
static char *trace_title(const char *traces)
{
	char *title = calloc(1, strlen(traces) + 1), *whole = copy(traces), *save = NULL;

	for (char *t = strtok_r(whole, ",", &save); t; t = strtok_r(NULL, ",", &save)) {
		char *base = strrchr(t, '/') ? strrchr(t, '/') + 1 : t, *dot = strrchr(base, '.');

		if (dot && dot != base)
			*dot = '\0';
		if (*title)
			strcat(title, ",");
		strcat(title, base);
	}
	free(whole);
	return title;
}

static char *join_path(const char *folder, const char *path)
{
	char *joined;

	if (*path == '/' || !strcmp(folder, "."))
		return copy(path);
	if (asprintf(&joined, "%s/%s", folder, path) < 0)
		abort();
	return joined;
}

static void split_traces(struct spec_point *p, const char *folder, const char *traces)
{
	char *whole = copy(traces), *save = NULL;

	for (char *t = strtok_r(whole, ",", &save); t; t = strtok_r(NULL, ",", &save)) {
		p->traces = realloc(p->traces, (p->trace_count + 1) * sizeof(*p->traces));
		p->traces[p->trace_count++] = join_path(folder, t + strspn(t, " "));
	}
	free(whole);
}

static void add_setting(struct spec_point *p, const char *key, const char *value)
{
	p->settings = realloc(p->settings, (p->setting_count + 1) * sizeof(*p->settings));
	p->settings[p->setting_count++] = (struct spec_setting){copy(key), copy(value)};
}

/* Appends " key=value". */
static void name_setting(char **name, const char *key, const char *value)
{
	char *longer;

	if (asprintf(&longer, "%s %s=%s", *name, key, value) < 0)
		abort();
	free(*name);
	*name = longer;
}

static const char *own_value(const struct combination *c, size_t row)
{
	return c->set ? c->set[row] : NULL;
}

/* "disco" names disco with any parameters. */
static bool same_policy(const char *pattern, const char *policy)
{
	size_t n = strlen(pattern);

	return !strncmp(pattern, policy, n) && (!policy[n] || policy[n] == ':');
}

static bool excluded(const struct expansion *x, const struct combination *c, const char *trace)
{
	char *title = trace_title(trace);
	bool out = false;

	for (unsigned i = 0; i < x->raw->exclude_count && !out; i++) {
		const struct combination *e = &x->raw->exclude[i];

		out = (!e->system || !strcmp(e->system, c->system)) &&
		      (!e->policy || same_policy(e->policy, c->policy)) &&
		      (!e->trace || !strcmp(e->trace, trace) || !strcmp(e->trace, title));
		for (size_t r = 0; out && r < x->row_count; r++) {
			const char *own = own_value(c, r), *is = own ? own : x->chosen[r];

			if (!is && x->raw->set)
				is = x->raw->set[r];
			if (own_value(e, r))
				out = is && !strcmp(is, own_value(e, r));
		}
	}
	free(title);
	return out;
}

static int add_point(struct expansion *x, const struct combination *c, const char *trace,
		     struct error *err)
{
	struct sweep_spec *spec = x->spec;
	struct spec_point p = {.labelled = c->label != NULL};
	char *title;

	if (excluded(x, c, trace))
		return 0;
	if (spec->count == MAX_POINTS)
		return error_set(err, "%s: more than %d points", x->path, MAX_POINTS);
	if (!point_names_traces(trace))
		return error_set(err,
				 "%s: '%s' where a trace, or several with commas between, "
				 "was wanted",
				 x->path, trace);
	split_traces(&p, x->folder, trace);
	p.system = copy(c->system);
	p.policy = copy(c->policy);
	if (c->label)
		p.configuration = copy(c->label);
	else if (asprintf(&p.configuration, "%s %s", c->system, c->policy) < 0)
		abort();
	for (size_t r = 0; r < x->row_count; r++) {
		const char *key = x->rows[r].key, *own = own_value(c, r);

		if (x->raw->set && x->raw->set[r])
			add_setting(&p, key, x->raw->set[r]);
		if (own)
			add_setting(&p, key, own);
		else if (x->chosen[r])
			add_setting(&p, key, x->chosen[r]);
		if ((own && !c->label) || (!own && x->chosen[r]))
			name_setting(&p.configuration, key, own ? own : x->chosen[r]);
	}
	title = trace_title(trace);
	if (asprintf(&p.label, "%s %s", title, p.configuration) < 0)
		abort();
	free(title);
	if (!(spec->count & (spec->count - 1))) /* the array doubles at powers of two */
		spec->points = realloc(spec->points,
				       (spec->count ? 2 * spec->count : 1) * sizeof(*spec->points));
	spec->points[spec->count++] = p;
	return 0;
}

/* Goes through the values of the parameters from `row` on. */
static int vary(struct expansion *x, const struct combination *c, const char *trace, size_t row,
		struct error *err)
{
	const struct values *v;
	int rc = 0;

	while (row < x->row_count &&
	       (!x->raw->vary || !x->raw->vary[row].list_count || own_value(c, row)))
		row++;
	if (row == x->row_count)
		return add_point(x, c, trace, err);
	v = &x->raw->vary[row];
	for (unsigned i = 0; i < v->list_count && !rc; i++) {
		x->chosen[row] = v->list[i];
		rc = vary(x, c, trace, row + 1, err);
	}
	x->chosen[row] = NULL;
	return rc;
}

static int expand_trace(struct expansion *x, const char *trace, bool of_list, struct error *err)
{
	static char native[] = "native", first_touch[] = "first_touch";
	char *default_system = native, *default_policy = first_touch;
	const struct raw *raw = x->raw;
	char **systems = raw->systems_count ? raw->systems : &default_system;
	char **policies = raw->policies_count ? raw->policies : &default_policy;
	unsigned ns = raw->systems_count ? raw->systems_count : 1;
	unsigned np = raw->policies_count ? raw->policies_count : 1;
	bool product = raw->systems_count || raw->policies_count || !raw->points_count;

	for (unsigned s = 0; of_list && product && s < ns; s++)
		for (unsigned p = 0; p < np; p++) {
			struct combination c = {.system = systems[s], .policy = policies[p]};

			if (vary(x, &c, trace, 0, err))
				return -1;
		}
	for (unsigned i = 0; i < raw->points_count; i++) {
		struct combination c = raw->points[i];

		if (c.trace ? strcmp(c.trace, trace) : !of_list)
			continue;
		c.system = c.system ? c.system : native;
		c.policy = c.policy ? c.policy : first_touch;
		if (vary(x, &c, trace, 0, err))
			return -1;
	}
	return 0;
}

/* The traces of the list, then those that only points name, each once. */
static int expand(struct expansion *x, struct error *err)
{
	const struct raw *raw = x->raw;

	if (raw->points_count && !raw->traces_count)
		for (unsigned i = 0; i < raw->points_count; i++)
			if (!raw->points[i].trace)
				return error_set(err,
						 "%s: point %u of 'points' has no trace, and there "
						 "is no list 'traces'",
						 x->path, i + 1);
	if (!raw->points_count && !raw->traces_count)
		return error_set(err, "%s: no 'traces'; wanted a list of trace files", x->path);
	for (unsigned t = 0; t < raw->traces_count; t++) {
		for (unsigned k = 0; k < t; k++)
			if (!strcmp(raw->traces[k], raw->traces[t]))
				return error_set(err, "%s: trace '%s' is listed twice", x->path,
						 raw->traces[t]);
		if (expand_trace(x, raw->traces[t], true, err))
			return -1;
	}
	for (unsigned i = 0; i < raw->points_count; i++) {
		const char *trace = raw->points[i].trace;
		bool seen = !trace;

		for (unsigned t = 0; t < raw->traces_count && !seen; t++)
			seen = !strcmp(trace, raw->traces[t]);
		for (unsigned k = 0; k < i && !seen; k++)
			seen = raw->points[k].trace && !strcmp(trace, raw->points[k].trace);
		if (!seen && expand_trace(x, trace, false, err))
			return -1;
	}
	if (!x->spec->count)
		return error_set(err, "%s: no points are left after 'exclude'", x->path);
	return 0;
}

/* A parameter that is set for all and varied, too, is a mistake in one of the two places. */
static int check_vary(const struct raw *raw, const struct param *rows, const char *path,
		      struct error *err)
{
	for (size_t r = 0; rows[r].key && raw->set && raw->vary; r++)
		if (raw->set[r] && raw->vary[r].list_count)
			return error_set(err, "%s: '%s' is in both 'set' and 'vary'", path,
					 rows[r].key);
	return 0;
}

int sweep_spec_read(struct sweep_spec *spec, const char *path, const struct param *rows,
		    struct error *err)
{
	struct schema schema;
	struct expansion x = {.spec = spec, .rows = rows, .path = path};
	char *copied = copy(path);
	size_t bytes;
	void *data = NULL;
	int rc = -1;

	memset(spec, 0, sizeof(*spec));
	spec->text = read_whole_file(path, &bytes, err);
	schema_init(&schema, rows);
	if (!spec->text)
		goto done;
	if (strlen(spec->text) != bytes) {
		error_set(err, "%s: is not a text", path);
		goto done;
	}
	if (yaml_read(path, spec->text, &schema.top, &data, err))
		goto done;
	x.raw = data;
	x.row_count = params_count(rows);
	x.chosen = calloc(x.row_count + 1, sizeof(*x.chosen));
	x.folder = dirname(copied);
	spec->name = copy(x.raw->name);
	spec->description = copy(x.raw->description);
	spec->machine = x.raw->machine ? join_path(x.folder, x.raw->machine) : NULL;
	rc = check_vary(x.raw, rows, path, err);
	if (!rc)
		rc = expand(&x, err);
	free(x.chosen);
	yaml_release(&schema.top, data);
done:
	free(schema.set);
	free(schema.vary);
	free(copied);
	if (rc)
		sweep_spec_release(spec);
	return rc;
}

void sweep_spec_release(struct sweep_spec *spec)
{
	for (size_t i = 0; i < spec->count; i++) {
		struct spec_point *p = &spec->points[i];

		for (size_t t = 0; t < p->trace_count; t++)
			free(p->traces[t]);
		for (size_t s = 0; s < p->setting_count; s++) {
			free(p->settings[s].key);
			free(p->settings[s].value);
		}
		free(p->label);
		free(p->configuration);
		free(p->traces);
		free(p->system);
		free(p->policy);
		free(p->settings);
	}
	free(spec->points);
	free(spec->name);
	free(spec->description);
	free(spec->machine);
	free(spec->text);
	memset(spec, 0, sizeof(*spec));
}
