#!/bin/sh
# SPDX-License-Identifier: MIT
# Pmake, as in Disco's section 5.1: a parallel compilation, here of GNU chess with Debian's make, gcc-12,
# as and (at the largest size) ld. Many short processes, much of the kernel's work.
. /workloads/common.sh
objects=$(by_size 'vector square' 'vector square value' all)
optimise=$(by_size -O0 -O2 -O2)
# Warm: make, the compiler, the assembler and the headers have been read once.
make -s -f /workloads/gnuchess.mk OPTIMISE=-O0 OUT=warm engine/vector >warm.log 2>&1 || { cat warm.log; exit 1; }
rm -r warm
targets=
if [ "$objects" = all ]; then targets=all; else for o in $objects; do targets="$targets engine/$o"; done; fi
region_begin
make -s -j2 -f /workloads/gnuchess.mk OPTIMISE="$optimise" OUT=out $targets >make.log 2>&1 || { cat make.log; exit 1; }
region_end
sum pmake $(find out -type f | LC_ALL=C sort)
echo "pmake: $(find out -name '*.o' | wc -l) objects at $optimise"
[ "$objects" != all ] || out/gnuchess --version | head -n 1
