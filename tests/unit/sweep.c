/* SPDX-License-Identifier: MIT */
/* The sweep engine with made-up points: order, threads, failures, kills, journals, locks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/output.h"
#include "sim/base/progress.h"
#include "sim/sweep.h"
#include "sim/sweep_journal.h"

#define TASKS 12

static const struct counter_row machine[] = {{"time_cycles", "cycles", "time"}, COUNTER_END};
static const struct counter_row processor[] = {{"user_cycles", "cycles", "user"}, COUNTER_END};
static const struct counter_row node[] = {{"wait_cycles", "cycles", "wait"}, COUNTER_END};
static const struct result_schema schema = {machine, processor, node, NULL};

struct fixture {
	char folder[64], result[128], reference[128], journal[140];
	char names[TASKS][2][40];
	struct sweep_task tasks[TASKS];
	struct sweep_config config;
	json_t *provenance;
	/* what happened, and what shall happen */
	pthread_mutex_t lock;
	unsigned runs, failures, notes, delay_us;
	int failing; /* this task, -1: none */
	char last_failed[1400], last_note[256];
};

static json_t *run(void *context, size_t task, void (*progress)(void *, uint64_t),
		   void *progress_context, struct error *err)
{
	struct fixture *f = context;
	json_t *users = json_array();

	pthread_mutex_lock(&f->lock);
	f->runs++;
	pthread_mutex_unlock(&f->lock);
	usleep(f->delay_us);
	progress(progress_context, f->tasks[task].references / 2);
	if ((int)task == f->failing) {
		json_decref(users);
		error_set(err, "chunk 3 is damaged");
		return NULL;
	}
	for (size_t i = 0; i <= task % 3; i++)
		json_array_append_new(users, json_integer((json_int_t)(1000 * task + i)));
	return json_pack("{s:s, s:s, s:{s:s, s:i, s:f}, s:{s:i}, s:{s:o}, s:{s:[i]}}", "key",
			 f->tasks[task].key, "label", "replaced by the task's", "config", "system",
			 task % 2 ? "disco" : "native", "policy.trigger", (int)task, "share",
			 0.1 * (double)task, "machine", "time_cycles", (int)task, "processor",
			 "user_cycles", users, "node", "wait_cycles", 1);
}

static void failed(void *context, size_t task, const struct error *err)
{
	struct fixture *f = context;

	f->failures++;
	snprintf(f->last_failed, sizeof(f->last_failed), "%s: %s", f->tasks[task].label, err->text);
}

static void note(void *context, const char *text)
{
	struct fixture *f = context;

	f->notes++;
	snprintf(f->last_note, sizeof(f->last_note), "%s", text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/discosim-sweep-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->result, sizeof(f->result), "%s/a.h5", f->folder);
	snprintf(f->reference, sizeof(f->reference), "%s/reference.h5", f->folder);
	snprintf(f->journal, sizeof(f->journal), "%s.journal", f->result);
	f->provenance = json_pack("{s:s}", "program", "test");
	f->failing = -1;
	pthread_mutex_init(&f->lock, NULL);
	for (size_t i = 0; i < TASKS; i++) {
		snprintf(f->names[i][0], 40, "%032zx", i * i + 7);
		snprintf(f->names[i][1], 40, "point %zu", i);
		f->tasks[i] = (struct sweep_task){.key = f->names[i][0],
						  .label = f->names[i][1],
						  .configuration = i % 2 ? "odd" : "even",
						  .references = 100 + 10 * (i % 5)};
	}
	f->config = (struct sweep_config){.result = f->result,
					  .schema = &schema,
					  .provenance = f->provenance,
					  .tasks = f->tasks,
					  .count = TASKS,
					  .threads = 1,
					  .quiet = true,
					  .run = run,
					  .failed = failed,
					  .note = note,
					  .context = f};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	json_decref(f->provenance);
	snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static bool same_files(const char *a, const char *b)
{
	struct error err;
	size_t na = 0, nb = 0;
	char *x = read_whole_file(a, &na, &err), *y = read_whole_file(b, &nb, &err);
	bool same = x && y && na == nb && !memcmp(x, y, na);

	free(x);
	free(y);
	return same;
}

static void sweep(struct fixture *f)
{
	struct error err = {.text = ""};

	if (sweep_run(&f->config, &err))
		fail_msg("%s", err.text);
}

/* The file that all ways must lead to. */
static void make_reference(struct fixture *f)
{
	f->config.result = f->reference;
	sweep(f);
	f->config.result = f->result;
	f->runs = f->notes = 0;
}

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
	struct fixture *f = *state;

	make_reference(f);
	for (unsigned threads = 2; threads <= 16; threads *= 2) {
		f->config.threads = threads;
		f->delay_us = 500;
		f->runs = 0;
		sweep(f);
		assert_int_equal(f->runs, TASKS);
		assert_true(same_files(f->result, f->reference));
		assert_int_equal(access(f->journal, F_OK), -1);
		unlink(f->result);
	}
}

static void a_finished_sweep_runs_nothing_again(void **state)
{
	struct fixture *f = *state;

	make_reference(f);
	sweep(f);
	f->runs = 0;
	sweep(f);
	assert_int_equal(f->runs, 0);
	assert_string_equal(f->last_note, "12 points finished before");
	assert_true(same_files(f->result, f->reference));
}

static void a_failed_point_is_reported_and_the_others_are_kept(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};

	make_reference(f);
	f->failing = 5;
	f->config.threads = 3;
	assert_int_equal(sweep_run(&f->config, &err), -1);
	assert_string_equal(f->last_failed, "point 5: chunk 3 is damaged");
	assert_int_equal(f->failures, 1);
	assert_non_null(strstr(err.text, "1 of 12 points failed"));
	assert_non_null(strstr(err.text, "holds the other 11"));
	f->failing = -1;
	f->runs = 0;
	sweep(f);
	assert_int_equal(f->runs, 1);
	assert_true(same_files(f->result, f->reference));
}

static void kills_at_any_moment_lose_only_points_in_flight(void **state)
{
	struct fixture *f = *state;
	unsigned kills = 0, seed = 1;

	make_reference(f);
	f->delay_us = 3000;
	f->config.threads = 2;
	for (int round = 0; round < 200; round++) {
		int status;
		pid_t child = fork();

		if (!child)
			_exit(sweep_run(&f->config, &(struct error){.text = ""}) ? 1 : 0);
		usleep(rand_r(&seed) % 12000);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			break;
		}
		kills++;
	}
	sweep(f);
	assert_true(kills >= 1);
	assert_true(same_files(f->result, f->reference));
	assert_int_equal(access(f->journal, F_OK), -1);
}

static void no_progress(void *context, uint64_t done)
{
	(void)context;
	(void)done;
}

/* Fills the journal with the first points, as an interrupted sweep leaves it. */
static void leave_journal(struct fixture *f, size_t points)
{
	struct sweep_journal j;
	struct error err;

	assert_int_equal(sweep_journal_open(&j, f->result, &err), 0);
	for (size_t i = 0; i < points; i++) {
		struct error e;
		json_t *p = run(f, i, no_progress, NULL, &e);

		assert_int_equal(sweep_journal_add(&j, p, &e), 0);
		json_decref(p);
	}
	sweep_journal_close(&j, false);
	f->runs = 0;
}

static void put_bytes(const char *path, const char *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, data, n), n);
	close(fd);
}

static void a_journal_cut_anywhere_loses_at_most_the_last_point(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t n;
	char *data;

	make_reference(f);
	leave_journal(f, 3);
	data = read_whole_file(f->journal, &n, &err);
	for (size_t cut = 0; cut <= n; cut += 1 + n / 60) {
		size_t lines = 0;

		for (size_t i = 0; i < cut; i++)
			lines += data[i] == '\n';
		put_bytes(f->journal, data, cut);
		f->runs = 0;
		sweep(f);
		assert_int_equal(f->runs, TASKS - (lines ? lines - 1 : 0));
		assert_true(same_files(f->result, f->reference));
		unlink(f->result);
	}
	free(data);
}

static void a_damaged_line_is_left_out_with_a_note(void **state)
{
	struct fixture *f = *state;
	struct error err;
	size_t n;
	char *data, *line;

	make_reference(f);
	leave_journal(f, 3);
	data = read_whole_file(f->journal, &n, &err);
	line = strchr(data, '\n') + 1;
	line[40] ^= 1;
	put_bytes(f->journal, data, n);
	free(data);
	f->notes = 0;
	sweep(f);
	assert_int_equal(f->notes, 2);
	assert_int_equal(f->runs, TASKS - 2);
	assert_true(same_files(f->result, f->reference));
}

static void a_file_that_is_no_journal_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};

	put_bytes(f->journal, "dear diary, today I simulated a whole machine\n", 46);
	assert_int_equal(sweep_run(&f->config, &err), -1);
	assert_non_null(strstr(err.text, "is not the journal of a sweep"));
	assert_int_equal(access(f->journal, F_OK), 0);
	assert_int_equal(f->runs, 0);
}

static void a_damaged_result_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};

	put_bytes(f->result, "precious", 8);
	assert_int_equal(sweep_run(&f->config, &err), -1);
	assert_non_null(strstr(err.text, "cannot resume"));
	assert_non_null(strstr(err.text, "not a result"));
	assert_int_equal(f->runs, 0);
}

static void points_of_another_sweep_are_dropped_only_when_told(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};

	sweep(f);
	f->config.count = TASKS - 2;
	make_reference(f);
	assert_int_equal(sweep_run(&f->config, &err), -1);
	assert_non_null(strstr(err.text, "holds 2 finished points"));
	assert_non_null(strstr(err.text, "--replace"));
	assert_false(same_files(f->result, f->reference));
	f->config.replace = true;
	sweep(f);
	assert_int_equal(f->runs, 0);
	assert_true(same_files(f->result, f->reference));
}

static void a_second_sweep_on_the_same_result_is_refused(void **state)
{
	struct fixture *f = *state;
	struct error err = {.text = ""};
	struct sweep_journal j;
	int status;
	pid_t child;

	assert_int_equal(sweep_journal_open(&j, f->result, &err), 0);
	child = fork();
	if (!child) {
		struct error e = {.text = ""};

		_exit(sweep_run(&f->config, &e) == -1 && strstr(e.text, "another sweep") ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	sweep_journal_close(&j, false);
	assert_int_equal(access(f->journal, F_OK), -1); /* new and empty: removed */
}

static void a_full_disk_stops_with_the_finished_points_kept(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	make_reference(f);
	child = fork();
	if (!child) {
		struct rlimit limit = {1500, 1500};
		struct error e = {.text = ""};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(sweep_run(&f->config, &e) == -1 && strstr(e.text, "too large") &&
				      strstr(e.text, ".journal") && f->runs < TASKS
			      ? (int)f->runs
			      : 99);
	}
	waitpid(child, &status, 0);
	assert_in_range(WEXITSTATUS(status), 2, TASKS - 1);
	sweep(f);
	/* all but the one whose line did not fit, and those never begun */
	assert_int_equal(f->runs, TASKS - (WEXITSTATUS(status) - 1));
	assert_true(same_files(f->result, f->reference));
}

static void an_interrupt_keeps_what_is_finished(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	make_reference(f);
	child = fork();
	if (!child) {
		struct error e = {.text = ""};

		interrupt_install();
		f->delay_us = 20000;
		_exit(sweep_run(&f->config, &e) == -1 && strstr(e.text, "interrupted") &&
				      !f->failures
			      ? 0
			      : 1);
	}
	usleep(70000);
	kill(child, SIGINT);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(access(f->journal, F_OK), 0);
	assert_int_equal(access(f->result, F_OK), -1);
	sweep(f);
	assert_true(f->runs < TASKS);
	assert_true(same_files(f->result, f->reference));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(any_number_of_threads_gives_the_same_bytes),
		T(a_finished_sweep_runs_nothing_again),
		T(a_failed_point_is_reported_and_the_others_are_kept),
		T(kills_at_any_moment_lose_only_points_in_flight),
		T(a_journal_cut_anywhere_loses_at_most_the_last_point),
		T(a_damaged_line_is_left_out_with_a_note),
		T(a_file_that_is_no_journal_is_left_alone),
		T(a_damaged_result_is_not_overwritten),
		T(points_of_another_sweep_are_dropped_only_when_told),
		T(a_second_sweep_on_the_same_result_is_refused),
		T(a_full_disk_stops_with_the_finished_points_kept),
		T(an_interrupt_keeps_what_is_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
