#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: smp.sh FOLDER
# Builds FOLDER/vmlinux: Linux 6.1 from Debian's source package for up to eight processors of the
# malta (34Kf, MT), because Debian's own kernel for it takes two. maltasmvp_defconfig, little-endian,
# with 4 KB pages, and what our images need built in, without modules. The source is fetched with
# apt as it is configured here, nothing is installed; 139 MB, and 1.5 GB while it is built.
set -eu
umask 022
mkdir -p "$1"
folder=$(cd "$1" && pwd)
package=linux-source-6.1
export LC_ALL=C

fail() {
	echo "guests-smp: $1" >&2
	exit 1
}
for tool in apt-get dpkg-deb bash bc bison flex perl xz mipsel-linux-gnu-gcc; do
	command -v $tool >/dev/null || fail "$tool is missing ('make guests-smp' on Debian installs it)"
done
key=$(sha256sum <"$0")
[ -e "$folder/vmlinux" ] && [ "$key" = "$(cat "$folder/key" 2>/dev/null)" ] && exit 0

work=$(mktemp -d "$folder/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
cd "$work"
echo "guests-smp: fetching $package, and building a kernel of it (6 minutes on 4 cores)" >&2
apt-get -q download "$package" >log 2>&1 </dev/null ||
	fail "$package cannot be had ($(sed -n 's/^[EW]: //p' log | head -n 1 | cut -c 1-160))"
dpkg-deb --fsys-tarfile "$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" | tar -xJ
cd "$package"

kernel() {
	make ARCH=mips CROSS_COMPILE=mipsel-linux-gnu- KBUILD_BUILD_TIMESTAMP=2023-06-10 \
		KBUILD_BUILD_USER=discosim KBUILD_BUILD_HOST=discosim "$@" >>"$work/log" 2>&1 || {
		tail -n 5 "$work/log" >&2
		fail "the kernel does not build"
	}
}
set --
for on in CPU_LITTLE_ENDIAN PAGE_SIZE_4KB BLK_DEV_INITRD RD_GZIP DEVTMPFS DEVTMPFS_MOUNT TMPFS EXT4_FS \
	VIRTIO_MENU VIRTIO VIRTIO_PCI VIRTIO_PCI_LEGACY VIRTIO_BLK VIRTIO_NET BINFMT_SCRIPT; do
	set -- "$@" --enable $on
done
for off in PAGE_SIZE_16KB MODULES WIRELESS WLAN NETFILTER SOUND DEBUG_INFO; do
	set -- "$@" --disable $off
done
kernel maltasmvp_defconfig
bash scripts/config "$@" --set-val NR_CPUS 8
kernel olddefconfig
for wanted in NR_CPUS=8 MIPS_MT_SMP=y PAGE_SIZE_4KB=y CPU_LITTLE_ENDIAN=y VIRTIO_BLK=y EXT4_FS=y; do
	grep -qx "CONFIG_$wanted" .config || fail "$package cannot be configured with $wanted"
done
kernel -j"$(nproc)" vmlinux
mipsel-linux-gnu-strip -o "$folder/vmlinux.new" vmlinux
cp .config "$folder/config"
mv "$folder/vmlinux.new" "$folder/vmlinux"
echo "$key" >"$folder/key"
