#!/bin/sh
# SPDX-License-Identifier: MIT
# Every guest gives the same output and files under QEMU (one processor) and under discosim with 1, 2
# and 8 processors (RAYTRACE 16 too); wrong use and crashes end as they should; the ELF files' bytes do
# not depend on where they are built.
cd "$(dirname "$0")/.." || exit 1
DISCOSIM=${DISCOSIM:-$PWD/build/discosim}
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v qemu-system-mipsel >/dev/null || {
	echo "FAIL qemu-system-mipsel is missing: apt install qemu-system-mips"
	exit 1
}

# A second build elsewhere, with the guests of tests/libos beside the others.
mkdir -p "$work/else/sim" "$work/else/traces" "$work/q" "$work/d"
cp -r sim/base "$work/else/sim" && cp -r traces/guests "$work/else/traces" &&
	cp tests/libos/*.c "$work/else/traces/guests" &&
	make -s guests-bare >/dev/null && make -s -C "$work/else" -f traces/guests/guests.mk guests-bare >/dev/null || {
	echo "FAIL the guests do not build"
	exit 1
}
elf=$work/else/build/guests

say() { # say OK-STATUS TEXT
	if [ "$1" -eq 0 ]; then
		echo "ok   $2"
	else
		echo "FAIL $2"
		failed=1
	fi
}

# on_qemu NAME ARG...: output in q.out (QEMU prints the guest's 1 and 2 on its 2); files in $work/q
on_qemu() {
	image=$elf/$1.elf
	config=enable=on,target=native
	for a; do config=$config,arg=$a; done
	(cd "$work/q" && timeout 300 qemu-system-mipsel -M malta -cpu 24Kf -net none -vga none -nographic \
		-monitor none -serial null -semihosting-config "$config" -kernel "$image") \
		>"$work/q.out" 2>&1 </dev/null
}

# on_us PROCESSORS NAME ARG...: output in d.out; files in $work/d
on_us() {
	processors=$1 name=$2
	shift 2
	timeout 300 "$DISCOSIM" run -q -c "$processors" --ram=128M --root="$work/d" "$elf/$name.elf" "$@" \
		>"$work/d.out" 2>&1 </dev/null
}

# same PROCESSORS... -- NAME ARG...: output, status and files are QEMU's, and the status is $want (0).
same() {
	counts=
	while [ "$1" != -- ]; do
		counts="$counts $1"
		shift
	done
	shift
	on_qemu "$@"
	expected=$?
	[ "$expected" -eq "${want:-0}" ]
	say $? "QEMU: $* exits with ${want:-0}"
	for n in $counts; do
		on_us "$n" "$@"
		[ $? -eq "$expected" ] && cmp "$work/q.out" "$work/d.out" && diff -r "$work/q" "$work/d"
		say $? "$n processors: $* is what QEMU says"
	done
}

for f in hello radix raytrace scene probe; do
	cmp "build/guests/$f.elf" "$elf/$f.elf"
	say $? "$f.elf has the same bytes built elsewhere"
done
same 1 -- hello
same 1 -- hello one two
same 1 2 8 -- selftest
on_us 8 hello && [ "$(grep -c '^hello from processor [0-7]$' "$work/d.out")" -eq 8 ]
say $? "8 processors: hello comes from each"

same 1 2 8 -- radix -n 20000 -r 256
same 8 -- radix -n 20000 -r 256 -p 1
same 1 2 8 -- radix -n 4097 -r 16 -m 1000000
same 3 64 -- radix -n 5 -r 2 -m 2
same 1 2 8 -- scene -l 2 -u 16 small.scene
same 1 2 8 16 -- raytrace -w 40 -h 30 small.scene small.ppm
same 5 -- raytrace -w 20 -h 15 -a 2 -t 3 small.scene smooth.ppm
for mode in private readshared collapse writeshared migratory phase; do
	same 1 2 8 -- probe -f 24 -n 4 $mode
done

want=2 same 1 8 -- radix -r 10
want=2 same 1 -- radix -n 0
want=2 same 1 -- radix more
want=2 same 1 -- probe sideways
want=2 same 1 -- raytrace small.scene
want=1 same 1 8 -- raytrace missing.scene out.ppm
echo 'sphere 0 0 0' | tee "$work/q/bad.scene" >"$work/d/bad.scene"
want=1 same 1 -- raytrace bad.scene out.ppm

# A register dump differs between machines in what the kernel does not set.
for case in null:'not mapped' constant:read-only kernel:exception unaligned:exception stack:'not mapped' \
	buffer:'bad system call' memory:'no more memory'; do
	way=${case%%:*} message=${case#*:}
	on_qemu crash "$way"
	[ $? -eq 125 ] && on_us 2 crash "$way"
	[ $? -eq 125 ] && grep -q "^libos: .*$message" "$work/d.out" && grep -q "^libos: .*$message" "$work/q.out"
	say $? "a crash ($way) ends with 125 and a message"
done
exit $failed
