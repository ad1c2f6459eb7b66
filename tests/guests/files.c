/* SPDX-License-Identifier: MIT */
/* files r PATH | w PATH | u PATH: opens and reads, creates, or removes a file. Exit 0 when the host
 * let it, 1 with the error printed when not. */
#include "tests/guests/guest.h"

GUEST_START

static char buffer[4096];

int guest_main(int argc, char **argv)
{
	struct uhi_result r;

	if (argc != 3)
		return 2;
	if (argv[1][0] == 'u')
		r = uhi(7, (u32)argv[2], 0, 0);
	else
		r = uhi(2, (u32)argv[2], argv[1][0] == 'w' ? 0x601 : 0, 0644);
	if (r.value < 0) {
		print("error ");
		print_number(r.error);
		print("\n");
		return 1;
	}
	if (argv[1][0] == 'r') {
		r = uhi(4, (u32)r.value, (u32)buffer, sizeof(buffer));
		if (r.value > 0)
			uhi(5, 1, (u32)buffer, (u32)r.value);
	} else if (argv[1][0] == 'w') {
		uhi(5, (u32)r.value, (u32) "written", 7);
	}
	return 0;
}
