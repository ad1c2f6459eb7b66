#!/bin/sh
# SPDX-License-Identifier: MIT
# Our caches against Cachegrind's. One host program runs under Valgrind's lackey, which writes every
# reference as text, and under Cachegrind. The text becomes a trace (discosim trace import), our
# caches read it, and every count must be equal, for several shapes of caches: instructions, I1
# and LL misses; reads and writes, their D1 and LL misses. Also from the text itself, so that a
# fault of the import would show.
#
# What makes the two runs execute the same instructions: a static program; no environment but what
# Valgrind adds, no address randomisation; standard output to the same kind of file (the library
# asks what it is). Nothing is left out of either side.
# usage: tests/cachegrind.sh   ($DISCOSIM: the program, $B: the build folder, $CC)
set -u
cd "$(dirname "$0")/.." || exit 1
DISCOSIM=${DISCOSIM:-build/discosim}
# shellcheck source=tests/cachegrind/common.sh
. tests/cachegrind/common.sh

same() { # CASE CACHEGRIND OURS
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok   $1: $3"
	else
		echo "FAIL $1: Cachegrind $2, discosim $3"
		failed=1
	fi
}

${CC:-cc} -O2 -static -o "$dir/workload" tests/cachegrind/workload.c || exit 1
valgrind_run --tool=lackey --trace-mem=yes --log-file="$dir/text" "$dir/workload" || exit 1
"$DISCOSIM" trace import -q --format lackey "$dir/text" -o "$dir/trace" || exit 1

# I1, D1, LL as bytes,ways,line. The paper's machine has 32 KB 2-way first-level and 1 MB 2-way
# second-level caches. Cachegrind takes lines of 32 bytes or more.
while read -r i1 d1 ll; do
	valgrind_run --tool=cachegrind --cache-sim=yes --I1="$i1" --D1="$d1" --LL="$ll" \
		--cachegrind-out-file="$dir/out" --log-file="$dir/log" "$dir/workload" || {
		cat "$dir/log"
		exit 1
	}
	theirs=$(summary "$dir/out")
	same "I1 $i1 D1 $d1 LL $ll, imported trace" "$theirs" \
		"$("$dir/caches" trace "$dir/trace" 0 "$i1" "$d1" "$ll")"
	same "I1 $i1 D1 $d1 LL $ll, text" "$theirs" \
		"$("$dir/caches" lackey "$dir/text" 0 "$i1" "$d1" "$ll")"
done <<END
32768,2,64 32768,2,64 1048576,2,64
32768,2,64 32768,2,32 1048576,2,128
8192,1,32 16384,4,32 262144,8,64
65536,16,128 4096,1,32 524288,1,128
24576,3,64 2048,32,64 8388608,64,64
END
exit "$failed"
