#!/bin/sh
# SPDX-License-Identifier: MIT
# The core against QEMU: programs generated from the instruction table (tests/qemu/generate.c) must
# leave the same registers, memory and exceptions after every step under `discosim run` and under
# qemu-system-mipsel. SEEDS and STEPS may be given in the environment.
set -u
: "${DISCOSIM:=build/discosim}" "${B:=build}" "${SEEDS:=1 2 3 4 5 6}" "${STEPS:=20000}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -e "$B/libdiscosim.a" ] || make -s "$B/libdiscosim.a" || exit 1
cc -std=gnu11 -O1 -D_GNU_SOURCE -I. -o "$work/generate" tests/qemu/generate.c \
	"$B/libdiscosim.a" || exit 1
failed=0

# under_qemu ELF: the guest's console goes to reference.
under_qemu() {
	timeout 100 qemu-system-mipsel -M malta -cpu 24Kf -kernel "$1" -net none -vga none -nographic \
		-monitor none -serial null -chardev "file,id=out,path=$work/reference" \
		-semihosting-config enable=on,target=native,chardev=out </dev/null
}

# The observed executor must do what the plain one does.
recorded() {
	timeout 100 "$DISCOSIM" capture -q --tlb-entries 16 -o "$work/trace" "$work/guest.elf" \
		>"$work/recorded" && cmp "$work/ours" "$work/recorded"
}

for seed in $SEEDS; do
	"$work/generate" "$seed" "$STEPS" "$work/steps.bin" "$work/listing" || exit 1
	mipsel-linux-gnu-gcc -O2 -march=mips32r2 -mno-abicalls -fno-pic -G0 -ffreestanding -nostdlib \
		-static -I. -Wa,-I"$work" -Wl,--build-id=none -T tests/qemu/runner.ld \
		-o "$work/guest.elf" tests/qemu/runner.S tests/qemu/runner.c || exit 1
	if under_qemu "$work/guest.elf" &&
		timeout 100 "$DISCOSIM" run -q --tlb-entries 16 "$work/guest.elf" >"$work/ours" &&
		python3 tests/qemu/compare.py "$work/listing" "$work/reference" "$work/ours" &&
		{ [ "$seed" != 1 ] || recorded; }; then
		echo "ok: seed $seed, $STEPS steps, $(wc -c <"$work/ours") bytes of results"
	else
		echo "FAIL: seed $seed"
		failed=1
	fi
done
exit $failed
