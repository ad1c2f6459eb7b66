#!/bin/sh
# SPDX-License-Identifier: MIT
# The four workloads at smoke size (traces/guests/linux/workloads): captured, four at once; what they
# print is what they print under QEMU, and what the same work gives elsewhere: the queries in
# Python's SQLite, RAYTRACE on the bare board, memsys compiled for the host. Then eight captures at
# the same time from snapshots, with one disk image: the same bytes as the first, each alone.
# Prints a line per case and a table. LINUX is the folder of `make guests-linux`.
. "$(dirname "$0")/lib/cases.sh"
LINUX=$(realpath "${LINUX:-build/linux}")
BARE=$(realpath "${BARE:-build/guests}")
guests=$SOURCE/traces/guests
workloads='pmake engineering raytrace database'
size=${SIZE:-smoke}
cd "$T" || exit 1
export D LINUX size

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
	grep -q "^workload $name $size: exit status 0" $name.lines || tail -n 3 $name.said $name.lines >difference
	[ ! -e difference ]
	ok "$name: runs, and finds its result right"
	same "$name: prints what it prints under QEMU" $name.wanted $name.lines
	"$D" trace verify -q $name.trace >difference 2>&1
	ok "$name: the trace is whole"
done

# --- the same work elsewhere
/usr/bin/python3 - "$guests/linux/workloads" "$(sed -n 's/^database: \([0-9]*\) orders.*/\1/p' database.lines)" \
	>elsewhere <<'END'
import sqlite3, sys
folder, orders = sys.argv[1:]
db = sqlite3.connect(":memory:", isolation_level=None)
assert int(orders) > 0
db.executescript(open(folder + "/tpch-data.sql").read().replace(":orders", orders))
for query in open(folder + "/tpch-queries.sql").read().split(";")[:-1]:
    for row in db.execute(query):
        print("|".join(map(str, row)))
END
grep '^Q[136]|' database.lines >here
same "the queries give what Python's SQLite gives" elsewhere here

set -- $(sed -n "s/^trace=\$(by_size '\([^']*\)'.*/\1/p" "$guests/linux/workloads/raytrace.sh") balls.scene balls.ppm
detail=$(sed -n "s/^detail=\$(by_size '\([^']*\)'.*/\1/p" "$guests/linux/workloads/raytrace.sh")
if [ "$size" = smoke ]; then
	{
		"$D" run -q --root . "$BARE/scene.elf" $detail balls.scene
		"$D" run -q --root . "$BARE/raytrace.elf" "$@"
	} >elsewhere 2>&1
	grep -E '^(scene|raytrace): ' raytrace.lines | grep -v sha256 >here
	same "RAYTRACE traces what it traces on the bare board" elsewhere here
fi
cc -O1 -o memsys "$guests/linux/programs/memsys.c" &&
	./memsys "$(sed -n 's/^memsys: \([0-9]*\) references.*/\1/p' engineering.lines)" >elsewhere
grep '^memsys: ' engineering.lines >here
same "memsys counts what it counts on the host" elsewhere here

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
		{ cmp $name.trace $copy.trace || { tail -n 2 $copy.rest; false; }; } >difference 2>&1
		ok "$copy: of eight captures at once, with one disk image, is that of one alone"
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
