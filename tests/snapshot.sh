#!/bin/sh
# SPDX-License-Identifier: MIT
# Machines that are saved and started again: the same trace bytes as the whole run gives, from
# snapshots at different places, from snapshots of snapshots, twice at once; and the line that says
# what is wrong with a snapshot, a moment or a command line.
set -u
DISCOSIM=${DISCOSIM:-$PWD/build/discosim}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
failures=0

fail() {
	echo "FAIL $1"
	failures=$((failures + 1))
}

# expect NAME STATUS TEXT COMMAND...: stdout and stderr together must be TEXT.
expect() {
	name=$1 status=$2 text=$3
	shift 3
	timeout 100 "$@" >"$T/out" 2>&1 </dev/null
	got=$?
	said=$(sed "s|$T|DIR|g; s/0x801[0-9a-f]\{5\}/ADDR/g" "$T/out")
	if [ $got -ne "$status" ]; then
		fail "$name: exit status $got, wanted $status: $said"
	elif [ "$said" != "$text" ]; then
		fail "$name"
		printf '  said   %s\n  wanted %s\n' "$said" "$text"
	else
		echo "ok $name"
	fi
}

equal() { # NAME FILE FILE
	if cmp -s "$2" "$3"; then
		echo "ok $1"
	else
		fail "$1: $(cmp "$2" "$3" 2>&1)"
	fi
}

. tests/guests/guests.sh
build_guest moments "$T" || exit 1
make -s build/guests/radix.elf >/dev/null || exit 1
printf 'hello\n' >"$T/given"

# ---- a guest that says when
G=$T/moments.elf
run() { timeout 100 "$DISCOSIM" run -q "$@"; }
capture() { timeout 100 "$DISCOSIM" capture -q --roi "$@"; }
echo typed | capture -c 2 --ram 16M -o "$T/boot" "$G" work >"$T/boot.out"
[ $? -eq 3 ] || fail "the capture of the whole run"
run -c 2 --ram 16M --snapshot "$T/first" "$G" work >"$T/first.out" || fail "a snapshot"
run --from "$T/first" --snapshot "$T/second" >"$T/second.out" || fail "a snapshot of a snapshot"
for from in first second; do
	echo typed | capture --from "$T/$from" -o "$T/$from.trace" >"$T/$from.rest"
	[ $? -eq 3 ] || fail "the guest's exit status from the $from snapshot"
	equal "the trace from the $from snapshot" "$T/boot" "$T/$from.trace"
done
cat "$T/first.out" "$T/first.rest" | cmp -s - "$T/boot.out" && [ -s "$T/first.rest" ] ||
	fail "the console from the first snapshot"
cat "$T/first.out" "$T/second.out" "$T/second.rest" | cmp -s - "$T/boot.out" ||
	fail "the console from the second snapshot"
echo typed | run --from "$T/first" >"$T/rest"
[ $? -eq 3 ] && equal "run from a snapshot goes on" "$T/rest" "$T/first.rest"
echo another, longer | capture --from "$T/first" -o "$T/other" >/dev/null
[ -s "$T/other" ] && cmp -s "$T/other" "$T/boot" && fail "another input gives the same trace"
echo typed | capture --from "$T/first" --max-insns 1G -c 2 --ram 16M --board bare --tlb-entries 64 \
	-o "$T/again" >/dev/null
equal "what the snapshot holds may be given again" "$T/boot" "$T/again"
rm "$G"
echo typed | capture --from "$T/first" -o "$T/again" >/dev/null
equal "the guest's file is no longer needed" "$T/boot" "$T/again"
build_guest moments "$T" || exit 1
expect "a closed console and the arguments" 0 "" "$DISCOSIM" run -q --snapshot "$T/closed" "$G" closed a b
expect "are as they were" 4 "" "$DISCOSIM" run -q --from "$T/closed"

# ---- a guest that knows nothing of it
R=build/guests/radix.elf
keys="-n 65536"
for c in 1 4; do
	# shellcheck disable=SC2086
	capture -c $c -o "$T/boot" $R $keys >/dev/null || fail "the capture of radix on $c"
	for at in 100000 200K 300K; do
		# shellcheck disable=SC2086
		run -c $c --snapshot "$T/at" --snapshot-at $at $R $keys >/dev/null || fail "a snapshot at $at"
		capture --from "$T/at" -o "$T/trace" >/dev/null
		equal "radix on $c from a snapshot at $at" "$T/boot" "$T/trace"
	done
	run --from "$T/at" --snapshot "$T/later" --snapshot-at 400K >/dev/null
	# shellcheck disable=SC2086
	run -c $c --snapshot "$T/direct" --snapshot-at 400K $R $keys >/dev/null
	equal "a snapshot of a snapshot is the direct one, on $c" "$T/direct" "$T/later"
	capture --from "$T/later" -o "$T/trace" >/dev/null &
	capture --from "$T/later" -o "$T/twin" >/dev/null
	wait
	[ -s "$T/twin" ] || fail "no trace"
	equal "radix on $c from a snapshot of a snapshot" "$T/boot" "$T/trace"
	equal "and at the same time again" "$T/boot" "$T/twin"
done

# ---- what is refused
expect "a guest that never calls" 1 \
	"discosim: moments.elf: exited (status 5) without a monitor call for a snapshot; nothing was saved (--snapshot-at N needs no call)" \
	"$DISCOSIM" run --snapshot "$T/none" "$G" never
expect "a guest that is done before" 1 \
	"discosim: moments.elf: exited (status 5) after N instructions, before the 1000000 of --snapshot-at; nothing was saved" \
	sh -c "'$DISCOSIM' run --snapshot '$T/none' --snapshot-at 1000000 '$G' never 2>&1 | sed 's/after [0-9]*/after N/'; exit 1"
expect "a guest that has a file open" 1 \
	"discosim: DIR/none: the guest has a file open (descriptor 3), which cannot be saved; wanted a moment when only its console is open" \
	"$DISCOSIM" run --root "$T" --snapshot "$T/none" "$G" open
[ ! -e "$T/none" ] || fail "a snapshot that failed left a file"
expect "a moment that has passed" 2 \
	"discosim: DIR/at: the machine has executed N instructions already; wanted a later moment than 1000" \
	sh -c "'$DISCOSIM' run --from '$T/at' --snapshot '$T/none' --snapshot-at 1000 2>&1 | sed 's/executed [0-9]*/executed N/'; exit 2"
expect "a region that has begun" 0 "" "$DISCOSIM" run -q --snapshot "$T/inside" "$G" inside
expect "cannot be captured" 1 \
	"discosim: DIR/inside: saved inside a region of interest, whose beginning --roi would miss; wanted a snapshot from before it" \
	"$DISCOSIM" capture --roi -o "$T/none" --from "$T/inside"
expect "but run" 5 "" "$DISCOSIM" run -q --from "$T/inside"
usage() { # TEXT ARG...
	text=$1
	shift
	expect "$*" 2 "discosim: $text" "$DISCOSIM" "$@"
}
usage "-c 3: DIR/first holds a machine with 2 processors" run -c 3 --from "$T/first"
usage "--ram 67108864: DIR/first holds a machine with 16777216 bytes" run --ram 64M --from "$T/first"
usage "--tlb-entries 32: DIR/first holds a machine with 64 entries" run --tlb-entries 32 --from "$T/first"
usage "'x' given with --from; wanted no GUEST: it is in the snapshot" run --from "$T/first" x
usage "--from without --roi: the trace would lack what happened before the snapshot; wanted --roi" \
	capture --from "$T/first" -o "$T/none"
usage "--snapshot-at without --snapshot; wanted the file's name too" run --snapshot-at 5 "$G"
usage "capture: unknown option or missing value at '--snapshot'; see 'discosim capture --help'" \
	capture --snapshot "$T/none" -o "$T/none" "$G"
usage "--snapshot-at: 0 is out of range; wanted 1 to 1e+18" run --snapshot-at 0 "$G"
expect "a folder that is not there" 1 \
	"discosim: DIR/no/file: cannot write there: DIR/no: No such file or directory" \
	"$DISCOSIM" run --snapshot "$T/no/file" "$G" work

# ---- files that are no snapshots (each byte: tests/unit/snapshot.c)
wanted='wanted a file that --snapshot has written'
bad() { # NAME FILE TEXT
	expect "$1" 1 "discosim: $3" "$DISCOSIM" run --from "$2"
}
bad "a missing file" "$T/none" "DIR/none: No such file or directory; $wanted"
bad "a guest" "$G" "DIR/moments.elf: not a snapshot; $wanted"
bad "a trace" "$T/boot" "DIR/boot: not a snapshot; $wanted"
bad "a folder" "$T" "DIR: not a regular file; $wanted"
head -c 10000 "$T/first" >"$T/cut"
size=$(wc -c <"$T/first")
bad "a file cut off" "$T/cut" "DIR/cut: 10000 bytes where its header says $size; wanted a whole snapshot"
{ head -c 9000 "$T/first"; printf X; tail -c +9002 "$T/first"; } >"$T/flipped"
bad "a byte changed" "$T/flipped" "DIR/flipped: damaged: its checksum does not hold; $wanted"
mkfifo "$T/pipe"
bad "a pipe" "$T/pipe" "DIR/pipe: not a regular file; $wanted"
(
	ulimit -f 8
	timeout 60 "$DISCOSIM" run -c 2 --snapshot "$T/full" "$G" work >"$T/out" 2>&1
)
[ $? -eq 1 ] && grep -q "^discosim: $T/full: cannot write: File too large$" "$T/out" && [ ! -e "$T/full" ] ||
	fail "a disk that is full: $(cat "$T/out")"
[ "$(find "$T" -name '*.tmp*')" = "" ] || fail "temporary files were left"

[ $failures -eq 0 ] || echo "$failures failed"
[ $failures -eq 0 ]
