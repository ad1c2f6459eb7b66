/* SPDX-License-Identifier: MIT */
/* The other end of the guest's cable: what it answers to good frames, and to damaged ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/rng.h"
#include "sim/board/subnet.h"

#define GUEST  10, 0, 2, 15
#define ROUTER 10, 0, 2, 2
#define MAC    0x52, 0x54, 0, 0x12, 0x34, 0x56
#define ETHER  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, MAC
#define IP(length, protocol, to) \
	8, 0, 0x45, 0, (length) >> 8, (length)&255, 0, 1, 0x40, 0, 64, protocol, 0, 0, GUEST, to

static const uint8_t arp[] = {ETHER, 8,	  6,	 0, 1, 8, 0, 6, 4, 0,
			      1,     MAC, GUEST, 0, 0, 0, 0, 0, 0, ROUTER};
static const uint8_t ping[] = {ETHER, IP(31, 1, ROUTER), 8, 0, 0, 0, 0, 7, 0, 9, 'a', 'b', 'c'};
static const uint8_t tcp[] = {ETHER, IP(40, 6, ROUTER),
			      0x80,  1,
			      0,     80,
			      0xff,  0xff,
			      0xff,  0xff,
			      0,     0,
			      0,     0,
			      0x50,  2,
			      1,     0,
			      0,     0,
			      0,     0};

/* With right sums. Returns the length. */
static uint32_t make(uint8_t *frame, const void *bytes, uint32_t length)
{
	static const unsigned sums[][3] = {{14, 20, 24}, {34, 0, 36}}; /* from, bytes, where */

	memset(frame, 0, SUBNET_FRAME);
	memcpy(frame, bytes, length);
	for (unsigned i = 0; frame[13] == 0 && i < (frame[23] == 1 ? 2u : 1u); i++) {
		unsigned end = i ? length : 34, sum = 0;

		frame[sums[i][2]] = frame[sums[i][2] + 1] = 0;
		for (unsigned k = sums[i][0]; k < end; k++)
			sum += k % 2 ? frame[k] : (unsigned)frame[k] << 8;
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		frame[sums[i][2]] = (uint8_t)(~sum >> 8);
		frame[sums[i][2] + 1] = (uint8_t)~sum;
	}
	return length;
}

/* A DHCP message of a kind, asking for an address (0: not). */
static uint32_t make_dhcp(uint8_t *frame, unsigned kind, unsigned wanted)
{
	uint8_t all[14 + 20 + 8 + 240 + 16] = {ETHER, IP(20 + 8 + 240 + 16, 17, 255)};
	uint8_t *udp = all + 34, *dhcp = udp + 8;
	uint8_t options[16] = {53, 1, (uint8_t)kind, 0, 50, 4, 10, 0, 2, (uint8_t)wanted, 255};

	memset(all + 30, 255, 4);
	memcpy(udp, (uint8_t[]){0, 68, 0, 67, 1, 8, 0, 0}, 8);
	memcpy(dhcp, (uint8_t[]){1, 1, 6, 0, 0xca, 0xfe, 1, 2}, 8);
	memcpy(dhcp + 28, (uint8_t[]){MAC}, 6);
	memcpy(dhcp + 236, (uint8_t[]){99, 130, 83, 99}, 4);
	if (!wanted)
		options[4] = 255;
	memcpy(dhcp + 240, options, 16);
	return make(frame, all, sizeof(all));
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static unsigned sum_of(const uint8_t *p, unsigned bytes, unsigned sum)
{
	for (unsigned i = 0; i < bytes; i++)
		sum += i % 2 ? p[i] : (unsigned)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void who_asks_for_its_addresses_is_told(void **state)
{
	uint8_t frame[SUBNET_FRAME], answer[SUBNET_FRAME];

	(void)state;
	for (unsigned host = 0; host < 256; host++) {
		uint32_t bytes = make(frame, arp, sizeof(arp)), n;

		frame[41] = (uint8_t)host;
		n = subnet_answer(frame, bytes, answer);
		assert_int_equal(n, host == 2 || host == 3 ? 42 : 0);
		if (!n)
			continue;
		assert_memory_equal(answer, ((uint8_t[]){MAC, 0x52, 0x55, 10, 0, 2}), 11);
		assert_int_equal(answer[11], host);
		assert_int_equal(answer[21], 2);
		assert_memory_equal(answer + 28, frame + 38, 4);
		assert_memory_equal(answer + 38, ((uint8_t[]){GUEST}), 4);
	}
}

static void a_ping_comes_back(void **state)
{
	uint8_t frame[SUBNET_FRAME], answer[SUBNET_FRAME], longest[SUBNET_FRAME] = {0};

	(void)state;
	make(frame, ping, sizeof(ping));
	assert_int_equal(subnet_answer(frame, sizeof(ping), answer), sizeof(ping));
	assert_memory_equal(answer + 26, ((uint8_t[]){ROUTER, GUEST, 0, 0}), 10);
	assert_memory_equal(answer + 38, ping + 38, 7);
	assert_int_equal(sum_of(answer + 14, 20, 0), 0xffff);
	assert_int_equal(sum_of(answer + 34, 11, 0), 0xffff);
	/* The longest, and with the padding of a short Ethernet frame. */
	memcpy(longest, ping, sizeof(ping));
	longest[16] = 1500 >> 8;
	longest[17] = 1500 & 255;
	make(frame, longest, SUBNET_FRAME);
	assert_int_equal(subnet_answer(frame, SUBNET_FRAME, answer), SUBNET_FRAME);
	make(frame, ping, sizeof(ping));
	assert_int_equal(subnet_answer(frame, 60, answer), sizeof(ping));
}

static void the_guest_gets_its_lease(void **state)
{
	/* kind, address asked for, kind of the answer */
	static const unsigned cases[][3] = {{1, 0, 2},	{1, 77, 2}, {3, 15, 5},
					    {3, 16, 6}, {3, 0, 6},  {4, 15, 0},
					    {7, 15, 0}, {8, 0, 0},  {0, 0, 0}};
	uint8_t frame[SUBNET_FRAME], answer[SUBNET_FRAME];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t bytes = make_dhcp(frame, cases[i][0], cases[i][1]);
		uint32_t n = subnet_answer(frame, bytes, answer);
		unsigned kind = cases[i][2];

		assert_int_equal(!!n, !!kind);
		if (!n)
			continue;
		assert_int_equal(get16(answer + 16), n - 14);
		assert_int_equal(get16(answer + 38), n - 34);
		assert_int_equal(sum_of(answer + 14, 20, 0), 0xffff);
		assert_memory_equal(answer + 42 + 4, ((uint8_t[]){0xca, 0xfe, 1, 2}), 4);
		assert_memory_equal(answer + 42 + 28, ((uint8_t[]){MAC}), 6);
		assert_memory_equal(answer + 42 + 16,
				    (kind == 6 ? (uint8_t[]){0, 0, 0, 0} : (uint8_t[]){GUEST}), 4);
		assert_memory_equal(answer + 42 + 240, ((uint8_t[]){53, 1}), 2);
		assert_int_equal(answer[42 + 242], kind);
		assert_int_equal(answer[n - 1], 255);
	}
}

static void a_connection_is_refused(void **state)
{
	uint8_t frame[SUBNET_FRAME], answer[SUBNET_FRAME];
	/* Pseudo header: 10.0.2.2 and 10.0.2.15, protocol, length. */
	unsigned pseudo = 2 * 0x0a00 + 0x0202 + 0x020f + 6 + 20;

	(void)state;
	make(frame, tcp, sizeof(tcp));
	assert_int_equal(subnet_answer(frame, sizeof(tcp), answer), 54);
	assert_memory_equal(answer + 34, ((uint8_t[]){0, 80, 0x80, 1}), 4);
	assert_memory_equal(answer + 42, ((uint8_t[]){0, 0, 0, 0}), 4); /* the SYN counts one */
	assert_int_equal(answer[47], 0x14);				/* RST, ACK */
	assert_int_equal(sum_of(answer + 34, 20, pseudo), 0xffff);
	frame[47] = 4; /* a reset is never answered */
	assert_int_equal(subnet_answer(frame, sizeof(tcp), answer), 0);
}

/* One byte of a good frame that makes it one without an answer. */
static const struct {
	const char *name;
	const uint8_t *frame;
	uint32_t bytes, at;
	uint8_t value;
} wrong[] = {
	{"another protocol than ARP and IP", ping, sizeof(ping), 12, 0x86},
	{"ARP answer", arp, sizeof(arp), 21, 2},
	{"ARP for IPv6", arp, sizeof(arp), 16, 0x86},
	{"ARP with short addresses", arp, sizeof(arp), 18, 5},
	{"IP version 6", ping, sizeof(ping), 14, 0x65},
	{"IP options", ping, sizeof(ping), 14, 0x46},
	{"IP longer than its frame", ping, sizeof(ping), 17, 32},
	{"IP shorter than its head", ping, sizeof(ping), 17, 19},
	{"a fragment", ping, sizeof(ping), 21, 1},
	{"the first fragment", ping, sizeof(ping), 20, 0x20},
	{"another host", ping, sizeof(ping), 33, 9},
	{"another network", ping, sizeof(ping), 31, 9},
	{"ICMP answer", ping, sizeof(ping), 34, 0},
	{"protocol 2", ping, sizeof(ping), 23, 2},
	{"UDP to no port of ours", ping, sizeof(ping), 23, 17},
	{"TCP with a short head", tcp, sizeof(tcp), 46, 0x40},
	{"TCP with a long head", tcp, sizeof(tcp), 46, 0x60},
};

static void everything_else_stays_without_answer(void **state)
{
	uint8_t frame[SUBNET_FRAME], copy[SUBNET_FRAME], answer[SUBNET_FRAME];

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make(frame, wrong[i].frame, wrong[i].bytes);
		if (!subnet_answer(frame, wrong[i].bytes, answer))
			fail_msg("%s: was not answered before", wrong[i].name);
		frame[wrong[i].at] = wrong[i].value;
		memcpy(copy, frame, sizeof(copy));
		make(frame, copy, wrong[i].bytes);
		if (subnet_answer(frame, wrong[i].bytes, answer))
			fail_msg("%s: is answered", wrong[i].name);
	}
	make(frame, ping, sizeof(ping));
	frame[24] ^= 1;
	assert_int_equal(subnet_answer(frame, sizeof(ping), answer), 0);
	make(frame, ping, sizeof(ping));
	frame[40] ^= 1;
	assert_int_equal(subnet_answer(frame, sizeof(ping), answer), 0);
	for (uint32_t n = 0; n < sizeof(ping); n++)
		assert_int_equal(subnet_answer(frame, n, answer), 0);
	assert_int_equal(subnet_answer(frame, SUBNET_FRAME + 1, answer), 0);
}

static void damaged_frames_do_no_harm(void **state)
{
	uint8_t good[SUBNET_FRAME], *frame, *answer = malloc(SUBNET_FRAME);
	struct rng rng = {1};
	unsigned answered = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t bytes, n;

		switch (rng_below(&rng, 4)) {
		case 0:
			bytes = make(good, arp, sizeof(arp));
			break;
		case 1:
			bytes = make(good, ping, sizeof(ping));
			break;
		case 2:
			bytes = make(good, tcp, sizeof(tcp));
			break;
		default:
			bytes = make_dhcp(good, rng_below(&rng, 9), rng_below(&rng, 256));
		}
		for (n = rng_below(&rng, 4); n; n--)
			good[rng_below(&rng, bytes)] = (uint8_t)rng_next(&rng);
		if (rng_below(&rng, 4) == 0)
			bytes = rng_below(&rng, bytes + 1);
		frame = malloc(bytes); /* of its own size, for the sanitizer */
		memcpy(frame, good, bytes);
		if (rng_below(&rng, 2)) {
			make(good, frame, bytes);
			memcpy(frame, good, bytes);
		}
		n = subnet_answer(frame, bytes, answer);
		assert_true(n <= SUBNET_FRAME);
		answered += n != 0;
		free(frame);
	}
	assert_in_range(answered, 20000, 180000);
	free(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_for_its_addresses_is_told),
		cmocka_unit_test(a_ping_comes_back),
		cmocka_unit_test(the_guest_gets_its_lease),
		cmocka_unit_test(a_connection_is_refused),
		cmocka_unit_test(everything_else_stays_without_answer),
		cmocka_unit_test(damaged_frames_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
