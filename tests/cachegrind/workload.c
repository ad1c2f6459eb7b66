/* SPDX-License-Identifier: MIT */
/*
 * The host program that Cachegrind and our caches are compared on: deterministic, one process, and
 * hard on every part of a cache: more code than a first-level cache holds (a thousand small
 * functions called at random), sequential, random, strided and straddling data references,
 * modifies, copies with wide registers, recursion, and the library's sort.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS (512 * 1024) /* 2 MB: twice the default LL */

static uint32_t data[WORDS];
static uint64_t seed = 88172645463325252ull;

static uint32_t random_word(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* f_0 to f_1023, different enough not to be merged */
// clang-format off
#define FUNCTION(n)                                                                            \
	static __attribute__((noinline)) uint32_t f_##n(uint32_t x)                            \
	{                                                                                      \
		x = (x ^ (0x1##n * 2654435761u)) + (x << (0x1##n % 13 + 1));                   \
		return x & 1 ? x * 0x1##n + 7 : x - (x >> 3);                                  \
	}
#define NAME(n) f_##n,
#define ALL16(X, n) \
	X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7) \
	X(n##8) X(n##9) X(n##a) X(n##b) X(n##c) X(n##d) X(n##e) X(n##f)
#define ALL256(X, n) \
	ALL16(X, n##0) ALL16(X, n##1) ALL16(X, n##2) ALL16(X, n##3) \
	ALL16(X, n##4) ALL16(X, n##5) ALL16(X, n##6) ALL16(X, n##7) \
	ALL16(X, n##8) ALL16(X, n##9) ALL16(X, n##a) ALL16(X, n##b) \
	ALL16(X, n##c) ALL16(X, n##d) ALL16(X, n##e) ALL16(X, n##f)
#define ALL1024(X) ALL256(X, 0) ALL256(X, 1) ALL256(X, 2) ALL256(X, 3)

ALL1024(FUNCTION)
static uint32_t (*const functions[])(uint32_t) = {ALL1024(NAME)};

// clang-format on
static __attribute__((noinline)) uint32_t descend(uint32_t n)
{
	volatile uint32_t frame[12];

	frame[n % 12] = n;
	return n ? descend(n - 1) + frame[n % 12] : 0;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	uint8_t *bytes = (uint8_t *)data;
	uint32_t sum = 0;

	for (int i = 0; i < WORDS; i += 5) /* sequential, every line */
		data[i] = (uint32_t)i * 7;
	for (int i = 0; i < 25000; i++) /* code beyond I1 */
		sum = functions[random_word() % 1024](sum);
	for (int i = 0; i < 30000; i++) /* modifies all over */
		data[random_word() % WORDS] += sum;
	for (int round = 0; round < 20; round++) /* conflicts: one set of many a cache */
		for (int i = 0; i < WORDS; i += 16384)
			sum += data[i + round % 2];
	for (int i = 61; i < WORDS * 4 - 64; i += 64 * 3) { /* straddling words */
		uint64_t word;

		memcpy(&word, bytes + i, sizeof(word));
		word += sum;
		memcpy(bytes + i, &word, sizeof(word));
	}
	for (int i = 0; i < 100; i++) /* copies of all sizes and alignments */
		memmove(bytes + random_word() % (WORDS * 2), bytes + random_word() % (WORDS * 2),
			random_word() % 3000);
	sum += descend(2000);
	qsort(data, 3000, sizeof(*data), compare);
	for (int i = 0; i < 3000; i++)
		sum = sum * 31 + data[i];
	printf("%u\n", sum);
	return 0;
}
