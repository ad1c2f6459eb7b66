/* SPDX-License-Identifier: MIT */
/* What a trace's instructions were for, on the terminal. */
#ifndef SIM_PROFILE_SHOW_H
#define SIM_PROFILE_SHOW_H

#include "traces/trace.h"

/* Reads all records and prints the profile of each processor and of all. Returns 0 or -1. */
int profile_show(const struct trace *t, bool quiet, struct error *err);

#endif
