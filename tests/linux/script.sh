# SPDX-License-Identifier: MIT
# For tests/linux_*.sh: a script of ours as the work of the Debian kernel, under discosim and under
# QEMU. LINUX is the folder of vmlinux and initrd.img (make guests-linux).
# shellcheck shell=sh
DISCOSIM=${DISCOSIM:-$PWD/build/discosim}
LINUX=${LINUX:-build/linux}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
failures=0

fail() {
	echo "FAIL $1"
	failures=$((failures + 1))
}

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$T/said" 2>&1; then
		echo "ok $name"
	else
		fail "$name"
		tail -n 20 "$T/said"
	fi
}

for file in vmlinux initrd.img; do
	[ -r "$LINUX/$file" ] || { echo "$LINUX/$file is missing: make guests-linux" >&2; exit 1; }
done

# An initrd that does what /script says, between two marks, and switches off. A later archive's files
# replace those of the one before.
initrd() { # NAME: the script is on standard input
	mkdir -p "$T/$1.files"
	cat >"$T/$1.files/script"
	cat >"$T/$1.files/init" <<-'END'
		#!/bin/busybox sh
		b=/bin/busybox
		$b mkdir -p /proc /sys /dev /a /b
		$b mount -t proc proc /proc
		$b mount -t sysfs sysfs /sys
		$b mount -t devtmpfs devtmpfs /dev
		exec </dev/console >/dev/console 2>&1
		while read -r module; do $b insmod "/modules/$module"; done </modules/order
		$b --install -s /bin
		dmesg -n 1
		echo BEGIN
		sh /script 2>&1
		echo END
		poweroff -f
	END
	chmod +x "$T/$1.files/init"
	(cd "$T/$1.files" && find . -type f | cpio -o -H newc 2>/dev/null | gzip -n) |
		cat "$LINUX/initrd.img" - >"$T/$1.initrd"
}

said() { tr -d '\r' <"$1" | sed -n '/^BEGIN$/,/^END$/p'; }

sim() { # INITRD OPTION...
	name=$1
	shift
	timeout 300 "$DISCOSIM" run -q --board malta --ram 128M --initrd "$T/$name.initrd" "$@" \
		"$LINUX/vmlinux" nokaslr console=ttyS0 </dev/null >"$T/$name.console" 2>"$T/error"
}

drive() { # NUMBER IMAGE: the options of QEMU for a disk
	echo "-drive if=none,id=d$1,file=$2,format=raw,cache=unsafe -device virtio-blk-pci,drive=d$1,disable-modern=on"
}

qemu() { # INITRD OPTION...
	name=$1
	shift
	timeout 300 qemu-system-mipsel -M malta -cpu 24Kf -m 128 -nographic -monitor none \
		-serial stdio -vga none -net none -no-reboot -kernel "$LINUX/vmlinux" \
		-initrd "$T/$name.initrd" -append "nokaslr console=ttyS0" "$@" \
		</dev/null >"$T/$name.qemu" 2>&1
}
