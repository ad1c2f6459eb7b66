/* SPDX-License-Identifier: MIT */
/*
 * gnuplot is started without a shell, so names need no quoting but its own. Fonts: the terminals
 * take the system's sans-serif through fontconfig (Debian's fonts-dejavu-core, which libcairo's
 * packages always bring).
 */
#include "sim/gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/output.h"

extern char **environ;

static const struct terminal {
	const char *ending, *terminal, *last; /* last: what a whole file ends with, about */
} terminals[] = {
	{".svg",
	 "svg size 1200,700 dynamic background '#ffffff' font 'sans-serif,10' fontscale 1.3 "
	 "noenhanced",
	 "</svg>"},
	{".png", "pngcairo size 1200,700 font 'Sans,10' noenhanced", "IEND"},
	{".pdf", "pdfcairo size 30cm,17.5cm font 'Sans,10' noenhanced", "%%EOF"},
};

static const struct terminal *terminal_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(terminals) / sizeof(*terminals); i++)
		if (!strcmp(dot, terminals[i].ending))
			return &terminals[i];
	return NULL;
}

int gnuplot_check_name(const char *path, struct error *err)
{
	if (!terminal_of(path))
		return error_set(err, "%s: wanted a name that ends in .svg, .png or .pdf", path);
	return 0;
}

char *gnuplot_quote(const char *text)
{
	char *quoted = malloc(2 * strlen(text) + 3), *p = quoted;

	*p++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			*p++ = '\'';
		*p++ = (unsigned char)*text < 0x20 ? ' ' : *text;
	}
	*p++ = '\'';
	*p = '\0';
	return quoted;
}

/* Starts gnuplot with a pipe as its input. Returns its process, or -1. */
static pid_t start(FILE *complaints, int *input, struct error *err)
{
	char name[] = "gnuplot", *argv[] = {name, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], rc;
	pid_t pid;

	if (pipe(ends))
		return error_set(err, "cannot make a pipe: %s", strerror(errno));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fileno(complaints), STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fileno(complaints), STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	rc = posix_spawnp(&pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	if (rc) {
		close(ends[1]);
		if (rc == ENOENT)
			return error_set(err,
					 "gnuplot is not installed; on Debian: apt-get install "
					 "gnuplot-nox");
		return error_set(err, "cannot start gnuplot: %s", strerror(rc));
	}
	*input = ends[1];
	return pid;
}

static void feed(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* gnuplot gave up; its status says so */
		text += n;
		left -= (size_t)n;
	}
}

/* The line of gnuplot's complaints that says what is wrong: the last one that is more than the
 * echo of a line and a caret under it. */
static void read_complaint(FILE *complaints, char text[512])
{
	char line[512];

	strcpy(text, "no reason given");
	rewind(complaints);
	while (fgets(line, sizeof(line), complaints)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[strspn(line, " \t^")])
			snprintf(text, 512, "%s", line + strspn(line, " \t"));
	}
}

static int run(const char *setup, const char *script, FILE *complaints, struct error *err)
{
	void (*pipe_handler)(int) = signal(SIGPIPE, SIG_IGN);
	char complaint[512];
	int input = -1, status = -1;
	pid_t pid = start(complaints, &input, err);

	if (pid >= 0) {
		feed(input, setup);
		feed(input, script);
		close(input);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	signal(SIGPIPE, pipe_handler);
	if (pid < 0)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		read_complaint(complaints, complaint);
		return error_set(err, "gnuplot failed: %s", complaint);
	}
	return 0;
}

/* gnuplot does not notice a full disk: whether a file is whole is seen at its end. */
static bool is_whole(const char *path, const char *last)
{
	char end[33] = "";
	FILE *in = fopen(path, "rb");
	size_t n = 0;

	if (in && !fseek(in, -32, SEEK_END))
		n = fread(end, 1, sizeof(end) - 1, in);
	if (in)
		fclose(in);
	return memmem(end, n, last, strlen(last));
}

int gnuplot_draw(const char *path, const char *script, struct error *err)
{
	struct output out;
	char *setup, *quoted;
	FILE *complaints;
	int rc;

	if (gnuplot_check_name(path, err) || output_begin(&out, path, err))
		return -1;
	complaints = tmpfile();
	if (!complaints) {
		output_abandon(&out);
		return error_set(err, "cannot make a temporary file: %s", strerror(errno));
	}
	quoted = gnuplot_quote(out.temporary);
	if (asprintf(&setup,
		     "set encoding utf8\nset terminal %s\nset output %s\nset datafile "
		     "columnheaders\n",
		     terminal_of(path)->terminal, quoted) < 0)
		abort();
	rc = run(setup, script, complaints, err);
	if (!rc && !is_whole(out.temporary, terminal_of(path)->last))
		rc = error_set(err, "%s: gnuplot could not write all of it; is the disk full?",
			       path);
	fclose(complaints);
	free(setup);
	free(quoted);
	if (rc) {
		output_abandon(&out);
		return rc;
	}
	return output_commit(&out, err);
}
