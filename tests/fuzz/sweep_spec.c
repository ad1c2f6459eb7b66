/* SPDX-License-Identifier: MIT */
/* libFuzzer entry: any bytes as a sweep's specification. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/replay/replay.h"
#include "sim/sweep_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("spec", MFD_CLOEXEC);
	struct sweep_spec spec;
	struct error err;
	char path[64];

	if (size > 65536 || write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return -1;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!sweep_spec_read(&spec, path, machine_rows, &err)) {
		for (size_t i = 0; i < spec.count; i++)
			if (!spec.points[i].label || !spec.points[i].trace_count)
				abort();
		sweep_spec_release(&spec);
	}
	close(fd);
	return 0;
}
