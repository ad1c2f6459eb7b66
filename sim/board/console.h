/* SPDX-License-Identifier: MIT */
/*
 * The host's side of a guest's serial console. A terminal on the input is put into raw mode while
 * the console lives, whatever ends the process: keys go to the guest as they are typed, Ctrl-A x
 * switches the machine off, Ctrl-A Ctrl-A is a Ctrl-A. From anything else bytes are read when the
 * guest's UART has room for one, waiting for as long as it takes, so that a run does not depend on
 * when they come.
 */
#ifndef SIM_BOARD_CONSOLE_H
#define SIM_BOARD_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/error.h"

struct console;

enum { CONSOLE_NONE = -1, CONSOLE_END = -2 };

/* Descriptors, not owned. Never NULL. */
struct console *console_new(int input, int output);
void console_free(struct console *);

/* The next byte; CONSOLE_NONE: nobody has typed one (terminals only); CONSOLE_END: there will be no
 * more. */
int console_input(struct console *);
/* Whether there is a byte now; waits for one as console_input does. */
bool console_ready(struct console *);
void console_output(struct console *, uint8_t byte);
/* Writes what has been put out. */
void console_flush(struct console *);

/* Somebody may be typing: idle time takes as long as it says. */
bool console_interactive(const struct console *);
/* Waits for a key, for so many microseconds at most. Returns whether there is one. */
bool console_wait(struct console *, uint64_t microseconds);
/* The host's clock, in microseconds. */
uint64_t console_now(void);
/* Ctrl-A x was typed. */
bool console_left(const struct console *);
/* -1 with the error set when output or input has failed. */
int console_check(const struct console *, struct error *);

#endif
