/* SPDX-License-Identifier: MIT */
/* What the C programs of the test against QEMU share: output, and the functions gcc calls. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

void uhi_write(const char *text, int bytes);

/* %d %u %x %s %c, %D %U %X 64 bits wide, %F the bits of a double. */
void print(const char *format, ...);
void flush(void);

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int main(void);
