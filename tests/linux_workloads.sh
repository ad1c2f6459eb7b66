#!/bin/sh
# SPDX-License-Identifier: MIT
# The four workloads at smoke size (traces/guests/linux/workloads): captured, four at once; what they
# print is what they print under QEMU, and what the same work gives elsewhere: the queries in
# Python's SQLite, RAYTRACE on the bare board, memsys compiled for the host. Then eight captures at
# the same time from snapshots, with one disk image: the same bytes as the first, each alone.
# Prints a line per case and a table. LINUX is the folder of `make guests-linux`.
set -u
D=$(realpath "${DISCOSIM:-build/discosim}")
LINUX=$(realpath "${LINUX:-build/linux}")
HERE=$(dirname "$(realpath "$0")")
GUESTS=$HERE/../traces/guests
BARE=$(realpath "${BARE:-build/guests}")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
workloads='pmake engineering raytrace database'
size=${SIZE:-smoke}
failed=0
export D LINUX size

ok() { echo "ok   $1"; }
fail() {
	echo "FAIL $1"
	failed=1
}
equal() { # WHAT FILE FILE
	if [ -s "$2" ] && cmp -s "$2" "$3"; then
		ok "$1"
	else
		fail "$1:"
		diff "$2" "$3" | head -n 5
	fi
}
# The lines of the workload on a console, without the kernel's.
workload_lines() {
	tr -d '\r' <"$1" | sed -n '/Run \/init/,$p' | grep -v '^\[ *[0-9]*\.[0-9]*\]'
}
at_once() { # COMMAND, a line of sh for each line of input, which is {}
	xargs -P "${CORES:-$(nproc)}" -I '{}' sh -c "$1"
}

cat >boot.sh <<'END'
# usage: boot.sh WORKLOAD run|capture OPTION...
name=$1 command=$2
shift 2
exec timeout 800 "$D" "$command" -q "$@" --board malta --ram 256M --initrd "$LINUX/initrd.img" \
	--disk "$LINUX/root.img" "$LINUX/vmlinux" nokaslr console=ttyS0 "workload=$name" "size=$size" </dev/null
END
cat >qemu.sh <<'END'
exec timeout 800 qemu-system-mipsel -M malta -cpu 24Kf -m 256 -nographic -monitor none -serial stdio -vga none \
	-net none -no-reboot -kernel "$LINUX/vmlinux" -initrd "$LINUX/initrd.img" \
	-append "nokaslr console=ttyS0 workload=$1 size=$size" \
	-drive "if=none,id=d,file=$LINUX/root.img,format=raw,snapshot=on" \
	-device virtio-blk-pci,drive=d,disable-modern=on </dev/null
END

for name in $workloads; do echo "$name"; done |
	at_once 'sh boot.sh {} capture --roi -o {}.trace >{}.console 2>{}.said; sh qemu.sh {} >{}.qemu 2>&1'
for name in $workloads; do
	workload_lines $name.console >$name.lines
	workload_lines $name.qemu >$name.wanted
	if grep -q "^workload $name $size: exit status 0" $name.lines; then
		ok "$name: runs, and finds its result right"
	else
		fail "$name: $(tail -n 3 $name.said $name.lines)"
	fi
	equal "$name: prints what it prints under QEMU" $name.lines $name.wanted
	if "$D" trace verify -q $name.trace >verified 2>&1; then
		ok "$name: the trace is whole"
	else
		fail "$name: $(cat verified)"
	fi
done

# --- the same work elsewhere
/usr/bin/python3 - "$GUESTS/linux/workloads" "$(sed -n 's/^database: \([0-9]*\) orders.*/\1/p' database.lines)" \
	>elsewhere <<'END' || fail "the queries in Python"
import sqlite3, sys
folder, orders = sys.argv[1:]
db = sqlite3.connect(":memory:", isolation_level=None)
db.executescript(open(folder + "/tpch-data.sql").read().replace(":orders", orders))
for query in open(folder + "/tpch-queries.sql").read().split(";")[:-1]:
    for row in db.execute(query):
        print("|".join(map(str, row)))
END
grep '^Q[136]|' database.lines >here
equal "the queries give what Python's SQLite gives" here elsewhere

set -- $(sed -n "s/^trace=\$(by_size '\([^']*\)'.*/\1/p" "$GUESTS/linux/workloads/raytrace.sh") balls.scene balls.ppm
detail=$(sed -n "s/^detail=\$(by_size '\([^']*\)'.*/\1/p" "$GUESTS/linux/workloads/raytrace.sh")
if [ "$size" = smoke ]; then
	{
		"$D" run -q --root . "$BARE/scene.elf" $detail balls.scene
		"$D" run -q --root . "$BARE/raytrace.elf" "$@"
	} >elsewhere 2>&1
	grep -E '^(scene|raytrace): ' raytrace.lines | grep -v sha256 >here
	equal "RAYTRACE traces what it traces on the bare board" here elsewhere
fi
cc -O1 -o memsys "$GUESTS/linux/programs/memsys.c" &&
	./memsys "$(sed -n 's/^memsys: \([0-9]*\) references.*/\1/p' engineering.lines)" >elsewhere
grep '^memsys: ' engineering.lines >here
equal "memsys counts what it counts on the host" here elsewhere

# --- from snapshots, eight at once
for name in $workloads; do echo "$name"; done |
	at_once 'sh boot.sh {} run --snapshot {}.snapshot >{}.booted 2>&1'
start=$(date +%s%N)
for name in $workloads $workloads; do echo "$name"; done | awk '{ print $1 "." ++n[$1] }' | CORES=8 at_once '
	name={}
	timeout 800 "$D" capture -q --roi --from "${name%.*}.snapshot" -o "{}.trace" </dev/null >"{}.rest" 2>&1'
elapsed=$((($(date +%s%N) - start) / 1000000))
for name in $workloads; do
	for copy in $name.1 $name.2; do
		if cmp -s $name.trace $copy.trace; then
			ok "$copy: of eight captures at once, with one disk image, is that of one alone"
		else
			fail "$copy: $(cmp $name.trace $copy.trace 2>&1; tail -n 2 $copy.rest)"
		fi
	done
done

# --- the figures
awk -v size="$size" 'BEGIN { printf "%-12s %13s %13s %12s %8s %9s %9s\n", size, "instructions", "references",
	"TLB refills", "kernel", "bytes/ref", "MB" }'
total=0
for name in $workloads; do
	"$D" trace info -q $name.trace >info
	awk -v name=$name '
		/^processor +records/ { for (i = 1; i <= NF; i++) column[$i] = i; getline
			n = $column["instructions"]; data = $column["loads"] + $column["stores"]
			refills = $column["tlb_refills"] }
		/^file / { bytes = $2 }
		/^per reference/ { per = $3 }
		/^processor +instructions +user/ { getline; user = $3 }
		END { printf "%-12s %13d %13d %12d %7.1f%% %9.3f %9.1f\n", name, n, n + data, refills,
			100 - user, per, bytes / 1e6 }' info
	total=$((total + 2 * $(sed -n 's/^0 *[0-9]* *\([0-9]*\) .*/\1/p' info | head -n 1)))
done
echo "eight captures at once: $((elapsed / 1000)).$((elapsed % 1000 / 100)) s," \
	"$((total / 1000 / elapsed)) million instructions a second"
exit $failed
