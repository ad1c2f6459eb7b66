#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the C tables of what is registered by lying in a folder: commands (sim/cmd_NAME.c defines
# `command_NAME`), policies (policies/NAME.c defines `policy_NAME`), and the texts of plots/ (the
# figures' scripts and the published numbers), so that an installed program needs no path to them;
# and a hash of the sources that decide what a replay says.
# Called by make.
set -eu

# table TYPE ARRAY PREFIX NAME...: declares and lists the descriptors.
table() {
	type=$1 array=$2 prefix=$3
	shift 3
	for name; do echo "extern const struct $type $prefix$name;"; done
	echo "const struct $type *const $array[] = {"
	for name; do echo "	&$prefix$name,"; done
	echo "	NULL,"
	echo "};"
}

names() {
	for file; do
		[ -e "$file" ] || continue
		name=$(basename "$file" .c)
		echo "${name#cmd_}"
	done | LC_ALL=C sort
}

echo '/* Written by make from the files of sim/ and policies/; do not edit. */'
echo '#include <stddef.h>'
echo '#include "sim/command.h"'
# shellcheck disable=SC2046
table command commands command_ $(names sim/cmd_*.c)
[ ! -e policies/policy.h ] || {
	echo '#include "policies/policy.h"'
	# shellcheck disable=SC2046
	table policy policies policy_ $(names policies/*.c)
}

# text FILE: the file as a C string, a line each.
text() {
	sed 's/\\/\\\\/g; s/"/\\"/g; s/^/	 "/; s/$/\\n"/' "$1"
}

echo '#include "sim/embedded.h"'
echo 'const struct embedded embedded_files[] = {'
for file in plots/*.gp plots/published/*.csv; do
	[ -e "$file" ] || continue
	echo "	{\"$(basename "$file")\","
	text "$file"
	echo '	},'
done
echo '	{NULL, NULL},'
echo '};'

echo '#include "sim/point.h"'
hash=$(for file in sim/point.c sim/base/*.[ch] sim/replay/*.[ch] models/*.[ch] policies/*.[ch]; do
	[ ! -e "$file" ] || { echo "$file" && cat "$file"; }
done | sha256sum | cut -c 1-32)
echo "const char model_sources[] = \"$hash\";"
