#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: initrd.sh PACKAGES_FOLDER INITRD
# Packs the initrd: busybox, the modules that the root disk and the network need with all that they
# depend on, in loading order, and ./init. The same inputs give the same bytes: sorted names,
# numbered inodes, owner root, one date, gzip without a name.
set -eu
umask 022
packages=$1 out=$2
here=$(dirname "$0")
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
dpkg-deb --fsys-tarfile "$packages"/linux-image-*.deb | tar -x -C "$work/tree" ./lib/modules
dpkg-deb --fsys-tarfile "$packages"/busybox-static_*.deb | tar -x -C "$work/tree" ./bin/busybox

# There is no modules.dep before depmod has run on a target: the modules say it themselves.
depends() {
	mipsel-linux-gnu-objcopy -O binary --only-section=.modinfo "$1" /dev/stdout |
		tr '\0' '\n' | sed -n 's/^depends=//p' | tr , ' '
}
mkdir -p "$work/root/bin" "$work/root/modules"
add() {
	[ -e "$work/root/modules/$1.ko" ] && return
	file=$(find "$work/tree/lib/modules" -name "$1.ko" -o -name "$(echo "$1" | tr _ -).ko" | head -n 1)
	[ -n "$file" ] || { echo "initrd: the kernel package has no module $1" >&2; exit 1; }
	cp "$file" "$work/root/modules/$1.ko"
	for dependency in $(depends "$file"); do add "$dependency"; done
	echo "$1.ko" >>"$work/root/modules/order"
}
for module in virtio_pci virtio_blk virtio_net crc32c_generic ext4; do add "$module"; done
cp "$work/tree/bin/busybox" "$work/root/bin/busybox"
cp "$here/init" "$work/root/init"
chmod 755 "$work/root/init" "$work/root/bin/busybox"
chmod 644 "$work/root/modules"/*
find "$work/root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$work/root" && find . | LC_ALL=C sort |
	cpio --quiet --reproducible --format=newc --owner=0:0 --create) | gzip -9 -n >"$work/initrd"
mv "$work/initrd" "$out"
