/* SPDX-License-Identifier: MIT */
/* Reads the console in pieces of up to 8 bytes until its end, and prints each in brackets. */
#include "tests/guests/guest.h"

GUEST_START

int guest_main(int argc, char **argv)
{
	char piece[8];
	struct uhi_result r;

	(void)argc, (void)argv;
	while ((r = uhi(4, 0, (u32)piece, sizeof(piece))).value > 0) {
		print("[");
		uhi(5, 1, (u32)piece, (u32)r.value);
		print("]");
	}
	print_number(r.value);
	return 0;
}
