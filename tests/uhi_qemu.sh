#!/bin/sh
# SPDX-License-Identifier: MIT
# Host requests against the reference machine: the same guest, every operation with its results
# printed, under QEMU's Malta with semihosting and under ours; output, files and exit status.
. "$(dirname "$0")/lib/cases.sh"
set -u

. tests/guests/guests.sh
build_guest uhi "$T" || exit 1
build_guest files "$T" || exit 1

# qemu ROOT GUEST ARG...: the console (all of it is on QEMU's stderr) on stdout.
qemu() {
	root=$1 guest=$2 args=
	shift 2
	for arg; do args="$args,arg=$arg"; done
	(
		cd "$root" || exit 99
		timeout 60 qemu-system-mipsel -M malta -cpu 24Kf -m 64 -net none -vga none -display none \
			-monitor none -serial null -kernel "$T/$guest.elf" \
			-semihosting-config "enable=on,target=native,arg=$guest.elf$args" 2>&1 </dev/null
	)
}
ours() {
	root=$1 guest=$2
	shift 2
	timeout 60 "$D" run --root "$root" "$T/$guest.elf" "$@" 2>&1 </dev/null
}

mkdir "$T/a" "$T/b"
for folder in a b; do printf 'given text\n' >"$T/$folder/given"; done
qemu "$T/a" uhi one 'two three' '' last >"$T/qemu.out"
theirs=$?
ours "$T/b" uhi one 'two three' '' last >"$T/ours.out"
status=$?
check "the guest ran under QEMU" [ "$(wc -l <"$T/qemu.out")" -gt 40 ]
check "exit status $status, QEMU's $theirs" [ $status = $theirs ]
check "every host request answers as under QEMU" diff "$T/qemu.out" "$T/ours.out"
check "the folders are the same" diff -r "$T/a" "$T/b"

qemu "$T/a" files w new >"$T/qemu.out"
ours "$T/b" files w new >"$T/ours.out"
check "a created file has the same bytes" diff -r "$T/a" "$T/b"
check "and the same rights" [ "$(stat -c %a "$T/a/new")" = "$(stat -c %a "$T/b/new")" ]
qemu "$T/a" files r given >"$T/qemu.out"
ours "$T/b" files r given >"$T/ours.out"
check "a file that is read and printed" diff "$T/qemu.out" "$T/ours.out"

# Console input is ours only: QEMU's semihosting console reads nothing but a character device.
build_guest echo "$T" || exit 1
printf 'one\nthirteen more\nend' >"$T/input"
printf '[one\n][thirteen][ more\n][end]0' >"$T/wanted"
"$D" run "$T/echo.elf" <"$T/input" >"$T/out"
check "a console read ends at a newline" cmp "$T/out" "$T/wanted"
{ printf o; sleep 0.2; printf 'ne\nthirteen'; sleep 0.2; printf ' more\nend'; } |
	"$D" run "$T/echo.elf" >"$T/out"
check "and does not depend on how the pipe was filled" cmp "$T/out" "$T/wanted"
"$D" run "$T/echo.elf" <"$T/input" 2>"$T/out" >/dev/full
check "a console that takes nothing is an error" grep -q \
	"cannot write to the console: No space left on device" "$T/out"
[ $failed -eq 0 ]
