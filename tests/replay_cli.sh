#!/bin/sh
# SPDX-License-Identifier: MIT
# discosim replay, params, policies and models as their users meet them: what they print, and what is
# said about what is wrong, to the letter, with the exit status. Prints a line per case.
. "$(dirname "$0")/lib/cases.sh"
cd "$T" || exit 1

cat >a.din <<'TRACE'
2 400000
2 400004
0 7fff0010
1 80001000
2 400008
2 400100
0 7fff0013
2 400104
TRACE
"$D" trace import --format din a.din -o a.trace || exit 1

# --- what it does
"$D" replay -q a.trace >output 2>difference
result "a trace is replayed" $?
"$D" replay a.trace 2>&1 | tail -n 1 | grep -q '^replay: .* references a second' 2>difference
result "the speed comes after the result, in a pipe too" $?
grep -q '^ *5  instructions ' output && grep -q '^ *2  loads ' output
result "its counts are printed" $?
printf '0 1000\n1 1004\n2 400000\n0 1000\n' >data.din
"$D" trace import --format din data.din -o data.trace
"$D" replay -q data.trace >output 2>difference &&
	grep -q '^ *1  instructions ' output && grep -q '^ *2  loads ' output && grep -q '^ *1  stores ' output
result "an imported trace may begin with data" $?
"$D" replay -q a.trace,a.trace -s disco -p disco:trigger=4,sharing=1 -o a.h5 >output 2>difference &&
	[ ! -s output ] && [ -s a.h5 ]
result "two virtual machines, into a file, and nothing else" $?
"$D" replay -q a.trace,a.trace -s disco -p disco:trigger=4,sharing=1 -o b.h5 && cmp a.h5 b.h5
result "the same point gives the same bytes" $?
printf 'l2.size: 256K\nlatency.remote_ns: 1200\n' >m.yaml
"$D" replay -q a.trace -m m.yaml --set latency.remote_ns=800 | head -1 >got
echo "a native first_touch latency.remote_ns=800 l2.size=262144" >wanted
tr ' ' '\n' <wanted | sort >w
tr ' ' '\n' <got | sort >g
diff w g >difference
result "a machine file is taken, a later --set wins" $?
for command in params policies models; do
	"$D" $command >output 2>difference && [ -s output ]
	result "$command prints" $?
	"$D" $command --help | grep -q Usage
	result "$command has --help" $?
	fails_saying 2 "$command: 'x' is one operand too many" $command x
done
"$D" params | grep -q '^  l2.size  *1048576 '
result "params lists l2.size" $?
"$D" policies | grep -q '^  trigger  *128 '
result "policies lists the trigger" $?
"$D" models | grep -q '^  disco '
result "models lists disco" $?

# --- what is wrong with the command line
fails_saying 2 "replay: no TRACE given; see 'discosim replay --help'" replay
fails_saying 2 "replay: 'b.trace' is one operand too many; several traces are one operand with commas between" \
	replay a.trace b.trace
for list in a.trace, ,a.trace a.trace,,a.trace , ''; do
	fails_saying 2 "replay: '$list' where TRACE[,TRACE...] was wanted" replay "$list"
done
fails_saying 2 "unknown system 'natve'; did you mean 'native'?" replay -s natve a.trace
fails_saying 2 "unknown policy 'dosco'; did you mean 'disco'?" replay -p dosco a.trace
fails_saying 2 "policy disco: unknown key 'triger'; did you mean 'trigger'?" replay -p disco:triger=3 a.trace
fails_saying 2 "policy disco: trigger: 0 is out of range; wanted 1 to 1000000000" \
	replay -p disco:trigger=0 a.trace
fails_saying 2 "policy first_touch: unknown key 'a'; there are no parameters here" \
	replay -p first_touch:a=1 a.trace
fails_saying 2 "policy 'disco:': wanted key=value after ':'" replay -p disco: a.trace
fails_saying 2 "unknown key 'l2.sze'; did you mean 'l2.size'?" replay --set l2.sze=1 a.trace
fails_saying 2 "l2.size: 1000 is not a power of two" replay --set l2.size=1000 a.trace
fails_saying 2 "l2.size: '1x' is not a whole number of bytes" replay --set l2.size=1x a.trace
fails_saying 2 "--set 'l2.size': wanted key=value" replay --set l2.size a.trace

# --- what only the whole can show
fails_saying 1 "l2.size: 1048576 bytes of 3 ways with lines of 128 bytes do not make a power of two of sets" \
	replay --set l2.ways=3 a.trace
fails_saying 1 "l1d.line: 256 is more than l2.line 128; the second level holds all of the first" \
	replay --set l1d.line=256 a.trace
fails_saying 1 "latency.remote_ns: 100 is less than latency.local_ns 300" \
	replay --set latency.remote_ns=100 a.trace
fails_saying 1 "processor 0, record 4: all memory is in use: 1 nodes of 4096 bytes; raise memory.node_bytes" \
	replay --set memory.node_bytes=4096 a.trace

# --- what is wrong with files
fails_saying 1 "missing.trace: No such file or directory" replay missing.trace
fails_saying 2 "missing.yaml: No such file or directory" replay -m missing.yaml a.trace
printf 'l2.size: 256K\n\nlatency.remtes: 7\n' >m.yaml
fails_saying 2 "m.yaml:3: unknown key 'latency.remtes'; did you mean 'latency.remote_ns'?" \
	replay -m m.yaml a.trace
printf '# big\nlatency.remote_ns: 70000000000\nl2.size: 256K\n' >m.yaml
fails_saying 2 "m.yaml:2: latency.remote_ns: 70000000000 is out of range; wanted 0 to 1000000 ns" \
	replay -m m.yaml a.trace
head -c 3000 a.trace >cut.trace
"$D" replay cut.trace >output 2>got
[ $? -eq 1 ] && [ "$(wc -l <got)" -eq 1 ] && grep -q '^discosim: cut.trace: ' got
result "a cut trace is refused in one line" $?
fails_saying 1 "nowhere/x.h5: cannot write there: nowhere: No such file or directory" \
	replay -q a.trace -o nowhere/x.h5
exit $failed
