#!/bin/sh
# SPDX-License-Identifier: MIT
# The placement probes (traces/guests/probe.c) captured on four processors and replayed: local
# shares and page moves must be what its head comment derives by arithmetic. P = 4 processors,
# F = 400 pages, N = 48 passes of L = 32 lines, T = 128 misses: a moved page costs T of N x L = 1536
# misses, so the remote share left is 3/4 x 128/1536 = 6.25 % where a quarter needs no move.
# Stacks, page tables and the kernel come on top: shares may differ by one percent.
D=$(realpath "${DISCOSIM:-build/discosim}")
B=$(realpath "${B:-build}")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
failed=0

check() { # WHAT CONDITION-IN-AWK
	if awk "BEGIN { exit !($2) }"; then
		echo "ok   $1"
	else
		echo "FAIL $1: $2"
		failed=1
	fi
}

# replayed PROBE SYSTEM POLICY [OPTION...]: sets counters as shell variables, and share: local misses
# in percent.
replayed() {
	probe_trace=$1.trace system=$2 policy=$3
	shift 3
	migrations=0 replications=0 collapses=0 l2_local_data=0 l2_remote_data=0
	"$D" replay -q -s "$system" -p "$policy" "$@" "$probe_trace" >out 2>err || {
		echo "FAIL $probe_trace $system $policy: $(cat err)"
		failed=1
	}
	eval "$(awk '$2 ~ /^(migrations|replications|collapses|l2_.*_data|time_cycles)$/ &&
		$1 ~ /^[0-9]+$/ { print $2 "=" $1 }' out)"
	share="100*$l2_local_data/($l2_local_data+$l2_remote_data)"
}

near() { # WHAT SHARE WANTED: within one percent
	check "$1: $3 % of the misses are local" "$2-($3) < 1 && ($3)-$2 < 1"
}

for probe in private readshared collapse writeshared migratory phase; do
	"$D" capture -q --roi -c 4 -o $probe.trace "$B/guests/probe.elf" -f 400 -n 48 $probe >out 2>err
	check "$probe captures and finds its sums" "$? == 0"
done

replayed private native first_touch
near "private, first touch" "$share" 25
replayed private native round_robin
near "private, round robin" "$share" 25
check "private, round robin: nothing moves" "$migrations + $replications == 0"
time_round_robin=$time_cycles
for system in native disco; do
	replayed private $system disco
	near "private, $system, migration" "$share" 93.75
	check "private, $system: P-1 of P pages move, once" "$migrations == 3 * 400"
	check "private, $system: nothing is replicated" "$replications == 0"
	check "private, $system: it pays" "$time_cycles < $time_round_robin"
done

replayed readshared native round_robin
near "readshared, round robin" "$share" 25
for system in native disco; do
	replayed readshared $system disco
	near "readshared, $system, replication" "$share" 93.75
	check "readshared, $system: P-1 copies of each page" "$replications == 3 * 400"
	check "readshared, $system: no migration, no collapse" "$migrations + $collapses == 0"
done

replayed collapse disco disco:interval_ms=0 # a reset amid the second half would cost misses
near "collapse, twice the copies" "$share" 87.5
replayed collapse disco disco
check "collapse: every page collapses once" "$collapses == 400"
check "collapse: it is replicated before and after" "$replications == 2 * 3 * 400"

for probe in writeshared migratory; do
	# The arithmetic knows no L2TLB in the caches: a stack that shares sets with it may become hot.
	replayed $probe disco disco -S l2tlb.entry_bytes=0
	near "$probe" "$share" 25
	check "$probe: pages stay" "$migrations + $replications == 0"
	replayed $probe disco disco
	near "$probe, the L2TLB in the caches" "$share" 25
	check "$probe: at most the stack of each processor moves" "$migrations + $replications <= 4"
done

replayed phase native first_touch
near "phase, first touch: the first half" "$share" 50
replayed phase native round_robin
near "phase, round robin" "$share" 25
replayed phase disco disco
check "phase: every page moves once, after the change" \
	"$migrations <= 4 * 400 && $migrations >= 4 * 400 - 4"
check "phase, migration: at least T/(N x L) stays remote, at most 3 % more" \
	"$share < 100 - 100 * 128 / 1536 && $share > 97 - 100 * 128 / 1536"

replayed private uma round_robin
check "private, uma: all is local" "$share == 100"
exit $failed
