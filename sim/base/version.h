/* SPDX-License-Identifier: MIT */
/* The program's version, as --version prints it and as the files that it writes carry it. */
#ifndef SIM_BASE_VERSION_H
#define SIM_BASE_VERSION_H

#define DISCOSIM_VERSION "0.1.0"

#endif
