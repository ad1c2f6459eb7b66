#!/bin/sh
# SPDX-License-Identifier: MIT
# Linux, booted once and started many times: a trace from a snapshot is the trace of the whole run,
# byte for byte, with one processor and with two, from a later snapshot too, with the disk images
# elsewhere. Prints what starting costs. LINUX is the folder of `make guests-linux`.
set -u
D=$(realpath "${DISCOSIM:-build/discosim}")
LINUX=$(realpath "${LINUX:-build/linux}")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
failed=0

ok() { echo "ok   $1"; }
fail() {
	echo "FAIL $1"
	failed=1
}
equal() { # WHAT FILE FILE
	if [ -s "$2" ] && cmp -s "$2" "$3"; then
		ok "$1"
	else
		fail "$1: $(cmp "$2" "$3" 2>&1)"
	fi
}
seconds() { # COMMAND...: how long it took, as 1.23, on descriptor 3
	start=$(date +%s%N)
	"$@"
	status=$?
	echo $((($(date +%s%N) - start) / 10000000)) | sed 's/\(.*\)\(..\)$/\1.\2/; s/^\./0./' >&3
	return $status
}
capture() { timeout 600 "$D" capture -q --roi "$@"; }
run() { timeout 600 "$D" run -q "$@"; }

# The first keys are lost while the kernel looks for its console's UART.
cat >typed <<'END'




dd if=/bin/bash of=/dev/vdb bs=4k count=2 conv=fsync 2>/dev/null; echo early >/root/early; mark snapshot; seq 1 30000 | sort -n | tail -n 1; mark region-begin; ls -l /usr/bin | md5sum; cat /root/early; dd if=/dev/vdb bs=4k count=4 2>/dev/null | md5sum; echo late | dd of=/dev/vdb seek=9 2>/dev/null; echo late >/root/late; sync; mark region-end; exit
END

scenario() { # NAME OPTION...: a machine with a shared and a private disk
	name=$1
	shift
	mkdir -p $name.boot $name.1 $name.2
	truncate -s 1M $name.boot/private.img
	cp $name.boot/private.img $name.1/private.img
	seconds capture "$@" --board malta --ram 128M --initrd "$LINUX/initrd.img" \
		--disk "$LINUX/root.img" --disk $name.boot/private.img,private -o $name.boot/trace \
		"$LINUX/vmlinux" nokaslr cryptomgr.notests console=ttyS0 <typed >$name.boot/out 2>&1 3>$name.boot/seconds ||
		fail "$name: the capture from boot: $(tail -n 2 $name.boot/out)"
	run "$@" --board malta --ram 128M --initrd "$LINUX/initrd.img" \
		--disk "$LINUX/root.img" --disk $name.1/private.img,private --snapshot $name.snapshot \
		"$LINUX/vmlinux" nokaslr cryptomgr.notests console=ttyS0 <typed >$name.1/out 2>&1 ||
		fail "$name: the snapshot: $(tail -n 2 $name.1/out)"
	cp $name.1/private.img $name.saved.img
	cp $name.saved.img $name.2/private.img
	# Two at the same time, each with its own copy of the private disk.
	capture --from $name.snapshot -o $name.1/trace </dev/null >$name.1/rest 2>&1 &
	capture --from $name.snapshot --disk "$LINUX/root.img" --disk $name.2/private.img,private \
		-o $name.2/trace </dev/null >$name.2/rest 2>&1 ||
		fail "$name: a capture from the snapshot: $(tail -n 2 $name.2/rest)"
	wait
	equal "$name: the trace from a snapshot is the trace from boot" $name.boot/trace $name.1/trace
	equal "$name: twice at once" $name.boot/trace $name.2/trace
	cat $name.1/out $name.1/rest >$name.console
	equal "$name: the console" $name.boot/out $name.console
	equal "$name: the private disk" $name.boot/private.img $name.1/private.img
	cp $name.saved.img $name.2/private.img
	seconds run --from $name.snapshot --disk "$LINUX/root.img" --disk $name.2/private.img,private \
		--max-insns 1M </dev/null >/dev/null 2>$name.2/rest 3>$name.2/seconds
	grep -q 'has not exited after 1048576 instructions' $name.2/rest || fail "$name: $(cat $name.2/rest)"
	echo "     $name: from boot to the end $(cat $name.boot/seconds) s," \
		"start from a snapshot $(cat $name.2/seconds) s," \
		"a file of $(wc -c <$name.snapshot) bytes"
}

scenario one &
scenario two -c 2 --model 34Kf --net user &
wait
# (The two ran in shells of their own: what failed there is in their output only.)
for name in one two; do
	for again in 1 2; do
		cmp -s $name.boot/trace $name.$again/trace || failed=1
	done
	cmp -s $name.boot/out $name.console && cmp -s $name.boot/private.img $name.1/private.img || failed=1
	"$D" trace verify -q $name.1/trace || fail "$name: the trace is not whole"
done

# A later moment, from the first one; and the same moment straight from boot's snapshot.
cp one.saved.img one.2/private.img
at=$("$D" run -q --stats --max-insns 1M --from one.snapshot --disk "$LINUX/root.img" \
	--disk one.2/private.img,private 2>&1 </dev/null | sed -n 's/^instructions \([0-9]*\),.*/\1/p')
later() { # FILE INSTRUCTIONS FROM
	run --from "$3" --disk "$LINUX/root.img" --disk one.2/private.img,private --snapshot "$1" \
		--snapshot-at $((at + $2)) </dev/null >/dev/null || fail "a snapshot $2 instructions later"
}
cp one.saved.img one.2/private.img
later near 1000000 one.snapshot
later far 3000000 near
later direct 3000000 one.snapshot
equal "a snapshot of a snapshot is the direct one" direct far
capture --from far -o trace --disk "$LINUX/root.img" --disk one.2/private.img,private </dev/null >/dev/null
equal "the trace from it" one.boot/trace trace

# Images that are not what they were.
refused() { # WHAT TEXT OPTION...
	what=$1 text=$2
	shift 2
	"$D" run -q --from one.snapshot "$@" >said 2>&1 </dev/null
	status=$?
	if [ $status -ne 0 ] && [ "$(wc -l <said)" -eq 1 ] && grep -q "$text" said; then
		ok "$what: $(sed "s|$T/||g; s|$LINUX|LINUX|g" said)"
	else
		fail "$what: status $status: $(cat said)"
	fi
}
cp one.saved.img one.2/private.img
printf x | dd of=one.2/private.img conv=notrunc 2>/dev/null
refused "a private disk that has changed" "the disk image 1 is not what it was" \
	--disk "$LINUX/root.img" --disk one.2/private.img,private
refused "another image" "the disk image 0 is not what it was" \
	--disk one.2/private.img --disk one.saved.img,private
refused "one disk of two" "1 --disk given; .* was saved with 2" --disk "$LINUX/root.img"
refused "a shared disk for a private one" "saved with a private disk 1" \
	--disk "$LINUX/root.img" --disk one.saved.img
refused "an image that is not there" "No such file" --disk nowhere --disk one.saved.img,private
refused "a network that it has not" "a machine with no network" --net user \
	--disk "$LINUX/root.img" --disk one.saved.img,private
refused "an initial RAM disk" "wanted none" --initrd "$LINUX/initrd.img" \
	--disk "$LINUX/root.img" --disk one.saved.img,private
exit $failed
