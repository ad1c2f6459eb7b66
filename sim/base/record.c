/* SPDX-License-Identifier: MIT */
#include "sim/base/record.h"

#include <stddef.h>

static const struct {
	const char *name, *help;
} kinds[RECORD_KIND_COUNT] = {
#define X(name, word, help) [RECORD_##name] = {word, help},
	RECORD_KINDS(X)
#undef X
};

const char *record_kind_name(unsigned kind)
{
	return kind < RECORD_KIND_COUNT ? kinds[kind].name : NULL;
}

const char *record_kind_help(unsigned kind)
{
	return kind < RECORD_KIND_COUNT ? kinds[kind].help : NULL;
}
