#!/bin/sh
# SPDX-License-Identifier: MIT
# Disks under the Debian kernel: the same commands on a private disk with a journal and on a shared
# one with an overlay, under discosim and under QEMU, must say the same, and leave the same files
# on disks that e2fsck finds clean. Overlays kept in a file, the base untouched, locks, full disks.
set -u
. tests/linux/script.sh

# ---- the disks: the sources of this project as their files
mkdir "$T/files"
cp -r sim traces models "$T/files/"
export SOURCE_DATE_EPOCH=1700000000
mke2fs -q -t ext4 -U 01234567-89ab-cdef-0123-456789abcdef -E hash_seed=01234567-89ab-cdef-0123-456789abcdef \
	-d "$T/files" "$T/base.img" 48m >/dev/null 2>&1 || exit 1
for image in private qemu0 qemu1 odd; do cp "$T/base.img" "$T/$image.img"; done
before=$(md5sum <"$T/base.img")

initrd work <<'END'
cat /sys/block/vda/size /sys/block/vdb/size
mount -t ext4 /dev/vda /a || echo cannot mount
mount -t ext4 /dev/vdb /b || echo cannot mount
cd /a
find . -type f | sort | xargs md5sum | md5sum
diff -r /a /b && echo equal
seq 1 150000 >numbers
cp -r sim again
rm -r traces
mkdir -p deep/er/still
for i in $(seq 1 200); do echo $i >deep/er/still/$i; done
ln -s numbers link
dd if=numbers of=/b/part bs=512 skip=7 count=999 2>/dev/null
dd if=numbers of=/b/sparse bs=4096 seek=1000 count=17 2>/dev/null
echo more >>/b/part
sync
echo 3 >/proc/sys/vm/drop_caches
md5sum numbers link deep/er/still/77 /b/part /b/sparse
find . -type f | sort | xargs md5sum | md5sum
(cd /b && find . -type f | sort | xargs md5sum | md5sum)
cd /
umount /a && umount /b && echo unmounted
echo 3 >/proc/sys/vm/drop_caches
mount -t ext4 -o ro /dev/vda /a && (cd /a && find . -type f | sort | xargs md5sum | md5sum)
umount /a
dd if=/dev/vdb bs=512 skip=1 count=1 2>/dev/null | md5sum
dd if=/dev/vda of=/dev/null bs=1M 2>&1 | sed 1,2p -n
dd if=/dev/zero of=/dev/vda bs=512 seek=98304 count=1 2>&1 | grep -c 'No space left'
cat /sys/block/vda/serial 2>/dev/null | wc -l
END
# shellcheck disable=SC2046
qemu work $(drive 0 "$T/qemu0.img") $(drive 1 "$T/qemu1.img")
said "$T/work.qemu" >"$T/wanted"
check "QEMU runs the script to its end" grep -qx END "$T/wanted"
sim work --disk "$T/private.img,private" --disk "$T/base.img,overlay=$T/kept" ||
	fail "discosim: $(cat "$T/error")"
said "$T/work.console" >"$T/got"
check "the same commands say the same as under QEMU" diff "$T/wanted" "$T/got"
check "the kernel has seen no error of a disk" sh -c "! grep -iE 'I/O error|EXT4-fs error' $T/work.console"
check "the base of an overlay is untouched" test "$(md5sum <"$T/base.img")" = "$before"
check "e2fsck finds the private disk clean" e2fsck -fn "$T/private.img"
check "e2fsck finds QEMU's clean" e2fsck -fn "$T/qemu0.img"
mkdir "$T/out0" "$T/out1"
debugfs -R "rdump / $T/out0" "$T/private.img" >/dev/null 2>&1
debugfs -R "rdump / $T/out1" "$T/qemu0.img" >/dev/null 2>&1
check "there are files on the private disk" test -s "$T/out0/numbers"
check "the private disk has QEMU's files" diff -r "$T/out0" "$T/out1"

# ---- the overlay, in the next machine and without
initrd again <<'END'
mount -t ext4 -o ro /dev/vda /a
(cd /a && find . -type f | sort | xargs md5sum | md5sum)
md5sum /a/part /a/sparse
END
# shellcheck disable=SC2046
qemu again $(drive 0 "$T/qemu1.img")
sim again --disk "$T/base.img,overlay=$T/kept"
said "$T/again.qemu" >"$T/wanted"
said "$T/again.console" >"$T/got"
check "what an overlay kept is there in the next machine" diff "$T/wanted" "$T/got"
sim again --disk "$T/base.img"
check "and not without it" grep -q "a/part.*No such file" "$T/again.console"
printf x | dd of="$T/odd.img" bs=1 seek=5000 count=1 conv=notrunc 2>/dev/null
sim again --disk "$T/odd.img,overlay=$T/kept"
check "an overlay over another base is refused" grep -q "kept: the overlay of another image, of 50331648 bytes with hash" "$T/error"

# ---- full disks: one line, nothing lost
initrd fill <<'END'
dd if=/dev/zero of=/dev/vda bs=64k count=512 conv=notrunc 2>/dev/null
sync
END
kept=$(md5sum <"$T/kept")
(ulimit -f 20000 && sim fill --disk "$T/base.img,overlay=$T/kept")
check "a full disk at the overlay's end is exit 1" test $? -eq 1
check "in one line" test "$(wc -l <"$T/error")" -eq 1
check "that says so" grep -q "kept: cannot write the overlay: File too large" "$T/error"
check "the overlay before is intact" test "$(md5sum <"$T/kept")" = "$kept"
check "nothing is left" sh -c "! ls $T/kept.tmp* 2>/dev/null"
truncate -s 0 "$T/grow.img"
truncate -s 48m "$T/grow.img"
(ulimit -f 20000 && sim fill --disk "$T/grow.img,private")
check "a full disk below a private image is exit 1" test $? -eq 1
check "in one line that says so" sh -c "[ \$(wc -l <$T/error) -eq 1 ] && grep -q 'grow.img,private: cannot write at .*: File too large' $T/error"

# ---- two machines
(flock -x 9 && sim again --disk "$T/private.img,private") 9<"$T/private.img"
check "two machines on one private disk" grep -q "in use by another machine" "$T/error"
(flock -x 9 && sim again --disk "$T/private.img") 9<"$T/private.img"
check "one machine's private disk as another's base" grep -q "in use as another machine's private disk" "$T/error"

[ $failures -eq 0 ]
