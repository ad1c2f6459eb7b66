/* SPDX-License-Identifier: MIT */
#include "tests/qemu/programs/program.h"

static char out[4096];
static int held;

void flush(void)
{
	uhi_write(out, held);
	held = 0;
}

static void put(char c)
{
	out[held++] = c;
	if (held == (int)sizeof(out))
		flush();
}

static void number(uint64_t v, unsigned base, unsigned digits)
{
	char text[24];
	unsigned n = 0;

	do {
		text[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v || n < digits);
	while (n)
		put(text[--n]);
}

static void integer(int64_t v)
{
	if (v < 0)
		put('-');
	number(v < 0 ? -(uint64_t)v : (uint64_t)v, 10, 1);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (const char *c = format; *c; c++) {
		if (*c != '%') {
			put(*c);
			continue;
		}
		switch (*++c) {
		case 'd':
			integer(va_arg(args, int));
			break;
		case 'D':
			integer(va_arg(args, long long));
			break;
		case 'u':
			number(va_arg(args, unsigned), 10, 1);
			break;
		case 'U':
			number(va_arg(args, unsigned long long), 10, 1);
			break;
		case 'x':
			number(va_arg(args, unsigned), 16, 8);
			break;
		case 'X':
			number(va_arg(args, unsigned long long), 16, 16);
			break;
		case 'c':
			put(va_arg(args, int));
			break;
		case 's':
			for (const char *s = va_arg(args, const char *); *s; s++)
				put(*s);
			break;
		case 'F': {
			union {
				double value;
				uint64_t bits;
			} v = {va_arg(args, double)};

			number(v.bits, 16, 16);
			break;
		}
		default:
			put(*c);
		}
	}
	va_end(args);
}

void *memcpy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	volatile char *d = to;
	const char *s = from;

	if (d <= s)
		for (size_t i = 0; i < n; i++)
			d[i] = s[i];
	else
		while (n--)
			d[n] = s[n];
	return to;
}

void *memset(void *to, int c, size_t n)
{
	volatile char *d = to;

	while (n--)
		*d++ = c;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (((const volatile char *)s)[n])
		n++;
	return n;
}
