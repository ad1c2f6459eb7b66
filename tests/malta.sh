#!/bin/sh
# SPDX-License-Identifier: MIT
# The malta board as a whole, with a guest that drives its devices: the same words under QEMU's
# malta, how a machine ends, what is refused, that runs repeat.
. "$(dirname "$0")/lib/cases.sh"
set -u

# says NAME STATUS TEXT ARG...: `discosim run --board malta ARG...` ends so, with TEXT at its end.
says() {
	name=$1 status=$2 text=$3
	shift 3
	timeout 300 "$D" run -q --board malta "$@" >"$T/said" 2>&1 </dev/null
	got=$?
	tail -n 1 "$T/said" | sed "s|$T|DIR|g; s/0x801[0-9a-f]\{5\}/ADDR/g" >"$T/last"
	if [ $got -ne "$status" ] || [ "$(cat "$T/last")" != "$text" ]; then
		printf 'FAIL %s (status %d, wanted %d)\n  said   %s\n  wanted %s\n' "$name" $got \
			"$status" "$(cat "$T/last")" "$text"
		failed=1
	else
		echo "ok $name"
	fi
}

. tests/guests/guests.sh
build_guest devices "$T" || exit 1
head -c 100000 /dev/urandom >"$T/initrd"
printf 'hello, world\nmore\n' >"$T/input"

# ---- against QEMU, where there is no telling the two apart
timeout 300 qemu-system-mipsel -M malta -cpu 24Kf -m 256 -net none -vga none -display none \
	-monitor none -serial stdio -no-reboot -kernel "$T/devices.elf" -initrd "$T/initrd" \
	-append 'a command line' <"$T/input" >"$T/qemu" 2>"$T/qemu.err"
timeout 300 "$D" run -q --board malta --initrd "$T/initrd" "$T/devices.elf" a command line \
	<"$T/input" >"$T/ours" 2>"$T/ours.err"
check "the board switches itself off: status 0" [ $? -eq 0 ]
check "nothing but the guest's words" [ ! -s "$T/ours.err" ]
check "the guest came to its end" grep -q 'line HELLO, WORLD' "$T/ours"
# QEMU's seconds are the host's, which may be busy.
check "seconds are equally long" grep -q '^seconds are equally long' "$T/ours"
for f in qemu ours; do grep -v '^seconds ' "$T/$f" >"$T/$f.timeless"; done
check "it said the same under QEMU" cmp "$T/qemu.timeless" "$T/ours.timeless"

# ---- ends
says "a reset ends the machine" 0 "reset" "$T/devices.elf" reset
says "waiting for nothing is an error" 1 "discosim: devices.elf: stuck: every processor waits \
(WAIT) and nothing can wake one; processor 0 at ADDR" "$T/devices.elf" stuck
says "the limit of instructions" 1 "discosim: devices.elf: has not exited after 1000000 \
instructions (--max-insns); processor 0 is at ADDR" --max-insns 1000000 "$T/devices.elf" spin
says "input that ends leaves a guest that waits for it spinning" 1 "line discosim: devices.elf: has \
not exited after 20000000 instructions (--max-insns); processor 0 is at ADDR" \
	--max-insns 20000000 "$T/devices.elf" short
timeout 300 "$D" run -q --board malta "$T/devices.elf" short <"$T/input" >/dev/full 2>"$T/said"
check "a console that cannot be written: status 1" [ $? -eq 1 ]
check "and one line" [ "$(cat "$T/said")" = \
	"discosim: the guest's console: cannot write: No space left on device" ]
timeout 300 "$D" run -q --board malta "$T/devices.elf" short <"$T" >/dev/null 2>"$T/said"
check "a console that cannot be read: status 1" [ $? -eq 1 ]
check "and one line of it" [ "$(cat "$T/said")" = \
	"discosim: the guest's console: cannot read: Is a directory" ]

# ---- what the board does not have
says "too much memory" 2 "discosim: --ram 536870912: wanted at most 256M on the malta board" \
	--ram 512M "$T/devices.elf"
says "files" 2 "discosim: --root DIR: a guest on the malta board cannot open files; see --disk" \
	--root "$T" "$T/devices.elf"
says "processors that nothing starts" 2 "discosim: -c 2: several processors of the malta board \
are those of one 34Kf; wanted --model 34Kf" -c 2 "$T/devices.elf"
says "an initial RAM disk that is not there" 1 "discosim: DIR/none: No such file or directory" \
	--initrd "$T/none" "$T/devices.elf"
says "one that does not fit" 1 "discosim: DIR/initrd: 100000 bytes; wanted 1 to 77824, what \
is free above the guest; see --ram" --ram 4300K --initrd "$T/initrd" "$T/devices.elf"
: >"$T/empty"
timeout 300 "$D" run -q --board malta --initrd "$T/empty" "$T/devices.elf" </dev/null \
	2>"$T/said"
check "an empty one" grep -q "empty: 0 bytes; wanted 1 to" "$T/said"
head -c 4096 /dev/zero >"$T/image"
ln -s . "$T/here"
says "one overlay under two names" 2 \
	"discosim: --disk DIR/image,overlay=DIR/here/o: the overlay of another disk too; wanted a file for each" \
	--disk "$T/image,overlay=$T/o" --disk "$T/image,overlay=$T/here/o" "$T/devices.elf"
says "a command line that Linux has no room for" 1 "discosim: the guest's command line is longer \
than 4095 bytes, which is what Linux takes" "$T/devices.elf" "$(head -c 4096 /dev/zero | tr '\0' x)"

# ---- the same again
for n in 1 2; do
	timeout 300 "$D" capture -q --board malta -o "$T/trace$n" "$T/devices.elf" short \
		<"$T/input" >"$T/out$n"
	check "capture $n" [ $? -eq 0 ]
	"$D" trace info "$T/trace$n" | grep 'trace hash' >"$T/hash$n"
done
check "two captures are the same" cmp "$T/hash1" "$T/hash2"
check "recording changes nothing" cmp "$T/out1" "$T/out2"
"$D" trace verify "$T/trace1" >/dev/null
check "the trace is whole" [ $? -eq 0 ]
check "its interrupts say who raised them" [ "$("$D" trace dump "$T/trace1" |
	grep -c 'interrupt .*0x00000004.*console')" -ge 13 ]
(cat "$T/input"; sleep 1) | timeout 300 "$D" run -q --board malta "$T/devices.elf" short >"$T/slow"
check "when input comes does not matter" cmp "$T/out1" "$T/slow"

[ $failed -eq 0 ] || echo "$failed failed"
[ $failed -eq 0 ]
