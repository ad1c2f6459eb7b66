/* SPDX-License-Identifier: MIT */
/*
 * The first process of a Linux guest: between its region marks it makes the kernel do work that is
 * known beforehand, then it prints what it did, one "name count" a line behind "==", and powers the
 * machine off. tests/linux_profile.sh compares the lines with the profile of the trace. The
 * kernel's command line says what to do, for what the kernel does not know becomes our environment:
 * work=calls; work=faults with a number of times, scale=N; work=program, which executes
 * /program as busybox sha256sum /program without printing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/monitor_call.h"

#define PAGE 4096

enum {
	GETPPIDS = 50,
	READS = 40,
	WRITES = 30,
	NEW_PAGES = 64,
	COPIED_PAGES = 24,
	FILE_PAGES = 17,
	EXECS = 3,
	SLEEPS = 5,
	ROUNDS = 25,
};

static void mark(int operation)
{
	register int op __asm__("$24") = operation;
	register int v0 __asm__("$2") = 0;

	__asm__ volatile("sll $0, $0, 31" : "+r"(v0) : "r"(op) : "memory");
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	reboot(RB_POWER_OFF);
}

static void *map(int pages, int flags, int file)
{
	void *p = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE, flags, file, 0);

	need(p != MAP_FAILED, "mmap");
	return p;
}

static void touch(char *p, int pages)
{
	for (int i = 0; i < pages; i++)
		((volatile char *)p)[i * PAGE] = 1;
}

static void wait_for(pid_t pid)
{
	int status;

	need(syscall(SYS_wait4, pid, &status, 0, NULL) == pid && status == 0, "child");
}

/* Two processes that hand a byte to and fro: each read sleeps until the other has written. */
static void ping_pong(void)
{
	int to[2], back[2];
	char c = 0;
	pid_t pid;

	need(!pipe(to) && !pipe(back), "pipe");
	pid = fork();
	if (!pid) {
		for (int i = 0; i < ROUNDS; i++)
			if (syscall(SYS_read, to[0], &c, 1) != 1 ||
			    syscall(SYS_write, back[1], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < ROUNDS; i++)
		need(syscall(SYS_write, to[1], &c, 1) == 1 &&
			     syscall(SYS_read, back[0], &c, 1) == 1,
		     "pipe");
	wait_for(pid);
}

static void make_faults(int scale, int file)
{
	char *copied = map(COPIED_PAGES * scale, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *fresh = map(NEW_PAGES * scale, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *shared = map(FILE_PAGES * scale, MAP_SHARED, file);
	pid_t pid;

	touch(copied, COPIED_PAGES * scale);
	touch(fresh, NEW_PAGES * scale);
	touch(shared, FILE_PAGES * scale);
	pid = fork();
	if (!pid) {
		touch(copied, COPIED_PAGES * scale);
		_exit(0);
	}
	wait_for(pid);
}

static void make_calls(int zero, int null)
{
	struct timespec time = {0, 20000000};
	char c = 0;
	pid_t pid;

	for (int i = 0; i < GETPPIDS; i++)
		syscall(SYS_getppid);
	for (int i = 0; i < READS; i++)
		need(syscall(SYS_read, zero, &c, 1) == 1, "read");
	for (int i = 0; i < WRITES; i++)
		need(syscall(SYS_write, null, &c, 1) == 1, "write");
	for (int i = 0; i < EXECS; i++) {
		pid = fork();
		if (!pid) {
			execl("/init", "init", "again", NULL);
			_exit(1);
		}
		wait_for(pid);
	}
	for (int i = 0; i < SLEEPS; i++)
		nanosleep(&time, NULL);
	ping_pong();
}

static void make_program(int null)
{
	int console = dup(1);
	pid_t pid;

	dup2(null, 1);
	mark(MCALL_REGION_BEGIN);
	pid = vfork(); /* its child makes no calls of its own */
	if (!pid) {
		execl("/program", "busybox", "sha256sum", "/program", NULL);
		_exit(1);
	}
	wait_for(pid);
	mark(MCALL_REGION_END);
	dup2(console, 1);
}

/* Page faults of ours and of our dead children, less those that the kernel answers at once. It
 * shall not meet one itself where it writes the answer: that would not be a service of its own. */
static long faults_so_far(void)
{
	static struct rusage self, children;

	*(volatile long *)&self.ru_minflt = 0;
	*(volatile long *)&children.ru_minflt = 0;
	syscall(SYS_getrusage, RUSAGE_SELF, &self);
	syscall(SYS_getrusage, RUSAGE_CHILDREN, &children);
	return self.ru_minflt + self.ru_majflt + children.ru_minflt + children.ru_majflt;
}

int main(int argc, char **argv)
{
	static char page[PAGE] = {1};
	const char *what = getenv("work"), *times = getenv("scale");
	int zero, null, file, scale = times ? atoi(times) : 1;
	int calls = what && !strcmp(what, "calls"), program = what && !strcmp(what, "program");
	long faults;

	if (argc == 2 && !strcmp(argv[1], "again")) /* a child of ours */
		_exit(0);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	zero = open("/dev/console", O_RDWR);
	dup2(zero, 0);
	dup2(zero, 1);
	dup2(zero, 2);
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	file = open("/file", O_RDWR | O_CREAT, 0600);
	need(zero >= 0 && null >= 0 && file >= 0, "open");
	for (int i = 0; i < FILE_PAGES * scale; i++)
		need(write(file, page, PAGE) == PAGE, "write");
	faults_so_far(); /* its page is there from now on */
	faults = -faults_so_far();
	if (program) {
		make_program(null);
	} else {
		mark(MCALL_REGION_BEGIN);
		if (calls)
			make_calls(zero, null);
		else
			make_faults(scale, file);
		faults += faults_so_far();
		mark(MCALL_REGION_END);
	}
	if (calls)
		printf("==getppid %d\n==read %d\n==write %d\n==execve %d\n==clone %d\n==wait4 %d\n"
		       "==exit_group %d\n==pipe2 2\n==clock_nanosleep %d\n==getrusage 2\n",
		       GETPPIDS, READS + 2 * ROUNDS, WRITES + 2 * ROUNDS, EXECS, EXECS + 1,
		       EXECS + 1, EXECS + 1, SLEEPS);
	else if (!program)
		printf("==DEMAND_ZERO %d\n==copy-on-write %d\n==QUICK_FAULT %d\n==faults %ld\n",
		       (NEW_PAGES + COPIED_PAGES) * scale, COPIED_PAGES * scale, FILE_PAGES * scale,
		       faults);
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
