#!/bin/sh
# SPDX-License-Identifier: MIT
# Speeds, as medians and as ratios against peers in the same run on the same machine:
#   * executing (run) and recording (capture) a guest, against qemu-system-mipsel executing the same
#     ELF with one processor;
#   * replaying its traces with 1 and 8 processors, with the miss rate beside every speed;
#   * a sweep over the policies with one and with all cores.
# It reports, it does not judge. RUNS (default 5) counted runs of each, after one warm-up.
set -eu
D=${DISCOSIM:-build/discosim}
G=${GUESTS:-build/guests}
RUNS=${RUNS:-5}
KEYS=${KEYS:-262144}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# median COMMAND: seconds, the median of the counted runs.
median() {
	hyperfine -N --style none --warmup 1 --runs "$RUNS" --export-json "$work/t.json" "$1" \
		>"$work/hyperfine.log" 2>&1 || { cat "$work/hyperfine.log" >&2; exit 1; }
	jq -r '.results[0].median' "$work/t.json"
}
row() {
	printf '%-44s %10s %14s %s\n' "$@"
}
calc() {
	awk "BEGIN { printf \"$1\", $2 }"
}

qemu() {
	args="arg=$1"
	shift
	for a; do args="$args,arg=$a"; done
	echo "qemu-system-mipsel -M malta -cpu 24Kf -net none -vga none -nographic -monitor none \
-serial null -semihosting-config enable=on,target=native,$args"
}

row what seconds million/s note
for guest in radix raytrace; do
	case $guest in
	radix) args="-n $KEYS" ;;
	raytrace) args= ;;
	esac
	[ -e "$G/$guest.elf" ] || continue
	root=
	[ "$guest" = raytrace ] && root="--root $G"
	# shellcheck disable=SC2086
	insns=$($D run --stats -q $root "$G/$guest.elf" $args 2>&1 >/dev/null |
		awk '/instructions/ { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+$/) { print $i; exit } }')
	run=$(median "$D run -q $root $G/$guest.elf $args")
	capture=$(median "$D capture -q $root -o $work/one.trace $G/$guest.elf $args")
	# shellcheck disable=SC2086
	peer=$(cd "$G" && median "$(qemu $guest $args) -kernel $guest.elf")
	row "$guest run" "$(calc %.3f "$run")" "$(calc %.0f "$insns/$run/1e6")" instructions
	row "$guest capture" "$(calc %.3f "$capture")" "$(calc %.0f "$insns/$capture/1e6")" instructions
	row "$guest qemu-system-mipsel" "$(calc %.3f "$peer")" "$(calc %.0f "$insns/$peer/1e6")" instructions
	row "$guest capture / qemu-system (time ratio)" "$(calc %.2f "$capture/$peer")" "" ""
	for n in 1 8; do
		# shellcheck disable=SC2086
		$D capture -q -c $n --roi $root -o "$work/$n.trace" "$G/$guest.elf" $args >/dev/null
		info=$($D trace info "$work/$n.trace")
		for point in native:first_touch disco:disco; do
			seconds=$(median "$D replay -q -s ${point%:*} -p ${point#*:} $work/$n.trace")
			$D replay -q -s "${point%:*}" -p "${point#*:}" "$work/$n.trace" >"$work/out.txt"
			refs=$(awk '$1 == "references" { print $2; exit }' "$work/out.txt")
			data=$(awk '$1 == "data_references" { print $2; exit }' "$work/out.txt")
			misses=$(awk '$1 == "l1_miss_percent" { print $2; exit }' "$work/out.txt")
			row "$guest replay $point, $n processors" "$(calc %.3f "$seconds")" \
				"$(calc %.1f "$refs/$seconds/1e6")" \
				"references; $(calc %.1f "$data/$seconds/1e6") data; L1 misses $misses %"
		done
		echo "$info" | grep -i 'bytes per' | sed "s/^ */$guest, $n processors: /"
	done
done
