/* SPDX-License-Identifier: MIT */
/* In the place of what GNU chess's Makefile writes (see config.h). */
#define PKGDATADIR "/usr/share/games/gnuchess"
