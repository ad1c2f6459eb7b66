#!/bin/sh
# SPDX-License-Identifier: MIT
# The network device under the Debian kernel: DHCP, ARP and ping as with QEMU's restricted user
# network, nothing beyond, and the same trace every time.
set -u
. tests/linux/script.sh

initrd net <<'END'
cat /sys/class/net/eth0/address /sys/class/net/eth0/mtu
cat >/lease <<'EOF'
[ "$1" = bound ] || exit 0
echo "$ip $mask $router $dns $lease $serverid"
ip addr add $ip/$mask dev $interface
[ -z "$router" ] || ip route add default via $router
EOF
chmod +x /lease
ip link set lo up
ip link set eth0 up
udhcpc -i eth0 -s /lease -n -q -t 5 2>&1 | grep -v started
ping -c 3 -i 0.2 -s 100 10.0.2.2 | sed 's/time=.*//; s/round-trip.*//; s/, [0-9]*% .*//'
ping -c 2 -i 0.2 -s 1400 10.0.2.3 | sed 's/time=.*//; s/round-trip.*//; s/, [0-9]*% .*//'
ping -c 1 -W 1 10.0.2.77 | tail -n 2 | sed 's/, [0-9]*% .*//'
ping -c 1 -W 1 192.0.2.1 | tail -n 2 | sed 's/, [0-9]*% .*//'
arp -an | sort
nslookup example.org 2>&1 | tail -n 1
for i in 1 2 3; do echo lost | nc -w 1 10.0.2.2 $i; done
udhcpc -i eth0 -s /lease -n -q -t 3 -r 10.0.2.99 2>&1 | grep -v started
ping -c 40 -i 0.01 -q 10.0.2.2 | sed -n 's/, [0-9]*% .*//p'
END
qemu net -netdev user,id=n,restrict=on -device virtio-net-pci,netdev=n,disable-modern=on,romfile=
said "$T/net.qemu" >"$T/wanted"
check "QEMU runs the script to its end" grep -qx END "$T/wanted"
sim net --net user || fail "discosim: $(cat "$T/error")"
said "$T/net.console" >"$T/got"
check "the same commands say the same as under QEMU" diff "$T/wanted" "$T/got"
check "the guest got its address" grep -q "10.0.2.15 24 *86400 10.0.2.2" "$T/got"
check "forty answers to forty pings" grep -q "40 packets transmitted, 40 packets received" "$T/got"
cp "$T/net.console" "$T/first"
sim net --net user
check "it is the same again, with every time stamp" cmp "$T/first" "$T/net.console"
sim net
check "without --net there is no device" grep -q "eth0/address.*No such file" "$T/net.console"

[ $failures -eq 0 ]
