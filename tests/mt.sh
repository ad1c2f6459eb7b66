#!/bin/sh
# SPDX-License-Identifier: MIT
# The MT extension: a guest whose first VPE starts, interrupts, stops and restarts the second prints
# the same under QEMU's Malta with two 34Kf processors and under ours, recorded or not; its traces
# are equal and whole; on a 24Kf, whose registers and instructions these are not, it ends as it should.
. "$(dirname "$0")/lib/cases.sh"
set -u

. tests/guests/guests.sh
build_guest vpes "$T" || exit 1
machine="--model 34Kf -c 2 --tlb-entries 16"

timeout 100 qemu-system-mipsel -M malta -cpu 34Kf -smp 2 -accel tcg,thread=single -m 64 -net none \
	-vga none -display none -monitor none -serial null -kernel "$T/vpes.elf" \
	-semihosting-config enable=on,target=native >"$T/qemu.out" 2>&1 </dev/null
check "the guest ran under QEMU" [ $? = 0 ]
timeout 60 "$D" run -q $machine "$T/vpes.elf" >"$T/ours.out" 2>&1 </dev/null
check "the guest ran" [ $? = 0 ]
check "what it prints is what it prints under QEMU" diff "$T/qemu.out" "$T/ours.out"
check "and is all there" [ "$(wc -l <"$T/ours.out")" = 34 ]
for n in 1 2; do
	timeout 60 "$D" capture -q $machine -o "$T/$n.trace" "$T/vpes.elf" >"$T/$n.out" 2>&1
	check "recorded, it prints the same ($n)" cmp "$T/ours.out" "$T/$n.out"
done
check "two captures are equal" cmp "$T/1.trace" "$T/2.trace"
check "and whole" timeout 60 "$D" trace verify -q "$T/1.trace"
timeout 60 "$D" run -q -c 2 "$T/vpes.elf" >"$T/24.out" 2>&1
check "a 24Kf has no such instructions" grep -q "reserved instruction" "$T/24.out"
timeout 60 "$D" run -q --model 34Kf -c 17 "$T/vpes.elf" >"$T/17.out" 2>&1
check "a 34Kf has at most 16 processors" [ $? = 2 ]
exit $failed
