/* SPDX-License-Identifier: MIT */
/* Texts of plots/ inside the program: plots/NAME.gp and plots/published/NAME.csv. Written by make
 * (sim/registry.sh) from what lies there; ends with a NULL name. */
#ifndef SIM_EMBEDDED_H
#define SIM_EMBEDDED_H

struct embedded {
	const char *name, *text;
};
extern const struct embedded embedded_files[];

#endif
