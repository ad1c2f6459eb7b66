#!/bin/sh
# SPDX-License-Identifier: MIT
# The house is a star: below the drivers a folder includes sim/base and itself, nothing else
# (sim/board may include sim/mips); hdf5.h stands in one file of traces/ and one of analysis/;
# gsl only in analysis/; the only #if are include guards.
cd "$(dirname "$0")/.." || exit 1
failed=0

# allow FOLDER PATTERN: every "..." include of the folder's files matches the pattern.
allow() {
	bad=$(grep -nH '^#include "' "$1"/*.[ch] "$1"/*.def "$1"/*.inc 2>/dev/null |
		grep -vE "#include \"($2)/")
	if [ -n "$bad" ]; then
		echo "FAIL $1 may include only $2:"
		echo "$bad"
		failed=1
	else
		echo "ok   $1 includes only $2"
	fi
}
allow sim/base 'sim/base'
allow sim/mips 'sim/base|sim/mips'
allow sim/board 'sim/base|sim/mips|sim/board'
allow traces 'sim/base|traces'
allow models 'sim/base|models'
allow policies 'sim/base|policies'
allow analysis 'sim/base|analysis'

# once HEADER FOLDER: at most one file of the folder includes it.
once() {
	n=$(grep -lE "#include <$1" "$2"/*.[ch] 2>/dev/null | wc -l)
	if [ "$n" -gt 1 ]; then
		echo "FAIL $1 is included by $n files of $2"
		failed=1
	else
		echo "ok   $1 is included by $n file of $2"
	fi
}
once 'hdf5' traces
once 'hdf5' analysis
elsewhere=$(grep -rlE '#include <(hdf5|gsl)' sim models policies 2>/dev/null)
[ -z "$elsewhere" ] || {
	echo "FAIL hdf5 or gsl outside traces and analysis: $elsewhere"
	failed=1
}
bad=$(grep -nHE '^#[[:space:]]*(if|ifdef|elif)\b' sim/*.[ch] sim/*/*.[ch] models/*.[ch] traces/*.[ch] \
	policies/*.[ch] analysis/*.[ch] 2>/dev/null)
if [ -n "$bad" ]; then
	echo "FAIL conditional compilation (differences live in files):"
	echo "$bad"
	failed=1
else
	echo "ok   no conditional compilation but include guards"
fi
bad=$(find sim models traces policies analysis tests plots Makefile -type f \( -name '*.[chS]' -o -name '*.def' \
	-o -name '*.inc' -o -name '*.sh' -o -name '*.py' -o -name '*.gp' -o -name '*.mk' -o -name Makefile \) |
	while read -r f; do head -n 3 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f"; done)
if [ -n "$bad" ]; then
	echo "FAIL no SPDX line: $bad"
	failed=1
else
	echo "ok   every source file has its SPDX line"
fi
exit $failed
