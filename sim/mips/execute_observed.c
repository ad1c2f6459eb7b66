/* SPDX-License-Identifier: MIT */
/* The executor that reports what it does to cpu->observer. */
#define EXECUTE	 execute_observed
#define OBSERVED 1
#include "sim/mips/execute.inc"
