/* SPDX-License-Identifier: MIT */
#include "sim/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void release(struct output *o)
{
	free(o->final);
	free(o->temporary);
	o->final = o->temporary = NULL;
}

int output_begin(struct output *o, const char *path, struct error *err)
{
	char *copy = strdup(path), *folder = dirname(copy);
	struct stat st;
	int rc = 0;

	o->final = o->temporary = NULL;
	if (!*path)
		rc = error_set(err, "the output's name is empty");
	else if (stat(folder, &st))
		rc = error_set(err, "%s: cannot write there: %s: %s", path, folder,
			       strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		rc = error_set(err, "%s: cannot write there: %s is not a folder", path, folder);
	else if (access(folder, W_OK))
		rc = error_set(err, "%s: cannot write there: %s", path, strerror(errno));
	else if (!stat(path, &st) && S_ISDIR(st.st_mode))
		rc = error_set(err, "%s: is a folder; wanted the name of a file", path);
	free(copy);
	if (rc)
		return rc;
	o->final = strdup(path);
	if (asprintf(&o->temporary, "%s.tmp-%ld", path, (long)getpid()) < 0)
		abort();
	return 0;
}

int output_commit(struct output *o, struct error *err)
{
	int fd = open(o->temporary, O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || fsync(fd))
		rc = error_set(err, "%s: %s", o->final, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!rc && rename(o->temporary, o->final))
		rc = error_set(err, "%s: cannot rename: %s", o->final, strerror(errno));
	if (rc)
		unlink(o->temporary);
	release(o);
	return rc;
}

void output_abandon(struct output *o)
{
	if (o->temporary)
		unlink(o->temporary);
	release(o);
}

char *read_whole_file(const char *path, size_t *bytes, struct error *err)
{
	FILE *f = fopen(path, "rb");
	size_t used = 0, room = 1 << 16, n;
	char *data;

	if (!f) {
		error_set(err, "%s: %s", path, strerror(errno));
		return NULL;
	}
	data = malloc(room);
	while ((n = fread(data + used, 1, room - used - 1, f)) > 0) {
		used += n;
		if (room - used < 2)
			data = realloc(data, room *= 2);
	}
	if (ferror(f)) {
		error_set(err, "%s: read error: %s", path, strerror(errno));
		free(data);
		fclose(f);
		return NULL;
	}
	fclose(f);
	data[used] = '\0';
	if (bytes)
		*bytes = used;
	return data;
}
