#!/bin/sh
# SPDX-License-Identifier: MIT
# Speeds, as medians, and as ratios against a peer in the same run on the same machine:
#   * executing (run) and recording (capture) a guest with one processor, against
#     qemu-system-mipsel executing the same ELF without any tracing;
#   * replaying its traces of 1 and 8 processors, with the miss rate beside every speed;
#   * a sweep with one thread and with all, in references times points per second;
#   * the models' operations one by one (tests/bench/models.c).
# It reports, it does not judge. RUNS (default 5) counted runs of each, after one warm-up.
set -eu
D=$(realpath "${DISCOSIM:-build/discosim}")
G=$(realpath "${GUESTS:-build/guests}")
here=$(realpath "$(dirname "$0")")
RUNS=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$D" run -q --root . "$G/scene.elf" -l 3 -u 96 balls.scene >scene.out

# median COMMAND: seconds, the median of the counted runs (none of them resumes a sweep).
median() {
	hyperfine -N --style none --prepare 'rm -f s.h5' --warmup 1 --runs "$RUNS" --export-json t.json "$1" >hyperfine.log 2>&1 || {
		cat hyperfine.log >&2
		exit 1
	}
	jq -r '.results[0].median' t.json
}
calc() { # FORMAT EXPRESSION
	awk "BEGIN { printf \"$1\", $2 }"
}
row() { # WHAT SECONDS COUNT NOTE
	printf '%-42s %9.3f s %9.1f M/s  %s\n' "$1" "$2" "$(calc %.1f "$3/$2/1e6")" "$4"
}
field() { # NAME: of the last replay
	awk -v n="$1" '$2 == n { print $1; exit }' replay.out
}

echo "median of $RUNS runs each; $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg) at the start"
for guest in radix raytrace; do
	case $guest in
	radix) args='-n 1048576' set='' ;;
	raytrace) args='-w 96 -h 96 balls.scene balls.ppm' set='--set l2.size=256K' ;;
	esac
	# shellcheck disable=SC2086
	insns=$("$D" run -q --stats --root . "$G/$guest.elf" $args 2>&1 >guest.out |
		sed -n 's/^instructions \([0-9]*\),.*/\1/p')
	qemu="qemu-system-mipsel -M malta -cpu 24Kf -net none -vga none -nographic -monitor none -serial null \
-semihosting-config enable=on,target=native,arg=$guest$(printf ',arg=%s' $args) -kernel $G/$guest.elf"
	run=$(median "$D run -q --root . $G/$guest.elf $args")
	capture=$(median "$D capture -q --root . -o one.trace $G/$guest.elf $args")
	peer=$(median "$qemu")
	row "$guest, run" "$run" "$insns" instructions
	row "$guest, capture" "$capture" "$insns" "instructions, recording"
	row "$guest, qemu-system-mipsel" "$peer" "$insns" "instructions, not recording"
	echo "$guest: time of capture / time of qemu-system-mipsel = $(calc %.2f "$capture/$peer")"
	for n in 1 8; do
		# shellcheck disable=SC2086
		"$D" capture -q -c $n --roi --root . -o $guest$n.trace "$G/$guest.elf" $args >guest.out
		"$D" trace info $guest$n.trace | sed -n "s/^per reference */$guest, $n processors: bytes per reference /p"
		for point in native:first_touch disco:disco; do
			replay="$D replay -q $set -s ${point%:*} -p ${point#*:} $guest$n.trace"
			$replay >replay.out
			insns_roi=$(field instructions)
			data=$(calc %.0f "$(field loads)+$(field stores)")
			seconds=$(median "$replay")
			row "$guest, $point, $n processors" "$seconds" "$(calc %.0f "$insns_roi+$data")" \
				"references; data $(calc %.1f "$data/$seconds/1e6") M/s; L1 data misses \
$(calc %.2f "100*$(field l1d_misses)/$data") %"
		done
	done
done
cat >sweep.yaml <<'YAML'
name: bench
traces: [radix8.trace]
systems: [native, disco]
policies: [round_robin, first_touch, disco]
vary:
  latency.remote_ns: [900, 1800]
YAML
points=12
"$D" replay -q radix8.trace >replay.out
references=$(calc %.0f "$points*($(field instructions)+$(field loads)+$(field stores))")
for j in 1 $(nproc); do
	seconds=$(RUNS=3 median "$D sweep -q --replace -j $j sweep.yaml -o s.h5")
	row "sweep of $points points, $j threads" "$seconds" "$references" 'references x points'
done
"$here/../../build/tests/bench/models"
