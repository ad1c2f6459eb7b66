#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian kernel on the malta board: what it says while it boots is what it says under QEMU, but
# for what the two boards do differently on purpose; time, clocks and interrupts are sane; floating
# point gives QEMU's results; the kernel as its package has it, unpacking itself, does the same.
set -u
. tests/linux/script.sh

initrd boot <<'END'
echo == kernel
dmesg
echo == processor
cat /proc/cpuinfo
echo == devices
cat /proc/iomem /proc/ioports
cat /sys/bus/pci/devices/*/uevent
echo == arithmetic
awk 'BEGIN { for (i = 0; i < 60; i++) printf "%d %.17g %g %x\n", i, 1 / (i + 0.3), i * 1e-30, i * 1e7 }'
echo == time
date -u '+%F %R'
cut -d' ' -f1 /proc/uptime
sleep 1
cut -d' ' -f1 /proc/uptime
echo == interrupts
cat /proc/interrupts
END
qemu boot
sim boot || fail "discosim: $(cat "$T/error")"
for who in qemu console; do
	said "$T/boot.$who" >"$T/boot.$who.said"
	# the part of a name
	part() { sed -n "/^== $1\$/,/^==/p" "$T/boot.$who.said" | grep -v '^=='; }
	part kernel | sed 's/^\[ *[0-9.]*\] //' | grep -vE \
		'frequency|^(clocksource: MIPS|sched_clock|audit|spurious|FPU Affinity|atkbd|input:|random:)|Calibrating|Firmware Bug|PIIX4 SMB|system clock|ErrCtl|[iI]nitial ramdisk|rd_start|Memory:|Performance counters' |
		sort >"$T/$who.kernel"
	part processor | grep -vE 'BogoMIPS|watchpoint|ASEs|Options|tlb_entries' >"$T/$who.processor"
	part devices | grep -vE 'MODALIAS|SUBSYS|00001100-0000110f' >"$T/$who.devices"
	part arithmetic >"$T/$who.arithmetic"
	part time >"$T/$who.time"
	part interrupts >"$T/$who.interrupts"
done
check "QEMU comes to the end" grep -qx END "$T/boot.qemu.said"
check "so does ours" grep -qx END "$T/boot.console.said"
check "the kernel says enough to compare" [ "$(wc -l <"$T/console.kernel")" -gt 100 ]
check "and says the same" diff "$T/qemu.kernel" "$T/console.kernel"
check "the same processor" diff "$T/qemu.processor" "$T/console.processor"
check "the same devices at the same places" diff "$T/qemu.devices" "$T/console.devices"
check "there are results of floating point" [ "$(wc -l <"$T/console.arithmetic")" -eq 60 ]
check "they are the same" diff "$T/qemu.arithmetic" "$T/console.arithmetic"
check "no error, no warning" sh -c "! grep -iE 'error|warning|bug|oops|cut here' $T/console.kernel"
check "the processor's frequency was measured" grep -q 'CPU frequency 200.00 MHz' "$T/boot.console"
check "a loop is two instructions" grep -qE 'Calibrating delay loop... (199|200)\.' "$T/boot.console"
check "the date is the clock's" grep -q '^2027-01-01 00:00' "$T/console.time"
check "a second lasts a second" awk 'NR == 2 { a = $1 } NR == 3 { exit !($1 - a >= 1 && $1 - a < 1.05) }' \
	"$T/console.time"
check "the timer has interrupted, 250 times a second" awk \
	'/ timer$/ && /MIPS/ { n = $2 } END { exit !(n > 250 && n < 5000) }' "$T/console.interrupts"

[ -r "$LINUX/vmlinuz" ] && {
	timeout 300 "$DISCOSIM" run -q --board malta --ram 128M --initrd "$T/boot.initrd" \
		"$LINUX/vmlinuz" nokaslr console=ttyS0 cryptomgr.notests </dev/null >"$T/packed" 2>&1
	check "the packed kernel comes to the end too" grep -q 'sh: END\|^END' "$T/packed"
}

[ $failures -eq 0 ] || echo "$failures failed"
[ $failures -eq 0 ]
