#!/bin/sh
# SPDX-License-Identifier: MIT
# Several traces composed into one multiprocessor: eight captures are eight virtual machines side by
# side, one or two processors each, a node per processor. With first touch each machine's memory lies
# on its own nodes, so nothing can interfere: every counter of every processor must be what it is when
# its trace is replayed alone, and the run takes as long as the longest. (replay.quantum_cycles=0: else
# a machine of two processors sees its own invalidations a few cycles earlier or later in company.)
# On one common node only the queue is shared: then it is waited for, and references stay the same.
. "$(dirname "$0")/lib/cases.sh"
B=$(realpath "${B:-build}")
cd "$T" || exit 1

all=
for i in 0 1 2 3 4 5 6 7; do
	if [ $((i % 2)) -eq 0 ]; then
		"$D" capture -q --roi -o vm$i.trace "$B/guests/radix.elf" -n $((2048 * (i + 1))) >/dev/null
	else
		"$D" capture -q --roi -c 2 -o vm$i.trace "$B/guests/radix.elf" -n $((1024 * (i + 1))) >/dev/null
	fi || exit 1
	all=$all${all:+,}vm$i.trace
done
# Processors 0, 3, 6, 9 are the first of machines of one, 1, 4, 7, 10 of machines of two.

# counters LIST: "name value" of the counters of a result, sorted.
counters() {
	"$D" show --csv "$1" | awk -F, -v list="$2" '$(NF-4) == list { print $(NF-3), $(NF-2), $(NF-1) }' | sort
}

for s in native disco; do
	"$D" replay -q -s $s -S replay.quantum_cycles=0 -o together.$s.h5 $all && counters together.$s.h5 processor >together
	ok "$s: eight virtual machines of one or two processors replay together"
	first=0 longest=0
	: >alone
	for i in 0 1 2 3 4 5 6 7; do
		"$D" replay -q -s $s -S replay.quantum_cycles=0 -o alone.h5 vm$i.trace || exit 1
		counters alone.h5 processor | awk -v first=$first -v vm=$i '
			$1 == "virtual_machine" { $3 = vm }
			$1 == "home_node" { $3 += first }
			{ $2 += first; print }' >>alone
		first=$((first + 1 + i % 2))
	done
	# Who has finished waits for the last, which is no property of the machine.
	sort alone | grep -v '^idle_cycles' >a
	grep -v '^idle_cycles' together >t
	cmp a t
	ok "$s: each processor's counters are those of its machine alone ($(wc -l <t) numbers)"
	longest=$(awk '$1 == "finished_cycles" && $3 > most { most = $3 } END { print most }' alone)
	[ "$longest" = "$(counters together.$s.h5 machine | awk '$1 == "time_cycles" { print $NF }')" ]
	ok "$s: the run takes as long as its longest machine ($longest cycles)"
done

# One common node: what was local stays local, and only waiting is new.
"$D" replay -q -s disco -S machine.nodes=1 -S memory.node_bytes=256M -o node.h5 $all
ok "eight virtual machines share one node"
waited() { awk '$1 == "queue_cycles" { waited += $3 } END { print waited + 0 }' "$1"; }
counters node.h5 processor >n
[ "$(waited n)" -gt $((2 * $(waited a))) ]
ok "... and wait at its memory: $(waited n) cycles, $(waited a) when alone"
for f in a n; do grep -E '^(instructions|loads|stores|placed) ' $f >$f.same; done
cmp a.same n.same
ok "... for the same references and pages"

cat >spec.yaml <<Y
traces: ["$all", vm0.trace]
systems: [native, disco]
set: {machine.nodes: 0}
Y
"$D" sweep -q -j1 spec.yaml -o one.h5 && "$D" sweep -q -j4 spec.yaml -o four.h5 && cmp one.h5 four.h5
ok "a sweep of compositions gives the same bytes with 1 and 4 threads"
exit $failed
