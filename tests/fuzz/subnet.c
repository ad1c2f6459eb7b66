/* SPDX-License-Identifier: MIT */
/* libFuzzer entry: any bytes as a frame from the guest; an IP header gets its right sum, so that
 * what is behind it is seen. The answer has its own room and no more. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/subnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_sum(uint8_t *p, size_t bytes, size_t at)
{
	uint32_t sum = 0;

	p[at] = p[at + 1] = 0;
	for (size_t i = 0; i < bytes; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	p[at] = (uint8_t)(~sum >> 8);
	p[at + 1] = (uint8_t)~sum;
}

/* What a frame needs to be a message to a DHCP server; options are the rest. */
static void make_dhcp(uint8_t *frame, size_t bytes)
{
	memcpy(frame + 12,
	       (uint8_t[]){8, 0, 0x45, 0, (uint8_t)((bytes - 14) >> 8), (uint8_t)(bytes - 14), 0, 0,
			   0, 0, 64, 17},
	       12);
	memset(frame + 30, 255, 4);
	memcpy(frame + 36, (uint8_t[]){0, 67, (uint8_t)((bytes - 34) >> 8), (uint8_t)(bytes - 34)},
	       4);
	memcpy(frame + 42, (uint8_t[]){1, 1, 6}, 3);
	memcpy(frame + 278, (uint8_t[]){99, 130, 83, 99}, 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *frame = malloc(size ? size : 1), *answer = malloc(SUBNET_FRAME);
	uint32_t n;

	if (size > 1600)
		size = 1600;
	memcpy(frame, data, size);
	if (size >= 282 && frame[0] & 1)
		make_dhcp(frame, size);
	if (size >= 34)
		set_sum(frame + 14, 20, 10);
	if (size >= 42 && frame[23] == 1)
		set_sum(frame + 34, size - 34, 2);
	n = subnet_answer(frame, (uint32_t)size, answer);
	if (n > SUBNET_FRAME)
		abort();
	free(frame);
	free(answer);
	return 0;
}
