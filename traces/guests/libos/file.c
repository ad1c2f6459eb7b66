/* SPDX-License-Identifier: MIT */
/* Files of the host, and the checksum that programs print of what they made. */
#include "traces/guests/libos/libos.h"
#include "traces/guests/libos/program.h"
#include "traces/guests/libos/syscall.h"

int file_open(const char *path, int mode)
{
	return system_call(SYS_OPEN, (uint32_t)path, mode, 0644);
}

int file_close(int file)
{
	return system_call(SYS_CLOSE, file, 0, 0);
}

int file_read(int file, void *buffer, size_t bytes)
{
	return system_call(SYS_READ, file, (uint32_t)buffer, bytes);
}

int file_write(int file, const void *buffer, size_t bytes)
{
	return system_call(SYS_WRITE, file, (uint32_t)buffer, bytes);
}

char *file_slurp(const char *path, size_t *bytes)
{
	int file = file_open(path, FILE_READ);
	size_t used = 0, room = 65536;
	char *text = need(4, room);

	if (file < 0)
		die("%s: cannot be opened", path);
	for (;;) {
		int n = file_read(file, text + used, room - used - 1);

		if (n < 0)
			die("%s: cannot be read", path);
		if (n == 0)
			break;
		used += n;
		if (used + 1 == room) {
			char *larger = need(4, room * 2);

			memcpy(larger, text, used);
			free(text);
			text = larger;
			room *= 2;
		}
	}
	file_close(file);
	text[used] = 0;
	*bytes = used;
	return text;
}

void file_spill(const char *path, const void *from, size_t bytes)
{
	int file = file_open(path, FILE_WRITE);

	if (file < 0)
		die("%s: cannot be created", path);
	if (file_write(file, from, bytes) != (int)bytes || file_close(file) < 0)
		die("%s: cannot be written", path);
}

uint32_t checksum(uint32_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n--)
		sum = (sum ^ *p++) * 16777619u;
	return sum;
}
