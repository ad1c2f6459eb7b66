#!/bin/sh
# SPDX-License-Identifier: MIT
# Engineering, as in Disco's section 5.1: a Verilog simulation (there of the FLASH MAGIC chip, with VCS;
# here of memctl.v, with Icarus Verilog's vvp) and at the same time a simulation of a memory system
# (memsys). Two long processes with much memory and little of the kernel's work.
. /workloads/common.sh
cycles=$(by_size 150 4500 60000)
references=$(by_size 40000 1500000 20000000)
iverilog -g2005 -o memctl.vvp /workloads/memctl.v
vvp memctl.vvp +cycles=10 >warm.out
memsys 10 >>warm.out
region_begin
vvp memctl.vvp +cycles="$cycles" >memctl.out &
memsys "$references" >memsys.out
wait $!
region_end
cat memctl.out memsys.out
sum engineering memctl.out memsys.out
! grep -q FAILED memctl.out memsys.out
