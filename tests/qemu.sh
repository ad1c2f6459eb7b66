#!/bin/sh
# SPDX-License-Identifier: MIT
# The core against QEMU: programs generated from the instruction table (tests/qemu/generate.c) must
# leave the same registers, memory and exceptions after every step under `discosim run` and under
# qemu-system-mipsel. SEEDS and STEPS may be given in the environment. Then again on the first of two
# 34Kf processors, with the MT extension's registers and what it reaches of the second.
set -u
: "${DISCOSIM:=build/discosim}" "${B:=build}" "${SEEDS:=1 2 3 4 5 6}" "${STEPS:=20000}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -e "$B/libdiscosim.a" ] || make -s "$B/libdiscosim.a" || exit 1
cc -std=gnu11 -O1 -D_GNU_SOURCE -I. -o "$work/generate" tests/qemu/generate.c tests/qemu/generate_mt.c \
	"$B/libdiscosim.a" || exit 1
failed=0

# under_qemu MODEL PROCESSORS: the guest's console goes to reference.
under_qemu() {
	timeout 100 qemu-system-mipsel -M malta -cpu "$1" -smp "$2" -kernel "$work/guest.elf" -net none \
		-vga none -nographic -monitor none -serial null -chardev "file,id=out,path=$work/reference" \
		-semihosting-config enable=on,target=native,chardev=out </dev/null
}

# The observed executor must do what the plain one does.
recorded() {
	# shellcheck disable=SC2086
	timeout 100 "$DISCOSIM" capture -q $ours -o "$work/trace" "$work/guest.elf" \
		>"$work/recorded" && cmp "$work/ours" "$work/recorded"
}

# compare SEED MODEL PROCESSORS [mt]; $ours are the same as options.
compare() {
	# shellcheck disable=SC2086
	"$work/generate" "$1" "$STEPS" "$work/steps.bin" "$work/listing" ${4-} || exit 1
	mipsel-linux-gnu-gcc -O2 -march=mips32r2 -mno-abicalls -fno-pic -G0 -ffreestanding -nostdlib \
		-static -I. -Wa,-I"$work" -Wl,--build-id=none -T tests/qemu/runner.ld \
		-o "$work/guest.elf" tests/qemu/runner.S tests/qemu/runner.c || exit 1
	# shellcheck disable=SC2086
	if under_qemu "$2" "$3" &&
		timeout 100 "$DISCOSIM" run -q $ours "$work/guest.elf" >"$work/ours" &&
		python3 tests/qemu/compare.py "$work/listing" "$work/reference" "$work/ours" &&
		{ [ "$1" != 1 ] || recorded; }; then
		echo "ok: $2 seed $1, $STEPS steps, $(wc -c <"$work/ours") bytes of results"
	else
		echo "FAIL: $2 seed $1"
		failed=1
	fi
}

for seed in $SEEDS; do
	ours="--tlb-entries 16"
	compare "$seed" 24Kf 1
	ours="--model 34Kf -c 2"
	compare "$seed" 34Kf 2 mt
done
exit $failed
