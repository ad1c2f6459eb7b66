/* SPDX-License-Identifier: MIT */
/* The rows of a profile by name; the first ones as the paper's Table 2 calls them. */
#include <stdio.h>

#include "traces/profile.h"

static const char *const services[PROFILE_INTERRUPT] = {
	[PROFILE_USER] = "user",
	[PROFILE_IDLE] = "idle loop",
	[PROFILE_THREAD] = "kernel threads, boot",
	[PROFILE_UTLB_MISS] = "UTLB_MISS",
	[PROFILE_FAST_FAULT] = "fast TLB fault",
	[PROFILE_QUICK_FAULT] = "QUICK_FAULT",
	[PROFILE_DEMAND_ZERO] = "DEMAND_ZERO",
	[PROFILE_COPY_ON_WRITE] = "copy-on-write fault",
	[PROFILE_PAGE_IN] = "page-in fault",
	[PROFILE_KERNEL_FAULT] = "kernel TLB fault",
};

static const char *const exceptions[32] = {
	[4] = "address error (load)",
	[5] = "address error (store)",
	[6] = "bus error (fetch)",
	[7] = "bus error (data)",
	[9] = "breakpoint",
	[10] = "reserved instruction",
	[11] = "coprocessor unusable",
	[12] = "integer overflow",
	[13] = "trap",
	[15] = "floating-point exception",
	[23] = "watch",
	[24] = "machine check",
	[25] = "thread exception",
};

static const char *const sources[SOURCE_COUNT] = {
#define X(name, word) word,
	SOURCES(X)
#undef X
};

static const char *const calls[PROFILE_LINUX_CALLS] = {
#define X(number, name) [number] = #name,
#include "traces/linux_o32.def"
#undef X
};

const char *profile_row_name(unsigned row, char buffer[PROFILE_NAME_BYTES])
{
	const char *name = NULL;

	if (row < PROFILE_INTERRUPT)
		return services[row];
	if (row < PROFILE_EXCEPTION) {
		snprintf(buffer, PROFILE_NAME_BYTES, "interrupt: %s",
			 sources[row - PROFILE_INTERRUPT]);
	} else if (row < PROFILE_CALL) {
		name = exceptions[row - PROFILE_EXCEPTION];
		snprintf(buffer, PROFILE_NAME_BYTES, "exception %u", row - PROFILE_EXCEPTION);
	} else if (row < PROFILE_CALL_LINUX) {
		snprintf(buffer, PROFILE_NAME_BYTES, "system call %u", row - PROFILE_CALL);
	} else if (row < PROFILE_CALL_OTHER) {
		name = calls[row - PROFILE_CALL_LINUX];
		snprintf(buffer, PROFILE_NAME_BYTES, "system call %u",
			 row - PROFILE_CALL_LINUX + 4000);
	} else {
		name = "system call of no known number";
	}
	return name ? name : buffer;
}

bool profile_row_is_system(unsigned row)
{
	return row != PROFILE_USER && row != PROFILE_IDLE;
}
