/* SPDX-License-Identifier: MIT */
/*
 * What the chips of the malta's south side have in common: they sit on an 8-bit bus, so the board
 * splits wider accesses into bytes, lowest address first. A row says which ports a chip answers;
 * `reg` counts from the row's first port (`first` is added for chips in several places).
 */
#ifndef SIM_BOARD_ISA_H
#define SIM_BOARD_ISA_H

#include "sim/base/snapshot.h"
#include "sim/board/device.h"

struct isa_ports {
	uint16_t port, count, first;
	struct device *device;
	uint8_t (*load)(struct device *, unsigned reg);
	void (*store)(struct device *, unsigned reg, uint8_t value);
};

/* A field that is true or false, whatever byte the file has there. */
static inline void snapshot_flag(struct snapshot *s, const char *name, bool *flag)
{
	uint8_t byte = *flag;

	snapshot_bytes(s, name, &byte, 1);
	snapshot_check(s, name, byte <= 1);
	*flag = byte == 1;
}

/* Cycles of the board to ticks of a clock of `hz`, and the first cycle at which so many ticks have
 * passed. */
static inline uint64_t ticks_of(uint64_t cycles, uint32_t hz)
{
	return (uint64_t)((unsigned __int128)cycles * hz / BOARD_HZ);
}

static inline uint64_t cycles_of(uint64_t ticks, uint32_t hz)
{
	return (uint64_t)(((unsigned __int128)ticks * BOARD_HZ + hz - 1) / hz);
}

#endif
