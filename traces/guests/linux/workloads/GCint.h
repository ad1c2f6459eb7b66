/* SPDX-License-Identifier: MIT */
/* In the place of what GNU chess's configure script writes (see config.h). */
#include <stdint.h>
