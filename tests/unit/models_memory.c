/* SPDX-License-Identifier: MIT */
/*
 * models/memory.h: hand-computed queues, conservation, and Poisson arrivals against the
 * Pollaczek-Khinchine formula: with one server of constant service time s and utilisation rho, the
 * mean wait is W = rho s / (2 (1 - rho)) (Kleinrock, Queueing Systems I, section 5.6).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/memory.h"
#include "sim/base/rng.h"

static void hand_computed_waits(void **state)
{
	static const struct {
		uint64_t arrive, service, wait;
	} steps[] = {
		{100, 20, 0},  /* idle: served 100..120 */
		{119, 20, 1},  /* one early: 120..140 */
		{140, 20, 0},  /* on time: 140..160 */
		{140, 20, 20}, /* together with the one before: 160..180 */
		{140, 5, 40},  /* 180..185 */
		{141, 20, 44}, /* 185..205 */
		{300, 20, 0},  /* idle again: 300..320 */
		{300, 0, 20},  /* a request that needs nothing still waits its turn */
		{321, 1, 0},   /* 321..322 */
		{321, 1, 1},
	};
	struct memory_queue q = {0};
	uint64_t busy = 0, wait = 0, n = sizeof(steps) / sizeof(*steps);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint64_t got = memory_request(&q, steps[i].arrive, steps[i].service);

		if (got != steps[i].wait)
			fail_msg("step %zu waits %llu, wanted %llu", i, (unsigned long long)got,
				 (unsigned long long)steps[i].wait);
		busy += steps[i].service;
		wait += got;
	}
	assert_int_equal(q.counters.requests, n);
	assert_int_equal(q.counters.busy_cycles, busy);
	assert_int_equal(q.counters.wait_cycles, wait);
}

static void requests_further_apart_than_the_service_never_wait(void **state)
{
	struct memory_queue q = {0};

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(memory_request(&q, 50 * i, 50), 0);
}

static void a_batch_of_n_waits_the_sum_of_an_arithmetic_series(void **state)
{
	struct memory_queue q = {0};

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(memory_request(&q, 7, 12), 12 * i);
	assert_int_equal(q.counters.wait_cycles, 12 * 100 * 99 / 2);
	assert_int_equal(q.counters.busy_cycles, 1200);
}

static void an_overloaded_server_is_always_busy(void **state)
{
	struct memory_queue q = {0};

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(memory_request(&q, 5 * i, 10), 5 * i);
	assert_int_equal(q.free_at, q.counters.busy_cycles);
}

/* Mean wait of n Poisson arrivals; also checks conservation at every request: the server is never
 * idle while one waits, so what it has worked plus its idle time is the time at which it is free.
 */
static double mean_wait(double rho, uint64_t service, uint64_t n, uint64_t seed)
{
	struct memory_queue q = {0};
	struct rng rng = {seed};
	double now = 0;
	uint64_t idle = 0;

	for (uint64_t i = 0; i < n; i++) {
		double uniform = ((double)(rng_next(&rng) >> 11) + 0.5) / 9007199254740992.0;

		now -= log(uniform) * (double)service / rho;
		if ((uint64_t)now > q.free_at)
			idle += (uint64_t)now - q.free_at;
		memory_request(&q, (uint64_t)now, service);
		if (q.free_at != idle + q.counters.busy_cycles)
			fail_msg("request %llu: work was lost", (unsigned long long)i);
	}
	assert_int_equal(q.counters.requests, n);
	assert_int_equal(q.counters.busy_cycles, n * service);
	return (double)q.counters.wait_cycles / (double)n;
}

static void poisson_arrivals_wait_as_pollaczek_and_khinchine_say(void **state)
{
	(void)state;
	for (int tenths = 3; tenths <= 9; tenths++) {
		/* The times are whole cycles: a service of 10,000 makes that error negligible. */
		double rho = tenths / 10.0, service = 10000, runs = 20, sum = 0, squares = 0, mean,
		       deviation, expected = rho * service / (2 * (1 - rho));

		for (int run = 0; run < (int)runs; run++) {
			double w = mean_wait(rho, (uint64_t)service, 100000,
					     (uint64_t)(tenths * 1000 + run));

			sum += w;
			squares += w * w;
		}
		mean = sum / runs;
		deviation = sqrt((squares / runs - mean * mean) / (runs - 1));
		/* Within four standard errors of independent runs, which must be small themselves.
		 */
		if (fabs(mean - expected) > 4 * deviation || deviation > 0.02 * expected)
			fail_msg("rho %.1f: waits %.1f +- %.1f cycles, expected %.1f", rho, mean,
				 deviation, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hand_computed_waits),
		cmocka_unit_test(requests_further_apart_than_the_service_never_wait),
		cmocka_unit_test(a_batch_of_n_waits_the_sum_of_an_arithmetic_series),
		cmocka_unit_test(an_overloaded_server_is_always_busy),
		cmocka_unit_test(poisson_arrivals_wait_as_pollaczek_and_khinchine_say),
	};

	return cmocka_run_group_tests_name("models/memory", tests, NULL, NULL);
}
