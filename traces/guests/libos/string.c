/* SPDX-License-Identifier: MIT */
/*
 * String functions, compiled once into the kernel and once into the program. Copying and filling
 * go by words where the alignment allows.
 */
#include <stdint.h>

#include "traces/guests/libos/string.h"

typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	char *t = to;
	const char *f = from;

	if ((((uintptr_t)t | (uintptr_t)f) & 3) == 0) {
		for (; n >= 16; n -= 16, t += 16, f += 16) {
			word a = ((const word *)f)[0], b = ((const word *)f)[1];
			word c = ((const word *)f)[2], d = ((const word *)f)[3];

			((word *)t)[0] = a;
			((word *)t)[1] = b;
			((word *)t)[2] = c;
			((word *)t)[3] = d;
		}
		for (; n >= 4; n -= 4, t += 4, f += 4)
			*(word *)t = *(const word *)f;
	}
	while (n--)
		*t++ = *f++;
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	if (t <= f || t >= f + n)
		return memcpy(to, from, n);
	while (n--)
		t[n] = f[n];
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	char *t = to;
	word filling = (uint8_t)byte * 0x01010101u;

	while (n && ((uintptr_t)t & 3)) {
		*t++ = byte;
		n--;
	}
	for (; n >= 4; n -= 4, t += 4)
		*(word *)t = filling;
	while (n--)
		*t++ = byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--, a++, b++)
		;
	return n ? (uint8_t)*a - (uint8_t)*b : 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

char *strcpy(char *restrict to, const char *restrict from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}
