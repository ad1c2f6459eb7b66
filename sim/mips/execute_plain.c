/* SPDX-License-Identifier: MIT */
/* The executor without an observer: every OBSERVE of execute.inc is nothing. */
#define EXECUTE	 execute_plain
#define OBSERVED 0
#include "sim/mips/execute.inc"
