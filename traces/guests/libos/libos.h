/* SPDX-License-Identifier: MIT */
/*
 * What a guest program may use. A program is one C file with main(); it starts on processor 0, the
 * other processors wait for parallel(). Everything here runs in user mode, in mapped addresses.
 */
#ifndef LIBOS_H
#define LIBOS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "traces/guests/libos/monitor.h"
#include "traces/guests/libos/string.h"

#define LINE_BYTES     128 /* of the largest cache line that objects are kept apart for */
#define OWN_LINE       __attribute__((aligned(LINE_BYTES)))
#define PAGE_BYTES     4096
#define MAX_PROCESSORS 64

int main(int argc, char **argv);
__attribute__((noreturn)) void exit(int status);
/* Prints the message and a newline to standard error, and exits with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* Threads (thread.c). One thread per processor; its number is the processor's. */
unsigned processor_count(void);
unsigned thread_self(void);
/* Runs body(number, argument) on processors 0..threads-1, 0 being the caller, which must be
 * processor 0; returns when all have finished. */
void parallel(unsigned threads, void (*body)(unsigned number, void *argument), void *argument);

/* lock_acquire, lock_release, event_set, event_wait, atomic_add are in monitor.h. Objects start
 * as zeroed memory; a barrier needs barrier_init. */
struct barrier {
	volatile uint32_t arrived, generation;
	uint32_t participants;
} OWN_LINE;
void barrier_init(struct barrier *, unsigned participants);
void barrier_wait(struct barrier *);

/* The region of interest, once per run: called by all `threads` of a parallel(). See region.c for
 * what a recording of the region contains. */
void region_begin(unsigned threads);
void region_end(unsigned threads);
static inline void phase_mark(unsigned phase)
{
	monitor_call(MCALL_PHASE, phase, 0);
}

/* Heap (heap.c): thread-safe. NULL when the address space is used up. alignment: power of two. */
void *malloc(size_t bytes);
void *calloc(size_t n, size_t bytes);
void *aligned_alloc(size_t alignment, size_t bytes);
void free(void *);
/* The same with a message and exit 1 instead of NULL. */
void *need(size_t alignment, size_t bytes);

/* Output (print.c): %d %i %u %x %c %s %p %f %e %g %%, with flags - 0 +, width, precision, * and l,
 * ll, z. */
__attribute__((format(printf, 1, 2))) int printf(const char *format, ...);
__attribute__((format(printf, 2, 3))) int fprintf(int file, const char *format, ...);
__attribute__((format(printf, 3, 4))) int snprintf(char *to, size_t n, const char *format, ...);
int vfprintf(int file, const char *format, va_list);
int vsnprintf(char *to, size_t n, const char *format, va_list);

/* Files of the host (file.c). Negative on failure. */
enum { FILE_READ = 0, FILE_WRITE = 1 | 0x200 | 0x400 /* create, truncate */ };
enum { STANDARD_OUTPUT = 1, STANDARD_ERROR = 2 };
int file_open(const char *path, int mode);
int file_close(int file);
int file_read(int file, void *buffer, size_t bytes);
int file_write(int file, const void *buffer, size_t bytes);
/* A whole file as a string; dies with a message when it cannot be read. Caller frees. */
char *file_slurp(const char *path, size_t *bytes);
/* The same for writing. */
void file_spill(const char *path, const void *from, size_t bytes);

/* Command line (options.c). */
struct option {
	char letter; /* 0 ends the table */
	unsigned *value;
	unsigned min, max;
};
/* Reads `-x NUMBER` options and exactly `words` other arguments, whose places in argv it stores.
 * On anything else prints "usage: " usage and exits with 2. */
void options(int argc, char **argv, const struct option *, const char **words, unsigned n_words,
	     const char *usage);
/* Reads a number; *end as strtod has it. */
double number(const char *text, const char **end);

/* A running checksum (FNV-1a) of bytes; start with CHECKSUM_START. */
#define CHECKSUM_START 2166136261u
uint32_t checksum(uint32_t sum, const void *bytes, size_t n);

#endif
