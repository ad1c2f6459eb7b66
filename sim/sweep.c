/* SPDX-License-Identifier: MIT */
/*
 * Threads take tasks from one list, the longest first; a finished point goes to the journal (and
 * to disk) before the next one starts. What a point is never depends on who ran it or when, and the
 * result is written whole, in the order of the tasks: the same bytes whatever the number of threads
 * or interruptions.
 */
#include "sim/sweep.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/progress.h"
#include "sim/sweep_journal.h"

struct sweep {
	const struct sweep_config *config;
	struct sweep_journal journal;
	json_t **points; /* [count] finished ones, owned */
	size_t *order;	 /* tasks to run, longest first */
	size_t todo;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ended;
	size_t next, failures;
	unsigned running; /* threads */
	bool stop, written;
	struct error broken; /* the journal cannot be written */
	_Atomic uint64_t references;
};

/* One running point's share of the progress. */
struct share {
	struct sweep *sweep;
	uint64_t last;
};

static void on_progress(void *context, uint64_t done)
{
	struct share *share = context;

	atomic_fetch_add_explicit(&share->sweep->references, done - share->last,
				  memory_order_relaxed);
	share->last = done;
}

/* A point under the names that the specification gives it now. */
static void name_point(json_t *point, const struct sweep_task *task)
{
	json_t *config = json_object_get(point, "config");

	json_object_set_new(point, "label", json_string(task->label));
	if (task->configuration)
		json_object_set_new(config, "configuration", json_string(task->configuration));
}

/* Keeps a finished point or reports a failed one. Called with the lock held. */
static void finish(struct sweep *s, size_t task, json_t *point, const struct error *err)
{
	struct error keep = {.text = ""};

	if (point) {
		name_point(point, &s->config->tasks[task]);
		if (sweep_journal_add(&s->journal, point, &keep)) {
			s->broken = keep;
			s->stop = true;
			json_decref(point); /* not kept: the next sweep runs it again */
			return;
		}
		s->points[task] = point;
	} else if (!interrupted()) {
		s->failures++;
		s->config->failed(s->config->context, task, err);
	}
}

static void *work(void *context)
{
	struct sweep *s = context;

	pthread_mutex_lock(&s->lock);
	while (!s->stop && !interrupted() && s->next < s->todo) {
		size_t task = s->order[s->next++];
		struct share share = {s, 0};
		struct error err = {.text = ""};
		json_t *point;

		pthread_mutex_unlock(&s->lock);
		point = s->config->run(s->config->context, task, on_progress, &share, &err);
		on_progress(&share, s->config->tasks[task].references);
		pthread_mutex_lock(&s->lock);
		finish(s, task, point, &err);
	}
	s->running--;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static int longest_first(const void *a, const void *b, void *context)
{
	const struct sweep_task *tasks = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (tasks[x].references != tasks[y].references)
		return tasks[x].references < tasks[y].references ? 1 : -1;
	return x < y ? -1 : x > y;
}

/* Starts the threads and shows progress until the last has ended. */
static int run_all(struct sweep *s, struct error *err)
{
	unsigned threads = s->config->threads, started = 0;
	pthread_t id[threads];
	struct progress progress;
	uint64_t total = 0;

	if (s->todo < threads)
		threads = (unsigned)s->todo;
	for (size_t i = 0; i < s->todo; i++)
		total += s->config->tasks[s->order[i]].references;
	qsort_r(s->order, s->todo, sizeof(*s->order), longest_first, (void *)s->config->tasks);
	progress_begin(&progress, "sweep", "references", total, s->config->quiet);
	pthread_mutex_lock(&s->lock);
	while (started < threads && !pthread_create(&id[started], NULL, work, s))
		started++;
	s->running = started;
	while (s->running) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 100 * 1000 * 1000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&s->ended, &s->lock, &until);
		pthread_mutex_unlock(&s->lock);
		progress_update(&progress, atomic_load(&s->references));
		pthread_mutex_lock(&s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; i < started; i++)
		pthread_join(id[i], NULL);
	progress_end(&progress, atomic_load(&s->references));
	if (threads && !started)
		return error_set(err, "cannot start a thread: %s", strerror(errno));
	return 0;
}

static void note(const struct sweep *s, const char *fmt, size_t n)
{
	char text[256];

	if (!s->config->note || !n)
		return;
	snprintf(text, sizeof(text), fmt, n, n == 1 ? "" : "s");
	s->config->note(s->config->context, text);
}

/* Takes the points that are tasks out of what was found; counts the others. */
static size_t adopt(struct sweep *s, json_t *found)
{
	size_t strangers = json_object_size(found);

	for (size_t i = 0; i < s->config->count; i++) {
		json_t *point = json_object_get(found, s->config->tasks[i].key);

		if (!point)
			continue;
		strangers--;
		if (s->points[i])
			continue;
		s->points[i] = json_incref(point);
		name_point(point, &s->config->tasks[i]);
	}
	return strangers;
}

/* What the result file and the journal have already. */
static int resume(struct sweep *s, struct error *err)
{
	const struct sweep_config *config = s->config;
	json_t *found = json_object(), *result = NULL, *point;
	size_t i, strangers, done = 0;

	if (!access(config->result, F_OK)) {
		result = result_read(config->result, err);
		if (!result) {
			json_decref(found);
			return error_prefix(err, "cannot resume; remove it or name another result");
		}
	}
	json_array_foreach(json_object_get(result, "points"), i, point)
		json_object_set(found, json_string_value(json_object_get(point, "key")), point);
	json_object_update(found, s->journal.points);
	strangers = adopt(s, found);
	json_decref(result);
	json_decref(found);
	if (strangers && !config->replace)
		return error_set(err,
				 "%s: holds %zu finished point%s that this sweep does not name "
				 "(made by another specification, trace or version); name another "
				 "result, or drop them with --replace",
				 config->result, strangers, strangers == 1 ? "" : "s");
	note(s, "%zu point%s of another sweep dropped", strangers);
	note(s, "%zu damaged line%s of the journal left out", s->journal.damaged);
	for (i = 0; i < config->count; i++) {
		if (s->points[i])
			done++;
		else
			s->order[s->todo++] = i;
	}
	note(s, "%zu point%s finished before", done);
	return 0;
}

/* Writes the finished points in the order of the tasks. */
static int write_result(struct sweep *s, struct error *err)
{
	const struct sweep_config *config = s->config;
	json_t **finished = calloc(config->count, sizeof(*finished));
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < config->count; i++)
		if (s->points[i])
			finished[n++] = s->points[i];
	if (n)
		rc = result_write(config->result, config->schema, config->provenance, finished, n,
				  err);
	free(finished);
	return rc;
}

static int conclude(struct sweep *s, struct error *err)
{
	const struct sweep_config *config = s->config;
	size_t done = 0;

	for (size_t i = 0; i < config->count; i++)
		done += s->points[i] != NULL;
	if (s->broken.text[0]) {
		*err = s->broken;
		return error_prefix(err, "stopped with %zu of %zu points kept", done,
				    config->count);
	}
	if (interrupted())
		return error_set(err,
				 "interrupted: %zu of %zu points are finished and kept in "
				 "%s.journal; the same command goes on from there",
				 done, config->count, config->result);
	if (write_result(s, err))
		return error_prefix(err, "%zu points are finished and kept in %s.journal", done,
				    config->result);
	s->written = done > 0;
	if (s->failures && !done)
		return error_set(err, "all %zu points failed; nothing to write", config->count);
	if (s->failures)
		return error_set(err, "%zu of %zu points failed; %s holds the other %zu",
				 s->failures, config->count, config->result, done);
	return 0;
}

int sweep_run(const struct sweep_config *config, struct error *err)
{
	struct sweep s = {.config = config,
			  .lock = PTHREAD_MUTEX_INITIALIZER,
			  .ended = PTHREAD_COND_INITIALIZER};
	int rc;

	assert(config->threads);
	if (sweep_journal_open(&s.journal, config->result, err))
		return -1;
	s.points = calloc(config->count, sizeof(*s.points));
	s.order = calloc(config->count, sizeof(*s.order));
	rc = resume(&s, err);
	if (!rc)
		rc = run_all(&s, err);
	if (!rc)
		rc = conclude(&s, err);
	sweep_journal_close(&s.journal, s.written);
	for (size_t i = 0; i < config->count; i++)
		json_decref(s.points[i]);
	free(s.points);
	free(s.order);
	return rc;
}
