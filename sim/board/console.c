/* SPDX-License-Identifier: MIT */
/*
 * See console.h. Output is collected and written at every end of a line, before an input that may
 * wait, and whenever the board flushes; a failed write is kept for console_check, and what follows
 * it goes nowhere. A signal that kills the process restores the terminal first: its handler needs
 * the terminal's state, which is why there is one variable that is not on the heap.
 */
#include "sim/board/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sim/base/progress.h"

#define ESCAPE	('A' & 31)
#define ROOM	4096
#define SIGNALS 6

struct console {
	int input, output;
	bool terminal, ended, escaped, left;
	bool within_line; /* the last byte that was written ended none */
	int input_errno, output_errno;
	uint8_t in[ROOM], out[ROOM];
	size_t in_from, in_to, out_used;
	struct sigaction old[SIGNALS];
};

static const int deadly[SIGNALS] = {SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};

/* What the signal handler restores; one console at a time is a terminal's. */
static struct {
	volatile sig_atomic_t set;
	int fd;
	struct termios termios;
} cooked;

static void restore(void)
{
	if (!cooked.set)
		return;
	cooked.set = 0;
	tcsetattr(cooked.fd, TCSADRAIN, &cooked.termios);
}

static void on_deadly(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void make_raw(struct console *c)
{
	struct sigaction action = {.sa_handler = on_deadly};
	struct termios raw;

	if (cooked.set || tcgetattr(c->input, &cooked.termios))
		return;
	cooked.fd = c->input;
	raw = cooked.termios;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	cooked.set = 1;
	c->terminal = true;
	sigemptyset(&action.sa_mask);
	for (unsigned i = 0; i < SIGNALS; i++)
		sigaction(deadly[i], &action, &c->old[i]);
	tcsetattr(c->input, TCSADRAIN, &raw);
}

struct console *console_new(int input, int output)
{
	struct console *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->input = input;
	c->output = output;
	if (isatty(input))
		make_raw(c);
	return c;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	if (c->terminal && c->within_line && isatty(c->output))
		console_output(c, '\n'); /* what the terminal shows next is not the guest's */
	console_flush(c);
	if (c->terminal) {
		restore();
		for (unsigned i = 0; i < SIGNALS; i++)
			sigaction(deadly[i], &c->old[i], NULL);
	}
	free(c);
}

void console_flush(struct console *c)
{
	size_t done = 0;

	while (done < c->out_used && !c->output_errno) {
		ssize_t n = write(c->output, c->out + done, c->out_used - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			poll(&(struct pollfd){.fd = c->output, .events = POLLOUT}, 1, -1);
		else if (errno != EINTR)
			c->output_errno = errno;
		if (n < 0 && interrupted())
			break;
	}
	c->out_used = 0;
}

void console_output(struct console *c, uint8_t byte)
{
	c->out[c->out_used++] = byte;
	c->within_line = byte != '\n';
	if (byte == '\n' || c->out_used == ROOM)
		console_flush(c);
}

static bool readable(const struct console *c, int milliseconds)
{
	struct pollfd p = {.fd = c->input, .events = POLLIN};

	return poll(&p, 1, milliseconds) > 0;
}

/* Reads some; false when there is nothing to be had now. */
static bool fill(struct console *c)
{
	ssize_t n;

	if (c->ended)
		return false;
	console_flush(c);
	/* A quarter of a second at a time, to see whether the user wants to stop. */
	while (!readable(c, c->terminal ? 0 : 250))
		if (c->terminal || interrupted())
			return false;
	n = read(c->input, c->in, ROOM);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n < 0)
		c->input_errno = errno;
	c->ended = n <= 0;
	c->in_from = 0;
	c->in_to = n > 0 ? (size_t)n : 0;
	return n > 0;
}

bool console_ready(struct console *c)
{
	return c->in_from < c->in_to || fill(c);
}

int console_input(struct console *c)
{
	while (c->in_from < c->in_to || fill(c)) {
		uint8_t byte = c->in[c->in_from++];

		if (!c->terminal)
			return byte;
		if (c->escaped) {
			c->escaped = false;
			if (byte == 'x' || byte == 'X')
				c->left = true;
			else if (byte == ESCAPE)
				return byte;
		} else if (byte == ESCAPE) {
			c->escaped = true;
		} else {
			return byte;
		}
	}
	return c->ended ? CONSOLE_END : CONSOLE_NONE;
}

bool console_interactive(const struct console *c)
{
	return c->terminal && !c->ended;
}

bool console_wait(struct console *c, uint64_t microseconds)
{
	struct timespec t = {(time_t)(microseconds / 1000000),
			     (long)(microseconds % 1000000) * 1000};
	struct pollfd p = {.fd = c->input, .events = POLLIN};

	console_flush(c);
	return c->in_from < c->in_to || ppoll(&p, 1, &t, NULL) > 0;
}

uint64_t console_now(void)
{
	return (uint64_t)(seconds_now() * 1e6);
}

bool console_left(const struct console *c)
{
	return c->left;
}

int console_check(const struct console *c, struct error *err)
{
	if (c->output_errno)
		return error_set(err, "the guest's console: cannot write: %s",
				 strerror(c->output_errno));
	if (c->input_errno)
		return error_set(err, "the guest's console: cannot read: %s",
				 strerror(c->input_errno));
	return 0;
}
