/* SPDX-License-Identifier: MIT */
#include "sim/base/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The one piece of state that has to be global: a signal handler can reach nothing else. Threads
 * look at it, so it is a (lock-free) atomic. */
static atomic_int stop_requested;

double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_signal(int number)
{
	int saved = errno;

	if (atomic_exchange(&stop_requested, 1)) {
		signal(number, SIG_DFL);
		raise(number);
	}
	errno = saved;
}

void interrupt_install(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool interrupted(void)
{
	return atomic_load_explicit(&stop_requested, memory_order_relaxed) != 0;
}

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total,
		    bool quiet)
{
	memset(p, 0, sizeof(*p));
	p->what = what;
	p->unit = unit;
	p->total = total;
	p->quiet = quiet;
	p->terminal = isatty(STDERR_FILENO);
	p->started = p->last = seconds_now();
}

static void human(double x, char text[16])
{
	static const char suffix[] = " kMGT";
	int i = 0;

	for (; x >= 1000 && i < 4; i++)
		x /= 1000;
	snprintf(text, 16, i ? "%.1f%c" : "%.0f", x, suffix[i]);
}

static void print(struct progress *p, uint64_t done, double now)
{
	double elapsed = now - p->started, rate = elapsed > 0 ? (double)done / elapsed : 0;
	char bar[21], count[16], speed[16], left[32] = "";

	human((double)done, count);
	human(rate, speed);
	if (p->total) {
		double share = (double)done / (double)p->total;
		int filled = share >= 1 ? 20 : (int)(share * 20);

		memset(bar, '.', 20);
		memset(bar, '#', (size_t)filled);
		bar[20] = '\0';
		if (rate > 0 && done < p->total)
			snprintf(left, sizeof(left), ", %.0f s left",
				 (double)(p->total - done) / rate);
		fprintf(stderr, "%s%s [%s] %3.0f%% %s %s, %s/s%s%s", p->terminal ? "\r" : "",
			p->what, bar, 100 * share, count, p->unit, speed, left,
			p->terminal ? "\033[K" : "\n");
	} else {
		fprintf(stderr, "%s%s: %s %s, %s/s%s", p->terminal ? "\r" : "", p->what, count,
			p->unit, speed, p->terminal ? "\033[K" : "\n");
	}
	p->shown = true;
	p->last = now;
}

void progress_update(struct progress *p, uint64_t done)
{
	double now;

	if (p->quiet)
		return;
	now = seconds_now();
	if (now - p->last >= (p->terminal ? 0.25 : 5.0))
		print(p, done, now);
}

void progress_end(struct progress *p, uint64_t done)
{
	if (!p->quiet && p->shown) {
		print(p, done, seconds_now());
		if (p->terminal)
			fputc('\n', stderr);
	}
}

void progress_abandon(struct progress *p)
{
	if (!p->quiet && p->shown && p->terminal)
		fputc('\n', stderr);
}
