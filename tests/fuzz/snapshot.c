/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer entry: a snapshot of a machine that has run, changed in any places and sealed with
 * right checksums, then started. The input is changes: place (3 bytes), number of bytes (1), the
 * bytes; the first byte chooses the board and whether the file is cut at the first change.
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/saved_machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct saved_machine machine[8];
	static unsigned boards;
	const struct saved_machine *m;
	struct error err = {.text = ""};
	uint8_t *file;
	size_t bytes;

	for (; board_kinds[boards]; boards++)
		machine[boards] = saved_machine_new(board_kinds[boards]->name);
	if (!size)
		return 0;
	m = &machine[(data[0] >> 1) % boards];
	bytes = m->bytes;
	file = malloc(bytes);
	memcpy(file, m->data, bytes);
	for (size_t i = 1; i + 5 <= size; i += 5u + data[i + 4]) {
		size_t field = data[i] | data[i + 1] << 8, n = data[i + 4];
		size_t start = field < m->fields ? m->field[field].at : SAVED_HEADER;
		size_t end = field < m->fields ? start + m->field[field].bytes : m->bytes;
		size_t at = start + (size_t)(data[i + 2] | data[i + 3] << 8) % (end - start);

		if (n > size - i - 5)
			n = size - i - 5;
		if (n > end - at)
			n = end - at;
		memcpy(file + at, data + i + 5, n);
		if (data[0] & 1 && i == 1)
			bytes = at + n;
	}
	saved_machine_seal(file, bytes);
	saved_machine_try(file, bytes, &err);
	free(file);
	return 0;
}
