#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: fetch.sh FOLDER
# Fetches the packages that ./packages names, for mipsel, into FOLDER/packages with apt: its sources,
# keys, proxies and mirrors are the machine's; its state is private, so that nothing of the machine
# changes, nothing is installed and root is not needed. apt checks signatures and hashes, and takes
# nothing unsigned. FOLDER/packages.txt lists what there is (name, version, SHA256); it is rewritten
# when that changes. Nothing is done when the list of wishes is the one fetched for.
# One line says what is wrong when the packages cannot be had.
set -eu
umask 022
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C

fail() {
	echo "guests-linux: $1; without the Linux images everything else works" >&2
	exit 1
}
for tool in apt-get apt-cache dpkg-deb cpio fakeroot mke2fs debugfs xz sha256sum; do
	PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null ||
		fail "$tool is missing ('make guests-linux' on Debian installs it)"
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
exec 9>"$folder/lock" # two makes at once: one fetches, the other finds all there
flock 9
key=$(cat "$here/packages" "$here/fetch.sh" | sha256sum)
[ -e "$folder/packages.txt" ] && [ "$key" = "$(cat "$folder/packages/key" 2>/dev/null)" ] && exit 0

work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/none/partial" \
	"$work/sources.list.d"
: >"$work/status"

# The machine's sources, asked for source packages too, and never trusted without a signature.
: >"$work/sources.list"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
	[ -r "$file" ] || continue
	sed -n 's/\(\[.*\)trusted=[a-z]*\(.*\]\)/\1\2/
		/^deb[ 	]/ { p; s/^deb/deb-src/; p; }' "$file" >>"$work/sources.list"
done
for file in /etc/apt/sources.list.d/*.sources; do
	[ -r "$file" ] || continue
	sed -e '/^Trusted:/Id' -e 's/^Types:.*/Types: deb deb-src/I' "$file" \
		>"$work/sources.list.d/${file##*/}"
done
# #clear: what the machine's apt does after an update is for the machine's own cache.
cat >"$work/apt.conf" <<END
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "mipsel";
APT::Architectures { "mipsel"; };
APT::Sandbox::User "$(id -un)";
APT::Get::AllowUnauthenticated "false";
APT::Install-Recommends "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::ForceHash "SHA256";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/sources.list.d";
END
apt() { # apt COMMAND ARG...: apt-get; its words go to the log
	apt-get -c "$work/apt.conf" -q -y "$@" </dev/null
}
wish() { sed -n "s/^$1 //p" "$here/packages"; }
# The first thing that apt complained of, in one line.
complaint() { sed -n 's/^[EW]: //p' "$work/log" | head -n 1 | cut -c 1-160; }
cannot() { fail "the Debian packages for mipsel cannot be had ($(complaint))"; }

apt update >"$work/log" 2>&1 || cannot
# The kernel without what its package asks for, which is for starting other machines.
kernel=$(apt-cache -c "$work/apt.conf" depends --important "$(wish kernel)" 2>>"$work/log" |
	sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
[ -n "$kernel" ] || {
	echo "E: no package $(wish kernel) in the machine's sources" >>"$work/log"
	cannot
}
echo "guests-linux: fetching Debian packages for mipsel (about 115 MB)" >&2
# shellcheck disable=SC2046
(cd "$work/cache/archives" && apt download "$kernel" && apt source --download-only $(wish source) &&
	apt install --download-only $(wish want)) >>"$work/log" 2>&1 || cannot

rm -rf "$work/cache/archives/partial" "$work/cache/archives/lock"
# "name version SHA256 file", of binary packages and of the files of source packages.
(cd "$work/cache/archives" && sha256sum -- *.deb *.dsc *.tar.*) | sed 's/  / /; s/%3a/:/g' |
	awk '{ n = split($2, part, "_"); print part[1], part[2], $1, $2 }' | sort >"$work/packages.txt"
rm -rf "$folder/packages"
mv "$work/cache/archives" "$folder/packages"
cmp -s "$work/packages.txt" "$folder/packages.txt" || mv "$work/packages.txt" "$folder/packages.txt"
echo "$key" >"$work/key"
mv "$work/key" "$folder/packages/key" # last: now all is there
