#!/bin/sh
# SPDX-License-Identifier: MIT
# Traces of the Debian kernel (two workloads at smoke size) replayed: each run checks its own books,
# here they are held against the trace's totals and against each other. Refills of the traced TLB are
# those of the trace; under disco each is handled, skipped or dropped; a disk's speed changes idle
# time alone; two machines side by side are as alone. Prints a line per case.
. "$(dirname "$0")/lib/cases.sh"
LINUX=$(realpath "${LINUX:-build/linux}")
cd "$T" || exit 1
export D LINUX

for name in pmake engineering; do echo $name; done | xargs -P 2 -I '{}' sh -c 'timeout 800 "$D" capture -q --roi \
	--board malta --ram 256M -o {}.trace --initrd "$LINUX/initrd.img" --disk "$LINUX/root.img" \
	"$LINUX/vmlinux" nokaslr console=ttyS0 workload={} size=smoke >{}.console 2>&1 </dev/null'
ok "two workloads are captured"

# replayed NAME TRACE OPTION...: the counters of a point become NAME.csv, "counter value", processors' summed.
replayed() {
	name=$1 traces=$2
	shift 2
	"$D" replay -q "$traces" --set memory.node_bytes=512M "$@" -o "$name.h5" || return 1
	"$D" show --csv "$name.h5" | awk -F, '$(NF-4) == "machine" { print $(NF-3), $(NF-1) }
		$(NF-4) == "processor" { sum[$(NF-3)] += $(NF-1) } END { for (c in sum) print c, sum[c] }' >"$name.csv"
}
of() { # NAME COUNTER
	awk -v c="$2" '$1 == c { print $2; exit }' "$1.csv"
}
total() { # TRACE TOTAL: of trace info
	"$D" trace info -q "$1.trace" 2>/dev/null | awk -v name="$2" '/^processor +records/ { for (i = 1; i <= NF; i++) if ($i == name) at = i
		getline; print $at; exit }'
}
sum() { # NAME COUNTER...
	file=$1
	shift
	for c; do of "$file" "$c"; done | awk '{ s += $1 } END { printf "%.0f\n", s }'
}

for t in pmake engineering; do
	for s in native uma disco; do
		replayed $t.$s $t.trace -s $s
		ok "$t replays under $s: $(awk -v a="$(of $t.$s time_cycles)" 'BEGIN { printf "%.0f ms", a / 4e5 }')"
		[ "$(of $t.$s instructions)" = "$(total $t instructions)" ] && [ "$(of $t.$s loads)" = "$(total $t loads)" ]
		ok "... for all of its instructions and loads"
	done
	[ "$(of $t.native tlb_misses)" = "$(total $t tlb_refills)" ]
	ok "$t, native: the TLB misses are the trace's refills ($(of $t.native tlb_misses))"
	[ "$(sum $t.disco tlb_handled tlb_skipped tlb_dropped)" = "$(total $t tlb_refills)" ]
	ok "$t, disco: each refill is handled, skipped or dropped"
	[ "$(of $t.disco forwarded)" -ge "$(of $t.disco tlb_handled)" ] &&
		[ "$(sum $t.disco l2tlb_hits forwarded)" -le "$(of $t.disco tlb_misses)" ] &&
		[ "$(of $t.disco tlb_misses)" -le "$(sum $t.disco l2tlb_hits forwarded kernel_faults)" ]
	ok "$t, disco: a miss is in the L2TLB, the guest's, or the relocated kernel's"
	[ "$(of $t.disco kernel_cycles)" -lt "$(of $t.native kernel_cycles)" ] &&
		[ "$(of $t.disco user_cycles)" = "$(of $t.native user_cycles)" ]
	ok "$t: the kernel executes less on the monitor, the programs the same"
	[ "$(of $t.native device_accesses)" = "$(of $t.disco device_accesses)" ]
	ok "$t: devices are accessed as often"
done

[ "$(of pmake.native requests)" = "$(total pmake requests)" ] && [ "$(of pmake.native requests)" -gt 0 ]
ok "pmake: $(of pmake.native requests) requests to the disk"
replayed fast pmake.trace --set disk.latency_ns=0 --set disk.rate_kb=1e9
replayed slow pmake.trace --set disk.latency_ns=21000000
awk -v a="$(of fast time_cycles)" -v b="$(of pmake.native time_cycles)" -v c="$(of slow time_cycles)" -v n="$(of slow requests)" \
	'BEGIN { exit !(a < b && b < c && c - b <= n * 10500000 * 0.4) }'
ok "pmake: a slower disk takes longer, by no more than its requests do"
for c in user_cycles kernel_cycles user_local_cycles kernel_local_cycles idle_sleep_cycles; do
	[ "$(of fast $c)" = "$(of slow $c)" ] || echo "differs: $c"
done >differs
[ ! -s differs ]
ok "... and all but idle time stays $(cat differs)"

# A replay of one processor ends soon after Ctrl-C and leaves nothing. (Without --foreground timeout sends two
# signals, and the second ends the process at once.)
timeout --foreground -s INT -k 60 0.5 "$D" replay pmake.trace -s disco -o stopped.h5 2>stopped
[ "$(cat stopped)" = "discosim: interrupted" ] && [ ! -e stopped.h5 ]
ok "Ctrl-C ends a replay $(cat stopped)"

"$D" replay -q pmake.trace,engineering.trace -s disco --set memory.node_bytes=512M -o both.h5 &&
	"$D" show --csv both.h5 | awk -F, '$(NF-4) == "processor" && $(NF-3) == "finished_cycles" { print $(NF-1) }' >both
ok "two Linux machines replay side by side"
{
	of pmake.disco finished_cycles
	of engineering.disco finished_cycles
} | cmp -s - both
ok "... each taking as long as alone"
exit $failed
