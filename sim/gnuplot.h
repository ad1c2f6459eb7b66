/* SPDX-License-Identifier: MIT */
/*
 * gnuplot behind a pipe: a script goes to its standard input, its complaints become our error, and
 * the picture appears whole or not at all.
 */
#ifndef SIM_GNUPLOT_H
#define SIM_GNUPLOT_H

#include <stddef.h>

#include "sim/base/error.h"

/* Draws a script into a file; the ending (.svg, .png, .pdf) decides the terminal. The script must
 * not set terminal or output. Returns 0 or -1. */
int gnuplot_draw(const char *path, const char *script, struct error *err);

/* 0 when the ending is one of those. */
int gnuplot_check_name(const char *path, struct error *err);

/* The text as a quoted gnuplot string ('...'), without control characters. Caller frees. */
char *gnuplot_quote(const char *text);

#endif
