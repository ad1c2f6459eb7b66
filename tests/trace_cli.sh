#!/bin/sh
# SPDX-License-Identifier: MIT
# discosim trace as its users meet it: imports, exports, what it prints, and what it says about what
# is wrong, to the letter, with the exit status. Prints a line per case.
. "$(dirname "$0")/lib/cases.sh"
cd "$T" || exit 1

# --- din, there and back
cat >a.din <<'END'
2 400000
2 400004
0 7fff0010
1 80001000
2 400008
2 400100
0 7fff0013
2 400104
END
"$D" trace import --format din a.din -o a.trace
result "a din file is imported" $?
"$D" trace export --format din a.trace -o b.din && same "it is exported as it was" a.din b.din
"$D" trace export -F din a.trace -o - | cmp -s - a.din
result "standard output is -o -" $?
"$D" trace verify a.trace >got
echo "a.trace: whole: 9 records of 1 processors" >wanted
same "it verifies" wanted got
cat >wanted <<'END'
         0  mode          0x00000000  user
         1  map           0x00400001  physical page 0x00400, writable
         2  run           0x00400000  3 instructions
         3  map           0x7fff0001  physical page 0x7fff0, writable
         4  load          0x7fff0010  4 bytes, instruction 1
         5  map           0x80001001  physical page 0x80001, writable
         6  store         0x80001000  4 bytes, instruction 1
         7  run           0x00400100  1 instructions
         8  load          0x7fff0013  1 bytes, instruction 0
         9  run           0x00400104  1 instructions
END
"$D" trace dump a.trace >got
# The load between them keeps 0x400100 and 0x400104 in one run.
sed -i -e '8s/1 instructions/2 instructions/' -e '10d' wanted
same "dump prints its records" wanted got
"$D" trace dump a.trace --from 4 --count 2 >got
sed -n 5,6p wanted >part
same "dump --from and --count print some of them" part got
"$D" trace dump a.trace --from-instruction 3 -n 1 >got
sed -n 8p wanted >part
same "dump --from-instruction finds the run that executes it" part got

# --- lackey: instructions and references of any size, modifies
cat >a.lackey <<'END'
I  00001ffe,3
 L 00002fff,2
I  00002001,15
 M 00003000,8
I  00002010,4
I  00002014,4
 S 00003008,32
 L 00003ffc,512
 M 00003010,16
I  00002018,1
END
{
	echo "==12== Lackey, an example Valgrind tool"
	cat a.lackey
	echo "==12== Counted 0 calls"
} >a.txt
"$D" trace import -F lackey -c zstd a.txt -o l.trace && "$D" trace verify -q l.trace
result "a lackey file is imported" $?
"$D" trace export -F lackey l.trace -o b.lackey && same "it is exported as it was" a.lackey b.lackey
"$D" trace export -F lackey --physical l.trace -o p.lackey &&
	same "imported pages are their own physical pages" a.lackey p.lackey
"$D" trace info --all l.trace >got
cat >wanted <<'END'
source        lackey
guest         a.txt
processors    1
memory        4096 MiB
recorded      everything
processor       records  instructions         loads        stores    exceptions   tlb_refills          maps   sync_passes    interrupts         idles      requests
0                    84             5            68             7             0             0             4             0             0             0             0
records by kind
  run                       1
  load                     68
  store                     7
  map                       4
  mode                      1
  fetch                     3
virtual pages of 4 KiB touched (any address space): 4 (fetched 2, loaded 3, stored 1)
instructions in the region of interest: 0
END
grep -vE '^(file|per |guest hash|trace hash|$)' got >part
same "info prints where it comes from and what is in it" wanted part
grep -qE '^per reference [0-9]+\.[0-9]+ bytes \(instructions, loads and stores\)$' got
result "info prints the bytes per reference" $?

# Addresses of 64-bit programs keep their low 32 bits, where that is unambiguous.
printf 'I  1fff000708,3\n L 7fff12345678,8\n' >high.txt
printf 'I  ff000708,3\n L 12345678,8\n' >wanted
"$D" trace import -F lackey high.txt -o high.trace &&
	"$D" trace export -F lackey high.trace -o - >got
same "addresses above 32 bits keep their low bits" wanted got
printf 'I  100,3\n S 4fff,1\n L 100000004ffe,1\n' >clash.txt
fails_saying 1 "clash.txt:3: page 0x100000004000, and page 0x4000 of an earlier line, are the same in the \
32 bits of a trace's addresses" trace import -F lackey clash.txt -o x.trace

# A long file: runs longer than a record can count, more than one chunk.
awk 'BEGIN { for (i = 0; i < 300000; i++) { printf "2 %x\n", 4096 + 4 * i
	if (i % 3 == 0) printf "0 %x\n", 10000000 + 64 * i } }' >long.din
"$D" trace import -q -F din long.din -o long.trace && "$D" trace verify -q long.trace &&
	"$D" trace export -q -F din long.trace -o long2.din
same "a long file comes back the same" long.din long2.din
"$D" trace import -q -F din long.din -o long3.trace
cmp -s long.trace long3.trace
result "the same file makes the same bytes" $?
"$D" trace import -q -F din /dev/null -o x.trace 2>got
[ $? -eq 1 ] && grep -q '^discosim: /dev/null: not a file$' got
result "a device is not imported" $?
: >empty.din
"$D" trace import -F din empty.din -o empty.trace && "$D" trace verify -q empty.trace &&
	"$D" trace export -F din empty.trace -o - | cmp -s - empty.din
result "an empty file is a trace without references" $?

# --- what is wrong with a file, by line
bad() { # FORMAT LINE-WITH-ESCAPES NAME MESSAGE
	printf '%b' "$2" >"$3"
	fails_saying 1 "$3:$4" trace import -F "$1" "$3" -o x.trace
}
din="wanted a label, 0 (read), 1 (write) or 2 (fetch), and a hexadecimal address"
lackey="wanted 'I  ADDRESS,SIZE' or ' L', ' S', ' M' and the same"
bad din '2 100\n3 0\n' 1.txt "2: '3 0': $din"
bad din '2 10g\n' 2.txt "1: '2 10g': $din"
bad din '2\n' 3.txt "1: '2': $din"
bad din '0 11112222333344445\n' 4.txt "1: '0 11112222333344445': $din"
bad din '\n\n2 4\0000 5\n' 5.txt "3: not a text: it has a NUL"
bad din "$(printf '%0600d' 2)" 6.txt "1: longer than 510 characters, or no text"
bad lackey 'I100,2\n' 7.txt "1: 'I100,2': $lackey"
bad lackey ' L 100\n' 8.txt "1: ' L 100': $lackey"
bad lackey ' X 100,1\n' 9.txt "1: ' X 100,1': $lackey"
bad lackey ' L 100,0\n' 10.txt "1: ' L 100,0': wanted a size of 1 to 4096 bytes"
bad lackey ' L 100,4097\n' 11.txt "1: ' L 100,4097': wanted a size of 1 to 4096 bytes"
bad lackey 'I  100,256\n' 12.txt "1: 'I  100,256': wanted a size of 1 to 255 bytes"
bad lackey ' L fffffffe,4\n' 13.txt "1: 4 bytes at 0xfffffffe cross a border of 4 GiB"
[ ! -e x.trace ] && [ -z "$(find . -name '*.tmp-*')" ]
result "nothing is left of failed imports" $?

# --- damage
head -c 4000 l.trace >cut.trace
size=$(wc -c <l.trace)
fails_saying 1 "cut.trace: damaged: 4000 bytes long; it was $size when finished" trace info cut.trace
head -c 100 l.trace >cut.trace
fails_saying 1 "cut.trace: not a discosim trace" trace verify cut.trace
fails_saying 1 "a.din: not a discosim trace" trace verify a.din
fails_saying 1 "none: No such file or directory" trace info none
fails_saying 1 ".: not a file" trace info .
# One bit of the first chunk: its place is in the first row of the table, whose place is at byte 32.
at=$(od -An -tu8 -j32 -N8 l.trace)
offset=$(od -An -tu8 -j$((at + 8)) -N8 l.trace)
cp l.trace flip.trace
printf '\125' | dd of=flip.trace bs=1 seek=$((offset + 30)) conv=notrunc 2>/dev/null
fails_saying 1 "flip.trace: damaged: processor 0, chunk 0: its checksum does not hold" trace verify flip.trace
fails_saying 1 "flip.trace: damaged: processor 0, chunk 0: its checksum does not hold" trace dump flip.trace
cp l.trace flip.trace
printf '\125' | dd of=flip.trace bs=1 seek=700 conv=notrunc 2>/dev/null
fails_saying 1 "flip.trace: damaged: the checksum of its tables does not hold" trace info flip.trace
cp l.trace flip.trace
printf '\125' | dd of=flip.trace bs=1 seek=25 conv=notrunc 2>/dev/null
fails_saying 1 "flip.trace: damaged: the header's checksum does not hold" trace info flip.trace

# --- wrong usage
fails_saying 2 "trace: wanted info, dump, verify, export or import" trace
fails_saying 2 "trace: unknown command 'inf'; did you mean 'info'?" trace inf
fails_saying 2 "trace info: which TRACE? See 'discosim trace info --help'" trace info
fails_saying 2 "trace: one file at a time; 'b' is a second one" trace info a b
fails_saying 2 "unknown format 'elf'; wanted din or lackey" trace import -F elf a.din -o x.trace
fails_saying 2 "trace import: needs --format and -o; see 'discosim trace import --help'" trace import a.din
fails_saying 2 "trace export: needs --format and -o; see 'discosim trace export --help'" trace export -F din a.trace
fails_saying 2 "trace: --codec 'gzip': wanted lz4 or zstd" trace import -F din -c gzip a.din -o x.trace
fails_saying 2 "trace: --processor 'x': wanted a number from 0 to 63" trace dump -p x a.trace
fails_saying 2 "trace: --count '-1': wanted a number from 0 to 9223372036854775807" trace dump a.trace -n -1
fails_saying 1 "a.trace: -p 1: it has processors 0 to 0" trace dump -p 1 a.trace
fails_saying 1 "a.trace: processor 0 has no record 9; it has 9" trace dump --from 9 a.trace
fails_saying 1 "/nonexistent/x: cannot write there: /nonexistent: No such file or directory" \
	trace import -F din a.din -o /nonexistent/x
fails_saying 1 "none.din: No such file or directory" trace import -F din none.din -o x.trace
for command in info dump verify export import; do
	"$D" trace $command --help | grep -q "^Usage: discosim trace $command \[OPTION...\]"
	result "trace $command --help" $?
done

# --- a full disk: while exporting to it, and while importing to it
if [ -w /dev/full ]; then
	"$D" trace export -F din long.trace -o - >/dev/full 2>got
	[ $? -eq 1 ] && grep -q '^discosim: -: cannot write: No space left on device$' got
	result "an export to a full disk fails" $?
fi
(
	ulimit -f 16
	trap '' XFSZ
	"$D" trace import -q -F din long.din -o full.trace 2>got
	[ $? -eq 1 ] && grep -q '^discosim: .*: File too large$' got && [ ! -e full.trace ] &&
		[ -z "$(find . -name '*.tmp-*')" ]
)
result "an import to a full disk fails and leaves nothing" $?
exit $failed
