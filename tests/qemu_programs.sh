#!/bin/sh
# SPDX-License-Identifier: MIT
# C programs (tests/qemu/programs) compiled in many ways must print the same, and exit alike, under
# QEMU and discosim, with and without recording; and the same whatever the level of optimisation and
# whether the FPU or libgcc does the arithmetic.
set -u
: "${DISCOSIM:=build/discosim}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
wraps=$(sed -n 's/^\twrap\t\(__[a-z0-9]*\),.*/-Wl,--wrap=\1/p' tests/qemu/programs/soft_float.S)
for n in add sub mul div; do wraps="$wraps -Wl,--wrap=__${n}df3 -Wl,--wrap=__${n}sf3"; done
for n in eq ne lt le gt ge unord; do wraps="$wraps -Wl,--wrap=__${n}df2 -Wl,--wrap=__${n}sf2"; done

compile() { # PROGRAM FLOAT OPTIMISATION
	extra=
	[ "$2" = hard ] || extra="tests/qemu/programs/soft_float.S $wraps"
	# shellcheck disable=SC2086
	mipsel-linux-gnu-gcc -std=gnu11 "$3" "-m$2-float" -march=mips32r2 -mno-abicalls -fno-pic -G0 \
		-ffreestanding -fno-tree-loop-distribute-patterns -nostdlib -static -I. \
		-Wl,--build-id=none,--no-warn-mismatch -T tests/qemu/programs/program.ld \
		-o "$work/guest.elf" tests/qemu/programs/start.S tests/qemu/programs/library.c \
		"tests/qemu/programs/$1.c" $extra -lgcc
}

for program in integer float; do
	for float in hard soft; do
		for level in -O0 -O2 -O3 -Os; do
			name="$program $float $level"
			compile $program $float $level 2>"$work/log" || {
				cat "$work/log"
				echo "FAIL: $name does not compile"
				failed=1
				continue
			}
			timeout 60 qemu-system-mipsel -M malta -cpu 24Kf -kernel "$work/guest.elf" \
				-net none -vga none -nographic -monitor none -serial null \
				-chardev "file,id=out,path=$work/reference" \
				-semihosting-config enable=on,target=native,chardev=out </dev/null
			status=$?
			timeout 60 "$DISCOSIM" run -q "$work/guest.elf" >"$work/ours"
			ours=$?
			[ -e "$work/first.$program" ] || cp "$work/reference" "$work/first.$program"
			timeout 60 "$DISCOSIM" capture -q -o "$work/trace" "$work/guest.elf" \
				>"$work/recorded"
			if [ $status -ne $ours ] || [ ! -s "$work/ours" ]; then
				echo "FAIL: $name: exit $status under QEMU, $ours here"
				failed=1
			elif ! cmp "$work/reference" "$work/ours"; then
				diff "$work/reference" "$work/ours" | head -n 10
				echo "FAIL: $name"
				failed=1
			elif ! cmp "$work/first.$program" "$work/ours"; then
				echo "FAIL: $name differs from hard -O0"
				failed=1
			elif ! cmp "$work/recorded" "$work/ours"; then
				echo "FAIL: $name differs when it is recorded"
				failed=1
			else
				echo "ok: $name, $(wc -l <"$work/ours") lines, exit $ours"
			fi
		done
	done
done
exit $failed
