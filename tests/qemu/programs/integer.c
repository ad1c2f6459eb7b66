/* SPDX-License-Identifier: MIT */
/*
 * Integer programs: sorting, searching, checksums, ciphers, 64-bit arithmetic, bit tricks,
 * structures by value, function pointers, switch tables, recursion, text, and non-local jumps.
 */
#include "tests/qemu/programs/program.h"

static uint32_t seed = 12345;

static uint32_t next(void)
{
	return seed = seed * 1664525u + 1013904223u;
}

/* --- sorting, through function pointers */
typedef int compare(const void *, const void *);

static int ascending(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static int by_low_byte(const void *a, const void *b)
{
	return (*(const int *)a & 255) - (*(const int *)b & 255);
}

static void swap(int *a, int *b)
{
	int t = *a;

	*a = *b;
	*b = t;
}

static void quicksort(int *v, int n, compare *less)
{
	if (n < 2)
		return;
	int pivot = v[n / 2], i = 0, k = n - 1;

	while (i <= k) {
		while (less(&v[i], &pivot) < 0)
			i++;
		while (less(&v[k], &pivot) > 0)
			k--;
		if (i <= k)
			swap(&v[i++], &v[k--]);
	}
	quicksort(v, k + 1, less);
	quicksort(v + i, n - i, less);
}

static void heapsort(int *v, int n)
{
	for (int start = n / 2, end = n; end > 1;) {
		if (start > 0)
			start--;
		else
			swap(&v[--end], &v[0]);
		for (int root = start, child; (child = 2 * root + 1) < end; root = child) {
			if (child + 1 < end && v[child] < v[child + 1])
				child++;
			if (v[root] >= v[child])
				break;
			swap(&v[root], &v[child]);
		}
	}
}

static void sorting(void)
{
	static int v[2000], w[2000];
	uint32_t sum = 0;

	for (int i = 0; i < 2000; i++)
		v[i] = w[i] = (int)next();
	quicksort(v, 2000, ascending);
	heapsort(w, 2000);
	for (int i = 0; i < 2000; i++)
		sum = sum * 31 + (uint32_t)v[i];
	print("sorted %d %x\n", memcmp(v, w, sizeof(v)), sum);
	quicksort(w, 2000, by_low_byte);
	for (int i = 1; i < 2000; i++)
		sum += (w[i - 1] & 255) > (w[i] & 255);
	print("by byte %x\n", sum);
}

/* --- checksums and ciphers */
static uint32_t crc32(const uint8_t *p, unsigned n)
{
	uint32_t c = ~0u;

	while (n--) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static uint32_t rotate(uint32_t v, unsigned by)
{
	return v << by | v >> (32 - by);
}

static void chacha(uint32_t out[16], const uint32_t in[16])
{
	uint32_t x[16];

	memcpy(x, in, sizeof(x));
	for (int i = 0; i < 10; i++)
		for (int k = 0; k < 8; k++) {
			int a = k & 3, b = 4 + ((k + (k > 3)) & 3), c = 8 + ((k + 2 * (k > 3)) & 3),
			    d = 12 + ((k + 3 * (k > 3)) & 3);

			x[a] += x[b];
			x[d] = rotate(x[d] ^ x[a], 16);
			x[c] += x[d];
			x[b] = rotate(x[b] ^ x[c], 12);
			x[a] += x[b];
			x[d] = rotate(x[d] ^ x[a], 8);
			x[c] += x[d];
			x[b] = rotate(x[b] ^ x[c], 7);
		}
	for (int i = 0; i < 16; i++)
		out[i] = x[i] + in[i];
}

static void checksums(void)
{
	static uint8_t text[5000];
	uint32_t block[16], out[16];

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = next() >> 24;
	print("crc %x %x\n", crc32(text, sizeof(text)), crc32((const uint8_t *)"123456789", 9));
	for (int i = 0; i < 16; i++)
		block[i] = next();
	chacha(out, block);
	for (int i = 0; i < 16; i++)
		print("%x%c", out[i], i % 8 == 7 ? '\n' : ' ');
}

/* --- 64 bits */
static uint64_t power(uint64_t base, uint64_t exponent, uint64_t modulus)
{
	uint64_t result = 1;

	for (base %= modulus; exponent; exponent >>= 1) {
		if (exponent & 1)
			result = result * base % modulus;
		base = base * base % modulus;
	}
	return result;
}

static void wide(void)
{
	int64_t a = 0x123456789abcdefll, b = -987654321012345ll;

	for (int i = 0; i < 40; i++) {
		a = a * 6364136223846793005ll + 1442695040888963407ll;
		b = (b << 7) ^ (int64_t)((uint64_t)b >> 13) ^ a;
		if (i % 8 == 0)
			print("%D %D %D %U\n", a / (b | 1), a % (b | 1), a >> (i % 64),
			      (uint64_t)a / ((uint32_t)b | 1));
	}
	print("%X %X %d\n", (uint64_t)a, (uint64_t)b, a < b);
	print("prime power %U\n", power(3, 1000000006, 1000000007));
	print("clz %d ctz %d parity %d\n", __builtin_clzll((uint64_t)a | 1),
	      __builtin_ctzll((uint64_t)b | 1ull << 63), __builtin_parityll((uint64_t)a));
}

/* --- structures by value, bit fields, unaligned data */
struct point {
	short x, y;
	long long z;
	char name[5];
};

struct bits {
	unsigned a : 3, b : 11, c : 7;
	int d : 9, e : 2;
};

struct __attribute__((packed)) packed {
	char c;
	uint32_t w;
	uint16_t h;
	uint64_t q;
};

static struct point shift(struct point p, int by)
{
	p.x += by;
	p.y -= by;
	p.z *= by;
	p.name[by & 3] ^= 0x20;
	return p;
}

static void structures(void)
{
	struct point p = {1, 2, 3, "abcd"};
	struct bits f = {0};
	struct packed q[3];

	for (int i = 1; i < 9; i++)
		p = shift(p, i);
	print("%d %d %D %s\n", p.x, p.y, p.z, p.name);
	for (int i = 0; i < 30; i++) {
		f.a += 3;
		f.b ^= next();
		f.c = f.b >> 2;
		f.d -= f.c;
		f.e++;
	}
	print("%u %u %u %d %d\n", f.a, f.b, f.c, f.d, f.e);
	for (int i = 0; i < 3; i++) {
		q[i].c = i;
		q[i].w = next();
		q[i].h = next();
		q[i].q = (uint64_t)next() << 17 ^ q[i].w;
	}
	print("%x %u %X\n", q[0].w + q[1].w, q[2].h, q[0].q ^ q[1].q ^ q[2].q);
}

/* --- a little stack machine: switch tables and function pointers */
enum { PUSH, PLUS, MINUS, TIMES, OVER, DUP, SWAP, JUMP, IF, OUT, HALT, LESS };

static int machine(const int *code)
{
	int stack[32], top = 0, steps = 0;

	for (int at = 0;; steps++)
		switch (code[at++]) {
		case PUSH:
			stack[top++] = code[at++];
			break;
		case PLUS:
			top--;
			stack[top - 1] += stack[top];
			break;
		case MINUS:
			top--;
			stack[top - 1] -= stack[top];
			break;
		case TIMES:
			top--;
			stack[top - 1] *= stack[top];
			break;
		case OVER:
			stack[top] = stack[top - 2];
			top++;
			break;
		case DUP:
			stack[top] = stack[top - 1];
			top++;
			break;
		case SWAP:
			swap(&stack[top - 1], &stack[top - 2]);
			break;
		case JUMP:
			at = code[at];
			break;
		case IF:
			at = stack[--top] ? at + 1 : code[at];
			break;
		case OUT:
			print("out %d\n", stack[--top]);
			break;
		case LESS:
			top--;
			stack[top - 1] = stack[top - 1] < stack[top];
			break;
		default:
			return steps;
		}
}

/* --- recursion */
static unsigned ackermann(unsigned m, unsigned n)
{
	if (!m)
		return n + 1;
	return ackermann(m - 1, n ? ackermann(m, n - 1) : 1);
}

static int queens(unsigned n, unsigned columns, unsigned left, unsigned right)
{
	unsigned all = (1u << n) - 1, free = all & ~(columns | left | right);
	int found = 0;

	if (columns == all)
		return 1;
	while (free) {
		unsigned bit = free & -free;

		free ^= bit;
		found += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
	}
	return found;
}

/* --- text */
static int match(const char *pattern, const char *text)
{
	if (*pattern == '*')
		return match(pattern + 1, text) || (*text && match(pattern, text + 1));
	if (!*pattern || !*text)
		return *pattern == *text;
	return (*pattern == '?' || *pattern == *text) && match(pattern + 1, text + 1);
}

static void text(void)
{
	static const char *const words[] = {"mississippi", "virtual", "machine", "monitor", ""};
	char turned[32];

	for (int i = 0; i < 5; i++) {
		unsigned n = strlen(words[i]);

		for (unsigned k = 0; k < n; k++)
			turned[n - 1 - k] = words[i][k] ^ (k & 1 ? 0x20 : 0);
		turned[n] = 0;
		print("%s %s %d%d%d\n", words[i], turned, match("*m*i*", words[i]),
		      match("?ir*l", words[i]), match("", words[i]));
	}
	memmove(turned + 3, turned, 8);
	print("%d %d\n", memcmp("abc", "abd", 3), memcmp("abc", "abd", 2));
}

/* --- jumps out of nested calls */
static void *place[5];

static void __attribute__((noinline)) dig(int depth)
{
	if (depth == 0)
		__builtin_longjmp(place, 1);
	dig(depth - 1);
	print("never\n");
}

static void __attribute__((noinline)) jumps(void)
{
	volatile int times = 0;

	if (__builtin_setjmp(place) && times >= 3) {
		print("jumped %d times\n", times);
		return;
	}
	times++;
	dig(times * 5);
}

int main(void)
{
	static const int sum_of_squares[] = {
		PUSH, 0,    PUSH, 1,  DUP,  PUSH, 101,	LESS, IF,   20,	  DUP,	DUP,  TIMES, PUSH,
		0,    PLUS, JUMP, 23, HALT, HALT, SWAP, OUT,  HALT, OVER, OVER, PLUS, OUT,   HALT};

	sorting();
	checksums();
	wide();
	structures();
	print("machine %d\n", machine(sum_of_squares));
	print("ackermann %u\n", ackermann(2, 30));
	print("queens %d\n", queens(8, 0, 0, 0));
	text();
	jumps();
	flush();
	return 7;
}
