/* SPDX-License-Identifier: MIT */
/*
 * System calls that the host answers through UHI semihosting. The host is given KSEG0 addresses
 * only, so data passes through one buffer, copied with ordinary loads and stores; a lock keeps the
 * buffer for one processor at a time.
 */
#include "traces/guests/libos/kernel.h"
#include "traces/guests/libos/monitor.h"
#include "traces/guests/libos/string.h"
#include "traces/guests/libos/syscall.h"

#define USER_END 0x80000000u
#define ARGLEN	 10 /* UHI operation without a system call of its own */

static struct lock lock;
static char buffer[16384] __attribute__((aligned(PAGE_BYTES)));

static bool is_user(uint32_t va, uint32_t bytes)
{
	return va < USER_END && bytes <= USER_END - va;
}

void host_exit(int status)
{
	for (;;)
		uhi(SYS_EXIT, status, 0, 0);
}

void host_complain(const char *text)
{
	uhi(SYS_WRITE, 2, (uintptr_t)text, strlen(text));
}

/* A path or argument that does not fit the buffer is the empty string. */
static const char *copy_path(uint32_t va)
{
	const char *from = (const char *)va;
	size_t n = 0;

	while (n < sizeof(buffer) - 1 && is_user(va + n, 1) && from[n]) {
		buffer[n] = from[n];
		n++;
	}
	buffer[n < sizeof(buffer) - 1 ? n : 0] = 0;
	return buffer;
}

static int transfer(unsigned op, int file, char *user, uint32_t bytes)
{
	uint32_t done = 0;

	while (done < bytes) {
		uint32_t part = bytes - done < sizeof(buffer) ? bytes - done : sizeof(buffer);
		int n;

		if (op == SYS_WRITE)
			memcpy(buffer, user + done, part);
		n = uhi(op, file, (uintptr_t)buffer, part);
		if (n < 0)
			return done ? (int)done : -1;
		if (op == SYS_READ)
			memcpy(user + done, buffer, n);
		done += n;
		if ((uint32_t)n < part)
			break;
	}
	return done;
}

static int argument(unsigned n, char *user, uint32_t bytes)
{
	int length = uhi(ARGLEN, n, 0, 0);

	if (length < 0 || (uint32_t)length >= bytes || (uint32_t)length >= sizeof(buffer) ||
	    uhi(SYS_ARGUMENT, n, (uintptr_t)buffer, 0) < 0)
		return -1;
	memcpy(user, buffer, length + 1);
	return length;
}

bool host_system_call(struct frame *frame)
{
	uint32_t op = frame->gpr[2], a = frame->gpr[4], b = frame->gpr[5], c = frame->gpr[6];
	int result = -1;

	if (op == SYS_EXIT)
		host_exit(a);
	if ((op == SYS_READ || op == SYS_WRITE || op == SYS_ARGUMENT) && !is_user(b, c))
		return false;
	lock_acquire(&lock);
	switch (op) {
	case SYS_OPEN:
		result = uhi(op, (uintptr_t)copy_path(a), b, c);
		break;
	case SYS_UNLINK:
		result = uhi(op, (uintptr_t)copy_path(a), 0, 0);
		break;
	case SYS_CLOSE:
	case SYS_SEEK:
	case SYS_ARGUMENTS:
		result = uhi(op, a, b, c);
		break;
	case SYS_READ:
	case SYS_WRITE:
		result = transfer(op, a, (char *)b, c);
		break;
	case SYS_ARGUMENT:
		result = argument(a, (char *)b, c);
		break;
	default:
		lock_release(&lock);
		return false;
	}
	lock_release(&lock);
	frame->gpr[2] = result;
	return true;
}
