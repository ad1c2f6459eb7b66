/* SPDX-License-Identifier: MIT */
/* A point's numbers for people, as `discosim replay` prints them. */
#ifndef SIM_REPLAY_SHOW_H
#define SIM_REPLAY_SHOW_H

#include <jansson.h>
#include <stdio.h>

void replay_show(const json_t *point, FILE *out);
/* One line: references a second of the replay itself, with the miss rates beside. */
void replay_show_speed(const json_t *point, double seconds, FILE *out);

#endif
