#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs under the Debian kernel: what coreutils, dash, awk, gcc, sqlite3, vvp, povray and others
# (traces/guests/linux/workloads/programs.sh) print is QEMU's, byte for byte. Prints a line per
# case. LINUX is the folder of `make guests-linux`.
cd "$(dirname "$0")/.." || exit 1
DISCOSIM=${DISCOSIM:-build/discosim}
LINUX=${LINUX:-build/linux}
T=$(mktemp -d)
trap 'kill $jobs 2>/dev/null; rm -rf "$T"' EXIT
jobs=
failed=0

ok() { # ok STATUS WHAT
	if [ "$1" -eq 0 ]; then
		echo "ok   $2"
	else
		echo "FAIL $2"
		failed=1
	fi
}

for file in vmlinux initrd.img root.img; do
	[ -r "$LINUX/$file" ] || { echo "$LINUX/$file is missing: make guests-linux" >&2; exit 1; }
done
line="nokaslr console=ttyS0 cryptomgr.notests quiet workload=programs"

timeout 800 qemu-system-mipsel -M malta -cpu 24Kf -m 256 -nographic -monitor none -serial stdio \
	-vga none -net none -no-reboot -rtc base=2027-01-01 -kernel "$LINUX/vmlinux" \
	-initrd "$LINUX/initrd.img" -append "$line" \
	-drive "if=none,id=d,file=$LINUX/root.img,format=raw,snapshot=on" \
	-device virtio-blk-pci,drive=d,disable-modern=on >"$T/qemu.log" 2>&1 </dev/null &
jobs="$jobs $!"
qemu=$!

# shellcheck disable=SC2086
timeout 800 "$DISCOSIM" run -q --board malta --initrd "$LINUX/initrd.img" --disk "$LINUX/root.img" \
	"$LINUX/vmlinux" $line >"$T/ours.log" 2>&1 </dev/null &
jobs="$jobs $!"
ours=$!

wait $ours
ok $? "programs: discosim ends with status 0 when the machine switches off"
wait $qemu
ok $? "programs: QEMU ends"

# What the programs printed, without the kernel's messages before and after.
for who in qemu ours; do
	tr -d '\r' <"$T/$who.log" | sed -n '/^== /,/^workload programs/p' >"$T/$who"
	grep -q '^workload programs smoke: exit status 0$' "$T/$who"
	ok $? "programs: every one succeeds ($who)"
done
names=$(sed -n 's/^\(run\|check\) \([a-z+0-9-]*\) <<.*/\2/p' traces/guests/linux/workloads/programs.sh)
[ "$(echo "$names" | wc -l)" -ge 15 ]
ok $? "programs: the list has $(echo "$names" | wc -l) of them"
for name in $names; do
	for who in qemu ours; do
		awk -v name="$name" '$0 == "== " name { on = 1 } on; $1 == "==" && $2 == name ":" { on = 0 }' \
			"$T/$who" >"$T/$who.case"
	done
	[ "$(wc -l <"$T/qemu.case")" -ge 2 ] && cmp -s "$T/qemu.case" "$T/ours.case" && same=0 || same=1
	ok $same "$name: $(wc -c <"$T/ours.case") bytes are QEMU's"
	[ $same -eq 0 ] || diff "$T/qemu.case" "$T/ours.case" | head -n 10
done
cmp "$T/qemu" "$T/ours"
ok $? "programs: all that is printed is QEMU's"
[ $failed -eq 0 ] || tail -n 5 "$T/ours.log" "$T/qemu.log"
exit $failed
