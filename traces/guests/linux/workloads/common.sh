# SPDX-License-Identifier: MIT
# What the workloads share; each begins with `. /workloads/common.sh`. A workload is called with a size
# (smoke, middle or paper), prepares its files in /tmp, warms up, and runs its work between region_begin
# and region_end. What it prints is the same on every machine and in every run: no times, no numbers
# of processes. It exits with 0 if its result is right by its own checks.
set -eu
size=${1:-smoke}
work=/tmp/$(basename "$0" .sh)
mkdir -p "$work"
cd "$work"

# by_size SMOKE MIDDLE PAPER: the one that is asked for.
by_size() {
	case $size in
	smoke) echo "$1" ;;
	middle) echo "$2" ;;
	paper) echo "$3" ;;
	*)
		echo "$0: size '$size': wanted smoke, middle or paper" >&2
		return 2
		;;
	esac
}

# The place for a snapshot is in front of the region, so that a capture may start from it.
region_begin() {
	sync
	mark snapshot
	mark region-begin
}

region_end() { mark region-end; }

# sum NAME FILE...: a line with a checksum of the files' contents, one after the other.
sum() {
	name=$1
	shift
	echo "$name: sha256 $(cat "$@" | sha256sum | cut -c 1-32)"
}
