/* SPDX-License-Identifier: MIT */
#include "sim/sweep_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/hash.h"
#include "sim/base/output.h"

#define HEADER	       "discosim sweep journal 1\n"
#define HEADER_BYTES   (sizeof(HEADER) - 1)
#define CHECKSUM_CHARS 16

/* Opens and locks the file under the path. A sweep that ended in between has removed the file we
 * opened: then once more. */
static int open_locked(struct sweep_journal *j, struct error *err)
{
	struct stat opened, named;

	for (;;) {
		j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (j->fd < 0)
			return error_set(err, "%s: %s", j->path, strerror(errno));
		if (flock(j->fd, LOCK_EX | LOCK_NB)) {
			int e = errno;

			close(j->fd);
			if (e == EWOULDBLOCK)
				return error_set(err, "%s: another sweep is writing this result",
						 j->path);
			return error_set(err, "%s: cannot lock: %s", j->path, strerror(e));
		}
		if (!fstat(j->fd, &opened) && !stat(j->path, &named) &&
		    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
			return 0;
		close(j->fd);
	}
}

static int write_whole(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t w = write(fd, data, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return -1;
		data += w;
		n -= (size_t)w;
	}
	return fsync(fd);
}

/* Appends; after a failure the file is as it was. */
static int append(struct sweep_journal *j, const char *data, size_t n, struct error *err)
{
	if (!write_whole(j->fd, data, n)) {
		j->end += (off_t)n;
		return 0;
	}
	error_set(err, "%s: cannot write: %s", j->path, strerror(errno));
	if (ftruncate(j->fd, j->end))
		return error_prefix(err, "cannot even cut it back"); /* the next start does */
	return -1;
}

static void read_line(struct sweep_journal *j, const char *line, size_t n)
{
	char expected[CHECKSUM_CHARS + 1];
	const char *json = line + CHECKSUM_CHARS + 1;
	json_t *point = NULL;
	const char *key;

	if (n > CHECKSUM_CHARS + 1 && line[CHECKSUM_CHARS] == ' ') {
		size_t bytes = n - CHECKSUM_CHARS - 1;

		snprintf(expected, sizeof(expected), "%016" PRIx64, hash64(json, bytes));
		if (!memcmp(line, expected, CHECKSUM_CHARS))
			point = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, NULL);
	}
	key = json_string_value(json_object_get(point, "key"));
	if (key)
		json_object_set(j->points, key, point);
	else
		j->damaged++;
	json_decref(point);
}

static int read_journal(struct sweep_journal *j, struct error *err)
{
	size_t bytes, at;
	char *data = read_whole_file(j->path, &bytes, err), *newline;

	if (!data)
		return -1;
	if (bytes < HEADER_BYTES ? memcmp(data, HEADER, bytes)
				 : memcmp(data, HEADER, HEADER_BYTES)) {
		free(data);
		return error_set(err,
				 "%s: is not the journal of a sweep; remove it or name "
				 "another result",
				 j->path);
	}
	at = bytes < HEADER_BYTES ? 0 : HEADER_BYTES;
	while (at && (newline = memchr(data + at, '\n', bytes - at))) {
		read_line(j, data + at, (size_t)(newline - data) - at);
		at = (size_t)(newline - data) + 1;
	}
	free(data);
	j->created = !at;
	j->end = (off_t)at;
	if (at != bytes && ftruncate(j->fd, j->end))
		return error_set(err, "%s: cannot cut off a torn line: %s", j->path,
				 strerror(errno));
	return at ? 0 : append(j, HEADER, HEADER_BYTES, err);
}

int sweep_journal_open(struct sweep_journal *j, const char *result, struct error *err)
{
	memset(j, 0, sizeof(*j));
	if (asprintf(&j->path, "%s.journal", result) < 0)
		abort();
	j->points = json_object();
	if (open_locked(j, err)) {
		free(j->path);
		json_decref(j->points);
		return -1;
	}
	if (read_journal(j, err)) {
		sweep_journal_close(j, false);
		return -1;
	}
	return 0;
}

int sweep_journal_add(struct sweep_journal *j, const json_t *point, struct error *err)
{
	char *json = json_dumps(point, JSON_COMPACT | JSON_REAL_PRECISION(17)), *line;
	int n, rc;

	n = asprintf(&line, "%016" PRIx64 " %s\n", hash64(json, strlen(json)), json);
	if (n < 0)
		abort();
	rc = append(j, line, (size_t)n, err);
	free(line);
	free(json);
	return rc;
}

void sweep_journal_close(struct sweep_journal *j, bool done)
{
	if (done || (j->created && j->end <= (off_t)HEADER_BYTES))
		unlink(j->path); /* while it is locked */
	close(j->fd);
	json_decref(j->points);
	free(j->path);
}
