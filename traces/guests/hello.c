/* SPDX-License-Identifier: MIT */
/* The smallest guest: every processor says hello, one after the other. */
#include "traces/guests/libos/libos.h"

static struct lock console;
static volatile uint32_t turn;

static void greet(unsigned self, void *unused)
{
	(void)unused;
	event_wait(&turn, self);
	lock_acquire(&console);
	printf("hello from processor %u\n", self);
	lock_release(&console);
	monitor_sync(MCALL_SYNC_SIGNAL, &turn, MCALL_EVENT, 0);
	turn = self + 1;
}

int main(int argc, char **argv)
{
	printf("%d argument%s:", argc - 1, argc == 2 ? "" : "s");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	parallel(processor_count(), greet, NULL);
	return 0;
}
