#!/bin/sh
# SPDX-License-Identifier: MIT
# The profile of Linux traces against what is known otherwise: a program that makes so many system
# calls and page faults (tests/linux/services.c, the first process of an initrd of its own), the
# kernel's own count of page faults, and the system calls that qemu-mipsel -strace prints of busybox.
# Prints a line per case. LINUX is the folder of `make guests-linux`.
D=$(realpath "${DISCOSIM:-build/discosim}")
LINUX=$(realpath "${LINUX:-build/linux}")
HERE=$(dirname "$(realpath "$0")")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
failed=0

result() { # NAME STATUS
	if [ "$2" -eq 0 ]; then
		echo "ok   $1"
	else
		echo "FAIL $1"
		[ ! -s difference ] || cat difference
		failed=1
	fi
	: >difference
}

mkdir -p root/proc root/dev
(cd root && zcat "$LINUX/initrd.img" | cpio --quiet -id bin/busybox && mv bin/busybox program && rmdir bin)
mipsel-linux-gnu-gcc -std=gnu11 -O2 -static -Wall -Wextra -Werror -I"$HERE/.." -o root/init \
	"$HERE/linux/services.c" && [ -x root/program ] &&
	(cd root && find . | cpio --quiet -o -H newc --owner=0:0 | gzip -1) >initrd.img
result "the guest is made" $?

# trace NAME PROCESSORS ARGUMENT...: NAME.trace, what the guest says in NAME.said, the table in
# NAME.table.
trace() {
	name=$1 processors=$2
	shift 2
	model=24Kf
	[ "$processors" -eq 1 ] || model=34Kf
	timeout 300 "$D" capture -q --roi -o "$name.trace" --board malta --ram 128M --initrd initrd.img \
		-c "$processors" --model $model "$LINUX/vmlinux" nokaslr console=ttyS0 "$@" >"$name.log" 2>&1 </dev/null
	tr -d '\r' <"$name.log" | sed -n 's/^==//p' >"$name.said"
	"$D" trace info -q "$name.trace" >"$name.info" 2>&1
	sed -n '/^service /,$p' "$name.info" >"$name.table"
	"$D" trace verify -q "$name.trace" >difference 2>&1
	result "$* on $processors: captured, and whole" $?
}

# calls TABLE SERVICE: how often it was called. Names may have blanks; columns are two or more apart.
calls() {
	sed 's/   */\t/g' "$1.table" | awk -F '\t' -v name="$2" '$1 == name { n = $3 } END { print n + 0 }'
}

said() { # NAME WORD
	sed -n "s/^$2 //p" "$1.said"
}

equal() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || echo "$2 instead of $3" >difference
	[ ! -s difference ]
	result "$1: $3" $?
}

for job in "calls 1 work=calls" "calls2 2 work=calls" "once 1 work=faults scale=1" \
	"twice 1 work=faults scale=2" "program 1 work=program"; do
	set -- $job
	trace "$@"
done

# --- system calls: as many as the program made, by all of its processes
while read -r name count; do
	equal "calls of $name" "$(calls calls "$name")" "$count"
	equal "calls of $name on two processors" "$(calls calls2 "$name")" "$count"
done <calls.said
[ "$(wc -l <calls.said)" -eq 10 ]
result "the guest said what it did" $?

# --- the references of user and kernel, in another program's format
for how in "" --physical; do
	"$D" trace export -q -F lackey $how -o - calls.trace | wc -l >exported
	equal "exported $how" "$(cat exported)" "$("$D" trace info --brief calls.trace |
		awk '$1 == "0" && NF == 12 { print $3 + $4 + $5 }')"
done

# --- page faults: each kind grows by what there is more of; of the two processes' other pages the one
# that comes second finds a page of its own, and who that is depends on the timer
for kind in DEMAND_ZERO copy-on-write QUICK_FAULT; do
	row=$kind
	[ $kind != copy-on-write ] || row="copy-on-write fault"
	more=$(($(calls twice "$row") - $(calls once "$row")))
	wanted=$(($(said twice $kind) - $(said once $kind)))
	[ $kind = DEMAND_ZERO ] || [ $more -lt $wanted ] || [ $more -gt $((wanted + 2)) ] || more=$wanted
	equal "$kind more" $more $wanted
done
equal "DEMAND_ZERO" "$(calls once DEMAND_ZERO)" "$(said once DEMAND_ZERO)"
for run in once twice; do
	sum=$(($(calls $run DEMAND_ZERO) + $(calls $run "copy-on-write fault") +
		$(calls $run QUICK_FAULT) + $(calls $run "page-in fault")))
	equal "page faults as the kernel counts them" "$sum" "$(said $run faults)"
done

# --- a program as it comes from its package: its system calls as another program sees them
qemu-mipsel -0 busybox -strace root/program sha256sum root/program 2>strace >/dev/null
sed -n 's/^[0-9]* \([a-z0-9_]*\)(.*/\1/p' strace | sort | uniq -c >strace.counts
[ "$(wc -l <strace.counts)" -gt 4 ]
result "qemu-mipsel prints its system calls" $?
while read -r count name; do
	case $name in
	execve) ;; # the program's own start is not in the list
	*) equal "busybox's $name" "$(calls program "$name")" "$count" ;;
	esac
done <strace.counts
equal "execve" "$(calls program execve)" 1
exit $failed
