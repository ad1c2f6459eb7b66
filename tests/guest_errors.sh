#!/bin/sh
# SPDX-License-Identifier: MIT
# Guests that are no guests, guests that misbehave, guests that want out of their folder, captures
# that must leave nothing: the exact message and exit status of each. Code addresses read ADDR here.
set -u
DISCOSIM=${DISCOSIM:-$PWD/build/discosim}
T=$(mktemp -d)
trap 'chmod -R u+w "$T"; rm -rf "$T"' EXIT
failures=0

fail() {
	echo "FAIL $1"
	failures=$((failures + 1))
}

# expect NAME STATUS TEXT COMMAND...: stdout and stderr together, addresses hidden, must be TEXT.
expect() {
	name=$1 status=$2 text=$3
	shift 3
	timeout 60 "$@" >"$T/out" 2>&1 </dev/null
	got=$?
	said=$(sed "s|$T|DIR|g; s/0x801[0-9a-f]\{5\}/ADDR/g" "$T/out")
	if [ $got -ne "$status" ]; then
		fail "$name: exit status $got, wanted $status: $said"
	elif [ "$said" != "$text" ]; then
		fail "$name"
		printf '  said   %s\n  wanted %s\n' "$said" "$text"
	else
		echo "ok $name"
	fi
}

. tests/guests/guests.sh
for guest in trouble files; do
	build_guest $guest "$T" || exit 1
done

# ---- files that are no guests
printf 'hello' >"$T/text"
: >"$T/empty"
head -c 40 "$T/trouble.elf" >"$T/cut40"
head -c 60 "$T/trouble.elf" >"$T/cut60"
head -c 65600 "$T/trouble.elf" >"$T/cut65600"
printf 'int main(void) { return 0; }' | mipsel-linux-gnu-gcc -x c -c -o "$T/object" -
printf 'int main(void) { return 0; }' | mipsel-linux-gnu-gcc -x c -EB -c -o "$T/big" - 2>/dev/null
cp "$T/trouble.elf" "$T/far"
bad() { # NAME FILE TEXT [OPTION...]
	name=$1 file=$2 text=$3
	shift 3
	expect "$name" 1 "discosim: $text" "$DISCOSIM" run "$@" "$file"
}
wanted='wanted a 32-bit little-endian MIPS executable'
bad "a text file" "$T/text" "DIR/text: not an ELF file; $wanted"
bad "an empty file" "$T/empty" "DIR/empty: not an ELF file; $wanted"
bad "a missing file" "$T/none" "DIR/none: No such file or directory"
bad "a folder" "$T" "DIR: not a regular file; wanted a guest's ELF file"
bad "an endless file" /dev/zero "/dev/zero: not a regular file; wanted a guest's ELF file"
bad "our own executable" "$DISCOSIM" "$DISCOSIM: a 64-bit ELF file; $wanted"
bad "a big-endian file" "$T/big" "DIR/big: a big-endian ELF file; $wanted"
bad "an object file" "$T/object" \
	"DIR/object: an object file that is not linked; wanted an executable linked at a fixed address"
bad "a header cut off" "$T/cut40" "DIR/cut40: truncated: 40 bytes, the ELF header alone has 52"
bad "program headers cut off" "$T/cut60" \
	"DIR/cut60: truncated: the program headers end at byte 244 of 60"
expect "a segment cut off" 1 "discosim: DIR/cut65600: truncated: segment 3 ends at byte N of 65600" \
	sh -c "'$DISCOSIM' run '$T/cut65600' 2>&1 | sed 's/byte [0-9]*/byte N/' >'$T/piped'; cat '$T/piped'; exit 1"
expect "RAM too small" 1 "discosim: DIR/far: segment 2 needs physical 0x00400000..N, RAM ends at 0x200000; see --ram" \
	sh -c "'$DISCOSIM' run --ram 2M '$T/far' 2>&1 | sed 's/\.\.0x[0-9a-f]*/..N/' >'$T/piped'; cat '$T/piped'; exit 1"

# ---- guests that misbehave
trouble() { # KIND TEXT [OPTION...]
	kind=$1 text=$2
	shift 2
	expect "$kind" 1 "discosim: trouble.elf: $text" "$DISCOSIM" run -c 2 "$@" "$T/trouble.elf" "$kind"
}
trouble reserved "processor 0: a reserved instruction in \`.word 0x7c00003f\` at ADDR; no handler at 0x80000180"
trouble load "processor 0: a TLB miss on load or fetch in \`lw \$3,16(\$0)\` at ADDR, BadVAddr 0x00000010; no handler at 0x80000000"
trouble store "processor 0: a TLB miss on store in \`sw \$3,16(\$0)\` at ADDR, BadVAddr 0x00000010; no handler at 0x80000000"
trouble unaligned "processor 0: an address error on load or fetch in \`lw \$2,2(\$0)\` at ADDR, BadVAddr 0x00000002; no handler at 0x80000180"
trouble jump "processor 0: a jump to nowhere: a TLB miss on load or fetch at 0x7f000000, BadVAddr 0x7f000000; no handler at 0x80000000"
trouble overflow "processor 0: an integer overflow in \`add \$2,\$2,\$2\` at ADDR; no handler at 0x80000180"
trouble bus "processor 0: a bus error on data in \`lw \$3,0(\$3)\` at ADDR; no handler at 0x80000180"
trouble storm "processor 0: a reserved instruction in \`.word 0x7c00003f\` at 0x80000180; the handler at 0x80000180 faults at once"
trouble wait "stuck: every processor waits (WAIT) and no timer interrupt can wake one; processor 0 at ADDR"
trouble spin "has not exited after 1048576 instructions (--max-insns); processor 0 is at ADDR" --max-insns 1M
trouble request "processor 0 at ADDR: unknown host request 99 (\$25 of the Unified Hosting Interface)"
trouble pointer "processor 0 at ADDR: host request 5: nothing is mapped at 0x00400000"
trouble assert "processor 0 at ADDR: assertion 'x == 1' failed: trouble.c:7"
trouble call "processor 0 at ADDR: unknown monitor call 77 (\$24); wanted 1 to 11"
trouble class "processor 0 at ADDR: monitor call 5: class 9; wanted 0 (lock), 1 (barrier) or 2 (event)"
trouble pass "processor 0 at ADDR: monitor call 6 passes an object (ADDR, class 0) that it did not wait for last"
trouble page "processor 0 at ADDR: monitor call 10: 0x7ffff000 is not the physical address of a page of RAM"
trouble twice "processor 0 at ADDR: region of interest begun twice"
trouble end "processor 0 at ADDR: region of interest ended before it began"
trouble mailbox "processor 0: mailbox: entry 0x00000002 for processor 1; wanted a word address"
trouble restart "processor 0: mailbox: processor 0 runs already"
trouble processor "processor 0: a bus error on data in \`sw \$3,32(\$2)\` at ADDR; no handler at 0x80000180"
expect "an endless path" 0 "-191" "$DISCOSIM" run --root "$T" "$T/trouble.elf" path

# ---- guests that want out of their folder
mkdir -p "$T/root/sub" "$T/outside"
printf 'inside\n' >"$T/root/given"
printf 'outside\n' >"$T/outside/secret"
ln -s "$T/outside/secret" "$T/root/absolute"
ln -s ../outside/secret "$T/root/relative"
ln -s ../outside "$T/root/folder"
ln -s /proc/self/root "$T/root/magic"
ln -s given "$T/root/link"
ln -s loop "$T/root/loop"
mkfifo "$T/root/pipe"
files() { # NAME STATUS TEXT OPERATION PATH
	expect "$1" "$2" "$3" "$DISCOSIM" run --root "$T/root" "$T/files.elf" "$4" "$5"
}
files "a file of the folder" 0 inside r given
files "an absolute path is below the folder" 0 inside r /given
files ".. at the top stays there" 0 inside r ../../../given
files "a link inside the folder" 0 inside r sub/../link
files "a path out by .." 1 "error 2" r "../outside/secret"
files "an absolute path out" 1 "error 2" r "$T/outside/secret"
files "a link out" 1 "error 2" r absolute
files "a relative link out" 1 "error 2" r relative
files "a link to a folder outside" 1 "error 2" r folder/secret
files "a link into /proc" 1 "error 2" r magic/etc/passwd
files "a link to itself" 1 "error 92" r loop
files "a pipe" 1 "error 13" r pipe
files "the empty path" 1 "error 2" r ""
files "creating out by .." 1 "error 2" w ../outside/new
files "creating through a link out" 1 "error 2" w folder/new
files "removing out by .." 1 "error 2" u ../outside/secret
files "removing through a link out" 1 "error 2" u folder/secret
files "removing a folder" 1 "error 21" u sub
files "removing the folder itself" 1 "error 21" u ..
files "removing a link removes the link" 0 "" u relative
files "creating inside" 0 "" w sub/new
files "removing inside" 0 "" u sub/new
expect "no folder, no files" 1 "error 13" "$DISCOSIM" run "$T/files.elf" r "$T/root/given"
expect "no folder, no removing" 1 "error 13" "$DISCOSIM" run "$T/files.elf" u "$T/root/given"
expect "a missing folder" 1 "discosim: --root DIR/none: No such file or directory; wanted a folder" \
	"$DISCOSIM" run --root "$T/none" "$T/files.elf" r given
[ "$(ls "$T/outside")" = secret ] || fail "something was created or removed outside"
expect "options after the guest are the guest's" 1 "error 13" "$DISCOSIM" run "$T/files.elf" --help -c
expect "61 files and no more" 0 "61 opened" "$DISCOSIM" run --root "$T/root" "$T/trouble.elf" descriptors

# ---- wrong usage
usage() { # TEXT ARG...
	text=$1
	shift
	expect "usage: $*" 2 "discosim: $text" "$DISCOSIM" "$@"
}
usage "no guest given; wanted GUEST [ARG...] or --from SNAPSHOT" run
usage "run: unknown option or missing value at '--nonsense'; see 'discosim run --help'" run --nonsense x
usage "--processors: 65 is out of range; wanted 1 to 64" run -c 65 x
usage "--processors: 'two' is not a whole number" run -c two x
usage "--ram: 1G is out of range; wanted 1048576 to 536870912 bytes" run --ram 1G x
usage "--ram 1048577: wanted a multiple of 4K" run --ram 1048577 x
usage "--board mars: no such board; there is: bare, malta" run --board mars x
usage "run: unknown option or missing value at '-z'; see 'discosim run --help'" run -z x
usage "run: unknown option or missing value at '-c'; see 'discosim run --help'" run -c
usage "no output given; wanted -o TRACE" capture x
usage "--disk: the bare board has no devices; wanted --board malta with it" run --disk x "$T/trouble.elf"
usage "--net: the bare board has no devices; wanted --board malta with it" run --net user "$T/trouble.elf"
usage "--initrd: the bare board has no boot loader; wanted --board malta with it" run --initrd x "$T/trouble.elf"
usage "--net tap: no such network; there is: user" run --net tap x
usage "--disk '': wanted IMAGE[,overlay=FILE|,private]" run --disk "" x
usage "--disk ',private': wanted IMAGE[,overlay=FILE|,private]" run --disk ,private x
usage "--disk i: 'privat' where overlay=FILE or private was wanted" run --disk i,privat x
usage "--disk i: '' where overlay=FILE or private was wanted" run --disk i, x
usage "--disk i: 'overlay=' where overlay=FILE or private was wanted" run --disk i,overlay= x
usage "--disk i: private and overlay=o; wanted one of them, for a private disk is written in place" \
	run --disk i,private,overlay=o x
usage "--disk 9: more than 8 disks" run --disk 1 --disk 2 --disk 3 --disk 4 --disk 5 --disk 6 --disk 7 --disk 8 --disk 9 x

# ---- disks that cannot be; the guest is never started
disk() { # NAME TEXT DISK...
	name=$1 text=$2
	shift 2
	expect "$name" 1 "discosim: $text" "$DISCOSIM" run --board malta "$@" "$T/trouble.elf"
}
printf 'short' >"$T/short"
truncate -s 64k "$T/image"
disk "no such image" "--disk DIR/none: No such file or directory" --disk "$T/none"
disk "a folder as an image" "--disk DIR/root: not a regular file; wanted a disk image" --disk "$T/root"
disk "an image of five bytes" \
	"--disk DIR/short: 5 bytes; wanted a disk image of whole sectors of 512 bytes" --disk "$T/short"
disk "an image as an overlay" "DIR/image: not an overlay; wanted an overlay that discosim has written" \
	--disk "$T/image,overlay=$T/image"
disk "an overlay in no folder" "DIR/nowhere/o: cannot write there: DIR/nowhere: No such file or directory" \
	--disk "$T/image,overlay=$T/nowhere/o"
disk "one private image twice" \
	"--disk DIR/image,private: in use by another machine; a private disk belongs to one" \
	--disk "$T/image" --disk "$T/image,private"

# ---- captures
nothing_left() {
	left=$(ls -A "$T/traces")
	[ -z "$left" ] || fail "$1: left behind: $left"
	rm -rf "$T/traces"
	mkdir "$T/traces"
}
mkdir "$T/traces"
expect "a capture of a crash" 1 \
	"discosim: trouble.elf: processor 0: a breakpoint in \`break\` at ADDR; no handler at 0x80000180" \
	sh -c "'$DISCOSIM' capture -o '$T/traces/t' '$T/trouble.elf' syscall 2>&1 | sed 's/a system call in .syscall[^\`]*./a breakpoint in \`break\`/' >'$T/piped'; cat '$T/piped'; exit 1"
nothing_left "a crash"
expect "a capture of a runaway" 1 \
	"discosim: trouble.elf: has not exited after 1048576 instructions (--max-insns); processor 0 is at ADDR" \
	"$DISCOSIM" capture --max-insns 1M -o "$T/traces/t" "$T/trouble.elf" spin
nothing_left "a runaway"
expect "--roi without a region" 1 \
	"discosim: files.elf: the guest marked no region of interest (exit status 2), so --roi recorded nothing" \
	"$DISCOSIM" capture --roi -o "$T/traces/t" "$T/files.elf"
nothing_left "no region"
expect "no such output folder" 1 \
	"discosim: DIR/none/t: cannot write there: DIR/none: No such file or directory" \
	"$DISCOSIM" capture -o "$T/none/t" "$T/files.elf"
for signal in INT TERM; do
	"$DISCOSIM" capture -o "$T/traces/t" "$T/trouble.elf" spin >"$T/out" 2>&1 &
	pid=$!
	sleep 1
	kill -$signal $pid
	wait $pid
	status=$?
	grep -q '^discosim: trouble.elf: interrupted after [0-9]* instructions$' "$T/out" && [ $status = 1 ] ||
		fail "SIG$signal: status $status: $(cat "$T/out")"
	nothing_left "SIG$signal"
	echo "ok SIG$signal"
done
(
	export ASAN_OPTIONS=detect_leaks=0 # HDF5 cannot close what it cannot write
	ulimit -f 64
	timeout 60 "$DISCOSIM" capture -o "$T/traces/t" --max-insns 200M "$T/trouble.elf" spin >"$T/out" 2>&1
)
status=$?
if [ $status -eq 1 ] && [ "$(wc -l <"$T/out")" -eq 1 ] && grep -q "^discosim: $T/traces/t.*File too large$" "$T/out"; then
	echo "ok a file that may not grow: $(sed "s|$T|DIR|g" "$T/out")"
else
	fail "a file that may not grow: status $status: $(cat "$T/out")"
fi
nothing_left "a file that may not grow"
expect "a guest that says it failed" 1 "error 13" "$DISCOSIM" capture -o "$T/traces/t" "$T/files.elf" r x
[ -s "$T/traces/t" ] || fail "a guest that says it failed: no trace"
"$DISCOSIM" capture -o "$T/traces/u" "$T/files.elf" r x >"$T/out" 2>&1
cmp "$T/traces/t" "$T/traces/u" && echo "ok the same trace twice" || fail "traces differ"
expect "the trace is whole" 0 "" sh -c "'$DISCOSIM' trace verify '$T/traces/t' >/dev/null"

[ $failures -eq 0 ] || echo "$failures failed"
[ $failures -eq 0 ]
