/* SPDX-License-Identifier: MIT */
/* The string functions of the C library that the libos has, for the kernel and for programs. */
#ifndef LIBOS_STRING_H
#define LIBOS_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t n);
char *strcpy(char *restrict to, const char *restrict from);
char *strchr(const char *, int c);

#endif
