/* SPDX-License-Identifier: MIT */
/*
 * What Valgrind's tool lackey prints with --trace-mem=yes: "I  addr,size" for an instruction, then
 * " L addr,size", " S addr,size" and " M addr,size" for its loads, stores and modifies (a load and
 * a store of the same bytes); addresses in hexadecimal, sizes in decimal. Lines that begin with
 * "==" are Valgrind's own and are skipped.
 */
#include "traces/format.h"

#include <stdio.h>
#include <string.h>

#define BYTES_MOST 4096 /* of one reference: XSAVE and its like stay below */

static size_t print(char *line, const struct reference *r)
{
	static const char *const starts[] = {"I  ", " L ", " S ", " M "};
	char *p = line;

	memcpy(p, starts[r->kind], 3);
	p = format_hex(p + 3, r->addr, 8);
	return (size_t)(p - line) + (size_t)sprintf(p, ",%u\n", r->bytes);
}

static int parse(const char *line, struct reference *r, const char **wanted)
{
	static const char *const letters = "ILSM";
	const char *p = line, *letter;
	bool instruction = *p == 'I';

	if (!*p || !strncmp(p, "==", 2))
		return 0;
	*wanted = "'I  ADDRESS,SIZE' or ' L', ' S', ' M' and the same";
	if (!instruction && *p++ != ' ')
		return -1;
	letter = *p ? strchr(letters, *p) : NULL;
	if (!letter || (letter == letters) != instruction || *++p != ' ')
		return -1;
	r->kind = (enum reference_kind)(letter - letters);
	while (*p == ' ')
		p++;
	if (format_take_hex(&p, &r->addr) || *p++ != ',')
		return -1;
	*wanted = instruction ? "a size of 1 to 255 bytes" : "a size of 1 to 4096 bytes";
	for (r->bytes = 0; *p >= '0' && *p <= '9' && r->bytes <= BYTES_MOST; p++)
		r->bytes = 10 * r->bytes + (uint32_t)(*p - '0');
	if (*p || r->bytes < 1 || r->bytes > (instruction ? 255 : BYTES_MOST))
		return -1;
	return 1;
}

const struct trace_format format_lackey = {
	.name = "lackey",
	.help = "valgrind --tool=lackey --trace-mem=yes: I, L, S or M, address and size a line",
	.print = print,
	.parse = parse,
};
