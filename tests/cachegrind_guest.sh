#!/bin/sh
# SPDX-License-Identifier: MIT
# The other direction: a guest's trace, exported as text, goes through Cachegrind. The text becomes
# an amd64 program that makes exactly these data references and none of its own
# (tests/cachegrind/touch_amd64.s). Its instructions are its own, so Cachegrind's I1 and LL say
# nothing about the guest, and each of our three caches meets Cachegrind's D1 by itself:
#   D1: the guest's loads and stores;
#   I1: its instruction addresses, as loads;
#   LL: what missed in our I1 and D1 (equal to Cachegrind's by then), in order; instructions as loads.
# Also: our counts from the text equal those from the trace file (the export loses nothing).
# usage: tests/cachegrind_guest.sh   ($DISCOSIM: the program, $B: the build folder, $CC)
set -u
cd "$(dirname "$0")/.." || exit 1
DISCOSIM=${DISCOSIM:-build/discosim}
GUESTS=${GUESTS:-build/guests}
# shellcheck source=tests/cachegrind/common.sh
. tests/cachegrind/common.sh

same() { # CASE WANTED GOT
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok   $1: $3"
	else
		echo "FAIL $1: wanted $2, got $3"
		failed=1
	fi
}

# Reads din text; prints Cachegrind's "Dr D1mr Dw D1mw" of a D1 of this shape.
touched() { # SHAPE
	sed -n -e 's/^[02] \(.*\)/add 0x\1-0x80000000(%rbx),%al/p' \
		-e 's/^1 \(.*\)/mov %al,0x\1-0x80000000(%rbx)/p' >"$dir/touches"
	${CC:-cc} -nostdlib -static -Wa,-I"$dir" -o "$dir/touch" tests/cachegrind/touch_amd64.s &&
		valgrind_run --tool=cachegrind --cache-sim=yes --D1="$1" --I1=32768,2,64 \
			--LL=1048576,2,128 --cachegrind-out-file="$dir/out" \
			--log-file="$dir/log" "$dir/touch" &&
		summary "$dir/out" | cut -d' ' -f4,5,7,8
}

compare() { # NAME: $dir/NAME.trace, I1 D1 LL
	"$DISCOSIM" trace export -q --format din "$dir/$1.trace" -o "$dir/$1.din" || exit 1
	ours=$("$dir/caches" din "$dir/$1.din" 0 "$2" "$3" "$4" "$dir/misses")
	same "$1 I1 $2 D1 $3 LL $4: text and trace" \
		"$("$dir/caches" trace "$dir/$1.trace" 0 "$2" "$3" "$4")" "$ours"
	name=$1 i1=$2 d1=$3 ll=$4
	# shellcheck disable=SC2086
	set -- $ours # Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw
	[ $# -eq 9 ] || exit 1
	same "$name D1 $d1 loads, misses, stores, misses" \
		"$(grep '^[01]' "$dir/$name.din" | touched "$d1")" "$4 $5 $7 $8"
	same "$name I1 $i1 instructions, misses" \
		"$(grep '^2' "$dir/$name.din" | touched "$i1")" "$1 $2 0 0"
	same "$name LL $ll after I1 and D1" \
		"$(touched "$ll" <"$dir/misses")" "$(($2 + $5)) $(($3 + $6)) $8 $9"
}

timeout 120 "$DISCOSIM" capture -q -o "$dir/radix.trace" "$GUESTS/radix.elf" -n 4096 >"$dir/console" || exit 1
compare radix 32768,2,64 32768,2,32 1048576,2,128
compare radix 1024,2,32 2048,1,32 16384,4,64
exit "$failed"
