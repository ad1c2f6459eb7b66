/* SPDX-License-Identifier: MIT */
/* GNU chess is compiled without its configure script: what that would have found. */
#define PACKAGE	  "gnuchess"
#define PROGRAM	  "GNU Chess"
#define VERSION	  "6.2.7"
#define LOCALEDIR "/usr/share/locale"
