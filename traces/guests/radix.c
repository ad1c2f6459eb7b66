/* SPDX-License-Identifier: MIT */
/*
 * RADIX: the parallel integer sort of SPLASH-2 (Woo et al., ISCA'95, section 3), written from its
 * published description. For every digit, from the lowest: each processor counts the digits of
 * its part of the keys; the counts are made into places, each processor doing a slice of the
 * digits over all processors; and each processor moves its keys to their places in the other
 * array, writing all over it. Barriers between the steps, no locks.
 *
 * The keys depend on their index alone and the sort is stable, so the output does not depend on
 * the number of processors. Each processor makes, and so touches first, its own part of the keys.
 * Region: the sort. Afterwards the order, the sum and a checksum are verified.
 */
#include "traces/guests/libos/libos.h"

struct sort {
	unsigned keys, radix, max_key, threads;
	unsigned digit_bits, digits;
	uint32_t *from, *to;		     /* page-aligned */
	uint32_t *histogram[MAX_PROCESSORS]; /* own pages for each processor */
	uint32_t *total;		     /* keys with each digit, all processors */
	struct barrier barrier;
};

static uint32_t key_at(uint32_t index, uint32_t max_key)
{
	uint32_t x = index * 2654435769u + 12345;

	x = (x ^ x >> 16) * 0x85ebca6bu;
	x = (x ^ x >> 13) * 0xc2b2ae35u;
	x ^= x >> 16;
	return (uint64_t)x * max_key >> 32;
}

static unsigned part(unsigned n, unsigned self, unsigned threads)
{
	return (uint64_t)n * self / threads;
}

static void count_digits(const uint32_t *key, const uint32_t *end, unsigned shift, uint32_t mask,
			 uint32_t *histogram)
{
	for (uint32_t d = 0; d <= mask; d++)
		histogram[d] = 0;
	for (; key != end; key++)
		histogram[*key >> shift & mask]++;
}

/* For digits first..last-1: each processor's count becomes the number of such keys of the
 * processors before it. */
static void accumulate(struct sort *s, unsigned first, unsigned last)
{
	for (unsigned d = first; d < last; d++) {
		uint32_t sum = 0;

		for (unsigned p = 0; p < s->threads; p++) {
			uint32_t n = s->histogram[p][d];

			s->histogram[p][d] = sum;
			sum += n;
		}
		s->total[d] = sum;
	}
}

static void permute(const uint32_t *key, const uint32_t *end, unsigned shift, uint32_t mask,
		    uint32_t *place, uint32_t *to)
{
	for (; key != end; key++)
		to[place[*key >> shift & mask]++] = *key;
}

static void sort_thread(unsigned self, void *argument)
{
	struct sort *s = argument;
	unsigned first = part(s->keys, self, s->threads),
		 last = part(s->keys, self + 1, s->threads);
	uint32_t *from = s->from, *to = s->to, *place = s->histogram[self];

	for (unsigned i = first; i < last; i++)
		from[i] = key_at(i, s->max_key);
	region_begin(s->threads);
	for (unsigned digit = 0; digit < s->digits; digit++) {
		unsigned shift = digit * s->digit_bits;
		uint32_t *swap, before = 0;

		count_digits(from + first, from + last, shift, s->radix - 1, place);
		barrier_wait(&s->barrier);
		accumulate(s, part(s->radix, self, s->threads),
			   part(s->radix, self + 1, s->threads));
		barrier_wait(&s->barrier);
		for (unsigned d = 0; d < s->radix; d++) {
			place[d] += before;
			before += s->total[d];
		}
		permute(from + first, from + last, shift, s->radix - 1, place, to);
		barrier_wait(&s->barrier);
		swap = from;
		from = to;
		to = swap;
	}
	region_end(s->threads);
}

/* Returns the exit status. */
static int verify(const struct sort *s)
{
	const uint32_t *key = s->digits & 1 ? s->to : s->from;
	uint64_t sum = 0, expected = 0;
	uint32_t hash = CHECKSUM_START, bad = 0;

	for (unsigned i = 0; i < s->keys; i++) {
		sum += key[i];
		expected += key_at(i, s->max_key);
		hash = (hash ^ key[i]) * 16777619u;
		bad += i && key[i] < key[i - 1];
	}
	printf("radix: %u keys below %u, radix %u, %u digits\n", s->keys, s->max_key, s->radix,
	       s->digits);
	printf("radix: sum %llu, checksum %08x\n", (unsigned long long)sum, hash);
	if (bad || sum != expected) {
		printf("radix: FAILED: %u keys out of order, expected sum %llu\n", bad,
		       (unsigned long long)expected);
		return 1;
	}
	printf("radix: sorted\n");
	return 0;
}

int main(int argc, char **argv)
{
	static struct sort s = {.keys = 262144, .radix = 1024, .max_key = 524288};
	unsigned processors = processor_count();
	const struct option table[] = {
		{'n', &s.keys, 1, 1 << 24},
		{'r', &s.radix, 2, 1 << 16},
		{'m', &s.max_key, 2, 1u << 31},
		{'p', &s.threads, 1, processors},
		{0},
	};

	s.threads = processors;
	options(argc, argv, table, NULL, 0,
		"radix [-n KEYS] [-r RADIX (a power of two)] [-m MAX_KEY] [-p PROCESSORS]");
	if (s.radix & (s.radix - 1)) {
		fprintf(STANDARD_ERROR, "-r %u: not a power of two\n", s.radix);
		return 2;
	}
	while (1u << s.digit_bits < s.radix)
		s.digit_bits++;
	for (uint32_t rest = s.max_key - 1; rest; rest >>= s.digit_bits)
		s.digits++;
	s.from = need(PAGE_BYTES, s.keys * sizeof(*s.from));
	s.to = need(PAGE_BYTES, s.keys * sizeof(*s.to));
	s.total = need(PAGE_BYTES, s.radix * sizeof(*s.total));
	for (unsigned p = 0; p < s.threads; p++)
		s.histogram[p] = need(PAGE_BYTES, s.radix * sizeof(*s.histogram[p]));
	barrier_init(&s.barrier, s.threads);
	parallel(s.threads, sort_thread, &s);
	return verify(&s);
}
