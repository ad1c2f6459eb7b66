/* SPDX-License-Identifier: MIT */
/*
 * What `trace dump` and `trace info` print of devices, which no bare guest has: a small trace, and
 * the text to the letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/base/output.h"
#include "sim/profile_show.h"
#include "sim/trace_show.h"

#define R(kind, addr, arg)                                 \
	{                                                  \
		addr, RECORD_##kind | (uint32_t)(arg) << 8 \
	}

static const struct record stream[] = {
	R(MODE, 1, MODE_USER),
	R(RUN, 0x400000, 30),
	R(EXCEPTION, 0x400078, 8),
	R(OPERAND, 4003, 0),
	R(MODE, 1, MODE_USER | MODE_EXL),
	R(RUN, 0x80000180, 60),
	R(PRIVILEGED, 0x80000180, PRIV_MFC0 | 13 << 3 << 8),
	R(IO_BEGIN, 7, SOURCE_DISK),
	R(DISK, 0x123, 0 | 8 << 12),
	R(OPERAND, 0x5000, 0),
	R(DISK, 0x124, 0 | DISK_OVERLAY | 3 << 8 | 2 << 12),
	R(OPERAND, 0x6000, 0),
	R(IDLE_BEGIN, 0x80000200, 0),
	R(IO_END, 7, SOURCE_DISK | IO_FAILED),
	R(INTERRUPT, 10, SOURCE_DISK),
	R(IDLE_END, 4, SOURCE_DISK),
	R(OPERAND, 300000, 0),
	R(IO_BEGIN, 8, SOURCE_NETWORK | IO_WRITE),
	R(NETWORK, 14, NETWORK_SEND | NETWORK_FIRST),
	R(OPERAND, 0x7000, 0),
	R(NETWORK, 100, NETWORK_SEND),
	R(OPERAND, 0x8000, 0),
	R(IO_END, 8, SOURCE_NETWORK | IO_WRITE),
	R(ERET, 0x40007c, 0),
	R(MODE, 1, MODE_USER),
	R(RUN, 0x40007c, 10),
};

static char folder[] = "/tmp/discosim-show-XXXXXX";
static char path[64], text_path[64];

static int make_trace(void **state)
{
	static const struct trace_info info = {
		.processors = 1,
		.ram_bytes = 1 << 20,
		.tlb_entries = 64,
		.source = "capture",
		.guest = "vmlinux",
		.board = "malta",
		.model = "24Kf",
		.images = "0 0123456789abcdef0123456789abcdef shared 8192 root.img\n"};
	struct trace_writer *w;
	struct error err;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/t.trace", folder);
	snprintf(text_path, sizeof(text_path), "%s/text", folder);
	w = trace_create(path, &info, TRACE_LZ4, &err);
	return !w || trace_append(w, 0, stream, sizeof(stream) / sizeof(*stream), &err) ||
			       trace_finish(w, &err)
		       ? -1
		       : 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	unlink(text_path);
	return rmdir(folder);
}

/* What a function prints of the trace. Caller frees. */
static char *printed(void (*show)(const struct trace *t))
{
	struct error err = {.text = ""};
	struct trace *t = trace_open(path, &err);
	int before = dup(STDOUT_FILENO);
	size_t bytes;

	assert_non_null(t);
	fflush(stdout);
	assert_non_null(freopen(text_path, "w", stdout));
	show(t);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	trace_close(t);
	return read_whole_file(text_path, &bytes, &err);
}

static void dump(const struct trace *t)
{
	struct error err;

	trace_show_records(t, 0, false, 7, 16, &err);
}

static void profile(const struct trace *t)
{
	struct error err;

	profile_show(t, true, &err);
}

static void the_dump_says_what_devices_did(void **state)
{
	char *got = printed(dump);

	(void)state;
	assert_string_equal(got, "         7  io_begin      0x00000007  disk read\n"
				 "         8  disk          0x00000123  image 0, read, 8 sectors "
				 "from sector 0 of the "
				 "block\n"
				 "         9  operand       0x00005000  0\n"
				 "        10  disk          0x00000124  image 0, read, 2 sectors "
				 "from sector 3 of the "
				 "block, overlay\n"
				 "        11  operand       0x00006000  0\n"
				 "        12  idle_begin    0x80000200  0\n"
				 "        13  io_end        0x00000007  disk read, failed\n"
				 "        14  interrupt     0x0000000a  disk\n"
				 "        15  idle_end      0x00000004  disk\n"
				 "        16  operand       0x000493e0  0\n"
				 "        17  io_begin      0x00000008  network write\n"
				 "        18  network       0x0000000e  send, first of its frame\n"
				 "        19  operand       0x00007000  0\n"
				 "        20  network       0x00000064  send\n"
				 "        21  operand       0x00008000  0\n"
				 "        22  io_end        0x00000008  network write\n");
	free(got);
}

static void info_says_where_the_disk_comes_from(void **state)
{
	char *got = printed(trace_show_header);

	(void)state;
	assert_non_null(strstr(got, "board         malta\nprocessors    1 24Kf\n"));
	assert_non_null(strstr(got, "image 0       root.img, shared, 8192 sectors, hash "
				    "0123456789abcdef0123456789abcdef\n"));
	free(got);
}

static void the_profile_divides_instructions_and_adds_up_what_devices_did(void **state)
{
	static const char *const wanted[] = {
		"processor  instructions  user %  system %  idle loop %  switches\n"
		"0                   100    40.0      60.0          0.0         0\n",
		"source  lines raised  interrupts taken  idle periods ended  idle ms\n"
		"disk               1                 0                   1    1.500\n",
		"requests      1 read, 1 write, 1 failed\n"
		"device   direction  pieces  bytes  of them overlay\n"
		"image 0  read            2   5120             1024\n"
		"network  send            2    114                -\n",
		"read           100.0      1            60        60 ",
		"user               -      -            40         - ",
	};
	char *got = printed(profile);

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!strstr(got, wanted[i]))
			fail_msg("no\n%s\nin\n%s", wanted[i], got);
	assert_true(strstr(got, wanted[3]) < strstr(got, wanted[4])); /* sorted */
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_dump_says_what_devices_did),
		cmocka_unit_test(info_says_where_the_disk_comes_from),
		cmocka_unit_test(the_profile_divides_instructions_and_adds_up_what_devices_did),
	};

	return cmocka_run_group_tests_name("trace show", tests, make_trace, remove_folder);
}
