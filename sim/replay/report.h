/* SPDX-License-Identifier: MIT */
/* Counters of a finished replay as the JSON objects of analysis/result.h. Inside sim/replay only.
 */
#ifndef SIM_REPLAY_REPORT_H
#define SIM_REPLAY_REPORT_H

#include <jansson.h>

struct machine;
json_t *report(struct machine *);

#endif
