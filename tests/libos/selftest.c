/* SPDX-License-Identifier: MIT */
/*
 * The library OS tests itself as a guest: formats against what C says, numbers, strings, the heap
 * under all processors, locks, barriers and repeated parallel sections. Prints FAIL lines, or one
 * line that is the same for any number of processors.
 */
#include "traces/guests/libos/libos.h"

#define ROUNDS 300
#define BLOCKS 16

static unsigned failures;

static void check(bool right, const char *what)
{
	if (!right) {
		printf("FAIL %s\n", what);
		failures++;
	}
}

__attribute__((format(printf, 2, 3))) static void says(const char *expected, const char *format,
						       ...)
{
	char text[80];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (strcmp(text, expected) || n != (int)strlen(expected)) {
		printf("FAIL '%s' gives '%s', expected '%s'\n", format, text, expected);
		failures++;
	}
}

static void formats(void)
{
	says("-42 |  -42|-42  |-0042|+7", "%d |%5d|%-5d|%05d|%+d", -42, -42, -42, -42, 7);
	says("4294967295 ff 0x0", "%u %x %p", 0xffffffffu, 255, NULL);
	says("-2147483648 -9223372036854775808", "%ld %lld", -0x7fffffffl - 1,
	     -0x7fffffffffffffffll - 1);
	says("18446744073709551615 0", "%llu %llu", 0xffffffffffffffffull, 0ull);
	says("00ff 12345678abcdef01", "%04x %llx", 255, 0x12345678abcdef01ull);
	says("[abc] [  abc] [abc  ] [ab] [x] [%]", "[%s] [%5s] [%-5s] [%.2s] [%c] [%%]", "abc",
	     "abc", "abc", "abc", 'x');
	says("   7|007", "%*d|%.*d", 4, 7, 3, 7);
	says("0.000000 1.500000 -0.333333 1000000.000000", "%f %f %f %f", 0.0, 1.5, -1.0 / 3, 1e6);
	says("2 0.1 3.14 1.000 99.995", "%.0f %.1f %.2f %.3f %.3f", 1.75, 0.0625, 3.14159, 0.9999,
	     99.995);
	says("123456789012.25", "%.2f", 123456789012.25);
	says("   1.5|1.5   |001.5|-inf|nan", "%6.1f|%-6.1f|%05.1f|%f|%f", 1.5, 1.5, 1.5,
	     -__builtin_inf(), __builtin_nan(""));
	says("0 1 0.1 123456 1.23457e+06 1e-05 0.0001", "%g %g %g %g %g %g %g", 0.0, 1.0, 0.1,
	     123456.0, 1234567.0, 1e-5, 1e-4);
	says("1.000000e+00 6.02e+23 1.6e-19", "%e %.2e %.1e", 1.0, 6.02e23, 1.6e-19);
	says("99999.9 100000 1e+06 9.99999e+07", "%g %g %g %g", 99999.94, 99999.96, 999999.9,
	     99999900.0);
}

static void numbers(void)
{
	const char *end;

	check(number("12.5e2x", &end) == 1250 && *end == 'x', "number 12.5e2x");
	check(number(" -0.125", &end) == -0.125 && !*end, "number -0.125");
	check(number(".5", &end) == 0.5 && !*end, "number .5");
	check(number("7e", &end) == 7 && *end == 'e', "number 7e");
	check(number("x", &end) == 0 && *end == 'x', "number x");
	check(number("-", &end) == 0 && *end == '-', "number -");
}

static void strings(void)
{
	char a[64], b[64];

	for (unsigned from = 0; from < 8; from++)
		for (unsigned n = 0; n < 40; n++) {
			for (unsigned i = 0; i < sizeof(a); i++) {
				a[i] = i * 7 + 1;
				b[i] = 0;
			}
			memcpy(b + 3, a + from, n);
			check(!memcmp(b + 3, a + from, n) && !b[2] && !b[3 + n], "memcpy");
			memmove(a + from + 2, a + from, n);
			check(!memcmp(a + from + 2, b + 3, n), "memmove upwards");
			memset(b + from, 'x', n);
			check(!n || (b[from] == 'x' && b[from + n - 1] == 'x'), "memset");
		}
	check(strcmp("a", "b") < 0 && strcmp("b", "a") > 0 && !strcmp("", ""), "strcmp");
	check(strcmp("\x80", "a") > 0 && strncmp("abc", "abd", 2) == 0, "strncmp");
	check(strchr("abc", 'c') && !strchr("abc", 'd') && *strchr("abc", 0) == 0, "strchr");
	check(!malloc(0x7fffffff) && !aligned_alloc(48, 1), "impossible allocations");
	check((uint32_t)aligned_alloc(8192, 100) % 8192 == 0, "aligned_alloc");
}

struct shared {
	unsigned threads;
	struct lock lock;
	struct barrier barrier;
	unsigned counter, seen[MAX_PROCESSORS];
	volatile unsigned bad;
};

static void heap_thread(unsigned self, void *argument)
{
	struct shared *s = argument;
	uint32_t *block[BLOCKS] = {NULL}, size[BLOCKS] = {0}, seed = self + 1;

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned slot = (seed = seed * 1664525 + 1013904223) >> 28;

		for (uint32_t n = 0; block[slot] && n < size[slot]; n++)
			if (block[slot][n] != (self << 16 | slot))
				s->bad = 1;
		free(block[slot]);
		size[slot] = seed >> 8 & 255;
		block[slot] = malloc(size[slot] * 4);
		for (uint32_t n = 0; n < size[slot]; n++)
			block[slot][n] = self << 16 | slot;
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		free(block[i]);
}

static void sync_thread(unsigned self, void *argument)
{
	struct shared *s = argument;

	if (thread_self() != self)
		s->bad = 2;
	for (unsigned i = 1; i <= ROUNDS; i++) {
		lock_acquire(&s->lock);
		s->counter++;
		lock_release(&s->lock);
		s->seen[self] = i;
		barrier_wait(&s->barrier);
		for (unsigned t = 0; t < s->threads; t++)
			if (s->seen[t] != i)
				s->bad = 3;
		barrier_wait(&s->barrier);
	}
}

int main(int argc, char **argv)
{
	static struct shared s;

	(void)argc;
	(void)argv;
	s.threads = processor_count();
	barrier_init(&s.barrier, s.threads);
	formats();
	numbers();
	strings();
	for (int i = 0; i < 3; i++)
		parallel(s.threads, heap_thread, &s);
	check(s.bad == 0, "heap");
	parallel(s.threads, sync_thread, &s);
	check(s.bad == 0 && s.counter == ROUNDS * s.threads, "locks and barriers");
	printf("libos: %u failures\n", failures);
	return failures != 0;
}
