#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: kernel.sh VMLINUZ VMLINUX
# The kernel's package has an ELF file that unpacks the kernel to 0x80100000 and jumps to its entry:
# 2400 million instructions before the kernel's first. This does the unpacking here: VMLINUX is an
# ELF of the very bytes that VMLINUZ holds, at the address and with the entry that it would use.
set -eu
umask 022
vmlinuz=$1 out=$2
tools=mipsel-linux-gnu-
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() {
	echo "guests-linux: $vmlinuz: $1" >&2
	exit 1
}

# The unpacker ends with `lui t9, HIGH; ori t9, t9, LOW; jalr t9`.
entry=$(${tools}objdump -d "$vmlinuz" | awk '
	NF == 4 && $3 == "lui" && $4 ~ /^t9,/ { high = substr($4, 6) }
	NF == 4 && $3 == "ori" && $4 ~ /^t9,t9,/ { low = substr($4, 9); exit }
	END { if (low) printf "0x%s%s", high, substr("0000" low, length(low) + 1) }')
[ -n "$entry" ] || fail "its entry is not where it is in the kernels that we know"
# The compressed kernel is the beginning of the data.
offset=$(${tools}readelf -SW "$vmlinuz" | sed -n 's/^.* \.data  *PROGBITS  *[0-9a-f]* \([0-9a-f]*\) .*/\1/p')
[ -n "$offset" ] || fail "it has no .data"
tail -c "+$((0x$offset + 1))" "$vmlinuz" | xz -dc --single-stream >"$work/bytes" 2>/dev/null &&
	[ -s "$work/bytes" ] || fail "it is not packed with xz"
end=$((0x80100000 + $(wc -c <"$work/bytes")))
[ $((entry)) -gt $((0x80100000)) ] && [ $((entry)) -lt $end ] || fail "its entry $entry is outside of it"

(cd "$work" && ${tools}ld -r -b binary -o kernel.o bytes &&
	${tools}ld -N -Ttext-segment=0x80100000 -Tdata=0x80100000 -e "$entry" --no-warn-mismatch -o kernel kernel.o &&
	${tools}strip kernel)
chmod 644 "$work/kernel"
mv "$work/kernel" "$out"
