#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: root.sh PACKAGES_FOLDER PROGRAMS_FOLDER ROOT_IMAGE
# Packs the root disk: the packages without what no program reads (documentation, translations, the
# link-time optimiser), the source of GNU chess (/usr/src/gnuchess), our programs (/usr/local/bin), ./workloads
# (/workloads) and ./guest_init (/sbin/init).
# ext4 without a journal, made from a folder: no mount, no root. The same inputs give the same
# bytes: sorted names, owner root, one date, fixed identifiers.
set -eu
umask 022
packages=$1 programs=$2 out=$3
here=$(dirname "$0")
uuid=d15c0000-0000-4000-8000-000000000001
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
work=$(mktemp -d "$out.XXXXXX")
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/usr/bin" "$tree/usr/sbin" "$tree/usr/lib"
# /bin and /usr/bin are one, as on every Debian of this age.
for dir in bin sbin lib; do ln -s "usr/$dir" "$tree/$dir"; done

for package in "$packages"/*.deb; do
	grep -q "^leave $(basename "$package" | sed 's/_.*//')\$" "$here/packages" && continue
	case $package in */linux-image*) continue ;; esac
	dpkg-deb --fsys-tarfile "$package" | tar -x -C "$tree" --no-same-owner --no-same-permissions --keep-directory-symlink \
		--exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale \
		--exclude=./usr/share/info --exclude=./usr/share/lintian --exclude=./usr/share/bug \
		--exclude=./usr/share/gcc --exclude=./usr/share/gdb --exclude=./usr/lib/systemd \
		--exclude=./lib/systemd --exclude=./lib/udev --exclude=./usr/share/alsa \
		--exclude='*/lto1' --exclude='*-lto-dump-12' --exclude='*/gconv' \
		--exclude='*-gold' --exclude='*ld.gold' --exclude='*-dwp' --exclude='*-gcov*' \
		--exclude='*/include/linux/netfilter*' --exclude='*/libasan*' --exclude='*/libubsan*'
done
mkdir -p "$tree/dev" "$tree/proc" "$tree/sys" "$tree/tmp" "$tree/run" "$tree/root" "$tree/etc" \
	"$tree/usr/local/bin" "$tree/workloads" "$tree/usr/src/gnuchess"
tar -x -C "$tree/usr/src/gnuchess" --no-same-owner --no-same-permissions --strip-components=1 \
	-f "$packages"/gnuchess_*.orig.tar.*z
find "$programs" -maxdepth 1 -type f -perm -100 -exec cp {} "$tree/usr/local/bin/" \;
cp -R "$here/workloads/." "$tree/workloads/"
rm -f "$tree/workloads/README.md"
cp "$here/guest_init" "$tree/usr/sbin/init"
chmod 755 "$tree/usr/sbin/init"

# What the packages' own installation scripts would have done.
link() { [ -e "$tree/usr/bin/$2" ] || ln -s "$1" "$tree/usr/bin/$2"; }
for tool in gcc g++ cpp; do link $tool-12 $tool; done
link gcc-12 cc
link g++-12 c++
link mawk awk
for applet in mount umount poweroff reboot hostname setsid ps free vi less dmesg uptime ifconfig \
	ping nc tar which clear more top pidof killall; do
	link busybox "$applet"
done
printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n' >"$tree/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$tree/etc/group"
printf 'malta\n' >"$tree/etc/hostname"
printf '127.0.0.1 localhost malta\n' >"$tree/etc/hosts"
printf 'set enable-bracketed-paste off\n' >"$tree/etc/inputrc"

find "$tree" -perm /6000 -exec chmod u-s,g-s {} +
chmod -R u+rwX,go+rX "$tree"
chmod 1777 "$tree/tmp"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# A quarter free, for what the workloads write; inodes for twice the files.
kilobytes=$(du -sk --apparent-size "$tree" | cut -f 1)
files=$(find "$tree" | wc -l)
export E2FSPROGS_FAKE_TIME=$SOURCE_DATE_EPOCH
fakeroot mke2fs -q -t ext4 -O '^has_journal,^metadata_csum,^64bit,^resize_inode' -b 4096 -I 256 \
	-N $((files * 2)) -m 0 -L discosim -U $uuid -E "hash_seed=$uuid,lazy_itable_init=0,root_owner=0:0" \
	-d "$tree" "$work/root" $((kilobytes * 5 / 4 / 1024 + 16))M >"$work/log"
# mke2fs copies two times that the host may set at any moment: of the inode's change and of access.
used=$(dumpe2fs -h "$work/root" 2>/dev/null | awk '/^Inode count/ { n = $3 } /^Free inodes/ { n -= $3 } END { print n }')
{ echo 2; seq 11 "$used"; } | awk -v t="@$SOURCE_DATE_EPOCH" \
	'{ print "sif <" $1 "> ctime " t; print "sif <" $1 "> atime " t }' >"$work/times"
debugfs -w -f "$work/times" "$work/root" >"$work/log" 2>&1
mv "$work/root" "$out"
