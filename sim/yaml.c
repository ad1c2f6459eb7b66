/* SPDX-License-Identifier: MIT */
/*
 * libcyaml's log says what it minds ("Unexpected key: x"), then a backtrace whose first entry with
 * a line is the nearest place. For a key that line is the one of the value before it, so the key
 * itself is looked up in the text from there on.
 */
#include "sim/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 512

struct complaint {
	char what[256], where[256]; /* the first line of the log, the innermost place */
	unsigned line;
};

static void on_log(cyaml_log_t level, void *context, const char *fmt, va_list args)
{
	struct complaint *c = context;
	char text[256], *p = text, *line;

	if (level < CYAML_LOG_WARNING)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	if (!strncmp(p, "Load: ", 6))
		p += 6;
	if (!c->what[0]) {
		memmove(c->what, p, strlen(p) + 1);
	} else if (!c->line && (line = strstr(p, "(line: "))) {
		c->line = (unsigned)strtoul(line + 7, NULL, 10);
		*line = '\0';
		while (*p == ' ')
			p++;
		memmove(c->where, p, strlen(p) + 1);
		for (size_t n = strlen(c->where); n && c->where[n - 1] == ' '; n--)
			c->where[n - 1] = '\0';
	}
}

/* The keys that a mapping knows, with those of the mappings inside it. */
static size_t collect_keys(const cyaml_schema_value_t *value, const char **keys, size_t n)
{
	if (value->type == CYAML_SEQUENCE)
		return collect_keys(value->sequence.entry, keys, n);
	if (value->type != CYAML_MAPPING)
		return n;
	for (const cyaml_schema_field_t *f = value->mapping.fields; f->key; f++) {
		if (n < MAX_KEYS)
			keys[n++] = f->key;
		n = collect_keys(&f->value, keys, n);
	}
	return n;
}

/* The line at which `key:` stands, looked for from a line on; that line when it is nowhere. */
static unsigned line_of_key(const char *text, unsigned from, const char *key)
{
	size_t n = strlen(key);
	unsigned line = 1;

	for (const char *p = text; *p; p++) {
		if (*p == '\n')
			line++;
		if (line >= from && !strncmp(p, key, n) &&
		    (p == text || strchr(" \t\n{,-'\"", p[-1]))) {
			const char *q = p + n;

			while (*q == ' ' || *q == '\'' || *q == '"')
				q++;
			if (*q == ':')
				return line;
		}
	}
	return from ? from : 1;
}

/* libcyaml's names of what may stand there, and of the parser's events, as a writer of YAML knows
 * them. */
static const char *plain_word(const char *word, size_t n)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {{"STRING", "a single value"},
		     {"SCALAR", "a single value"},
		     {"SEQUENCE", "a list like [a, b]"},
		     {"SEQUENCE_START", "a list"},
		     {"MAPPING", "a mapping like {key: value}"},
		     {"MAPPING_START", "a mapping"},
		     {"ALIAS", "an alias"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].theirs) == n && !strncmp(word, words[i].theirs, n))
			return words[i].ours;
	return NULL;
}

/* "Expecting SEQUENCE, got event: SCALAR" in plain words; all else stays as it is. */
static void put_plainly(struct complaint *c)
{
	static const char expecting[] = "Expecting ", got[] = ", got event: ";
	const char *wanted = c->what + sizeof(expecting) - 1, *comma = strstr(c->what, got);
	const char *want, *found;

	if (strncmp(c->what, expecting, sizeof(expecting) - 1) || !comma)
		return;
	want = plain_word(wanted, (size_t)(comma - wanted));
	comma += sizeof(got) - 1;
	found = plain_word(comma, strlen(comma));
	if (want && found)
		snprintf(c->what, sizeof(c->what), "wanted %s, found %s", want, found);
}

static int report(const char *name, const char *text, const cyaml_schema_value_t *schema,
		  const struct complaint *c, cyaml_err_t rc, struct error *err)
{
	static const char unexpected[] = "Unexpected key: ";
	const char *keys[MAX_KEYS], *key, *near;

	if (!strncmp(c->what, unexpected, sizeof(unexpected) - 1)) {
		key = c->what + sizeof(unexpected) - 1;
		near = nearest_word(key, keys, collect_keys(schema, keys, 0));
		return error_set(
			err, "%s:%u: unknown key '%s'%s%s%s", name, line_of_key(text, c->line, key),
			key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	}
	if (!c->what[0])
		return error_set(err, "%s: %s", name, cyaml_strerror(rc));
	if (!c->line)
		return error_set(err, "%s: %s", name, c->what);
	return error_set(err, "%s:%u: %s (%s)", name, c->line, c->what, c->where);
}

static const cyaml_config_t *configure(cyaml_config_t *config, struct complaint *c)
{
	*config = (cyaml_config_t){.log_fn = c ? on_log : NULL,
				   .log_ctx = c,
				   .log_level = CYAML_LOG_WARNING,
				   .mem_fn = cyaml_mem};
	return config;
}

int yaml_read(const char *name, const char *text, const cyaml_schema_value_t *schema, void **data,
	      struct error *err)
{
	struct complaint c = {.what = ""};
	cyaml_config_t config;
	cyaml_err_t rc;

	*data = NULL;
	rc = cyaml_load_data((const uint8_t *)text, strlen(text), configure(&config, &c), schema,
			     data, NULL);
	put_plainly(&c);
	if (rc == CYAML_OK && *data && !c.what[0])
		return 0;
	if (rc == CYAML_OK && *data)
		yaml_release(schema, *data);
	*data = NULL;
	if (rc == CYAML_OK && !c.what[0])
		return error_set(err, "%s: is empty", name);
	return report(name, text, schema, &c, rc, err);
}

void yaml_release(const cyaml_schema_value_t *schema, void *data)
{
	cyaml_config_t config;

	cyaml_free(configure(&config, NULL), schema, data, 0);
}
