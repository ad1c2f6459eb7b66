/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the profile with streams of any records, right or wrong: 8 bytes of input are a record,
 * and a kind beyond the last stands for a switch of threads, which chance would never make. Every
 * instruction must be in exactly one row.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "traces/check.h"
#include "traces/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct profile profile;
	struct request_log log;
	uint64_t instructions, records;
};

static void put(struct run *run, enum record_kind kind, uint32_t addr, uint32_t arg)
{
	struct record r = record_make(kind, addr, arg);

	run->instructions += kind == RECORD_RUN ? record_arg(r) : kind == RECORD_FETCH;
	if (kind == RECORD_IO_BEGIN || kind == RECORD_IO_END)
		request_log_add(&run->log, addr & 1, run->records, r);
	profile_next(&run->profile, r);
	run->records++;
}

static void switch_threads(struct run *run, uint32_t from, uint32_t to)
{
	put(run, RECORD_PRIVILEGED, 0, PRIV_MFC0 | 12 << 3 << 8);
	put(run, RECORD_RUN, 0x80020000, 24);
	for (uint32_t i = 0; i < 10; i++)
		put(run, RECORD_STORE, from + 4 * i, REF_ARG(4, 0, i));
	for (uint32_t i = 0; i < 10; i++)
		put(run, RECORD_LOAD, to + 4 * i, REF_ARG(4, 0, 10 + i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_info info = {.tlb_entries = 64};
	struct run *run = calloc(1, sizeof(*run));
	uint64_t sum = 0;
	struct error err;

	profile_init(&run->profile);
	for (; size >= 8; data += 8, size -= 8) {
		uint32_t word[2];

		memcpy(word, data, 8);
		if ((word[1] & 255) < RECORD_KIND_COUNT)
			put(run, word[1] & 255, word[0], word[1] >> 8);
		else
			switch_threads(run, word[0], word[1]);
	}
	profile_end(&run->profile);
	for (unsigned i = 0; i < PROFILE_ROWS; i++)
		sum += run->profile.row[i].own.instructions;
	if (sum != run->instructions)
		abort();
	profile_release(&run->profile);
	request_log_check(&run->log, &info, &err);
	request_log_release(&run->log);
	free(run);
	return 0;
}
