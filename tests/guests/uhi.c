/* SPDX-License-Identifier: MIT */
/* Every host request, with its results printed: must be the same under QEMU. Writes and removes
 * `made` in its folder; expects a file `given`. */
#include "tests/guests/guest.h"

GUEST_START

static char buffer[256];
static u8 stat_bytes[104] __attribute__((aligned(8)));

static int show(const char *what, struct uhi_result r)
{
	print(what);
	print(": ");
	print_number(r.value);
	print(", error ");
	print_number(r.error);
	print("\n");
	return r.value;
}

static int open(const char *what, const char *path, u32 flags)
{
	return show(what, uhi(2, (u32)path, flags, 0644));
}

static void show_stat(const char *what, int fd)
{
	u32 *word = (u32 *)(void *)stat_bytes;

	for (int i = 0; i < 104; i++)
		stat_bytes[i] = 0x55;
	show(what, uhi(8, (u32)fd, (u32)stat_bytes, 0));
	print("type and size: ");
	print_number((int)(word[1] & 0170000));
	print(" ");
	print_number((int)word[4]);
	print(" ");
	print_number((int)word[5]);
	print(" spare ");
	print_number((int)word[24]);
	print("\n");
}

static void arguments(int argc, char **argv)
{
	print("argc ");
	print_number(argc);
	for (int i = 1; i < argc; i++) {
		print(" [");
		print(argv[i]);
		print("]");
	}
	print("\n");
	print_number(uhi(10, 1000, 0, 0).value);
	print(" is the length of no argument\n");
	print_number(uhi(11, 1000, (u32)buffer, 0).value);
	print(" is its copy\n");
}

static void console(void)
{
	show("seek console", uhi(6, 1, 0, 0));
	show_stat("stat console", 1);
	print_number(uhi(2, (u32) "/dev/stdin", 0, 0).value);
	print_number(uhi(2, (u32) "/dev/stdout", 1, 0).value);
	print_number(uhi(2, (u32) "/dev/stderr", 1, 0).value);
	print(" are the console\n");
	print_number(uhi(13, (u32) "log %d done\n", 42, 0).value);
	print(" bytes logged\n");
	print_number(uhi(13, (u32) "plain\n", 42, 0).value);
	print(" bytes logged\n");
}

static void files(void)
{
	int fd, other;

	open("open missing", "missing", 0);
	open("open below a file", "given/x", 0);
	fd = open("open given", "given", 0);
	show("read", uhi(4, (u32)fd, (u32)buffer, 5));
	show("read", uhi(4, (u32)fd, (u32)buffer + 5, 200));
	show("read at the end", uhi(4, (u32)fd, (u32)buffer + 50, 200));
	print(buffer);
	show("write read-only", uhi(5, (u32)fd, (u32) "x", 1));
	show("seek", uhi(6, (u32)fd, 3, 0));
	show("seek on", uhi(6, (u32)fd, 2, 1));
	show("seek to end", uhi(6, (u32)fd, 0, 2));
	show("seek badly", uhi(6, (u32)fd, 0, 9));
	show_stat("stat given", fd);
	other = open("create", "made", 0x200 | 0x400 | 2);
	open("create again", "made", 0x200 | 0x800 | 1);
	show("write", uhi(5, (u32)other, (u32) "hello, file", 11));
	show("write nothing", uhi(5, (u32)other, (u32) "", 0));
	show("seek", uhi(6, (u32)other, 7, 0));
	show("read back", uhi(4, (u32)other, (u32)buffer, 100));
	show_stat("stat made", other);
	show("close", uhi(3, (u32)fd, 0, 0));
	show("close again", uhi(3, (u32)fd, 0, 0));
	fd = open("open reuses the number", "given", 0);
	show("close", uhi(3, (u32)fd, 0, 0));
	show("close", uhi(3, (u32)other, 0, 0));
	show("read closed", uhi(4, (u32)other, (u32)buffer, 1));
	show("write closed", uhi(5, (u32)other, (u32)buffer, 1));
	show("seek closed", uhi(6, (u32)other, 0, 0));
	show("stat closed", uhi(8, (u32)other, (u32)stat_bytes, 0));
	show("read -1", uhi(4, (u32)-1, (u32)buffer, 1));
	show("unlink", uhi(7, (u32) "made", 0, 0));
	show("unlink again", uhi(7, (u32) "made", 0, 0));
	open("open a folder to write", ".", 1);
	fd = open("open a folder", ".", 0);
	show("read a folder", uhi(4, (u32)fd, (u32)buffer, 1));
}

int guest_main(int argc, char **argv)
{
	arguments(argc, argv);
	print_number((int)monitor_call(MCALL_PROCESSORS, 0, 0, 0, 1));
	print(" processor\n");
	console();
	files();
	return 0x107;
}
