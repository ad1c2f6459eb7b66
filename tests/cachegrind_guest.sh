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
#
# Then the whole replay, on the same references by machine address (imported again as plain
# references: the replay leaves out what the guest's synchronisation spun). Where its second level
# pushes out nothing that a first level still has, Cachegrind's counts are the replay's; in general
# the second level includes the first, which Cachegrind's does not, and a simulator written apart
# (tests/cachegrind/reference.py) judges.
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

# Cachegrind against our caches on $dir/NAME.din; leaves our nine counts in $ours.
compare() { # NAME I1 D1 LL
	ours=$("$dir/caches" din "$dir/$1.din" 0 "$2" "$3" "$4" "$dir/misses")
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

# The replay's I1 misses, D1 misses, LL misses of instructions, LL misses of data.
replayed() { # I1 D1 LL
	# shellcheck disable=SC2046
	set -- $(echo "$*" | tr ',' ' ')
	"$DISCOSIM" replay -q "$dir/plain.trace" -s native -p first_touch -o "$dir/result.h5" \
		--set l1i.size="$1" --set l1i.ways="$2" --set l1i.line="$3" \
		--set l1d.size="$4" --set l1d.ways="$5" --set l1d.line="$6" \
		--set l2.size="$7" --set l2.ways="$8" --set l2.line="$9" >/dev/null &&
		"$DISCOSIM" show --csv "$dir/result.h5" | awk -F, '
			$2 == "processor" { n[$3] = $5 }
			END { print n["l1i_misses"], n["l1d_misses"],
				n["l2_local_code"] + n["l2_remote_code"],
				n["l2_local_data"] + n["l2_remote_data"] }'
}

timeout 120 "$DISCOSIM" capture -q -o "$dir/radix.trace" "$GUESTS/radix.elf" -n 4096 \
	>"$dir/console" || exit 1
"$DISCOSIM" trace export -q --format din "$dir/radix.trace" -o "$dir/radix.din" || exit 1
while read -r i1 d1 ll; do
	compare radix "$i1" "$d1" "$ll"
	same "radix I1 $i1 D1 $d1 LL $ll: text and trace" \
		"$("$dir/caches" trace "$dir/radix.trace" 0 "$i1" "$d1" "$ll")" "$ours"
done <<END
32768,2,64 32768,2,32 1048576,2,128
1024,2,32 2048,1,32 16384,4,64
END

"$DISCOSIM" trace export -q --physical --format din "$dir/radix.trace" -o "$dir/physical.din" &&
	"$DISCOSIM" trace import -q --format din "$dir/physical.din" -o "$dir/plain.trace" || exit 1
machine() { # LL: $dir/machine.din for this second level
	awk -v ll="$1" -f tests/cachegrind/machine.awk "$dir/physical.din" >"$dir/machine.din"
}
machine 1048576,2,128
compare machine 4096,2,64 2048,2,32 1048576,2,128
# shellcheck disable=SC2086
set -- $ours
same "replay after Cachegrind: I1, D1, LL code, LL data misses" "$2 $(($5 + $8)) $3 $(($6 + $9))" \
	"$(replayed 4096,2,64 2048,2,32 1048576,2,128)"
while read -r i1 d1 ll; do
	machine "$ll"
	same "replay I1 $i1 D1 $d1 LL $ll after the reference: misses" \
		"$(/usr/bin/python3 tests/cachegrind/reference.py "$dir/machine.din" "$i1" "$d1" "$ll")" \
		"$(replayed "$i1" "$d1" "$ll")"
done <<END
32768,2,64 32768,2,32 1048576,2,128
32768,2,64 32768,2,32 32768,2,128
4096,4,32 8192,8,16 16384,4,128
256,1,64 128,1,32 16384,2,128
END
exit "$failed"
