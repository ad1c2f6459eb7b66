/* SPDX-License-Identifier: MIT */
/*
 * One step of the differential test, as tests/qemu/generate.c writes it and the guest
 * tests/qemu/runner.c executes it: a few instructions put into the code pages, run from random
 * registers in some mode until they raise an exception. What is not code is BREAK.
 */
#include <stdint.h>

#define STEP_WORDS 12
#define STEP_SETS  4

struct step {
	uint32_t words[STEP_WORDS];
	uint32_t count;	 /* of words */
	uint32_t offset; /* bytes into the code pages */
	uint32_t va;	 /* of the code pages in this step */
	uint32_t status; /* EXL is added to it */
	uint32_t seed;	 /* of the other registers and of the memory */
	uint32_t fcsr;
	struct {
		uint32_t reg, value;
	} set[STEP_SETS]; /* reg 0: unused */
};

/* Where the guest maps its code and scratch pages: itself (KSEG0, by offset from these symbols'
 * addresses), and with the TLB. The second page at CODE_HALF is invalid, the scratch pages at
 * SCRATCH_READ may not be written. */
#define CODE_KSEG0    0x80400000u
#define SCRATCH_KSEG0 0x80402000u
#define CODE_USER     0x00400000u
#define SCRATCH_USER  0x00500000u
#define CODE_HALF     0x00600000u
#define SCRATCH_READ  0x00700000u
#define WIRED	      4
