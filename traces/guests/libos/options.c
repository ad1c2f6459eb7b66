/* SPDX-License-Identifier: MIT */
/* Command lines and numbers in text. */
#include "traces/guests/libos/libos.h"

static bool whole_number(const char *text, unsigned *value)
{
	uint32_t n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint32_t digit = (uint32_t)*text - '0';

		if (digit > 9 || n > (0xffffffffu - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return true;
}

__attribute__((noreturn)) static void wrong_usage(const char *usage)
{
	fprintf(STANDARD_ERROR, "usage: %s\n", usage);
	exit(2);
}

static void set_option(const struct option *option, const char *letter, const char *value,
		       const char *usage)
{
	unsigned n;

	while (option->letter && (option->letter != letter[0] || letter[1]))
		option++;
	if (!option->letter || !value)
		wrong_usage(usage);
	if (!whole_number(value, &n) || n < option->min || n > option->max) {
		fprintf(STANDARD_ERROR, "-%s %s: not a number from %u to %u\n", letter, value,
			option->min, option->max);
		exit(2);
	}
	*option->value = n;
}

void options(int argc, char **argv, const struct option *table, const char **words,
	     unsigned n_words, const char *usage)
{
	unsigned found = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-') {
			set_option(table, argv[i] + 1, i + 1 < argc ? argv[i + 1] : NULL, usage);
			i++;
		} else if (found < n_words) {
			words[found++] = argv[i];
		} else {
			wrong_usage(usage);
		}
	}
	if (found != n_words)
		wrong_usage(usage);
}

double number(const char *text, const char **end)
{
	const char *p = text;
	double value = 0, scale = 1;
	bool negative = false, any = false;
	int exponent = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == '-' || *p == '+')
		negative = *p++ == '-';
	for (; *p >= '0' && *p <= '9'; p++, any = true)
		value = value * 10 + (*p - '0');
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, any = true) {
			value = value * 10 + (*p - '0');
			scale *= 10;
		}
	value /= scale;
	if (any && *p == 'e') {
		bool down = p[1] == '-';
		const char *digit = p + 1 + (p[1] == '-' || p[1] == '+');

		if (*digit >= '0' && *digit <= '9') {
			for (; *digit >= '0' && *digit <= '9'; digit++)
				if (exponent < 400)
					exponent = exponent * 10 + (*digit - '0');
			for (; exponent > 0; exponent--)
				value = down ? value / 10 : value * 10;
			p = digit;
		}
	}
	*end = any ? p : text;
	return negative ? -value : value;
}
