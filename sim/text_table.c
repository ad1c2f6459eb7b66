/* SPDX-License-Identifier: MIT */
#include "sim/text_table.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

void text_table_init(struct text_table *t, size_t columns, unsigned long left)
{
	*t = (struct text_table){.columns = columns, .left = left};
}

void text_table_add(struct text_table *t, const char *fmt, ...)
{
	va_list ap;

	if (!(t->used & (t->used - 1)))
		t->cells = realloc(t->cells, (t->used ? 2 * t->used : 1) * sizeof(*t->cells));
	va_start(ap, fmt);
	if (vasprintf(&t->cells[t->used++], fmt, ap) < 0)
		abort();
	va_end(ap);
}

void text_table_number(struct text_table *t, double value, int decimals)
{
	if (isfinite(value))
		text_table_add(t, "%.*f", decimals, value);
	else
		text_table_add(t, "-");
}

/* Characters of a UTF-8 text. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

void text_table_print(struct text_table *t, FILE *out)
{
	int widths[t->columns];

	for (size_t c = 0; c < t->columns; c++)
		widths[c] = 0;
	for (size_t i = 0; i < t->used; i++)
		if (width(t->cells[i]) > widths[i % t->columns])
			widths[i % t->columns] = width(t->cells[i]);
	for (size_t i = 0; i < t->used; i++) {
		size_t c = i % t->columns;
		int pad = widths[c] - width(t->cells[i]);
		int last = c + 1 == t->columns, left = (t->left >> c) & 1;

		fprintf(out, "%*s%s%*s%s", left ? 0 : pad, "", t->cells[i], left && !last ? pad : 0,
			"", last ? "\n" : "  ");
		free(t->cells[i]);
	}
	free(t->cells);
	*t = (struct text_table){.columns = t->columns};
}
