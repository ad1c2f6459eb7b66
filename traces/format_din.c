/* SPDX-License-Identifier: MIT */
/*
 * The "din" format of the cache simulators Dinero III and IV (Hill, Edler): a line has a label, 0
 * for a data read, 1 for a data write, 2 for an instruction fetch, and an address in hexadecimal.
 * It has no sizes: what is imported touches the rest of the aligned 4-byte word at its address.
 * Labels 3 and 4 (escape, flush) say nothing that a trace of ours could keep and are refused.
 */
#include "traces/format.h"

static size_t one(char *line, char label, uint64_t addr)
{
	char *p = line;

	*p++ = label;
	*p++ = ' ';
	p = format_hex(p, addr, 1);
	*p++ = '\n';
	return (size_t)(p - line);
}

static size_t print(char *line, const struct reference *r)
{
	size_t n;

	switch (r->kind) {
	case REFERENCE_FETCH:
		return one(line, '2', r->addr);
	case REFERENCE_LOAD:
		return one(line, '0', r->addr);
	case REFERENCE_STORE:
		return one(line, '1', r->addr);
	default: /* REFERENCE_MODIFY */
		n = one(line, '0', r->addr);
		return n + one(line + n, '1', r->addr);
	}
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

static int parse(const char *line, struct reference *r, const char **wanted)
{
	static const enum reference_kind kinds[] = {REFERENCE_LOAD, REFERENCE_STORE,
						    REFERENCE_FETCH};
	const char *p = skip_blanks(line);

	if (!*p)
		return 0;
	*wanted = "a label, 0 (read), 1 (write) or 2 (fetch), and a hexadecimal address";
	if (*p < '0' || *p > '2' || (p[1] != ' ' && p[1] != '\t'))
		return -1;
	r->kind = kinds[*p - '0'];
	p = skip_blanks(p + 1);
	if (format_take_hex(&p, &r->addr) || *skip_blanks(p))
		return -1;
	r->bytes = 4 - (r->addr & 3);
	return 1;
}

const struct trace_format format_din = {
	.name = "din",
	.help = "Dinero: a label (0 read, 1 write, 2 fetch) and a hexadecimal address a line",
	.print = print,
	.parse = parse,
};
