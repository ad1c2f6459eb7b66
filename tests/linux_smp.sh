#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux on several processors of a 34Kf: the unmodified Debian kernel with two, and the kernel of
# `make guests-smp`, if it has been built, with eight. Its programs print
# what they should; all processors take interrupts and work; recorded or not, the console's bytes are the
# same. LINUX is the folder of `make guests-linux`.
set -u
D=$(realpath "${DISCOSIM:-build/discosim}")
LINUX=$(realpath "${LINUX:-build/linux}")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
failed=0

check() { # NAME CONDITION...
	name=$1
	shift
	if "$@"; then
		echo "ok   $name"
	else
		echo "FAIL $name"
		failed=1
	fi
}

# The first keys are lost while the kernel looks for its console's UART. N: jobs.
typed() {
	printf '\n\n\n\n'
	tr '\n' ' ' <<'END' | sed "s/JOBS/$1/g"
mkdir -p /tmp; cd /tmp; printf 'all: a b c d e f g h\n%%: %%.c\n\t@gcc -O1 -o $@ $<\n' >Makefile;
for f in a b c d e f g h; do printf '#include <stdio.h>\nint main(void){puts("%s");}\n' $f >$f.c; done;
grep ^cpu /proc/stat >before; mark region-begin; printf 'smp-%s\n' begin;
nproc; grep -E '^(processor|VPE)' /proc/cpuinfo; make -s -jJOBS && for f in a b c d e f g h; do ./$f; done;
(for i in 1 2 3 4 5 6 7 8; do (seq 1 20000 | sort -rn | md5sum >sum$i)& done; wait); cat sum?;
printf 'smp-%s\n' end; mark region-end;
grep ^cpu /proc/stat | paste -d ' ' before -; cat /proc/interrupts;
dmesg | grep -iE 'sta[l]l|lock[u]p|bl[o]cked' | head; exit
END
	printf '\n'
}
part() { # FILE: what the guest printed, without what the kernel says in between
	tr -d '\r' <"$1" | sed -n '/^smp-begin/,/^smp-end/{ /^\[ *[0-9.]*\]/d; p; }'
}
computed() { grep -vE '^([0-9]+$|processor|VPE|smp-)' "$1"; } # FILE: what its programs computed

# busy FILE N: each processor was in user mode for a fair share of the time between the two
# /proc/stat; the lines of both are side by side.
busy() {
	tr -d '\r' <"$1" | awk -v n="$2" '/^cpu[0-9]/ && NF >= 22 {
		half = NF / 2
		user[$1] = $(half + 2) - $2; all += user[$1]; cpus++ }
		END { if (cpus != n || !all) exit 1
			for (c in user) if (user[c] < all / n / 2) exit 1 }'
}
# interrupted FILE N: every processor has had twenty of the timer's and some of others.
interrupted() {
	tr -d '\r' <"$1" | awk -v n="$2" '/MIPS +7 +timer/ { for (i = 2; i < n + 2; i++) if ($i < 20) bad = 1; timer = 1 }
		/IPI (call|resched)/ { for (i = 2; i < n + 2; i++) sum[i] += $i }
		END { for (i = 2; i < n + 2; i++) if (!sum[i]) bad = 1; exit bad || !timer }'
}

# What the programs of the guest must print: the same work done here. (QEMU is no judge: with several
# processors its guests complain of stalls, or stop.)
printf '%s\n' a b c d e f g h >wanted
for i in 1 2 3 4 5 6 7 8; do seq 1 20000 | sort -rn | md5sum; done >>wanted

machine() { # N KERNEL
	n=$1 kernel=$2
	typed "$n" >typed
	timeout 300 "$D" run -q --stats --board malta --model 34Kf -c "$n" --ram 256M \
		--initrd "$LINUX/initrd.img" --disk "$LINUX/root.img" "$kernel" nokaslr console=ttyS0 \
		quiet <typed >"$n.ours" 2>"$n.stats"
	check "$n processors: Linux boots, works and powers off" [ $? = 0 ]
	part "$n.ours" >"$n.ours.part"
	computed "$n.ours.part" >"$n.ours.computed"
	check "$n processors: the guest says all that it should" [ "$(wc -l <"$n.ours.part")" = $((19 + 2 * n)) ]
	check "$n processors: there are as many" grep -qx "$n" "$n.ours.part"
	check "$n processors: its programs print what they should" diff wanted "$n.ours.computed"
	check "$n processors: all take interrupts, and from each other" interrupted "$n.ours" "$n"
	check "$n processors: all work" busy "$n.ours" "$n"
	grep -qE 'stall|lockup|blocked' "$n.ours"
	check "$n processors: nobody stalls" [ $? = 1 ]
	timeout 300 "$D" capture -q --roi --board malta --model 34Kf -c "$n" --ram 256M \
		--initrd "$LINUX/initrd.img" --disk "$LINUX/root.img" -o trace "$kernel" nokaslr \
		console=ttyS0 quiet <typed >"$n.captured" 2>&1
	check "$n processors: captured, it prints the same" cmp "$n.ours" "$n.captured"
	check "$n processors: the trace is whole" "$D" trace verify -q trace
	head -n 1 "$n.stats" | sed "s/^/     $n processors: /"
	rm -f trace
}

machine 2 "$LINUX/vmlinux"
if [ -e "$LINUX/smp/vmlinux" ]; then
	machine 8 "$LINUX/smp/vmlinux"
else
	echo "     8 processors: no $LINUX/smp/vmlinux ('make guests-smp' makes it); not tested"
fi
exit $failed
