/* SPDX-License-Identifier: MIT */
/*
 * Host requests of the guest: MIPS Unified Hosting Interface (Imagination MD01069), `sdbbp 1` with
 * the operation in $25, arguments in $4..$6, result in $2, error in $3. Numbers, flags, error
 * numbers and struct stat as QEMU 7.2 has them, so the same ELF file does the same under
 * `qemu-system-mipsel -M malta -semihosting`. Where we differ, on purpose:
 *
 *  - files are those below --root (confine.h); what it refuses fails with EACCES (13);
 *  - O_APPEND appends; the offset of lseek is signed; unlink removes files only;
 *  - fstat gives no device, inode, owner or time: they would make traces differ between hosts;
 *  - a console read ends at a newline, so what a guest sees does not depend on how a pipe was
 *    filled; 1 and plog go to different streams, as they do on a terminal.
 *
 * A buffer that is not mapped, or is a wild pointer, stops the guest as it stops QEMU. Data goes
 * through a bounded buffer, so a hostile length costs nothing.
 */
#include "sim/board/bare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/progress.h"
#include "sim/base/snapshot.h"

enum { V0 = 2, V1 = 3, A0 = 4, A1 = 5, A2 = 6, T9 = 25 };

enum uhi_operation {
	UHI_EXIT = 1,
	UHI_OPEN = 2,
	UHI_CLOSE = 3,
	UHI_READ = 4,
	UHI_WRITE = 5,
	UHI_LSEEK = 6,
	UHI_UNLINK = 7,
	UHI_FSTAT = 8,
	UHI_ARGC = 9,
	UHI_ARGNLEN = 10,
	UHI_ARGN = 11,
	UHI_PLOG = 13,
	UHI_ASSERT = 14,
};

#define OPEN_WRITE    0x1u
#define OPEN_BOTH     0x2u
#define OPEN_APPEND   0x8u
#define OPEN_CREATE   0x200u
#define OPEN_TRUNCATE 0x400u
#define OPEN_EXCL     0x800u

#define TEXT_BYTES 4096 /* longest path or message, with its NUL */

/* As the guest sees it: little-endian, naturally aligned, 104 bytes. */
struct uhi_stat {
	uint16_t dev, ino;
	uint32_t mode;
	uint16_t nlink, uid, gid, rdev;
	uint64_t size, atime, spare1, mtime, spare2, ctime, spare3, blksize, blocks, spare4[2];
};
_Static_assert(sizeof(struct uhi_stat) == 104, "layout of the guest");

static uint32_t uhi_errno(int host)
{
	switch (host) {
	case EPERM:
	case ENOENT:
	case EINTR:
	case EBADF:
	case EACCES:
	case EBUSY:
	case EEXIST:
	case ENOTDIR:
	case EISDIR:
	case EINVAL:
	case ENFILE:
	case EMFILE:
	case EFBIG:
	case ENOSPC:
	case ESPIPE:
	case EROFS:
		return (uint32_t)host; /* the same numbers on Linux */
	case ENAMETOOLONG:
		return 91;
	case ELOOP:
		return 92;
	default:
		return EINVAL;
	}
}

/* Sets result and error as UHI wants them: a negative result is -errno. */
static void answer(struct cpu *cpu, int64_t result)
{
	cpu_set_gpr(cpu, V0, result < 0 ? UINT32_MAX : (uint32_t)result);
	cpu_set_gpr(cpu, V1, result < 0 ? uhi_errno((int)-result) : 0);
}

static void wild(struct bare *b, struct cpu *cpu, uint32_t va)
{
	bare_fail(b, cpu, "host request %u: nothing is mapped at 0x%08x", cpu_gpr(cpu, T9), va);
}

/* A NUL-terminated text of the guest. Returns its length, -ENAMETOOLONG, or -EFAULT when the guest
 * has been stopped. */
static int guest_text(struct bare *b, struct cpu *cpu, uint32_t va, char text[TEXT_BYTES])
{
	for (int n = 0; n < TEXT_BYTES; n++) {
		if (cpu_read(cpu, va + (uint32_t)n, text + n, 1)) {
			wild(b, cpu, va + (uint32_t)n);
			return -EFAULT;
		}
		if (!text[n])
			return n;
	}
	return -ENAMETOOLONG;
}

static struct uhi_file *file_of(struct bare *b, uint32_t number)
{
	return number < UHI_FILES && b->file[number].kind != UHI_CLOSED ? &b->file[number] : NULL;
}

static int64_t uhi_open(struct bare *b, const char *path, uint32_t flags, uint32_t mode)
{
	int host = flags & OPEN_WRITE ? O_WRONLY : flags & OPEN_BOTH ? O_RDWR : O_RDONLY, fd;
	uint32_t number = 1;

	for (; number < UHI_FILES && b->file[number].kind != UHI_CLOSED; number++)
		;
	if (number == UHI_FILES)
		return -EMFILE;
	host |= flags & OPEN_APPEND ? O_APPEND : 0;
	host |= flags & OPEN_CREATE ? O_CREAT : 0;
	host |= flags & OPEN_TRUNCATE ? O_TRUNC : 0;
	host |= flags & OPEN_EXCL ? O_EXCL : 0;
	fd = confine_open(&b->confine, path, host, mode);
	if (fd < 0)
		return fd;
	b->file[number] = (struct uhi_file){UHI_FILE, fd};
	return number;
}

static void open_request(struct bare *b, struct cpu *cpu)
{
	static const char *const console[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
	char path[TEXT_BYTES];
	int length = guest_text(b, cpu, cpu_gpr(cpu, A0), path);

	if (length == -EFAULT)
		return;
	if (length < 0) {
		answer(cpu, length);
		return;
	}
	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(path, console[i])) {
			cpu_set_gpr(cpu, V0, i);
			return;
		}
	answer(cpu, uhi_open(b, path, cpu_gpr(cpu, A1), cpu_gpr(cpu, A2)));
}

static int64_t close_file(struct bare *b, uint32_t number)
{
	struct uhi_file *f = file_of(b, number);
	int64_t rc = 0;

	if (!f)
		return -EBADF;
	if (f->kind == UHI_FILE && close(f->host))
		rc = -errno;
	f->kind = UHI_CLOSED;
	return rc;
}

/* Console input up to and including a newline, `length` bytes, or the end of the input. */
static int64_t console_read(struct bare *b, uint8_t *to, uint32_t length)
{
	uint32_t done = 0;

	while (done < length) {
		ssize_t n;

		while (b->input_from < b->input_to && done < length) {
			to[done++] = (uint8_t)b->input[b->input_from++];
			if (to[done - 1] == '\n')
				return done;
		}
		if (done == length)
			break;
		n = read(b->console_input, b->input, sizeof(b->input));
		if (n < 0 && errno == EINTR && !interrupted())
			continue;
		if (n < 0)
			return done ? (int64_t)done : -errno;
		if (n == 0)
			break;
		b->input_from = 0;
		b->input_to = (uint32_t)n;
	}
	return done;
}

static int64_t host_read(struct bare *b, const struct uhi_file *f, uint8_t *to, uint32_t length)
{
	ssize_t n;

	if (f->kind == UHI_CONSOLE)
		return console_read(b, to, length);
	do
		n = read(f->host, to, length);
	while (n < 0 && errno == EINTR && !interrupted());
	return n < 0 ? -errno : n;
}

/* Writes all of it, or what the host takes. */
static int64_t host_write(int fd, const uint8_t *from, uint32_t length)
{
	uint32_t done = 0;

	while (done < length) {
		ssize_t n = write(fd, from + done, length - done);

		if (n < 0 && errno == EINTR && !interrupted())
			continue;
		if (n < 0)
			return done ? (int64_t)done : -errno;
		done += (uint32_t)n;
	}
	return done;
}

/* Returns the bytes moved, -errno, or -EFAULT when the guest has been stopped. */
static int64_t transfer(struct bare *b, struct cpu *cpu, const struct uhi_file *f, bool write)
{
	uint32_t va = cpu_gpr(cpu, A1), length = cpu_gpr(cpu, A2), done = 0;
	uint8_t buffer[16384];
	int64_t n = 0;

	if (length > INT32_MAX)
		length = INT32_MAX;
	while (done < length) {
		uint32_t part = length - done < sizeof(buffer) ? length - done : sizeof(buffer);

		if (write && cpu_read(cpu, va + done, buffer, part))
			n = -EFAULT;
		else
			n = write ? host_write(f->host, buffer, part)
				  : host_read(b, f, buffer, part);
		if (!write && n > 0 && cpu_write(cpu, va + done, buffer, (uint32_t)n))
			n = -EFAULT;
		if (n == -EFAULT) {
			wild(b, cpu, va + done);
			return n;
		}
		if (n > 0)
			done += (uint32_t)n;
		if (n < (int64_t)part || (f->kind == UHI_CONSOLE && !write))
			break;
	}
	return done || n >= 0 ? done : n;
}

static void transfer_request(struct bare *b, struct cpu *cpu, bool write)
{
	uint32_t number = cpu_gpr(cpu, A0);
	struct uhi_file *f = file_of(b, number);
	int64_t n = f ? transfer(b, cpu, f, write) : -EBADF;

	if (n == -EFAULT)
		return;
	if (f && f->kind == UHI_CONSOLE && n < 0) {
		bare_fail(b, cpu, "cannot %s the console: %s", write ? "write to" : "read from",
			  strerror((int)-n));
		return;
	}
	answer(cpu, n);
	cpu_report(cpu, record_make(RECORD_INPUT_OUTPUT, n > 0 ? (uint32_t)n : 0,
				    write ? UHI_WRITE : UHI_READ));
}

static int64_t seek(struct bare *b, uint32_t number, int32_t offset, uint32_t whence)
{
	struct uhi_file *f = file_of(b, number);
	off_t at;

	if (!f)
		return -EBADF;
	if (f->kind == UHI_CONSOLE)
		return -ESPIPE;
	if (whence > 2)
		return -EINVAL;
	at = lseek(f->host, offset, (int)whence);
	if (at < 0)
		return -errno;
	return at > INT32_MAX ? -EOVERFLOW : at;
}

static void fstat_request(struct bare *b, struct cpu *cpu)
{
	struct uhi_file *f = file_of(b, cpu_gpr(cpu, A0));
	struct uhi_stat s = {.nlink = 1, .blksize = 4096};
	struct stat st;

	if (!f) {
		answer(cpu, -EBADF);
		return;
	}
	if (f->kind == UHI_CONSOLE) {
		s = (struct uhi_stat){.mode = S_IFCHR | 0666, .rdev = 5};
	} else if (fstat(f->host, &st)) {
		answer(cpu, -errno);
		return;
	} else {
		s.mode = st.st_mode;
		s.size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
		s.blocks = (s.size + 511) / 512;
	}
	if (cpu_write(cpu, cpu_gpr(cpu, A1), &s, sizeof(s)))
		wild(b, cpu, cpu_gpr(cpu, A1));
	else
		answer(cpu, 0);
}

static void unlink_request(struct bare *b, struct cpu *cpu)
{
	char path[TEXT_BYTES];
	int length = guest_text(b, cpu, cpu_gpr(cpu, A0), path);

	if (length != -EFAULT)
		answer(cpu, length < 0 ? length : confine_unlink(&b->confine, path));
}

static void argument_request(struct bare *b, struct cpu *cpu, uint32_t operation)
{
	uint32_t n = cpu_gpr(cpu, A0);

	if (operation == UHI_ARGC) {
		cpu_set_gpr(cpu, V0, (uint32_t)b->argc);
	} else if (n >= (uint32_t)b->argc) {
		cpu_set_gpr(cpu, V0, UINT32_MAX);
	} else if (operation == UHI_ARGNLEN) {
		cpu_set_gpr(cpu, V0, (uint32_t)strlen(b->argv[n]));
	} else if (cpu_write(cpu, cpu_gpr(cpu, A1), b->argv[n], (uint32_t)strlen(b->argv[n]) + 1)) {
		wild(b, cpu, cpu_gpr(cpu, A1));
	} else {
		cpu_set_gpr(cpu, V0, 0);
	}
}

/* A message with at most one number in it, the first %d. */
static void log_request(struct bare *b, struct cpu *cpu)
{
	char text[TEXT_BYTES], out[TEXT_BYTES + 16], *mark;
	int length = guest_text(b, cpu, cpu_gpr(cpu, A0), text);
	int64_t n;

	if (length == -EFAULT)
		return;
	if (length < 0)
		text[TEXT_BYTES - 1] = '\0';
	mark = strstr(text, "%d");
	if (mark)
		length = snprintf(out, sizeof(out), "%.*s%d%s", (int)(mark - text), text,
				  (int32_t)cpu_gpr(cpu, A1), mark + 2);
	else
		length = snprintf(out, sizeof(out), "%s", text);
	n = host_write(b->console_error, (uint8_t *)out, (uint32_t)length);
	cpu_set_gpr(cpu, V0, n < 0 ? UINT32_MAX : (uint32_t)n);
}

static void assert_request(struct bare *b, struct cpu *cpu)
{
	char what[TEXT_BYTES], where[TEXT_BYTES];

	if (guest_text(b, cpu, cpu_gpr(cpu, A0), what) == -EFAULT ||
	    guest_text(b, cpu, cpu_gpr(cpu, A1), where) == -EFAULT)
		return;
	what[TEXT_BYTES - 1] = where[TEXT_BYTES - 1] = '\0';
	bare_fail(b, cpu, "assertion '%.200s' failed: %.200s:%d", what, where,
		  (int32_t)cpu_gpr(cpu, A2));
}

void bare_semihost(void *board, struct cpu *cpu)
{
	struct bare *b = board;
	uint32_t operation = cpu_gpr(cpu, T9);

	switch (operation) {
	case UHI_EXIT:
		b->board.exit_status = (int)(cpu_gpr(cpu, A0) & 255);
		b->board.state = BOARD_EXITED;
		cpu_request_stop(cpu);
		break;
	case UHI_OPEN:
		open_request(b, cpu);
		break;
	case UHI_CLOSE:
		answer(cpu, close_file(b, cpu_gpr(cpu, A0)));
		break;
	case UHI_READ:
	case UHI_WRITE:
		transfer_request(b, cpu, operation == UHI_WRITE);
		return;
	case UHI_LSEEK:
		answer(cpu, seek(b, cpu_gpr(cpu, A0), (int32_t)cpu_gpr(cpu, A1), cpu_gpr(cpu, A2)));
		break;
	case UHI_UNLINK:
		unlink_request(b, cpu);
		break;
	case UHI_FSTAT:
		fstat_request(b, cpu);
		break;
	case UHI_ARGC:
	case UHI_ARGNLEN:
	case UHI_ARGN:
		argument_request(b, cpu, operation);
		break;
	case UHI_PLOG:
		log_request(b, cpu);
		break;
	case UHI_ASSERT:
		assert_request(b, cpu);
		return;
	default:
		bare_fail(b, cpu, "unknown host request %u ($25 of the Unified Hosting Interface)",
			  operation);
		return;
	}
	cpu_report(cpu, record_make(RECORD_INPUT_OUTPUT, 0, operation));
}

int uhi_init(struct bare *b, const struct board_config *config, struct error *err)
{
	b->argc = config->argc + 1;
	b->argv = calloc((size_t)b->argc, sizeof(*b->argv));
	if (!b->argv)
		abort();
	for (int i = 0; i < b->argc; i++) {
		b->argv[i] = strdup(i ? config->argv[i - 1] : b->board.guest_name);
		if (!b->argv[i])
			abort();
	}
	b->file[0] = (struct uhi_file){UHI_CONSOLE, config->output};
	b->file[1] = (struct uhi_file){UHI_CONSOLE, config->output};
	b->file[2] = (struct uhi_file){UHI_CONSOLE, config->error};
	b->console_input = config->input;
	b->console_error = config->error;
	return confine_init(&b->confine, config->root, err);
}

/* Which of the three console files the guest has left open. What it has not read of its input stays
 * behind with the stream that it came from. */
void uhi_snapshot(struct bare *b, struct snapshot *s)
{
	uint8_t open[3];

	for (uint32_t i = 0; i < UHI_FILES && !snapshot_restoring(s); i++)
		if (b->file[i].kind == UHI_FILE)
			snapshot_refuse(s,
					"the guest has a file open (descriptor %u), which cannot "
					"be saved; wanted a moment when only its console is open",
					i);
	for (unsigned i = 0; i < 3; i++)
		open[i] = b->file[i].kind == UHI_CONSOLE;
	snapshot_bytes(s, "uhi.console", open, sizeof(open));
	for (unsigned i = 0; i < 3; i++)
		if (!open[i])
			b->file[i].kind = UHI_CLOSED;
}

void uhi_release(struct bare *b)
{
	for (uint32_t i = 0; i < UHI_FILES; i++)
		close_file(b, i);
	confine_release(&b->confine);
	for (int i = 0; i < b->argc; i++)
		free(b->argv[i]);
	free(b->argv);
}
