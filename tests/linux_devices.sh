#!/bin/sh
# SPDX-License-Identifier: MIT
# Captures with devices: more cards than connectors, found in the order of the command line; the same
# files give the same trace, whatever runs beside it; every record of a device holds what the rules
# of traces say; the images are named by their content.
set -u
. tests/linux/script.sh

initrd devices <<'END'
cat /sys/block/vd?/size
mount -t ext4 /dev/vda /a && mount -t ext4 /dev/vdb /b
seq 1 3000 >/a/numbers
cp /a/numbers /b/numbers
sync
dd if=/dev/vde bs=1536 count=3 2>/dev/null | md5sum
umount /a /b
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ping -c 2 -i 0.1 10.0.2.2 | grep -c seq=
END
mkdir "$T/1" "$T/2"
export SOURCE_DATE_EPOCH=1700000000
mke2fs -q -t ext4 -E hash_seed=01234567-89ab-cdef-0123-456789abcdef "$T/a.img" 16m >/dev/null 2>&1 || exit 1
cp "$T/a.img" "$T/1/b.img"
cp "$T/a.img" "$T/2/b.img"
truncate -s 3m "$T/c.img"
truncate -s 4m "$T/d.img"
yes discosim | head -c 5000704 >"$T/e.img"

capture() { # NUMBER
	timeout 300 "$DISCOSIM" capture -q --board malta --ram 128M --initrd "$T/devices.initrd" \
		--disk "$T/a.img,overlay=$T/$1/overlay" --disk "$T/$1/b.img,private" \
		--disk "$T/c.img" --disk "$T/d.img" --disk "$T/e.img" --net user -o "$T/$1/trace" \
		"$LINUX/vmlinux" nokaslr console=ttyS0 </dev/null >"$T/$1/console" 2>"$T/$1/error"
}
capture 1 &
capture 2
wait
said "$T/1/console" >"$T/got"
{
	printf 'BEGIN\n32768\n32768\n6144\n8192\n9767\n'
	head -c 4608 "$T/e.img" | md5sum
	printf '2\nEND\n'
} >"$T/wanted"
check "six cards are found in the order of the command line" diff "$T/wanted" "$T/got"
check "the same files give the same trace" cmp "$T/1/trace" "$T/2/trace"
check "the same overlay" cmp "$T/1/overlay" "$T/2/overlay"
check "and the same private disk" cmp "$T/1/b.img" "$T/2/b.img"
check "which e2fsck finds clean" e2fsck -fn "$T/1/b.img"
rm -f "$T/2/trace"
check "the trace holds to the rules" "$DISCOSIM" trace verify -q "$T/1/trace"
"$DISCOSIM" trace info -q "$T/1/trace" >"$T/info" 2>&1
image() { sed -n "s/^image $1 .*hash //p" "$T/info"; }
check "equal images have equal names" test "$(image 0)" = "$(image 1)" -a -n "$(image 0)"
check "different ones have not" test "$(image 2)" != "$(image 3)"
check "a shared image is written in its overlay only" \
	sh -c "awk '/^image 0 *write/ { n++; bad += \$5 != \$6 } END { exit !n || bad }' $T/info"
check "a private one has none" \
	sh -c "awk '/^image 1 *(read|write)/ { n++; bad += \$6 != 0 } END { exit n != 2 || bad }' $T/info"
check "frames went both ways" sh -c "[ \$(grep -cE '^network  (receive|send) ' $T/info) -eq 2 ]"

[ $failures -eq 0 ]
